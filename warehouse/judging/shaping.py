"""Rows of a file -> the events that a source's own SQL makes of them: several, sums, lists.

The query is one ``select`` from ``rows``: a column for each of the source's ``columns`` (text, or
what its type says), and ``row``, its number in the file. It gives Segment's fields as columns, and
``row``: the number, or the list of numbers, of what an event was made of. So every row is accounted
for: it is used, left out, or refused. ``left_out`` beside it names a rule by which rows are no
event. The query sees nothing but ``rows``: no file, no network, no setting.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from warehouse.errors import UserError
from warehouse.judging.exact import Limits
from warehouse.judging.mapped import checked, judge_mapped, left_out, rules_in
from warehouse.judging.mapper import CURRENCY, LeftOut, Mapper
from warehouse.judging.mapping import MONEY, NUMBER, TIME, kind_of
from warehouse.judging.tables import Record
from warehouse.judging.values import Rejected, Rejection, moment
from warehouse.judging.verdicts import JUDGED_SCHEMA, Judged, Refusal, Row
from warehouse.judging.written import encode, written
from warehouse.landing.streams import BadFile
from warehouse.settings import Source
from warehouse.sql import quoted

ROW = "row"
LEFT_OUT = "left_out"
BATCH = 8_192
# Of one file at a time; what is more goes to disk, beside the lake that is being written.
MEMORY = "512MB"
_KINDS = {TIME: "timestamp", NUMBER: "decimal(28, 8)", MONEY: "decimal(28, 8)"}
_ARROW = {TIME: pa.timestamp("us"), NUMBER: pa.decimal128(28, 8), MONEY: pa.decimal128(28, 8)}
_LARGEST = Decimal(10) ** 20
_NONE = pa.RecordBatch.from_pylist([], JUDGED_SCHEMA)
WAITS, USED, REFUSED, LEFT = 1, 2, 3, 4


class _Event(NamedTuple):
    """What the query made: of which rows, by which rule they are none, and its fields."""

    rows: list[int]
    left_out: str
    fields: dict[str, Any]


def columns_made(source: Source) -> dict[str, str]:
    """Return the columns of a source's query and their types; raises UserError for a bad one."""
    with _opened(source, None) as connection:
        try:
            told = connection.execute(f"describe select * from (\n{_query(source)}\n)").fetchall()
        except duckdb.Error as error:
            raise UserError(
                f"its sql cannot be run: {_on_a_line(error)}",
                cure=f"one select from rows, which has {', '.join([ROW, *source.columns])}",
            ) from error
    kinds = {name: kind for name, kind, *_ in told}
    if kinds.get(ROW, "").removesuffix("[]") not in ("BIGINT", "INTEGER", "HUGEINT"):
        raise UserError(
            "its sql does not say which rows an event was made of",
            cure="select row as well; where rows are grouped, list(row) as row",
        )
    return kinds


def shaped(
    records: Iterable[Record],
    source: Source,
    limits: Limits,
    row_id: Callable[[int], str],
    folder: Path | None,
) -> Iterator[Judged]:
    """Yield the verdicts on the rows of one file; raises BadFile for what the query cannot do.

    ``folder`` is where the rows lie meanwhile; without one, in memory.
    """
    kinds = columns_made(source)
    mapper = Mapper(source, limits.home)
    with _opened(source, folder) as connection:
        states = np.zeros(BATCH, np.uint8)
        records = iter(records)
        while some := list(islice(records, BATCH)):
            states = _grown(states, max(record.number for record in some))
            yield _taken_in(connection, some, mapper, limits, states)
        try:
            events = _events(connection, source, kinds)
            serial = _Serial(row_id)
            while found := list(islice(events, BATCH)):
                yield _judged(connection, found, mapper, limits, serial, states)
        except duckdb.Error as error:
            # It may quote a cell, and a cell may be somebody's address.
            told = str(error).split("'")[0].split('"')[0].strip()
            raise BadFile(f"the sql of {source.name} failed: {told}") from None
        rest = np.flatnonzero(states == WAITS).tolist()
        for start in range(0, len(rest), BATCH):
            yield _left_out(connection, rest[start : start + BATCH], "sql")


