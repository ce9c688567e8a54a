"""What real exports are, in any dress: every row of them is read, or a file says why it is not."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from warehouse.gates.profiles import raw_days
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import rows_path
from warehouse.lake.loads import loaded, read_ledger
from warehouse.lake.quarantine import list_quarantine
from warehouse.landing.edits import without_lines
from warehouse.settings import Settings, Source

DAY = date(2026, 10, 1)
EVENTS = [
    {
        "type": "track",
        "event": "Order Completed",
        "messageId": f"m{n}",
        "userId": f"u{n}",
        "timestamp": "2026-10-01T08:00:00Z",
        "properties": {"order_id": f"o{n}", "note": '}{ "[', "products": [{"sku": "a"}, {}]},
    }
    for n in range(6)
]
LINES = [json.dumps(event) for event in EVENTS]
IDS = [event["messageId"] for event in EVENTS]
# Its own column of times tells rows from text; titles are what people type.
HEADER = "type,event,userId,timestamp,properties.order_id,properties.revenue,properties.title"


def row(number: int, title: str = "Lamp") -> str:
    return f"track,Order Completed,u{number},2026-10-01T08:00:00Z,o{number},10.00,{title}"


class Shop:
    """One landing day, and what became of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sources: tuple[Source, ...] = ()

    @property
    def settings(self) -> Settings:
        return Settings(self.home, sources=self.sources)

    def land(self, name: str, content: bytes) -> Path:
        path = self.settings.landing_root / f"events/dt={DAY}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def read(self) -> list[str]:
        """Ingest; return the message ids, or orders where there are none of their own."""
        ingest_days(self.settings, [DAY])
        [measured] = raw_days(self.settings, [DAY]).to_dict("records")
        assert (measured["count_gap"], measured["lake_gap"]) == (0, 0)
        self.doubtful = measured["files_doubtful"]
        ids = [event["message_id"] for event in self.events()]
        return [event["order_id"] if event["message_id"][:4] == "gen-" else event["message_id"]
                for event in self.events()] if ids else []  # fmt: skip

    def events(self) -> list[dict[str, Any]]:
        path = rows_path(self.settings, loaded(self.settings)[DAY])
        return pq.ParquetFile(path).read().to_pylist()

    def aside(self) -> list[tuple[int, str]]:
        return [(row["source_line"], row["reason"]) for row in self.quarantine()]

    def quarantine(self) -> list[dict[str, Any]]:
        return list_quarantine(self.settings, [DAY]).to_pylist()

    def ledger(self) -> list[dict[str, Any]]:
        return read_ledger(self.settings, [DAY]).to_pylist()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def framed(*frames: bytes) -> bytes:
    """Put before each frame one that carries no data, as pzstd does, and one behind them."""
    skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00size"
    index = b"\x5e\x2a\x4d\x18" + (9_000).to_bytes(4, "little") + bytes(9_000)
    return b"".join(skipped + zstandard.compress(each) for each in frames) + index


def array_of(lines: list[str]) -> bytes:
    """Write an array of one object a line."""
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


