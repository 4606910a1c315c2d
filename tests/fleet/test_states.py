"""The machines of a run, of its stops and of a plan, redrawn as grids: every square, blanks too."""

from enum import StrEnum
from typing import Any

import pytest

from orderan.fleet import (
    PLANNING,
    RUN,
    STOP,
    PlanningEvent,
    PlanningState,
    RunEvent,
    RunState,
    StopEvent,
    StopState,
)
from orderan.kit.states import IllegalMove, Machine

RUNS = """
state      leave  return  close   cancel
planned    out    -       -       cancelled
out        -      back    -       -
back       -      -       closed  -
closed     -      -       -       -
cancelled  -      -       -       -
"""
STOPS = """
state      approach  postpone  deliver    fail    skip
planned    next      -         delivered  failed  skipped
next       -         planned   delivered  failed  skipped
delivered  -         -         -          -       -
failed     -         -         -          -       -
skipped    -         -         -          -       -
"""
PLANNINGS = """
state    apply    refuse
asked    applied  refused
applied  -        -
refused  -        -
"""
DRAWN: list[tuple[Machine[Any, Any], str, type[StrEnum], type[StrEnum]]] = [
    (RUN, RUNS, RunState, RunEvent),
    (STOP, STOPS, StopState, StopEvent),
    (PLANNING, PLANNINGS, PlanningState, PlanningEvent),
]


def squares(
    machine: Machine[Any, Any], grid: str, states: type[StrEnum], events: type[StrEnum]
) -> list[tuple[Any, Any, Any]]:
    head, *rows = [line.split() for line in grid.strip().splitlines()]
    assert head[1:] == [str(event) for event in events], machine.name
    assert [row[0] for row in rows] == [str(state) for state in states], machine.name
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in rows
        for event, cell in zip(events, row[1:], strict=True)
    ]


SQUARES = [square for drawn in DRAWN for square in squares(*drawn)]
BY_STATES = {type(machine.initial): machine for machine, *_ in DRAWN}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: Any, event: Any, following: Any) -> None:
    machine = BY_STATES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
