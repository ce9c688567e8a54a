"""A record of any table -> the Segment line it stands for, by a source's mapping -> its verdict."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from warehouse.judging.exact import Limits
from warehouse.judging.lookup import (
    ABSENT,
    OPTIONAL,
    Getter,
    Lookup,
    bare,
    is_name,
    is_optional,
    named_values,
    names_in,
    opened,
)
from warehouse.judging.orders import AMOUNT_FIELDS
from warehouse.judging.quick import judge_batch
from warehouse.judging.readings import TimeReader, currencies_told, number_reader, scaled
from warehouse.judging.repeats import refuse_repeats_within
from warehouse.judging.tables import Record
from warehouse.judging.values import WHITESPACE, Rejected, Rejection, calendar_time
from warehouse.judging.verdicts import JUDGED_SCHEMA, Judged, Refusal, Row
from warehouse.settings import Column, Source

OBJECTS = ("properties", "traits", "context")
TEXT, TIME, NUMBER, MONEY, OBJECT = TYPES = ("text", "time", "number", "money", "object")
# What a field holds by the last part of its name, where a source does not say otherwise.
KINDS = (
    dict.fromkeys(("timestamp", "receivedAt", "sentAt", "originalTimestamp"), TIME)
    | dict.fromkeys(("revenue", "total", "value", "price", "subtotal", "tax", "shipping"), MONEY)
    | dict.fromkeys(("discount", "cost", "amount", "refunded"), MONEY)
    | dict.fromkeys(("quantity", "points", "score"), NUMBER)
)
CURRENCY = "properties.currency"
CURRENCIES = (CURRENCY, "currency")

_encode = msgspec.json.Encoder(decimal_format="number").encode
_as_anything = msgspec.json.Decoder().decode
_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class _Field(NamedTuple):
    """A field of the mapping, with all that is known of it before any row is seen."""

    name: str
    path: tuple[str, ...]
    # The column's name where that is all there is to look up, else what finds it.
    column: str
    get: Getter
    kind: str
    renamed: Mapping[str, str]
    convert: Callable[[Any], Any] | None


class LeftOut(Exception):  # noqa: N818 - a verdict: the source does not want this row
    """Ends the reading of a row; its text is the rule by which it is left out."""


def kind_of(name: str, source: Source | None) -> str:
    """Return what a field holds: told by the source, else by its name."""
    if source and name in source.types:
        return source.types[name]
    return OBJECT if name in OBJECTS else KINDS.get(name.rpartition(".")[2], TEXT)


def sought(source: Source) -> dict[str, Getter]:
    """Return what a source asks of its files, but for what they may lack: told as it is written.

    Columns, and those by which rows are chosen; one of a list is enough.
    """
    asked = [*source.columns.values(), *source.where, *source.where_not]
    lookup = Lookup(written)
    return {
        " or ".join(names_in(column)): lookup.getter(column)
        for column in asked
        if not is_optional(column)
    }


def needed_columns(source: Source) -> frozenset[str]:
    """Return the columns without which no table can be right, told by its header alone."""
    asked = [*source.columns.values(), *source.where, *source.where_not]
    told = [each for each in asked if isinstance(each, str) and not is_optional(each)]
    return frozenset(name for each in told for name in names_in(each) if "." not in name)


def columns_of(source: Source, *fields: str) -> frozenset[str]:
    """Return the columns that are read for some fields (default: for all), by their names."""
    chosen = [source.columns[name] for name in fields or source.columns if name in source.columns]
    return frozenset(name for column in chosen for name in names_in(column))


def amounts_in(source: Source | None, names: Iterable[str]) -> frozenset[str]:
    """Return which columns of a table hold money or quantities that no source says the signs of."""
    if source is None:
        return frozenset(name for name in names if kind_of(name, None) in (MONEY, NUMBER))
    told = [name for name in source.columns if kind_of(name, source) in (MONEY, NUMBER)]
    return columns_of(source, *told) if told and not source.numbers else frozenset()


class Mapper:
    """Turns the records of one file into Segment lines by a source, which may be none.

    Without a source, columns bear Segment's own names, dotted where they lie inside an object, and
    ``properties``, ``traits`` and ``context`` may hold JSON text. Money whose row names no currency
    is in ``home``.
    """

    def __init__(self, source: Source | None, home: str = "") -> None:
        self._source = source
        self._home = home
        # The signs that the money of a row bears: the field, and what they may mean.
        self._signed: list[tuple[str, frozenset[str]]] = []
        # The currency of the row read last, where only signs beside its money say it.
        self.signed_as = ""
        self._lookup = Lookup(written)
        # What reads a text that the source's own query gives, by the field it is.
        self._made = lru_cache(maxsize=None)(self._convert_of)
        self._constants = _constants_of(source)
        self._nulls = frozenset(source.nulls) if source else frozenset()
        self._times = TimeReader(*(source.date_formats, source.timezone) if source else ((), ""))
        self._is_told_times = bool(source and source.date_formats)
        self._number = number_reader(source.numbers if source else "")
        self._scale = source.scale if source else 1
        self._currency: str | None = None
        self._reads_numbers = bool(source and (source.numbers or source.scale != 1 or source.sql))
        self._fields = self._compiled(source.columns if source else {})
        self._rules = _rules_of(source, self._lookup) if source else []
        self._drop = [tuple(name.split(".")) for name in source.drop] if source else []
        self._names: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The fields of the mapping, objects first."""
        return [field.name for field in self._fields]

    @property
    def kinds(self) -> dict[str, str]:
        """What each field of the mapping holds."""
        return {field.name: field.kind for field in self._fields}

    def line(self, record: Record, row_id: Callable[[int], str]) -> bytes:
        """Return the Segment line of a record; raises Rejected, and LeftOut by a rule."""
        return self._line(self.cells(record), row_id(record.number))

    def readable_line(self, record: Record) -> bytes:
        """Return the Segment line of what can be read of a record that is refused."""
        with suppress(Rejected):
            return self._line(self.cells(record, is_refused=True), "")
        return b""

    def _line(self, cells: Iterable[tuple[_Field, Any]], row_id: str) -> bytes:
        event = self._started()
        for field, value in cells:
            path = field.path
            if len(path) == 1 and value.__class__ is not dict:
                event[path[0]] = value
            else:
                _put(event, path, value)
        if self.signed_as:
            _put(event, tuple(CURRENCY.split(".")), self.signed_as)
        return self.finished(event, row_id)

    def cells(self, record: Record, *, is_refused: bool = False) -> list[tuple[_Field, Any]]:
        """Return the fields of a record that have a value, read and renamed, objects first.

        Raises Rejected, and LeftOut by a rule; of one that is refused, what can be read is left.
        """
        values = record.values
        if self._source is None:
            self._take_names(values)
        for rule, get, fits, is_wanted in self._rules:
            if fits(self._text(get(values))) != is_wanted:
                raise LeftOut(rule)
        if self._scale != 1:
            self._currency = self._currency_of(values)
        self._signed.clear()
        found = []
        for field in self._fields:
            value = values.get(field.column) if field.column else field.get(values)
            if value.__class__ is not str:
                value = self._plain(field, value)
            if not value and (value is None or value == ""):
                continue
            if value.__class__ is str and value[:2] == '="' and value[-1] == '"':
                # How a table keeps a spreadsheet from taking an id for a number.
                value = value[2:-1]
            if self._nulls and value.__class__ is str and value.strip(WHITESPACE) in self._nulls:
                continue
            if field.renamed:
                value = field.renamed.get(written(value).strip(WHITESPACE), value)
                if value == "":
                    continue
            if field.convert:
                try:
                    value = field.convert(value)
                except Rejected:
                    if is_refused:
                        continue
                    raise
            found.append((field, value))
        is_signed = self._signed and not is_refused
        self.signed_as = self._sign_of(self._currency_of(values)) if is_signed else ""
        return found

    def event(self, fields: Mapping[str, Any], row_id: str) -> bytes:
        """Return the line of an event whose fields are read already; raises Rejected."""
        event = self._started()
        self._signed.clear()
        for name in sorted(fields, key=lambda name: name.count(".")):
            value = fields[name]
            if name in OBJECTS:
                value = _object(name, value)
            elif value.__class__ is str and (convert := self._made(name)):
                value = convert(value)
            _put(event, tuple(name.split(".")), value)
        if self._signed:
            told = (fields.get(name) or self._constant(name) for name in CURRENCIES)
            if signed := self._sign_of(next((text for text in told if text), None)):
                _put(event, tuple(CURRENCY.split(".")), signed)
        return self.finished(event, row_id)

    def finished(self, event: dict[str, Any], row_id: str) -> bytes:
        """Return the line of an event, with the ids that a row gives to what has none."""
        if self._source and self._source.order_id == "row":
            _put(event, ("properties", "order_id"), row_id)
        if not str(event.get("messageId") or "").strip(WHITESPACE):
            event["messageId"] = row_id
        for path in self._drop:
            _drop(event, path)
        return _encode(event)

    def _sign_of(self, told: str | None) -> str:
        """Return the currency of a row's money where only signs say it, else nothing.

        Raises Rejected where they are those of another one, or may be of several.
        """
        currency = (told or "").strip(WHITESPACE).upper()
        signed = ""
        for name, meant in self._signed:
            if currency and currency not in meant:
                signs = f"the sign of {', '.join(sorted(meant)[:3])}"
                raise Rejected("bad_number", f"{name} bears {signs}, and its row is in {currency}")
            if not currency and self._home not in meant:
                if len(meant) > 1 or signed not in ("", *meant):
                    cure = "map properties.currency, or say it in constants"
                    raise Rejected("unknown_currency", f"the sign of {name} has several: {cure}")
                (signed,) = meant
        return signed

    def _started(self) -> dict[str, Any]:
        return {k: dict(v) if v.__class__ is dict else v for k, v in self._constants.items()}

    def _compiled(self, columns: Mapping[str, Column]) -> list[_Field]:
        # Whole objects first, so that a dotted column lands inside them.
        return [
            self._field(name, columns[name])
            for name in sorted(columns, key=lambda name: name.count("."))
        ]

    def _field(self, name: str, column: Column) -> _Field:
        source = self._source
        is_plain = source is None or (isinstance(column, str) and is_name(column))
        plain = str(column).removesuffix(OPTIONAL if source else "") if is_plain else ""
        kind, convert = kind_of(name, source), self._convert_of(name)
        get = _plainly(plain) if is_plain else self._lookup.getter(column)
        renamed = source.values.get(name, {}) if source else {}
        return _Field(name, tuple(name.split(".")), plain, get, kind, renamed, convert)

    def _convert_of(self, name: str) -> Callable[[Any], Any] | None:
        """Return what reads the values of a field; None for texts, which stay as they are."""
        kind = kind_of(name, self._source)
        if kind == TIME:
            return self._time
        if kind == OBJECT:
            return partial(_object, name)
        amounts = self._reads_numbers or name.rpartition(".")[2] in AMOUNT_FIELDS
        is_number = kind in (MONEY, NUMBER) and amounts
        return partial(self._amount, name, kind == MONEY) if is_number else None

    def _plain(self, field: _Field, value: Any) -> Any:
        """Return a value that is no text as JSON can hold it; None where there is none."""
        if value is None or value is ABSENT:
            return None
        value = _value(value)
        return value if field.kind == OBJECT or value.__class__ is str else _value(bare(value))

    def _take_names(self, values: Mapping[str, Any]) -> None:
        names = tuple(values)
        if self._names != names:
            self._names = names
            self._fields = self._compiled({name: name for name in names})

    def _currency_of(self, values: Mapping[str, Any]) -> str | None:
        """Return what tells the minor unit of a row's money."""
        for field in self._fields:
            if field.name in CURRENCIES and (text := self._text(field.get(values))):
                return field.renamed.get(text, text)
        return next((told for name in CURRENCIES if (told := self._constant(name))), None)

    def _constant(self, name: str) -> str:
        return str(self._source.constants.get(name, "")) if self._source else ""

    def _text(self, value: Any) -> str:
        text = "" if value is ABSENT else written(_value(bare(value))).strip(WHITESPACE)
        return "" if text in self._nulls else text

    def _time(self, value: Any) -> Any:
        if value.__class__ is str:
            return self._times.read(value)
        # A number, as JSON or a typed file has it: digits of a date, a serial, or an epoch.
        text = written(value).removesuffix(".0")
        is_read = self._is_told_times or calendar_time(text) is not None
        return self._times.read(text) if is_read else value

    def _amount(self, name: str, is_money: bool, value: Any) -> Any:
        if value.__class__ is str:
            if not self._reads_numbers and not _has_signs(value):
                return value
            number = self._number(value, name)
            if is_money and (meant := currencies_told(value, name)):
                self._signed.append((name, meant))
        elif not self._reads_numbers:
            return value
        else:
            number = Decimal(written(value))
        if is_money and self._scale != 1:
            number = scaled(number, self._scale, self._currency)
        return msgspec.Raw(format(number, "f").encode())


