"""Tags, portraits, pairs, segments -> who users are, what goes together, how to speak to them."""

from dataclasses import dataclass
from itertools import groupby

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import (
    CLASS_KINDS,
    LEVELS,
    MODES,
    NO_CLASS,
    TAG_KINDS,
    VALUES,
    Label,
    label,
    many,
    readable,
)
from warehouse.report.query import Row, rows
from warehouse.report.rules import Rules

TAGS_OF_A_KIND = 5
PAIRS = 8


@dataclass(frozen=True)
class Count:
    """How many users are something."""

    kind: Label
    name: Label
    users: str
    share: str


@dataclass(frozen=True)
class Segment:
    """Users of a segment of one dimension, and how to work with that many."""

    of: Label
    name: Label
    users: str
    mode: Label


@dataclass(frozen=True)
class Pair:
    """Two things of the same users, the one that says more of the other first."""

    item: str
    other: str
    users: str
    confidence: str
    lift: str


@dataclass(frozen=True)
class Portrait:
    """Everybody, how complete their portraits are, most frequent tags, classes, pairs by lift."""

    users: Label
    completeness: str
    tags: list[Count]
    classes: list[Count]
    bought: list[Pair]
    searched: list[Pair]
    segments: list[Segment]
    most: str


def read_portrait(connection: duckdb.DuckDBPyConnection, rules: Rules) -> Portrait | None:
    """Read who users are; None while there are none."""
    found = rows(
        connection,
        "select count(*) as users, avg(completeness) as completeness"
        " from serving.marts.user_portraits",
    )
    if not found or not (users := found[0]["users"]):
        return None
    return Portrait(
        users=Label(many(users, "user"), f"{users:,} 位用户"),
        completeness=numbers.share(found[0]["completeness"]),
        tags=_tags(connection, rules, users),
        classes=_classes(connection, rules, users),
        bought=_pairs(connection, "bought"),
        searched=_pairs(connection, "searched"),
        segments=_segments(connection, rules),
        most=numbers.count(rules.parameter("personal_mode_max_users")),
    )


def _tags(connection: duckdb.DuckDBPyConnection, rules: Rules, users: int) -> list[Count]:
    """Give the most frequent tags of each kind, named by their rule and what was told."""
    names = {(row["tag"], row["value"]): row for row in rules.tables["tags"]}
    found = rows(
        connection,
        "select tag_kind, tag, value, count(*) as users from serving.marts.user_tags"
        " group by all order by users desc, tag, value",
    )
    shown = [
        row
        for kind in TAG_KINDS
        for row in [row for row in found if row["tag_kind"] == kind][:TAGS_OF_A_KIND]
    ]
    return [
        _count(label(TAG_KINDS, row["tag_kind"]), _tag_name(names, row), row["users"], users)
        for row in shown
    ]


def _tag_name(names: dict[tuple[str, str | None], Row], tag: Row) -> Label:
    rule = names.get((tag["tag"], tag["value"]))
    if rule:
        return Label(rule["name_en"], rule["name_zh"] or "")
    rule = names.get((tag["tag"], None), {})
    told = label(VALUES, tag["value"])
    en, zh = rule.get("name_en") or readable(tag["tag"]), rule.get("name_zh")
    return Label(f"{en}: {told.en}", f"{zh}：{told.zh or told.en}" if zh else "")


def _classes(connection: duckdb.DuckDBPyConnection, rules: Rules, users: int) -> list[Count]:
    """Count the users of each class, in the order of the rules, and those whom none fits."""
    found = rows(
        connection,
        "select kind, code, count(*) as users from (unpivot (select user_id, communication_stage,"
        " behaviour_class, loyalty_depth, need from serving.marts.user_portraits)"
        " on communication_stage, behaviour_class, loyalty_depth, need into name kind value code)"
        " group by all",
    )
    counts = {(row["kind"], row["code"]): row["users"] for row in found}
    ordered = sorted(
        rules.tables["portrait_classes"],
        key=lambda row: (list(CLASS_KINDS).index(row["kind"]), row["position"]),
    )
    told = []
    for kind, classes in groupby(ordered, key=lambda row: row["kind"]):
        rest = users
        for row in classes:
            name = Label(row["name_en"] or readable(row["code"]), row["name_zh"] or "")
            number = counts.get((kind, row["code"]), 0)
            told.append(_count(label(CLASS_KINDS, kind), name, number, users))
            rest -= number
        if rest:
            told.append(_count(label(CLASS_KINDS, kind), NO_CLASS["none"], rest, users))
    return told


def _segments(connection: duckdb.DuckDBPyConnection, rules: Rules) -> list[Segment]:
    """Give the segments of each dimension in its order, the largest first."""
    classes = rules.names("portrait_classes", "code") | NO_CLASS
    dimensions = {
        "lifecycle_stage": (
            Label("Stage of life", "生命周期"),
            rules.names("lifecycle_stages", "stage") | {"none": Label("No stage", "无阶段")},
        ),
        "rfm_segment": (
            Label("Segment of buyers", "RFM 客群"),
            rules.names("rfm_tiers", "segment") | {"none": Label("Never bought", "未购买")},
        ),
        "rfm_tier": (Label("Tier", "等级"), rules.tiers()),
        "warning_level": (Label("Churn warning", "流失预警"), LEVELS),
        "behaviour_class": (label(CLASS_KINDS, "behaviour_class"), classes),
        "loyalty_depth": (label(CLASS_KINDS, "loyalty_depth"), classes),
    }
    found = rows(
        connection, "from serving.marts.segment_modes order by users desc, dimension, segment"
    )
    return [
        Segment(
            of, label(names, row["segment"]), numbers.count(row["users"]),
            label(MODES, row["operating_mode"]),
        )
        for dimension, (of, names) in dimensions.items()
        for row in found
        if row["dimension"] == dimension
    ]  # fmt: skip


def _count(kind: Label, name: Label, users: int, everybody: int) -> Count:
    return Count(kind, name, numbers.count(users), numbers.share(users / everybody))


def _pairs(connection: duckdb.DuckDBPyConnection, kind: str) -> list[Pair]:
    """Give the pairs that come together most beyond chance, each once."""
    found = rows(
        connection,
        "select item, other_item, users_both, confidence, lift from serving.marts.item_pairs"
        f" where kind = '{kind}' and lift > 1"
        " qualify row_number() over (partition by least(item, other_item),"
        " greatest(item, other_item) order by confidence desc, item) = 1"
        f" order by lift desc, users_both desc, item limit {PAIRS}",
    )
    return [
        Pair(
            item=str(row["item"]),
            other=str(row["other_item"]),
            users=numbers.count(row["users_both"]),
            confidence=numbers.share(row["confidence"]),
            lift=f"×{row['lift']:.1f}",
        )
        for row in found
    ]
