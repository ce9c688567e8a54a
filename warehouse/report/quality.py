"""The day's loading and checks -> what the reader needs to trust the rest of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Label, many
from warehouse.report.query import Row, rows, sql

FATES = {
    "accepted": Label("Accepted", "接收"),
    "duplicates": Label("Duplicate", "重复"),
    "quarantined": Label("Quarantined", "隔离"),
    "blank": Label("Blank", "空行"),
    "left_out": Label("Left out by the source's rule", "按来源规则排除"),
    "erased": Label("Of erased people", "已删除的人"),
}


@dataclass(frozen=True)
class QualityRow:
    """The outcome of ``count`` checks; ``severity`` is critical (blocks) or warning (recorded)."""

    name: str
    stage: str
    passed: bool
    severity: str
    detail: str
    count: int = 1


@dataclass(frozen=True)
class Fate:
    """What became of some of the day's lines; ``width`` is in percent of all lines."""

    code: str
    name: Label
    lines: str
    share: str
    width: str


@dataclass(frozen=True)
class Loading:
    """The day's files and lines; ``adds_up`` is the promise that no line was lost."""

    load_date: str
    files: Label
    lines: Label
    fates: list[Fate]
    adds_up: bool
    not_loaded: list[tuple[str, str]]


@dataclass(frozen=True)
class Checks:
    """Checks of the run, those that failed first, and their numbers; bad is only what blocks."""

    failed: list[QualityRow]
    passed: list[QualityRow]
    passed_count: int
    total: int
    tone: str


def read_loading(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Loading | None:
    """Add up the ledger of the newest load day up to the day of the page."""
    found = rows(
        connection,
        "select * from serving.marts.load_ledger where load_date = (select max(load_date)"
        f" from serving.marts.load_ledger where load_date <= {sql(as_of_date)})"
        " order by source_file",
    )
    if not found:
        return None
    lines = _total(found, "lines")
    totals = {code: _total(found, code) for code in FATES}
    return Loading(
        load_date=str(found[0]["load_date"]),
        files=Label(many(len(found), "file"), f"{len(found):,} 个文件"),
        lines=Label(many(lines, "line"), f"{lines:,} 行"),
        fates=[
            Fate(
                code,
                name,
                numbers.count(totals[code]),
                numbers.share(totals[code] / lines, 2) if lines else numbers.MISSING,
                f"{100 * totals[code] / lines:.3f}" if totals[code] else "0",
            )
            for code, name in FATES.items()
        ],
        adds_up=lines == sum(totals.values()),
        not_loaded=[
            (str(row["source_file"]), str(row["outcome"]))
            for row in found
            if row["outcome"] not in ("loaded", "empty")
        ],
    )


def read_restated(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Label:
    """Say how many published values the run of the day changed, and why; empty for none."""
    found = rows(
        connection,
        "select count(*) as figures, count_if(because = 'rules') as by_rules,"
        " min(as_of_date) as first_day from serving.marts.kpi_restatements"
        f" where restated_on = {sql(as_of_date)}",
    )
    if not found or not found[0]["figures"]:
        return Label("")
    figures, by_rules, first = (found[0][name] for name in ("figures", "by_rules", "first_day"))
    return Label(
        f"Published values of KPIs since {first} that were changed: {figures:,}, {by_rules:,} by"
        f" edited rules, {figures - by_rules:,} by late or corrected data.",
        f"{first} 以来已发布的指标值修正 {figures:,} 个：规则修改 {by_rules:,} 个，"
        f"迟到或更正的数据 {figures - by_rules:,} 个。",
    )


def sort_checks(checks: Sequence[QualityRow]) -> Checks:
    """Put what needs attention first: failed critical checks, then failed warnings."""
    ordered = sorted(checks, key=lambda c: (c.severity != "critical", c.stage, c.name))
    failed = [check for check in ordered if not check.passed]
    passed = [check for check in ordered if check.passed]
    fine = sum(check.count for check in passed)
    is_bad = any(check.severity == "critical" for check in failed)
    tone = "bad" if is_bad else "watch" if failed else "good"
    return Checks(failed, passed, fine, fine + len(failed), tone)


def _total(found: list[Row], column: str) -> int:
    return sum(row[column] or 0 for row in found)
