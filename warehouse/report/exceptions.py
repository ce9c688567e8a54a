"""Marts -> what stands apart from the numbers or is unsure in them, over all that is known."""

from typing import NamedTuple

import duckdb

from warehouse.report.labels import Label
from warehouse.report.query import rows

# Each query gives one number; null, or a mart that is not there: nobody has looked.
QUERIES = {
    Label("Ids that join too many people, not merged", "关联人数过多、未合并的 ID"): (
        "select users from {marts}.identity_exceptions where kind = 'hub'"
    ),
    Label(
        "Lines with the message id of another, set aside", "消息 ID 相同而内容不同、被隔离的行"
    ): ("select sum(conflicts) from {marts}.load_ledger where is_admitted"),
    Label("Events with a placeholder for an id", "以占位符代替 ID 的事件"): (
        "select sum(placeholders) from {marts}.load_ledger where is_admitted"
    ),
    Label("People excluded by rule", "按规则排除的人员"): (
        "select users from {marts}.identity_exceptions where kind = 'excluded'"
    ),
    Label(
        "People whose word on consent cannot be read, taken as a no",
        "同意状态无法识别、按拒绝处理的人员",
    ): ("select users from {marts}.identity_exceptions where kind = 'unread'"),
    Label(
        "People whose no stands in a line set aside, and holds",
        "其拒绝出现在被隔离的行中、仍然有效的人员",
    ): ("select users from {marts}.identity_exceptions where kind = 'aside'"),
    Label("Event names no rule knows", "规则中没有的事件名"): (
        "select count(*) from {marts}.event_names where not is_known"
    ),
    Label("Orders without value", "无法折算金额的订单"): (
        "select count(*) from {marts}.fct_orders where amount is null"
    ),
    Label("Refunds of unknown orders", "找不到订单的退款"): (
        "select count(*) from {marts}.fct_refunds where not is_matched"
    ),
    Label("Contradicting reports of an order", "同一订单的矛盾上报"): (
        "select sum(value) from {marts}.kpi_daily"
        " where kpi = 'order_conflicts' and dimension = 'all'"
    ),
    Label("Purchases without order id", "缺少订单号的购买"): (
        "select sum(value) from {marts}.kpi_daily"
        " where kpi = 'purchases_without_id' and dimension = 'all'"
    ),
    Label("Candidates left out because nobody ever asked them", "因从未征求同意而未列入的候选人"): (
        "select count_if(is_unasked) from {marts}.recall_exclusions"
        " where as_of_date = (select max(as_of_date) from {marts}.recall_exclusions)"
    ),
}


class Counted(NamedTuple):
    """One kind of exception and how many there are; ``found`` may be 0."""

    name: Label
    found: int


def read_exceptions(connection: duckdb.DuckDBPyConnection, marts: str) -> list[Counted]:
    """Count every kind that can be looked at; ``marts`` is the schema of the marts."""
    return [
        Counted(name, int(value))
        for name, query in QUERIES.items()
        for row in rows(connection, query.format(marts=marts))
        for value in row.values()
        if value is not None
    ]
