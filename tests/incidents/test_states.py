"""The incident machine, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.incidents import INCIDENT, IncidentEvent, IncidentState
from orderan.kit.states import IllegalMove

# state      confirm  dismiss    recover    relapse  close
GRID = """
suspected    open     dismissed  -          -        -
open         -        -          recovered  -        -
recovered    -        -          -          open     closed
closed       -        -          -          -        -
dismissed    -        -          -          -        -
"""
SQUARES = [
    (IncidentState(row[0]), event, None if cell == "-" else IncidentState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(IncidentEvent, row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(IncidentState) * len(IncidentEvent)
    assert INCIDENT.initial is IncidentState.SUSPECTED
    assert INCIDENT.finals == {IncidentState.CLOSED, IncidentState.DISMISSED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: IncidentState, event: IncidentEvent, following: IncidentState | None) -> None:
    if following is not None:
        assert INCIDENT.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        INCIDENT.after(state, event)
