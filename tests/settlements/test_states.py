"""The life of a difference, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.kit.states import IllegalMove
from orderan.settlements import ENTRY, EntryEvent, EntryState

# state    explain    vanish  return
GRID = """
open       explained  gone    -
explained  -          gone    open
gone       -          -       open
"""
SQUARES = [
    (EntryState(row[0]), event, None if cell == "-" else EntryState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(EntryEvent, row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(EntryState) * len(EntryEvent)
    assert ENTRY.initial is EntryState.OPEN
    assert ENTRY.finals == set(), "a later file may say otherwise at any time"


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: EntryState, event: EntryEvent, following: EntryState | None) -> None:
    if following is not None:
        assert ENTRY.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        ENTRY.after(state, event)
