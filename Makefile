# The newcomer's two commands are `make reports` and `make test`; plain `make` explains the rest.
# Needs Python 3.11 or newer and make. Everything else comes from requirements.lock into .venv.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SKK := $(RUN) -m skk_analysis
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help reports test test-slow lab lint sample clean lock benchmarks

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

reports: $(INSTALLED)  ## make the report of every city and year (only what has changed)
	@$(SKK) reports

test: $(INSTALLED)  ## run the tests
	@$(RUN) -m pytest -m "not slow and not live"

test-slow: $(INSTALLED)  ## run the simulations too (coverage of intervals, size of tests)
	@$(RUN) -m pytest -m "slow and not live"

lab: $(INSTALLED)  ## open the notebooks in JupyterLab
	@$(RUN) -m jupyterlab --notebook-dir=notebooks

benchmarks: $(INSTALLED)  ## measure speed, as ratios in one run
	@$(RUN) benchmarks/metrics.py
	@$(RUN) benchmarks/impact.py
	@$(RUN) benchmarks/disclosure.py

lint: $(INSTALLED)  ## style, types and the floors of the house
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports --no-cache

sample: $(INSTALLED)  ## make the invented example data again, byte for byte
	@$(SKK) sample

clean:  ## remove everything that make has made, the raw data excepted
	@rm -rf $(VENV) reports .reports-next logs .skk.lock build .pytask .pytest_cache .hypothesis .mypy_cache .ruff_cache
	@find data/processed -mindepth 1 ! -name .gitkeep -delete
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(INSTALLED)  ## renew requirements.lock and environment.yml from pyproject.toml
	@$(VENV)/bin/uv pip compile pyproject.toml --extra dev --universal --generate-hashes \
	  --no-header --no-annotate --quiet --upgrade --output-file requirements.lock
	@$(RUN) tests/setup/conda_environment.py

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv from requirements.lock (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check uv
	@$(RUN) -m uv pip sync --quiet --python $(RUN) --require-hashes requirements.lock
	@$(RUN) -m uv pip install --quiet --python $(RUN) --no-deps --no-build-isolation --editable .
	@touch $(INSTALLED)