def mapped_row(record: Record, mapper: Mapper, limits: Limits, row_id: Callable[[int], str]) -> Row:
    """Turn a record into the Segment line it stands for, or into the reason why it stands for none.

    ``row_id`` names a row that brings no message id of its own. Raises LeftOut.
    """
    original, refused = checked(record, limits)
    if refused:
        return Row(record.number, original, original, refused)
    if not record.values:
        return Row(record.number, b"", original)
    try:
        return Row(record.number, mapper.line(record, row_id), original)
    except Rejected as verdict:
        return Row(record.number, mapper.readable_line(record), original, verdict.rejection)


def checked(record: Record, limits: Limits) -> tuple[bytes, Rejection | None]:
    """Return a record's own bytes, and why they are refused before anything is read, if so."""
    original = record.original or _encode(_writable(record.values))
    if len(original) > limits.max_line_bytes:
        return original, Rejection("too_long", f"over {limits.max_line_bytes} bytes")
    return original, record.refused


def mapped_rows(
    records: Iterable[Record],
    mapper: Mapper,
    limits: Limits,
    row_id: Callable[[int], str],
    apart: list[Refusal],
) -> Iterator[Row]:
    """Yield the rows of records; those that the source leaves out go to ``apart``."""
    for record in records:
        try:
            yield mapped_row(record, mapper, limits, row_id)
        except LeftOut as rule:
            apart.append(left_out(record, str(rule)))


