"""Lines -> a ledger of points kept by hand, day after day, lot after lot (section 15)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.recompute.lines import Line

if TYPE_CHECKING:
    from tests.recompute.world import World

DAY = timedelta(days=1)
CENT = Decimal("0.01")
ZERO = Decimal(0)
KINDS = {
    "Points Earned": "earned",
    "Points Redeemed": "redeemed",
    "Points Expired": "expired",
    "Points Extended": "extended",
}


@dataclass
class Entry:
    """What one event books; ``points`` is 0 where none can be read."""

    entry_id: str
    kind: str
    lot_id: str | None
    points: Decimal
    expires_at: datetime | None
    expires_on: date | None
    at: datetime
    day: date

    @property
    def order(self) -> tuple[datetime, str]:
        return (self.at, self.entry_id)


@dataclass
class Lot:
    """What one event earned, and what is left of it."""

    entry: Entry
    left: Decimal
    extensions: list[Entry] = field(default_factory=list)

    @property
    def in_time(self) -> list[Entry]:
        """Return the extensions known so far that came by the expiry, as it stood by then."""
        found: list[Entry] = []
        for extension in sorted(self.extensions, key=lambda entry: entry.order):
            if extension.day > self._until(found):
                break
            if extension.expires_on is not None:
                found.append(extension)
        return found if self.entry.expires_on else []

    @property
    def own_expiry(self) -> date:
        return self._until(self.in_time)

    def _until(self, extensions: list[Entry]) -> date:
        if self.entry.expires_on is None:
            return date.max
        return max([self.entry.expires_on, self.entry.day, *(x.expires_on for x in extensions)])


@dataclass
class Book:
    """The points of one user as of the end of a day."""

    lots: list[Lot] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    debt: Decimal = ZERO
    reported: Decimal | None = None

    def total(self, kind: str) -> Decimal:
        """Add up what was earned, redeemed or expired so far."""
        return abs(sum((row["points"] for row in self.rows if row["kind"] == kind), ZERO))

    @property
    def outstanding(self) -> Decimal:
        """Return what lies in the lots, less what was taken beyond them."""
        return sum((lot.left for lot in self.lots), ZERO) - self.debt

    def take(self, points: Decimal) -> None:
        for lot in self.lots:
            part = min(points, lot.left)
            lot.left -= part
            points -= part
        self.debt += points

    def earn(self, entry: Entry) -> None:
        paid = min(self.debt, entry.points)
        self.debt -= paid
        lot = Lot(entry, entry.points - paid)
        lot.extensions = [x for x in self.waiting if x.lot_id == entry.lot_id is not None]
        self.lots.append(lot)
        self.lots.sort(key=lambda lot: lot.entry.order)
        self._write(entry, entry.points, is_counted=entry.points > 0)

    def remove(self, entry: Entry) -> None:
        counts = entry.points > 0 and (entry.kind == "redeemed" or self._lots_say_nothing(entry))
        if counts:
            self.take(entry.points)
        self._write(entry, -entry.points if counts else ZERO, is_counted=counts)
        if entry.kind == "expired" and entry.points:
            self.reported = (self.reported or ZERO) + entry.points

    def _lots_say_nothing(self, entry: Entry) -> bool:
        named = [lot for lot in self.lots if lot.entry.lot_id == entry.lot_id is not None]
        return all(lot.entry.expires_on is None for lot in named or self.lots)

    def extend(self, entry: Entry) -> None:
        self.waiting.append(entry)
        for lot in self.lots:
            if lot.entry.lot_id == entry.lot_id is not None:
                lot.extensions.append(entry)
        self._write(entry, ZERO, is_counted=False)

    def so_far(self) -> Iterator[tuple[Lot, Decimal]]:
        """Give each lot with the points of those earned before it."""
        before = ZERO
        for lot in self.lots:
            yield lot, before
            before += lot.entry.points

    def expiries(self, until: date) -> Iterator[tuple[Lot, date]]:
        """Name the lots that expire up to a day, in the order earned."""
        latest = date.min
        for lot in self.lots:
            latest = max(latest, lot.own_expiry)
            if latest <= until:
                yield lot, latest

    def close(self, day: date, zone: ZoneInfo) -> None:
        """Let expire what expires at the end of a day."""
        end = datetime.combine(day + DAY, time(), zone).astimezone(UTC) - timedelta(seconds=1)
        for lot, _ in self.expiries(day):
            if lot.left:
                self.rows.append(
                    {
                        "entry_id": f"{lot.entry.entry_id}/expired",
                        "lot_id": lot.entry.lot_id,
                        "kind": "expired",
                        "points": -lot.left,
                        "reported_points": None,
                        "is_counted": True,
                        "occurred_at": end.replace(tzinfo=None),
                        "expires_at": None,
                        "entry_date": day,
                    }
                )
                lot.left = ZERO

    def _write(self, entry: Entry, points: Decimal, *, is_counted: bool) -> None:
        self.rows.append(
            {
                "entry_id": entry.entry_id,
                "lot_id": entry.lot_id,
                "kind": entry.kind,
                "points": points,
                "reported_points": (entry.points or None) if entry.kind == "expired" else None,
                "is_counted": is_counted,
                "occurred_at": entry.at,
                "expires_at": entry.expires_at,
                "entry_date": entry.day,
            }
        )


def entry_of(line: Line, zone: ZoneInfo) -> Entry:
    kind = KINDS[line.event]
    try:
        points = Decimal(line.text("points") or 0).quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        points = ZERO
    text = (line.text("expires_at") or "").strip()
    expires_at, expires_on = None, None
    try:
        expires_at = datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        aware = expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)
        expires_on = expires_at.date() if len(text) == 10 else aware.astimezone(zone).date()
        expires_at = aware.astimezone(UTC).replace(tzinfo=None)
    return Entry(
        entry_id=line.message_id or "",
        kind=kind,
        lot_id=(line.text("lot_id") or "").strip() or None,
        points=max(points, ZERO) if kind == "earned" else abs(points),
        expires_at=expires_at,
        expires_on=expires_on,
        at=line.at,
        day=line.day,
    )


def books(world: "World", lines: list[Line], days: list[date]) -> Iterator[tuple[date, Book]]:
    """Keep the book of one user over days; the same book each time, as of the end of each."""
    zone = world.rules.zone
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for line in lines:
        if line.event in KINDS:
            by_day[line.day].append(entry_of(line, zone))
    book = Book()
    for day in days:
        # What is earned on a day is there on it: a debt is paid by what comes next all the same.
        for entry in sorted(by_day[day], key=lambda entry: (entry.kind != "earned", entry.order)):
            if entry.kind == "earned":
                book.earn(entry)
            elif entry.kind == "extended":
                book.extend(entry)
            else:
                book.remove(entry)
        book.close(day, zone)
        yield day, book
