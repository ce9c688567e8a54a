"""Bytes in any encoding of texts -> the same text in UTF-8, and back; what a text is written in.

What cannot be decoded stays undecodable, and so costs its own line: it becomes a lone surrogate,
which is no UTF-8, and becomes the same bytes again on the way back.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

UTF_8 = "utf-8"
# The longer first: a mark of UTF-32 begins with one of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = frozenset(encoding for _, encoding in MARKS) - {UTF_8}
# Which byte comes first is said by the mark; where there is none, the least comes first.
_PLAIN_NAMES = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": UTF_8, "ascii": UTF_8}
# So many characters of UTF-8 are none of an encoding in which two bytes, or one, make a character.
MANY_LONG, MANY = 3, 6
# So many lines, and a twentieth of all, are not written wrong by chance.
FEW_LINES = 3
_ASCII = bytes(range(128))
_HIGH = bytes(range(128, 256))
# They give some ASCII characters together another meaning.
_NO_TEXTS = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape"})


def is_readable(encoding: str) -> bool:
    """Tell whether texts in an encoding can be read: it is known, and ASCII means itself in it."""
    try:
        name = _plain_name(encoding)
        return name in WIDE or (name not in _NO_TEXTS and _ASCII.decode(name) == _ASCII.decode())
    except (LookupError, UnicodeError, TypeError, ValueError):
        return False


def encoding_of(head: bytes, said: str) -> str:
    """Return what a text is written in: its own mark knows better than what is said of it."""
    marked = (encoding for mark, encoding in MARKS if head.startswith(mark))
    return next(marked, _plain_name(said) if said else UTF_8)


def to_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a text in UTF-8, its byte order mark left in front."""
    if encoding == UTF_8:
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(encoding)(_errors(encoding))
    for block in blocks:
        if text := decoder.decode(block):
            yield text.encode(UTF_8, "surrogatepass")
    try:
        text = decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # Half a character at the end: it must be seen, not lost.
        text = "\udcff"
    if text:
        yield text.encode(UTF_8, "surrogatepass")


def from_utf8(text: bytes, encoding: str) -> bytes:
    """Return a piece of what `to_utf8` gave as it was written."""
    if encoding == UTF_8:
        return text
    try:
        return text.decode(UTF_8, "surrogatepass").encode(encoding, _errors(encoding))
    except UnicodeError:
        return text


def guess(head: bytes, *, has_header: bool) -> str:
    """Return which encoding the beginning of a text looks like that is no UTF-8, else "".

    Some lines that are no UTF-8 are only bad lines; many are another encoding, and so is a header.
    """
    if wide := _wide_without_mark(head):
        return wide
    all_lines = head.splitlines()
    if len(all_lines) > 1 and not head.endswith((b"\n", b"\r")):
        # It may be cut inside a character.
        all_lines.pop()
    lines = [line for line in all_lines if not line.isascii()]
    odd = [line for line in lines if not _decodes(line, UTF_8)]
    is_many = len(odd) * 2 > len(all_lines) or len(odd) >= max(FEW_LINES, len(all_lines) / 20)
    is_header = has_header and bool(odd) and odd[0] is all_lines[0]
    if len(odd) * 2 <= len(lines) or not (is_many or is_header):
        return ""
    # Two bytes a character: what is not ASCII comes in pairs. Accents stand inside of words.
    text = b"\n".join(odd)
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", text)]
    inside = len(re.findall(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]", text))
    paired = sum(size > 1 for size in runs) * 2 > len(runs) >= inside * 2
    if paired and all(_decodes(line, "gb18030") for line in odd):
        return "gb18030"
    for encoding in ("big5", "shift_jis", "euc_kr") if paired else ():
        if all(_decodes(line, encoding) for line in odd):
            return encoding
    return "windows-1252"


def looks_like_utf8(head: bytes, said: str) -> bool:
    """Tell whether the beginning of a text that is said to be in another encoding is UTF-8.

    Read as that encoding, it would become other letters without a word.
    """
    if said in WIDE or head.isascii():
        return False
    try:
        # It may be cut inside a character.
        text = codecs.getincrementaldecoder(UTF_8)().decode(head)
    except UnicodeDecodeError:
        return False
    signs = [sign for sign in text if not sign.isascii()]
    if len(_HIGH.decode(said, "ignore")) > len(_HIGH) * 3 // 4:
        # Where one byte is a character, UTF-8 is a capital with a sign behind it: never a word.
        return bool(signs)
    return sum(sign > "\u07ff" for sign in signs) >= MANY_LONG or len(signs) >= MANY


def _wide_without_mark(head: bytes) -> str:
    """Tell UTF-16 by its line breaks and its many NULs, all on one side."""
    head = head[:4_096]
    halves = head[0::2], head[1::2]
    nuls = [half.count(0) for half in halves]
    for there, other, name in ((1, 0, "utf-16-le"), (0, 1, "utf-16-be")):
        if nuls[there] * 5 > len(halves[there]) > 0 and not nuls[other]:
            return name
    return ""


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _errors(encoding: str) -> str:
    return "surrogatepass" if encoding in WIDE else "surrogateescape"


def _plain_name(encoding: str) -> str:
    name = codecs.lookup(encoding).name.replace("_", "-")
    return _PLAIN_NAMES.get(name, name)
