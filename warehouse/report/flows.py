"""``lifecycle_periods`` -> the last periods that are over; one that runs would seem a collapse."""

from datetime import date

import duckdb

from warehouse.report.query import Row, rows, sql

SHOWN = 12


def read_flows(connection: duckdb.DuckDBPyConnection, period: str, day: date) -> list[Row]:
    """Read who came and went in the periods of a kind up to the one that holds a day."""
    found = rows(
        connection,
        'select period, period_start, "new", "returning", resurrecting, dormant'
        " from serving.marts.lifecycle_periods"
        f" where basis = 'activity' and period = '{period}'"
        f" and is_mature and period_start <= {sql(day)}"
        f" order by period_start desc limit {SHOWN}",
    )
    return found[::-1]


def read_longest_flows(connection: duckdb.DuckDBPyConnection, day: date) -> list[Row]:
    """Read weeks, or days before there are two weeks."""
    for period, fewest in (("week", 2), ("day", 1)):
        found = read_flows(connection, period, day)
        if len(found) >= fewest:
            return found
    return []
