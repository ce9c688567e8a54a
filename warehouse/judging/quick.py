"""Many lines -> one Arrow batch: what ``warehouse.judging.exact`` decides, a column at a time.

A line takes the quick way only where it is certain to be accepted as it stands, or to be refused
for one thing while all else is as usual; every doubt goes to the exact judge. So this module may be
slow on strange input, never wrong: a test compares the two.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import pyarrow as pa

from warehouse.judging import answers, consents
from warehouse.judging.columns import (
    brackets,
    certain,
    events_of,
    hashes_of,
    json_column,
    occurred,
    out_of_time,
    pc,
    sizes,
    times_of,
    trimmed,
    usual_ids,
)
from warehouse.judging.exact import (
    MAX_DEPTH,
    NO_EVENT,
    NO_ID,
    Limits,
    no_object,
    refuse_unusable,
)
from warehouse.judging.orders import order_of
from warehouse.judging.repeats import (
    are_plain,
    canonical_parts,
    has_distinct_fields,
    refuse_repeated_fields,
    refuse_repeats_within,
)
from warehouse.judging.values import Rejected, Rejection
from warehouse.judging.verdicts import (
    EVENT_SCHEMA,
    JUDGED_SCHEMA,
    Judged,
    Refusal,
    Row,
    judge_rows,
)

Text = str | None
Part = msgspec.Raw
UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeError)


class Envelope(msgspec.Struct, gc=False):
    """A line of the usual shape: texts are texts, and JSON is kept as its bytes."""

    type: Literal["track", "page", "screen", "identify", "group", "alias"]
    messageId: str  # noqa: N815 - Segment's names
    event: Text = None
    userId: Text = None  # noqa: N815
    anonymousId: Text = None  # noqa: N815
    previousId: Text = None  # noqa: N815
    groupId: Text = None  # noqa: N815
    timestamp: Text = None
    receivedAt: Text = None  # noqa: N815
    sentAt: Text = None  # noqa: N815
    originalTimestamp: Text = None  # noqa: N815
    properties: Part = Part()
    traits: Part = Part()
    context: Part = Part()
    integrations: Part = Part()
    channel: Part = Part()


class Named(msgspec.Struct, gc=False):
    """What lies inside a context: only what is promoted is read."""

    name: Text = None
    type: Text = None
    country: Text = None
    source: Text = None
    medium: Text = None


class Context(msgspec.Struct, gc=False):
    """The promoted fields of a context of the usual shape."""

    platform: Text = None
    country: Text = None
    device: Named | None = None
    os: Named | None = None
    location: Named | None = None
    campaign: Named | None = None


NAMES = Envelope.__struct_fields__
PARTS = ("properties", "traits", "context", "integrations", "channel")
OBJECTS = PARTS[:3]
TEXTS = tuple(name for name in NAMES if name not in PARTS)
IDS = ("messageId", "userId", "anonymousId", "previousId", "groupId")
# In the order in which the exact judge reads them.
TIMES = ("receivedAt", "sentAt", "originalTimestamp", "timestamp")
PAYLOAD = ("type", "event", "userId", "anonymousId", "previousId", "groupId")

# The events whose own words may be of no use.
SAID = frozenset({consents.EVENT, consents.STATED, answers.EVENT})
_decode = msgspec.json.Decoder(Envelope).decode
_decode_context = msgspec.json.Decoder(Context).decode
_decode_contexts = msgspec.json.Decoder(list[Context]).decode
_row = msgspec.structs.astuple
_pack = msgspec.msgpack.Encoder().encode
# Below this, calling for each column costs more than judging each line.
FEW = 32
_NO_CONTEXT, _NOTHING = Context(), Named()


def judge_batch(lines: Sequence[bytes], first_line: int, limits: Limits) -> Judged:
    """Judge consecutive lines, the first of which has the number ``first_line``."""
    if len(lines) < FEW:
        return judge_rows(_rows(lines, first_line, range(len(lines))), limits)
    return judge_columns(lines, first_line, limits)


def judge_columns(lines: Sequence[bytes], first_line: int, limits: Limits) -> Judged:
    """Judge lines a column at a time, and one by one those that are not certain."""
    places, fields = _decoded(lines, limits)
    kept = lines if len(places) == len(lines) else [lines[place] for place in places]
    columns, verdict = _columns(fields, kept, limits)
    sure = verdict.sure
    usual = np.asarray(places, dtype=np.int64)
    numbers = pa.array(usual + first_line)
    quick = pa.RecordBatch.from_arrays([*columns, numbers], schema=JUDGED_SCHEMA)
    if sure.all() and len(usual) == len(lines):
        return Judged(quick, [], 0)
    doubtful = np.ones(len(lines), dtype=bool)
    doubtful[usual[sure]] = False
    refused = [(places[at], why) for at, why in verdict.refused.items()]
    doubtful[[place for place, _ in refused]] = False
    exact = judge_rows(_rows(lines, first_line, np.flatnonzero(doubtful).tolist()), limits)
    both = pa.concat_batches([quick.filter(pa.array(sure)), exact.rows])
    events = both.take(pc.sort_indices(both.column("source_line")))
    rejected = [
        Refusal(place + first_line, why, lines[place], lines[place]) for place, why in refused
    ]
    rejected = sorted([*rejected, *exact.rejected], key=lambda each: each.number)
    return Judged(events, rejected, exact.blank, placeholders=exact.placeholders)


class _Verdict:
    """Which lines of the usual shape are certain to be accepted, and which to be refused for what.

    ``refuse`` must be asked in the order of the exact judge: the first thing that is wrong counts.
    """

    def __init__(self, sure: np.ndarray) -> None:
        self.sure = sure
        self.refused: dict[int, Rejection] = {}

    def doubt(self, unfit: np.ndarray) -> None:
        """Leave lines to the exact judge."""
        self.sure &= ~unfit

    def refuse(self, unfit: dict[int, Rejection]) -> None:
        """Refuse lines of which nothing before was in doubt."""
        found = {at: why for at, why in unfit.items() if self.sure[at]}
        self.refused |= found
        self.sure[list(found)] = False

    def refuse_all(self, unfit: np.ndarray, why: Rejection) -> None:
        """Refuse lines for one thing."""
        self.refuse(dict.fromkeys(np.flatnonzero(unfit & self.sure).tolist(), why))


def _rows(lines: Sequence[bytes], first_line: int, places: Iterable[int]) -> Iterator[Row]:
    return (Row(place + first_line, lines[place], lines[place]) for place in places)


def _decoded(lines: Sequence[bytes], limits: Limits) -> tuple[list[int], list[tuple]]:
    """Return the places and fields of the lines of the usual shape."""
    dubious = _suspects(lines, limits)
    places: list[int] = []
    rows: list[tuple] = []
    for place, line in enumerate(lines):
        try:
            rows.append(_row(_decode(line)))
        except UNREADABLE:
            continue
        places.append(place)
    if dubious:
        clear = [n for n, place in enumerate(places) if place not in dubious]
        return [places[n] for n in clear], [rows[n] for n in clear]
    return places, rows


def _suspects(lines: Sequence[bytes], limits: Limits) -> set[int]:
    """Return the places of lines with bytes that the decoder lets pass unseen in kept JSON text."""
    found = {place for place, size in enumerate(map(len, lines)) if size > limits.max_line_bytes}
    escaped = [place for place, line in enumerate(lines) if b"\\" in line]
    found.update(place for place in escaped if b"\\u0000" in lines[place])
    if not all(map(bytes.isascii, lines)):
        found.update(place for place, line in enumerate(lines) if not _is_utf8(line))
    return found


def _is_utf8(line: bytes) -> bool:
    try:
        return line.isascii() or bool(line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _columns(
    fields: list[tuple], lines: Sequence[bytes], limits: Limits
) -> tuple[list[pa.Array], _Verdict]:
    """Return the judged columns of lines of the usual shape, and what is certain of which line."""
    by_name = zip(*fields, strict=True) if fields else [()] * len(NAMES)
    given: dict[str, Any] = dict(zip(NAMES, by_name, strict=True))
    lengths = {name: np.fromiter(map(len, given[name]), np.int64, len(lines)) for name in PARTS}
    texts = {name: pa.array(given[name], pa.string()) for name in TEXTS}
    read = {name: times_of(texts[name], name) for name in TIMES}
    times = {name: found for name, (found, _) in read.items()}
    happened = occurred(times)
    objects, kept = zip(*(json_column(given[name], lengths[name]) for name in OBJECTS), strict=True)
    contexts, is_usual = _promoted(kept[-1])
    event, is_named = events_of(texts["type"], texts["event"])
    verdict = _Verdict(np.logical_and.reduce([brackets(column) < MAX_DEPTH for column in objects]))
    _refuse_repeats(texts, lengths, lines, verdict)
    are_others = [_refuse_repeats_within(parts, verdict) for parts in kept[:2]]
    verdict.doubt(~(is_usual & _clean(texts, contexts, limits)))
    verdict.refuse_all(~is_named, NO_EVENT)
    is_somebody = pc.or_(texts["userId"].is_valid(), texts["anonymousId"].is_valid())
    verdict.refuse_all(~certain(is_somebody), NO_ID)
    for name, (found, refused) in read.items():
        verdict.refuse(refused)
        if found.null_count > texts[name].null_count:
            verdict.doubt(certain(pc.and_(texts[name].is_valid(), found.is_null())))
    verdict.refuse(out_of_time(happened, limits))
    for name, is_other in zip(OBJECTS, are_others, strict=False):
        verdict.refuse_all(is_other, no_object(name))
    meant = {name: limits.aliases.meant(name) for name in event.unique().to_pylist() if name}
    orders = _orders(event, meant, objects[0], kept[0], limits, verdict)
    _refuse_words(texts, meant, kept[0], limits, verdict)
    said = pc.coalesce(times["originalTimestamp"], times["timestamp"]).cast(pa.int64())
    payload = zip(
        *(given[name] for name in PAYLOAD),
        said.to_pylist(),
        *map(canonical_parts, kept),
        strict=True,
    )
    columns = [
        texts["messageId"],
        hashes_of(map(str.encode, given["messageId"])),
        hashes_of(map(_pack, payload)),
        *(texts["type"], event, *(texts[name] for name in IDS[1:])),
        *(happened, times["receivedAt"], times["sentAt"], times["originalTimestamp"]),
        *(*contexts, *orders, *objects),
    ]
    return columns, verdict


def _promoted(parts: Sequence[bytes | None]) -> tuple[list[pa.Array], np.ndarray]:
    """Return the promoted columns of contexts, and which contexts are of the usual shape."""
    usual = np.ones(len(parts), dtype=bool)
    try:
        found = _decode_contexts(b"[" + b",".join([part or b"{}" for part in parts]) + b"]")
    except UNREADABLE:
        perhaps = [_context(part) for part in parts]
        usual = np.fromiter((context is not None for context in perhaps), bool, len(parts))
        found = [context or _NO_CONTEXT for context in perhaps]
    campaigns = [c.campaign or _NOTHING for c in found]
    columns = (
        [(c.device and c.device.type) or c.platform or (c.os and c.os.name) for c in found],
        [(c.location and c.location.country) or c.country for c in found],
        [campaign.source for campaign in campaigns],
        [campaign.medium for campaign in campaigns],
        [campaign.name for campaign in campaigns],
    )
    return [pa.array(column, pa.string()) for column in columns], usual


def _context(part: bytes | None) -> Context | None:
    try:
        return _decode_context(part) if part else _NO_CONTEXT
    except UNREADABLE:
        return None


def _clean(texts: dict[str, pa.Array], contexts: list[pa.Array], limits: Limits) -> np.ndarray:
    """Tell where ids and names stand as they are."""
    ids = [usual_ids(texts[name], limits.nobody) for name in IDS]
    return np.logical_and.reduce([*ids, *map(trimmed, contexts)])


def _refuse_repeats(
    texts: dict[str, pa.Array],
    lengths: dict[str, np.ndarray],
    lines: Sequence[bytes],
    verdict: _Verdict,
) -> None:
    """Refuse lines that repeat a field; doubt what is nested too deep in fields kept nowhere.

    Fields written compactly once each fill their line exactly. A repeated key, an unknown field, an
    escape or a space makes it longer; only such lines are looked at one by one.
    """
    total = np.ones(len(lines), dtype=np.int64)
    for name, column in texts.items():
        if column.null_count < len(column):
            total += sizes(column) + (len(name) + 6) * certain(column.is_valid())
    for name, size in lengths.items():
        total += np.where(size > 0, size + len(name) + 4, 0)
    is_longer = total != np.fromiter(map(len, lines), np.int64, len(lines))
    is_deep = is_longer | (lengths["integrations"] + lengths["channel"] >= MAX_DEPTH)
    for place in np.flatnonzero(is_deep).tolist():
        is_deep[place] = not _is_shallow(lines[place])
    verdict.doubt(is_deep)
    unclear = np.zeros(len(lines), bool)
    refused: dict[int, Rejection] = {}
    for place in np.flatnonzero(is_longer & verdict.sure).tolist():
        if has_distinct_fields(lines[place]):
            continue
        unclear[place] = True
        try:
            refuse_repeated_fields(lines[place])
        except Rejected as found:
            refused[place] = found.rejection
    verdict.refuse(refused)
    verdict.doubt(unclear)


def _is_shallow(line: bytes) -> bool:
    return line.count(b"{") + line.count(b"[") < MAX_DEPTH


def _refuse_repeats_within(parts: Sequence[bytes | None], verdict: _Verdict) -> np.ndarray:
    """Refuse JSON text that repeats a name, mostly by one look at all; tell what is no object."""
    is_other, unclear = np.zeros(len(parts), bool), np.zeros(len(parts), bool)
    there = {place: parts[place] or b"{}" for place in np.flatnonzero(verdict.sure).tolist()}
    if are_plain(*there.values()):
        return is_other
    refused: dict[int, Rejection] = {}
    for place, part in there.items():
        if are_plain(part):
            continue
        try:
            refuse_repeats_within(part)
            is_other[place] = part[:1] != b"{"
            # An empty list is what PHP writes for no fields.
            unclear[place] = part == b"[]"
        except Rejected as found:
            refused[place] = found.rejection
        except (ValueError, RecursionError):
            unclear[place] = True
    verdict.refuse(refused)
    verdict.doubt(unclear)
    return is_other


def _orders(
    event: pa.Array,
    meant: dict[str, str],
    properties: pa.Array,
    parts: Sequence[bytes | None],
    limits: Limits,
    verdict: _Verdict,
) -> list[pa.Array]:
    """Return order id, amount and currency; refuse what cannot be an order."""
    of_orders = [name for name, known in meant.items() if known in limits.roles]
    perhaps = certain(pc.is_in(event, pa.array(of_orders, pa.string())))
    perhaps |= certain(pc.match_substring(properties, '"order_id"'))
    columns: list[list] = [[None] * len(parts) for _ in range(3)]
    refused: dict[int, Rejection] = {}
    for place in np.flatnonzero(perhaps & verdict.sure).tolist():
        name = meant.get(event[place].as_py())
        try:
            order = order_of(name, parts[place], limits.roles, limits.currencies, limits.nobody)
        except Rejected as found:
            refused[place] = found.rejection
            continue
        for column, value in zip(columns, order, strict=True):
            column[place] = value
    verdict.refuse(refused)
    kinds = [EVENT_SCHEMA.field(name).type for name in ("order_id", "amount", "currency")]
    return [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]


def _refuse_words(
    texts: dict[str, pa.Array],
    meant: dict[str, str],
    properties: Sequence[bytes | None],
    limits: Limits,
    verdict: _Verdict,
) -> None:
    """Refuse what says what nobody can take as it stands."""
    words = [name for name, event in meant.items() if event in SAID]
    is_word = certain(pc.is_in(texts["event"], pa.array(words, pa.string()))) & verdict.sure
    is_word &= certain(pc.equal(texts["type"], "track"))
    refused: dict[int, Rejection] = {}
    for place in np.flatnonzero(is_word).tolist():
        try:
            name = texts["event"][place].as_py()
            refuse_unusable(meant[name], properties[place], limits)
        except Rejected as found:
            refused[place] = found.rejection
    verdict.refuse(refused)
