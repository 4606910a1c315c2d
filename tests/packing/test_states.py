"""The machine of a packing, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.kit.states import IllegalMove
from orderan.packing import PACKING, PackingEvent, PackingState

# state   close    reopen  drop
GRID = """
open      closed   -       dropped
closed    -        open    dropped
dropped   -        -       -
"""
SQUARES = [
    (PackingState(row[0]), event, None if cell == "-" else PackingState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(PackingEvent, row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(PackingState) * len(PackingEvent)
    assert PACKING.finals == {PackingState.DROPPED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: PackingState, event: PackingEvent, following: PackingState | None) -> None:
    if following is not None:
        assert PACKING.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        PACKING.after(state, event)
