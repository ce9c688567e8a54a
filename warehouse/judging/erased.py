"""Who was erased -> their rows and lines, known by a keyed hash of each id and by nothing else.

An id that was erased, and every anonymous id that was its, is dropped at the door for ever,
however it is written there.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute

from warehouse.judging.spelling import narrow
from warehouse.judging.values import AROUND_IDS, Rejected, identifier

pc: Any = pyarrow.compute  # its functions are made when it is imported

ID_COLUMNS = ("user_id", "anonymous_id", "previous_id")
ID_FIELDS = ("userId", "anonymousId", "previousId")
DIGEST_BYTES = 20
WORD = re.compile(r"[\w.@:+-]+")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([/\"\\]))")
# What may fill a cell, be it parted by bars, or have one in it as ids of log-in services do.
CELLS = (re.compile(r"[^\",;\t|\r\n{}\[\]]{1,200}"), re.compile(r"[^\",;\t\r\n{}\[\]]{1,200}"))
ENDS = ".:-+"
_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def spelled(text: str) -> str:
    """Return an id as the judge writes it, "" for what is none."""
    try:
        return identifier(json.dumps(text).encode(), "id") or ""
    except Rejected:
        return ""


def hash_of(key: bytes, text: str) -> str:
    """Return the keyed hash (BLAKE2b with a key, a MAC) of an id as it is spelled."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=DIGEST_BYTES).hexdigest()


@dataclass(frozen=True)
class Erased:
    """Ids that may not come back; without the key nobody can try whose they were."""

    key: bytes = b""
    hashes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anybody was ever erased."""
        return bool(self.hashes)

    def among(self, ids: Iterable[str | None]) -> list[str]:
        """Return those of the ids that were erased, as they are written."""
        return [each for each in ids if each and hash_of(self.key, spelled(each)) in self.hashes]

    def own(self, table: pa.RecordBatch | pa.Table) -> np.ndarray:
        """Mark the rows that are theirs; a signed-in stranger on their device is none.

        A feed that does not have a column has nobody in it.
        """
        found: dict[str, Any] = dict.fromkeys(ID_COLUMNS, np.zeros(table.num_rows, bool))
        for name in set(ID_COLUMNS) & set(table.schema.names):
            column = table[name]
            hits = self.among(column.unique().to_pylist())
            if hits:
                mask = pc.is_in(column, value_set=pa.array(hits, pa.string()))
                found[name] = mask.to_numpy(zero_copy_only=False)
        if found["anonymous_id"].any():
            found["anonymous_id"] &= pc.is_null(table["user_id"]).to_numpy(zero_copy_only=False)
        return found["user_id"] | found["anonymous_id"] | found["previous_id"]

    def own_line(self, line: bytes) -> bool:
        """Tell whether a line that could not be accepted is theirs; in doubt it is."""
        return bool(self.among(ids_in(line)))


def ids_in(line: bytes) -> Iterator[str]:
    """Yield what may be the ids of a line: its own where it can be read, else all its words."""
    try:
        fields = _as_fields(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        fields = {}
    given = [fields[name] for name in ID_FIELDS if name in fields]
    for raw in given:
        try:
            yield identifier(bytes(raw), "id") or ""
        except Rejected:
            yield bytes(raw).decode("utf-8", "replace")
    if not given:
        yield from words_in(line)


def words_in(content: bytes) -> Iterator[str]:
    """Yield the words of a text, in whatever way it is encoded, as an id would be written."""
    # UTF-16 of what ids are made of is the same bytes with zeros between.
    for written in {content, content.replace(b"\0", b"")}:
        text = narrow(ESCAPE.sub(_unescaped, written.decode("utf-8", "replace")))
        for word in WORD.findall(text):
            yield word
            # A word may end a sentence, or be the value of a key.
            if bare := word.strip(ENDS):
                yield bare
            if ":" in word:
                yield from filter(None, word.split(":"))
        # An id of several words, or of other signs than words have, may fill a cell.
        for cell in {each.strip(AROUND_IDS) for kind in CELLS for each in kind.findall(text)}:
            if cell and not WORD.fullmatch(cell):
                yield cell


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]
