"""Built marts -> the published revision: readers see the last one or the next, whole."""

import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from warehouse.errors import UserError
from warehouse.serving import manifest as manifests
from warehouse.serving import versions
from warehouse.serving.comments import Meanings, write_comments
from warehouse.serving.contents import Part, content_hashes, is_leftover, table_parts
from warehouse.serving.manifest import Manifest
from warehouse.serving.marts import INFO_TABLE, SCHEMA, open_file
from warehouse.serving.parquet import Earlier, write_parts
from warehouse.settings import Settings
from warehouse.sql import quoted
from warehouse.storage.files import (
    READABLE,
    let_others_read,
    replace_folder,
    write_atomically,
)

__all__ = ["Publication", "content_hashes", "current", "publish", "verify"]


@dataclass(frozen=True)
class Publication:
    """A revision readers can open; ``tables`` gives the rows of each mart."""

    revision: int
    path: Path
    changed: bool
    tables: dict[str, int]


def publish(
    settings: Settings, *, as_of_date: date, run_id: str, meanings: Meanings | None = None
) -> Publication:
    """Show readers the marts as they are built now, with what they mean as comments.

    A table that ``meanings`` (where given) does not name is made by no model any more: it goes.
    Equal content on an equal day publishes nothing. Killed anywhere, the revision before stays
    readable and the next call removes what was left; a damaged current revision is superseded.
    """
    serving = settings.serving_dir
    with versions.exclusive(serving):
        parts = _built_parts(settings, meanings)
        before = manifests.read(serving)
        shown = versions.newest_manifest(serving)
        if before and shown > before.revision and shown not in damaged_revisions(settings):
            shown = before.revision  # whole and not shown: a publish was killed before the links
        if before:
            versions.discard_unpublished(serving, before.revision)
        is_same = before is not None and before.holds(parts, as_of_date)
        is_damaged = before is not None and bool(manifests.damage(serving, before))
        if before and is_same and not is_damaged:
            versions.point_links(serving, before.revision)
            return _publication(serving, before, changed=False)

        # The number of a damaged one that readers have seen is not given again.
        revision = max(shown, *versions.revisions_on_disk(serving), 0) + 1
        planned = manifests.describe(revision, as_of_date, run_id, parts)
        earlier = _earlier(serving, before)
        written = _write(settings, planned, parts, earlier, meanings or {})
        published = manifests.write(serving, planned, written)
        versions.point_links(serving, revision)
        if before and is_damaged:
            versions.remove_revision(serving, before.revision)
        versions.keep_latest(serving, settings.keep_versions)
        return _publication(serving, published, changed=True)


def current(settings: Settings) -> Publication | None:
    """Give the published revision, or None before the first."""
    manifest = manifests.read(settings.serving_dir)
    return _publication(settings.serving_dir, manifest, changed=False) if manifest else None


def verify(settings: Settings) -> list[str]:
    """Name every file and link of the current revision that is not as it was published."""
    serving = settings.serving_dir
    manifest = manifests.read(serving)
    if manifest:
        return manifests.damage(serving, manifest) + versions.stray_links(
            serving, manifest.revision
        )
    if versions.revisions_on_disk(serving):
        return [f"{serving / versions.MANIFEST_LINK}: missing or unreadable"]
    return []


def fall_back(settings: Settings) -> str:
    """Show readers the newest whole revision where the current one is damaged; say so, or "".

    The next publishing supersedes both. Call it with the turn to write.
    """
    serving = settings.serving_dir
    with versions.exclusive(serving):
        before = manifests.read(serving)
        problems = manifests.damage(serving, before) if before else []
        if before and not problems:
            return ""
        there, broken = versions.revisions_on_disk(serving), damaged_revisions(settings)
        if not there:
            return ""
        found = (problems or [f"{serving / versions.MANIFEST_LINK}: missing or unreadable"])[0]
        whole = [number for number in there if number not in broken]
        if not whole:
            return f"{found}; this run publishes anew"
        versions.point_links(serving, max(whole))
    return f"{found}; readers see revision {max(whole)} until the next is published"


