"""`Survey Answered` -> an answer that can be counted, or why not: NPS asks for 0 to 10."""

import msgspec

from warehouse.judging.values import Rejected

EVENT = "Survey Answered"
NPS = "nps"
LEAST, MOST = 0, 10

_decode = msgspec.json.Decoder().decode


def refuse_impossible_score(properties: bytes | None) -> None:
    """Raise Rejected for an NPS score that nobody can give; no score at all is no answer."""
    fields = _decode(properties) if properties else {}
    score = fields.get("score")
    if fields.get("survey") != NPS or score is None or score == "":
        return
    if not _is_possible(score):
        raise Rejected("bad_score", f"an NPS answer is {LEAST} to {MOST}")


def _is_possible(score: object) -> bool:
    if isinstance(score, bool) or not isinstance(score, str | int | float):
        return False
    try:
        return LEAST <= float(score) <= MOST
    except (ValueError, OverflowError):
        return False
