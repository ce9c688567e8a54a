"""What each key of a source says, one by one: columns, times, numbers, rows that count, SQL."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from warehouse.configuration import load_settings
from warehouse.erasure.tombstones import remember
from warehouse.errors import UserError
from warehouse.judging.lookup import ABSENT, Lookup
from warehouse.judging.readings import TimeReader, number_reader
from warehouse.judging.values import Rejected
from warehouse.judging.written import written
from warehouse.lake.ingest import erased_in, ingest_days
from warehouse.lake.layout import rows_path
from warehouse.lake.loads import loaded, read_ledger
from warehouse.lake.quarantine import list_quarantine

DAY = date(2026, 3, 2)
CSV = '[[sources]]\nname = "s"\nglob = "*.csv"\nformat = "csv"\n'
JSON = '[[sources]]\nname = "s"\nglob = "*.json"\nformat = "ndjson"\n'
TRACK = 'constants = { type = "track", event = "Order Completed" }\n'

Load = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load one file by a mapping; return its events, its row of the ledger and what is aside."""

    def load(toml: str, content: str) -> dict[str, Any]:
        (tmp_path / "userops.toml").write_text(toml, encoding="utf-8")
        settings = load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
        folder = settings.landing_root / f"events/dt={DAY}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ("a.csv" if CSV in toml else "a.json")).write_text(content, encoding="utf-8")
        ingest_days(settings, [DAY])
        [ledger] = read_ledger(settings).to_pylist()
        assert ledger["lines"] == sum(
            ledger[name] for name in ("parsed", "quarantined", "blank", "left_out")
        )
        path = rows_path(settings, loaded(settings)[DAY])
        aside = list_quarantine(settings).to_pylist()
        return ledger | {"rows": pq.ParquetFile(path).read().to_pylist(), "aside": aside}

    return load


def told(found: dict[str, Any], *columns: str) -> list[tuple]:
    return [tuple(event[name] for name in columns) for event in found["rows"]]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("plain", "1"),
        ("a.b", "2"),
        ("a.c.d", "3"),
        ("with.dot", "4"),
        ("keys.color", "red"),
        ("keys.size.value.int_value", "7"),
        ("keys.size", "7"),
        ("names.x", "8"),
        ("list.1.p", "9"),
        ("text.inside", "10"),
        (("gone", "empty", "plain"), "1"),
        (("gone?", "empty?"), ""),
        ("plain + a.b + empty", "1/2/"),
        ("wrapped", "2026-03-02"),
        ("gone", None),
        ("a.gone", None),
        ("keys.gone", None),
    ],
)
def test_a_column_is_found_by_name_path_key_or_place(column: Any, value: str | None) -> None:
    record = {
        "plain": 1, "a": {"b": 2, "c.d": 3}, "with.dot": 4, "empty": "", "text": '{"inside": 10}',
        "keys": [{"key": "color", "value": {"string_value": "red"}},
                 {"key": "size", "value": {"string_value": None, "int_value": "7"}}],
        "names": [{"name": "x", "value": 8}], "list": [{"p": 1}, {"p": 9}],
        "wrapped": {"$date": "2026-03-02"},
    }  # fmt: skip
    from msgspec import Raw

    from warehouse.judging.lookup import bare

    for values in (record, {k: Raw(json.dumps(v).encode()) for k, v in record.items()}):
        if column == "text.inside" and values is not record:
            continue
        found = Lookup(written).getter(column)(values)
        assert (None if found is ABSENT else written(bare(found))) == value


