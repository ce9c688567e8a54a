"""Rule files in effect -> plain rows: an installation's own in place of the shipped."""

import csv
import fnmatch
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

SHIPPED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "rules"
# A role that says somebody did something says that somebody was there.
IMPLY_ACTIVITY = {"login", "interaction", "content", "share", "invite", "purchase", "feature"}
# And these say that somebody took part, not only looked.
IMPLY_INTERACTION = {"content", "share", "invite", "purchase"}
# Shipped names that keep these roles unless an installation's own file names them.
STANDING = {"message", "purchase", "refund", "cancel"}
Row = dict[str, str]


@dataclass(frozen=True)
class Rules:
    """The rules and settings of one installation."""

    home: Path
    shipped: Path = SHIPPED
    cache: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a rule file; none where there is no such file."""
        if name not in self.cache:
            paths = [self.home / "rules" / f"{name}.csv", self.shipped / f"{name}.csv"]
            found = next((path for path in paths if path.exists()), None)
            self.cache[name] = list(_read(found)) if found else []
        return self.cache[name]

    def number(self, parameter: str, default: str = "") -> Decimal | None:
        """Return one row of `parameters.csv`; None where it is blank."""
        values = {row["parameter"]: row["value"] for row in self.rows("parameters")}
        value = values.get(parameter, default)
        return Decimal(value) if value else None

    def setting(self, name: str, default: str) -> str:
        """Return a setting of `userops.toml` in the home."""
        path = self.home / "userops.toml"
        found = tomllib.loads(path.read_text()) if path.exists() else {}
        return str(found.get(name, default))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.setting("timezone", "Asia/Shanghai"))

    @property
    def currency(self) -> str:
        return self.setting("currency", "CNY")

    def roles(self, event: str) -> frozenset[str]:
        """Return the roles of an event name; an unknown name is activity and no more."""
        found = self.role_table.get(event)
        if found is None:
            return frozenset({"activity"})
        roles = found - {""}
        if roles & IMPLY_ACTIVITY:
            roles |= {"activity"}
        if roles & IMPLY_INTERACTION:
            roles |= {"interaction"}
        return frozenset(roles)

    @cached_property
    def role_table(self) -> dict[str, set[str]]:
        """Return the names that are known, and what the files say of each."""
        table: dict[str, set[str]] = {}
        for row in self.rows("event_roles"):
            table.setdefault(row["event"], set()).add(row["role"])
        own = set(table)
        for row in _read(self.shipped / "event_roles.csv"):
            if row["event"] not in own and row["role"] in STANDING:
                table.setdefault(row["event"], set()).add(row["role"])
        return table

    def is_known(self, event: str) -> bool:
        return event in self.role_table

    def rate(self, currency: str, day: date) -> Decimal | None:
        """Return the value of one unit in the common base on a day; None where there is none."""
        rates = [
            (row["valid_from"], row["rate"])
            for row in self.rows("fx_rates")
            if row["currency"] == currency and row["valid_from"] <= day.isoformat()
        ]
        return Decimal(max(rates)[1]) if rates else None


def matches(pattern: str, value: str | None) -> bool:
    """Say whether a value is the pattern, or has it at one end where `*` stands at the other."""
    escaped = pattern.replace("[", "[[]").replace("?", "[?]")
    return value is not None and fnmatch.fnmatchcase(value, escaped)


def _read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {key: (value or "").strip() for key, value in row.items() if key}
