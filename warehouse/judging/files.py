"""One landed file -> verdicts on all its lines, each counted once; of an archive, its members."""

import fnmatch
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO, NamedTuple

from warehouse.feeds import EVENTS, FEEDS, Feed
from warehouse.judging.contents import Content
from warehouse.judging.exact import Limits
from warehouse.judging.reading import IsDocument, Reading, Unseen
from warehouse.judging.values import Rejection
from warehouse.judging.verdicts import Count, Refusal, written_rules
from warehouse.lake.sinks import DaySink
from warehouse.landing.archives import is_archive, open_archive, open_member
from warehouse.landing.days import open_landed, refusal, state_of
from warehouse.landing.streams import BadFile
from warehouse.settings import Source
from warehouse.storage.files import sha256_of_stream
from warehouse.storage.objects import FileChanged
from warehouse.storage.places import Place


class Landed(NamedTuple):
    """A file of a landing day as it was found: what it is called, and its content."""

    path: Place
    name: str
    sha256: str
    size: int = 0
    version: str = ""
    refused: str = ""


@dataclass(frozen=True)
class _Part:
    """A landed file, or a member of one that is an archive, its ``place`` there counted from 1."""

    landed: Landed
    name: str
    size: int
    place: int = 0

    def row_id(self, number: int) -> str:
        """Name a row from the file's content and the row's place, not from the row alone.

        Equal rows are separate events, and the same file under another name brings nothing new.
        """
        member = f"{self.place}." if self.place else ""
        return f"gen-{self.landed.sha256[:32]}-{member}{number}"


@dataclass
class Findings:
    """What a pass over the files of a day found: the next one begins with it, if ``again``.

    A file refused when some of its lines are in the sink already, or read as lines and found to be
    a document, makes the others be read again. ``unseen`` are the columns of each source that no
    row has had so far.
    """

    refused: dict[str, str] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    unseen: dict[str, tuple[_Part, Unseen]] = field(default_factory=dict)
    again: bool = False

    def begin(self) -> None:
        """Begin a pass."""
        self.again = False
        self.unseen.clear()

    def look(self, source: Source, part: _Part, unseen: Unseen) -> None:
        """Keep what no row of any file of a source has had so far."""
        if not unseen.rows and unseen.columns:
            return
        _, all_ = self.unseen.setdefault(source.name, (part, unseen))
        all_.columns &= unseen.columns
        all_.names |= unseen.names

    def end(self, sink: DaySink) -> None:
        """Tell of the columns that no row of the day had."""
        for part, unseen in self.unseen.values():
            if unseen.columns:
                _tell(part, sink, "no_field", str(unseen))


def look_at(path: Place, name: str) -> Landed:
    """Take the checksum of a landed file; what must not be read is refused, not raised."""
    refused = refusal(path)
    if not refused:
        try:
            with open_landed(path) as file:
                size, version = state_of(file)
                return Landed(path, name, sha256_of_stream(file), size, version)
        except OSError as error:
            refused = f"cannot be read: {error.strerror}"
    return Landed(path, name, "", refused=refused)


def landed_name(source_file: str) -> str:
    """Return the name of the file that landed, of itself or of a member of an archive."""
    return "/".join(source_file.split("/")[:3])


def source_of(names: Iterable[str], sources: Iterable[Source]) -> Source | None:
    """Return the first mapped source whose glob fits one of a file's names."""
    told = tuple(names)
    fits = (s for s in sources if any(fnmatch.fnmatchcase(name, s.glob) for name in told))
    return next(fits, None)


def read_file(
    landed: Landed,
    sources: tuple[Source, ...],
    limits: Limits,
    sink: DaySink,
    feed: str = EVENTS,
    findings: Findings | None = None,
    most: int | None = None,
) -> list[Count]:
    """Judge every line of a file into the sink; return its row of the ledger, or its members'.

    ``most`` is how many rows of it are read, about. What is refused whole is told in ``findings``
    and in the ledger. Raises FileChanged, when the file was written to meanwhile: the sink is then
    to be thrown away.
    """
    findings = Findings() if findings is None else findings
    if refused := findings.refused.get(landed.name, landed.refused):
        return [refuse_file(landed, refused, sink)]
    pass_ = _Pass(sources, limits, sink, FEEDS[feed], findings, most)
    with _reopened(landed) as file:
        whole = _Part(landed, landed.name, landed.size)
        try:
            members = open_archive(file) if is_archive(file) else None
        except BadFile as verdict:
            return [_refused(whole, str(verdict), sink)]
        if members is None:
            counts = [pass_.count(whole, lambda: file)]
        else:
            counts = [_count(whole, "empty", "zip")] if not members else []
        for place, member in enumerate(members or (), 1):
            part = _Part(landed, f"{landed.name}/{member.name}", member.size, place)
            counts.append(pass_.count(part, partial(open_member, member)))
        _require_same(landed, file)
    return counts


