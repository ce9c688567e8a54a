"""What the simulator plants is found, with its size, in the table that claims to show it."""

import shutil
from datetime import date, timedelta

import pytest

from tests.conftest import Installation, NewInstallation
from warehouse.simulate.rules import FEATURE, write_rules
from warehouse.simulate.run import FIRST_DAY, simulate
from warehouse.simulate.truths import FALL, RELEASE, REWARD, SPEND, TRUTHS
from warehouse.simulate.window import Window

USERS, WINDOW = 400, Window(FIRST_DAY, 120)


@pytest.fixture(scope="module")
def shop(new_installation: NewInstallation) -> Installation:
    """Build the shop as the demo has it, in one range."""
    installation = new_installation()
    simulate(installation.settings.home / "landing", users=USERS, days=WINDOW.days, seed=5)
    write_rules(installation.settings.rules_dir, TRUTHS, WINDOW)
    installation.build()
    return installation


class TestAFallOfActiveUsers:
    ALERTS = "select * from marts.alerts order by alert, dimension_value, opened_on"
    LIFE = "select opened_on, last_seen_on, closed_on, status from marts.alerts where alert = '{}'"

    def monday(self, week: int) -> date:
        """Give the first day of a week, counted from the first of the fall."""
        return WINDOW.day(FALL.first_day(WINDOW) + 7 * week)

    def sunday(self, week: int) -> date:
        return self.monday(week) + timedelta(days=6)

    def test_each_week_has_fewer_by_its_share_of_those_who_come_before_and_after(
        self, shop: Installation
    ) -> None:
        active = [
            shop.rows(
                "with days as (select * from marts.fct_user_days where events > 0)"
                " select count(distinct user_id) from days"
                f" where event_date between '{self.monday(week)}' and '{self.sunday(week)}'"
                f" and user_id in (select user_id from days where event_date < '{self.monday(0)}')"
                " and user_id in"
                f" (select user_id from days where event_date > '{self.sunday(FALL.weeks)}')"
            )[0][0]
            for week in range(-1, FALL.weeks + 1)
        ]
        before, *during, after = active
        usual = (before + after) / 2
        left = [(1 - FALL.share) ** (week + 1) for week in range(FALL.weeks)]
        assert [week / usual for week in during] == pytest.approx(left, abs=0.12)

    def test_it_opens_one_alert_in_its_second_week_that_closes_when_they_are_back(
        self, shop: Installation
    ) -> None:
        life = shop.rows(self.LIFE.format("wau_down_two_weeks"))
        assert life == [(self.sunday(1), self.sunday(2), self.sunday(3), "closed")]
        life = shop.rows(self.LIFE.format("sustained_decline"))
        assert life == [(self.sunday(2), self.sunday(2), self.sunday(3), "closed")]

    def test_it_stays_one_alert_from_run_to_run_and_ends_as_in_one_range(
        self, shop: Installation, new_installation: NewInstallation
    ) -> None:
        home = new_installation()
        shutil.copytree(shop.settings.home / "landing", home.settings.home / "landing")
        days = [str(WINDOW.day(number)) for number in range(WINDOW.days)]
        opened = days.index(str(self.sunday(1))) + 1
        for first, last in ((0, opened), (opened, opened + 1)):
            home.build(*days[first:last])
            life = home.rows(self.LIFE.format("wau_down_two_weeks"))
            assert life == [(self.sunday(1), self.sunday(1), None, "open")]
        home.build(*days[opened + 1 :])
        assert home.rows(self.ALERTS) == shop.rows(self.ALERTS)


class TestAChannel:
    """It brings users that cost more, half of whom never come again."""

    def test_its_users_come_back_half_as_often_as_the_others(self, shop: Installation) -> None:
        rates = dict(
            shop.rows(
                f"select dimension_value = '{SPEND.source}', sum(users) / sum(cohort_size)"
                " from marts.cohort_retention where cohort_by = 'signup' and period = 'week'"
                " and kind = 'n_period' and clock = 'calendar' and dimension = 'channel'"
                " and is_mature and period_number between 1 and 8 group by 1"
            )
        )
        assert rates[True] / rates[False] == pytest.approx(1 - SPEND.leaving, abs=0.15)

    def test_its_users_cost_twice_as_much_and_its_customers_more_than_that(
        self, shop: Installation
    ) -> None:
        costs = {
            is_it: (per_user, per_customer)
            for is_it, per_user, per_customer in shop.rows(
                f"select channel = '{SPEND.source}', sum(spend) / sum(new_users),"
                " sum(spend) / sum(new_customers) from marts.channel_economics"
                " where spend > 0 group by 1"
            )
        }
        (user, customer), (other_user, other_customer) = costs[True], costs[False]
        assert user / other_user == pytest.approx(SPEND.ratio, rel=0.25)
        assert customer / other_customer > SPEND.ratio


def test_of_those_who_took_a_reward_half_are_gone_when_it_ends(shop: Installation) -> None:
    rates = {
        (phase, number): rate
        for phase, number, rate in shop.rows(
            "select phase, period_number, retention_rate from marts.incentive_retention"
            f" where reward = '{REWARD.name}' and is_mature"
        )
    }
    lasting = sum(rates["during", week] for week in range(1, REWARD.weeks + 1)) / REWARD.weeks
    assert rates["after", 1] / lasting == pytest.approx(1 - REWARD.leaving, abs=0.15)


def test_a_release_doubles_the_use_of_what_it_brought(shop: Installation) -> None:
    uses = dict(
        shop.rows(
            "select phase, uses_per_user from marts.feature_adoption"
            f" where release = '{RELEASE.name}' and feature = '{FEATURE}'"
        )
    )
    assert uses["after"] / uses["before"] == pytest.approx(RELEASE.ratio, rel=0.2)
