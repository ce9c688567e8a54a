"""An opened file -> its rows: told by its first bytes what it is, and read as that.

What a row means is not said here; ``warehouse.judging.files`` has it judged.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from warehouse.feeds import Feed
from warehouse.judging.cells import columns_in, needed_in
from warehouse.judging.csv_rows import Dialect, Wanted, csv_records
from warehouse.judging.exact import Limits
from warehouse.judging.mapping import columns_of, needed_columns
from warehouse.judging.parquet_rows import parquet_records
from warehouse.judging.tables import Record, json_records, text_records
from warehouse.landing.ahead import ahead
from warehouse.landing.documents import is_document, split_documents
from warehouse.landing.encodings import MARKS, UTF_8, encoding_of, guess, looks_like_utf8, to_utf8
from warehouse.landing.kinds import CSV, NDJSON, PARQUET, form_of, is_named_packed
from warehouse.landing.splitting import BOM, LineBatch, physical_lines, split_lines
from warehouse.landing.streams import BadFile, Stream
from warehouse.settings import Source

HEAD_BYTES = 1 << 16
# Reading a little ahead in a thread pays only where there is much to read.
AHEAD_FROM_BYTES = 1 << 20
TEXT = "text"
# Fields of which a wrong sign more would make somebody, or something, else.
NAMES = (
    *("type", "event", "userId", "anonymousId", "previousId", "groupId", "messageId"),
    "properties.order_id",
)
# What a line of Segment's is known by.
SEGMENT_FIELDS = frozenset(
    (*NAMES, "timestamp", "receivedAt", "sentAt", "originalTimestamp", "properties", "traits")
)


class Content:
    """One file, or one member of an archive: what it is, and its rows.

    Raises BadFile when it is opened, or read, and turns out to be what is not read here.
    """

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        source: Source | None,
        feed: Feed,
        *,
        size: int,
        packed_size: int = 0,
        is_document: bool = False,
    ) -> None:
        self.source, self.feed = source, feed
        self.stream = Stream(file, packed_size)
        self._size, self._file = size, file
        # What parts the columns of a text; "" where nothing does, or it is not known yet.
        self.delimiter = ""
        head = self.stream.head(HEAD_BYTES)
        self.form = form_of(name, head, source.format if source else "")
        if self.form == PARQUET and (self.stream.layers or packed_size):
            raise BadFile("Parquet inside another compression: unpack it, it is compressed itself")
        if feed.columns and self.form not in (CSV, TEXT):
            raise BadFile(f"a file of {feed.name} is a CSV with a header: give it the ending .csv")
        if is_named_packed(name) and not self.stream.layers:
            self._require_text(name, head)
        self.encoding = self._encoding(head) if self.form != PARQUET else UTF_8
        self.mark = next((mark for mark, _ in MARKS if head.startswith(mark)), b"")
        self.is_document = self.form == NDJSON and (is_document or self._is_document(head))
        if self.form == NDJSON and not self.is_document:
            self._require_objects(head)

    def blocks(self) -> Iterator[bytes]:
        """Yield the text in UTF-8."""
        blocks = to_utf8(self.stream, self.encoding)
        return ahead(blocks) if self._size >= AHEAD_FROM_BYTES else blocks

    def objects(self) -> Iterator[LineBatch]:
        """Yield the lines of NDJSON, or the objects of another JSON file as lines."""
        if self.is_document:
            told = tuple(self.source.rows.split(".")) if self.source and self.source.rows else ()
            return split_documents(self.blocks(), self._fields(), self._tell_cut, told)
        return split_lines(self.blocks())

    def records(
        self, limits: Limits, objects: Iterator[LineBatch], tell: Callable[[str], None]
    ) -> Iterator[Record]:
        """Yield the rows of a table, or of ``objects``; ``tell`` is told what was odd."""
        source, dialect = self.source, self.dialect
        if self.form == NDJSON:
            return json_records(objects, limits)
        if self.form == PARQUET:
            self._file.seek(0)
            return parquet_records(self._file, self._needed())
        lines = physical_lines(self.blocks())
        if self.form == TEXT:
            self.delimiter = " "
            header, skip = dialect.header, dialect.skip_lines
            return text_records(lines, header=header, expected=self._needed(), skip_lines=skip)
        if self.feed.columns:
            names = frozenset(columns_in(self.feed, source).values())
        else:
            names = columns_of(source, *NAMES) if source else frozenset(NAMES)
        wanted = Wanted(
            self._needed(), names, are_all_used=source is None and not self.feed.columns
        )
        most = limits.max_line_bytes
        told = self._parted_by
        return csv_records(lines, dialect, wanted, max_bytes=most, tell=tell, parted_by=told)

    @property
    def dialect(self) -> Dialect:
        """How its CSV is written."""
        source = self.source
        if source is None:
            return Dialect()
        is_told = source.delimiter != ","
        said = (source.delimiter, source.quote, source.header, source.skip_lines)
        return Dialect(*said, is_told=is_told)

    def _needed(self) -> frozenset[str]:
        if self.feed.columns:
            return needed_in(self.feed, self.source)
        return needed_columns(self.source) if self.source else frozenset({"type"})

    def _fields(self) -> frozenset[str]:
        """Return the names by which an object is known to be a row."""
        if self.source is None:
            return SEGMENT_FIELDS
        columns = columns_of(self.source)
        return frozenset({*columns, *(column.partition(".")[0] for column in columns)})

    def _is_document(self, head: bytes) -> bool:
        if self.source and self.source.rows:
            return True
        text = b"".join(to_utf8([head], self.encoding))
        return is_document(text, self._fields(), is_whole=len(head) < HEAD_BYTES)

    def _encoding(self, head: bytes) -> str:
        said = self.source.encoding if self.source else ""
        encoding = encoding_of(head, said)
        if encoding != UTF_8 and looks_like_utf8(head, encoding):
            raise BadFile(
                f"UTF-8, though its source says {said}: take encoding out of the source, or give"
                " such files a source of their own"
            )
        has_header = self.form != NDJSON and self.dialect.header
        if encoding == UTF_8 and (other := guess(head, has_header=has_header)):
            raise BadFile(
                f'not UTF-8; it looks like {other}: say encoding = "{other}" in its source in'
                " userops.toml, or save it as UTF-8"
            )
        return encoding

    def _require_text(self, name: str, head: bytes) -> None:
        """Raise BadFile for a file that is neither compressed, as its name says, nor a text."""
        packing = name.rpartition(".")[2]
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if start and (start not in b"[{" if self.form == NDJSON else b"\0" in head):
            raise BadFile(f"not {packing} data, and no {self.form} either: send it again")

    def _require_objects(self, head: bytes) -> None:
        """Raise BadFile for what is called JSON, and of which no line begins like an object."""
        lines = b"".join(to_utf8([head], self.encoding)).removeprefix(BOM).split(b"\n")
        begins = [line.lstrip()[:1] for line in lines if line.strip()]
        if (len(begins) > 1 and not {b"{", b"["} & set(begins)) or begins == [b"<"]:
            raise BadFile(
                "no JSON: no line of its beginning is an object. A table needs the ending .csv, or"
                " a source that says its format; anything else was sent by mistake"
            )

    def _parted_by(self, delimiter: str) -> None:
        self.delimiter = delimiter

    def _tell_cut(self, why: str) -> None:
        self.stream.cut = self.stream.cut or why
