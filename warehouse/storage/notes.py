"""Small notes in JSON that vouch for themselves: read as they were written, or not at all."""

import json
from hashlib import sha256
from typing import Any

from warehouse.storage.files import write_text_atomically
from warehouse.storage.places import Place, content_of


def write_note(path: Place, value: Any) -> None:
    """Put a value in the place of a note, with the checksum of its text; whole and durably."""
    told = {"sha256": checksum_of(value), "note": value}
    write_text_atomically(path, json.dumps(told, ensure_ascii=False) + "\n")


def read_note(path: Place) -> Any:
    """Return the value of a note; None where it is missing, cut or not what was written."""
    content = content_of(path)
    try:
        told = json.loads(content or b"")
        return told["note"] if told["sha256"] == checksum_of(told["note"]) else None
    except (ValueError, TypeError, KeyError):
        return None


def checksum_of(value: Any) -> str:
    """Return the SHA-256 of a value of JSON, however it is spaced and ordered."""
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
