"""What runs have written -> findings: is every byte as it was written, and what heals it if not.

Each look reads everything of its kind; runs verify a part of it (see `warehouse.lake.damage`).
"""

from collections.abc import Iterator

from warehouse.build.checked import NOTE, damage
from warehouse.build.database import lock_holder
from warehouse.exports.folder import verify_export
from warehouse.exports.listed import parts_out_of_line
from warehouse.feeds import FEEDS
from warehouse.lake.damage import damages
from warehouse.lake.loads import list_fault
from warehouse.landing.days import is_landed
from warehouse.serving.publish import current, damaged_revisions
from warehouse.settings import Settings
from warehouse.upkeep.finding import Finding

REPORT = "report"  # pages without a manifest: made again from what is published
RUN = "`userops run` mends it"


def lake(settings: Settings) -> Iterator[Finding]:
    """Compare every load of the lake, and the lists of what was let in."""
    is_whole = True
    for feed in FEEDS:
        if fault := list_fault(settings, feed):
            is_whole = False
            yield Finding("lake files", False, fault, RUN)
        for load, what in damages(settings, feed, None):
            is_whole = False
            folder = settings.landing_root / feed / f"dt={load.day}"
            cure = f"`userops run --date {load.day}` reads the day again from {folder}"
            if not is_landed(settings, load.day, feed):
                cure = f"put the files of the day back into {folder}, or restore the lake's; then"
                cure += " `userops run`"
            yield Finding("lake files", False, what, cure)
    if is_whole:
        yield Finding("lake files", True, "as they were written")


def lists(settings: Settings) -> Iterator[Finding]:
    """Compare what the models know of exported lists with what was exported."""
    days = parts_out_of_line(settings)
    for day in days:
        yield Finding("lists", False, f"lake/listed of {day}: not as it was written", RUN)
    if not days:
        yield Finding("lists", True, "as they were exported")


def build(settings: Settings) -> Iterator[Finding]:
    """Read every row of the build databases; not while a run has them."""
    if lock_holder(settings):
        yield Finding("build", True, "not looked at: a run is writing")
        return
    fault = damage(settings, deep=True)
    cure = f"rm -f {settings.engine_dir / NOTE}; `userops run` then sets it aside and builds anew"
    yield Finding("build", not fault, fault or "every row can be read", cure if fault else "")


def revisions(settings: Settings) -> Iterator[Finding]:
    """Compare every published revision that is kept."""
    found, publication = damaged_revisions(settings), current(settings)
    for revision, problems in found.items():
        is_current = publication is None or revision == publication.revision
        cure = "`userops run` publishes anew" if is_current else "the next revisions push it out"
        for problem in problems:
            yield Finding("revisions", False, f"revision {revision}: {problem}", cure)
    if not found:
        yield Finding("revisions", True, "as they were published")


def exports(settings: Settings) -> Iterator[Finding]:
    """Compare every exported file with the manifest beside it."""
    problems = [
        problem
        for folder in sorted(settings.exports_dir.glob("*/as_of=*"))
        if folder.parent.name != REPORT
        for problem in verify_export(folder)
    ]
    cure = "the run of that day exports it anew; else restore the folder from a backup"
    for problem in problems:
        yield Finding("exports", False, problem, cure)
    if not problems:
        yield Finding("exports", True, "as they were exported")
