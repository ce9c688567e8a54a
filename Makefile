# One command each; `make setup` is done by whichever of them comes first.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SPARK_READY := .venv/.spark-ready
LOCK := uv pip compile --universal --python-version 3.11 --extra dev --extra s3 --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml

# What `make bench` measures, and the Python of what it is compared to.
EVENTS ?= 1_000_000
GOALS ?= 1,2,3,4,5,6,7,8
BASELINE_PYTHON ?= .venv-baselines/bin/python

# How many processes the tests share; each has 600 MB.
WORKERS ?= 2

export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.PHONY: setup demo dev test test-year test-spark test-spark-large check bench lock clean

setup: $(READY) ## the environment, from the lock

# Everything is compiled at installation: without it each start compiles what it imports.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "userops needs Python 3.11 or newer; name one with: make setup PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m compileall -q orchestration quality warehouse
	touch $(READY)

demo: $(READY) ## simulate a shop, run the whole journey, say where the results are
	$(BIN)/userops demo

dev: $(READY) ## the Dagster UI on 127.0.0.1:3000
	$(BIN)/userops dev

test: $(READY) ## the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-year: $(READY) ## a simulated year at once and as 52 weekly catch-ups: the same tables
	$(BIN)/python -m pytest -s tests/year

test-spark: $(SPARK_READY) ## DuckDB against a Spark cluster on this machine, table by table; needs Java 17
	$(BIN)/python -m pytest -s -m 'not large' tests/spark

test-spark-large: $(SPARK_READY) ## the same over more people, more days and a day delivered again
	$(BIN)/python -m pytest -s -m large tests/spark

$(SPARK_READY): $(READY) requirements-spark.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-spark.lock
	touch $(SPARK_READY)

check: $(READY) ## style, types, SQL style, dbt and Dagster definitions
	mkdir -p target # where dbt and sqlfluff keep a database of their own
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/ty check
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests
	$(BIN)/dbt --quiet --warn-error parse --project-dir dbt_project --profiles-dir dbt_project --target-path target --log-path target
	$(BIN)/dg check defs

bench: $(READY) ## how fast, measured side by side: make bench EVENTS=10_000_000 (docs/benchmarks.md)
	$(BIN)/python -m tests.benchmarks --events $(EVENTS) --goals $(GOALS) --baseline-python $(BASELINE_PYTHON) $(BENCH)

lock: ## renew the two locks (needs uv)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra spark --constraint requirements.lock --output-file requirements-spark.lock

clean: ## what can be made again; the data stays
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs target
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
