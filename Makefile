# `make run` and `make test` do everything; `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready
LINTERS := tests/document/node_modules
LINTERS_READY := $(LINTERS)/.ready
MEASURES := .venv-bench/.ready
# The lock files are complete: nothing is resolved, so nothing unpinned can come in.
INSTALL := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet --no-deps
CLIENTS := clients/typescript
MODULES := $(CLIENTS)/node_modules/.ready
NODE := $(shell command -v npm >/dev/null && node --print 'const [major, minor] = process.versions.node.split("."); major > 20 || (major == 20 && minor > 18) ? "fit" : ""')
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet --custom-compile-command "make lock" --upgrade

.PHONY: help run test slow coverage fallback fuzz check lint types arrows document apilint clients migrate migration openapi pages picture bench growth lock clean
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

$(LINTERS_READY): tests/document/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 to lint the document."; exit 1; }
	@echo "Installing the linters of the document ..."
	@cd tests/document && npm ci --no-audit --no-fund --ignore-scripts --silent
	@touch $@

$(MODULES): $(CLIENTS)/package-lock.json
	@echo "Installing the generators of TypeScript clients ..."
	@cd $(CLIENTS) && npm ci --loglevel=error
	@touch $@

run: $(RUNS) ## Serve on 127.0.0.1:8000 with a database of its own
	@exec $(BIN)/todo serve

# Without a Node that the generators take, the tests of the clients are skipped; CI has to have one.
test: $(READY) $(if $(CI)$(NODE),$(MODULES) $(LINTERS_READY)) ## Run all tests, on a database of their own
	@$(BIN)/python -m pytest -n 4 --dist worksteal

slow: $(READY) ## Run the tests that take a minute each: the recipe for a new resource, a column of every type fuzzed
	@$(BIN)/python -m pytest -n 2 -m slow

coverage: $(READY) ## Refuse a branch of the generator that its own tests do not reach
	@$(BIN)/python -m pytest -n 4 --dist worksteal -q tests/routers tests/isolation/test_generator.py --cov --cov-report=term-missing:skip-covered --cov-fail-under=100

fallback: $(READY) ## Run the tests of the generator without its fast path
	@FAST_PATH=off $(BIN)/python -m pytest -n 4 --dist worksteal -q tests/routers

fuzz: $(READY) ## Fuzz for minutes, by fixed seeds and a random one, then with faults that have to be found
	@rm -rf .fuzz
	@seed=$$(od -An -N2 -tu2 /dev/urandom | tr -d ' '); echo "Seeds: 1, 2 and, this time, $$seed"; \
	FUZZ_FACTOR=4 FUZZ_SEEDS="1 2 $$seed" $(BIN)/python -m pytest -v -m 'not deep' tests/contract/test_fuzz.py tests/contract/test_fuzz_column_types.py
	@cat .fuzz/cases.txt
	@$(BIN)/python -m pytest -v -m deep tests/contract/test_faults.py

pages: $(READY) ## Show what a page costs at a million rows
	@PAGES_ROWS=1000000 PAGES_OWNERS=1000 PAGES_RICH=100000 $(BIN)/python -m pytest -q -s tests/routers/queries/test_plans.py

picture: $(READY) ## Take docs/docs-page.png, the picture in the README, anew
	@DOCS_PICTURE=docs/docs-page.png $(BIN)/python -m pytest -q tests/app/test_docs_page.py

$(MEASURES): bench/requirements.txt
	@echo "Creating .venv-bench (once, about half a minute) ..."
	@rm -rf .venv-bench
	@$(PYTHON) -m venv --without-pip .venv-bench
	@$(INSTALL:$(BIN)/%=.venv-bench/bin/%) --require-hashes --requirement bench/requirements.txt
	@$(INSTALL:$(BIN)/%=.venv-bench/bin/%) --no-build-isolation --editable .
	@touch $@

bench: $(MEASURES) ## Compare frameworks for docs/performance.md, in twenty minutes; BENCH_QUICK=1: in five minutes
	@.venv-bench/bin/python -m bench $(if $(BENCH_QUICK),--quick)

growth: $(MEASURES) ## Measure growth for docs/growth.md, in twenty minutes; BENCH_QUICK=1: in two minutes
	@.venv-bench/bin/python -m bench growth $(if $(BENCH_QUICK),--quick)

check: lint types arrows document apilint test slow coverage fallback ## All that CI runs

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

apilint: $(READY) $(LINTERS_READY) ## Lint openapi.json, then the document of the tests' own resources
	@$(BIN)/python -m tests.support.documented >tests/document/specimens.json
	@cd tests/document && node_modules/.bin/spectral lint --fail-severity hint ../../openapi.json specimens.json
	@cd tests/document && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		node_modules/.bin/redocly lint ../../openapi.json specimens.json

clients: $(MODULES) ## Generate the TypeScript clients, and compile what uses them
	@cd $(CLIENTS) && npm run --silent build

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
	@rm -rf $(VENV) .venv-bench $(LINTERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis .fuzz .coverage
	@rm -rf $(CLIENTS)/node_modules $(CLIENTS)/generated $(CLIENTS)/build
