# Two commands matter: make demo, make test. Each does all the set-up that it needs.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint bench words lock clean
help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.run ## A whole centre with a small internet of its own, at http://127.0.0.1:8000
	@$(BIN)/ansim demo

test: .venv/.dev ## Everything this machine can run: SQLite, PostgreSQL, Chromium
	@tools/test

lint: .venv/.dev ## ruff, mypy --strict, import-linter, bandit
	$(BIN)/ruff check src tests bench tools
	ANSIM_MODE=test ANSIM_HOME=$$(mktemp -d) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -r src -c pyproject.toml

bench: .venv/.dev ## Every benchmark, with its figures
	@for one in $$(grep -l __main__ bench/*.py); do echo "== $$one"; $(BIN)/python $$one || exit 1; done

words: .venv/.run ## Compile the Korean words after a change
	$(BIN)/pybabel compile -D django -d src/ansim/centre/locale -l ko

lock: ## Write the lock files anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra postgresql --extra sandbox --group build pyproject.toml -o requirements/run.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra postgresql --extra sandbox --group build --group dev pyproject.toml -c requirements/run.lock -o requirements/dev.lock

clean: ## Remove what set-up made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

.venv/.tool: requirements/tool.lock
	@echo "Setting up: a virtual environment in .venv (first time only)."
	@$(PYTHON) -c 'import sys; sys.exit("Ansim needs Python 3.11 or newer; set PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/tool.lock
	@touch $@

# uv installs in parallel; where it cannot reach the index as pip is set up to, pip does it.
define install
@VIRTUAL_ENV=.venv UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 $(BIN)/uv pip install -q --no-deps --require-hashes -r $(1) 2>.venv/uv.log || $(BIN)/python -m pip install -q --no-deps --require-hashes -r $(1)
@$(BIN)/python -m pip install -q --no-deps --no-build-isolation --no-index -e .
@$(BIN)/pybabel compile -D django -d src/ansim/centre/locale -l ko 2>/dev/null
@$(BIN)/python -m ansim.compiling
endef

.venv/.run: .venv/.tool requirements/run.lock src/ansim/centre/locale/ko/LC_MESSAGES/django.po
	@echo "Setting up: locked dependencies."
	$(call install,requirements/run.lock)
	@touch $@

.venv/.dev: .venv/.run requirements/dev.lock
	@echo "Setting up: locked test tools."
	$(call install,requirements/dev.lock)
	@touch $@
