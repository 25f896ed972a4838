# The project's commands. Each is quiet while all is well.

PYTHON ?= python3
NAME ?=
SECONDS ?= 600

BIN := .venv/bin
DEMO := .venv/.demo
DEV := .venv/.dev
# One more than there are cores, since many tests wait for servers; more than four get into each other's way.
WORKERS = $(shell $(PYTHON) -c "import os; print(min((os.cpu_count() or 1) + 1, 4))")

# Runs a command and shows what it said only when it failed.
quietly = @said=$$($(1) 2>&1) || { printf '%s\n' "$$said"; exit 1; }

.PHONY: help demo test lint types layers servers bench readme rules fuzz fuzz-keep soak clean

help:
	@echo "make demo    PostgreSQL with broken connections, explained and mended; needs nothing but Python"
	@echo "make test    everything that must hold: lint, types, layers, and the tests on real servers"
	@echo "make lint | types | layers    one of them"
	@echo "make servers    install what the tests talk to (Debian packages only as root)"
	@echo "make bench NAME=why    measure against Airflow (why, detector, rotation), or against PostgreSQL as the judge (privileges)"
	@echo "make readme    write the transcripts of README and docs/privileges.md anew from real runs"
	@echo "make rules    write docs/rules anew, with transcripts of real runs on PostgreSQL 15 and PgBouncer"
	@echo "make fuzz SECONDS=600    feed random bytes to the startup exchange"
	@echo "make fuzz-keep    keep as tests what that found"
	@echo "make soak    tests that run for minutes"
	@echo "make clean    remove all that these commands made"

demo: $(DEMO)
	@$(BIN)/safeconduct demo

test: $(DEV)
	@$(BIN)/python -m tools.servers || true
	@$(MAKE) --no-print-directory lint types layers
	@$(BIN)/pytest --quiet --numprocesses $(WORKERS) --dist loadscope

lint: $(DEV)
	$(call quietly,$(BIN)/ruff check --quiet)
	$(call quietly,$(BIN)/ruff format --check --quiet)

types: $(DEV)
	$(call quietly,$(BIN)/mypy)

layers: $(DEV)
	$(call quietly,$(BIN)/lint-imports)

servers: $(DEV)
	@$(BIN)/python -m tools.servers

bench: $(DEV)
	@$(BIN)/python -m tools.servers
	@$(BIN)/python -m benchmarks $(NAME)

readme: $(DEV)
	@$(BIN)/python -m tools.readme

rules: $(DEV)
	@$(BIN)/python -m tools.servers || true
	@$(BIN)/python -m tools.rule_pages --transcripts

fuzz: $(DEV)
	@$(BIN)/python -m tools.environment fuzz || true
	@$(BIN)/python -m tests.fuzz.guided fuzz --seconds $(SECONDS)

fuzz-keep: $(DEV)
	@$(BIN)/python -m tests.fuzz.guided keep

soak: $(DEV)
	@$(BIN)/pytest --quiet -m soak

clean:
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMO): pyproject.toml
	@$(PYTHON) -m tools.environment demo
	@touch $@

$(DEV): pyproject.toml
	@$(PYTHON) -m tools.environment dev
	@touch $@ $(DEMO)
