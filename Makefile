# Every target works as the first command on a fresh clone: it makes .venv and installs what it needs.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint check bench golden docs airflow

BIN := .venv/bin
INSTALLED := .venv/.installed
MODELS := src/regulars/warehouse/models
MODELS_LINTED := .venv/.models-linted
# A third of the time a test waits, for a server, a browser or a disk: one worker more than there are cores, up to five.
WORKERS = $(shell $(BIN)/python -c 'import os; print(min(5, 1 + (os.cpu_count() or 1)))')
SUPPORTED := import ensurepip, sys; sys.exit(sys.version_info < (3, 11))

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## Make .venv with Regulars and the tools of its developers

$(INSTALLED): pyproject.toml
	@python=$${PYTHON:-}; \
	for candidate in python3 python3.13 python3.12 python3.11; do \
	  if [ -z "$$python" ] && $$candidate -c '$(SUPPORTED)' 2>/dev/null; then python=$$candidate; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Regulars needs Python 3.11 or newer with venv. Install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "Installing into .venv; the first time this takes a few minutes."; \
	$$python -m venv .venv
	@$(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@

demo: $(INSTALLED) ## Make a demo shop in shop/ and segment it into warehouse/
	$(BIN)/regulars demo

# In the order of testpaths, the longest first, so that no core is left with one of them in the end. What takes long is told.
test: $(INSTALLED) ## Run every test that can run here, and say what could not
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 60 --durations-min 8

lint: $(INSTALLED) $(MODELS_LINTED) ## Style, types, imports and SQL, without tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Linting SQL takes longer than all the rest, so it is done again only when SQL or its rules have changed.
$(MODELS_LINTED): $(INSTALLED) .sqlfluff $(shell find $(MODELS) src/regulars/warehouse/macros -name '*.sql')
	$(BIN)/sqlfluff lint --processes 2 $(MODELS)
	@touch $@

check: lint ## Lint and unit tests, in under a minute: run it before every commit
	$(BIN)/pytest -q tests/unit tests/architecture -m "not slow" -n 2 --dist loadfile

airflow: .venv-airflow/.installed ## Make .venv-airflow with the Airflow that the tests of the DAG start

# Airflow pins much, so it lives in an environment of its own.
.venv-airflow/.installed: airflow/requirements.txt $(INSTALLED)
	$(BIN)/python -m venv .venv-airflow
	.venv-airflow/bin/python -m pip install --quiet -r airflow/requirements.txt
	@touch $@

bench: $(INSTALLED) ## Run the benchmarks
	@for benchmark in benchmarks/*.py; do echo "$$benchmark"; $(BIN)/python "$$benchmark" || exit 1; done

golden: $(INSTALLED) ## Rewrite the golden files from what the code makes now; read the difference before you commit it
	$(BIN)/pytest -q tests/warehouse/test_golden.py --rewrite-golden

docs: $(INSTALLED) ## Write the pages of docs/ that are made from code
	$(BIN)/python docs/generate.py
