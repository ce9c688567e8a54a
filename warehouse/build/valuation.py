"""Histories of buyers in the build file -> fits and predictions in the lake, for the models.

The models hand over what buyers did as of each day that has to be valued (`int_clv_inputs`), and
go on from the parts written here. Nothing is kept that a later run could not make again.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.lake.clv import FITS, PREDICTIONS
from warehouse.lake.layout import Load, rows_path
from warehouse.lake.loads import read_list
from warehouse.rules.effective import rule_in_effect
from warehouse.serving.marts import engine_config
from warehouse.settings import Settings
from warehouse.storage.places import let_read, place_of, readable

if TYPE_CHECKING:
    from warehouse.numbers.bgnbd import BgNbdFit
    from warehouse.numbers.gamma_gamma import GammaGammaFit

INPUTS = "intermediate.int_clv_inputs"
# The clock of an event and the calendar of a shop may be a day apart.
A_DAY = 1


@dataclass(frozen=True)
class Terms:
    """The rules of valuation: who is too few, how short is too short, what a month costs."""

    min_buyers: int
    min_days: int
    monthly_discount: float
    holdout_days: int

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        """Read the terms in effect."""
        rows = rule_in_effect(settings, "parameters").rows
        value = {row["parameter"]: row["value"] for row in rows}
        return cls(
            int(float(value["clv_min_buyers"])),
            int(float(value["clv_min_days"])),
            float(value["clv_monthly_discount"]),
            int(float(value["clv_holdout_days"])),
        )


@dataclass(frozen=True)
class Valuation:
    """What was fitted as of a day; nan where a number is not to be had."""

    as_of_date: date
    buyers: int
    r: float = math.nan
    alpha: float = math.nan
    a: float = math.nan
    b: float = math.nan
    p: float = math.nan
    q: float = math.nan
    v: float = math.nan
    log_likelihood: float = math.nan
    spend_log_likelihood: float = math.nan
    correlation: float = math.nan
    converged: bool = False
    holdout_expected: float = math.nan
    holdout_actual: float = math.nan

    @property
    def metadata(self) -> Mapping[str, float | int | bool | str]:
        """Say it in the words of the table, without what is not known."""
        told = asdict(self) | {"as_of_date": self.as_of_date.isoformat()}
        return {k: v for k, v in told.items() if not (isinstance(v, float) and math.isnan(v))}


def may_fit(settings: Settings, as_of_date: date) -> bool:
    """Tell whether there may be buyers and days enough, by what the lake says of its files.

    A small or a young shop is spared the second half of a run, and SciPy. What was written of it
    when there was more goes.
    """
    terms = Terms.of(settings)
    listed = read_list(settings) or {}
    loads = [Load(day, each.fingerprint) for day, each in listed.items()]
    # A list of before rows were counted tells none.
    is_large = sum(each.rows or math.inf for each in listed.values()) >= terms.min_buyers
    may = is_large and (
        (as_of_date - min(load.day for load in loads)).days >= terms.min_days
        or (as_of_date - _first_day(settings, loads)).days + A_DAY >= terms.min_days
    )
    if not may:
        for parts in (FITS, PREDICTIONS):
            for day in parts.days(settings):
                parts.remove(settings, day)
    return may


def standing_days(settings: Settings) -> list[date]:
    """Return the days that are fitted and predicted: untouched, they need not be valued again."""
    return sorted(FITS.days(settings) & PREDICTIONS.days(settings))


def value_buyers(settings: Settings, as_of_date: date) -> list[Valuation]:
    """Value the buyers as of every day handed over; return what was fitted, oldest first.

    A day that was handed over only to be predicted keeps its fit. Parts of days that no model
    reads any more are removed first.
    """
    terms = Terms.of(settings)
    _prune(settings, as_of_date)
    done = []
    with duckdb.connect(
        str(settings.build_db), read_only=True, config=engine_config(settings)
    ) as connection:
        let_read(connection, place_of(settings.spark_tables))
        days = connection.execute(
            f"select as_of_date, bool_or(is_touched), count(*), max(age_days) from {INPUTS}"
            " group by as_of_date order by as_of_date"
        ).fetchall()
        for day, is_touched, buyers, longest in days:
            for parts in (FITS, PREDICTIONS) if is_touched else (PREDICTIONS,):
                parts.remove(settings, day)
            if buyers < terms.min_buyers or longest < terms.min_days:
                done.append(Valuation(day, buyers))
                continue
            done.append(_value(settings, connection, day, terms))
    return done


def is_month_end(day: date) -> bool:
    """Tell whether a Sunday is the last one of its month."""
    return (day + timedelta(days=7)).month != day.month


def _value(
    settings: Settings, connection: duckdb.DuckDBPyConnection, day: date, terms: Terms
) -> Valuation:
    # Not before: a day without a fit should not pay for the import.
    from warehouse.numbers import clv
    from warehouse.numbers.bgnbd import BgNbd
    from warehouse.numbers.gamma_gamma import GammaGamma

    rows = connection.execute(
        "select user_id, x, t_x, age_days, spend, segment, net_revenue,"
        f" held_x, held_t_x, held_age_days, held_days from {INPUTS}"
        " where as_of_date = ? order by user_id",
        [day],
    ).to_arrow_table()
    column = {name: _numbers(rows[name]) for name in rows.column_names if name not in TEXTS}
    x, t_x, age, spend = (column[name] for name in ("x", "t_x", "age_days", "spend"))
    found = _kept(settings, day)
    if found is None:
        is_held = day.isoweekday() == 7 and is_month_end(day)
        found = _fit(day, column, terms, with_holdout=is_held)
        FITS.put(settings, day, _table_of(found))
    if not found.converged:
        return found
    segments = np.asarray(rows["segment"].to_pylist(), dtype=str)
    expected = clv.expected_spend(GammaGamma(found.p, found.q, found.v), x, spend, segments)
    model = BgNbd(found.r, found.alpha, found.a, found.b)
    told = clv.predict(model, x, t_x, age, expected, terms.monthly_discount)
    columns = {
        "as_of_date": pa.repeat(pa.scalar(day, pa.date32()), len(x)),
        "user_id": rows["user_id"],
        **{name: pa.array(values) for name, values in vars(told).items()},
        "net_revenue": rows["net_revenue"].cast(PREDICTIONS.schema.field("net_revenue").type),
    }
    PREDICTIONS.put(settings, day, pa.table(columns).cast(PREDICTIONS.schema))
    return found


TEXTS = ("user_id", "segment", "net_revenue")


def _fit(day: date, column: Mapping[str, Any], terms: Terms, *, with_holdout: bool) -> Valuation:
    from warehouse.numbers import bgnbd, clv, gamma_gamma
    from warehouse.numbers.bgnbd import Buyers

    x, age, spend = column["x"], column["age_days"], column["spend"]
    buyers = Buyers.of(x, column["t_x"], age)
    returning: BgNbdFit = bgnbd.fit(buyers)
    has_spend = bool(((x > 0) & (spend > 0)).any())
    spending: GammaGammaFit | None = gamma_gamma.fit(x, spend) if has_spend else None
    expected, actual = math.nan, math.nan
    if with_holdout and age.max() >= 2 * terms.holdout_days:
        held = np.isfinite(column["held_x"])
        before = Buyers.of(*(column[f"held_{name}"][held] for name in ("x", "t_x", "age_days")))
        earlier = bgnbd.fit(before)
        if earlier.converged:
            expected = clv.held_out(earlier.model, before, float(terms.holdout_days))
            actual = float(column["held_days"][held].sum())
    return Valuation(
        as_of_date=day,
        buyers=len(x),
        **vars(returning.model),
        **(vars(spending.model) if spending else {}),
        log_likelihood=returning.log_likelihood,
        spend_log_likelihood=spending.log_likelihood if spending else math.nan,
        correlation=spending.correlation if spending else math.nan,
        converged=bool(returning.converged and spending and spending.converged),
        holdout_expected=expected,
        holdout_actual=actual,
    )


def _kept(settings: Settings, day: date) -> Valuation | None:
    rows = FITS.read(settings, day).to_pylist()
    if not rows:
        return None
    known: dict[str, Any] = {k: math.nan if v is None else v for k, v in rows[0].items()}
    return Valuation(buyers=0, **known)


def _table_of(found: Valuation) -> pa.Table:
    told = {
        name: [None if isinstance(value, float) and math.isnan(value) else value]
        for name, value in asdict(found).items()
        if name != "buyers"
    }
    told["holdout_actual"] = [
        None if value is None else int(value) for value in told["holdout_actual"]
    ]
    return pa.table(told, schema=FITS.schema)


def _prune(settings: Settings, as_of_date: date) -> None:
    """Leave the fits of Sundays, and the predictions of the last Sunday before the day."""
    last = as_of_date - timedelta(days=as_of_date.isoweekday() % 7)
    for parts, is_kept in (
        (FITS, lambda day: day.isoweekday() == 7 and day < as_of_date),
        (PREDICTIONS, lambda day: day == last),
    ):
        for day in parts.days(settings):
            if not is_kept(day):
                parts.remove(settings, day)


def _numbers(column: pa.ChunkedArray) -> Any:
    return column.cast(pa.float64()).to_numpy()


def _first_day(settings: Settings, loads: list[Load]) -> date:
    """Return the UTC day of the earliest event, from the notes that files keep of themselves."""
    firsts = []
    for load in loads:
        notes = pq.ParquetFile(readable(rows_path(settings, load))).metadata
        at = notes.schema.names.index("occurred_at")
        groups = [notes.row_group(i).column(at).statistics for i in range(notes.num_row_groups)]
        firsts += [group.min.date() for group in groups if group is not None and group.has_min_max]
    return min(firsts, default=date.max)
