"""What happened -> the KPIs of a day, split by what users were on it (section 9)."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.recompute.activity import is_seen, user_days
from tests.recompute.arrivals import acquisition_channel
from tests.recompute.funnels import first_days, funnels_of
from tests.recompute.growth import accepted_invites, kocs
from tests.recompute.incentives import outstanding_by_day
from tests.recompute.lifecycle import DAY, period_start, stage_of
from tests.recompute.lines import Line, number_of, plain
from tests.recompute.money import Order, money_days
from tests.recompute.places import place_of
from tests.recompute.points import KINDS
from tests.recompute.recall import last_before
from tests.recompute.spending import cac_parts, known_spend
from tests.recompute.tags import tagged_users
from tests.recompute.value import rfm_of
from tests.recompute.worth import worth_of

if TYPE_CHECKING:
    from tests.recompute.world import World

Amounts = dict[str, Any]
NOTHING = "none"
# Whom money is spent on is a channel.
NOBODY = ""
EVERYBODY = ("all", "all")


class Day:
    """One day and what may be known at its end; amounts are by user."""

    def __init__(self, world: "World", day: date, facts: "Facts") -> None:
        self.world, self.day, self.facts = world, day, facts

    def window(self, days: int, ending: int = 0) -> list[date]:
        """Return the landed days of a window that ends so many days before this one."""
        last = self.day - timedelta(days=ending)
        found = [last - timedelta(days=back) for back in range(days)]
        return [day for day in found if day in self.facts.landed]

    def back(self, days: int) -> date:
        return self.day - timedelta(days=days)

    def active(self, days: Iterable[date]) -> Amounts:
        wanted = set(days)
        found = self.world.active_days.items()
        return {user: 1 for user, active in found if wanted & set(active)}

    def count(self, name: str, days: Iterable[date]) -> Amounts:
        return self.facts.sum(name, days)

    def newcomers(self, days: Iterable[date]) -> Amounts:
        wanted = set(days)
        return {user: 1 for user, active in self.world.active_days.items() if active[0] in wanted}

    def silence(self, user: str, day: date) -> int | None:
        """Return the days since a user was last active; None before they ever were."""
        last = last_before(self.world.active_days.get(user, []), day)
        return None if last is None else (day - last).days

    def orders(self, days: int) -> dict[str, list[Any]]:
        """Return the orders of a window that stand on the day, by user."""
        wanted = set(self.window(days))
        found = {
            user: [order for order in orders if order.day in wanted and order.stands(self.day)]
            for user, orders in self.world.orders_of.items()
        }
        return {user: orders for user, orders in found.items() if orders}

    @cached_property
    def cac_parts(self) -> tuple[Decimal, int]:
        return cac_parts(self.world, self.day, 30)

    @property
    def customers_revenue(self) -> float:
        payers, net = len(self.payers(30)), self.count("net_revenue", self.window(30))
        return self.cac_parts[1] * float(sum(net.values())) / payers if payers else 0.0

    def payers(self, days: int) -> Amounts:
        return {
            user: 1
            for user, orders in self.orders(days).items()
            if any(order.is_paid(self.day) for order in orders)
        }

    def cohort(self, back: int, *, returned: bool) -> Amounts:
        users = self.newcomers([self.back(back)])
        return both(users, self.active([self.day])) if returned else users

    def months(self) -> tuple[date, date, date]:
        """Return the starts of the last two complete months, and of the one that follows."""
        following = period_start("month", self.day + DAY)
        last = period_start("month", following - DAY)
        return period_start("month", last - DAY), last, following

    def month_cohort(self, *, returned: bool) -> Amounts:
        first, last, following = self.months()
        users = self.newcomers(self.facts.landed_between(first, last))
        if returned:
            return both(users, self.active(self.facts.landed_between(last, following)))
        return users

    def arrived(self, *, activated: bool) -> Amounts:
        wait = int(self.world.rules.number("activation_days", "7") or 0)
        wanted = set(self.window(30, ending=wait))
        users = {user: 1 for user, day in self.facts.first_seen.items() if day in wanted}
        if not activated:
            return users
        days = self.facts.activation_days
        limit = timedelta(days=wait)
        first = self.facts.first_seen
        return {
            u: 1 for u in users if any(first[u] <= d <= first[u] + limit for d in days.get(u, ()))
        }

    def silent(self) -> Amounts:
        least = int(self.world.rules.number("silent_after_days", "30") or 0)
        return {
            u: 1 for u in self.ever_active(self.day) if (self.silence(u, self.day) or 0) >= least
        }

    def ever_active(self, day: date) -> Amounts:
        return {user: 1 for user, active in self.world.active_days.items() if active[0] <= day}

    def unchurned(self) -> Amounts:
        least = int(self.world.rules.number("churned_after_days") or 0)
        before = self.back(30)
        return {u: 1 for u in self.ever_active(before) if (self.silence(u, before) or 0) < least}

    def churned(self) -> Amounts:
        least = int(self.world.rules.number("churned_after_days") or 0)
        days = [self.back(back) for back in range(30)]
        return {
            user: 1
            for user in self.world.active_days
            if any(self.silence(user, day) == least for day in days)
        }

    def asleep(self, *, woken: bool) -> Amounts:
        before = self.back(30)
        users = {
            user: 1
            for user in self.ever_active(before)
            if stage_of(self.world, user, before) in {"dormant", "lost"}
        }
        return both(users, self.active(self.window(30))) if woken else users

    def category_counts(self) -> Amounts:
        """Return how many known categories each buyer of the last 90 days bought from."""
        held = {
            user: set().union(*(categories(order) for order in orders))
            for user, orders in self.orders(90).items()
        }
        return {user: len(found) for user, found in held.items() if found}

    def carts(self, *, abandoned: bool) -> Amounts:
        """Count sessions of the window with a product added whose wait is over."""
        wait = timedelta(hours=int(self.world.rules.number("cart_abandon_hours") or 0))
        zone, days = self.world.rules.zone, set(self.window(30))
        found: Amounts = defaultdict(int)
        for user, sessions in self.world.sessions.items():
            ordered = [order.at for order in self.world.orders_of.get(user, [])]
            for session in sessions:
                added = [line.at for line in session.lines if line.event == "Product Added"]
                if not added or session.day not in days:
                    continue
                until = added[-1] + wait
                is_over = until.replace(tzinfo=UTC).astimezone(zone).date() <= self.day
                is_left = not any(added[-1] <= at <= until for at in ordered)
                found[user] += is_over and (is_left or not abandoned)
        return found

    def messages(self) -> dict[str, list[Line]]:
        """Return what was sent in the window to users dormant or lost before it."""
        sent = {}
        for user in self.asleep(woken=False):
            lines = [x for x in self.world.by_user[user] if self.back(30) < x.day <= self.day]
            told = {line.day for line in lines if line.event == "Message Sent"}
            sent[user] = [
                line
                for line in lines
                if line.event == "Message Sent"
                or (line.event == "Email Delivered" and line.day not in told)
            ]
        return {user: lines for user, lines in sent.items() if lines}

    def woken(self) -> Amounts:
        return {
            user: 1
            for user, sent in self.messages().items()
            if any(
                "activity" in line.roles and line.at > sent[0].at and line.day <= self.day
                for line in self.world.by_user[user]
            )
        }

    def message_cost(self) -> Amounts:
        return {
            user: sum(number_of(line.properties.get("cost")) or 0 for line in sent)
            for user, sent in self.messages().items()
        }

    def answers(self, *, in_hours: bool) -> Amounts:
        """Count complaints closed in the window, or the hours they were open."""
        days = set(self.window(30))
        found: Amounts = defaultdict(int)
        for opened, closed in self.facts.complaints:
            if closed.day in days:
                hours = Decimal(int((closed.at - opened.at).total_seconds())) / 3600
                found[opened.user] += hours if in_hours else 1
        return found

    def funnel(self, depth: Callable[[int], int], name: str | None = None) -> Amounts:
        """Count the funnels of each user, or one, in which they have got so far."""
        found: Amounts = defaultdict(int)
        for funnel, users in self.facts.reached.items():
            for user, days in users.items() if name in {None, funnel} else ():
                steps = self.facts.steps[funnel]
                got = sum(day <= self.day for day in days)
                found[user] += got >= depth(steps)
        return found

    def points(self, ago: int = 0) -> Amounts:
        """Return what every user has left of their points."""
        return self.facts.points.get(self.back(ago), {})

    def more_points(self) -> Amounts:
        now, before = self.points(), self.points(365)
        return {user: now.get(user, 0) - before.get(user, 0) for user in now | before}

    def whose(self, user: str) -> dict[str, str]:
        return self.facts.place(user, self.day) if user != NOBODY else {}


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


def both(some: Amounts, others: Amounts) -> Amounts:
    return {user: amount for user, amount in some.items() if user in others}


@dataclass(frozen=True)
class Kpi:
    """One KPI: what it counts, by what it is divided, and which days it needs."""

    over: Callable[[Day], Amounts]
    under: Callable[[Day], Amounts] | None = None
    days: int = 1
    tracked: str = "activity"
    # `window`, `whole` (no day of it may be missing), `ends` (the day and the one `days` before),
    # `settled` (the activation days before it too), `months` (the last two complete ones).
    reach: str = "window"
    scale: int = 1
    # What is amiss among orders is counted, and of nobody.
    has_dimensions: bool = True


def _retention(back: int) -> Kpi:
    return Kpi(
        lambda day: day.cohort(back, returned=True),
        lambda day: day.cohort(back, returned=False),
        days=back,
        reach="ends",
    )


def _per_active(name: str, tracked: str) -> Kpi:
    return Kpi(
        lambda day: day.count(name, day.window(30)),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked=tracked,
    )


def _daily(name: str, tracked: str) -> Kpi:
    return Kpi(lambda day: day.count(name, day.window(1)), tracked=tracked)


def _fault(name: str, tracked: str) -> Kpi:
    return replace(_daily(name, tracked), has_dimensions=False)


def _mean_daily(day: Day) -> Amounts:
    return {user: n / 30 for user, n in day.count("active", day.window(30)).items()}


KPIS: dict[str, Kpi] = {
    "new_users": Kpi(lambda day: day.newcomers(day.window(1))),
    "dau": Kpi(lambda day: day.active(day.window(1))),
    "wau": Kpi(lambda day: day.active(day.window(7)), days=7),
    "mau": Kpi(lambda day: day.active(day.window(30)), days=30),
    "stickiness": Kpi(_mean_daily, lambda day: day.active(day.window(30)), days=30, reach="whole"),
    "d1_retention": _retention(1),
    "d7_retention": _retention(7),
    "d30_retention": _retention(30),
    "next_month_retention": Kpi(
        lambda day: day.month_cohort(returned=True),
        lambda day: day.month_cohort(returned=False),
        reach="months",
    ),
    "activation_rate": Kpi(
        lambda day: day.arrived(activated=True),
        lambda day: day.arrived(activated=False),
        days=30,
        tracked="activation",
        reach="settled",
    ),
    "sessions_per_user": Kpi(
        lambda day: day.count("sessions", day.window(1)), lambda day: day.active(day.window(1))
    ),
    "online_minutes_per_user": Kpi(
        lambda day: {u: s / 60 for u, s in day.count("online_seconds", day.window(1)).items()},
        lambda day: day.active(day.window(1)),
    ),
    "orders": Kpi(
        lambda day: {user: len(orders) for user, orders in day.orders(1).items()},
        tracked="purchase",
    ),
    "payers": Kpi(lambda day: day.payers(1), tracked="purchase"),
    "pay_conversion": Kpi(
        lambda day: day.payers(1), lambda day: day.active(day.window(1)), tracked="purchase"
    ),
    "gmv": _daily("gmv", "purchase"),
    "net_revenue": _daily("net_revenue", "purchase"),
    "refunds": _daily("refunds", "refund"),
    "aov": Kpi(
        lambda day: day.count("net_revenue", day.window(30)),
        lambda day: {
            user: sum(order.amount is not None for order in orders)
            for user, orders in day.orders(30).items()
        },
        days=30,
        tracked="purchase",
    ),
    "arpu": _per_active("net_revenue", "purchase"),
    "arppu": Kpi(
        lambda day: day.count("net_revenue", day.window(30)),
        lambda day: day.payers(30),
        days=30,
        tracked="purchase",
    ),
    "repurchase_rate": Kpi(
        lambda day: {user: 1 for user, orders in day.orders(90).items() if len(orders) > 1},
        lambda day: dict.fromkeys(day.orders(90), 1),
        days=90,
        tracked="purchase",
    ),
    # Shops as small as these have no fit.
    "ltv": Kpi(lambda _: {}, lambda _: {}, tracked="purchase"),
    "cross_sell_rate": Kpi(
        lambda day: {user: 1 for user, n in day.category_counts().items() if n > 1},
        lambda day: dict.fromkeys(day.category_counts(), 1),
        days=90,
        tracked="category",
    ),
    "cart_abandon_rate": Kpi(
        lambda day: day.carts(abandoned=True),
        lambda day: day.carts(abandoned=False),
        days=30,
        tracked="cart",
    ),
    "funnel_conversion": Kpi(
        lambda day: day.funnel(lambda steps: steps),
        lambda day: day.funnel(lambda _: 1),
        tracked="funnel",
    ),
    "wake_rate": Kpi(
        lambda day: day.woken(),
        lambda day: dict.fromkeys(day.messages(), 1),
        days=30,
        tracked="message",
    ),
    "cost_per_wake": Kpi(
        lambda day: day.message_cost(),
        lambda day: day.woken(),
        days=30,
        tracked="message_cost",
    ),
    "complaints": _daily("complaints", "complaint"),
    "complaint_response_hours": Kpi(
        lambda day: day.answers(in_hours=True),
        lambda day: day.answers(in_hours=False),
        days=30,
        tracked="closing",
    ),
    "feature_use_rate": Kpi(
        lambda day: {u: 1 for u, n in day.count("features", day.window(30)).items() if n},
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="feature",
    ),
    "points_outstanding": Kpi(lambda day: day.points(), tracked="points"),
    "points_inflation": Kpi(
        lambda day: day.more_points(), lambda day: day.points(365), 365, "points", "ends"
    ),
    "ltv_cac": Kpi(
        lambda _: {}, lambda _: {}, days=30, tracked="spend purchase", has_dimensions=False
    ),
    "cac": Kpi(
        lambda day: {NOBODY: day.cac_parts[0]},
        lambda day: {NOBODY: day.cac_parts[1]},
        days=30,
        tracked="spend",
        has_dimensions=False,
    ),
    "payback_months": Kpi(
        lambda day: {NOBODY: day.cac_parts[0]},
        lambda day: {NOBODY: day.customers_revenue},
        days=30,
        tracked="spend",
        has_dimensions=False,
    ),
    "silent_share": Kpi(lambda day: day.silent(), lambda day: day.ever_active(day.day), days=30),
    "churn_rate": Kpi(lambda day: day.churned(), lambda day: day.unchurned(), days=30),
    "resurrection_rate": Kpi(
        lambda day: day.asleep(woken=True), lambda day: day.asleep(woken=False), days=30
    ),
    "share_rate": Kpi(
        lambda day: {u: 1 for u, n in day.count("shares", day.window(30)).items() if n},
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="share",
    ),
    "invites_per_user": _per_active("invites", "invite"),
    "content_per_user": _per_active("content", "content"),
    "complaint_rate": _per_active("complaints", "complaint"),
    "nps": Kpi(
        lambda day: day.count("promotion", day.window(30)),
        lambda day: day.count("answers", day.window(30)),
        days=30,
        tracked="nps",
        scale=100,
    ),
    "k_factor": Kpi(
        lambda day: accepted_invites(day.world, day.day, day.window(30)),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="acceptance",
    ),
    "referral_rate": Kpi(
        lambda day: dict.fromkeys(accepted_invites(day.world, day.day, day.window(30)), 1),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="acceptance",
    ),
    "koc_share": Kpi(
        lambda day: dict.fromkeys(kocs(day.world, day.day), 1),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="contribution",
    ),
    "tag_coverage": Kpi(
        lambda day: both(day.active(day.window(30)), tagged_users(day.world, day.day)),
        lambda day: day.active(day.window(30)),
        days=30,
    ),
    "orders_without_value": _fault("without_value", "purchase"),
    "order_conflicts": _fault("conflicts", "purchase"),
    "purchases_without_id": _fault("without_id", "purchase"),
    "unmatched_refunds": _fault("unmatched", "refund"),
    "tracking_coverage": Kpi(
        lambda day: day.count("known", day.window(1)),
        lambda day: day.count("events_all", day.window(1)),
    ),
}


class Facts:
    """Sums by user and day, and which days and events there are: read once for all days."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.by_day: dict[date, dict[str, dict[str, Any]]] = defaultdict(dict)
        for source in (user_days(world), money_days(world), _counted(world)):
            for (user, day), amounts in source.items():
                self.by_day[day].setdefault(user, {}).update(amounts)
        self.first_seen: dict[str, date] = {}
        self.activation_days: dict[str, set[date]] = defaultdict(set)
        activating = {row["event"] for row in world.rules.rows("activation")}
        self.first_of: dict[str, date] = {}
        for line in world.lines:
            if is_seen(line):
                first = self.first_seen.get(line.user, line.day)
                self.first_seen[line.user] = min(first, line.day)
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

    @property
    def landed(self) -> set[date]:
        return self.world.known_days

    @cached_property
    def points(self) -> dict[date, Amounts]:
        return outstanding_by_day(self.world)

    def landed_between(self, first: date, following: date) -> list[date]:
        return [day for day in self.landed if first <= day < following]

    def channel(self, user: str, day: date) -> str:
        """Return where somebody came from; who was never seen by then came from nowhere."""
        first = self.first_seen.get(user)
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


