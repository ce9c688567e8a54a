"""What the doctor says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What one look found; a problem has a cure."""

    subject: str
    ok: bool
    detail: str
    cure: str = ""
