"""The transfer machine, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.inventory.models import TransferState
from orderan.inventory.states import TRANSFER, TransferEvent
from orderan.kit.states import IllegalMove

# state        dispatch        cancel       arrive        complete
GRID = """
draft          in_transit      cancelled    -             -
in_transit     -               -            in_transit    received
received       -               -            -             -
cancelled      -               -            -             -
"""

SQUARES = [
    (TransferState(row[0]), event, None if cell == "-" else TransferState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(
        [TransferEvent.DISPATCH, TransferEvent.CANCEL, TransferEvent.ARRIVE, TransferEvent.COMPLETE],
        row[1:],
        strict=True,
    )
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(TransferState) * len(TransferEvent)
    assert TRANSFER.initial is TransferState.DRAFT
    assert TRANSFER.finals == {TransferState.RECEIVED, TransferState.CANCELLED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: TransferState, event: TransferEvent, following: TransferState | None) -> None:
    if following is not None:
        assert TRANSFER.after(state, event) is following
        return
    with pytest.raises(IllegalMove) as refused:
        TRANSFER.after(state, event)
    assert (refused.value.machine, refused.value.state, refused.value.event) == ("transfer", state, event)
