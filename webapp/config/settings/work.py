"""How long work is leased to a worker, where the built-in models lie, and what runs them."""

from pathlib import Path

from ml.contracts.engine import Engine
from webapp.config.env import BASE_DIR, choice, env

JOB_LEASE_SECONDS = env.float("JOB_LEASE_SECONDS", default=20)
WEIGHTS_DIR = Path(env.str("WEIGHTS_DIR", default=str(BASE_DIR / "ml" / "weights")))
SCORER_ENGINE = choice("SCORER_ENGINE", default="auto", options=tuple(Engine))
EVENT_DAYS = env.int("EVENT_DAYS", default=7)
