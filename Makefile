# Two commands are enough: `make demo` and `make test`. Each builds .venv once.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Databases of tests live in memory where the system has a file system for that.
IN_MEMORY := $(shell test -w /dev/shm && echo --basetemp=/dev/shm/relationship-tests-$$PPID)

.PHONY: help demo test test-all unit lint format lock bench evaluate-verbatims soak judge screenshots clean

help:
	@echo "make demo      start the demonstration: a simulated organisation, synced, rated and shown"
	@echo "make test      everything that CI checks: style, types, architecture, tests"
	@echo "make test-all  the same with every test on PostgreSQL, every look and every place of a kill (an hour)"
	@echo "make unit      the quick tests only"
	@echo "make format    let ruff format and tidy the code"
	@echo "make bench     the side-by-side measurements (an hour)"
	@echo "make screenshots   take the pictures of docs/images anew"
	@echo "make soak      live through 300 seeded fault plans on both databases (an hour; SOAK='--from 126' goes on)"
	@echo "make evaluate-verbatims   how well customers' texts are understood, on labelled French texts"
	@echo "make judge     let Prism and Microsoft's own client judge the simulated organisation"
	@echo "make lock      write requirements.lock anew from pyproject.toml"

demo: $(STAMP)
	@$(BIN)/relationship demo $(DEMO)

test: $(STAMP) lint
	@sh scripts/need-chromium.sh
	RELATIONSHIP_SAMPLE=1 $(BIN)/python -m pytest -n 3 --dist worksteal $(IN_MEMORY)

test-all: $(STAMP) lint
	@sh scripts/need-chromium.sh
	RELATIONSHIP_ALL_KILLS=1 $(BIN)/python -m pytest -n 3 --dist worksteal $(IN_MEMORY)

unit: $(STAMP)
	$(BIN)/python -m pytest -m "not browser and not slow"

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/codespell

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python benchmarks/upsert.py
	$(BIN)/python benchmarks/rating.py
	$(BIN)/python benchmarks/new_rules.py
	$(BIN)/python benchmarks/paths.py
	$(BIN)/python benchmarks/ties.py
	$(BIN)/python benchmarks/suggestion.py
	$(BIN)/python benchmarks/msgraph_sdk.py
	$(BIN)/python benchmarks/import_usage.py --postgresql
	$(BIN)/python benchmarks/million.py

soak: $(STAMP)
	$(BIN)/python benchmarks/soak.py $(SOAK)
	RELATIONSHIP_ALL_KILLS=1 $(BIN)/python -m pytest tests/sync/test_sync_killed.py

evaluate-verbatims: $(STAMP)
	$(BIN)/python benchmarks/evaluate_verbatims.py

judge: $(STAMP)
	@sh scripts/judge.sh

screenshots: $(STAMP)
	@sh scripts/need-chromium.sh
	$(BIN)/python docs/screenshots.py

lock: $(STAMP)
	$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate \
		--no-header --extra postgres --extra demo --extra learn --group build --group test --group lint \
		pyproject.toml -o requirements.lock

$(STAMP): requirements.lock pyproject.toml scripts/build-venv.sh
	@sh scripts/build-venv.sh "$(PYTHON)" "$(VENV)"
	@touch $@

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .hypothesis
