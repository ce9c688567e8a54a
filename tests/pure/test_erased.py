"""Lines that cannot be accepted: their words tell whose they are, whatever signs an id has."""

import pytest

from warehouse.judging.erased import Erased, hash_of, spelled

KEY = b"key"


def erased(text: str) -> Erased:
    return Erased(KEY, frozenset({hash_of(KEY, spelled(text))}))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ｕ１２", '{"userId": "u12", bad'),
        ("u–1", '{"userId": "u–1", bad'),
        ("auth0|5f7", '{"userId": "auth0|5f7", bad'),
        ("auth0|5f7", "auth0|5f7;2026-03-01"),
        ("u12", "u12|2026-03-01"),
        ("shop/12", r'{"userId": "shop\/12", bad'),
        ("Ada Lovelace", "2026-03-01\tAda Lovelace\tx"),
        ("o'hara", "2026-03-01,o'hara,x"),
        ("小明", r'{"userId": "\u5c0f\u660e", bad'),
    ],
)
def test_a_line_that_cannot_be_read_is_theirs_by_the_words_in_it(text: str, line: str) -> None:
    assert erased(text).own_line(line.encode())
    assert not erased(f"{text}9").own_line(line.encode())
