"""Names of rules -> what is declared of each: its columns, its keys, what must hold of the whole.

A new rule file begins with its declaration here; a test holds this.
"""

from collections.abc import Mapping

from warehouse.rules.checks import (
    Faults,
    Rules,
    Spec,
    names_as_shipped,
    not_above,
    refers_to,
    same_within,
)
from warehouse.rules.kinds import (
    ANY_NUMBER,
    BOOLEAN,
    CURRENCY,
    DATE,
    POSITIVE,
    SHARE,
    TEXT,
    Kind,
    integer,
    number,
    one_of,
    optional,
    separated,
)
from warehouse.rules.partitions import counts_up, covers, divides
from warehouse.rules.stages import every_situation_has_one_stage
from warehouse.rules.table import Table

ROLES = (
    "activity", "login", "interaction", "content", "share", "invite", "purchase", "refund",
    "complaint", "feature", "message",
)  # fmt: skip
CHANNELS = ("email", "sms", "push", "wechat_oa")
PERIODS = ("day", "week", "month")
SCORES = tuple("12345")
BUCKETS = 10_000
MOST_STEPS = 10  # each is a round of int_funnel_reached
LEVELS = tuple("123")
ANY_TIER = "*"

# What a parameter may be follows from its unit.
UNITS: Mapping[str, Kind] = {
    "share": SHARE,
    "hour": integer(0, 23),
    "money": number(0),
    "points": number(0),
    "minutes": integer(1),
    "days": integer(0),
    "actors": integer(1),
}


def signals_have_their_limits(table: Table, _: Rules) -> Faults:
    """Demand the days of a warning by silence, and share and base of one by falling activity."""
    for row in table.rows:
        falls = row["signal"] == "activity_index"
        for column in ("drop_share", "min_base_days") if falls else ("silent_days",):
            if not row[column]:
                what = f"{column} is blank, and the signal {row['signal']!r} needs it"
                yield table.fault(what, line=row.line, cure=f"give {column}")


def parameters_suit_their_units(table: Table, rules: Rules) -> Faults:
    """Judge each value by the shipped unit; blank means no limit, where that is shipped."""
    shipped = {row["parameter"]: row for row in rules.shipped["parameters"].rows}
    for row in table.rows:
        known = shipped.get(row["parameter"])
        if known is None:
            continue
        kind = UNITS.get(known["unit"], ANY_NUMBER)
        if row["unit"] != known["unit"]:
            what = f"the unit of {row['parameter']!r} cannot be {row['unit']!r}"
            yield table.fault(what, line=row.line, cure=f"give {known['unit']!r}")
        if not row["value"] and known["value"]:
            what = f"{row['parameter']!r} has no value"
            yield table.fault(what, line=row.line, cure=f"give {kind.wants}")
        elif row["value"] and not kind.accepts(row["value"]):
            what = f"{row['parameter']!r} cannot be {row['value']!r}"
            yield table.fault(what, line=row.line, cure=f"give {kind.wants}")


COUNT = optional(integer(0))

