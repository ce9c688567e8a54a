"""One day of a world -> what each user did in its windows, as far as it may be known then."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.recompute.kpis.facts import Amounts, Facts, categories
from tests.recompute.lifecycle import DAY, period_start
from tests.recompute.recall import last_before
from tests.recompute.spending import cac_parts

if TYPE_CHECKING:
    from tests.recompute.world import World

# Whom money is spent on is a channel.
NOBODY = ""


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

    @cached_property
    def valued(self) -> dict[str, Decimal]:
        """Return what was expected, on the last Sunday, of each buyer of then."""
        sunday = self.day - timedelta(days=self.day.isoweekday() % 7)
        found = self.world.valuations.get(sunday)
        told = found.predictions if found else {}
        return {user: row["clv_365d"] for user, row in told.items()}

    def own_value(self) -> Amounts:
        """Return what these buyers brought to date, and what was expected of them."""
        net = self.facts.net_revenue(self.day)
        return {user: net.get(user, 0) + clv for user, clv in self.valued.items()}

    @property
    def cost_of_as_many(self) -> float:
        """Return what as many customers as are valued cost at the price of the window."""
        spent, won = self.cac_parts
        return len(self.valued) * float(spent) / won if won else 0.0

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

    def category_counts(self) -> Amounts:
        """Return how many known categories each buyer of the last 90 days bought from."""
        held = {
            user: set().union(*(categories(order) for order in orders))
            for user, orders in self.orders(90).items()
        }
        return {user: len(found) for user, found in held.items() if found}

    def carts(self, *, abandoned: bool) -> Amounts:
        """Count sessions of the window with a product added whose wait is over."""
        wait = timedelta(hours=float(self.world.rules.number("cart_abandon_hours") or 0))
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
        """Count the funnels of each user, or one, in which they have got so far.

        Of all funnels, those count each of whose steps was seen by the day.
        """
        found: Amounts = defaultdict(int)
        for funnel, users in self.facts.reached.items():
            steps = self.facts.steps[funnel]
            is_asked = self.known_steps(funnel) == steps if name is None else name == funnel
            for user, days in users.items() if is_asked else ():
                got = sum(day <= self.day for day in days)
                found[user] += got >= depth(steps)
        return found

    def known_steps(self, funnel: str) -> int:
        """Return how many steps of a funnel, from the first on, had been seen."""
        return sum(day <= self.day for day in self.facts.steps_known_since[funnel])

    def points(self, ago: int = 0) -> Amounts:
        """Return what every user has left of their points."""
        return self.facts.points.get(self.back(ago), {})

    def more_points(self) -> Amounts:
        now, before = self.points(), self.points(365)
        return {user: now.get(user, 0) - before.get(user, 0) for user in now | before}

    def whose(self, user: str) -> dict[str, str]:
        return self.facts.place(user, self.day) if user != NOBODY else {}


def both(some: Amounts, others: Amounts) -> Amounts:
    return {user: amount for user, amount in some.items() if user in others}
