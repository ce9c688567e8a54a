"""A dbt project's files -> its manifest, kept beside dbt's target for as long as all of them stay.

dbt looks at every file and parses what has changed: half a second of every run, and three quarters
of that to find that nothing has.
"""

import contextlib
import hashlib
import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from warehouse.errors import UserError
from warehouse.storage.files import sha256_of, write_atomically
from warehouse.storage.notes import read_note, write_note

PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests")
# Whose classes a manifest is made of.
MAKERS = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "dbt-spark", "mashumaro")


def fingerprint(folder: Path, engine: str) -> str:
    """Hash what a manifest comes of: every file of the project, the engine, dbt itself."""
    seen = hashlib.sha256(repr((engine, sys.version, [_version(name) for name in MAKERS])).encode())
    for part in PARTS:
        root = (folder / part).resolve()
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                seen.update(f"{part}/{path.relative_to(root)} {content}\n".encode())
    return seen.hexdigest()[:32]


def load(
    target: Path, files: str, flags: Sequence[str], *, with_tests: bool
) -> tuple[Any, Mapping[str, Any]]:
    """Return dbt's manifest and the same as plain data, ``with_tests`` as they are compiled.

    Whatever is wrong with what was kept, dbt parses again: a bit may have flipped in the SQL.
    """
    kept = target / f"manifest-{files}.pickle"
    plain = target / f"manifest-{files}.json"
    note = target / f"manifest-{files}.note"
    with contextlib.suppress(Exception):
        if read_note(note) == [sha256_of(kept), sha256_of(plain)]:
            # Of this installation's own making, in a folder as private as its tables.
            return _unpacked(kept.read_bytes()), json.loads(plain.read_text())
    manifest = _parse(flags, with_tests=with_tests)
    for other in target.glob("manifest-*"):
        other.unlink(missing_ok=True)
    write_atomically(plain, lambda path: manifest.write(str(path)))
    write_atomically(kept, lambda path: _pack(manifest, path))
    write_note(note, [sha256_of(kept), sha256_of(plain)])
    return manifest, json.loads(plain.read_text())


def _parse(flags: Sequence[str], *, with_tests: bool) -> Any:
    """Let dbt parse the project, and compile its data tests as it would for `dbt test`."""
    from dbt.cli.main import dbtRunner

    parsed = dbtRunner().invoke(["parse", *flags, "--no-write-json"])
    if not parsed.success:
        raise _told(parsed.exception)
    manifest: Any = parsed.result
    tests = ["--select", "resource_type:test", "--no-introspect", "--no-populate-cache"]
    if with_tests:
        dbtRunner(manifest).invoke(["compile", *flags, "--no-write-json", *tests])
    return manifest


def _told(error: BaseException | None) -> BaseException:
    """Return what dbt found wrong with the files as one sentence; any other error as it is."""
    from dbt_common.exceptions import DbtBaseException

    if not isinstance(error, DbtBaseException):
        return error or RuntimeError("dbt could not parse the project")
    return UserError(
        "dbt cannot read the project: " + " ".join(str(error).split()),
        where="dbt_project",
        cure="mend the file it names, then run again",
    )


def _pack(manifest: Any, path: Path) -> None:
    """Keep what dbt's own `Manifest.deepcopy` takes along; its lock and its look-ups come anew."""
    names = [field.name for field in fields(manifest) if not field.name.startswith("_")]
    content = {name: getattr(manifest, name) for name in names}
    path.write_bytes(pickle.dumps(content, pickle.HIGHEST_PROTOCOL))


def _unpacked(kept: bytes) -> Any:
    from dbt.contracts.graph.manifest import Manifest

    return Manifest(**pickle.loads(kept))  # noqa: S301


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
