"""The rows of one file -> verdicts on them, in batches, in the order of the file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from warehouse.judging import cells, mapping
from warehouse.judging.cells import judge_cells
from warehouse.judging.contents import Content
from warehouse.judging.exact import Limits
from warehouse.judging.lookup import ABSENT, Getter
from warehouse.judging.mapped import judge_mapped, mapped_rows, rules_in
from warehouse.judging.mapper import Mapper
from warehouse.judging.mapping import sought
from warehouse.judging.points import Points
from warehouse.judging.quick import judge_batch
from warehouse.judging.tables import Record, nearest
from warehouse.judging.values import Rejection
from warehouse.judging.verdicts import JUDGED_SCHEMA, Judged, Refusal
from warehouse.landing.documents import has_several
from warehouse.landing.encodings import UTF_8, from_utf8
from warehouse.landing.kinds import NDJSON
from warehouse.landing.splitting import LineBatch

ROW_BATCH = 8_192
NAMES_KEPT = 1_000
# What to do about numbers that can be read in two ways: in events, and in any other feed.
_CURES = (
    'say numbers = "1.299,00" or numbers = "1299.00" in its source in userops.toml',
    "write one of them with two places behind the point, as 1299.00",
)
# What several objects on one line, or an array of them, are refused for.
_NOT_ONE_OBJECT = frozenset({"bad_json", "not_an_object"})


class IsDocument(Exception):  # noqa: N818 - a finding, not a failure
    """A file read line by line holds lines of several objects: it must be read as a document."""


@dataclass
class Unseen:
    """The columns a source asks for that no row has had; the names that rows did have."""

    columns: set[str]
    getters: Mapping[str, Getter]
    names: set[str] = field(default_factory=set)
    rows: int = 0

    def look(self, record: Record) -> None:
        """Look for the columns in a row."""
        self.rows += 1
        self.columns -= {
            each for each in self.columns if self.getters[each](record.values) is not ABSENT
        }
        if self.columns and len(self.names) < NAMES_KEPT:
            self.names.update(record.values)

    def __str__(self) -> str:
        """Say which columns no row has, and what they may have been meant to be."""
        missing = sorted(self.columns)
        told = f"no row has {', '.join(missing)}{nearest(missing, sorted(self.names))}"
        return f"{told}; a column that days may lack is written with a ? behind it"


class Reading:
    """One file under way: its verdicts, and what is to be said about it as a whole at the end."""

    def __init__(
        self,
        content: Content,
        limits: Limits,
        row_id: Callable[[int], str],
        folder: Path | None = None,
        most: int | None = None,
    ) -> None:
        self._content, self._limits, self._row_id = content, limits, row_id
        self._folder, self._most = folder, most
        source = content.source
        asked = sought(source) if source and not content.feed.columns else {}
        self.odd = ""
        # Lines of rows that go on over several, their first ones not counted.
        self.further_lines = 0
        self.unseen = Unseen(set(asked), asked)

    def verdicts(self) -> Iterator[Judged]:
        """Yield the verdicts; raises BadFile, and IsDocument, possibly after some of them."""
        content, cut = self._content, []
        batches = self._whole(content.objects(), cut) if content.form == NDJSON else iter(())
        if content.form == NDJSON and content.source is None:
            found = (judge_batch(each.lines, each.first_line, self._limits) for each in batches)
        else:
            found = self._of_records(batches)
        rows = 0
        for judged in found:
            yield self._as_landed(judged)
            rows += judged.used_rows + len(judged.rejected)
            if self._most is not None and rows >= self._most:
                return
        for batch in cut:
            why = Rejection("cut_file", content.stream.cut)
            rejected = [Refusal(batch.first_line, why, batch.lines[0], batch.lines[0])]
            none = pa.RecordBatch.from_pylist([], JUDGED_SCHEMA)
            yield self._as_landed(Judged(none, rejected, 0))

    def _whole(self, batches: Iterable[LineBatch], cut: list[LineBatch]) -> Iterator[LineBatch]:
        """Pass on whole lines; the beginning at which a broken file ends goes to ``cut``."""
        for batch in batches:
            if batch.is_open and self._content.stream.cut:
                cut.append(batch)
            else:
                yield batch

    def _of_records(self, batches: Iterator[LineBatch]) -> Iterator[Judged]:
        content, limits = self._content, self._limits
        source, feed = content.source, content.feed
        records = self._counted(content.records(limits, batches, self._tell))
        if feed.columns:
            while some := list(islice(records, ROW_BATCH)):
                yield judge_cells(some, feed, source, limits)
            return
        if source and source.sql:
            # Only these need a database, and not every process has loaded one.
            from warehouse.judging.shaping import shaped

            yield from shaped(records, source, limits, self._row_id, self._folder)
            return
        apart: list[Refusal] = []
        mapper = Mapper(source, limits.home)
        while batch := list(islice(records, ROW_BATCH)):
            rows = list(mapped_rows(batch, mapper, limits, self._row_id, apart))
            judged = judge_mapped(rows, limits)
            yield replace(judged, left_out=rules_in(apart), apart=apart) if apart else judged
            apart = []

    def _counted(self, records: Iterable[Record]) -> Iterator[Record]:
        points = Points()
        amounts: frozenset[str] | None = None
        for record in islice(records, self._most):
            self.further_lines += record.lines - 1
            if self.unseen.columns and record.values:
                self.unseen.look(record)
            if amounts is None and record.values:
                amounts = self._amounts(record.values)
            for column in amounts or ():
                if text := record.values.get(column):
                    points.look(column, text, record.number)
            yield record
        points.require_told(self._content.delimiter, _CURES[bool(self._content.feed.columns)])

    def _amounts(self, names: Iterable[str]) -> frozenset[str]:
        """Return the columns of a text in which a point may be one of thousands."""
        source, feed = self._content.source, self._content.feed
        if not self._content.delimiter:
            return frozenset()
        if feed.columns:
            return cells.amounts_in(feed, source)
        return mapping.amounts_in(source, names)

    def _as_landed(self, judged: Judged) -> Judged:
        """Give refused rows the bytes they have in the file; see what they really are."""
        content = self._content
        if content.form == NDJSON and not content.is_document:
            for refusal in judged.rejected:
                if refusal.why.reason in _NOT_ONE_OBJECT and has_several(refusal.original):
                    raise IsDocument
        if content.encoding == UTF_8 or not judged.rejected:
            return judged
        rejected = [
            refusal._replace(original=from_utf8(refusal.original, content.encoding))
            for refusal in judged.rejected
        ]
        return replace(judged, rejected=rejected)

    def _tell(self, what: str) -> None:
        self.odd = what
