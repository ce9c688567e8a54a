"""``warehouse/gates/*.sql`` -> the text of a query; its parameters are bound by whoever runs it."""

from pathlib import Path

FOLDER = Path(__file__).parent


def query(name: str) -> str:
    """Return the query of a frame."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
