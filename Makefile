# `make run` serves, `make test` tests; `make help` lists all targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready
LINTERS := tests/document/node_modules
LINTERS_READY := $(LINTERS)/.ready
MEASURES := .venv-bench/.ready
# The lock files are complete, so pip resolves nothing and installs nothing unpinned.
INSTALL := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet --no-deps
CLIENTS := clients/typescript
MODULES := $(CLIENTS)/node_modules/.ready
NODE := $(shell command -v npm >/dev/null && node --print 'const [major, minor] = process.versions.node.split("."); major > 20 || (major == 20 && minor > 18) ? "fit" : ""')
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet --custom-compile-command "make lock" --upgrade

.PHONY: help run test slow coverage fallback example fuzz faults check lint secrets audit types imports document apilint clients migrate migration openapi pages picture bench growth wheel lock clean
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
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20.19 or newer to lint the OpenAPI document."; exit 1; }
	@echo "Installing the linters of the OpenAPI document ..."
	@cd tests/document && npm ci --no-audit --no-fund --ignore-scripts --silent
	@touch $@

$(MODULES): $(CLIENTS)/package-lock.json
	@echo "Installing the generators of TypeScript clients ..."
	@cd $(CLIENTS) && npm ci --loglevel=error
	@touch $@

run: $(RUNS) ## Serve on 127.0.0.1:8000 with an embedded PostgreSQL
	@exec $(BIN)/todo serve

# Without Node 20.19 or newer, the tests of the TypeScript clients are skipped; in CI they fail.
test: $(READY) $(if $(CI)$(NODE),$(MODULES) $(LINTERS_READY)) ## Run the test suite, or make test TESTS="tests/app"; it starts its own PostgreSQL
	@$(BIN)/python -m pytest -n 4 --dist worksteal $(TESTS)

slow: $(READY) ## Run the tests of processes and faults, the guides, the image, and the longer runs of the fuzzer
	@$(BIN)/python -m pytest -n 4 --dist worksteal -m 'slow and not deep'

coverage: $(READY) ## Check that the tests of the generator reach all of its branches
	@$(BIN)/python -m pytest -n 4 --dist worksteal -q tests/routers tests/isolation/test_generator.py --cov --cov-report=term-missing:skip-covered --cov-fail-under=100

fallback: $(READY) ## Run the tests of the generator without its fast path
	@FAST_PATH=off $(BIN)/python -m pytest -n 4 --dist worksteal -q tests/routers

example: $(READY) $(MODULES) $(LINTERS_READY) ## Check the application of examples/expenses in a copy of the project
	@$(BIN)/python -m tests.support.example

fuzz: $(READY) ## Fuzz with two fixed seeds and a random one, then with seeded faults, in a quarter of an hour
	@rm -rf .fuzz
	@seed=$$(od -An -N2 -tu2 /dev/urandom | tr -d ' '); echo "Seeds: 1, 2 and (random) $$seed"; \
	FUZZ_FACTOR=4 FUZZ_SEEDS="1 2 $$seed" $(BIN)/python -m pytest -v -m 'not deep' tests/contract/test_fuzz.py tests/contract/test_fuzz_column_types.py
	@cat .fuzz/cases.txt
	@$(BIN)/python -m pytest -v -m deep tests/contract/test_faults.py tests/app/server_protocol

faults: $(READY) ## Inject faults under load and write the table of docs/reliability.md, in twenty minutes
	@FAULTS_PAGE=docs/reliability.md $(BIN)/python -m pytest -v -m 'deep or not deep' tests/reliability

pages: $(READY) ## Show what PostgreSQL reads for a page, and the plans of SELECTs, at a million rows
	@PAGES_ROWS=1000000 PAGES_OWNERS=1000 PAGES_RICH=100000 $(BIN)/python -m pytest -q -s \
		tests/routers/queries/test_plans.py tests/routers/queries/test_select_plans.py

picture: $(READY) ## Update docs/docs-page.png, the screenshot in the README
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

check: lint types imports document apilint test slow coverage fallback example ## Run everything that CI runs

