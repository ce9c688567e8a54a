"""The home -> who was erased: keyed hashes beside the key, both for their owner's eyes only."""

import json
import secrets
from collections.abc import Iterable

from warehouse.errors import UserError
from warehouse.judging.erased import Erased, hash_of, spelled
from warehouse.settings import Settings
from warehouse.storage.files import write_text_atomically

HASHES = "erased.json"
KEY = "erased.key"


def erased_people(settings: Settings) -> Erased:
    """Return the ids that may not come back.

    Raises UserError where their hashes cannot be told from others: without them whoever was
    forgotten would be in the tables again.
    """
    path, key = settings.home / HASHES, settings.home / KEY
    if not path.is_file():
        return Erased()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        # Formerly the key lay among the hashes.
        secret = kept["salt"] if "salt" in kept else key.read_text(encoding="ascii").strip()
        return Erased(bytes.fromhex(secret), frozenset(kept["hashes"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            "who was erased cannot be told: the note or its key is gone or damaged",
            where=f"{path}, {key}",
            cure="put both back from a backup; without them an erased user who lands again counts",
        ) from error


def remember(settings: Settings, ids: Iterable[str]) -> Erased:
    """Keep a keyed hash of each id, from which no id can be read, to know them again."""
    before = erased_people(settings)
    key = before.key or secrets.token_bytes(32)
    hashes = before.hashes | {hash_of(key, spelled(text)) for text in ids}
    # First the key: hashes without theirs would stop every run.
    write_text_atomically(settings.home / KEY, key.hex() + "\n")
    text = json.dumps({"hashes": sorted(hashes)}, indent=1) + "\n"
    write_text_atomically(settings.home / HASHES, text)
    return Erased(key, hashes)