SPECS: Mapping[str, Spec] = {
    "channels": Spec(
        columns={"channel": TEXT, "contact_field": TEXT, "name_en": TEXT, "name_zh": TEXT},
        keys=(("channel",),),
    ),
    "warning_levels": Spec(
        columns={
            "warning_level": integer(1, 3),
            "name_en": TEXT,
            "name_zh": TEXT,
            "signal": one_of("login", "interaction", "activity_index"),
            "silent_days": optional(integer(1)),
            "drop_share": optional(SHARE),
            "min_base_days": COUNT,
            "action_1": TEXT,
            "action_2": TEXT,
            "source_id": optional(TEXT),
        },
        keys=(("warning_level",),),
        checks=(covers(["warning_level"], LEVELS), signals_have_their_limits),
    ),
    "event_roles": Spec(
        columns={"event": TEXT, "role": optional(one_of(*ROLES))},
        keys=(("event", "role"),),
        may_be_empty=True,
    ),
    "funnels": Spec(
        columns={
            "funnel": TEXT,
            "step": integer(1, MOST_STEPS),
            "event": TEXT,
            "window_minutes": optional(integer(1)),
        },
        keys=(("funnel", "step"),),
        checks=(counts_up("funnel", "step"), same_within("funnel", "window_minutes")),
        may_be_empty=True,
    ),
    "fx_rates": Spec(
        columns={"currency": CURRENCY, "valid_from": DATE, "rate": POSITIVE},
        keys=(("currency", "valid_from"),),
        may_be_empty=True,
    ),
    "kpis": Spec(
        columns={
            "kpi": TEXT,
            "name_en": TEXT,
            "name_zh": TEXT,
            "formula": TEXT,
            "window_days": integer(1),
            "unit": TEXT,
            "direction": one_of("up", "down"),
            "owner": TEXT,
            "target": optional(ANY_NUMBER),
            "source_id": optional(TEXT),
        },
        keys=(("kpi",),),
        checks=(names_as_shipped("kpi", all_of_them=False),),
    ),
    "lifecycle_stages": Spec(
        columns={
            "stage_order": integer(1),
            "stage": TEXT,
            "name_en": TEXT,
            "name_zh": TEXT,
            "max_age_days": COUNT,
            "max_return_days": COUNT,
            "min_return_silent_days": COUNT,
            "min_silent_days": COUNT,
            "max_silent_days": COUNT,
            "min_orders": COUNT,
            "source_id": optional(TEXT),
        },
        keys=(("stage_order",), ("stage",)),
        checks=(not_above("min_silent_days", "max_silent_days"), every_situation_has_one_stage),
    ),
    "parameters": Spec(
        columns={
            "parameter": TEXT,
            "value": optional(TEXT),
            "unit": TEXT,
            "description": TEXT,
            "source_id": optional(TEXT),
        },
        keys=(("parameter",),),
        checks=(names_as_shipped("parameter", all_of_them=True), parameters_suit_their_units),
    ),
    "recall_arms": Spec(
        columns={
            "experiment": TEXT,
            "arm": TEXT,
            "from_bucket": integer(0, BUCKETS - 1),
            "to_bucket": integer(0, BUCKETS - 1),
            "is_contacted": BOOLEAN,
        },
        keys=(("experiment", "arm"),),
        checks=(
            not_above("from_bucket", "to_bucket"),
            divides("experiment", "from_bucket", "to_bucket", first=0, last=BUCKETS - 1),
        ),
    ),
    "retention_brackets": Spec(
        columns={
            "period": one_of(*PERIODS),
            "bracket": TEXT,
            "from_period": integer(0),
            "to_period": integer(0),
        },
        keys=(("period", "bracket"),),
        checks=(not_above("from_period", "to_period"),),
        may_be_empty=True,
    ),
    "retention_horizons": Spec(
        columns={"period": one_of(*PERIODS), "max_period_number": integer(1)},
        keys=(("period",),),
        checks=(covers(["period"], PERIODS),),
    ),
    "rfm_classes": Spec(
        columns={
            "is_recent": BOOLEAN,
            "is_frequent": BOOLEAN,
            "is_big": BOOLEAN,
            "class": TEXT,
            "name_en": TEXT,
            "name_zh": TEXT,
        },
        keys=(("is_recent", "is_frequent", "is_big"), ("class",)),
        checks=(covers(["is_recent", "is_frequent", "is_big"], *[("true", "false")] * 3),),
    ),
    "rfm_segments": Spec(
        columns={"r_score": integer(1, 5), "f_score": integer(1, 5), "segment": TEXT},
        keys=(("r_score", "f_score"),),
        checks=(
            covers(["r_score", "f_score"], SCORES, SCORES),
            refers_to("segment", "rfm_tiers", "segment"),
        ),
    ),
    "rfm_tiers": Spec(
        columns={
            "segment": TEXT,
            "name_en": TEXT,
            "name_zh": TEXT,
            "tier": TEXT,
            "tier_rank": integer(1),
            "tier_name_en": TEXT,
            "tier_name_zh": TEXT,
        },
        keys=(("segment",),),
        checks=(
            refers_to("segment", "rfm_segments", "segment"),
            same_within("tier", "tier_rank"),
            same_within("tier_rank", "tier"),
            same_within("tier", "tier_name_en"),
            same_within("tier", "tier_name_zh"),
        ),
    ),
    "strategies": Spec(
        columns={
            "strategy": TEXT,
            "name_en": TEXT,
            "name_zh": TEXT,
            "warning_level": integer(1, 3),
            "tier": TEXT,
            "priority": integer(1),
            "scene": TEXT,
            "need": TEXT,
            "content_key": TEXT,
            "channels": separated(">", *CHANNELS),
            "unit_cost": number(0),
            "uplift": SHARE,
            "source_id": optional(TEXT),
        },
        # Of two strategies with one priority at one level, nothing could choose.
        keys=(("strategy", "warning_level", "tier"), ("warning_level", "priority")),
        checks=(
            refers_to("tier", "rfm_tiers", "tier", besides=ANY_TIER),
            same_within("strategy", "name_en"),
            same_within("strategy", "name_zh"),
        ),
        may_be_empty=True,
    ),
}
