"""A file that no source describes -> the `[[sources]]` it seems to need, to be read and corrected.

A guess by names and by the first rows. What can be meant in two ways is written as a question.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from warehouse.feeds import EVENTS, FEEDS
from warehouse.judging.contents import HEAD_BYTES, Content
from warehouse.judging.csv_rows import DELIMITERS
from warehouse.judging.exact import Limits
from warehouse.judging.lookup import bare, opened
from warehouse.judging.readings import EXCEL, TimeReader, number_reader
from warehouse.judging.values import Rejected
from warehouse.judging.written import written
from warehouse.landing.archives import is_archive, open_archive, open_member
from warehouse.landing.days import open_landed
from warehouse.landing.encodings import UTF_8, encoding_of, guess
from warehouse.landing.kinds import CSV, form_of
from warehouse.landing.streams import BadFile
from warehouse.settings import Settings, Source
from warehouse.sources import source_of

ROWS = 1_000
# What columns are called, compared without case, spaces and signs; the first that fits is taken.
NAMES: Mapping[str, str] = {
    "messageId": r"messageid|eventid|insertid|uuid",
    "event": r"event|eventname|eventtype|action|act|事件|事件名|行为|行为类型",
    "userId": r"userid|uid|user|customerid|customer|customeruserid|memberid|buyerid|buyer"
    r"|distinctid|accountid|用户id|用户|会员id|会员|买家id|买家会员名|买家昵称|买家|客户id|客户|email|买家手机",
    "anonymousId": r"anonymousid|userpseudoid|deviceid|visitorid|cookie|设备id",
    "timestamp": r"timestamp|eventtimestamp|eventtime|time|ts|paidat|付款时间|支付时间|订单付款时间"
    r"|createdat|created|date|datetime|orderdate|invoicedate|下单时间|订单创建时间|创建时间|时间|日期",
    "properties.order_id": r"orderid|orderno|ordernumber|ordername|transactionid|invoiceno|订单编号"
    r"|订单号|交易号|主订单编号",
    "properties.revenue": r"revenue|total|ordertotal|totalprice|grandtotal|amount|paid|payment"
    r"|实付款|实付金额|实收金额|支付金额|买家实际支付金额|订单金额|总金额|金额",
    "properties.currency": r"currency|currencycode|币种|货币",
    "properties.coupon": r"coupon|couponcode|discountcode|优惠码|优惠券",
    "properties.product_id": r"productid|itemid|sku|stockcode|商品id",
    "context.country": r"country|国家",
}
STATUS = re.compile(r".*(status|state|状态)")
# What no shop counts as sold.
NOT_SOLD = re.compile(
    r"cancel|fail|void|expired|pending|unpaid|abandon|draft|关闭|取消|等待买家付款|待付款|未付款|退款成功",
    re.IGNORECASE,
)
FORMS = (
    *("%Y%m%d", "%Y%m%d%H%M%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"),
    *("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p"),
    *("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%b %d, %Y"),
    *("%d/%b/%Y:%H:%M:%S %z", EXCEL),
)
EXAMPLES = ("1,299.00", "1.299,00", "1 299,00", "1299,00")
_SIGNS = re.compile(r"[\W_]+")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass
class Suggestion:
    """A source as it could be, what was seen for it, and what a person has to decide."""

    source: Source
    keys: dict[str, Any]
    columns: list[str]
    remarks: list[str] = field(default_factory=list)

    @property
    def toml(self) -> str:
        """Write it as a block of userops.toml."""
        plain = [f"{key} = {_toml(value)}" for key, value in self.keys.items()]
        mapped = [f"{_key(name)} = {_toml(c)}" for name, c in self.source.columns.items()]
        return "\n".join(["[[sources]]", *plain, "", "[sources.columns]", *mapped])


def suggest(settings: Settings, path: Path) -> Suggestion | None:
    """Look at the first rows of a file; None where nothing in it has a name."""
    try:
        seen = _first_rows(path)
    except (BadFile, OSError):
        return None
    if not seen or not seen[1]:
        return None
    told, rows = seen
    columns = list(dict.fromkeys(name for row in rows for name in row))
    texts = {name: [row[name] for row in rows if row.get(name)] for name in columns}
    mapped = _mapped(columns)
    keys: dict[str, Any] = {"name": _SIGNS.sub("_", path.stem.lower()).strip("_") or "mine"}
    keys |= {"glob": _glob(path.name)} | told
    remarks: list[str] = []
    _add_times(keys, remarks, texts.get(mapped.get("timestamp", ""), []), settings)
    _add_numbers(keys, texts.get(mapped.get("properties.revenue", ""), []))
    _add_status(keys, remarks, columns, texts)
    is_order = {"properties.order_id", "properties.revenue"} <= mapped.keys()
    constants = {"type": "track"}
    if "event" not in mapped:
        constants["event"] = "Order Completed" if is_order else "My Event"
        if not is_order:
            remarks.append("what happened in a row? say it in constants: event")
    if is_order and "properties.currency" not in mapped:
        constants["properties.currency"] = settings.currency
    keys["constants"] = constants
    for name, what in (("userId", "who it was"), ("timestamp", "when it was")):
        if name not in mapped and not (name == "userId" and "anonymousId" in mapped):
            remarks.append(f"no column looks like {what}: add {name} = ... to the columns")
    if order := mapped.get("properties.order_id"):
        counts = Counter(texts[order])
        if any(count > 1 for count in counts.values()):
            remarks.append(f"several rows have one {order}: sum them by sql (docs/sources.md#sql)")
    # What some of the first rows lack, a whole day may lack.
    everywhere = {name for name in columns if all(name in row for row in rows)}
    mapped = {name: c if c in everywhere else f"{c}?" for name, c in mapped.items()}
    source = source_of(keys | {"columns": mapped}, str(path), path.parent)
    return Suggestion(source, keys, columns, remarks)


def _first_rows(path: Path) -> tuple[dict[str, Any], list[dict[str, str]]] | None:
    """Return what the file is, as keys of a source, and its first rows as texts."""
    with open_landed(path) as file:
        opened_file, name, packed = file, path.name, 0
        if is_archive(file):
            member = next(iter(open_archive(file)), None)
            if member is None:
                return None
            opened_file, name, packed = open_member(member), member.name, max(member.size, 1)
        probe = Source("probe", "*", "", {}, {})
        content = _content(opened_file, name, probe, packed)
        keys: dict[str, Any] = {"format": content.form}
        if content.encoding != UTF_8 and not content.mark:
            keys["encoding"] = content.encoding
        if content.form == CSV and content.dialect.delimiter != ",":
            keys["delimiter"] = content.dialect.delimiter
        limits = Limits(0, frozenset(), 1 << 20)
        objects = content.objects() if content.form == "ndjson" else iter(())
        records = content.records(limits, objects, lambda _: None)
        rows = [_flat(r.values) for r in islice(records, ROWS) if r.values and not r.refused]
    return keys, rows


def _content(file: Any, name: str, probe: Source, packed: int) -> Content:
    """Open the file as what it looks like: encoding and delimiter by its first bytes."""
    from dataclasses import replace

    from warehouse.landing.streams import Stream

    head = Stream(file, packed).head(HEAD_BYTES)
    file.seek(0)
    form = form_of(name, head, "") if not _looks_like_table(name, head) else CSV
    encoding = encoding_of(head, "")
    if encoding == UTF_8:
        encoding = guess(head, has_header=form == CSV) or UTF_8
    text = head.decode(encoding, "replace")
    delimiter = _delimiter(text) if form == CSV else ","
    said = "" if encoding == encoding_of(head, "") else encoding
    source = replace(probe, format=form, encoding=said, delimiter=delimiter)
    return Content(file, name, source, FEEDS[EVENTS], size=0, packed_size=packed)


def _looks_like_table(name: str, head: bytes) -> bool:
    return name.lower().rpartition(".")[2] in ("txt", "tsv", "dat") and head.lstrip()[:1] not in (
        *(b"{", b"["),
    )


def _delimiter(text: str) -> str:
    """Return the sign that cuts the first lines into the same number of fields, more than one."""
    lines = [line for line in text.splitlines()[:20] if line.strip()][:-1] or text.splitlines()[:1]
    counts = {sign: [line.count(sign) for line in lines] for sign in DELIMITERS}
    fit = [sign for sign, found in counts.items() if min(found, default=0) > 0]
    return max(fit, key=lambda sign: min(counts[sign]), default=",")


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Return a row's values as texts, those inside objects by their way."""
    row: dict[str, str] = {}
    for name, value in values.items():
        plain = bare(value)
        inner = opened(plain) if isinstance(plain, msgspec.Raw) else plain
        if isinstance(inner, Mapping) and before.count(".") < 2:
            row |= _flat(inner, f"{before}{name}.")
        else:
            row[f"{before}{name}"] = written(plain)
    return row


