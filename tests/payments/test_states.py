"""The machines of a refund and of a try to get money, redrawn as grids: every square, blanks too."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.payments import (
    ATTEMPT,
    REFUND,
    AttemptEvent,
    AttemptState,
    RefundEvent,
    RefundState,
)

# state     execute     withdraw
REFUND_GRID = """
granted     executed    withdrawn
executed    -           -
withdrawn   -           -
"""

# state     offer    lose     fail    hold  pay   decline   expire   cancel     reverse   refund    dispute
ATTEMPT_GRID = """
asking      offered  unknown  failed  held  paid  declined  expired  cancelled  -         -         -
unknown     offered  -        failed  held  paid  declined  expired  cancelled  -         -         -
offered     -        -        -       held  paid  declined  expired  cancelled  -         -         -
held        -        -        -       -     paid  declined  expired  cancelled  -         -         -
paid        -        -        -       -     -     -         -        -          reversed  refunded  disputed
declined    -        -        -       -     paid  -         -        -          -         -         -
expired     -        -        -       -     paid  -         -        -          -         -         -
cancelled   -        -        -       -     paid  -         -        -          -         -         -
failed      -        -        -       -     paid  -         -        -          -         -         -
reversed    -        -        -       -     paid  -         -        -          -         -         -
refunded    -        -        -       -     -     -         -        -          -         -         -
disputed    -        -        -       -     paid  -         -        -          reversed  -         -
"""

Square = tuple[StrEnum, StrEnum, StrEnum | None]


def drawn(grid: str, states: type[StrEnum], events: Iterable[StrEnum]) -> list[Square]:
    columns = list(events)
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(columns, row[1:], strict=True)
    ]


REFUND_SQUARES = drawn(REFUND_GRID, RefundState, [RefundEvent.EXECUTE, RefundEvent.WITHDRAW])
ATTEMPT_SQUARES = drawn(ATTEMPT_GRID, AttemptState, AttemptEvent)
SQUARES = [*REFUND_SQUARES, *ATTEMPT_SQUARES]
MACHINES: dict[type[StrEnum], Machine[Any, Any]] = {RefundState: REFUND, AttemptState: ATTEMPT}


def test_the_grids_have_every_state_and_every_event() -> None:
    assert len(REFUND_SQUARES) == len(RefundState) * len(RefundEvent)
    assert REFUND.initial is RefundState.GRANTED
    assert REFUND.finals == {RefundState.EXECUTED, RefundState.WITHDRAWN}
    assert len(ATTEMPT_SQUARES) == len(AttemptState) * len(AttemptEvent)
    assert ATTEMPT.initial is AttemptState.ASKING
    assert ATTEMPT.finals == {AttemptState.REFUNDED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: StrEnum, event: StrEnum, following: StrEnum | None) -> None:
    machine = MACHINES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