lint: $(READY) secrets ## Lint, check the format, and search for secrets
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/hadolint Containerfile

# The lines are hashes in lock files and revisions in migrations. The words are the passwords of examples and tests.
secrets: $(READY) ## Search the files of the repository for passwords, keys and tokens
	@if git rev-parse --git-dir >/dev/null 2>&1; then \
		git ls-files -z --cached --others --exclude-standard | xargs -0 $(BIN)/detect-secrets-hook --no-verify \
			--exclude-lines 'sha(256:|512-)|^(down_)?revision = ' --exclude-secrets '^(password|secret|p%40ss|private-value|fuzzer)$$'; \
	else echo "This is no git repository, so its files are not searched for secrets."; fi

# No part of `make check`: it asks services on the internet, which not every machine reaches.
audit: $(READY) ## Search the locked dependencies for known vulnerabilities (needs internet access)
	@output=$$({ for file in requirements.txt requirements-dev.txt bench/requirements.txt; do \
		$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off --requirement $$file || \
			echo "Not passed: $$file"; \
	done; for directory in $(CLIENTS) tests/document; do \
		(cd $$directory && npm audit --package-lock-only) || echo "Not passed: $$directory/package-lock.json"; \
	done; } 2>&1); printf "%s\n" "$$output"; case "$$output" in \
		*"could not be audited"*|*"Could not connect"*|*"ServiceError"*|*"audit endpoint"*|*"audit request"*) \
			echo "A vulnerability service is not reachable: run make audit on a machine with internet access."; exit 1;; \
		*"Not passed"*) echo "Update the dependencies with vulnerabilities: make lock, or npm audit fix."; exit 1;; \
	esac

types: $(READY) ## Check types with mypy and pyright
	@$(BIN)/mypy
	@$(BIN)/pyright

imports: $(READY) ## Check imports against the layers of the packages
	@$(BIN)/lint-imports

document: $(READY) ## Check that openapi.json is up to date
	@$(BIN)/todo openapi --check

apilint: $(READY) $(LINTERS_READY) ## Lint openapi.json, and the OpenAPI document of the resources in the tests
	@$(BIN)/python -m tests.support.documented >tests/document/specimens.json
	@$(BIN)/python -m tests.support.linter_exceptions >tests/document/exceptions.json
	@cd tests/document && node_modules/.bin/spectral lint --ruleset exceptions.json --fail-severity hint ../../openapi.json specimens.json
	@cd tests/document && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		node_modules/.bin/redocly lint ../../openapi.json specimens.json

clients: $(MODULES) ## Generate and compile the TypeScript clients
	@cd $(CLIENTS) && npm run --silent build

migrate: $(RUNS) ## Migrate the database to the latest revision
	@$(BIN)/todo migrate

# The message reaches the shell as a variable of the environment, and unexpanded: it may contain quotes and $.
unexport m
migration: export MESSAGE := $(value m)
migration: $(READY) ## Generate a migration: make migration m="Create the table of notes"
	@test -n "$$MESSAGE" || { echo 'The message is missing: make migration m="Create the table of notes"'; exit 2; }
	@$(BIN)/todo migrate
	@$(BIN)/alembic revision --autogenerate --message="$$MESSAGE"

openapi: $(READY) ## Write openapi.json
	@$(BIN)/todo openapi

wheel: $(RUNS) ## Build the wheel and the source archive in dist
	@$(BIN)/python -m hatchling build --clean

lock: $(READY) ## Update the lock files to the latest allowed versions
	@$(BIN)/$(LOCK) --group build --output-file requirements.txt
	@$(BIN)/$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	@$(BIN)/$(LOCK) --group build --group bench --constraint requirements.txt --output-file bench/requirements.txt

clean: ## Remove the environments and caches, but not the data in .data
	@rm -rf $(VENV) .venv-bench $(LINTERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis .fuzz .coverage dist
	@rm -rf $(CLIENTS)/node_modules $(CLIENTS)/generated $(CLIENTS)/build
