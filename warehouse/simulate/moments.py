"""Who did something, when and from where -> events: a name and its columns, no text yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from warehouse.simulate.columns import Columns, Flags, Ints, take_columns

NOBODY = -1
SERVER = -1
ORGANIC = 0


@dataclass(frozen=True)
class Moments:
    """Rows of: a person, at an instant, on a device (or the server), led there by a campaign.

    ``known`` says whether the line may name the user: visits before sign-up may not.
    """

    person: Ints
    at: Ints
    device: Ints
    campaign: Ints
    known: Flags

    def __len__(self) -> int:
        return self.person.size

    def take(self, rows: Ints | Flags) -> "Moments":
        """Keep the rows chosen by number or by mask."""
        return Moments(
            self.person[rows],
            self.at[rows],
            self.device[rows],
            self.campaign[rows],
            self.known[rows],
        )

    def later(self, milliseconds: Ints | int) -> "Moments":
        """Move every row in time."""
        return replace(self, at=self.at + milliseconds)


def on_server(person: Ints, at: Ints) -> Moments:
    """Moments the shop itself records: the user is known and no device is involved."""
    return Moments(
        person=person,
        at=at,
        device=np.full(person.size, SERVER),
        campaign=np.full(person.size, ORGANIC),
        known=np.ones(person.size, dtype=np.bool_),
    )


def join_moments(parts: Sequence[Moments]) -> Moments:
    """Put moments one after another."""
    return Moments(
        person=np.concatenate([part.person for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        device=np.concatenate([part.device for part in parts]),
        campaign=np.concatenate([part.campaign for part in parts]),
        known=np.concatenate([part.known for part in parts]),
    )


@dataclass(frozen=True)
class Events:
    """Many events of one name. ``fields`` are keys of the line itself, as ``previousId``."""

    name: str
    moments: Moments
    properties: Columns = field(default_factory=dict)
    traits: Columns = field(default_factory=dict)
    fields: Columns = field(default_factory=dict)
    kind: str = "track"

    def __len__(self) -> int:
        return len(self.moments)

    def where(self, kept: Flags) -> "Events":
        """Keep the rows of a mask."""
        if kept.all():
            return self
        rows = np.flatnonzero(kept)
        return replace(
            self,
            moments=self.moments.take(rows),
            properties=take_columns(self.properties, rows),
            traits=take_columns(self.traits, rows),
            fields=take_columns(self.fields, rows),
        )
