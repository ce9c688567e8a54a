"""What tables and columns mean -> comments in the published file: a BI reader needs no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from warehouse.serving.marts import INFO_TABLE, SCHEMA
from warehouse.sql import literal, quoted


@dataclass(frozen=True)
class Meaning:
    """What a table holds, and each of its columns."""

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)


Meanings = Mapping[str, Meaning]

INFO = Meaning(
    "One row: which revision this file is.",
    {
        "revision": "Number of the revision; each publishing of other content has the next one.",
        "as_of_date": "The newest day the revision knows.",
        "run_id": "The run that published it, as Dagster names it.",
        "row_counts": "Rows of each table, as JSON.",
    },
)


def write_comments(connection: duckdb.DuckDBPyConnection, meanings: Meanings) -> None:
    """Comment what is there; a table or column that is not is passed over.

    One statement to the database: each of its own would cost as much as the rest of publishing.
    """
    there = connection.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where database_name = current_database() and schema_name = ? group by table_name",
        [SCHEMA],
    ).fetchall()
    known = {**meanings, INFO_TABLE: INFO}
    statements = []
    for table, columns in there:
        if table not in known:
            continue
        name = f"{SCHEMA}.{quoted(table)}"
        statements.append(f"comment on table {name} is {literal(known[table].table)}")
        statements += [
            f"comment on column {name}.{quoted(column)} is {literal(text)}"
            for column, text in known[table].columns.items()
            if column in columns
        ]
    connection.execute(f"begin; {'; '.join(statements)}; commit")
