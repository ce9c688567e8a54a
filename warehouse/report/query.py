"""Marts -> rows for the page; a table that is not there yet reads as empty."""

from datetime import date
from typing import Any

import duckdb

Row = dict[str, Any]


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Run a query and give its rows by column name.

    A missing table or column gives no rows: a page with one empty section is worth more to its
    reader than no page. That every section fills from real marts is held by a test.
    """
    try:
        found = connection.execute(query)
    except (duckdb.CatalogException, duckdb.BinderException):
        return []
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def sql(day: date) -> str:
    """Write a day as SQL: a parameter would make DuckDB import pandas, half of the page's cost."""
    return f"date '{day.isoformat()}'"


def newest(mart: str, day: date) -> str:
    """Write the condition that rows are of a mart's newest snapshot up to a day."""
    return (
        f"as_of_date = (select max(as_of_date) from serving.marts.{mart}"
        f" where as_of_date <= {sql(day)})"
    )
