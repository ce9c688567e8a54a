"""What no day changes is built once a process: rules and views, which a daily run leaves standing.

They are half of what a build sends to dbt. The first build of a kind (project, rules, clock, money)
makes all; an empty installation of that kind then begins with the rules and views of it, and builds
every table of events from nothing.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from orchestration.dbt_project import Project
from warehouse.settings import Settings
from warehouse.sql import quoted

Kind = tuple[str, str, str, str]
# Both databases of each kind, and the kind that was built last in each home.
_KEPT: dict[Kind, TemporaryDirectory[str]] = {}
_BUILT: dict[Path, Kind] = {}


@contextmanager
def standing(project: Project, settings: Settings, *, is_part: bool = False) -> Iterator[bool]:
    """Tell whether rules and views stand already while models are built.

    With a part of the models come the rules and views of that part: others do not begin with them.
    """
    kind = (project.files, settings.timezone, settings.currency, settings.phone_country)
    is_ours = project.engine.judges_its_tables
    files = (settings.build_db, settings.serving_build_db)
    is_first = not settings.build_db.exists()
    if is_first and kind in _KEPT:
        for path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(_KEPT[kind].name) / path.name, path)
    yield is_ours and (kind in _KEPT if is_first else _BUILT.get(settings.home) == kind)
    _BUILT[settings.home] = kind
    if is_ours and kind not in _KEPT and not is_part:
        _KEPT[kind] = TemporaryDirectory()
        for path in files:
            _keep(path, Path(_KEPT[kind].name) / path.name, project)


def stand_as(home: Path, copy: Path) -> None:
    """Let the copy of a home go on from what stands in it."""
    if home in _BUILT:
        _BUILT[copy] = _BUILT[home]


def _keep(path: Path, copy: Path, project: Project) -> None:
    """Copy a database without the tables that events change."""
    nodes = project.nodes["nodes"]
    stays = {
        (node["schema"], node["name"])
        for key, node in nodes.items()
        if node["resource_type"] == "seed" or key in project.standing
    }
    shutil.copyfile(path, copy)
    with duckdb.connect(str(copy)) as connection:
        found = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        for schema, table in found:
            if (schema, table) not in stays:
                connection.execute(f"drop table {quoted(schema)}.{quoted(table)}")
