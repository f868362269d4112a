"""Runs both engines in a folder and says so on one line of JSON; for tests that kill their owner.

python -m tests.webapp.embedded.owner HOME
"""

import json
import os
import sys
import time
from pathlib import Path

from webapp.embedded.engines import postgres, redis

if __name__ == "__main__":
    home = Path(sys.argv[1])
    with postgres(home, durable=False) as database_url, redis(home) as redis_url:
        said = {"database_url": database_url, "redis_url": redis_url, "uid": os.geteuid()}
        print(json.dumps(said), flush=True)
        time.sleep(600)
