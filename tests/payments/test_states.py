"""The refund machine, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.kit.states import IllegalMove
from orderan.payments import REFUND, RefundEvent, RefundState

# state     execute     withdraw
GRID = """
granted     executed    withdrawn
executed    -           -
withdrawn   -           -
"""
SQUARES = [
    (RefundState(row[0]), event, None if cell == "-" else RefundState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip([RefundEvent.EXECUTE, RefundEvent.WITHDRAW], row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(RefundState) * len(RefundEvent)
    assert REFUND.initial is RefundState.GRANTED
    assert REFUND.finals == {RefundState.EXECUTED, RefundState.WITHDRAWN}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: RefundState, event: RefundEvent, following: RefundState | None) -> None:
    if following is not None:
        assert REFUND.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        REFUND.after(state, event)
