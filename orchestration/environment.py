"""Process environment: what Dagster and dbt must find before they are imported."""

import json
import os
from functools import cache

from warehouse.build.database import default_memory_limit
from warehouse.configuration import load_settings
from warehouse.settings import Settings
from warehouse.storage.places import file_systems

# The product calls out to nobody.
QUIET = {
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
}

DAGSTER_YAML = """\
# Written by userops on every start; settings live in userops.toml.
telemetry:
  enabled: false
nux:
  enabled: false
# One process writes the build database; runs started from the UI wait for each other.
concurrency:
  pools:
    default_limit: 1
    granularity: run
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
event_log_storage:
  module: orchestration.event_log
  class: EventLog
  config:
    base_dir: {history}
"""


@cache
def settings() -> Settings:
    """Return the settings of this process; read once."""
    return load_settings()


def enter(current: Settings) -> None:
    """Point Dagster and dbt at an installation: folders, run history, silence."""
    os.environ.update(QUIET)
    os.environ["USEROPS_BUILD_DB"] = str(current.build_db)
    os.environ["USEROPS_SERVING_BUILD_DB"] = str(current.serving_build_db)
    os.environ["USEROPS_DBT_WAREHOUSE"] = current.spark_tables
    os.environ["USEROPS_DBT_METASTORE"] = str(current.engine_dir / "metastore")
    for name, value in (
        ("USEROPS_DBT_THREADS", str(current.threads or "")),
        ("USEROPS_DBT_MEMORY", current.memory_limit or default_memory_limit()),
    ):
        if value:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)
    os.environ["USEROPS_LAKE_FILE_SYSTEMS"] = repr(file_systems(current.lake_root))
    os.environ["DAGSTER_HOME"] = str(current.dagster_home)
    current.dagster_home.mkdir(parents=True, exist_ok=True)
    # The build database and the lake hold contact details: nobody else reads them.
    closed = [current.build_dir, current.engine_dir]
    for folder in [*closed, *([] if current.lake else [current.home / "lake"])]:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    config = current.dagster_home / "dagster.yaml"
    history = json.dumps(str(current.dagster_home / "history" / "runs"))
    text = DAGSTER_YAML.format(history=history)
    if not config.is_file() or config.read_text() != text:
        config.write_text(text)
