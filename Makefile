# `make run` and `make test` do everything; `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready
MEASURES := .venv-bench/.ready
# The lock files are complete: nothing is resolved, so nothing unpinned can come in.
INSTALL := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet --no-deps
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet --custom-compile-command "make lock" --upgrade

.PHONY: help run test coverage check lint types arrows document migrate migration openapi pages bench lock clean
.DEFAULT_GOAL := help

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

$(RUNS): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("$(PYTHON) is Python %d.%d; this project needs 3.11 or newer: make PYTHON=/path/to/python" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "Creating $(VENV) (once, about half a minute) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv --without-pip $(VENV)
	@$(INSTALL) --require-hashes --requirement requirements.txt
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(READY): requirements-dev.txt $(RUNS)
	@echo "Adding the development tools to $(VENV) ..."
	@$(INSTALL) --require-hashes --requirement requirements-dev.txt
	@touch $@

run: $(RUNS) ## Serve on 127.0.0.1:8000 with a database of its own
	@exec $(BIN)/todo serve

test: $(READY) ## Run all tests, on a database of their own
	@$(BIN)/python -m pytest -n 4

coverage: $(READY) ## Refuse a branch of the generator that its own tests do not reach
	@$(BIN)/python -m pytest -n 4 -q tests/routers --deselect tests/routers/test_fuzz.py --cov --cov-report=term-missing:skip-covered --cov-fail-under=100

pages: $(READY) ## Show what a page costs at a million rows
	@PAGES_ROWS=1000000 PAGES_OWNERS=1000 PAGES_RICH=100000 $(BIN)/python -m pytest -q -s tests/routers/test_plans.py

$(MEASURES): bench/requirements.txt
	@echo "Creating .venv-bench (once, about half a minute) ..."
	@rm -rf .venv-bench
	@$(PYTHON) -m venv --without-pip .venv-bench
	@$(INSTALL:$(BIN)/%=.venv-bench/bin/%) --require-hashes --requirement bench/requirements.txt
	@$(INSTALL:$(BIN)/%=.venv-bench/bin/%) --no-build-isolation --editable .
	@touch $@

bench: $(MEASURES) ## Measure the application beside others, for docs/performance.md; BENCH_QUICK=1: in minutes
	@.venv-bench/bin/python -m bench

check: lint types arrows document test coverage ## All that CI runs

lint: $(READY) ## Lint, formatting included
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## Check the types, twice
	@$(BIN)/mypy
	@$(BIN)/pyright

arrows: $(READY) ## Check which package may import which
	@$(BIN)/lint-imports

document: $(READY) ## Refuse an openapi.json that is not what the application serves
	@$(BIN)/todo openapi --check

migrate: $(RUNS) ## Bring the database to the newest revision
	@$(BIN)/todo migrate

migration: $(READY) ## Write a migration: make migration m="Create the table of notes"
	@test -n '$(m)' || { echo 'Say what it does: make migration m="Create the table of notes"'; exit 2; }
	@$(BIN)/todo migrate
	@$(BIN)/alembic revision --autogenerate --message '$(m)'

openapi: $(READY) ## Write openapi.json
	@$(BIN)/todo openapi

lock: $(READY) ## Choose the newest allowed versions anew, with their hashes
	@$(BIN)/$(LOCK) --group build --output-file requirements.txt
	@$(BIN)/$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	@$(BIN)/$(LOCK) --group build --group bench --constraint requirements.txt --output-file bench/requirements.txt

clean: ## Remove the environment; your data in .data stays
	@rm -rf $(VENV) .venv-bench .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis .coverage
