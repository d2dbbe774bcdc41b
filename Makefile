# The front door. `make help` is the manual.
.DEFAULT_GOAL := help
.PHONY: help reports test test-quick verify check lab lock clean setup
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
JOBS   ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
ARGS   ?=

BIN := $(VENV)/bin
# The set-up is right for one lock, one project file and one folder. A killed set-up leaves no stamp, and is done again.
KEY := $(shell (pwd; cat requirements.lock pyproject.toml) | cksum | cut -d ' ' -f 1)
STAMP ?= $(VENV)/installed-$(KEY)

help:
	@echo 'How themes move between dated texts'
	@echo
	@echo '  make reports   run the notebooks, make figures/ and reports/: only what has changed. Read reports/index.html'
	@echo '  make verify    run everything anew in a scratch folder and compare with the figures and reports committed'
	@echo '  make test      all tests; those in a browser where Chromium is installed'
	@echo '  make test-quick  those that need no kernel, no browser and no patience: under 20 seconds'
	@echo '  make check     lint, format, types, and that imports run one way'
	@echo '  make lab       JupyterLab; notebooks run there on their default parameters. ARGS=... go to JupyterLab'
	@echo '  make lock      requirements.lock anew from pyproject.toml (needs uv)'
	@echo '  make clean     remove what can be made again and is not committed ($(VENV) stays)'
	@echo
	@echo 'Each sets up $(VENV) when that is needed: Python 3.11 or later with venv, make and git must be there.'
	@echo 'PYTHON=... chooses the Python. In an environment of your own: make reports VENV=$$CONDA_PREFIX STAMP='
	@echo 'One step alone: $(BIN)/doit run:02_themes.  All steps: $(BIN)/doit list --all'

reports: $(STAMP)
	@$(BIN)/python -m analysis.pipeline

test: $(STAMP)
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

test-quick: $(STAMP)
	$(BIN)/python -m pytest -n $(JOBS) --hypothesis-profile quick \
	  -m 'not kernel and not browser and not slow' $(ARGS)

verify: $(STAMP)
	@$(BIN)/python -m analysis.pipeline.verify

check: $(STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

lab: $(STAMP)
	$(BIN)/python -m jupyter lab --LabApp.news_url=None \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate $(ARGS)

lock:
	uv pip compile pyproject.toml --extra test --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11.2 -o requirements.lock $(ARGS)

clean:
	rm -rf data/processed out build .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info
	find src tests notebooks benchmarks '(' -name __pycache__ -o -name .ipynb_checkpoints ')' -prune -exec rm -rf {} +

setup: $(STAMP)

$(VENV)/installed-%:
	@test -n '$(PYTHON)' || { echo 'There is no python3 here. Install Python 3.11 or later (Debian: apt install python3 python3-venv).'; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$('$(PYTHON)' --version). Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@'$(PYTHON)' -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo '$(PYTHON) cannot make environments. Install its venv package (Debian: apt install python3-venv).'; exit 1; }
	@test ! -e '$(VENV)/conda-meta' || { echo '$(VENV) is an environment of conda: say STAMP= to use it as it is.'; exit 1; }
	@echo 'Setting up $(VENV) (once, one or two minutes)'
	@rm -rf '$(VENV)'
	@'$(PYTHON)' -m venv '$(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch '$@'
