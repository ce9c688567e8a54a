"""Published alerts -> the queue for people, and which of them nobody has been told of yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from warehouse.errors import UserError
from warehouse.serving.marts import open_published
from warehouse.serving.publish import current
from warehouse.settings import Settings
from warehouse.storage.notes import read_note, write_note
from warehouse.storage.places import Place


@dataclass(frozen=True)
class Published:
    """An alert as readers see it; no user is named in one."""

    alert: str
    name: str
    name_zh: str
    place: str
    severity: str
    opened_on: date
    last_seen_on: date
    closed_on: date | None
    evidence: str
    playbook: str
    is_acknowledged: bool

    @property
    def is_open(self) -> bool:
        """Tell an alert whose condition holds, as far as anybody knows."""
        return self.closed_on is None

    @property
    def state(self) -> str:
        """Say in a word or two how it stands."""
        if self.closed_on:
            return f"closed {self.closed_on}"
        return "taken on" if self.is_acknowledged else "open"


def published_alerts(settings: Settings) -> list[Published]:
    """Return the alerts of the published revision, the most urgent first.

    Raises UserError where nothing is published.
    """
    if current(settings) is None:
        raise UserError(
            "nothing is published yet",
            where=str(settings.serving_dir),
            cure="run `userops run` or `userops demo`",
        )
    with open_published(settings, "alerts") as connection:
        found = connection.execute(
            "select alert, name_en, name_zh,"
            " case when dimension = 'all' then '' else dimension || ' = ' || dimension_value end,"
            " severity, opened_on, last_seen_on, closed_on, evidence, playbook,"
            " acknowledged_on is not null"
            " from marts.alerts"
            " order by status desc, priority, opened_on desc, alert, dimension_value"
        ).fetchall()
    return [Published(*row) for row in found]


def untold(settings: Settings, alerts: Sequence[Published]) -> list[Published]:
    """Return the open alerts of whose life nobody was told; late data may have moved its start."""
    told = read_note(_note(settings)) or []

    def is_told(alert: Published) -> bool:
        first, last = str(alert.opened_on), str(alert.last_seen_on)
        return any(
            [name, place] == [alert.alert, alert.place] and first <= day <= last
            for name, place, day in told
        )

    return [alert for alert in alerts if alert.is_open and not is_told(alert)]


def remember_told(settings: Settings, alerts: Sequence[Published]) -> None:
    """Write down that people were told of these: outside the tables, which can be built anew."""
    told = read_note(_note(settings)) or []
    new = [[alert.alert, alert.place, str(alert.opened_on)] for alert in alerts]
    write_note(_note(settings), [*told, *new])


def _note(settings: Settings) -> Place:
    return settings.lake_root / "announced_alerts.json"
