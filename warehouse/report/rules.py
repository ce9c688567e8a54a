"""Rules in force -> the names and limits that the page tells, as the marts were built by them."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from warehouse.report.labels import NO_TIER, Label, readable
from warehouse.report.query import Row, rows

READ = (
    "aarrr_stages", "benefits", "care_rules", "channels", "claim_rules", "compensations",
    "core_rules", "duty_rules", "funnels", "health_metrics", "honours", "incentive_kinds", "kpis",
    "level_bands", "lifecycle_stages", "load_time_bands", "names", "parameters", "phases",
    "portrait_classes", "potential_weights", "rfm_segments", "rfm_tiers", "strategies",
    "suggestion_states", "tags", "value_weights", "warning_levels",
)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """The rows of each rule, in the order of its file; no rows of one that is not loaded."""

    tables: Mapping[str, list[Row]]

    def names(self, rule: str, code: str, prefix: str = "") -> dict[str, Label]:
        """Name each code of a rule; one whose name is blank shows itself."""
        return {
            str(row[code]): Label(
                row.get(f"{prefix}name_en") or readable(row[code]),
                row.get(f"{prefix}name_zh") or "",
            )
            for row in self.tables[rule]
        }

    def called(self, kind: str, code: object) -> Label:
        """Name an event, a funnel, a kind of complaint or incident; what has no name shows itself.

        A Chinese code, as it arrives where there is none in English, is said once.
        """
        for row in self.tables["names"]:
            if (row["kind"], row["code"]) == (kind, code):
                english, chinese = row["name_en"] or readable(code), row["name_zh"] or ""
                return Label(english, chinese if chinese != english else "")
        return Label(str(code) if kind == "event" else readable(code))

    def tiers(self) -> dict[str, Label]:
        """Name each tier, and what it is to have none."""
        return self.names("rfm_tiers", "tier", "tier_") | NO_TIER

    def parameter(self, name: str) -> float | None:
        """Give a parameter's value; None where it is blank, which means no limit."""
        values = {row["parameter"]: row["value"] for row in self.tables["parameters"]}
        return values.get(name)


def read_rules(connection: duckdb.DuckDBPyConnection) -> Rules:
    """Read the rules beside the marts."""
    return Rules({rule: rows(connection, f"from build.rules.{rule}") for rule in READ})
