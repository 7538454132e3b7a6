# `make` alone lists what can be done. `make run` and `make test` need nothing before them.
.DEFAULT_GOAL := help
.PHONY: help setup run test check sbom bench screens screenshots docs lock

PORT ?= 8000
# The first Python that is new enough; PYTHON=… names another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# Every process would compile every module anew: starting would take three times as long.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
UV := VIRTUAL_ENV='$(CURDIR)/.venv' $(BIN)/uv

# One process more than cores: some tests only wait for the processes that they start.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what run and test share: .venv, locked dependencies, browser files
	@$(MAKE) --silent --no-print-directory --jobs=2 .venv/ready web/static/vendor/ready

.venv/ready: pyproject.toml requirements-dev.txt requirements-uv.txt
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed: none was found (PYTHON=… names one).' >&2; exit 1; }
	@echo 'Installing the Python packages in .venv…'
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.txt
	@$(UV) pip sync --quiet --require-hashes requirements-dev.txt requirements-uv.txt || { \
		echo 'uv could not; pip, which may know a proxy or a certificate that uv does not, tries in turn…'; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt; }
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

web/static/vendor/ready: package.json package-lock.json .npmrc web/browser_files.mjs web/pico.scss
	@node --eval 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1 || \
		{ echo 'Node 20 or newer is needed, with npm.' >&2; exit 1; }
	@echo 'Installing the browser files in web/static/vendor…'
	@npm ci --loglevel=error >/dev/null
	@npm run --silent browser-files
	@touch $@

run: setup ## Start everything with demo data, on http://127.0.0.1:8000 (PORT=… to change)
	@exec $(BIN)/python -m tasks.tether $$PPID TERM $(BIN)/solde up --demo --port $(PORT)

test: setup ## Run the whole suite on the embedded database and queue
	@$(BIN)/pytest --numprocesses=$(WORKERS)

check: setup ## Check lint, format, types, import rules and security (ruff's S, bandit)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive settings.py models resolvers schema web tasks bench

sbom: setup ## Write var/sbom.cdx.json: every locked package, for who looks for those with a known weakness (CycloneDX)
	$(BIN)/python -m tasks.sbom var/sbom.cdx.json

bench: setup ## Measure, side by side in one run (SIZES='10000 1000000': the sweep alone, among so many requests)
	$(BIN)/python -m bench $(SIZES)

screens: setup ## Look at every page in every state, in all conditions (Chromium, Java: SOLDE_TEST_CHROMIUM, SOLDE_TEST_JAVA)
	@SOLDE_TEST_CHROMIUM=$${SOLDE_TEST_CHROMIUM:-/usr/bin/chromium} SOLDE_TEST_JAVA=$${SOLDE_TEST_JAVA:-java} SOLDE_TEST_EVERY=1 \
		$(BIN)/pytest --numprocesses=$(WORKERS) tests/browser/test_states.py

screenshots: setup ## Take the pictures of the README and of the help page again (needs Chromium: SOLDE_TEST_CHROMIUM names it)
	$(BIN)/python -m tests.browser.screenshots

docs: setup ## Write anew what is generated from the schema: schema/schema.graphql and the reference of the API
	@$(BIN)/solde schema >schema/schema.graphql.new && mv schema/schema.graphql.new schema/schema.graphql
	@for page in reference errors limits; do \
		$(BIN)/solde schema --$$page >docs/api/$$page.md.new && mv docs/api/$$page.md.new docs/api/$$page.md; done

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock: .venv/ready ## Write the locks anew from pyproject.toml and package.json, naming no host
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) pyproject.toml --extra dev --output-file requirements-dev.txt
	echo uv | $(COMPILE) - --output-file requirements-uv.txt
	printf 'outloud\npymupdf<2\n' | $(COMPILE) - --output-file requirements-pdf.txt
	npm install --package-lock-only --loglevel=error
	npm --prefix tests/services/typed_client install --package-lock-only --loglevel=error
	node --eval "$$STRIP_LOCK" package-lock.json tests/services/typed_client/package-lock.json

# npm notes where its packages ask for gifts: addresses that no installation needs.
define STRIP_LOCK
const fs = require("fs");
for (const name of process.argv.slice(1)) {
  const lock = JSON.parse(fs.readFileSync(name));
  for (const entry of Object.values(lock.packages)) delete entry.funding;
  fs.writeFileSync(name, JSON.stringify(lock, null, 2) + "\n");
}
endef
export STRIP_LOCK
