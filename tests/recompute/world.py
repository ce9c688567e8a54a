"""An installation -> all that the tables are made from: lines with their users, in order."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from tests.recompute.activity import Session, is_login, sessions_of
from tests.recompute.identity import Identity, identity_of
from tests.recompute.lines import Line, load_days, plain, read_landing
from tests.recompute.money import Money, Order, money_of
from tests.recompute.rules import Rules, matches
from tests.recompute.tags import tag_history
from tests.recompute.valuation import Valuation, valuations

DAY = timedelta(days=1)


@dataclass(frozen=True)
class World:
    """What a run knows that has loaded every day up to `as_of`."""

    rules: Rules
    as_of: date

    @cached_property
    def everything(self) -> list[Line]:
        """Every line that arrived, with its user, also of people who do not count."""
        for line in self.landed_lines:
            name, is_visitor = line.actor
            line.user = self.identity.user(name, is_visitor=is_visitor)
        return self.landed_lines

    @cached_property
    def landed_lines(self) -> list[Line]:
        return read_landing(self.rules, self.as_of)

    @cached_property
    def identity(self) -> Identity:
        """Whose an id is."""
        limit = int(self.rules.number("identity_hub_limit") or 1000)
        return identity_of(self.landed_lines, limit)

    @cached_property
    def accounts(self) -> set[str]:
        """Ids by which somebody was known, not only seen."""
        return {line.user_id for line in self.everything if line.user_id}

    @cached_property
    def excluded(self) -> set[str]:
        """Users who are in no number: staff, bots, testers."""
        rules = self.rules.rows("excluded_users")
        out = set()
        for line in self.everything if rules else []:
            email = plain(line.traits.get("email") or "").strip().casefold()
            for rule in rules:
                kind, pattern = rule.get("kind", ""), rule.get("pattern", "")
                if kind in {"id", "user_id"}:
                    found = matches(pattern, line.user)
                elif kind == "email_domain":
                    found = matches(pattern.casefold(), email.rpartition("@")[2] or None)
                else:
                    value = line.traits.get(rule.get("trait", ""))
                    found = value is not None and matches(pattern, plain(value))
                if found:
                    out.add(line.user)
        return out

    @cached_property
    def lines(self) -> list[Line]:
        """Lines of people who count, of days the snapshot knows, in order."""
        lines = [line for line in self.everything if line.user not in self.excluded]
        return sorted(lines, key=lambda line: line.moment)

    @cached_property
    def by_user(self) -> dict[str, list[Line]]:
        users: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            users[line.user].append(line)
        return users

    @cached_property
    def sessions(self) -> dict[str, list[Session]]:
        gap = timedelta(minutes=float(self.rules.number("session_gap_minutes") or 30))
        return {user: sessions_of(lines, gap) for user, lines in self.by_user.items()}

    @cached_property
    def active_days(self) -> dict[str, list[date]]:
        """Days with activity of each user who ever was active, in order."""
        days = {
            user: sorted({line.day for line in lines if "activity" in line.roles})
            for user, lines in self.by_user.items()
        }
        return {user: found for user, found in days.items() if found}

    @cached_property
    def login_days(self) -> dict[str, list[date]]:
        return {
            user: sorted({line.day for line in lines if is_login(line, user in self.accounts)})
            for user, lines in self.by_user.items()
        }

    @cached_property
    def money(self) -> Money:
        return money_of(self)

    @cached_property
    def orders_of(self) -> dict[str, list[Order]]:
        return self.money.of_user()

    @cached_property
    def order_days(self) -> dict[str, list[date]]:
        """Days on which each buyer placed an order that was not taken back the same day."""
        return {
            user: sorted({order.day for order in orders if not order.is_void})
            for user, orders in self.orders_of.items()
        }

    @cached_property
    def valuations(self) -> dict[date, Valuation]:
        """What buyers are worth as of each kept day, by the fits that the last build left."""
        return valuations(self)

    @cached_property
    def kpi_rows(self) -> list[dict[str, Any]]:
        """The KPIs of every day, which much else is made from."""
        from tests.recompute.kpis.rows import kpi_daily

        return kpi_daily(self)

    @cached_property
    def tag_history(self) -> list[dict[str, Any]]:
        return tag_history(self)

    @cached_property
    def landed(self) -> list[date]:
        return load_days(self.rules, self.as_of)

    @cached_property
    def known_days(self) -> set[date]:
        """Days that are known: their folder came, a later one brought them, or all came at once."""
        known = set(self.landed)
        known |= {line.day for line in self.everything if line.load_date > line.day}
        day, first = self.first_day, min(self.landed)
        while day < first:
            known.add(day)
            day += DAY
        return known

    def is_known(self, first: date, last: date) -> bool:
        """Tell whether any of these days is known."""
        return any(first <= day <= last for day in self.known_days)

    @cached_property
    def first_day(self) -> date:
        """The day history begins: the first that something happened on, or arrived on."""
        days = (line.day for line in self.everything)
        return min(chain(days, self.landed))

    def days(self) -> Iterator[date]:
        day = self.first_day
        while day <= self.as_of:
            yield day
            day += DAY
