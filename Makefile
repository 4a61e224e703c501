# Every command of the project. A fresh machine needs git, make and Python 3.11 or newer; each target sets up the rest.
PYTHON_BIN = .venv/bin
TESTS ?= tests
MINUTES ?= 20

.PHONY: help run setup setup-test test test-sqlite lint format soak bench screenshots

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

run: setup ## serve the demo at http://127.0.0.1:8000 (HOST and PORT change that)
	DEMO=1 $(PYTHON_BIN)/python manage.py serve --demo

setup: ## what running needs: system packages, Python packages, fonts, front-end files
	@sh tooling/setup.sh run

setup-test: ## the same for tests: also a browser, PostgreSQL, Redis
	@sh tooling/setup.sh test

test: setup-test ## the whole suite on SQLite, and again on PostgreSQL with Redis and a real worker
	@$(PYTHON_BIN)/python -m tooling.test

test-sqlite: setup-test ## the suite on SQLite only
	@$(PYTHON_BIN)/python -m tooling.test --only sqlite

lint: setup-test ## format, style, types, import contracts, templates, missing migrations
	@$(PYTHON_BIN)/python -m tooling.lint

format: setup-test ## let ruff rewrite what it can
	$(PYTHON_BIN)/ruff format .
	$(PYTHON_BIN)/ruff check --fix-only --quiet .

soak: setup-test ## break a site like that of production again and again under load (MINUTES=20, SEED)
	@$(PYTHON_BIN)/python -m tooling.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

bench: setup-test ## measure the draw, its verification, imports, lists, workbooks, PDFs and the last hour of a self-check
	@for script in tests/bench/bench_*.py; do $(PYTHON_BIN)/python $$script || exit 1; done

screenshots: setup-test ## take the pictures of docs/ again, from a demo of their own
	@$(PYTHON_BIN)/python -m tooling.screenshots
