"""The machines of an attempt to ask and of a parcel's day, redrawn as grids: every square, blanks too."""

from enum import StrEnum
from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.verification import ATTEMPT, DAY, AttemptEvent, AttemptState, DayEvent, DayState

ATTEMPTS = """
state      ask    fail    lose     confirm    refuse   put_off  miss    overtake
sending    asked  failed  unknown  confirmed  refused  put_off  missed  overtaken
asked      -      -       -        confirmed  refused  put_off  missed  overtaken
unknown    asked  failed  -        confirmed  refused  put_off  missed  overtaken
confirmed  -      -       -        -          -        -        -       -
refused    -      -       -        -          -        -        -       -
put_off    -      -       -        -          -        -        -       -
missed     -      -       -        confirmed  refused  put_off  -       overtaken
failed     -      -       -        confirmed  refused  put_off  -       overtaken
overtaken  -      -       -        -          -        -        -       -
"""
DAYS = """
state        ask    be_home  put_off      be_out  give_up      overtake
waiting      asked  home     another_day  nobody  unreachable  overtaken
asked        -      home     another_day  nobody  unreachable  overtaken
home         -      -        another_day  nobody  -            -
another_day  -      home     another_day  nobody  -            -
nobody       -      home     another_day  -       -            -
unreachable  -      home     another_day  nobody  -            -
overtaken    -      -        -            -       -            -
"""
DRAWN: list[tuple[Machine[Any, Any], str, type[StrEnum], type[StrEnum]]] = [
    (ATTEMPT, ATTEMPTS, AttemptState, AttemptEvent),
    (DAY, DAYS, DayState, DayEvent),
]


def squares(grid: str, states: type[StrEnum], events: type[StrEnum]) -> list[tuple[Any, Any, Any]]:
    head, *rows = [line.split() for line in grid.strip().splitlines()]
    return [
        (states(state), events(event), None if cell == "-" else states(cell))
        for state, *cells in rows
        for event, cell in zip(head[1:], cells, strict=True)
    ]


SQUARES = [square for _, grid, states, events in DRAWN for square in squares(grid, states, events)]


@pytest.mark.parametrize(("machine", "grid", "states", "events"), DRAWN)
def test_the_grid_has_every_state_and_every_event(
    machine: Machine[Any, Any], grid: str, states: type[StrEnum], events: type[StrEnum]
) -> None:
    head, *rows = [line.split() for line in grid.strip().splitlines()]
    assert sorted(head[1:]) == sorted(events)
    assert sorted(row[0] for row in rows) == sorted(states)
    assert machine.initial == rows[0][0]


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: Any, event: Any, following: Any) -> None:
    machine = ATTEMPT if isinstance(state, AttemptState) else DAY
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
