"""A word as somebody wrote it -> the word they meant: how names are compared, here and in SQL.

The macro ``folded`` of the models does the same, character by character; a test compares the two.
"""

# Full-width forms are what they look like, but for the two signs that SQL would take for its own.
_WIDE = {
    chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code - 0xFEE0 not in (39, 92)
}
BLANKS = "\t\n\v\f\r\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
UNSEEN = "\u00ad\u180e\u2060\ufeff" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
REPLACED = str.maketrans(_WIDE | dict.fromkeys(BLANKS, " ") | _DASHES | dict.fromkeys(UNSEEN, ""))


def folded(text: str) -> str:
    """Return a text in lower case, full-width signs narrow, without what cannot be seen."""
    return text.translate(REPLACED).strip(" ").lower()
