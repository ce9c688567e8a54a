"""The reader, or a rule that decides whom a line names, is another one -> all days are read again.

A run reads only its own days, and a rule edit restates all history: until every day that was let in
has been read by the present rules, each run takes in all of them.
"""

from datetime import date
from hashlib import sha256

from warehouse.judging.placeholders import placeholder_ids
from warehouse.lake.ingest import PARSER_VERSION, rule_folders
from warehouse.lake.loads import admitted
from warehouse.landing.days import landed_days
from warehouse.settings import Settings
from warehouse.storage.notes import read_note, write_note
from warehouse.storage.places import Place


def days_to_read_again(settings: Settings) -> list[date]:
    """Return the days that were let in as they were read by other rules, and lie in landing."""
    if read_note(_path(settings)) == _mark(settings):
        return []
    known = admitted(settings)
    return [day for day in landed_days(settings) if day in known] if known else []


def note_read(settings: Settings) -> None:
    """Say that every day is read by the present rules; call it when they were all let in."""
    if read_note(_path(settings)) != _mark(settings):
        write_note(_path(settings), _mark(settings))


def _mark(settings: Settings) -> str:
    parts = (PARSER_VERSION, sorted(placeholder_ids(rule_folders(settings))))
    return sha256(repr(parts).encode()).hexdigest()


def _path(settings: Settings) -> Place:
    return settings.lake_root / "read_by.json"