def left_out(record: Record, rule: str) -> Refusal:
    """Return a row that a source does not want, with the rule that says so."""
    original = record.original or _encode(_writable(record.values))
    return Refusal(record.number, Rejection("left_out", rule), original)


def rules_in(apart: Iterable[Refusal]) -> Counter[str]:
    """Count rows that were left out by rule."""
    return Counter(row.why.detail for row in apart)


def judge_mapped(rows: Sequence[Row], limits: Limits) -> Judged:
    """Judge rows of a table by the Segment lines they stand for, under their own numbers."""
    ready = [row for row in rows if not row.refused]
    judged = judge_batch([row.line for row in ready], 0, limits)
    *columns, places = judged.rows.columns
    numbers = pa.array([row.number for row in ready], pa.int64()).take(places)
    events = pa.RecordBatch.from_arrays([*columns, numbers], schema=JUDGED_SCHEMA)
    rejected = [
        Refusal(row.number, row.refused, row.original, row.line) for row in rows if row.refused
    ]
    for place, verdict, line, _ in judged.rejected:
        rejected.append(Refusal(ready[place].number, verdict, ready[place].original, line))
    rejected.sort(key=lambda refusal: refusal.number)
    return Judged(events, rejected, judged.blank, placeholders=judged.placeholders)


