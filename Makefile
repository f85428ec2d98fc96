# Every target sets up what it needs: a virtual environment in .venv/ with the locked packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TIERS := unit integration e2e browser

.PHONY: help run test pictures check wheel audit lock learn base bench chaos fuzz clean $(TIERS:%=test-%)

help:
	@echo "make run    start the advisor on http://127.0.0.1:3978"
	@echo "make test   run the tests; make test-unit, test-integration, test-e2e, test-browser: one tier of them"
	@echo "make pictures  look at every page in every state, with axe, and accept how they look now"
	@echo "make check  lint, types, import rules, the knowledge"
	@echo "make wheel  build dist/*.whl, which holds the program with its knowledge, and its bill of materials"
	@echo "make audit  look for known vulnerabilities in the locked packages"
	@echo "make lock   lock the packages of pyproject.toml by hash; LOCK=--upgrade takes the newest"
	@echo "make learn  learn the reader of knowledge/ anew, in up to 90 minutes on two cores; goes on where it was stopped"
	@echo "make base   make the files of the base encoder anew, from its pinned weights"
	@echo "make bench  run the benchmark"
	@echo "make chaos  kill servers a thousand times while all else fails; goes on where it was stopped"
	@echo "make fuzz   a million strange inputs in two processes; FUZZ='--minutes 10' stops earlier"

run: $(VENV)/.installed
	@$(BIN)/advisor serve

test: $(VENV)/.installed-dev $(VENV)/.installed-browser
	@echo "Running the tests"
	@$(BIN)/python -m pytest

# Each tier alone (tests/tiers.py says which test is in which).
$(TIERS:%=test-%): test-%: $(VENV)/.installed-dev
	@echo "Running the $* tests"
	@$(BIN)/python -m pytest -m $*

# After the page was changed: look at what is different in tests/adapters/web/pictures/ before it is committed.
pictures: $(VENV)/.installed-dev $(VENV)/.installed-browser
	@PICTURES=accept $(BIN)/python -m pytest tests/adapters/web/test_pictures.py

test-integration test-browser: $(VENV)/.installed-browser

check: $(VENV)/.installed-dev
	@echo "Checking style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "Checking types"
	@$(BIN)/mypy
	@echo "Checking the import rules"
	@$(BIN)/python -m pytest -q tests/test_house.py
	@echo "Checking the knowledge"
	@$(BIN)/advisor check

wheel: $(VENV)/.installed-dev
	@rm -rf build
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@$(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --short-PURLs --output-reproducible \
		--output-file dist/security_advisor.cdx.json requirements.txt
	@ls dist/*.whl dist/*.cdx.json

# Asks the service of the package index, about the names and versions in requirements.txt.
audit: $(VENV)/.installed-dev
	@$(BIN)/pip-audit --disable-pip --require-hashes --requirement requirements.txt

# Anew from pyproject.toml, keeping the versions that still fit; LOCK=--upgrade takes the newest.
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: $(VENV)/.uv
	@$(UV_LOCK) $(LOCK) pyproject.toml --group build --output-file requirements.txt
	@$(UV_LOCK) $(LOCK) pyproject.toml --group build --group dev --output-file requirements-dev.txt
	@$(UV_LOCK) $(LOCK) pyproject.toml --group build --extra learn --output-file requirements-learn.txt
	@echo uv | $(UV_LOCK) $(LOCK) - --output-file requirements-uv.txt

# In an environment of its own: what learning needs is large, and nothing else needs it.
learn:
	@$(MAKE) --no-print-directory VENV=.venv-learn .venv-learn/.installed-learn
	@.venv-learn/bin/advisor learn

base:
	@$(MAKE) --no-print-directory VENV=.venv-learn .venv-learn/.installed-learn
	@.venv-learn/bin/python -m bot.learning.base

$(VENV)/.installed-learn: requirements-learn.txt $(VENV)/.installed
	@$(BIN)/python tools/install.py requirements-learn.txt
	@touch $@

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m bench

# CHAOS="--kills 100 --faults 100" for less; docs/reliability.md says what it does.
chaos: $(VENV)/.installed-dev
	@$(BIN)/python -W ignore -m bench.chaos $(CHAOS)

fuzz: $(VENV)/.installed-dev
	@$(BIN)/python -m fuzz --processes 2 $(FUZZ)

$(VENV)/.created:
	@echo "Creating the virtual environment in $(VENV)/"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "Python 3.11 or newer is needed; set PYTHON=python3.12, for instance" && exit 1)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# uv installs in a tenth of pip's time. It is locked like everything else; where it can't be had, pip does the work.
$(VENV)/.uv: requirements-uv.txt $(VENV)/.created
	@echo "Getting uv, to install with"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt \
		|| echo "uv can't be had here: pip will install the packages, which takes longer"
	@touch $@

$(VENV)/.installed: requirements.txt pyproject.toml tools/install.py $(VENV)/.uv
	@$(BIN)/python tools/install.py requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/python tools/install.py requirements-dev.txt
	@touch $@

# Other people's clients, and a browser for them. Where they can't be had, the tests that need them are skipped.
$(VENV)/.installed-browser: tests/node/package-lock.json $(VENV)/.created
	@if command -v npm >/dev/null; then \
		echo "Installing the clients that the tests talk to"; \
		npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null \
			|| echo "npm could not install them: the tests with Microsoft's and Slack's own tools will be skipped"; \
	else echo "There is no npm here: the tests with Microsoft's and Slack's own tools will be skipped"; fi
	@if command -v chromium chromium-browser google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium"; \
		(apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium) >/dev/null 2>&1 \
			|| echo "Chromium could not be installed: the tests in a browser will be skipped"; \
	else echo "There is no Chromium here: the tests in a browser will be skipped. Install the package chromium to run them"; fi
	@touch $@

clean:
	@rm -rf $(VENV) .venv-learn