@pytest.mark.parametrize(
    ("forms", "zone", "text", "expected"),
    [
        ((), "Asia/Shanghai", "2026-03-02 00:30:00", "2026-03-02T00:30:00+08:00"),
        ((), "Asia/Shanghai", "2026-03-02T00:30:00Z", "2026-03-02T00:30:00Z"),
        ((), "", "2026-03-02 00:30:00.5 UTC", "2026-03-02T00:30:00.500000+00:00"),
        ((), "", "2026/03/02 00:30:00 +0800", "2026-03-02T00:30:00+08:00"),
        ((), "Asia/Tokyo", "2026/3/2 9:05", "2026-03-02T09:05:00+09:00"),
        ((), "", "2026年3月2日", "2026-03-02T00:00:00+00:00"),
        ((), "Asia/Tokyo", "2026-03-01 24:00:00", "2026-03-02T00:00:00+09:00"),
        ((), "Asia/Tokyo", "2026/3/1 24:00", "2026-03-02T00:00:00+09:00"),
        ((), "", "20260301240000", "2026-03-02T00:00:00+00:00"),
        (("%d/%m/%Y %H:%M",), "", "28/2/2026 24:00", "2026-03-01T00:00:00+00:00"),
        (("%d/%m/%Y %H:%M",), "", "28/2/2026 24:01", None),
        ((), "", "1772413200123456", "1772413200123456"),
        ((), "Asia/Tokyo", "1772413200.25", "1772413200.25"),
        (("epoch",), "", "1772413200.0", "1772413200.0"),
        (("epoch",), "", "1772413200.", None),
        ((), "Asia/Shanghai", "20260302", "2026-03-02T00:00:00+08:00"),
        ((), "Asia/Shanghai", "20260302003000", "2026-03-02T00:30:00+08:00"),
        (("%d/%m/%Y", "%d/%m/%Y %H:%M"), "", "2/3/2026 10:00", "2026-03-02T10:00:00+00:00"),
        (("%Y%m%d",), "", "20260302", "2026-03-02T00:00:00+00:00"),
        (("excel",), "Asia/Shanghai", "46083.375", "2026-03-02T09:00:00+08:00"),
        (("%Y-%m-%d %H:%M:%S UTC",), "Asia/Tokyo", "2026-03-02", "2026-03-02"),
        (("%Y-%m-%d %H:%M:%S UTC",), "Asia/Tokyo", "2026-03-02 01:00:00.25 UTC",
         "2026-03-02T01:00:00.250000+00:00"),
        (("%d/%m/%Y",), "", "2026-13-02", None),
        ((), "", "2/3/2026", None),
        (("excel",), "", "1772413200", "1772413200"),
    ],
)  # fmt: skip
def test_a_time_is_read_in_one_way_or_in_none(
    forms: tuple[str, ...], zone: str, text: str, expected: str | None
) -> None:
    reader = TimeReader(forms, zone)
    if expected is None:
        with pytest.raises(Rejected):
            reader.read(text)
    else:
        assert reader.read(text) == expected


