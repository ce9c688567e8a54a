"""Events, speakers, deliveries -> Segment lines as text, in order of arrival."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from warehouse.simulate.columns import (
    Column,
    Json,
    glue,
    glue_members,
    json_members,
    json_objects,
    words,
)
from warehouse.simulate.draws import Generator, hex_ids
from warehouse.simulate.lines.delivery import Delivery
from warehouse.simulate.lines.speakers import Speakers
from warehouse.simulate.moments import Events, Moments
from warehouse.simulate.window import Window

MESSAGE_ID_DIGITS = 32
NAMED_KINDS = {"track": "event", "page": "name", "screen": "name"}


def write_lines(
    events: Sequence[Events],
    moments: Moments,
    speakers: Speakers,
    delivery: Delivery,
    window: Window,
    rng: Generator,
) -> pa.StringArray:
    """Write one line per arrival; ``moments`` are those of all events, joined.

    Texts are written once per event, then looked up for every arrival.
    """
    rows = pa.array(delivery.row)
    kind = np.repeat(np.arange(len(events)), [len(each) for each in events])
    heads = words([_head(each) for each in events], kind[delivery.row])
    bodies = pa.concat_arrays([_body(each) for each in events]).take(rows)
    message_ids = hex_ids(rng, kind.size, digits=MESSAGE_ID_DIGITS).take(rows)
    arrived = moments.take(delivery.row)
    stamps = glue(
        '"messageId":"',
        message_ids,
        '","timestamp":"',
        window.iso(arrived.at),
        '","sentAt":"',
        window.iso(delivery.sent_at),
        '","receivedAt":"',
        window.iso(delivery.received_at),
        '"',
    )
    user, device, context = speakers.members(arrived)
    return glue_members([heads, stamps, user, device, bodies, context])


def _head(events: Events) -> str:
    """Begin the lines of these events."""
    if events.kind in NAMED_KINDS:
        return f'{{"type":"{events.kind}","{NAMED_KINDS[events.kind]}":"{events.name}"'
    return f'{{"type":"{events.kind}"'


def _body(events: Events) -> pa.StringArray:
    """Write what is particular to each event; null where there is nothing to say."""
    rows = len(events)
    members: dict[str, Column] = dict(events.fields)
    if events.properties:
        members["properties"] = Json(json_objects(events.properties, rows))
    if events.traits:
        members["traits"] = Json(json_objects(events.traits, rows))
    return json_members(members, rows)
