"""Visits -> what users tell the shop: survey scores, complaints, suggestions, answers."""

from collections.abc import Iterator

import numpy as np

from warehouse.simulate.columns import take_columns, words
from warehouse.simulate.draws import Generator, hex_ids, pick, some, spans
from warehouse.simulate.moments import Events, Moments, on_server
from warehouse.simulate.window import DAY, HOUR, MINUTE

ANSWERED = 0.015
# Scores 0 to 10: about 47% promoters, 17% detractors.
SCORE_WEIGHTS = (1, 1, 1, 2, 2, 4, 6, 14, 22, 26, 21)
COMPLAINED = 0.006
CLOSED = 0.92
CLOSED_AFTER = 16 * HOUR
KINDS = ("delivery", "quality", "service", "payment")
KIND_WEIGHTS = (4, 3, 2, 1)
SUGGESTED = 0.003
TOPICS = ("app", "assortment", "prices")
TOPIC_WEIGHTS = (3, 4, 3)
SUGGESTION_ANSWERED, SUGGESTION_ANSWERED_AFTER = 0.75, 5 * DAY
STATES = ("considered", "planned", "done", "declined")
STATE_WEIGHTS = (3, 3, 2, 2)
SPOKEN_AFTER = 2 * MINUTE


def opinion_events(visits: Moments, rng: Generator) -> Iterator[Events]:
    """Let some known visits end with an opinion."""
    speakers = visits.take(visits.known).later(SPOKEN_AFTER)
    row = np.arange(len(speakers))

    answers = speakers.take(some(rng, row, ANSWERED))
    score = pick(rng, SCORE_WEIGHTS, len(answers))
    yield Events("Survey Answered", answers, {"survey": "nps", "score": score})

    complaints = speakers.take(some(rng, row, COMPLAINED))
    complaint = {
        "complaint_id": hex_ids(rng, len(complaints), prefix="c-"),
        "kind": words(KINDS, pick(rng, KIND_WEIGHTS, len(complaints))),
    }
    yield Events("Complaint Opened", complaints, complaint)
    closed = some(rng, np.arange(len(complaints)), CLOSED)
    closed_at = complaints.at[closed] + MINUTE + spans(rng, CLOSED_AFTER, closed.size)
    yield Events(
        "Complaint Closed",
        on_server(complaints.person[closed], closed_at),
        take_columns(complaint, closed),
    )
    suggestions = speakers.take(some(rng, row, SUGGESTED))
    topic = words(TOPICS, pick(rng, TOPIC_WEIGHTS, len(suggestions)))
    suggestion = {"suggestion_id": hex_ids(rng, len(suggestions), prefix="s-")}
    yield Events("Suggestion Submitted", suggestions, {**suggestion, "topic": topic})
    answered = some(rng, np.arange(len(suggestions)), SUGGESTION_ANSWERED)
    answered_at = (
        suggestions.at[answered] + MINUTE + spans(rng, SUGGESTION_ANSWERED_AFTER, answered.size)
    )
    state = words(STATES, pick(rng, STATE_WEIGHTS, answered.size))
    yield Events(
        "Suggestion Answered",
        on_server(suggestions.person[answered], answered_at),
        {**take_columns(suggestion, answered), "state": state},
    )
