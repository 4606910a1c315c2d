"""The machine of an attempt to ask, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.kit.states import IllegalMove
from orderan.verification import ATTEMPT, AttemptEvent, AttemptState

GRID = """
state      ask    fail    lose     confirm    refuse   miss    overtake
sending    asked  failed  unknown  confirmed  refused  missed  overtaken
asked      -      -       -        confirmed  refused  missed  overtaken
unknown    asked  failed  -        confirmed  refused  missed  overtaken
confirmed  -      -       -        -          -        -       -
refused    -      -       -        -          -        -       -
missed     -      -       -        confirmed  refused  -       overtaken
failed     -      -       -        confirmed  refused  -       overtaken
overtaken  -      -       -        -          -        -       -
"""
HEAD, *ROWS = [line.split() for line in GRID.strip().splitlines()]
SQUARES = [
    (AttemptState(state), AttemptEvent(event), None if cell == "-" else AttemptState(cell))
    for state, *cells in ROWS
    for event, cell in zip(HEAD[1:], cells, strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert sorted(HEAD[1:]) == sorted(AttemptEvent)
    assert sorted(row[0] for row in ROWS) == sorted(AttemptState)
    assert ATTEMPT.initial == ROWS[0][0]


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: AttemptState, event: AttemptEvent, following: AttemptState | None) -> None:
    if following is not None:
        assert ATTEMPT.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        ATTEMPT.after(state, event)
