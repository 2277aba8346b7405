# `make` alone lists what there is. Every target does its own set-up; PYTHON=python3.12 chooses the Python for it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
BOOK ?= manuscript/book.yaml
TESTS ?=
JOBS ?= 2
BENCH ?=

# On a Mac the loader has to be told where Homebrew keeps Pango.
ifeq ($(shell uname),Darwin)
WITH := DYLD_FALLBACK_LIBRARY_PATH=$(shell brew --prefix 2>/dev/null || echo /opt/homebrew)/lib:/usr/local/lib:/usr/lib
endif
PYTEST := $(WITH) $(BIN)/python -m pytest

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: book
book: setup ## build the memoir into dist/: PDF, EPUB and HTML (BOOK=path for another book)
	@$(WITH) $(BIN)/bookforge build $(BOOK)

.PHONY: test
test: setup-test lint types ## prove the tool: lint, types and every test
	@$(PYTEST) -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

.PHONY: check
check: test ## all that CI runs

.PHONY: setup
setup: ## prepare .venv and Pango
	@scripts/setup run

.PHONY: setup-test
setup-test: ## prepare what the tests need too: Chromium, the validators
	@scripts/setup test

.PHONY: format
format: setup-test ## write the code in the one format
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format .

.PHONY: lint
lint: setup-test ## style, format, spelling
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/codespell src docs layouts *.md

.PHONY: types
types: setup-test ## types, strictly
	@$(BIN)/mypy

.PHONY: unit spec golden pages browser
unit: setup-test ## the fast tests of single functions
	@$(PYTEST) tests/unit
spec: setup-test ## Markdown in, XHTML out
	@$(PYTEST) tests/spec
golden: setup-test ## whole books against their expected output (then: pytest --update-golden, and read the diff)
	@$(PYTEST) tests/golden
pages: setup-test ## facts of laid-out pages
	@$(PYTEST) tests/pages
browser: setup-test ## the HTML edition in Chromium
	@$(PYTEST) tests/browser

.PHONY: validate
validate: setup-test ## EPUBCheck, Ace, veraPDF, Nu and axe on the memoir
	@$(PYTEST) tests/validators

.PHONY: doctor
doctor: setup ## what is on this machine, what is missing, how to get it
	@$(WITH) $(BIN)/bookforge doctor

.PHONY: lock
lock: ## pin the dependencies anew (UPGRADE=--upgrade moves them)
	@scripts/lock

.PHONY: clean
clean: ## remove what was built: dist and the caches of the test tools
	@rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: purge
purge: clean ## remove what was installed here too: .venv, .tools
	@rm -rf .venv .tools

.PHONY: pictures
pictures: setup-test book ## draw the README's pictures of the memoir's pages anew
	@$(WITH) $(BIN)/python -m tests.pages.pictures

.PHONY: bench
bench: setup-test ## measure builds and edits beside others; writes docs/benchmarks.md (BENCH=--quick only prints)
	@$(WITH) $(BIN)/python -m tests.benchmarks.bench $(BENCH)

.PHONY: bench-pages
bench-pages: setup-test ## count what a designer would circle, beside pandoc and Typst; writes docs/benchmarks.md
	@$(WITH) $(BIN)/python -m tests.benchmarks.pages
