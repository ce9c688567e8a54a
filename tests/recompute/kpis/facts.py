"""A world -> sums by user and day, and since when there is something to count: read once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.recompute.activity import is_seen, user_days
from tests.recompute.arrivals import acquisition_channel
from tests.recompute.funnels import first_days, funnels_of, known_since
from tests.recompute.incentives import outstanding_by_day
from tests.recompute.lifecycle import stage_of
from tests.recompute.lines import Line, number_of, plain
from tests.recompute.money import Order, money_days
from tests.recompute.places import place_of
from tests.recompute.points import KINDS
from tests.recompute.spending import known_spend
from tests.recompute.value import rfm_of
from tests.recompute.worth import worth_of

if TYPE_CHECKING:
    from tests.recompute.world import World

Amounts = dict[str, Any]
NOTHING = "none"


class Facts:
    """Sums by user and day, and which days and events there are: read once for all days."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.by_day: dict[date, dict[str, dict[str, Any]]] = defaultdict(dict)
        for source in (user_days(world), money_days(world), _counted(world)):
            for (user, day), amounts in source.items():
                self.by_day[day].setdefault(user, {}).update(amounts)
        self.first_seen: dict[str, date] = {}
        self.came = {user: days[0] for user, days in world.active_days.items()}
        self.activation_days: dict[str, set[date]] = defaultdict(set)
        activating = {row["event"] for row in world.rules.rows("activation")}
        self.first_of: dict[str, date] = {}
        for line in world.lines:
            if is_seen(line):
                first = self.first_seen.get(line.user, line.day)
                self.first_seen[line.user] = min(first, line.day)
                self.came[line.user] = min(self.came.get(line.user, line.day), line.day)
            if line.event in activating:
                self.activation_days[line.user].add(line.day)
            for name in _tracks(line, activating):
                self.note(name, line.day)
        for user, sessions in world.sessions.items():
            for session in sessions:
                if any(line.event == "Product Added" for line in session.lines):
                    self.note("cart", session.day)
            for order in world.orders_of.get(user, []):
                if categories(order):
                    self.note("category", order.day)
        for _, closed in self.complaints:
            self.note("closing", closed.day)
        for users in self.reached.values():
            for days in users.values():
                for day in days[:1]:
                    self.note("funnel", day)
        self.spent = {day for day in known_spend(world) if day in world.known_days}
        if self.spent:
            self.first_of["spend"] = min(self.spent)
        self.places: dict[tuple[str, date], dict[str, str]] = {}
        self.tiers: dict[date, dict[str, str]] = {}

    def note(self, name: str, day: date) -> None:
        """Remember the first day on which something of the name was seen."""
        self.first_of[name] = min(self.first_of.get(name, day), day)

    @cached_property
    def complaints(self) -> list[tuple[Line, Line]]:
        """Pair the first opening of each complaint with its first closing after that."""
        opened: dict[str, Line] = {}
        for line in sorted(self.world.lines, key=lambda line: (line.at, line.user)):
            name = (line.text("complaint_id") or "").strip()
            if name and "complaint" in line.roles and line.event != "Complaint Closed":
                opened.setdefault(name, line)
        pairs = {}
        for line in self.world.lines:
            name = (line.text("complaint_id") or "").strip()
            if line.event != "Complaint Closed" or name not in opened:
                continue
            if line.at >= opened[name].at and line.day <= self.world.as_of:
                pairs.setdefault(name, (opened[name], line))
        return list(pairs.values())

    @cached_property
    def steps(self) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for row in self.world.rules.rows("funnels"):
            counts[row["funnel"]] += 1
        return counts

    @cached_property
    def steps_known_since(self) -> dict[str, list[date]]:
        return known_since(self.world)

    @cached_property
    def reached(self) -> dict[str, dict[str, list[date]]]:
        """Return the day on which each user first reached each step, by funnel."""
        found: dict[str, dict[str, list[date]]] = {}
        for funnel, steps, window in funnels_of(self.world):
            for user, lines in self.world.by_user.items():
                known = [x for x in lines if x.day <= self.world.as_of]
                if days := first_days(known, steps, window):
                    found.setdefault(funnel, {})[user] = days
        return found

    def sum(self, name: str, days: Iterable[date]) -> Amounts:
        found: Amounts = defaultdict(int)
        for day in days:
            for user, amounts in self.by_day.get(day, {}).items():
                if name in amounts:
                    found[user] += amounts[name]
        return found

    def net_revenue(self, day: date) -> Amounts:
        """Return what each user brought until the end of a day."""
        return self.sum("net_revenue", [at for at in self.by_day if at <= day])

    @property
    def landed(self) -> set[date]:
        return self.world.known_days

    @cached_property
    def points(self) -> dict[date, Amounts]:
        return outstanding_by_day(self.world)

    def landed_between(self, first: date, following: date) -> list[date]:
        return [day for day in self.landed if first <= day < following]

    def channel(self, user: str, day: date) -> str:
        """Return where somebody came from; who was not here by then came from nowhere."""
        first = self.came.get(user)
        is_here = first is not None and first <= day
        return acquisition_channel(self.world, user, day) if is_here else NOTHING

    def place(self, user: str, day: date) -> dict[str, str]:
        """Return what a user was on a day, along every dimension."""
        if (user, day) not in self.places:
            lines = self.world.by_user[user]
            sunday = day - timedelta(days=(day.weekday() + 1) % 7)
            if sunday not in self.tiers:
                rows = rfm_of(self.world, sunday)
                self.tiers[sunday] = {row["user_id"]: row["rfm_tier"] for row in rows}
            self.places[user, day] = {
                "channel": self.channel(user, day),
                "country": place_of(lines, "country", day) or NOTHING,
                "platform": place_of(lines, "platform", day) or NOTHING,
                "stage": stage_of(self.world, user, day) or NOTHING,
                "tier": self.tiers[sunday].get(user, NOTHING),
            }
        return self.places[user, day]


