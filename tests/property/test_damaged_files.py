"""Tables and documents, broken at random: no line is lost, and what is whole stays whole."""

import json
import random
from collections.abc import Iterator

import pytest

from warehouse.judging.csv_rows import Dialect, Wanted, csv_records
from warehouse.judging.tables import Record
from warehouse.landing.documents import is_document, split_documents
from warehouse.landing.splitting import physical_lines
from warehouse.landing.streams import BadFile

ROUNDS = 20
SIGNS = [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b'","', b'"\n"', b"\xff", b"\0", b" ", b";", b""]
FIELDS = frozenset({"type", "messageId", "userId", "properties"})


def blocks_of(content: bytes, chance: random.Random) -> Iterator[bytes]:
    """Cut a file into blocks as no reader would, to the byte."""
    at = 0
    while at < len(content):
        size = chance.choice((1, 2, 3, 7, 50, 1_000, 100_000))
        yield content[at : at + size]
        at += size


def table(chance: random.Random) -> bytes:
    end = chance.choice((b"\n", b"\r\n", b"\r"))
    titles = (
        b"Lamp",
        b'"a, b"',
        b'"two' + end + b'lines"',
        b'TV 32"',
        b'"Pro',
        b'x"',
        b"",
        b'"""q"""',
    )
    rows = [b"id,at,title,paid"]
    rows += [
        b"%d,2026-10-01,%s,%d.50" % (n, chance.choice(titles), n)
        for n in range(chance.choice((1, 5, 40)))
    ]
    content = bytearray(end.join(rows) + chance.choice((b"", end)))
    for _ in range(chance.choice((0, 0, 1, 3, 10))):
        at = chance.randrange(len(content) + 1)
        content[at : at + chance.choice((0, 0, 1, 4))] = chance.choice(SIGNS)
    return bytes(content)


def records_of(content: bytes, chance: random.Random, quote: str = '"') -> list[Record]:
    lines = physical_lines(blocks_of(content, chance))
    dialect = Dialect(quote=quote, header=False)
    return list(csv_records(lines, dialect, Wanted(), max_bytes=10_000, tell=lambda _: None))


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_every_physical_line_of_a_broken_table_belongs_to_one_row(round_: int) -> None:
    chance = random.Random(f"table {round_}")  # noqa: S311
    for _ in range(20):
        content = table(chance)
        records = records_of(content, chance, chance.choice(('"', '"', "")))
        number = 1
        rest = content
        for record in records:
            assert record.number == number, content
            number += record.lines
            # Byte for byte, but for the line end behind a row.
            assert rest.startswith(record.original), content
            rest = rest[len(record.original) :]
            rest = rest.removeprefix(b"\r").removeprefix(b"\n") if record.lines else rest
        assert rest == b"", content
        assert number - 1 == len(content.splitlines()), content


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_sign_too_many_costs_no_row_beside_its_own(round_: int) -> None:
    chance = random.Random(f"odd {round_}")  # noqa: S311
    rows = [f"{n},2026-10-01,Lamp {n},{n}.50" for n in range(60)]
    odd = set(chance.sample(range(60), 6))
    for n in odd:
        title = f"Lamp {n}"
        at = chance.randrange(len(title) + 1)
        rows[n] = rows[n].replace(title, title[:at] + '"' + title[at:])

    records = records_of("\n".join(rows).encode() + b"\n", chance)

    assert [record.number for record in records] == list(range(1, 61))
    whole = [record.values.get("1") for n, record in enumerate(records) if n not in odd]
    assert whole == [str(n) for n in range(60) if n not in odd]


def event(number: int, chance: random.Random) -> dict:
    text = chance.choice(("Lamp", "}{", '"', "\\", "][", "é中\U0001f600", "a\nb", ","))
    return {
        "type": "track",
        "messageId": f"m{number}",
        "properties": {"text": text, "products": [{"a": 1.50, "b": None}] * chance.randrange(3)},
    }


def document(events: list[dict], chance: random.Random) -> bytes:
    indent = chance.choice((None, None, 1, 4))
    texts = [json.dumps(each, indent=indent, ensure_ascii=chance.random() < 0.5) for each in events]
    shape = chance.randrange(5)
    if shape == 0:
        return json.dumps(events, indent=indent).encode()
    if shape == 1:
        return ("[\n" + ",\n".join(texts) + "\n]\n").encode()
    if shape == 2:
        return json.dumps({"ok": True, "data": events, "next": None}, indent=indent).encode()
    return chance.choice(("", "\n", "\r", " ", "\n\n")).join(texts).encode()


def objects_of(content: bytes, chance: random.Random) -> list[bytes]:
    blocks = blocks_of(content, chance)
    batches = split_documents(blocks, FIELDS, lambda _: None)
    return [line for batch in batches for line in batch.lines]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_every_object_of_a_document_comes_out_whatever_its_shape(round_: int) -> None:
    chance = random.Random(f"document {round_}")  # noqa: S311
    for _ in range(10):
        events = [event(n, chance) for n in range(chance.choice((1, 2, 30)))]
        content = document(events, chance)

        found = objects_of(content, chance)

        assert [json.loads(line) for line in found] == events, content
        is_lined = all(is_event(line) for line in content.split(b"\n") if line)
        assert is_document(content, FIELDS, is_whole=True) or is_lined, content


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_damage_to_a_document_is_refused_or_costs_what_it_hit(round_: int) -> None:
    chance = random.Random(f"damage {round_}")  # noqa: S311
    for _ in range(10):
        events = [event(n, chance) for n in range(30)]
        content = document(events, chance)
        at = chance.randrange(len(content))
        broken = (
            content[:at] + chance.choice((b'"', b"}", b"{", b"]", b"", b"\xff")) + content[at + 1 :]
        )

        # Read line by line, a line is lost at most; what is one long line is no file of lines.
        if not is_document(broken, FIELDS, is_whole=True):
            assert len(content.split(b"\n")) >= len(events), broken
        try:
            found = objects_of(broken, chance)
        except BadFile:
            continue

        kept = [json.loads(line) for line in found if is_event(line)]
        # The one that was hit; and the one it ran into, if a line end or a bracket was.
        assert sum(each in kept for each in events) >= len(events) - 2, broken


def is_event(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
