"""The machines of trust, redrawn as grids: every square, blanks too."""

from typing import Any

import pytest

from orderan.kit.states import IllegalMove
from orderan.trust import DENIAL, REVIEW, DenialEvent, DenialState, ReviewEvent, ReviewState

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


def _squares(grid: str, states: Any, events: Any) -> list[tuple[Any, Any, Any]]:
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(events, row[1:], strict=True)
    ]


SQUARES = _squares(REVIEWS, ReviewState, ReviewEvent) + _squares(DENIALS, DenialState, DenialEvent)


def test_the_grids_have_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(ReviewState) * len(ReviewEvent) + len(DenialState) * len(DenialEvent)
    assert REVIEW.finals == {ReviewState.CLEARED, ReviewState.REFUSED, ReviewState.LAPSED}
    assert DENIAL.finals == {DenialState.UPHELD, DenialState.OVERTURNED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: Any, event: Any, following: Any) -> None:
    machine: Any = REVIEW if isinstance(state, ReviewState) else DENIAL
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
