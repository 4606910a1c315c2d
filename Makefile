# `make` lists every task. A fresh machine needs Python 3.11 or newer and make, nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What to test: a file, a folder, or anything else pytest takes; all of it by default.
only ?=
# What to measure; all of it by default.
name ?=

.PHONY: help install up demo test check types layout contracts format bench lock browser reference words screenshots clean

help: ## list these tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## fill .venv from the locked list and stop

# Hashes are required, so nothing comes in that was not locked. The package itself is put on the path
# instead of being built: that needs no build tool, and what runs is what stands in src/.
$(STAMP): locks/dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is too old: Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "installing into $(VENV), once"
	@$(BIN)/python -m pip install --quiet --require-hashes -r locks/dev.txt
	@$(BIN)/python tools/link.py
	@touch $(STAMP)

up: install ## install, start everything with the demo shop, and serve it until Ctrl-C
	@exec $(BIN)/orderan serve --demo

demo: install ## load the demo shop into the database
	@$(BIN)/orderan demo

# A file at a time, so that no processor waits while there is a file left. What takes longest begins first
# (tests/longest_first.py), which xdist must not put in another order.
test: install browser ## install and pass every test; only=tests/kit for some of them
ifdef only
	@$(BIN)/python -m pytest $(only)
else
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
endif

# What does not wait for another runs beside it; what each says comes in one piece.
check: install ## format, lint, types, import contracts, then every test: what CI runs
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types layout contracts browser
	@$(MAKE) --no-print-directory test

types: install
	@$(BIN)/mypy

layout: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

contracts: install
	@$(BIN)/lint-imports --no-logo

format: install ## format the code and mend what the linter can
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: install ## measure against the promises; name=placement for one
	@$(BIN)/orderan bench $(name)

reference: install ## write docs/reference again from the code, after changing schema, states or refusals
	@$(BIN)/python -m tools.reference

words: install ## sort the catalogues of translations
	@$(BIN)/python -m tools.words

lock: install ## choose versions anew and write locks/
	@$(BIN)/python -m pip install --quiet uv
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --upgrade --generate-hashes \
		--universal --no-emit-index-url --python-version 3.11 --extra ml pyproject.toml -o locks/run.txt
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --generate-hashes \
		--universal --no-emit-index-url --python-version 3.11 --extra dev --extra ml -c locks/run.txt pyproject.toml \
		-o locks/dev.txt

browser: ## see to Chromium for the browser tests, where that is possible
	@if for one in chromium-headless-shell chromium chromium-browser google-chrome; do \
		command -v $$one && break; done >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "installing Chromium for the browser tests"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends chromium-headless-shell >/dev/null; } \
			|| echo "Chromium could not be installed: browser tests are skipped, or fail in CI"; \
	else \
		echo "no Chromium here, and installing it takes root and apt-get: browser tests are skipped, or fail in CI"; \
	fi

screenshots: install browser ## make the pictures of README.md from the demo shop
	@$(BIN)/python -m tools.screenshots

clean: ## remove .venv and caches; never touches data
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage dist build
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
