# The tools live in .venv; a stamp in it says that an extra is installed as pyproject.toml has it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
INSTALL := $(PIP) --editable
# Most modules of TensorFlow and others are never imported; those that are get compiled then.
INSTALL_TOOLS := $(PIP) --no-compile --editable
# All files as they are on Linux, where the tests run; what is installed elsewhere also as it is there.
TYPES := printf '%s\n' linux 'win32 kerasinspect' 'darwin kerasinspect' | xargs -P 2 -L 1 \
	sh -c '$(BIN)/mypy --platform $$0 --cache-dir .mypy_cache/$$0 $$@'
QUIET_TENSORFLOW := CUDA_VISIBLE_DEVICES= TF_CPP_MIN_LOG_LEVEL=3

# Many tests start an interpreter, and each would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-fast build sbom test-wheel bench docs lint format types samples fuzz releases loads \
	pictures clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV)/dev.stamp ## set up .venv with everything that the other targets need

demo: $(VENV)/core.stamp ## list the arrays of a small network, and explain one of its layers
	@$(BIN)/kerasinspect list sample_models/question_network.keras
	@echo
	@$(BIN)/kerasinspect show sample_models/question_network.keras --layer dense --explain

test: $(VENV)/test.stamp ## run the tests, with the real Keras as oracle
	$(QUIET_TENSORFLOW) $(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile

test-fast: $(VENV)/test.stamp ## run the tests of every room in a few minutes, without Keras and hostile files
	$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile --fast

build: $(VENV)/release.stamp ## make sdist and wheel of the last commit, twice, and compare and check them; TAG=v1.2.3
	$(BIN)/python -m tests.distribution.build $(if $(TAG),--tag '$(TAG)')

sbom: build ## list what an installed wheel consists of, for CycloneDX
	$(BIN)/python -m tests.distribution.sbom

test-wheel: build ## try the wheel with nothing and with each extra; PYTHONS="a/python b/python" ONLY="core report" LOWEST=1
	$(BIN)/python -m tests.distribution.install $(if $(PYTHONS),--python $(PYTHONS)) $(if $(ONLY),--only $(ONLY)) \
		$(if $(LOWEST),--lowest)

bench: $(VENV)/test.stamp ## measure every command; BASELINE=commit KERAS=python RUNS=9 ONLY=model
	$(BIN)/python -m benchmarks --runs $(or $(RUNS),9) $(if $(KERAS),--keras $(KERAS)) \
		$(if $(BASELINE),--baseline $(BASELINE)) $(foreach model,$(ONLY),--only '$(model)')

docs: $(VENV)/docs.stamp ## write the pages that are made from code, and the documentation as a site: build/site
	for page in manual commands rules saving schemas; do $(BIN)/python -m docs.make_$$page || exit 1; done
	$(BIN)/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going --nitpicky \
		--conf-dir docs --doctree-dir build/doctrees . build/site

lint: $(VENV)/dev.stamp ## check style, types, imports between rooms, and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(TYPES)

format: $(VENV)/dev.stamp ## rewrite the code in the project's style
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

types: $(VENV)/dev.stamp ## check types, as they are on each system
	$(TYPES)

samples: $(VENV)/test.stamp ## make the sample models again, with the real Keras
	$(QUIET_TENSORFLOW) $(BIN)/python sample_models/make_samples.py

fuzz: $(VENV)/test.stamp ## break model files in every way and see that nothing crashes or hangs; COUNT=10000
	$(BIN)/python -m tests.fuzz.fuzz --count $(or $(COUNT),10000)
	$(BIN)/python -m tests.fuzz.folders --count $(or $(COUNT),10000)

releases: $(VENV)/test.stamp ## read what every Keras 3 accepts; RELEASES=folder PYTHONS="old/python new/python"
	for version in $$($(BIN)/pip index versions keras 2>/dev/null | grep -o '\b3\.[0-9]*\.[0-9]*\b' | sort -u); do \
		test -d $(RELEASES)/$$version || $(BIN)/python -m pip install --quiet --no-deps \
			--target $(RELEASES)/$$version keras==$$version || exit 1; done
	$(BIN)/python -m tests.keras_releases $(RELEASES) $(or $(PYTHONS),$(BIN)/python)

loads: $(VENV)/test.stamp ## hold compat against load_model; MODELS=folder RELEASES=folder VERSIONS="3.8.0 3.15.1"
	$(BIN)/python -m tests.keras_releases.measuring $(MODELS) $(RELEASES) \
		--python $(or $(PYTHONS),$(BIN)/python) --releases $(VERSIONS)
	$(BIN)/python -m docs.make_compat_results

pictures: $(VENV)/dev.stamp ## draw the pictures of the README and the documentation again
	$(BIN)/python -m docs.make_pictures

clean: ## remove .venv and everything that the tools leave behind
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/core.stamp: pyproject.toml kerasinspect/version.py | $(BIN)/python
	$(INSTALL) .
	@touch $@

$(VENV)/docs.stamp: pyproject.toml kerasinspect/version.py | $(BIN)/python
	$(INSTALL_TOOLS) '.[docs]'
	@touch $@ $(VENV)/core.stamp

$(VENV)/release.stamp: pyproject.toml kerasinspect/version.py | $(BIN)/python
	$(INSTALL_TOOLS) '.[release]'
	@touch $@ $(VENV)/core.stamp

$(VENV)/test.stamp: pyproject.toml kerasinspect/version.py | $(BIN)/python
	$(INSTALL_TOOLS) '.[test]'
	@touch $@ $(VENV)/core.stamp

$(VENV)/dev.stamp: pyproject.toml kerasinspect/version.py | $(BIN)/python
	$(INSTALL_TOOLS) '.[dev]'
	@touch $@ $(VENV)/test.stamp $(VENV)/core.stamp
