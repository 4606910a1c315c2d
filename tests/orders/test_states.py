"""The machines of orders, redrawn as grids: every square, blanks too."""

from enum import StrEnum
from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.orders import (
    CHANGE,
    COMMERCIAL,
    HOLD,
    VERIFICATION,
    ChangeEvent,
    ChangeState,
    Commercial,
    CommercialEvent,
    HoldEvent,
    HoldState,
    Verification,
    VerificationEvent,
)

GRIDS: dict[str, tuple[Machine[Any, Any], type[StrEnum], type[StrEnum], str]] = {
    "commercial": (
        COMMERCIAL,
        Commercial,
        CommercialEvent,
        """
        state             place             accept    expire   revive    complete   cancel
        draft             awaiting_payment  accepted  -        -         -          cancelled
        awaiting_payment  -                 accepted  expired  -         -          cancelled
        accepted          -                 -         -        -         completed  cancelled
        completed         -                 -         -        -         -          -
        cancelled         -                 -         -        -         -          -
        expired           -                 -         -        accepted  -          -
        """,
    ),
    "verification": (
        VERIFICATION,
        Verification,
        VerificationEvent,
        """
        state        ask      confirm    refuse   give_up      waive
        not_needed   waiting  -          -        -            waived
        waiting      -        confirmed  refused  unreachable  waived
        confirmed    waiting  -          -        -            -
        refused      -        -          -        -            -
        unreachable  waiting  confirmed  refused  -            waived
        waived       waiting  -          -        -            -
        """,
    ),
    "hold": (
        HOLD,
        HoldState,
        HoldEvent,
        """
        state     release   expire
        open      released  expired
        released  -         -
        expired   -         -
        """,
    ),
    "change": (
        CHANGE,
        ChangeState,
        ChangeEvent,
        """
        state      confirm    decline
        open       confirmed  declined
        confirmed  -          -
        declined   -          -
        """,
    ),
}


def squares() -> list[Any]:
    found = []
    for name, (machine, states, events, grid) in GRIDS.items():
        head, *rows = [line.split() for line in grid.strip().splitlines()]
        for state, *cells in rows:
            for event, cell in zip(head[1:], cells, strict=True):
                following = None if cell == "-" else states(cell)
                found.append(
                    pytest.param(
                        machine, states(state), events(event), following, id=f"{name}-{state}-{event}"
                    )
                )
    return found


@pytest.mark.parametrize(("machine", "states", "events", "grid"), GRIDS.values(), ids=GRIDS)
def test_the_grid_has_every_state_and_every_event(
    machine: Machine[Any, Any], states: type[StrEnum], events: type[StrEnum], grid: str
) -> None:
    head, *rows = [line.split() for line in grid.strip().splitlines()]
    assert sorted(head[1:]) == sorted(events)
    assert sorted(row[0] for row in rows) == sorted(states)
    assert machine.initial == rows[0][0]


@pytest.mark.parametrize(("machine", "state", "event", "following"), squares())
def test_a_square(
    machine: Machine[Any, Any], state: StrEnum, event: StrEnum, following: StrEnum | None
) -> None:
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove) as refused:
        machine.after(state, event)
    assert (refused.value.state, refused.value.event) == (state, event)
