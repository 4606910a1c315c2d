"""The machines of stock-takes and their areas, redrawn as grids: every square, blanks too."""

from enum import StrEnum

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.stocktake import AREA, TAKE, AreaEvent, AreaState, TakeEvent, TakeState

# state     complete  reopen    approve  cancel
TAKES = """
counting    counted   -         -        cancelled
counted     -         counting  posted   cancelled
posted      -         -         -        -
cancelled   -         -         -        -
"""
# state     begin       leave    settle   doubt    skip
AREAS = """
open        counting    -        -        -        skipped
counting    -           open     counted  recount  -
recount     recounting  -        -        -        -
recounting  -           recount  counted  -        -
counted     -           -        -        recount  -
skipped     -           -        -        -        -
"""


def _squares(
    grid: str, states: type[StrEnum], events: type[StrEnum]
) -> list[tuple[StrEnum, StrEnum, StrEnum | None]]:
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(events, row[1:], strict=True)
    ]


SQUARES = _squares(TAKES, TakeState, TakeEvent) + _squares(AREAS, AreaState, AreaEvent)
MACHINES: dict[type[StrEnum], Machine[StrEnum, StrEnum]] = {TakeState: TAKE, AreaState: AREA}  # type: ignore[dict-item]


def test_the_grids_have_every_state_and_every_event() -> None:
    assert len(SQUARES) == 4 * 4 + 6 * 5


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_every_square_of_the_grids(state: StrEnum, event: StrEnum, following: StrEnum | None) -> None:
    machine = MACHINES[type(state)]
    if following is None:
        with pytest.raises(IllegalMove):
            machine.after(state, event)
    else:
        assert machine.after(state, event) is following
