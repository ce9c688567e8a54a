"""A revision -> its manifest: what was published, and whether it still is what it was."""

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from warehouse.serving import versions
from warehouse.serving.contents import Part, table_hashes
from warehouse.storage.files import READABLE, sha256_of, write_text_atomically
from warehouse.storage.notes import checksum_of

CHECKSUM = "sha256"


@dataclass(frozen=True)
class FileMark:
    """Size and SHA-256 of a published file."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What one revision holds.

    ``content_hashes`` is by table, ``parts`` by Parquet file; ``files`` is by path below the
    serving folder. Hashes of content compare only within one ``duckdb_version``.
    """

    revision: int
    as_of_date: str
    run_id: str
    duckdb_version: str
    rows: dict[str, int]
    content_hashes: dict[str, str]
    parts: dict[str, str]
    files: dict[str, FileMark] = field(default_factory=dict)

    def holds(self, parts: list[Part], as_of_date: date) -> bool:
        """Tell whether this revision already shows these marts for this day."""
        return (
            self.duckdb_version == duckdb.__version__
            and self.as_of_date == as_of_date.isoformat()
            and self.parts == {part.file_name: part.hash for part in parts}
        )


def describe(revision: int, as_of_date: date, run_id: str, parts: list[Part]) -> Manifest:
    """Begin the manifest of a revision whose files are not written yet."""
    rows: dict[str, int] = {}
    for part in parts:
        rows[part.table] = rows.get(part.table, 0) + part.rows
    return Manifest(
        revision=revision,
        as_of_date=as_of_date.isoformat(),
        run_id=run_id,
        duckdb_version=duckdb.__version__,
        rows=rows,
        content_hashes=table_hashes(parts),
        parts={part.file_name: part.hash for part in parts},
    )


def write(serving: Path, manifest: Manifest, written: list[Path]) -> Manifest:
    """Mark the files that were written, and put the manifest beside them."""
    marks = {
        path.relative_to(serving).as_posix(): FileMark(path.stat().st_size, sha256_of(path))
        for path in sorted(written)
    }
    complete = dataclasses.replace(manifest, files=marks)
    told = dataclasses.asdict(complete)
    told[CHECKSUM] = checksum_of(told)
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    write_text_atomically(serving / versions.manifest_name(manifest.revision), text, mode=READABLE)
    return complete


def read(serving: Path, name: str = versions.MANIFEST_LINK) -> Manifest | None:
    """Read a manifest, the current one unless named; None where it is not as it was written."""
    try:
        found = json.loads((serving / name).read_text(encoding="utf-8"))
        # One of before manifests had a checksum has none.
        if CHECKSUM in found and found.pop(CHECKSUM) != checksum_of(found):
            return None
        marks = {name: FileMark(**mark) for name, mark in found.pop("files").items()}
        return Manifest(**found, files=marks)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        # Missing, cut or scribbled on: whatever it was, it vouches for nothing.
        return None


def damage(serving: Path, manifest: Manifest) -> list[str]:
    """Name the files that are gone, cut or changed since they were published."""
    problems: list[str] = []
    for name, mark in manifest.files.items():
        path = serving / name
        if not path.is_file():
            problems.append(f"{path}: missing")
        elif (size := path.stat().st_size) != mark.bytes:
            problems.append(f"{path}: {size} bytes instead of {mark.bytes}")
        elif sha256_of(path) != mark.sha256:
            problems.append(f"{path}: content differs from what was published (sha256)")
    return problems