def _mapped(columns: Sequence[str]) -> dict[str, str]:
    """Return the fields that columns seem to be, by their names; shorter ways go first."""
    mapped: dict[str, str] = {}
    for wanted, pattern in NAMES.items():
        for alternative in pattern.split("|"):
            free = [c for c in columns if c not in mapped.values()]
            fits = [c for c in free if _SIGNS.sub("", c.rpartition(".")[2].lower()) == alternative]
            if fits:
                mapped[wanted] = min(fits, key=lambda c: c.count("."))
                break
    return mapped


def _add_times(
    keys: dict[str, Any], remarks: list[str], texts: Sequence[str], settings: Settings
) -> None:
    forms: list[str] = []
    if texts and not _all_read(TimeReader((), "").read, texts):
        forms = [f for f in FORMS if _all_read(TimeReader((f,), "").read, texts)]
        if not forms:
            remarks.append("no form of time fits them all: say date_format")
        elif len(forms) > 1 and forms[0] != EXCEL:
            remarks.append(f"times may be of the form {' or '.join(forms)}: keep the right one")
        keys |= {"date_format": forms[0]} if forms else {}
    has_zone = any(re.search(r"[zZ]$|UTC|GMT|[+-]\d\d:?\d\d$", text) for text in texts)
    if texts and not has_zone and not all(_is_epoch(text) for text in texts):
        zone = keys["timezone"] = settings.timezone
        remarks.append(f"times have no zone: {zone}, as in the settings, or another?")


