"""Load days that passed the border checks -> ``loads.parquet``: which content the models read.

A load lies under its fingerprint and is never changed, so letting a day in is one line in a list;
what is loaded anew lies beside, and the models keep reading what was let in.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.feeds import EVENTS, FEEDS
from warehouse.lake.clv import FITS, PREDICTIONS
from warehouse.lake.layout import (
    LEDGER_SCHEMA,
    Load,
    empty_load,
    ledger_path,
    loads_path,
    loads_with,
    put_empty,
    rows_path,
    schema_of,
)
from warehouse.lake.listed import put_empty_part
from warehouse.lake.loads import admitted, list_fault, loaded, remove_load, write_list
from warehouse.lake.restatements import RESTATEMENTS
from warehouse.lake.upgrade import upgrade
from warehouse.serving import versions
from warehouse.settings import Settings
from warehouse.storage.files import remove_durably
from warehouse.storage.places import is_file


def admit(settings: Settings, days: Sequence[date], feed: str = EVENTS) -> dict[date, str]:
    """Let these loaded days in; days admitted before stay. Returns all admitted days.

    A day whose gate stayed shut is not listed, so no later run can read it by accident; a day
    loaded again keeps its old fingerprint, and its old rows in the marts, until it is let in anew.
    Raises UserError where what was let in before is gone.
    """
    if feed == EVENTS:
        upgrade(settings)
        put_empty_part(settings)
        for parts in (FITS, PREDICTIONS, RESTATEMENTS):
            parts.put_empty(settings)
        for other in FEEDS:
            # The models read every feed, also where nothing of it has been let in yet.
            if other != feed and not is_file(loads_path(settings, other)):
                point_to(settings, {}, other)
    newest = loaded(settings, feed)
    chosen = {day: newest[day].fingerprint for day in days if day in newest}
    return point_to(settings, chosen, feed)


def point_to(settings: Settings, chosen: Mapping[date, str], feed: str = EVENTS) -> dict[date, str]:
    """List these loads as let in, then remove what nothing points to any more."""
    before = admitted(settings, feed)
    after = before | dict(chosen)
    if feed == EVENTS and not before:
        _refuse_less(settings, after)
    there = loads_with(settings, "rows", feed)
    listed = {Load(*item, feed) for item in after.items()}
    for load in sorted(listed - there):
        raise UserError(
            f"what was let in of {load.day} is gone",
            where=str(rows_path(settings, load)),
            cure=f"let the day in anew: userops run --date {load.day}",
        )
    # First, so that a kill cannot leave what was replaced looking like what waits to be let in.
    for load in {Load(*item, feed) for item in before.items()} - listed:
        remove_durably(ledger_path(settings, load))
    if FEEDS[feed].columns:
        _put_empty_load(settings, feed)
    if after != before or not is_file(loads_path(settings, feed)) or list_fault(settings, feed):
        write_list(settings, after, feed)
    for load in there - listed - set(loaded(settings, feed).values()):
        remove_load(settings, load)
    return after


def _put_empty_load(settings: Settings, feed: str) -> None:
    """Let models read a feed of which nothing has landed, or whose columns are other ones now."""
    for path_of, schema in ((rows_path, schema_of(feed)), (ledger_path, LEDGER_SCHEMA)):
        put_empty(path_of(settings, empty_load(feed)), schema)


def _refuse_less(settings: Settings, after: Mapping[date, str]) -> None:
    """Where the list was lost: refuse to go on with fewer days than readers see.

    Read from the published Parquet, which nobody can hold a lock on; before the first, nothing.
    """
    path = settings.serving_dir / versions.PARQUET / versions.PARQUET_LINK / "load_ledger.parquet"
    try:
        ledger = pq.ParquetFile(path).read(["load_date", "is_admitted"]).to_pylist()
    except (OSError, pa.ArrowException):
        return
    if gone := sorted({row["load_date"] for row in ledger if row["is_admitted"]} - after.keys()):
        names = ", ".join(map(str, gone))
        raise UserError(
            f"the lake has lost what was let in of {names}, and landing no longer holds it",
            where=str(loads_path(settings)),
            cure=f"put these days back into {settings.landing_root / EVENTS} (or restore the"
            " lake from a backup), then run again; what is published stays as it is until then",
        )