NDJSON = "\n".join(LINES).encode()
SHAPES: dict[str, tuple[str, bytes]] = {
    "an array on one line": ("a.json", json.dumps(EVENTS).encode()),
    "an array over many lines": ("a.json", json.dumps(EVENTS, indent=2).encode()),
    "an array of one object a line": ("a.json", array_of(LINES)),
    "lines that end with commas": ("a.ndjson", ",\n".join(LINES).encode()),
    "objects behind one another": ("a.json", "".join(LINES).encode()),
    "objects between spaces": ("a.json", "  ".join(LINES).encode()),
    "records of RFC 7464": ("a.json", "".join(f"\x1e{line}\n" for line in LINES).encode()),
    "objects over many lines": (
        "a.json",
        "\n".join(json.dumps(event, indent=1) for event in EVENTS).encode(),
    ),
    "a page": ("a.json", json.dumps({"data": EVENTS, "next": None}).encode()),
    "a page inside a page": (
        "a.json",
        json.dumps({"took": 3, "hits": {"total": 6, "hits": EVENTS}}, indent=1).encode(),
    ),
    "two pages, a line each": (
        "a.json",
        "\n".join(json.dumps({"batch": EVENTS[n : n + 3]}) for n in (0, 3)).encode(),
    ),
    "arrays, one a line": ("a.json", f"[{LINES[0]}]\n[{','.join(LINES[1:])}]".encode()),
    "two objects on a later line": (
        "a.ndjson",
        "\n".join([*LINES[:3], LINES[3] + LINES[4], LINES[5]]).encode(),
    ),
    "gzip of objects behind one another": ("a.gz", gzip.compress("".join(LINES).encode())),
    "text called gzip": ("a.json.gz", NDJSON),
    "gzip called text": ("a.json", gzip.compress(NDJSON)),
    "gzip in gzip": ("a.json.gz.gz", gzip.compress(gzip.compress(NDJSON))),
    "no ending": ("delivery-stream-1-2026-10-01-08", NDJSON),
    "zstandard without an ending": ("part-0", zstandard.compress(NDJSON)),
    "frames without data": ("a.ndjson.zst", framed(NDJSON[:700], NDJSON[700:])),
    "UTF-16": ("a.json", "\ufeff".encode("utf-16-le") + NDJSON.decode().encode("utf-16-le")),
    "files joined, each with a mark": (
        "a.ndjson",
        "\n".join(("\ufeff" if n % 3 == 0 else "") + line for n, line in enumerate(LINES)).encode(),
    ),
    "files joined, the last line of each without an end": (
        "a.ndjson",
        "\ufeff".join(["", "\n".join(LINES[:3]), "\n".join(LINES[3:])]).encode(),
    ),
    "UTF-16 files joined": (
        "a.json",
        b"".join(f"\ufeff{line}\r\n".encode("utf-16-le") for line in LINES),
    ),
    "zip": ("a.zip", zipped(**{"x/one.json": NDJSON})),
    "zip of gzip": ("a.zip", zipped(**{"x/one.json.gz": gzip.compress(NDJSON)})),
    "zip with a system's litter": (
        "a.zip",
        zipped(**{"one.json": NDJSON, "__MACOSX/._one.json": b"\0\1", ".DS_Store": b"\0"}),
    ),
}


@pytest.mark.parametrize(("name", "content"), SHAPES.values(), ids=SHAPES)
def test_every_object_is_read_whatever_the_file_is(shop: Shop, name: str, content: bytes) -> None:
    shop.land(name, content)

    assert shop.read() == IDS
    assert shop.aside() == []
    numbers = [event["source_line"] for event in shop.events()]
    assert numbers == list(range(1, 7))
    assert all(json.loads(event["properties"])["note"] == '}{ "[' for event in shop.events())


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "two lists": ("a.json", json.dumps({"a": EVENTS, "b": EVENTS}).encode(), "several lists"),
    "a broken array on one line": (
        "a.json",
        f"[{LINES[0]},{LINES[1][:70]},{','.join(LINES[2:])}]".encode(),
        "one object a line",
    ),
    "a workbook": ("a.csv", zipped(**{"xl/workbook.xml": b"<x/>"}), "save it as CSV"),
    "an old workbook": (
        "a.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        "save it as CSV",
    ),
    "bzip2": ("a.json.bz2", b"BZh91AY&SY", "unpack it"),
    "tar": ("a.tar", b"a.json".ljust(257, b"\0") + b"ustar\0", "unpack it"),
    "Avro": ("a.avro", b"Obj\x01\x04", "JSON lines"),
    "a first row in the place of the header": (
        "a.csv",
        b"track,ann@shop.example,13800000001\n",
        "the file has track, (a value, no name), (a value, no name)",
    ),
    "a zip in a zip": ("a.json.gz", gzip.compress(zipped(**{"a.json": NDJSON})), "unpack it"),
    "an error page": ("a.json", b"<html>502 Bad Gateway</html>\n", "by mistake"),
    "a table called JSON": ("a.json", f"{HEADER}\n{row(1)}\n".encode(), "the ending .csv"),
    "a cut archive": ("a.zip", zipped(**{"one.json": NDJSON})[:-30], "send it again"),
    "GBK": ("a.csv", "type,event,用户\ntrack,支付成功,小明\n".encode("gb18030"), '"gb18030"'),
    "Latin-1": ("a.csv", "type,event,größe\ntrack,Bézahlt,ä\n".encode("latin-1"), "windows-1252"),
    "UTF-16 without a mark": ("a.csv", "type,event\ntrack,x\n".encode("utf-16-le"), "utf-16-le"),
    "semicolons": ("a.csv", b"kind;event;userId\ntrack;x;u\n", 'delimiter = ";"'),
    "tables of other columns, joined": (
        "a.csv",
        b"type,event,userId\ntrack,x,u\n\xef\xbb\xbfuserId,type,event,sex\nu,track,x,f\n",
        "another header on line 3",
    ),
    "tables of another order, joined": (
        "a.csv",
        b"type,event,userId\ntrack,x,u\nevent,type,userId\nx,track,u\n",
        "join files of one header",
    ),
    "a column twice": ("a.csv", b"type,event,userId,type \ntrack,x,u,page\n", "stands 2 times"),
}


