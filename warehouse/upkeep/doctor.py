"""An installation -> what would stand in the way of a run, each with its cure; changes nothing."""

import os
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

from warehouse.build.database import lock_holder
from warehouse.configuration import FILE_NAME, PREFIX
from warehouse.errors import UserError
from warehouse.feeds import FEEDS
from warehouse.settings import Settings
from warehouse.upkeep import bytes_written, folders, machine
from warehouse.upkeep.finding import Finding


def examine(settings: Settings, *, deep: bool = False) -> list[Finding]:
    """Look at everything; a look that fails is a finding, not the end of the others.

    ``deep`` reads every file that a run has written, and compares it with its checksum.
    """
    found: list[Finding] = []
    for subject, look in (LOOKS | DEEP_LOOKS if deep else LOOKS).items():
        try:
            found.extend(look(settings))
        except (OSError, UserError) as error:
            found.append(Finding(subject, False, str(error), "mend what it names, then look again"))
    return found


def _settings(settings: Settings) -> Iterator[Finding]:
    here, there = Path.cwd() / FILE_NAME, settings.home / FILE_NAME
    file = next((path for path in (here, there) if path.is_file()), None)
    text = file.read_text(encoding="utf-8") if file else ""
    yield Finding("settings", True, f"file: {file or 'none, defaults hold'}")
    defaults = Settings(settings.home)
    for item in fields(Settings):
        value = getattr(settings, item.name)
        variable = f"{PREFIX}{item.name.upper()}"
        if os.environ.get(variable):
            origin = variable
        elif file and item.name in text:
            origin = str(file)
        elif value != getattr(defaults, item.name):
            origin = "given"
        else:
            origin = "default"
        shown = len(value) if item.name == "sources" else value
        if item.name in ("landing", "lake"):
            shown = getattr(settings, f"{item.name}_root")
        if item.name == "webhook_url" and value:
            shown = "(set)"  # such addresses hold secrets
        yield Finding("settings", True, f"{item.name} = {shown}  ({origin})")


def _locks(settings: Settings) -> Iterator[Finding]:
    holder = lock_holder(settings)
    yield Finding("lock", True, f"held by {holder}" if holder else "free")


def _rules(settings: Settings) -> Iterator[Finding]:
    from warehouse.rules.describe import describe_rules

    rules = describe_rules(settings)
    own = [rule.name for rule in rules if rule.is_own]
    faults = [fault for rule in rules for fault in rule.faults]
    yield Finding("rules", True, f"{len(rules)} rules, own: {', '.join(own) or 'none'}")
    for fault in faults:
        yield Finding("rules", False, f"{fault.what} ({fault.where})", fault.cure)


def _erased(settings: Settings) -> Iterator[Finding]:
    from warehouse.erasure.forget import came_back, is_pending
    from warehouse.erasure.tombstones import erased_people

    if erased_people(settings):
        count = sum(sum(came_back(settings, feed).values()) for feed in FEEDS)
        told = f"{count} rows of erased users lie in landing; no table has them"
        cure = "userops forget --again, and stop the source that sends them"
        yield Finding("erased", not count, told, cure)
    if is_pending(settings):
        told = "an erasure began and did not end: tables may show those users still"
        yield Finding("erased", False, told, "userops forget --again")


def _published(settings: Settings) -> Iterator[Finding]:
    from warehouse.serving.publish import current, verify

    publication = current(settings)
    problems = verify(settings)
    if not problems:
        shown = f"revision {publication.revision}, intact" if publication else "nothing yet"
        yield Finding("published", True, shown)
    for problem in problems:
        yield Finding("published", False, problem, "`userops run` publishes it anew")


LOOKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "settings": _settings,
    "versions": machine.versions,
    "time zones": machine.time_zones,
    "home": folders.home,
    "stores": folders.stores,
    "feeds": folders.feeds,
    "lock": _locks,
    "disk": machine.disk,
    "links": machine.links,
    "rules": _rules,
    "contacts": folders.contacts,
    "erased": _erased,
    "leftovers": folders.leftovers,
    "published": _published,
}
DEEP_LOOKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "lake files": bytes_written.lake,
    "lists": bytes_written.lists,
    "build": bytes_written.build,
    "revisions": bytes_written.revisions,
    "exports": bytes_written.exports,
}
