"""A note is read as it was written, or not at all."""

from pathlib import Path

from warehouse.storage.notes import read_note, write_note


def test_a_note_with_any_bit_flipped_is_not_read_as_another(tmp_path: Path) -> None:
    path, value = tmp_path / "note.json", {"2026-03-01": ["a1", 7], "名": "é"}
    write_note(path, value)
    whole = path.read_bytes()
    assert read_note(path) == value
    for place in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        assert read_note(path) in (value, None)


def test_a_note_that_is_cut_or_lost_is_none(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    assert read_note(path) is None
    write_note(path, ["a"])
    path.write_bytes(path.read_bytes()[:-5])
    assert read_note(path) is None
