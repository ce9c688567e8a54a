"""Message ids -> lines no pipeline may accept, each spoiled in one of four ways."""

import json
from collections.abc import Iterator

from warehouse.simulate.draws import Generator
from warehouse.simulate.window import Window

LINES_PER_FAULT = 20_000
# From here on there is room for one of each fault.
ROOM = 1_000
UNKNOWN_CURRENCY = "ZZZ"
FAULTS = ("broken JSON", "no id", "year 0001", "unknown currency")


def bad_lines(
    lines: int, *, every_fault: bool, window: Window, rng: Generator
) -> Iterator[tuple[int, bytes]]:
    """Draw the bad lines that go with so many good ones, each with the day it arrives on."""
    number = int(rng.poisson(lines / LINES_PER_FAULT))
    if every_fault and lines >= ROOM:
        number = max(number, len(FAULTS))
    for index, day in enumerate(rng.integers(0, window.days, number).tolist()):
        message_id = f"bad-{rng.bytes(8).hex()}"
        yield day, _spoil(FAULTS[index % len(FAULTS)], message_id, f"{window.day(day)}T09:00:00Z")


def _spoil(fault: str, message_id: str, instant: str) -> bytes:
    """Write an order that would be good but for one fault."""
    line = {
        "type": "track",
        "event": "Order Completed",
        "messageId": message_id,
        "userId": "u0000001",
        "timestamp": instant,
        "receivedAt": instant,
    }
    order = {"order_id": f"o-{message_id}", "revenue": 88.5, "currency": "CNY"}
    match fault:
        case "no id":
            del line["userId"]
        case "year 0001":
            line["timestamp"] = "0001-01-01T00:00:00Z"
        case "unknown currency":
            order["currency"] = UNKNOWN_CURRENCY
    text = json.dumps({**line, "properties": order}, separators=(",", ":"))
    if fault == "broken JSON":
        text = text[: len(text) // 2]
    return f"{text}\n".encode()
