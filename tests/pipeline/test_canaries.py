"""Every data test of dbt finds what it is there for: each is tried on its tables, spoiled.

A gate that never closes is a defect. Those of Great Expectations are tried in
``tests/pure/test_quality.py``, the rules of the door in ``tests/pure/test_lines.py``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pytest

from orchestration.dbt_project import project_of
from tests.conftest import Installation

_RELATION = re.compile(r'"(?:userops|serving)"\."\w+"\."(\w+)"')
ANYTHING = "coalesce(try_cast('999' as {0}), try_cast('1999-01-01' as {0}))"

# Of each singular test the ways to break what it holds, one for each branch that it has.
FIT = "insert into clv_fits (as_of_date, converged, q, correlation, {}) values ('2027-01-01', {}"
LATER = "insert into int_touched_days values ('2027-01-01')"
FAULT = "; ".join(
    (LATER, "insert into int_order_faults (event_date, {0}) values ('2027-01-01', 1)")
)
NAME = "; ".join(
    (
        LATER,
        "insert into event_names (event, is_known) values ('X', false)",
        "insert into int_name_days (event, event_date, events, order_lines)"
        " values ('X', '2027-01-01', {}, {}), ('Signed In', '2027-01-01', 2, 0)",
    )
)
LOT = "insert into points_ledger (user_id, entry_id, kind, points) values "
BALANCE = (
    "insert into points_balances (user_id, as_of_date, earned, redeemed, expired, outstanding)"
    " values ('x', '2027-01-01', {}); insert into points_ledger (user_id, entry_id, kind, points)"
    " values ('x', '1', 'earned', 9), ('x', '2', 'redeemed', -2)"
)
BREAKS: Mapping[str, tuple[str, ...]] = {
    "assert_acquisition_channels_are_known": (
        "update dim_acquisition_channels set is_known = false where rowid = 0",
    ),
    "assert_arms_leave_no_gap_and_no_overlap": (
        "update recall_arms set to_bucket = to_bucket + 1 where rowid = 0",
        "update recall_arms set to_bucket = to_bucket - 1 where rowid = 0",
        "delete from recall_arms where from_bucket = 0",
        "delete from recall_arms where to_bucket = 9999",
    ),
    "assert_clv_fits_are_sound": (
        FIT.format("p", "false, 2, 0, 1)"),
        FIT.format("p", "true, 1, 0, 1)"),
        FIT.format("p", "true, 2, -0.9, 1)"),
        FIT.format("holdout_expected, holdout_actual", "true, 2, 0, 100, 10)"),
    ),
    "assert_every_consent_can_be_read": (
        f"{LATER}; insert into int_profile_changes (kind, value, event_date)"
        " values ('refused', 'unread', '2027-01-01')",
    ),
    "assert_every_rfm_cell_has_one_segment": (
        "delete from rfm_segments where rowid = 0",
        "insert into rfm_segments select * from rfm_segments where rowid = 0",
    ),
    "assert_incident_words_are_known": (
        "insert into incidents (incident_id, compensation) values ('i', 'a yacht')",
        "insert into stg_incidents (incident_id, duty) values ('i', 'aplogy')",
    ),
    "assert_incidents_affect_somebody": (
        "insert into incidents (incident_id, affected_users) values ('i', 0)",
    ),
    "assert_lifecycle_flows_add_up": (
        "update lifecycle_periods set active = active + 1 where is_mature",
        "update lifecycle_periods set dormant = 0 where not is_mature",
    ),
    "assert_lifecycle_stages_follow_each_other": (
        "update user_lifecycle set valid_to = '1999-01-01' where rowid = 0",
        "insert into user_lifecycle select 'x', d, e, 'new' from"
        " (values (date '2026-01-01', date '2026-01-02'), ('2026-01-02', null)) as two (d, e)",
    ),
    "assert_money_adds_up": (
        "update fct_user_days set net_revenue = net_revenue + 0.01 where rowid = 0",
        "update fct_refunds set is_matched = not is_matched",
        "update int_orders set refunded = refunded + 0.01, amount = amount + 0.01",
        "delete from fct_user_days",
    ),
    "assert_no_id_is_a_hub": (
        "insert into int_identity_map (is_hub, joined_id) values (true, 'x')",
    ),
    "assert_no_order_conflicts": (FAULT.format("order_conflicts"),),
    "assert_no_orders_under_unknown_names": (NAME.format(1, 1), NAME.format(3, 0)),
    "assert_no_orders_without_value": (FAULT.format("orders_without_value"),),
    "assert_no_purchases_without_id": (FAULT.format("purchases_without_id"),),
    "assert_no_refunds_without_value": (FAULT.format("refunds_without_value"),),
    "assert_no_unmatched_refunds": (FAULT.format("unmatched_refunds"),),
    "assert_no_spend_without_value": ("insert into int_spend (source) values ('ads')",),
    "assert_nobody_is_left_out_for_want_of_a_question": (
        "insert into recall_exclusions (user_id, is_unasked) values ('x', true)",
    ),
    "assert_points_add_up": (
        BALANCE.format("9, 2, 0, 8"),
        BALANCE.format("8, 2, 0, 7"),
        BALANCE.replace("'redeemed'", "'extended'").format("9, 2, 0, 7"),
        f"{LOT} ('x', '1', 'earned', 5), ('x', '1/expired', 'expired', -6)",
        f"{LOT} ('x', '1', 'earned', 5), ('x', '1/expired', 'expired', 0)",
        f"{LOT} ('x', '1/expired', 'expired', -1)",
    ),
    "assert_points_months_add_up": (
        f"{LOT} ('x', '1', 'earned', 5)",
        "insert into points_months (month, outstanding, issued, redeemed, expired)"
        f" values ('2027-01-01', 5, 9, 1, 1); {LOT} ('x', '1', 'earned', 5)",
    ),
    "assert_spend_meets_users": (
        "insert into channel_economics (channel, spend, new_users) values ('ads', 1, 0)",
    ),
}


class Bench:
    """The tables of a build to be spoiled, each test with copies of its own."""

    def __init__(self, installation: Installation) -> None:
        settings = installation.settings
        self.connection = duckdb.connect()
        for name, path in (("userops", settings.build_db), ("serving", settings.serving_build_db)):
            self.connection.execute(f"attach '{path}' as {name} (read_only)")
        self.connection.execute("load json; set search_path = 'memory.main'")
        nodes = project_of(settings).nodes["nodes"].values()
        self.tests = {node["name"]: node for node in nodes if node["resource_type"] == "test"}

    def finds(self, test: Mapping[str, Any], breaks: str) -> bool:
        """Tell whether a test finds more on copies of its tables once they are broken."""
        query = test["compiled_code"]
        for relation in {found[0] for found in _RELATION.finditer(query)}:
            name = _RELATION.sub(r"\1", relation)
            self.connection.execute(f"create or replace table {name} as from {relation}")
        query = _RELATION.sub(r'"\1"', query)
        calculated = f"select {test['config']['fail_calc']} from (\n{query}\n)"
        assert test["config"]["error_if"] == test["config"]["warn_if"] == "!= 0"
        [before] = self.connection.execute(calculated).fetchall()[0]
        self.connection.execute(breaks)
        [after] = self.connection.execute(calculated).fetchall()[0]
        assert before == 0 or test["config"]["severity"] == "warn"
        return after > before

    def broken(self, test: Mapping[str, Any]) -> str:
        """Return what breaks a generic test: a row twice, or a word that nobody knows."""
        kind, arguments = test["test_metadata"]["name"], test["test_metadata"]["kwargs"]
        table = re.findall(r"ref\('(\w+)'\)", arguments["model"])[0]
        column = arguments.get("column_name", "")
        if kind == "unique_rows":
            row = f"insert into {table} ({arguments['columns'][0]}) values (null)"
            return f"{row}; {row}"
        assert kind in ("unique", "accepted_values", "relationships"), f"no canary for {kind}"
        relation = next(r[0] for r in _RELATION.finditer(test["compiled_code"]) if r[1] == table)
        found = self.connection.execute(f"describe {relation}").fetchall()
        data_type = {name: kind for name, kind, *_ in found}[column]
        row = f"insert into {table} ({column}) values ({ANYTHING.format(data_type)})"
        return f"{row}; {row}"


@pytest.fixture(scope="module")
def bench(finished: Installation) -> Iterator[Bench]:
    bench = Bench(finished)
    yield bench
    bench.connection.close()


def test_every_generic_data_test_fails_on_a_table_that_is_wrong(bench: Bench) -> None:
    generic = [test for test in bench.tests.values() if test.get("test_metadata")]

    assert len(generic) > len(BREAKS)
    assert [test["name"] for test in generic if not bench.finds(test, bench.broken(test))] == []


def test_every_singular_data_test_fails_in_each_of_its_branches(bench: Bench) -> None:
    singular = {name: test for name, test in bench.tests.items() if not test.get("test_metadata")}

    assert singular.keys() == BREAKS.keys()
    passed = [
        (name, breaks)
        for name, test in singular.items()
        for breaks in BREAKS[name]
        if not bench.finds(test, breaks)
    ]
    assert passed == []
