"""Numbers and codes -> columns of a line, and columns -> JSON; no Python loop over rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Characters = npt.NDArray[np.uint8]

MINOR_UNITS = 100


@dataclass(frozen=True)
class Json:
    """A column that is JSON already and needs no quotes."""

    text: pa.StringArray


# One value for all rows, or a value per row; a null of Arrow leaves the key out.
Column = str | npt.NDArray | pa.Array | Json
Columns = Mapping[str, Column]


def take_columns(columns: Columns, rows: Ints) -> dict[str, Column]:
    """Keep the rows chosen by number."""
    return {key: _take(column, rows) for key, column in columns.items()}


def _take(column: Column, rows: Ints) -> Column:
    match column:
        case str():
            return column
        case np.ndarray():
            return column[rows]
        case Json(text):
            return Json(text.take(pa.array(rows)))
        case _:
            return column.take(pa.array(rows))


def words(options: Sequence[str], codes: Ints) -> pa.StringArray:
    """Spell out option numbers."""
    return pa.array(options, pa.string()).take(pa.array(codes))


def only_where(kept: Flags, column: pa.Array) -> pa.Array:
    """Leave the key out of the rows that are not kept."""
    return column.take(pa.array(np.arange(kept.size), mask=~kept))


def glue(*parts: pa.Array | str) -> pa.StringArray:
    """Put texts side by side, row by row; a null makes the row null."""
    return _join([*parts, ""], pc.JoinOptions("emit_null"))


def glue_members(members: Sequence[pa.StringArray]) -> pa.StringArray:
    """Put the members of an object side by side, row by row; nulls are left out."""
    return _join([*members, ","], pc.JoinOptions("skip"))


def _join(parts: list[pa.Array | str], options: pc.JoinOptions) -> pa.StringArray:
    texts = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.call_function("binary_join_element_wise", texts, options)


def money(minor: Ints, minor_units: Ints | int = MINOR_UNITS) -> Floats:
    """Turn cents into the number that prints as exactly that amount."""
    return minor / minor_units


def fixed_width_text(characters: bytes | Characters, width: int) -> pa.StringArray:
    """Cut ASCII bytes into strings of one width, without a Python object per string."""
    data = pa.py_buffer(characters)
    offsets = np.arange(0, data.size + 1, width, dtype=np.int32)
    return pa.StringArray.from_buffers(offsets.size - 1, pa.py_buffer(offsets), data)


def json_lists(items: pa.StringArray, ends: Ints) -> Json:
    """Write ``[item,item]`` for each run of items; ``ends`` has one entry more than runs."""
    runs = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), items)
    return Json(glue("[", pc.call_function("binary_join", [runs, pa.scalar(",")]), "]"))


def json_objects(columns: Columns, rows: int) -> pa.StringArray:
    """Write one JSON object per row; nulls leave their key out. Texts must need no escapes."""
    return glue("{", json_members(columns, rows), "}")


def json_members(columns: Columns, rows: int) -> pa.StringArray:
    """Write what stands between the braces of an object."""
    if not columns:
        return pa.nulls(rows, pa.string())
    return glue_members([_json_member(key, column, rows) for key, column in columns.items()])


def _json_member(key: str, column: Column, rows: int) -> pa.StringArray:
    match column:
        case str():
            return pa.repeat(f'"{key}":"{column}"', rows)
        case Json(text):
            return glue(f'"{key}":', text)
        case np.ndarray():
            return glue(f'"{key}":', pa.array(column).cast(pa.string()))
        case _:
            return glue(f'"{key}":"', column, '"')