def _needed(kpi: Kpi, day: Day) -> list[date]:
    """Return the days a KPI looks at, the first of them first."""
    if kpi.reach == "ends":
        return [day.back(kpi.days), day.day]
    if kpi.reach == "months":
        first, _, following = day.months()
        return [first + timedelta(days=n) for n in range((following - first).days)]
    wait = int(day.world.rules.number("activation_days", "7") or 0) if kpi.reach == "settled" else 0
    return [day.back(back) for back in reversed(range(kpi.days + wait))]


def status_of(kpi: Kpi, day: Day) -> str:
    """Say whether a KPI can be told on a day: ok, partial, unknown or insufficient_history."""
    firsts = [day.facts.first_of.get(name) for name in kpi.tracked.split()]
    if any(first is None or first > day.day for first in firsts):
        return "unknown"
    needed = _needed(kpi, day)
    if needed[0] < day.world.first_day:
        return "insufficient_history"
    known = day.facts.spent if "spend" in kpi.tracked else day.facts.landed
    landed = [at in known for at in needed]
    if all(landed):
        return "ok"
    return "partial" if any(landed) and kpi.reach not in {"whole", "ends"} else "unknown"


def kpi_daily(world: "World") -> list[dict[str, Any]]:
    facts = Facts(world)
    catalogue = {row["kpi"]: row for row in world.rules.rows("kpis") if row["kpi"] in KPIS}
    rows: dict[tuple[date, str, str, str], dict[str, Any]] = {}
    for at in world.days():
        day = Day(world, at, facts)
        split = {name: _split(KPIS[name], day) for name in catalogue}
        places = dict.fromkeys(place for sums in split.values() for place in sums)
        steps = _funnel_steps(day)
        split["funnel_conversion"] |= steps
        for name, rule in catalogue.items():
            kpi, status = KPIS[name], status_of(KPIS[name], day)
            own = steps if name == "funnel_conversion" else ()
            for dimension, value in [*places, *own] if kpi.has_dimensions else [EVERYBODY]:
                over, under = split[name].get((dimension, value), (0, 0 if kpi.under else None))
                row = _row(kpi, status, over, under, rule)
                key = (at, name, dimension, value)
                rows[key] = (
                    dict(
                        zip(("as_of_date", "kpi", "dimension", "dimension_value"), key, strict=True)
                    )
                    | row
                )
    for (at, name, dimension, value), row in rows.items():

        def before(
            days: int, key: tuple[Any, ...] = (name, dimension, value), at: date = at
        ) -> Any:
            return rows.get((at - timedelta(days=days), *key), {}).get("value")

        row["previous_day"], row["week_before"] = before(1), before(7)
        told = [v for v in (before(days) for days in range(28)) if v is not None]
        row["mean_28d"] = sum(told) / len(told) if told else None
    return list(rows.values())