def refuse_file(landed: Landed, why: str, sink: DaySink) -> Count:
    """Put a whole file aside: one row in the quarantine, no lines in the ledger."""
    return _refused(_Part(landed, landed.name, landed.size), why, sink)


def _refused(part: _Part, why: str, sink: DaySink) -> Count:
    _tell(part, sink, "bad_file", why)
    return replace(_count(part, "rejected", ""), content_bytes=part.size, aside_bytes=part.size)


def _count(part: _Part, outcome: str, form: str) -> Count:
    return Count(part.name, part.landed.sha256, part.size, 0, 0, 0, 0, outcome, form)


def _tell(part: _Part, sink: DaySink, reason: str, what: str) -> None:
    """Say something about a whole file: line 0 stands beside the lines and is none of them."""
    sink.refuse([Refusal(0, Rejection(reason, what), b"")], part.name, part.landed.sha256)


def _reopened(landed: Landed) -> BinaryIO:
    try:
        file = open_landed(landed.path)
    except OSError as error:
        raise FileChanged(landed.name) from error
    _require_same(landed, file)
    return file


def _require_same(landed: Landed, file: BinaryIO) -> None:
    if state_of(file) != (landed.size, landed.version):
        file.close()
        raise FileChanged(landed.name)


@dataclass(frozen=True)
class _Pass:
    """What every file of a pass is read by."""

    sources: tuple[Source, ...]
    limits: Limits
    sink: DaySink
    feed: Feed
    findings: Findings
    most: int | None = None

    def count(self, part: _Part, opened: Callable[[], BinaryIO]) -> Count:
        """Read a part into the sink, or refuse it whole."""
        findings, before = self.findings, self.sink.taken
        if part.name in findings.refused:
            return _refused(part, findings.refused[part.name], self.sink)
        try:
            return self._read(part, opened())
        except IsDocument:
            findings.documents.add(part.name)
            findings.again = True
            return _count(part, "rejected", "")
        except BadFile as verdict:
            findings.refused[part.name] = str(verdict)
            findings.again |= self.sink.taken > before
            return _refused(part, str(verdict), self.sink)

    def _read(self, part: _Part, file: BinaryIO) -> Count:
        landed, sink = part.landed, self.sink
        source = source_of((landed.path.name, part.name.rpartition("/")[2]), self.sources)
        content = Content(
            file,
            part.name,
            source,
            self.feed,
            size=landed.size,
            packed_size=max(part.size, 1) if part.place else 0,
            is_document=part.name in self.findings.documents,
        )
        reading = Reading(content, self.limits, part.row_id, sink.folder, self.most)
        parsed = quarantined = blank = events = placeholders = aside = 0
        left_out: Counter[str] = Counter()
        for judged in reading.verdicts():
            noes = sink.add(judged, part.name, landed.sha256, self.limits)
            parsed += judged.used_rows
            events += judged.rows.num_rows + noes
            quarantined += judged.refused_rows
            blank += judged.blank
            left_out.update(judged.left_out)
            placeholders += judged.placeholders
            aside += sum(len(refusal.original) for refusal in judged.rejected)
        # Lines of a row behind its first, on which no row begins.
        blank += reading.further_lines
        if reading.odd:
            _tell(part, sink, "odd_quotes", reading.odd)
        if cut := content.stream.cut:
            _tell(part, sink, "cut_file", cut)
        if source and self.feed.name == EVENTS:
            self.findings.look(source, part, reading.unseen)
        lines = parsed + quarantined + blank + left_out.total()
        outcome = "incomplete" if cut else "loaded" if lines else "empty"
        counts = (lines, parsed, quarantined, blank)
        by_rule = written_rules(left_out)
        told = (outcome, content.form, events, left_out.total(), by_rule)
        # What is told of a refused row may be longer than the row is in a Parquet file.
        size = max(content.stream.size or part.size, aside)
        count = Count(part.name, landed.sha256, part.size, *counts, *told)
        return replace(count, placeholders=placeholders, content_bytes=size, aside_bytes=aside)