def _rules_of(
    source: Source, lookup: Lookup
) -> list[tuple[str, Getter, Callable[[str], bool], bool]]:
    """Return the rules by which rows are chosen: name, column, test, and what the test must say."""
    return [
        (f"{key} {column}", lookup.getter(column), _pattern(wanted), key == "where")
        for key, chosen in (("where", source.where), ("where_not", source.where_not))
        for column, wanted in chosen.items()
    ]


def _pattern(texts: Iterable[str]) -> Callable[[str], bool]:
    """Return a test for one of the texts, each exact or with ``*`` at one end."""
    exact = frozenset(text for text in texts if text == "*" or "*" not in (text[:1], text[-1:]))
    starts = tuple(text[:-1] for text in texts if text not in exact and text.endswith("*"))
    ends = tuple(text[1:] for text in texts if text not in exact and text.startswith("*"))

    def fits(text: str) -> bool:
        return text in exact or (
            bool(starts or ends) and (text.startswith(starts) or text.endswith(ends))
        )

    return fits


def _constants_of(source: Source | None) -> dict[str, Any]:
    event: dict[str, Any] = {}
    for name, value in source.constants.items() if source else ():
        _put(event, tuple(name.split(".")), value)
    return event


def _plainly(column: str) -> Getter:
    return lambda values: values.get(column, ABSENT)


