"""A Parquet file -> its rows, numbered from 1."""

from collections.abc import Iterator
from typing import BinaryIO

from warehouse.judging.tables import Record, require
from warehouse.landing.streams import BadFile


def parquet_records(file: BinaryIO, expected: frozenset[str]) -> Iterator[Record]:
    """Yield the rows of a Parquet file; raises BadFile for what is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadFile(f"not a Parquet file: {error}") from None
    require(expected, table.schema_arrow.names)
    number = 0
    for batch in table.iter_batches(batch_size=8_192):
        for values in batch.to_pylist():
            number += 1
            yield Record(number, b"", values)
