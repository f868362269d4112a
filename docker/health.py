"""Health of one container: `health.py web | live | beat`; exit status 0 means well.

`beat` asks the database whether this host's process was heard of within a minute, so a worker
that hangs is as ill as one that died. No Django: a check must be cheap.
"""

import http.client
import os
import socket
import sys

import psycopg2

TIMEOUT_S = 5
BEAT = """
SELECT 1 FROM jobs_workerbeat
WHERE split_part(name, '@', 2) LIKE %s AND heartbeat_at > now() - interval '60 seconds'
"""


def web() -> bool:
    """The first page answers, asked by a name that the settings allow."""
    names = [name for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name]
    host = names[0].lstrip(".*") if names else "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=TIMEOUT_S)
    connection.request("GET", "/healthz", headers={"Host": host or "localhost"})
    return connection.getresponse().status == http.client.OK


def live() -> bool:
    """The socket server accepts."""
    socket.create_connection(("127.0.0.1", 8001), timeout=TIMEOUT_S).close()
    return True


def beat() -> bool:
    """The worker or dispatcher on this host gave a sign of life."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=TIMEOUT_S)
    with connection.cursor() as cursor:
        cursor.execute(BEAT, [f"{socket.gethostname()}%"])
        return cursor.fetchone() is not None


CHECKS = {"web": web, "live": live, "beat": beat}

if __name__ == "__main__":
    sys.exit(0 if CHECKS[sys.argv[1]]() else 1)
