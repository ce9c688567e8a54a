"""Load days after ingest -> what was found and done, added up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from warehouse.judging.verdicts import Count


@dataclass(frozen=True)
class IngestReport:
    """What an ingest found and did; the counts are of all its days, also of unchanged ones."""

    days: tuple[date, ...]
    files: int = 0
    lines: int = 0
    parsed: int = 0
    quarantined: int = 0
    blank: int = 0
    left_out: int = 0
    erased: int = 0
    events: int = 0
    placeholders: int = 0
    reloaded: tuple[date, ...] = ()
    unchanged: tuple[date, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    by_day: dict[date, "IngestReport"] = field(default_factory=dict)


@dataclass(frozen=True)
class DayResult:
    """One load day after ingest."""

    day: date
    is_reloaded: bool
    files: tuple[Count, ...]
    reasons: dict[str, int]


def report_of(results: list[DayResult], seconds: float) -> IngestReport:
    """Add up the days of an ingest, and say the same of each."""
    results.sort(key=lambda result: result.day)
    by_day = {result.day: _added([result], 0.0) for result in results}
    return replace(_added(results, seconds), by_day=by_day)


def _added(results: list[DayResult], seconds: float) -> IngestReport:
    files = [count for result in results for count in result.files]
    reasons: Counter[str] = Counter()
    for result in results:
        reasons.update(result.reasons)
    return IngestReport(
        days=tuple(result.day for result in results),
        files=len(files),
        lines=sum(count.lines for count in files),
        parsed=sum(count.parsed for count in files),
        quarantined=sum(count.quarantined for count in files),
        blank=sum(count.blank for count in files),
        left_out=sum(count.left_out for count in files),
        erased=sum(count.erased for count in files),
        events=sum(count.events for count in files),
        placeholders=sum(count.placeholders for count in files),
        reloaded=tuple(result.day for result in results if result.is_reloaded),
        unchanged=tuple(result.day for result in results if not result.is_reloaded),
        reasons=dict(sorted(reasons.items())),
        seconds=seconds,
    )


def together(reports: Iterable[IngestReport]) -> IngestReport:
    """Add up what was done with several feeds."""
    found = list(reports)
    reasons: Counter[str] = Counter()
    for report in found:
        reasons.update(report.reasons)
    return IngestReport(
        days=tuple(sorted({day for report in found for day in report.days})),
        files=sum(report.files for report in found),
        lines=sum(report.lines for report in found),
        parsed=sum(report.parsed for report in found),
        quarantined=sum(report.quarantined for report in found),
        blank=sum(report.blank for report in found),
        left_out=sum(report.left_out for report in found),
        erased=sum(report.erased for report in found),
        events=sum(report.events for report in found),
        placeholders=sum(report.placeholders for report in found),
        reloaded=tuple(sorted({day for report in found for day in report.reloaded})),
        unchanged=tuple(sorted({day for report in found for day in report.unchanged})),
        reasons=dict(sorted(reasons.items())),
        seconds=sum(report.seconds for report in found),
    )
