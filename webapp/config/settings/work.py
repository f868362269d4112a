"""How long work is leased to a worker, and where the built-in models lie."""

from pathlib import Path

from webapp.config.env import BASE_DIR, env

JOB_LEASE_SECONDS = env.float("JOB_LEASE_SECONDS", default=20)
WEIGHTS_DIR = Path(env.str("WEIGHTS_DIR", default=str(BASE_DIR / "ml" / "weights")))
EVENT_DAYS = env.int("EVENT_DAYS", default=7)
