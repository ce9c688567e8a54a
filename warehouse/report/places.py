"""Dimensions of KPIs -> the names of their values, by the rules where they have any."""

import duckdb

from warehouse.report.growth import channel_names
from warehouse.report.labels import VALUES, Label, label
from warehouse.report.rules import Rules

Places = dict[str, dict[str, Label]]


def read_places(connection: duckdb.DuckDBPyConnection, rules: Rules) -> Places:
    """Name the values of the dimensions that have names."""
    return {
        "channel": channel_names(connection),
        "stage": rules.names("lifecycle_stages", "stage") | {"none": Label("No stage", "无阶段")},
        "platform": VALUES,
        "incentive_mix": VALUES,
        "tier": rules.tiers(),
    }


def place_of(places: Places, dimension: str, value: object) -> Label:
    """Name a value of a dimension; one without a name shows itself."""
    return label(places.get(dimension, {}), value)
