# Every task of this repository has one command. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCK   := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-header --quiet $(LOCK_FLAGS)
PEERS  := gaitmap mobgap scikit-digital-health kielmat

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test test-spark check fuzz bench bench-long bench-peers screenshots lock format

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.has-base  ## set up, then run the main job from end to end
	@$(BIN)/pfp demo

test: $(VENV)/.has-test  ## set up with the test extras, then run the tests (ARGS="-k name" to choose)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

test-spark: $(VENV)/.has-spark  ## the guide docs/spark.md on a Spark of this computer (needs Java; PySpark takes 460 MB)
	@$(BIN)/python -m pytest -n 0 tests/cohort/test_spark.py $(ARGS)

check: $(VENV)/.has-dev  ## format, lint and strict types, changing nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(VENV)/.has-test  ## accuracy against truth; speed, memory, recording and dashboard against their targets
	@$(BIN)/python -m bench $(ARGS)

bench-long: $(VENV)/.has-test  ## the same with the large studies
	@$(BIN)/python -m bench --long $(ARGS)
	@$(BIN)/python -m bench.invariants --long

bench-peers: $(VENV)/.has-test $(PEERS:%=.venv-peers/%/.ready)  ## other gait packages on the same simulated hour
	@$(BIN)/python -m bench.peers $(ARGS)

fuzz: $(VENV)/.has-test  ## read 10,000 damaged files with every parser (ARGS="--only fit --cases 500" for less)
	@$(BIN)/python tests/fuzz/fuzz_run.py $(ARGS)

format: $(VENV)/.has-dev  ## write the format and the safe lint fixes
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

screenshots: $(VENV)/.has-test  ## the README's pictures, of true output on a synthetic diary (needs a Chromium)
	@$(BIN)/python -m bench.pictures

lock: $(VENV)/.has-dev  ## make requirements/ again from pyproject.toml (LOCK_FLAGS=--upgrade for newer versions)
	$(LOCK) pyproject.toml --extra build --extra rig --extra watch -o requirements/base.txt
	$(LOCK) pyproject.toml --extra test -c requirements/base.txt -o requirements/test.txt
	$(LOCK) pyproject.toml --extra spark -c requirements/test.txt -o requirements/spark.txt
	$(LOCK) pyproject.toml --extra dev -c requirements/test.txt -o requirements/dev.txt
	@for peer in $(PEERS); do \
	  $(LOCK) requirements/peers-$$peer.in -o requirements/peers-$$peer.txt || exit 1; done

# The environment. One stamp per lock file: made again only when the lock or the project's metadata changes.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "pfp_sensors needs Python 3.11 or newer; $(PYTHON) is: $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python could not make an environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.has-%: requirements/%.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing requirements/$*.txt into $(VENV) ..."
	@$(PIP) install --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# One environment for each package of the comparison: their versions of numpy and SciPy exclude each other. One that
# cannot be made (no wheel for this machine, no network) says why in its install.log and in the page, and stops nothing.
.venv-peers/%/.ready: requirements/peers-%.txt | $(VENV)/pyvenv.cfg
	@echo "Installing $< into $(@D) ..."
	@rm -rf $(@D) && mkdir -p $(@D)
	@{ $(BIN)/python -m venv $(@D) && $(@D)/bin/python -m pip --disable-pip-version-check -qq install \
	  --only-binary :all: --require-hashes -r $<; } >$(@D)/install.log 2>&1 && touch $@ || \
	  { echo "$(@D) could not be made:" >&2; tail -n 2 $(@D)/install.log >&2; }