def damaged_revisions(settings: Settings) -> dict[int, list[str]]:
    """Name, for each revision that is kept, every file that is not as it was published."""
    serving = settings.serving_dir
    found: dict[int, list[str]] = {}
    for revision in versions.revisions_on_disk(serving):
        name = versions.manifest_name(revision)
        manifest = manifests.read(serving, name)
        problems = manifests.damage(serving, manifest) if manifest else []
        found[revision] = problems if manifest else [f"{serving / name}: missing or unreadable"]
    return {revision: problems for revision, problems in found.items() if problems}


def _built_parts(settings: Settings, meanings: Meanings | None) -> list[Part]:
    """Fold the write-ahead log into the build file, so that a copy of it is whole."""
    with open_file(settings, settings.serving_build_db) as build:
        if meanings is not None:
            _drop_all_but(build, meanings)
        build.execute("checkpoint")
        views = build.execute(
            "select view_name from duckdb_views() where database_name = current_database()"
            " and schema_name = ? order by view_name",
            [SCHEMA],
        ).fetchall()
        if views:
            raise UserError(
                f"a mart is a view: {', '.join(name for (name,) in views)}",
                where=str(settings.serving_build_db),
                cure="materialise it as a table: readers do not have what the view reads",
            )
        return table_parts(build)


def _drop_all_but(build: duckdb.DuckDBPyConnection, made: Collection[str]) -> None:
    for table in _tables(build):
        if table not in made and not is_leftover(table):
            build.execute(f"drop table {SCHEMA}.{quoted(table)}")


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ?", [SCHEMA]
    ).fetchall()
    return [name for (name,) in found]


def _write(
    settings: Settings,
    manifest: Manifest,
    parts: list[Part],
    earlier: Earlier | None,
    meanings: Meanings,
) -> list[Path]:
    serving = settings.serving_dir
    database = serving / versions.database_name(manifest.revision)
    copy_database = partial(_copy_database, settings, manifest, meanings)
    write_atomically(database, copy_database, mode=READABLE)
    folder = serving / versions.PARQUET / versions.parquet_name(manifest.revision)
    with open_file(settings, database, read_only=True) as copy:
        replace_folder(folder, lambda new: _write_readable(copy, new, parts, earlier))
    return [database, *(path for path in folder.rglob("*") if path.is_file())]


def _write_readable(
    copy: duckdb.DuckDBPyConnection, new: Path, parts: list[Part], earlier: Earlier | None
) -> None:
    write_parts(copy, new, parts, earlier)
    let_others_read(new)


def _copy_database(
    settings: Settings, manifest: Manifest, meanings: Meanings, target: Path
) -> None:
    shutil.copyfile(settings.serving_build_db, target)
    with open_file(settings, target) as copy:
        for table in _tables(copy):
            if is_leftover(table):
                copy.execute(f"drop table {SCHEMA}.{quoted(table)}")
        _mark(copy, manifest)
        write_comments(copy, meanings)
        copy.execute("checkpoint")


def _mark(copy: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    copy.execute(f"create schema if not exists {SCHEMA}")
    copy.execute(
        f"create or replace table {SCHEMA}.{INFO_TABLE} as"
        " select cast(? as bigint) as revision, cast(? as date) as as_of_date,"
        " cast(? as varchar) as run_id, cast(? as varchar) as row_counts",
        [
            manifest.revision,
            manifest.as_of_date,
            manifest.run_id,
            json.dumps(manifest.rows, ensure_ascii=False),
        ],
    )


def _earlier(serving: Path, before: Manifest | None) -> Earlier | None:
    if before is None or before.duckdb_version != duckdb.__version__:
        return None
    name = f"{versions.PARQUET}/{versions.parquet_name(before.revision)}"
    sha256_by_part = {
        (part, content): before.files[f"{name}/{part}"].sha256
        for part, content in before.parts.items()
        if f"{name}/{part}" in before.files
    }
    return Earlier(serving / name, sha256_by_part)


def _publication(serving: Path, manifest: Manifest, *, changed: bool) -> Publication:
    path = serving / versions.database_name(manifest.revision)
    return Publication(manifest.revision, path, changed, dict(manifest.rows))
