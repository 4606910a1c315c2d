"""The machines of a promotion and of one use of it, redrawn as grids: every square, blanks too."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.promotions import (
    PROMOTION,
    REDEMPTION,
    PromotionEvent,
    PromotionState,
    RedemptionEvent,
    RedemptionState,
)

# state     start    pause   exhaust    refill   end
PROMOTION_GRID = """
draft       running  -       -          -        ended
running     -        paused  exhausted  -        ended
paused      running  -       -          -        ended
exhausted   -        -       -          running  ended
ended       -        -       -          -        -
"""

# state     confirm    release   reverse
REDEMPTION_GRID = """
reserved    confirmed  released  -
confirmed   -          released  reversed
released    confirmed  -         -
reversed    -          -         -
"""

Square = tuple[StrEnum, StrEnum, StrEnum | None]


def drawn(grid: str, states: type[StrEnum], events: Iterable[StrEnum]) -> list[Square]:
    columns = list(events)
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(columns, row[1:], strict=True)
    ]


SQUARES = [
    *drawn(PROMOTION_GRID, PromotionState, PromotionEvent),
    *drawn(REDEMPTION_GRID, RedemptionState, RedemptionEvent),
]
MACHINES: dict[type[StrEnum], Machine[Any, Any]] = {PromotionState: PROMOTION, RedemptionState: REDEMPTION}


def test_the_grids_have_every_state_and_every_event() -> None:
    whole = len(PromotionState) * len(PromotionEvent) + len(RedemptionState) * len(RedemptionEvent)
    assert len(SQUARES) == whole
    assert PROMOTION.finals == {PromotionState.ENDED}
    assert REDEMPTION.finals == {RedemptionState.REVERSED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: StrEnum, event: StrEnum, following: StrEnum | None) -> None:
    machine = MACHINES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
