"""The first bytes of a file -> what it is, whatever its name says; what cannot be read is named."""

import re

from warehouse.landing.streams import BadFile

NDJSON, CSV, PARQUET = "ndjson", "csv", "parquet"
ENDINGS = {"ndjson": NDJSON, "jsonl": NDJSON, "json": NDJSON, "csv": CSV, "parquet": PARQUET}
# Endings that say how a file is packed, which its bytes say better.
PACKINGS = frozenset({"gz", "gzip", "zst", "zstd", "zip"})
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
PARQUET_MAGIC = b"PAR1"
UNKNOWN_TYPE = (
    "unknown file type: give it the ending .ndjson, .jsonl, .json, .csv or .parquet (also .gz, .zst"
    " or in a .zip), or map it by [[sources]] in userops.toml"
)
_UNPACK = "unpack it, or pack it as .gz, .zst or .zip"
_SAVE_AS_CSV = "save it as CSV (UTF-8)"
_EXPORT = "export it as CSV, JSON lines or Parquet"
# What begins so: what it is called, and what to do.
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", _SAVE_AS_CSV),
    (b"BZh", "bzip2 data", _UNPACK),
    (b"\xfd7zXZ\x00", "xz data", _UNPACK),
    *((magic, "a zip inside another file", "unpack it") for magic in ZIP_MAGICS),
    (b"\x04\x22\x4d\x18", "LZ4 data", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"\xff\x06\x00\x00sNaPpY", "Snappy data", _UNPACK),
    (b"Obj\x01", "Avro", _EXPORT),
    (b"ORC", "ORC", _EXPORT),
    (b"ARROW1", "an Arrow file", _EXPORT),
    (b"%PDF", "a PDF", _EXPORT),
    (b"SQLite format 3\x00", "an SQLite database", _EXPORT),
)
_TAR_AT = 257
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[\{\]])")
_SEGMENT_NAMES = re.compile(rb"(?:^|[,;\t|])\"?(?:type|event|userId|anonymousId)\"?(?=[,;\t|\r\n])")


def form_by_name(name: str) -> str:
    """Return the format a file's name tells, else ""."""
    *_, extension = (stem := name.lower()).rpartition(".")
    while extension in PACKINGS:
        stem = stem.removesuffix(f".{extension}")
        extension = stem.rpartition(".")[2]
    return ENDINGS.get(extension, "")


def form_of(name: str, head: bytes, said: str) -> str:
    """Return the format of what begins with ``head``: as said, else by its bytes, else by its name.

    Raises BadFile, with the cure, for what is none of ours, or not what was said of it.
    """
    _refuse_foreign(head)
    is_parquet = head.startswith(PARQUET_MAGIC)
    form = said or form_by_name(name)
    if form == PARQUET or is_parquet:
        if said and is_parquet != (said == PARQUET):
            raise BadFile(
                f"{'Parquet' if is_parquet else 'not Parquet'}, and its source says {said}"
            )
        if not is_parquet and head:
            raise BadFile("not a Parquet file: it does not begin with PAR1")
        return PARQUET
    is_json = bool(_JSON.match(head.removeprefix(b"\xef\xbb\xbf")))
    if said == CSV and is_json:
        raise BadFile(f'JSON, and its source says {said}: say format = "{NDJSON}"')
    if said:
        return said
    if is_json:
        return NDJSON
    if form:
        return form
    if _SEGMENT_NAMES.search(head.partition(b"\n")[0] + b"\n"):
        return CSV
    raise BadFile(UNKNOWN_TYPE)


def is_named_packed(name: str) -> bool:
    """Tell whether a name promises compressed data."""
    return name.lower().rpartition(".")[2] in PACKINGS


def _refuse_foreign(head: bytes) -> None:
    for magic, what, cure in _FOREIGN:
        if head.startswith(magic):
            raise BadFile(f"{what}, which is not read here: {cure}")
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        raise BadFile(f"a tar archive, which is not read here: {_UNPACK}")
