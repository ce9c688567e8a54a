"""What the simulator plants is found, with its size, in the table that claims to show it."""

import shutil
from datetime import date, timedelta

import pytest

from tests.conftest import Installation, NewInstallation
from warehouse.simulate.rules import FEATURE, write_rules
from warehouse.simulate.run import FIRST_DAY, simulate
from warehouse.simulate.truths import (
    BENCHMARKS,
    CRASHES,
    FALL,
    INCIDENT,
    OWLS,
    RELEASE,
    REWARD,
    SPEND,
    TRUTHS,
)
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
        for folder in ("landing", "rules"):
            shutil.copytree(shop.settings.home / folder, home.settings.home / folder)
        days = [str(WINDOW.day(number)) for number in range(WINDOW.days)]
        opened = days.index(str(self.sunday(1))) + 1
        for first, last in ((0, opened), (opened, opened + 1)):
            home.build(*days[first:last], tables=["alerts"])
            life = home.rows(self.LIFE.format("wau_down_two_weeks"))
            assert life == [(self.sunday(1), self.sunday(1), None, "open")]
        home.build(*days[opened + 1 :], tables=["alerts"])
        assert home.rows(self.ALERTS) == shop.rows(self.ALERTS)


def test_what_others_are_said_to_reach_keeps_an_alert_open(shop: Installation) -> None:
    life = shop.rows(
        "select closed_on, status, compared_with from marts.alerts"
        " where alert = 'share_rate_below_trade'"
    )
    assert life == [(None, "open", dict(BENCHMARKS)["share_rate"])]


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
    kept = rates["after", 1] / rates["during", REWARD.weeks]
    assert kept == pytest.approx(1 - REWARD.leaving, abs=0.15)


def test_a_release_doubles_the_use_of_what_it_brought(shop: Installation) -> None:
    uses = dict(
        shop.rows(
            "select phase, uses_per_user from marts.feature_adoption"
            f" where release = '{RELEASE.name}' and feature = '{FEATURE}'"
        )
    )
    assert uses["after"] / uses["before"] == pytest.approx(RELEASE.ratio, rel=0.2)


class TestAnIncident:
    MET = f"select user_id from marts.incident_users where incident_id = '{INCIDENT.name}'"

    def test_those_it_met_leave_and_its_interval_says_it_is_no_chance(
        self, shop: Installation
    ) -> None:
        [(met, others, low, high)] = shop.rows(
            "select churn_affected, churn_unaffected, ci_low, ci_high from marts.incidents"
            f" where incident_id = '{INCIDENT.name}' and status = 'ok'"
        )
        assert met == pytest.approx(INCIDENT.leaving, abs=0.15)
        assert 0 < low < met - others < high

    def test_one_duty_was_done_one_late_and_one_is_owed(self, shop: Installation) -> None:
        duties = shop.rows(
            "select duty, date_diff('minute', due_at, done_at), is_late from marts.incident_duties"
        )
        assert sorted(duties) == [
            ("apology", -30, False),
            ("review", None, True),
            ("service", 6 * 60, True),
        ]

    def test_nobody_it_met_is_called_back_while_one_is_owed(self, shop: Installation) -> None:
        assert not shop.rows(f"select * from marts.recall_list where user_id in ({self.MET})")
        reasons = shop.rows(
            "select exclusion_reason, count(*) from marts.recall_exclusions"
            f" where user_id in ({self.MET}) group by 1"
        )
        assert dict(reasons)["incident_freeze"] > 3


class TestNightOwls:
    """They come at night and buy in one category, which others seldom do."""

    def test_who_is_best_reached_at_night_buys_in_their_category(self, shop: Installation) -> None:
        shares = dict(
            shop.rows(
                "select best_hour in (23, 0, 1, 2, 3),"
                f" avg((top_category = '{OWLS.category}')::int)"
                " from marts.user_portraits"
                " where best_hour is not null and top_category is not null group by 1"
            )
        )
        assert shares[True] > 0.8
        assert shares[False] < 0.3

    def test_so_does_who_is_tagged_as_coming_at_night_only(self, shop: Installation) -> None:
        shares = dict(
            shop.rows(
                "with hours as (select user_id, bool_and(tag = 'nights') as is_night"
                " from marts.user_tags where tag in ('mornings', 'daytime', 'evenings', 'nights')"
                " group by user_id)"
                f" select is_night, avg((top_category = '{OWLS.category}')::int)"
                " from hours inner join marts.user_portraits using (user_id)"
                " where top_category is not null group by 1"
            )
        )
        assert shares[True] > 0.5
        assert shares[False] < 0.3


def test_a_third_of_the_lost_met_a_crash_at_last_and_nearly_nobody_else(
    shop: Installation,
) -> None:
    shares = dict(
        shop.rows(
            "select outcome, sum(share) from marts.last_acts where kind = 'failure' group by 1"
        )
    )
    assert shares["lost"] == pytest.approx(CRASHES.before_leaving, abs=0.12)
    # Of all visits of a month, not of the last one.
    assert shares["retained"] < shares["lost"] / 3


def test_some_suggestions_are_answered_and_benefits_in_part_used(shop: Installation) -> None:
    states = {state for (state,) in shop.rows("select distinct state from marts.suggestions")}
    assert "received" in states
    assert len(states) >= 3
    left = shop.rows(
        "select distinct remaining from marts.benefit_balances"
        " where benefit = 'free_shipping' and is_entitled order by 1"
    )
    assert left == [(0,), (1,), (2,)]
