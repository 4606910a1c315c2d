"""The return machine, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.kit.states import IllegalMove
from orderan.returns import RETURN, ReturnEvent, ReturnState

# state      approve    reject     send        receive    inspect    resolve    close    give_up
GRID = """
requested    approved   rejected   -           -          -          -          -        -
approved     -          -          in_transit  received   -          -          -        closed
rejected     -          -          -           -          -          -          -        -
in_transit   -          -          -           received   -          -          -        closed
received     -          -          -           -          inspected  -          -        -
inspected    -          -          -           -          -          resolved   -        -
resolved     -          -          -           -          -          -          closed   -
closed       -          -          -           -          -          -          -        -
"""
SQUARES = [
    (ReturnState(row[0]), event, None if cell == "-" else ReturnState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(ReturnEvent, row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(ReturnState) * len(ReturnEvent)
    assert RETURN.initial is ReturnState.REQUESTED
    assert RETURN.finals == {ReturnState.REJECTED, ReturnState.CLOSED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: ReturnState, event: ReturnEvent, following: ReturnState | None) -> None:
    if following is not None:
        assert RETURN.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        RETURN.after(state, event)
