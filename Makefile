# Needs Python 3.11 or later and make, nothing else. `make` alone lists what can be done.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first of these that really runs and is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --disable-pip-version-check --quiet --require-hashes
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

# What a public registry would be told; the check must not depend on the machine it runs on.
DEPLOYED := env DEBUG=false SECURE_COOKIES=true PUBLIC_READING=false ALLOWED_HOSTS=registry.example \
	PUBLIC_URL=https://registry.example SECRET_KEY=only-for-the-deployment-check-0123456789-abcdefghij-ABCDEFGHIJ

.PHONY: help run test drill bench check fix contract shell lock clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(INSTALLED) ## Serve the registry on http://localhost:8000 (PORT=8001 for another port)
	@$(PY) -m tools.run

test: $(INSTALLED_DEV) ## Run the tests (ARGS="tests/tools -k port" for some of them)
	@$(PY) -m pytest -n 2 $(ARGS)

drill: $(INSTALLED_DEV) ## Run the long proofs: thousands of agreements, every page in every language
	@$(PY) -m pytest -n 2 -m drill $(ARGS)

bench: $(INSTALLED_DEV) ## Measure the speed beside PostgreSQL alone (SCALES=1k,10k,100k,1m: how it grows; ONLY=memory, import)
	@$(PY) -m tools.bench

check: $(INSTALLED_DEV) ## Check style, the order of the rooms, migrations and deployment settings
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(VENV)/bin/lint-imports
	@$(DEPLOYED) $(PY) -m tools.postgres run -- sh -c '\
		$(PY) manage.py makemigrations --check --dry-run && \
		$(PY) manage.py check --deploy --fail-level WARNING'

fix: $(INSTALLED_DEV) ## Put the style right where that can be done mechanically
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

contract: $(INSTALLED_DEV) ## Write the contract of the API, docs/openapi.json, as it is served
	@$(DEPLOYED) DATABASE_URL=postgresql://nobody@/none \
		$(PY) manage.py spectacular --lang en --format openapi-json --file docs/openapi.new
	@$(PY) -m json.tool --indent 1 --no-ensure-ascii docs/openapi.new docs/openapi.json
	@rm docs/openapi.new

shell: $(INSTALLED) ## Open a Python shell on the registry, running or not
	@$(PY) -m tools.run manage shell

lock: $(INSTALLED_DEV) ## Choose the newest allowed versions and write both requirements files anew
	@$(PY) -m pip install --disable-pip-version-check --quiet uv
	@for file in requirements requirements-dev; do \
		$(PY) -m uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 \
			--no-header --no-emit-index-url $$file.in --output-file $$file.txt || exit 1; done

clean: ## Remove caches (never the data in var)
	@rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage htmlcov
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# pip is the last thing `venv` makes: where it is missing, an earlier attempt was interrupted.
$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "The registry needs Python 3.11 or later: install it, or name it as in" \
		"'make run PYTHON=/opt/python3.12/bin/python3'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments:" \
		"install its venv package (Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Making $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.txt | $(VENV)/bin/pip
	@echo "Installing what the registry runs on (about a minute the first time) ..."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt | $(VENV)/bin/pip
	@echo "Installing what the tests and checks need (a minute or two the first time) ..."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@