def _counted(world: "World") -> dict[tuple[str, date], dict[str, Any]]:
    days: dict[tuple[str, date], dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for line in world.lines:
        day = days[line.user, line.day]
        if "activity" in line.roles:
            day["active"] = 1
        if line.event:
            day["events_all"] += 1
            day["known"] += world.rules.is_known(line.event)
        if "complaint" in line.roles and line.event != "Complaint Closed":
            day["complaints"] += 1
        day["features"] += "feature" in line.roles
        if "purchase" in line.roles and not line.text("order_id"):
            day["without_id"] += 1
        score = _nps(line)
        if score is not None:
            day["answers"] += 1
            day["promotion"] += 1 if score >= 9 else -1 if score <= 6 else 0
    for order in world.money.orders.values():
        days[order.user, order.day]["without_value"] += order.amount is None
    for conflict in world.money.conflicts:
        days[conflict.user, conflict.day]["conflicts"] += 1
    for refund in world.money.refunds:
        days[refund.user, refund.day]["unmatched"] += not refund.is_matched
    return days


def _nps(line: Line) -> Decimal | None:
    if line.event != "Survey Answered" or line.properties.get("survey") != "nps":
        return None
    return number_of(line.properties.get("score"))


TRACKED = {"activity", "content", "share", "invite", "purchase", "refund", "feature"}


def _tracks(line: Line, activating: set[str]) -> set[str]:
    names = set(line.roles & TRACKED)
    if line.event in {"Message Sent", "Email Delivered"}:
        names |= {"message"}
        names |= {"message_cost"} if number_of(line.properties.get("cost")) is not None else set()
    if "complaint" in line.roles and line.event != "Complaint Closed":
        names.add("complaint")
    if _nps(line) is not None:
        names.add("nps")
    if line.event == "Invite Accepted":
        names.add("acceptance")
    if names & {"content", "share", "acceptance"}:
        names.add("contribution")
    if line.event in KINDS:
        names.add("points")
    return names | ({"activation"} if line.event in activating else set())


def categories(order: Order) -> set[str]:
    """Return the known categories of what an order holds, of things that have a price."""
    properties = order.line.properties
    products = properties.get("products")
    if not isinstance(products, list) or not products:
        products = [properties | {"price": 1, "quantity": 1}]
    goods = [product for product in products if isinstance(product, dict)]
    return {
        plain(product["category"]).strip()
        for product in goods
        if product.get("category") and worth_of(product) > 0
    } - {""}
