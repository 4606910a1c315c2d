"""The machines of returns, redrawn as grids: every square, blanks too."""

from enum import StrEnum
from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.returns import (
    DISPUTE,
    EXCHANGE,
    RETURN,
    DisputeEvent,
    DisputeState,
    ExchangeEvent,
    ExchangeState,
    ReturnEvent,
    ReturnState,
)

# state      approve    reject     send        receive    inspect    resolve    close    give_up
RETURNS = """
requested    approved   rejected   -           -          -          -          -        closed
approved     -          -          in_transit  received   -          -          -        closed
rejected     -          -          -           -          -          -          -        -
in_transit   -          -          -           received   -          -          -        closed
received     -          -          -           -          inspected  -          -        -
inspected    -          -          -           -          -          resolved   -        -
resolved     -          -          -           -          -          -          closed   -
closed       -          -          -           -          -          -          -        -
"""

# state    settle     drop
EXCHANGES = """
held       settled    dropped
settled    -          -
dropped    -          -
"""

# state     add        for_buyer   for_shop
DISPUTES = """
open        evidence   for_buyer   for_shop
evidence    evidence   for_buyer   for_shop
for_buyer   -          -           -
for_shop    -          -           -
"""


def _squares(
    grid: str, states: type[StrEnum], events: type[StrEnum]
) -> list[tuple[StrEnum, StrEnum, StrEnum | None]]:
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(events, row[1:], strict=True)
    ]


MACHINES: dict[type[StrEnum], Machine[Any, Any]] = {
    ReturnState: RETURN,
    ExchangeState: EXCHANGE,
    DisputeState: DISPUTE,
}
SQUARES = _squares(RETURNS, ReturnState, ReturnEvent) + _squares(EXCHANGES, ExchangeState, ExchangeEvent)
SQUARES += _squares(DISPUTES, DisputeState, DisputeEvent)


def test_the_grids_have_every_state_and_every_event() -> None:
    sizes = ((ReturnState, ReturnEvent), (ExchangeState, ExchangeEvent), (DisputeState, DisputeEvent))
    assert len(SQUARES) == sum(len(states) * len(events) for states, events in sizes)
    assert (RETURN.initial, EXCHANGE.initial) == (ReturnState.REQUESTED, ExchangeState.HELD)
    assert RETURN.finals == {ReturnState.REJECTED, ReturnState.CLOSED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: StrEnum, event: StrEnum, following: StrEnum | None) -> None:
    machine = MACHINES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