@pytest.mark.parametrize(("name", "content", "cure"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_its_cure(
    shop: Shop, name: str, content: bytes, cure: str
) -> None:
    shop.land(name, content)
    shop.land("b.ndjson", NDJSON)

    assert shop.read() == IDS
    assert shop.aside() == [(0, "bad_file")]
    assert cure in shop.quarantine()[0]["detail"]


def test_members_of_an_archive_have_rows_of_their_own(shop: Shop) -> None:
    shop.land(
        "a.zip",
        zipped(**{"1/b.json": "\n".join(LINES[:2]).encode(), "2/b.txt": b"?", "c.csv": b"type\n"}),
    )

    shop.read()

    ledger = {row["source_file"].partition(f"{DAY}/")[2]: row for row in shop.ledger()}
    assert {name: (row["outcome"], row["lines"]) for name, row in ledger.items()} == {
        "a.zip/1/b.json": ("loaded", 2),
        "a.zip/2/b.txt": ("rejected", 0),
        "a.zip/c.csv": ("empty", 0),
    }
    assert ingest_days(shop.settings, [DAY]).unchanged == (DAY,)


def test_a_bomb_in_an_archive_is_refused_and_the_rest_of_it_read(shop: Shop) -> None:
    shop.land("a.zip", zipped(**{"a.json": NDJSON, "b.json": NDJSON + bytes(40 << 20)}))

    assert shop.read() == IDS
    assert [row["outcome"] for row in shop.ledger()] == ["loaded", "rejected"]


def test_a_small_file_may_repeat_itself(shop: Shop) -> None:
    again = gzip.compress((LINES[0] + "\n").encode() * 50_000)
    shop.land("a.json.gz", again)

    assert len(shop.read()) == 50_000
    assert len(again) * 200 < 50_000 * len(LINES[0]) < 16 << 20


def test_a_document_cut_at_its_end_keeps_what_came_before(shop: Shop) -> None:
    content = json.dumps(EVENTS).encode()
    shop.land("a.json", content[: content.rindex(b"timestamp")])

    assert shop.read() == IDS[:5]
    assert shop.ledger()[0]["outcome"] == "incomplete"
    assert shop.aside() == [(6, "cut_file"), (0, "cut_file")]


def test_a_broken_object_of_a_line_of_an_array_costs_itself(shop: Shop) -> None:
    broken = [*LINES[:2], LINES[2].replace('"u2"', '"u2'), *LINES[3:]]
    shop.land("a.json", array_of(broken))

    assert shop.read() == [*IDS[:2], *IDS[3:]]
    assert shop.aside() == [(3, "bad_json")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_of_joined_tables_only_the_further_headers_are_refused(shop: Shop, end: str) -> None:
    parts = [[HEADER, row(1), row(2)], [f"\ufeff{HEADER}", row(3)], [HEADER, row(4)]]
    text = end.join(line for part in parts for line in part)
    shop.land("a.csv", text.encode())

    assert shop.read() == ["o1", "o2", "o3", "o4"]
    aside = [(line["source_line"], line["detail"]) for line in shop.quarantine()]
    assert aside == [
        (n, "the header once more: take it out where files are joined") for n in (4, 6)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_has_any_line_end(shop: Shop, end: str) -> None:
    title = f'"two{end}lines, ""and"" more"'
    shop.land(
        "a.csv", end.join([HEADER, row(1, title), row(2), "", row(3)]).encode() + end.encode()
    )

    assert shop.read() == ["o1", "o2", "o3"]
    assert [event["source_line"] for event in shop.events()] == [2, 4, 6]
    title = json.loads(shop.events()[0]["properties"])["title"]
    assert title == f'two{end}lines, "and" more'
    # Five lines below the header: of the first row two, and one is blank.
    assert (shop.ledger()[0]["lines"], shop.ledger()[0]["blank"]) == (5, 2)


def test_signs_of_inches_in_titles_cost_nothing_and_are_told(shop: Shop) -> None:
    titles = {3: '"Slim" TV 32" black', 5: '"Pro line TV', 9: '40" TV', 12: 'TV 50"'}
    rows = [row(n, titles.get(n, "Lamp")) for n in range(1, 20)]
    shop.land("a.csv", "\n".join([HEADER, *rows]).encode())

    assert shop.read() == [f"o{n}" for n in range(1, 20)]
    assert shop.aside() == [(0, "odd_quotes")]
    assert shop.doubtful == 1
    found = {event["order_id"]: json.loads(event["properties"]) for event in shop.events()}
    assert {n: found[f"o{n}"]["title"] for n in titles} == titles


@pytest.mark.parametrize("times", [True, False], ids=["by its figures", "by its width alone"])
def test_a_quote_that_would_swallow_rows_opens_no_field(shop: Shop, *, times: bool) -> None:
    source = Source(
        "s",
        "*.csv",
        "csv",
        {"userId": "who", "properties.title": "title", "properties.colour": "colour"},
        {"type": "track", "event": "Seen", "timestamp": "2026-10-01"},
    )
    shop.sources = (source,)
    when = ",2026-10-01" if times else ",red"
    rows = [f"u{n},Lamp{when}" for n in range(30)]
    rows[4], rows[26] = f'u4,"Pro TV{when}', f'u26,TV"{when}'
    shop.land("a.csv", "\n".join(["who,title,colour", *rows]).encode())

    shop.read()

    assert [event["user_id"] for event in shop.events()] == [f"u{n}" for n in range(30)]
    assert shop.doubtful == 1


def test_an_odd_quote_where_the_writer_quotes_costs_its_own_line(shop: Shop) -> None:
    rows = [row(1, '"a ""b"", c"'), row(2, '"never closed'), row(3), row(4, '"x" y')]
    shop.land("a.csv", "\n".join([HEADER, *rows, row(5)]).encode())

    assert shop.read() == ["o1", "o3", "o5"]
    assert shop.aside() == [(3, "bad_value"), (5, "bad_value")]


def test_an_id_with_an_odd_quote_is_nobody(shop: Shop) -> None:
    shop.land("a.csv", "\n".join([HEADER, row(1), row(2).replace("u2", '"u2'), row(3)]).encode())

    assert shop.read() == ["o1", "o3"]


def test_without_quoting_a_quote_is_a_sign(shop: Shop) -> None:
    columns = {name: name for name in HEADER.split(",")}
    shop.sources = (Source("s", "*.csv", "csv", columns, {}, quote=""),)
    rows = [row(1, '"a"'), row(2, '"open'), row(3, 'close"')]
    shop.land("a.csv", "\n".join([HEADER, *rows]).encode())

    assert shop.read() == ["o1", "o2", "o3"]
    titles = [json.loads(event["properties"])["title"] for event in shop.events()]
    assert titles == ['"a"', '"open', 'close"']
    assert shop.doubtful == 0


def test_lines_above_the_header_and_a_total_below_it(shop: Shop) -> None:
    source = Source(
        "s",
        "*.csv",
        "csv",
        {"userId": "Who", "timestamp": "When", "properties.order_id": "No"},
        {"type": "track", "event": "Order Completed"},
        skip_lines=2,
    )
    shop.sources = (source,)
    text = (
        '# Orders\r\n# "of March\r\nNo;Who;When\r\n1;u1;2026-10-01\r\nTotal;;\r\n;;\r\nTotal;7\r\n'
    )
    shop.land("a.csv", text.encode())

    assert shop.read() == ["1"]
    assert shop.aside() == [(5, "no_id"), (7, "bad_value")]
    assert (shop.ledger()[0]["lines"], shop.ledger()[0]["blank"]) == (4, 1)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_the_first_line_of_excel_names_the_delimiter(shop: Shop, sign: str) -> None:
    rows = [each.replace(",", sign) for each in (HEADER, row(1), row(2))]
    shop.land("a.csv", "\r\n".join([f"sep={sign}", *rows]).encode("utf-8-sig"))

    assert shop.read() == ["o1", "o2"]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16", "windows-1252", "shift_jis"])
def test_a_text_is_read_in_the_encoding_that_is_said(shop: Shop, encoding: str) -> None:
    name = "é" if encoding == "windows-1252" else "小明"
    source = Source(
        "s",
        "*.csv",
        "",
        {"userId": name, "timestamp": "at"},
        {"type": "track", "event": "Seen"},
        encoding=encoding,
    )
    shop.sources = (source,)
    text = f"{name},at\n{name}1,2026-10-01\n{name}2,soon\n"
    shop.land("a.csv", text.encode("utf-16-le" if encoding == "utf-16" else encoding))

    shop.read()

    assert [event["user_id"] for event in shop.events()] == [f"{name}1"]
    kept = shop.quarantine()[0]["line"]
    assert kept.decode("utf-16-le" if encoding == "utf-16" else encoding) == f"{name}2,soon"


def test_bytes_that_are_none_in_its_encoding_cost_their_own_line(shop: Shop) -> None:
    columns = {"userId": "谁", "timestamp": "at"}
    constants = {"type": "track", "event": "Seen"}
    shop.sources = (Source("s", "*.csv", "", columns, constants, encoding="gb18030"),)
    lines = ["谁,at".encode("gb18030"), b"\x81,2026-10-01", "明,2026-10-01".encode("gb18030")]
    shop.land("a.csv", b"\n".join(lines))

    shop.read()

    assert [event["user_id"] for event in shop.events()] == ["明"]
    assert [(row["source_line"], row["reason"], row["line"]) for row in shop.quarantine()] == [
        (2, "bad_encoding", lines[1])
    ]


@pytest.mark.parametrize(
    ("said", "name", "is_refused"),
    [
        ("gb18030", "王小明", True),
        ("gb18030", "\u8054\u901a", False),
        ("windows-1252", "Müller", True),
        ("shift_jis", "山田太郎", True),
    ],
)
def test_utf_8_that_is_said_to_be_something_else_is_no_mojibake(
    shop: Shop, said: str, name: str, is_refused: bool
) -> None:
    # 联通 in GBK is UTF-8 by its bytes: two characters prove nothing.
    own = "utf-8" if is_refused else said
    columns = {"userId": "who", "timestamp": "at"}
    constants = {"type": "track", "event": "Seen"}
    shop.sources = (Source("s", "*.csv", "", columns, constants, encoding=said),)
    shop.land("a.csv", f"who,at\n{name},2026-10-01\n".encode(own))

    shop.read()

    assert [event["user_id"] for event in shop.events()] == ([] if is_refused else [name])
    assert [row["detail"][:34] for row in shop.quarantine()] == (
        [f"UTF-8, though its source says {said}"[:34]] if is_refused else []
    )


def test_a_header_of_bytes_that_are_no_text_is_told_as_text(shop: Shop) -> None:
    columns = {"userId": "买家", "timestamp": "at"}
    constants = {"type": "track", "event": "Seen"}
    shop.sources = (Source("s", "*.csv", "", columns, constants, encoding="gb18030"),)
    shop.land("a.csv", "姓名,".encode("gb18030") + b"\xff,at\n1,2,2026-10-01\n")

    shop.read()

    [row] = shop.quarantine()
    assert (row["reason"], "no column 买家" in row["detail"]) == ("bad_file", True)
    assert "the file has 姓名, ???, at" in row["detail"]


def test_a_header_that_is_no_text_is_refused_where_its_names_are_fields(shop: Shop) -> None:
    rows = ["track,e,王小明,2026-10-01,值"] * 4
    header = b"type,event,userId,timestamp,properties.x\xff\n"
    shop.land("a.csv", header + "\n".join(rows).encode())
    shop.land("b.ndjson", NDJSON)

    assert len(shop.read()) == len(LINES)
    [row] = shop.quarantine()
    assert (row["reason"], row["detail"][:45]) == (
        "bad_file",
        "its header is not in the encoding of the file",
    )


def test_what_is_no_data_in_a_folder_is_none_in_a_zip(shop: Shop) -> None:
    members = {"x/_SUCCESS": b"", "x/b.json.tmp": b"half", "x/one.json": NDJSON}
    shop.land("a.zip", zipped(**members))

    assert len(shop.read()) == len(LINES)
    assert (len(shop.ledger()), shop.aside()) == (1, [])


def test_an_object_without_fields_may_be_an_empty_list_as_php_writes_it(shop: Shop) -> None:
    line = b'{"type":"page","messageId":"m%d","userId":"u","timestamp":"2026-10-01T00:00:00Z",%s}\n'
    parts = (b'"properties":[]', b'"traits":[],"context":[]', b'"properties":[1]')
    shop.land("a.ndjson", b"".join(line % pair for pair in enumerate(parts)))

    assert shop.read() == ["m0", "m1"]
    assert shop.aside() == [(3, "bad_value")]


def test_a_field_that_no_row_has_is_told_by_name(shop: Shop) -> None:
    columns = {"userId": "buyer", "timestamp": "at", "properties.revenue": "total_prize"}
    constants = {"type": "track", "event": "Order Completed"}
    shop.sources = (Source("s", "*.ndjson", "", columns, constants),)
    rows = [{"buyer": f"b{n}", "at": "2026-10-01", "total_price": 5} for n in range(3)]
    shop.land("a.ndjson", "\n".join(map(json.dumps, rows)).encode())
    shop.land("b.ndjson", json.dumps(rows[0]).encode())

    shop.read()

    [told] = shop.quarantine()
    assert (told["source_line"], told["reason"]) == (0, "no_field")
    assert "no row has total_prize" in told["detail"]
    assert "total_price for total_prize" in told["detail"]
    assert shop.doubtful == 1


def test_a_field_that_some_file_of_the_day_has_is_not_missed(shop: Shop) -> None:
    columns = {"userId": "buyer", "timestamp": "at", "properties.coupon": "coupon"}
    shop.sources = (Source("s", "*.ndjson", "", columns, {"type": "track", "event": "Seen"}),)
    plain = {"buyer": "b", "at": "2026-10-01"}
    shop.land("a.ndjson", json.dumps(plain).encode())
    shop.land("b.ndjson", json.dumps(plain | {"coupon": None}).encode())

    shop.read()

    assert shop.quarantine() == []


def test_an_order_with_its_items_is_a_row_and_no_page(shop: Shop) -> None:
    columns = {"userId": "buyer", "timestamp": "at", "properties.products": "items"}
    shop.sources = (Source("s", "*.json", "", columns, {"type": "track", "event": "Seen"}),)
    order = {"buyer": "b", "at": "2026-10-01", "items": [{"at": 1, "price": 2}, {"price": 3}]}
    shop.land("a.json", json.dumps(order, indent=1).encode())

    shop.read()

    assert [event["user_id"] for event in shop.events()] == ["b"]


def test_parquet_of_any_type_is_read_as_it_was_meant(shop: Shop) -> None:
    at = datetime(2026, 10, 1, 8, 0, 0, 123456)  # noqa: DTZ001 - the file says the zone
    columns = {
        "type": pa.array(["track"] * 2).dictionary_encode(),
        "event": pa.array(["Order Completed"] * 2, pa.large_string()),
        "userId": pa.array([1.0, None], pa.float64()),
        "anonymousId": pa.array([bytes(15) + b"\1", b"a visitor's text"], pa.binary(16)),
        "timestamp": pa.array([at, at], pa.timestamp("ns", "Asia/Shanghai")),
        "properties": pa.array(
            [{"order_id": "o1", "revenue": 10.1, "lines": [{"at": at, "tags": [("k", at.date())]}]},
             {"order_id": "o2", "revenue": None, "lines": None}],
            pa.struct({
                "order_id": pa.string(),
                "revenue": pa.float32(),
                "lines": pa.list_(pa.struct(
                    {"at": pa.timestamp("ms", "UTC"), "tags": pa.map_(pa.string(), pa.date32())}
                )),
            }),
        ),
        "context": pa.array([None, [("platform", "ios")]], pa.map_(pa.string(), pa.string())),
        "unused": pa.array([{"a": timedelta(1), "b": time(1), "c": Decimal("1.10")}, None]),
        "also unused": pa.array([2**62, None], pa.timestamp("ms")),
        "of nothing": pa.nulls(2),
    }  # fmt: skip
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written)
    shop.land("a", written.getvalue())

    assert shop.read() == ["o1", "o2"]
    first, second = shop.events()
    assert (first["user_id"], second["user_id"]) == ("1", None)
    assert first["anonymous_id"] == "00000000000000000000000000000001"
    assert second["anonymous_id"] == "a visitor's text"
    assert first["occurred_at"] == at
    assert (first["amount"], second["amount"]) == (Decimal("10.1"), None)
    [line] = json.loads(first["properties"])["lines"]
    assert line == {"at": "2026-10-01T08:00:00.123000Z", "tags": {"k": "2026-10-01"}}
    assert second["platform"] == "ios"


def packings(text: bytes) -> dict[str, tuple[str, bytes, Callable[[bytes], bytes]]]:
    return {
        "plain": ("a.json", text, lambda found: found),
        "gzip": ("a.json.gz", gzip.compress(text), gzip.decompress),
        "gzip twice": (
            "a.gz",
            gzip.compress(gzip.compress(text)),
            lambda found: gzip.decompress(gzip.decompress(found)),
        ),
        "UTF-16": ("a.json", text.decode().encode("utf-16"), lambda f: f.decode("utf-16").encode()),
    }


@pytest.mark.parametrize("packing", ["plain", "gzip", "gzip twice", "UTF-16"])
def test_lines_are_taken_out_of_a_file_as_it_is_written(shop: Shop, packing: str) -> None:
    name, content, unpack = packings(NDJSON)[packing]
    path = shop.land(name, content)
    shop.read()

    without_lines(path, {f"events/dt={DAY}/{name}": {2, 3}}, shop.settings)

    assert unpack(path.read_bytes()) == "\n".join([LINES[0], *LINES[3:]]).encode()
    assert shop.read() == [IDS[0], *IDS[3:]]


@pytest.mark.parametrize(
    "shape", ["an array over many lines", "two objects on a later line", "zip"]
)
def test_objects_are_taken_out_of_a_document_or_an_archive(shop: Shop, shape: str) -> None:
    name, content = SHAPES[shape]
    path = shop.land(name, content)
    shop.read()
    file = shop.events()[0]["source_file"]

    without_lines(path, {file: {2, 4}}, shop.settings)

    assert shop.read() == [IDS[0], IDS[2], *IDS[4:]]
