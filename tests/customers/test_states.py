"""The customer machine, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.customers.states import CUSTOMER, CustomerEvent, CustomerState
from orderan.kit.states import IllegalMove

# state   merge     erase
GRID = """
active    merged    erased
merged    -         -
erased    -         -
"""
SQUARES = [
    (CustomerState(row[0]), event, None if cell == "-" else CustomerState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip([CustomerEvent.MERGE, CustomerEvent.ERASE], row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(CustomerState) * len(CustomerEvent)
    assert CUSTOMER.initial is CustomerState.ACTIVE
    assert CUSTOMER.finals == {CustomerState.MERGED, CustomerState.ERASED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: CustomerState, event: CustomerEvent, following: CustomerState | None) -> None:
    if following is not None:
        assert CUSTOMER.after(state, event) is following
        return
    with pytest.raises(IllegalMove) as refused:
        CUSTOMER.after(state, event)
    assert (refused.value.machine, refused.value.state, refused.value.event) == ("customer", state, event)