def written(value: Any) -> str:
    """Return a value as text: numbers as they are written, truth as JSON has it."""
    if isinstance(value, str):
        return value
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, msgspec.Raw):
        found = _value(value)
        return found if isinstance(found, str) else "" if found is None else bytes(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _has_signs(text: str) -> bool:
    return any(sign in text for sign in "¥￥$€£₹₩元")


def _object(field: str, value: Any) -> Any:
    """Return an object's fields as written; an array of names and values is one, too."""
    if isinstance(value, (str, msgspec.Raw)):
        text = value if isinstance(value, str) else bytes(value).decode()
        if not text.startswith("["):
            return _parsed_object(field, text)
    if isinstance(listed := opened(value), list) and (fields := named_values(listed)) is not None:
        return fields
    return _parsed_object(field, text) if isinstance(value, (str, msgspec.Raw)) else value


def _parsed_object(field: str, text: str) -> dict[str, Any]:
    """Read JSON text to its fields, kept as written; what is no JSON must not reach the line."""
    try:
        raw = text.encode()
        fields = _as_fields(raw)
        refuse_repeats_within(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Rejected("bad_json", f"{field}: {error}") from None
    return dict(fields)


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    if len(path) == 1:
        event[path[0]] = dict(value) if isinstance(value, dict) else value
        return
    inner = event.setdefault(path[0], {})
    if not isinstance(inner, dict):
        raise Rejected("bad_value", f"{path[0]} is not an object")
    _put(inner, path[1:], value)


def _drop(event: dict[str, Any], path: tuple[str, ...]) -> None:
    inner = event.get(path[0])
    if len(path) == 1:
        event.pop(path[0], None)
    elif isinstance(inner, dict):
        _drop(inner, path[1:])


def _writable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: Any) -> Any:
    """Return a value of a typed file as JSON can hold it without loss."""
    if isinstance(value, msgspec.Raw):
        # Numbers stay as they are written; only texts and null need to be known as such.
        return _as_anything(value) if bytes(value)[:1] in (b'"', b"n") else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return _writable(value)
    return value