class _Serial:
    """Gives an id to each event of a row: the second one has another than the first."""

    def __init__(self, row_id: Callable[[int], str]) -> None:
        self._row_id = row_id
        self._last = self._count = 0

    def of(self, row: int) -> str:
        """Return the id of the next event of a row; rows come in order."""
        self._count = self._count + 1 if row == self._last else 1
        self._last = row
        return self._row_id(row) if self._count == 1 else f"{self._row_id(row)}-{self._count}"


def _left_out(connection: duckdb.DuckDBPyConnection, rows: list[int], rule: str) -> Judged:
    lines = _originals(connection, set(rows))
    apart = [Refusal(row, Rejection("left_out", rule), lines[row]) for row in rows]
    return Judged(_NONE, [], 0, {rule: len(rows)}, 0, apart=apart)


def _query(source: Source) -> str:
    return source.sql.strip().removesuffix(";")


@contextmanager
def _opened(source: Source, folder: Path | None) -> Generator[duckdb.DuckDBPyConnection]:
    """Give a database of one file's rows that can reach nothing else; it is gone afterwards."""
    path = folder / "rows.duckdb" if folder else None
    with duckdb.connect(
        str(path or ":memory:"),
        config={
            "memory_limit": MEMORY,
            "threads": 1,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            **({"temp_directory": str(folder / "rows.tmp")} if folder else {}),
        },
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")
        columns = [(name, _KINDS.get(kind_of(name, source), "varchar")) for name in source.columns]
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
        connection.execute(f"create table rows ({ROW} bigint, {listed})")
        connection.execute("create table originals (number bigint, line blob)")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        try:
            yield connection
        finally:
            connection.close()
            if path:
                path.unlink(missing_ok=True)


def _taken_in(
    connection: duckdb.DuckDBPyConnection,
    records: list[Record],
    mapper: Mapper,
    limits: Limits,
    states: np.ndarray,
) -> Judged:
    """Put what can be read of some records into the table of rows."""
    names = mapper.names
    columns: dict[str, list[Any]] = {name: [] for name in (ROW, *names)}
    originals: list[bytes] = []
    refused: list[Refusal] = []
    apart: list[Refusal] = []
    blank = 0
    for record in records:
        original, why = checked(record, limits)
        if not why and not record.values:
            blank += 1
            continue
        try:
            if why:
                raise Rejected(*why)
            cells = {field.name: _cell(field.kind, value) for field, value in mapper.cells(record)}
            if mapper.signed_as:
                if CURRENCY not in names:
                    told = f"a sign says {mapper.signed_as}, and the query is not told"
                    raise Rejected("unknown_currency", f"{told}: map {CURRENCY}")
                cells[CURRENCY] = mapper.signed_as
        except Rejected as verdict:
            states[record.number] = REFUSED
            line = original if why else mapper.readable_line(record)
            refused.append(Refusal(record.number, verdict.rejection, original, line))
            continue
        except LeftOut as rule:
            states[record.number] = LEFT
            apart.append(left_out(record, str(rule)))
            continue
        states[record.number] = WAITS
        originals.append(original)
        columns[ROW].append(record.number)
        for name in names:
            columns[name].append(cells.get(name))
    if originals:
        kinds = {name: _ARROW.get(mapper.kinds[name], pa.string()) for name in names}
        arrays = [pa.array(columns[name], kinds.get(name, pa.int64())) for name in columns]
        _insert(connection, "rows", pa.Table.from_arrays(arrays, list(columns)))
        lines = {"number": columns[ROW], "line": pa.array(originals, pa.binary())}
        _insert(connection, "originals", pa.table(lines))
    return Judged(_NONE, refused, blank, rules_in(apart), 0, apart=apart)


def _insert(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f"insert into {name} select * from incoming")
    connection.unregister("incoming")


def _cell(kind: str, value: Any) -> Any:
    """Return a value as its column of ``rows`` holds it: UTC, exact, or text."""
    if kind == TIME:
        return moment(encode(value), "time")
    if kind in (NUMBER, MONEY):
        number = Decimal(written(value))
        if abs(number) >= _LARGEST:
            raise Rejected("bad_number", "a number of more than 20 digits")
        return round(number, 8)
    return encode(value).decode() if isinstance(value, (dict, list)) else written(value)


def _events(
    connection: duckdb.DuckDBPyConnection, source: Source, kinds: Mapping[str, str]
) -> Iterator[_Event]:
    """Yield what the query makes, by the first row it was made of; the order never varies."""
    is_list = kinds[ROW].endswith("[]")
    first = f"list_min({ROW})" if is_list else ROW
    query = f"select {first} as first_row, * from (\n{_query(source)}\n) order by all"
    texts = {name for name, kind in kinds.items() if kind == "JSON"}
    reader = connection.execute(query).to_arrow_reader(BATCH)
    for batch in reader:
        for values in batch.to_pylist():
            del values["first_row"]
            told = values.pop(ROW)
            rows = sorted(set(told if is_list else [told])) if told is not None else []
            if not rows or None in rows:
                raise BadFile(f"the sql of {source.name} gives an event of no row")
            rule = str(values.pop(LEFT_OUT, None) or "")
            fields = {
                name: _result(value, is_json=name in texts)
                for name, value in values.items()
                if value is not None and value != ""
            }
            yield _Event(rows, rule, fields)


def _result(value: Any, *, is_json: bool) -> Any:
    """Return a value of the query as a line can hold it: its times are UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return msgspec.Raw(format(value.normalize(), "f").encode())
    if isinstance(value, dict):
        return {k: _result(v, is_json=False) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_result(each, is_json=False) for each in value]
    if is_json and isinstance(value, str):
        return msgspec.Raw(value.encode())
    return value


def _judged(
    connection: duckdb.DuckDBPyConnection,
    events: list[_Event],
    mapper: Mapper,
    limits: Limits,
    serial: _Serial,
    states: np.ndarray,
) -> Judged:
    apart: list[Refusal] = []
    lines: list[Row] = []
    for place, (rows, rule, fields) in enumerate(events):
        if rows[0] < 1 or rows[-1] >= len(states) or not states[rows].all():
            raise BadFile(f"the sql names row {rows[-1]}, and the file has no such row")
        if rule:
            waits = [row for row in rows if states[row] == WAITS]
            states[waits] = LEFT
            apart += _left_out(connection, waits, rule).apart
            continue
        try:
            lines.append(Row(place, mapper.event(fields, serial.of(rows[0])), b""))
        except Rejected as verdict:
            lines.append(Row(place, b"", b"", verdict.rejection))
    judged = judge_mapped(lines, limits)
    *columns, places = judged.rows.columns
    accepted = places.to_pylist()
    used = 0
    for place in accepted:
        rows = events[place].rows
        fresh = [row for row in rows if states[row] == WAITS]
        states[fresh] = USED
        used += len(fresh)
    firsts = pa.array([events[place].rows[0] for place in accepted], pa.int64())
    batch = pa.RecordBatch.from_arrays([*columns, firsts], schema=JUDGED_SCHEMA)
    refused = [(events[refusal.number].rows, refusal) for refusal in judged.rejected]
    members = {rows[0]: rows[1:] for place in accepted if len(rows := events[place].rows) > 1}
    rejected = _refused(connection, refused, states)
    left = rules_in(apart)
    return Judged(batch, rejected, 0, left, used, judged.placeholders, apart, members)


def _refused(
    connection: duckdb.DuckDBPyConnection,
    events: list[tuple[list[int], Refusal]],
    states: np.ndarray,
) -> list[Refusal]:
    """Put the rows of refused events aside; of a row that gave another event, tell it only."""
    found = []
    lines = _originals(connection, {row for rows, _ in events for row in rows})
    for rows, (_, why, _, line) in events:
        fresh = [row for row in rows if states[row] == WAITS]
        states[fresh] = REFUSED
        found += [Refusal(row, why, lines[row], line) for row in fresh]
        if not fresh:
            detail = f"an event of row {rows[0]}, which is used otherwise: {why.detail}"
            found.append(Refusal(0, Rejection(why.reason, detail), lines[rows[0]], line))
    return found


def _originals(connection: duckdb.DuckDBPyConnection, rows: set[int]) -> dict[int, bytes]:
    if not rows:
        return {}
    wanted = pa.table({"number": pa.array(sorted(rows), pa.int64())})
    cursor = connection.cursor()
    cursor.register("wanted", wanted)
    found = cursor.execute("select number, line from originals semi join wanted using (number)")
    return dict(found.fetchall())


def _grown(states: np.ndarray, last: int) -> np.ndarray:
    if last < len(states):
        return states
    grown = np.zeros(max(last + 1, 2 * len(states)), np.uint8)
    grown[: len(states)] = states
    return grown


def _on_a_line(error: Exception) -> str:
    return " ".join(str(error).replace("^", "").split())[:400]
