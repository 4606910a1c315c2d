"""The machines of trust, redrawn as grids: every square, blanks too."""

from typing import Any

import pytest

from orderan.kit.states import IllegalMove
from orderan.trust import (
    DENIAL,
    MODEL,
    REVIEW,
    DenialEvent,
    DenialState,
    ModelEvent,
    ModelState,
    ReviewEvent,
    ReviewState,
)

# state      clear    refuse   lapse
REVIEWS = """
open         cleared  refused  lapsed
cleared      -        -        -
refused      -        -        -
lapsed       -        -        -
"""
# state      appeal    uphold  overturn
DENIALS = """
standing     appealed  -       -
appealed     -         upheld  overturned
upheld       -         -       -
overturned   -         -       -
"""
# state      decline   learn   speak     silence
MODELS = """
asked        declined  silent  -         -
declined     -         -       -         -
silent       -         -       speaking  -
speaking     -         -       -         silent
"""


def _squares(grid: str, states: Any, events: Any) -> list[tuple[Any, Any, Any]]:
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(events, row[1:], strict=True)
    ]


SQUARES = (
    _squares(REVIEWS, ReviewState, ReviewEvent)
    + _squares(DENIALS, DenialState, DenialEvent)
    + _squares(MODELS, ModelState, ModelEvent)
)
MACHINES: dict[Any, Any] = {ReviewState: REVIEW, DenialState: DENIAL, ModelState: MODEL}


def test_the_grids_have_every_state_and_every_event() -> None:
    sides = ((ReviewState, ReviewEvent), (DenialState, DenialEvent), (ModelState, ModelEvent))
    assert len(SQUARES) == sum(len(states) * len(events) for states, events in sides)
    assert REVIEW.finals == {ReviewState.CLEARED, ReviewState.REFUSED, ReviewState.LAPSED}
    assert MODEL.finals == {ModelState.DECLINED}
    assert DENIAL.finals == {DenialState.UPHELD, DenialState.OVERTURNED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: Any, event: Any, following: Any) -> None:
    machine = MACHINES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
