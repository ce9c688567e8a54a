"""A failure that no rule explains -> lake and build databases, whole again if they were not."""

from warehouse.build.checked import damage, set_aside
from warehouse.feeds import FEEDS
from warehouse.lake.damage import mend
from warehouse.settings import Settings


def restore(settings: Settings) -> list[str]:
    """Mend all of the lake, set damaged build databases aside; return what was done, in sentences.

    Raises UserError for days of the lake that landing no longer holds.
    """
    told = [text for feed in FEEDS for text in mend(settings, feed, None)]
    if fault := damage(settings, deep=True):
        told.append(set_aside(settings, fault))
    return told
