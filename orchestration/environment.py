"""Process environment: what Dagster and dbt must find before they are imported."""

import json
import os
from functools import cache

from warehouse.build.database import default_memory_limit
from warehouse.configuration import load_settings
from warehouse.settings import Settings
from warehouse.storage.files import OURS_FOLDER, READABLE_FOLDER
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
retention:
  schedule: &ticks
    purge_after_days: {{skipped: 7, failure: {days}, success: {days}}}
  sensor: *ticks
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


def close_to_others(current: Settings) -> None:
    """Keep what is written to whoever runs this, whatever the umask; readers get what is published.

    Lake, build, exports and run history hold contact details or name people. ``serving`` is for BI
    tools, which may be somebody else on this machine: open to read.
    """
    is_new = not current.home.exists()
    current.home.mkdir(parents=True, exist_ok=True)
    if is_new:
        current.home.chmod(READABLE_FOLDER)  # to pass through, on the way to what is published
    os.umask(0o077)
    closed = [current.dagster_home, current.build_dir, current.engine_dir, current.exports_dir]
    closed += [] if current.lake else [current.home / "lake"]
    for folder in closed:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o777 != OURS_FOLDER:
            folder.chmod(OURS_FOLDER)


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
    close_to_others(current)
    config = current.dagster_home / "dagster.yaml"
    history = json.dumps(str(current.dagster_home / "history" / "runs"))
    text = DAGSTER_YAML.format(history=history, days=current.keep_history_days)
    if not config.is_file() or config.read_text() != text:
        config.write_text(text)
