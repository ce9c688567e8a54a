"""Rule files -> the names that readers of the tables need: dates, KPIs, stages, tiers, channels."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.recompute.world import World

Row = dict[str, Any]


def dim_contact_channels(world: "World") -> list[Row]:
    rules = sorted(world.rules.rows("channels"), key=lambda rule: rule["channel"])
    columns = ("name_en", "name_zh", "contact_field", "consent_default")
    return [
        {"code": rule["channel"], "position": number} | {name: rule[name] for name in columns}
        for number, rule in enumerate(rules, 1)
    ]


def dim_segments(world: "World") -> list[Row]:
    rules = sorted(
        world.rules.rows("rfm_tiers"), key=lambda rule: (-int(rule["tier_rank"]), rule["segment"])
    )
    return [
        {"code": rule["segment"], "position": number}
        | {name: rule[name] for name in ("name_en", "name_zh", "tier")}
        for number, rule in enumerate(rules, 1)
    ]


def dim_tiers(world: "World") -> list[Row]:
    tiers = {
        (-int(rule["tier_rank"]), rule["tier"]): (rule["tier_name_en"], rule["tier_name_zh"])
        for rule in world.rules.rows("rfm_tiers")
    }
    return [
        {"code": tier, "name_en": english, "name_zh": chinese, "position": number}
        for number, ((_, tier), (english, chinese)) in enumerate(sorted(tiers.items()), 1)
    ]


def dim_stages(world: "World") -> list[Row]:
    return [
        {"code": rule["stage"], "position": int(rule["stage_order"])}
        | {name: rule[name] for name in ("name_en", "name_zh", "source_id")}
        for rule in world.rules.rows("lifecycle_stages")
    ]


NAMED = (
    ("aarrr_stage", "aarrr_stages", "stage", "position"),
    ("alert", "alert_rules", "alert", ""),
    ("benefit", "benefits", "benefit", "min_score"),
    ("care_list", "care_rules", "list", ""),
    ("claim", "claim_rules", "claim", ""),
    ("compensation", "compensations", "compensation", ""),
    ("core_rule_set", "core_rules", "rule_set", ""),
    ("duty", "duty_rules", "duty", "hours"),
    ("honour", "honours", "honour", "from_days"),
    ("incentive", "incentive_kinds", "kind", ""),
    ("level", "level_bands", "level", "from_score"),
    ("load_time_band", "load_time_bands", "band", "from_ms"),
    ("potential", "potential_weights", "dimension", ""),
    ("rfm_class", "rfm_classes", "class", ""),
    ("strategy", "strategies", "strategy", "priority"),
    ("suggestion_state", "suggestion_states", "state", "position"),
    ("warning_level", "warning_levels", "warning_level", "warning_level"),
)


def dim_names(world: "World") -> list[Row]:
    """Name every code of the rules but those of the tables above, first what its rule has first."""
    places: dict[tuple[str, str], list[tuple[float, str, str]]] = {}

    def add(kind: str, code: str, rule: dict[str, str], place: str, other: str) -> None:
        at = float(rule.get(place) or 0)
        english, chinese = (rule.get(name, rule[other]) for name in ("name_en", "name_zh"))
        places.setdefault((kind, code), []).append((at, english, chinese))

    for rule in world.rules.rows("tags"):
        value = rule["value"]
        add("tag", f"{rule['tag']}/{value}" if value else rule["tag"], rule, "from_value", "tag")
    for rule in world.rules.rows("portrait_classes"):
        add(rule["kind"], rule["code"], rule, "position", "code")
    for rule in world.rules.rows("names"):
        add(rule["kind"], rule["code"], rule, "", "code")
    for kind, file, code, place in NAMED:
        for rule in world.rules.rows(file):
            add(kind, rule[code], rule, place, "signal" if kind == "warning_level" else code)
    found: list[Row] = []
    for (kind, code), rows in sorted(
        places.items(), key=lambda item: (item[0][0], min(item[1])[0], item[0][1])
    ):
        first = not found or found[-1]["kind"] != kind
        _, english, chinese = min(rows)
        found.append(
            {
                "kind": kind,
                "code": code,
                "name_en": english or code,
                "name_zh": chinese or english or code,
                "position": 1 if first else found[-1]["position"] + 1,
            }
        )
    return found


def dim_dates(world: "World") -> list[Row]:
    """Give whole years: from that of the first event to that of the day."""
    holidays = {rule["holiday_date"]: rule for rule in world.rules.rows("holidays")}
    first = min(line.day for line in world.lines)
    day, rows = date(first.year, 1, 1), []
    while day.year <= world.as_of.year:
        holiday = holidays.get(day.isoformat())
        rows.append(
            {
                "date": day,
                "week_start": day - timedelta(days=day.weekday()),
                "month_start": day.replace(day=1),
                "weekday": day.isoweekday(),
                "is_holiday": holiday is not None,
                "holiday_name_en": holiday and holiday["name_en"],
                "holiday_name_zh": holiday and holiday["name_zh"],
            }
        )
        day += timedelta(days=1)
    return rows


def metric_catalogue(world: "World") -> list[Row]:
    benchmarks = {rule["kpi"]: float(rule["benchmark"]) for rule in world.rules.rows("benchmarks")}
    others = {"denominator", "window_days", "target", "source_id"}
    return [
        {name: text for name, text in rule.items() if name not in others}
        | {
            "denominator": rule["denominator"] or None,
            "source_id": rule["source_id"] or None,
            "window_days": int(rule["window_days"]) if rule["window_days"] else None,
            "target": float(rule["target"]) if rule["target"] else None,
            "benchmark": benchmarks.get(rule["kpi"]),
        }
        for rule in world.rules.rows("kpis")
    ]
