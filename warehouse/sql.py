"""Names and texts of ours -> SQL, so that none can be read as anything else."""

from pathlib import Path


def quoted(identifier: str) -> str:
    """Write a table or column name so that no name can be read as SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Write a text, or a path, so that no sign of it ends the text."""
    return "'" + str(text).replace("'", "''") + "'"