def _split(kpi: Kpi, day: Day) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Sum up both amounts for everybody, and for everybody of each kind."""
    parts = [kpi.over(day), kpi.under(day) if kpi.under else {}]
    sums: dict[tuple[str, str], list[Any]] = {EVERYBODY: [0, 0]}
    for user, first in day.facts.first_seen.items():
        if first <= day.day:
            for place in day.whose(user).items():
                sums.setdefault(place, [0, 0])
    for number, amounts in enumerate(parts):
        for user, amount in amounts.items():
            for place in [EVERYBODY, *day.whose(user).items()] if amount else []:
                sums.setdefault(place, [0, 0])[number] += amount
    return {place: (over, under if kpi.under else None) for place, (over, under) in sums.items()}


def _funnel_steps(day: Day) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Count who got to each step, beside who entered its funnel."""
    found: dict[tuple[str, str], tuple[Any, Any]] = {}
    for funnel, steps in day.facts.steps.items():
        entered = sum(day.funnel(lambda _: 1, funnel).values())
        for step in range(1, steps + 1) if entered else ():
            got = sum(day.funnel(lambda _, step=step: step, funnel).values())  # type: ignore[misc]
            found["funnel_step", f"{funnel}/{step}"] = (got, entered)
    return found


def _row(kpi: Kpi, status: str, over: Any, under: Any, rule: dict[str, str]) -> dict[str, Any]:
    target = float(rule["target"]) if rule["target"] else None
    row = {
        "value": None,
        "numerator": None,
        "denominator": None,
        "target": target,
        "status": status,
    }
    if status in {"unknown", "insufficient_history"}:
        return row
    row |= {
        "numerator": float(over) * kpi.scale,
        "denominator": None if under is None else float(under),
    }
    if under == 0:
        return row | {"status": "unknown"}
    value = row["value"] = float(over) * kpi.scale / (1 if under is None else float(under))
    if status == "ok":
        is_up = rule["direction"] == "up"
        if target is None:
            row["status"] = "no_target"
        elif value < target and is_up:
            row["status"] = "below"
        elif value > target and not is_up:
            row["status"] = "above"
    return row
