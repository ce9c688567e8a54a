"""Lines -> what users are tagged with, and when that and their tier became another (16)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from hashlib import md5
from typing import TYPE_CHECKING, Any

from tests.recompute.arrivals import acquisition_channel, seen_days
from tests.recompute.lines import Line, number_of, plain
from tests.recompute.places import place_of
from tests.recompute.rules import Row
from tests.recompute.value import rfm_scores

if TYPE_CHECKING:
    from tests.recompute.world import World

DAY = timedelta(days=1)
KINDS = ("fixed", "path", "scene")


def bands_of(world: "World") -> dict[str, list[Row]]:
    """Return the rows of each tag, the lowest band first."""
    tags: dict[str, list[Row]] = defaultdict(list)
    for row in world.rules.rows("tags"):
        tags[row["tag"]].append(row)
    return {
        tag: sorted(rows, key=lambda row: int(row["from_value"] or 0)) for tag, rows in tags.items()
    }


def band(rows: list[Row], value: Any) -> Row | None:
    """Return the highest band that a number reaches."""
    return next((row for row in reversed(rows) if value >= int(row["from_value"])), None)


def happens(world: "World", rule: Row, line: Line) -> bool:
    """Say whether a line is what a tag counts the days of."""
    kind, subject = rule["input"], rule["subject"]
    if kind == "event":
        return line.event == subject
    if kind == "role":
        return subject in line.roles
    if "activity" not in line.roles:
        return False
    local = line.at.replace(tzinfo=UTC).astimezone(world.rules.zone)
    first, last = map(int, subject.split("-"))
    at = local.hour if kind == "hours" else local.isoweekday()
    return first <= at <= last if first <= last else at >= first or at <= last


def told(world: "World", rule: Row, lines: list[Line], day: date) -> str | None:
    """Return what a profile or a trait said last, up to a day."""
    subject = rule["subject"]
    if rule["input"] == "profile":
        if subject == "channel":
            channel = acquisition_channel(world, lines[0].user, day)
            return None if channel == "direct" else channel
        return place_of(lines, subject, day)
    words = [
        (line.day, line.at, word)
        for line in lines
        if line.kind == "identify" and line.day <= day
        if (word := trait(line, subject))
    ]
    return max(words, default=(None, None, None))[2]


def trait(line: Line, name: str) -> str:
    """Return a trait as words are compared; an age that is not told, by the birthday."""
    value = line.traits.get(name)
    word = "" if value is None else plain(value).strip().lower()
    if name == "age" and not word and line.traits.get("birthday"):
        born = date.fromisoformat(str(line.traits["birthday"])[:10])
        late = (line.day.month, line.day.day) < (born.month, born.day)
        return str(line.day.year - born.year - late)
    return word


def tags_of(world: "World", user: str) -> Iterator[tuple[str, date, tuple[Row, str] | None]]:
    """Tell, for each tag and day since a user's first line, its row and value; None without."""
    lines = world.by_user[user]
    for tag, rows in bands_of(world).items():
        counts = rows[0]["input"] not in {"profile", "trait"}
        days = {x.day for x in lines if happens(world, rows[0], x)} if counts else set()
        day = min(line.day for line in lines)
        while day <= world.as_of:
            found: tuple[Row, str] | None = None
            if counts:
                window = (day - k * DAY for k in range(int(rows[0]["window_days"])))
                row = band(rows, sum(at in days for at in window))
                found = (row, row["value"]) if row else None
            elif (word := told(world, rows[0], lines, day)) is not None:
                if not rows[0]["value"]:
                    found = (rows[0], word)
                elif (number := number_of(word)) is not None and (row := band(rows, number)):
                    found = (row, row["value"])
            yield tag, day, found
            day += DAY


def tag_history(world: "World") -> list[dict[str, Any]]:
    names = ("tag", "tag_kind", "input", "subject", "window_days", "from_value", "value")
    version = rule_version(world, {"tags": names})
    rows: list[dict[str, Any]] = []
    for user in world.by_user:
        if not seen_days(world, user):
            continue
        open_rows: dict[str, dict[str, Any]] = {}
        for tag, day, found in tags_of(world, user):
            row = open_rows.get(tag)
            value = found[1] if found else None
            if row and row["value"] != value:
                row["valid_to"] = day
                del open_rows[tag]
            if found and tag not in open_rows:
                open_rows[tag] = {
                    "user_id": user,
                    "tag": tag,
                    "tag_kind": found[0]["tag_kind"],
                    "value": value,
                    "valid_from": day,
                    "valid_to": None,
                    "rule_id": found[0]["source_id"] or None,
                    "rule_version": version,
                }
                rows.append(open_rows[tag])
    return rows


def user_tags(world: "World") -> list[dict[str, Any]]:
    names = ("user_id", "tag", "tag_kind", "value", "rule_id")
    return [
        {name: row[name] for name in names} | {"since": row["valid_from"]}
        for row in world.tag_history
        if row["valid_to"] is None
    ]


def tagged_users(world: "World", day: date) -> dict[str, int]:
    """Return the users with a tag of each kind on a day."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in world.tag_history:
        if row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day):
            kinds[row["user_id"]].add(row["tag_kind"])
    return {user: 1 for user, found in kinds.items() if found >= set(KINDS)}


def tier_history(world: "World") -> list[dict[str, Any]]:
    version = rule_version(
        world,
        {
            "rfm_tiers": ("segment", "tier"),
            "rfm_segments": ("r_score", "f_score", "segment"),
            "rfm_bands": ("input", "score", "from_value"),
        },
    )
    tiers: dict[date, dict[str, str]] = defaultdict(dict)
    for row in rfm_scores(world):
        tiers[row["as_of_date"]][row["user_id"]] = row["rfm_tier"]
    rows: list[dict[str, Any]] = []
    current: dict[str, dict[str, Any]] = {}
    for day in sorted(tiers):
        for user, row in list(current.items()):
            if tiers[day].get(user) != row["tier"]:
                row["valid_to"] = day
                del current[user]
        for user, tier in tiers[day].items():
            if user not in current:
                current[user] = {
                    "user_id": user,
                    "tier": tier,
                    "valid_from": day,
                    "valid_to": None,
                    "rule_version": version,
                }
                rows.append(current[user])
    return rows


def rule_version(world: "World", rules: dict[str, tuple[str, ...]]) -> str:
    """Return eight digits of what decides in some rules; numbers as the database writes them."""
    texts = []
    for name, columns in rules.items():
        for row in world.rules.rows(name):
            cells = [
                f"{float(row[c]):.8f}" if (name, c) == ("rfm_bands", "from_value") else row[c]
                for c in columns
            ]
            texts.append("|".join([name, *cells]))
    return md5(";".join(sorted(texts)).encode()).hexdigest()[:8]  # noqa: S324 - no secret