def _is_epoch(text: str) -> bool:
    return text.isdecimal() and len(text) >= 10


def _add_numbers(keys: dict[str, Any], texts: Sequence[str]) -> None:
    def fits(example: str) -> bool:
        return _all_read(lambda text: number_reader(example)(text, ""), texts)

    if texts and not fits(""):
        keys |= next(({"numbers": example} for example in EXAMPLES if fits(example)), {})


def _add_status(
    keys: dict[str, Any], remarks: list[str], columns: Sequence[str], texts: Mapping[str, list[str]]
) -> None:
    for name in columns:
        words = sorted(set(texts[name]))
        if STATUS.fullmatch(name.lower()) and 1 < len(words) <= 20:
            unsold = [word for word in words if NOT_SOLD.search(word)]
            keys |= {"where_not": {name: unsold}} if unsold else {}
            remarks.append(f"{name} says {', '.join(words)}: which of them count?")
            return


def _all_read(read: Callable[[str], Any], texts: Sequence[str]) -> bool:
    try:
        return all(read(text) is not None for text in texts)
    except Rejected:
        return False


def _glob(name: str) -> str:
    """Return a pattern for the file and those that come after it: figures may differ."""
    return re.sub(r"\d+(?:[-_]\d+)*", "*", re.sub(r"([\[\]?*])", "?", name))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