@pytest.mark.parametrize(
    ("example", "text", "expected"),
    [
        ("1,299.00", "￥1,299.00", "1299.00"),
        ("1,299.00", "-1,234,567.5", "-1234567.5"),
        ("1,299.00", "1.299,00", None),
        ("1,299.00", "12,5", None),
        ("1.299,00", "1.299,00 €", "1299.00"),
        ("1.299,00", "1299.00", None),
        ("1.299,00", "(12,50)", "-12.50"),
        ("1 299,00", "1\u00a0299,50", "1299.50"),
        ("1 299,00", "1\u2009299,50", "1299.50"),
        ("1299,00", "12,5", "12.5"),
        ("", "US$12.50", "12.50"),
        ("", "1,299", None),
        ("", "12.50 kr", "12.50"),
        ("", "free", None),
        ("", "12K", None),
        ("", "1.5M", None),
        ("1,299.00", "CNY ￥12.00", "12.00"),
        ("1,299.00", "HK$12.00 USD", None),
    ],
)
def test_a_number_is_read_as_the_example_or_not_at_all(
    example: str, text: str, expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(Rejected):
            number_reader(example)(text, "total")
    else:
        assert number_reader(example)(text, "total") == Decimal(expected)


@pytest.mark.parametrize(
    ("currency", "text", "expected"),
    [
        ("", "￥88", (88, None)),
        ("", "88元", (88, None)),
        ("", "HK$12", (12, "HKD")),
        ("", "€12", (12, "EUR")),
        ("", "$12", "unknown_currency"),
        ("HKD", "HK$12", (12, "HKD")),
        ("usd", "$12", (12, "USD")),
        ("CNY", "HK$12", "bad_number"),
        ("USD", "¥12", "bad_number"),
        ("EUR", "12 USD", "bad_number"),
    ],
)
@pytest.mark.parametrize("made_by", ["columns", "sql"])
def test_the_sign_of_a_currency_is_never_that_of_another(
    load: Load, made_by: str, currency: str, text: str, expected: str | tuple[int, str | None]
) -> None:
    query = (
        'sql = \'select row, "userId", timestamp, "properties.order_id", '
        '"properties.revenue", "properties.currency" from rows\'\n'
    )
    found = load(
        CSV + TRACK + 'columns = { userId = "u", timestamp = "t", "properties.order_id" = "o", '
        '"properties.revenue" = "r", "properties.currency" = "c" }\nnumbers = "1,299.00"\n'
        + (query if made_by == "sql" else ""),
        f"u,t,o,r,c\n1,2026-03-02,o1,{text},{currency}\n",
    )
    if isinstance(expected, str):
        assert [why["reason"] for why in found["aside"]] == [expected]
    else:
        assert told(found, "amount", "currency") == [(Decimal(expected[0]), expected[1])]


def test_rows_are_chosen_by_words_and_what_is_left_out_is_counted_by_rule(load: Load) -> None:
    found = load(
        CSV + TRACK + 'columns = { userId = "u", timestamp = "t", "properties.order_id" = "o" }\n'
        'where = { state = ["paid", "part*"] }\nwhere_not = { o = ["C*", ""] }\nnulls = ["NULL"]\n',
        "u,t,o,state\n"
        "1,2026-03-02,o1,paid\n1,2026-03-02,o2,partly\n1,2026-03-02,o3,open\n"
        "1,2026-03-02,C4,paid\n1,2026-03-02,NULL,paid\n1,yesterday,o5,paid\n\n",
    )
    assert told(found, "order_id", "source_line") == [("o1", 2), ("o2", 3)]
    assert found["left_out_by"] == '{"where state": 1, "where_not o": 2}'
    assert (found["lines"], found["parsed"], found["quarantined"], found["blank"]) == (7, 2, 1, 1)


def test_an_id_kept_from_a_spreadsheet_is_the_id(load: Load) -> None:
    found = load(
        CSV + TRACK + 'columns = { userId = "u", timestamp = "t", "properties.order_id" = "o" }\n',
        'u,t,o\n="007",2026-03-02,"=""12345678901234567"""\n',
    )
    assert told(found, "user_id", "order_id") == [("007", "12345678901234567")]


def test_words_of_a_source_become_ours_and_nobody_is_nobody(load: Load) -> None:
    found = load(
        JSON + 'drop = ["properties.sent"]\n'
        'columns = { type = "k", event = "e?", userId = "u", anonymousId = "d", timestamp = "t",'
        ' properties = "p" }\n'
        '[sources.values]\ntype = { sign = "identify", 1 = "track" }\nuserId = { 0 = "" }\n'
        'event = { buy = "Order Completed" }\n',
        '{"k":1,"e":"buy","u":0,"d":"d1","t":1772413200,"p":{"order_id":"o1","sent":1}}\n'
        '{"k":"1","e":"buy","u":"7","d":"d1","t":"1772413200000","p":{"order_id":"o2","sent":2}}\n'
        '{"k":"sign","u":"7","d":"d1","t":1772413200123456789,"p":{}}\n',
    )
    assert told(found, "type", "user_id", "order_id", "properties") == [
        ("track", None, "o1", '{"order_id":"o1"}'),
        ("track", "7", "o2", '{"order_id":"o2"}'),
        ("identify", "7", None, None),
    ]


def test_a_column_that_no_row_has_is_told_with_the_nearest(load: Load) -> None:
    columns = 'columns = { userId = "u", timestamp = "t", "properties.total" = %s }\n'
    rows = '{"u":"1","t":1772413200,"pay":{"total":1},"rest":1}\n{"u":"1","t":1772413200}\n'
    [row] = load(JSON + TRACK + columns % '["pay.totl", "rst"]', rows)["aside"]
    assert (row["source_line"], row["reason"]) == (0, "no_field")
    assert "no row has pay.totl or rst; the file has pay, rest, t, u" in row["detail"]
    assert '"pay.totl or rst?"' not in row["detail"]
    for column in ("pay.total", "pay.totl?", "pay.total?"):
        assert not load(JSON + TRACK + columns % f'"{column}"', rows)["aside"]
    [row] = load(JSON + TRACK + columns % '"rest"' + 'where_not = { stat = "x" }\n', rows)["aside"]
    assert "no row has stat;" in row["detail"]


def test_money_without_a_currency_to_scale_by_is_refused(load: Load) -> None:
    found = load(
        CSV + TRACK + 'scale = "minor"\ncolumns = { userId = "u", timestamp = "t",'
        ' "properties.order_id" = "o", "properties.revenue" = "a", "properties.currency" = "c" }\n',
        "u,t,o,a,c\n1,2026-03-02,o1,1250,usd\n1,2026-03-02,o2,1250,\n1,2026-03-02,o3,x,usd\n",
    )
    assert told(found, "order_id", "amount") == [("o1", Decimal("12.5"))]
    assert [row["reason"] for row in found["aside"]] == ["bad_value", "bad_number"]


ROWS = "u,t,o,n\n1,2026-03-02,o1,5\n1,2026-03-02,o1,7\n2,2026-03-02,o2,1\n3,2026-03-02,,-1\n"
QUERY = (
    CSV
    + TRACK
    + 'columns = { who = "u", timestamp = "t", o = "o", amount = "n" }\nsql = """%s"""\n'
)


def test_a_query_says_which_rows_it_used_and_names_what_it_leaves_out(load: Load) -> None:
    found = load(
        QUERY
        % """
        select list(row) as row, who as "userId", any_value(timestamp) as timestamp,
            o as "properties.order_id", sum(amount) as "properties.revenue",
            case when who = '2' then 'not ours' end as left_out
        from rows group by who, o;""",
        ROWS,
    )
    assert told(found, "order_id", "amount", "source_line") == [("o1", Decimal(12), 2)]
    assert found["left_out_by"] == '{"not ours": 1}'
    assert [(row["source_line"], row["reason"], row["line"]) for row in found["aside"]] == [
        (5, "negative_amount", b"3,2026-03-02,,-1")
    ]
    assert (found["lines"], found["parsed"], found["events"]) == (4, 2, 1)


def test_of_two_events_of_a_row_the_refused_one_is_told_and_the_other_counts(load: Load) -> None:
    found = load(
        QUERY
        % """
        select row, 'Order Completed' as event, who as "userId", timestamp,
            'x' || row as "properties.order_id", abs(amount) as "properties.revenue" from rows
        union all
        select row, 'Order Refunded', who, timestamp, 'x' || row, amount
        from rows where amount < 2""",
        ROWS,
    )
    assert len({event["message_id"] for event in found["rows"]}) == 5
    assert (found["lines"], found["parsed"], found["quarantined"], found["events"]) == (4, 4, 0, 5)
    [told_only] = found["aside"]
    assert (told_only["source_line"], told_only["reason"]) == (0, "negative_amount")
    assert "row 5" in told_only["detail"]


def test_a_query_that_fails_on_a_cell_refuses_the_file_without_showing_it(load: Load) -> None:
    found = load(
        QUERY % """select row, who as "userId", timestamp, cast(o as integer) as "properties.x"
        from rows""",
        "u,t,o,n\n1,2026-03-02,ann@shop.test,5\n",
    )  # fmt: skip
    assert found["outcome"] == "rejected"
    assert "the sql of s failed" in found["aside"][0]["detail"]
    assert "ann" not in found["aside"][0]["detail"]


@pytest.mark.parametrize(
    ("text", "what", "cure"),
    [
        (
            "sql = 'select row, whom as \"userId\", timestamp from rows'",
            "whom",
            "which has row, who",
        ),
        ("sql = 'select who as \"userId\", timestamp from rows'", "which rows", "list(row)"),
        ("sql = 'select row, who as \"userid\", timestamp from rows'", "'userid'", "'userId'"),
        ("sql = 'select row, who as \"userId\" from rows'", "when it was", "timestamp"),
        ("sql = \"select row, getenv('HOME') as x from rows\"", "cannot be run", "from rows"),
        ("sql = \"select * from read_csv('a.csv')\"", "cannot be run", "from rows"),
        ('sql = "gone.sql"', "cannot be read", "userops.toml"),
        ('timezone = "Shanghai"', "unknown time zone", "Asia/Shanghai"),
        ('numbers = "many"', "numbers cannot be", "1.299,00"),
        ('scale = "cents"', "scale cannot be", '"minor"'),
        ('scale = "minor"', "no currency", "properties.currency"),
        ('types = { whoo = "time" }', "'whoo'", "'who'"),
        ('types = { who = "tme" }', "'tme'", "'time'"),
        ('values = { who = "x" }', "values cannot be", "table"),
        ('date_format = ["%Y-%m-%d", "ISO"]', "'ISO'", "iso"),
        ('wher = { a = "b" }', "'wher'", "'where'"),
    ],
)
def test_a_key_that_cannot_be_right_is_refused_with_its_cure(
    tmp_path: Path, text: str, what: str, cure: str
) -> None:
    plain = "sql = 'select row, who as \"userId\", timestamp from rows'\n"
    toml = CSV + TRACK + 'columns = { who = "u", timestamp = "t" }\n'
    (tmp_path / "userops.toml").write_text(toml + ("" if "sql" in text else plain) + text + "\n")
    with pytest.raises(UserError) as caught:
        load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
    assert what in caught.value.what
    assert cure in caught.value.cure


def test_a_query_in_a_file_counts_as_part_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text('select row, who as "userId", timestamp from rows')
    toml = CSV + TRACK + 'sql = "shop.sql"\ncolumns = { who = "u", timestamp = "t" }\n'
    (tmp_path / "userops.toml").write_text(toml)
    settings = load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
    assert settings.sources[0].sql.startswith("select row")


def test_all_rows_of_an_erased_person_go_also_those_that_were_summed_or_left_out(
    tmp_path: Path,
) -> None:
    query = """select list(row) as row, who as "userId", any_value(timestamp) as timestamp,
        o as "properties.order_id", sum(amount) as "properties.revenue"
        from rows where o is not null group by who, o"""
    (tmp_path / "userops.toml").write_text(QUERY % query + 'where_not = { n = "9" }\n')
    settings = load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
    folder = settings.landing_root / f"events/dt={DAY}"
    folder.mkdir(parents=True)
    row = "{},2026-03-02,{},{}\n".format
    (folder / "a.csv").write_text(
        "u,t,o,n\n"
        + "".join(row(who, f"o{who}", n) for n in (5, 7) for who in ("ann", "bob"))
        + "".join(row(who, "", 1) + row(who, "z", 9) for who in ("ann", "bob"))
    )
    remember(settings, ["ann"])

    assert erased_in(settings, DAY) == {f"events/dt={DAY}/a.csv": {2, 4, 6, 7}}
    ingest_days(settings, [DAY])
    [ledger] = read_ledger(settings).to_pylist()

    told = ("lines", "parsed", "left_out", "erased", "events")
    assert tuple(ledger[name] for name in told) == (8, 2, 2, 4, 1)
    assert ledger["left_out_by"] == '{"sql": 1, "where_not n": 1}'


def test_the_digits_of_a_date_are_of_the_sources_zone_as_number_and_as_text(load: Load) -> None:
    columns = '[sources.columns]\nuserId = "u"\ntimestamp = "at"\n'
    rows = [20260302, "20260302", 20260302000000, "20260302000000", 1772380800]

    found = load(
        JSON + TRACK + 'timezone = "Asia/Shanghai"\n' + columns,
        "\n".join(json.dumps({"u": f"u{place}", "at": at}) for place, at in enumerate(rows)),
    )

    told = {event["occurred_at"].isoformat() for event in found["rows"]}
    assert (len(found["rows"]), told) == (5, {"2026-03-01T16:00:00"})


PAGE = JSON + TRACK + 'columns = { userId = "u", timestamp = "t" }\n'
PAGED = PAGE + 'rows = "%s"\n'
TWO: list[dict[str, Any]] = [{"u": f"u{place}", "t": "2026-03-01"} for place in (1, 2)]
LINKS = [{"rel": "next"}]


@pytest.mark.parametrize(
    ("way", "page", "users"),
    [
        ("data.items", {"data": {"items": TWO}, "links": LINKS}, 2),
        ("data.items", {"links": LINKS, "data": {"next": None, "items": TWO, "more": [LINKS]}}, 2),
        ("a.b.c.d.e", {"a": {"b": {"c": {"d": {"e": TWO}}}}}, 2),
        ("orders.edges.node", {"orders": {"edges": [{"node": each} for each in TWO]}}, 2),
        ("items", [{"items": TWO[:1]}, {"items": []}, {"items": TWO[1:]}], 2),
        ("data.items", {"data": {"items": None}}, 0),
        ("data.items", {"data": None}, 0),
        ("data.items", {"data": {"items": []}, "links": LINKS}, 0),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_rows_says_where_in_a_page_they_are(
    load: Load, way: str, page: Any, users: int, indent: int | None
) -> None:
    found = load(PAGED % way, json.dumps(page, indent=indent))

    assert told(found, "user_id") == [("u1",), ("u2",)][:users]
    assert found["aside"] == []


@pytest.mark.parametrize(
    ("toml", "page", "message"),
    [
        (PAGED % "data.rows", {"data": {"items": TWO}}, "no list rows, where it has items"),
        (PAGED % "items", TWO, "no list items, where it has u, t"),
        (PAGED % "items", ["u1"], "no list items"),
        (PAGE, {"a": LINKS, "data": {"items": TWO}}, 'rows = "data.items" in its source'),
    ],
)  # fmt: skip
def test_a_page_whose_rows_nobody_finds_is_refused_with_the_key_to_say_it(
    load: Load, toml: str, page: Any, message: str
) -> None:
    [aside] = load(toml, json.dumps(page))["aside"]

    assert (aside["source_line"], aside["reason"]) == (0, "bad_file")
    assert message in aside["detail"]


@pytest.mark.parametrize(("name", "lines"), [("items", 0), ("tags", 1)])
def test_an_object_with_an_empty_list_is_a_page_only_by_the_lists_name(
    load: Load, name: str, lines: int
) -> None:
    found = load(PAGE, json.dumps({"data": {name: [], "next": None}}))

    assert (found["lines"], found["quarantined"]) == (lines, lines)
