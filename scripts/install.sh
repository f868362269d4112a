#!/bin/bash
# Makes .venv and installs exactly what requirements.lock says, every file checked by its hash.
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed. Install it, or name it: PYTHON=/path/to/python3 make run" >&2
    exit 1
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version)"
    if ! "$python" -m venv --clear .venv; then
        echo "Making a virtual environment failed. On Debian: apt-get install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing the locked packages (about 6 GB unpacked the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r scripts/requirements-uv.txt
if ! VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip sync --quiet --require-hashes requirements.lock; then
    echo "uv did not get through; pip takes over, which takes some minutes" >&2
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
fi
