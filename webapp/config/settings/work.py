"""How long work is leased, where built-in models and runs of training lie, what runs a scorer."""

from pathlib import Path

from ml.contracts.engine import Engine
from webapp.config.env import BASE_DIR, HOME, choice, env

JOB_LEASE_SECONDS = env.float("JOB_LEASE_SECONDS", default=20)
WEIGHTS_DIR = Path(env.str("WEIGHTS_DIR", default=str(BASE_DIR / "ml" / "weights")))
RUNS_DIR = Path(env.str("RUNS_DIR", default=str(HOME / "runs")))
SCORER_ENGINE = choice("SCORER_ENGINE", default="auto", options=tuple(Engine))
EVENT_DAYS = env.int("EVENT_DAYS", default=7)
GENERATION_QUOTA = env.int("GENERATION_QUOTA", default=500)
