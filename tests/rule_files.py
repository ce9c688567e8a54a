"""Rule files as an installation has them: the shipped ones, and its own."""

from pathlib import Path

from warehouse.rules.effective import SHIPPED_DIR
from warehouse.settings import Settings


def shipped(name: str) -> str:
    """Return the text of a shipped rule file."""
    return (SHIPPED_DIR / f"{name}.csv").read_text(encoding="utf-8")


def write_own(settings: Settings, name: str, text: str | bytes) -> Path:
    """Put a file into the rules of an installation."""
    settings.rules_dir.mkdir(exist_ok=True)
    path = settings.rules_dir / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
