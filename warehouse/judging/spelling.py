"""A word as somebody wrote it -> the word they meant: how names are compared, here and in SQL.

The macro ``folded`` of the models does the same, character by character; a test compares the two.
"""

import unicodedata

# Full-width forms are what they look like, but for the two signs that SQL would take for its own.
_WIDE = {
    chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code - 0xFEE0 not in (39, 92)
}
BLANKS = "\t\n\v\f\r\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
# Digits of Arabic and of Persian, as phones show them there.
_DIGITS = {chr(start + digit): str(digit) for start in (0x660, 0x6F0) for digit in range(10)}
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
UNSEEN = "\u00ad\u180e\u2060\ufeff" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
_UNSEEN = dict.fromkeys(map(ord, UNSEEN))
REPLACED = str.maketrans(
    _WIDE | _DIGITS | dict.fromkeys(BLANKS, " ") | _DASHES | dict.fromkeys(UNSEEN, "")
)


def folded(text: str) -> str:
    """Return a text in lower case, full-width signs narrow, without what cannot be seen."""
    return text.translate(REPLACED).strip(" ").lower()


def narrow(text: str) -> str:
    """Return a text in the signs one types: full-width forms narrow, composed, digits 0 to 9.

    That is Unicode's NFKC, the digits of every script as ASCII's, and nothing that cannot be seen.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text.translate(_UNSEEN)).translate(_UNSEEN)
    return text if text.isascii() else "".join(map(_digit, text))


def _digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)
