"""A record of any table -> the Segment line it stands for, by a source's mapping."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, NamedTuple

import msgspec

from warehouse.judging.lookup import ABSENT, OPTIONAL, Getter, Lookup, bare, is_name
from warehouse.judging.mapping import (
    MONEY,
    NUMBER,
    OBJECT,
    OBJECTS,
    TIME,
    constants_of,
    kind_of,
    rules_of,
)
from warehouse.judging.orders import AMOUNT_FIELDS
from warehouse.judging.readings import TimeReader, currencies_told, number_reader, scaled
from warehouse.judging.tables import Record
from warehouse.judging.values import WHITESPACE, Rejected, calendar_time
from warehouse.judging.written import drop, encode, json_value, object_of, put, written
from warehouse.settings import Column, Source

CURRENCY = "properties.currency"
CURRENCIES = (CURRENCY, "currency")


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
        self._constants = constants_of(source)
        self._nulls = frozenset(source.nulls) if source else frozenset()
        self._times = TimeReader(*(source.date_formats, source.timezone) if source else ((), ""))
        self._is_told_times = bool(source and source.date_formats)
        self._number = number_reader(source.numbers if source else "")
        self._scale = source.scale if source else 1
        self._currency: str | None = None
        self._reads_numbers = bool(source and (source.numbers or source.scale != 1 or source.sql))
        self._fields = self._compiled(source.columns if source else {})
        self._rules = rules_of(source, self._lookup) if source else []
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
                put(event, path, value)
        if self.signed_as:
            put(event, tuple(CURRENCY.split(".")), self.signed_as)
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
                value = object_of(name, value)
            elif value.__class__ is str and (convert := self._made(name)):
                value = convert(value)
            put(event, tuple(name.split(".")), value)
        if self._signed:
            told = (fields.get(name) or self._constant(name) for name in CURRENCIES)
            if signed := self._sign_of(next((text for text in told if text), None)):
                put(event, tuple(CURRENCY.split(".")), signed)
        return self.finished(event, row_id)

    def finished(self, event: dict[str, Any], row_id: str) -> bytes:
        """Return the line of an event, with the ids that a row gives to what has none."""
        if self._source and self._source.order_id == "row":
            put(event, ("properties", "order_id"), row_id)
        if not str(event.get("messageId") or "").strip(WHITESPACE):
            event["messageId"] = row_id
        for path in self._drop:
            drop(event, path)
        return encode(event)

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
            return partial(object_of, name)
        amounts = self._reads_numbers or name.rpartition(".")[2] in AMOUNT_FIELDS
        is_number = kind in (MONEY, NUMBER) and amounts
        return partial(self._amount, name, kind == MONEY) if is_number else None

    def _plain(self, field: _Field, value: Any) -> Any:
        """Return a value that is no text as JSON can hold it; None where there is none."""
        if value is None or value is ABSENT:
            return None
        value = json_value(value)
        return value if field.kind == OBJECT or value.__class__ is str else json_value(bare(value))

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
        text = "" if value is ABSENT else written(json_value(bare(value))).strip(WHITESPACE)
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


def _plainly(column: str) -> Getter:
    return lambda values: values.get(column, ABSENT)


def _has_signs(text: str) -> bool:
    return any(sign in text for sign in "¥￥$€£₹₩元")
