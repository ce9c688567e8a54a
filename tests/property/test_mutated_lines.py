"""Real lines, broken at random: the quick way and the exact judge say the same of every one.

``USEROPS_FUZZ_LINES`` sets how many lines are tried, ``USEROPS_FUZZ_SEED`` where they begin.
"""

import gzip
import os
import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tests.pure.test_lines import ALIASES, BAD, NOBODY, ROLES, UNUSUAL
from warehouse.judging.asides import noes_in
from warehouse.judging.currencies import ISO_4217
from warehouse.judging.exact import Limits
from warehouse.judging.quick import judge_columns
from warehouse.judging.verdicts import EVENT_SCHEMA, Row, judge_rows
from warehouse.simulate.run import simulate

LINES = int(os.environ.get("USEROPS_FUZZ_LINES", "20000"))
SEED = int(os.environ.get("USEROPS_FUZZ_SEED", "7"))
BATCH = 400
LIMITS = Limits.of(
    date(2026, 10, 1),
    future_days=1,
    max_line_bytes=3_000,
    currencies=ISO_4217,
    roles=ROLES,
    nobody=NOBODY,
    aliases=ALIASES,
)

# What may stand in a line, at the wrong place, or be none of what may.
PIECES = [piece.encode("utf-8", "surrogateescape") for piece in (
    *'"\\{}[],: \t\r\0\x1f\x7f',
    *("null", "true", "0", "-", "-0", "01", ".5", "1e5", "1E999", "NaN", "Infinity", "9.90"),
    *("{}", "[]", "[" * 70, "]" * 70, '{"a":' * 70, "}" * 70),
    *("\u00a0", "\u3000", "\u4e2d", "\U0001f600", "\ufeff", "\udcff", "\udced\udca0\udc80"),
    *("\\u4e2d", "\\ud83d\\ude00", "\\ud83d", "\\u0000", "\\\\u0000", "\\u0041", "\\n", "\\/"),
    *('"a":1,', '"a":{"b":1,"b":2},', '"userId":null,', '"userId":"x",', '"userId":" x",'),
    *('"null"', '"NONE"', '"12.0"', '"1.2E+15"', "1.2E+15", ".0", "\u200b", "\uff10", "\u2009"),
    *('"type":"page",', '"channel":7,', '"integrations":{"All":1e999},', '"event":"",'),
    *('"context":{"os":{"name":"iOS"},"device":{"type":"x","type":"y"}},', '"context":null,'),
    *('"traits":{"a":"\\u00e9"},', '"properties":[],', '"properties":"x",', '"messageId":"",'),
    *('"timestamp":null,', '"receivedAt":"",', '"sentAt":"x",', '"2026-02-29T00:00:00Z"'),
    *('"2026-01-01T24:00:00Z"', '"2026-01-01 00:00:00"', '"20260101T000000Z"'),
    *('"2024-02-29T23:59:59.9999999+05:30"', '"2026-01-01"'),
    *('"2026-01-01T00:00:60Z"', '"2026-01-01T00:00:00,5Z"', '"2026-01-01T00:00:00.Z"'),
    *('"2026-01-01T00:00:00z"', '"2026-01-01T00:00:00+24:00"', '"2026-01-01T00:00:00-00:30"'),
    *("orderPaid", "order_paid", "CONSENT CHANGED", "付款"),
    *("Order Completed", "Order Refunded", '"order_id":"",', '"revenue":"1,5",', '"1.5"', "XTS"),
    *("PayOrder", "GiveBack", '"order_id":"o9",', '"products":[{"price":2}],', '"revenue":null,'),
)]  # fmt: skip


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return the lines of a made-up shop, and every line that was ever thought strange."""
    landing = tmp_path_factory.mktemp("landing")
    simulate(landing, users=60, days=20, seed=SEED)
    shop = [line for path in sorted(landing.rglob("*.gz")) for line in _lines(path)]
    strange = [*UNUSUAL.values(), *(line for line, _ in BAD.values() if len(line) < 3_000)]
    return [*shop[: 10 * len(strange)], *strange]


def _lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


@pytest.mark.parametrize("round_", range(-(-LINES // BATCH // 10)))
def test_the_quick_way_decides_as_the_exact_judge_does(pool: list[bytes], round_: int) -> None:
    chance = random.Random(f"{SEED} {round_}")  # noqa: S311
    for _ in range(10):
        lines = [_mutated(chance.choice(pool), chance) for _ in range(BATCH)]
        quick = judge_columns(lines, 1, LIMITS)
        exact = judge_rows((Row(n, line, line) for n, line in enumerate(lines, 1)), LIMITS)
        assert quick.rejected == exact.rejected
        assert quick.blank == exact.blank
        if not quick.rows.equals(exact.rows):
            pairs = zip(quick.rows.to_pylist(), exact.rows.to_pylist(), strict=True)
            for found, expected in pairs:
                assert found == expected, lines[expected["source_line"] - 1]


def test_the_lines_tried_are_of_all_kinds(pool: list[bytes]) -> None:
    chance = random.Random(SEED)  # noqa: S311
    lines = [_mutated(chance.choice(pool), chance) for _ in range(BATCH)]
    judged = judge_columns(lines, 1, LIMITS)
    assert judged.rows.num_rows > BATCH / 10
    assert len({refusal.why.reason for refusal in judged.rejected}) > 5


def test_a_no_is_looked_for_in_any_line_without_fail() -> None:
    chance = random.Random(SEED)  # noqa: S311
    told = b'"messageId":"m","userId":"ann","anonymousId":"v","timestamp":"2026-10-01"'
    lines = [
        b'{"type":"track","event":"Consent Changed",%b,"properties":{"channel":["sms"]}}' % told,
        b'{"type":"track","event":"SMS Received",%b,"properties":{"body":"STOP"}}' % told,
        b'{"type":"identify",%b,"traits":{"email":"a@x.org","sms_opt_in":false}}' % told,
    ]
    broken = [_mutated(chance.choice(lines), chance) for _ in range(10 * BATCH)]
    noes = [no for place, line in enumerate(broken) for no in noes_in(line, ("a", place), LIMITS)]
    assert len(noes) > BATCH
    assert pa.RecordBatch.from_pylist(noes, EVENT_SCHEMA).num_rows == len(noes)


def _mutated(line: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        line = chance.choice((_insert, _insert, _cut, _replace, _scribble, _after, _value))(
            line, chance
        )
    return line.replace(b"\n", b"").removesuffix(b"\r")


def _insert(line: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(line) + 1)
    return line[:at] + chance.choice(PIECES) + line[at:]


def _cut(line: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(line) + 1)
    return line[:at] + line[at + chance.choice((1, 1, 2, 5, 20)) :]


def _replace(line: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(line) + 1)
    return line[:at] + chance.choice(PIECES) + line[at + 1 :]


def _scribble(line: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(line) + 1)
    return line[:at] + bytes([chance.randrange(256)]) + line[at + 1 :]


def _after(line: bytes, chance: random.Random) -> bytes:
    """Put a piece where the next name or value begins."""
    at = _one_of(line, b"{,:[", chance)
    return line[:at] + chance.choice(PIECES) + line[at:]


def _value(line: bytes, chance: random.Random) -> bytes:
    """Put a piece in the place of a value."""
    at = _one_of(line, b":", chance)
    ends = [end for end in (line.find(b",", at), line.find(b"}", at)) if end > 0]
    return line[:at] + chance.choice(PIECES) + line[min(ends, default=len(line)) :]


def _one_of(line: bytes, marks: bytes, chance: random.Random) -> int:
    places: Sequence[int] = [at + 1 for at, byte in enumerate(line) if byte in marks]
    return chance.choice(places) if places else 0
