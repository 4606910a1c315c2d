"""The machines of waves and lists, redrawn as grids: every square, blanks too."""

from enum import StrEnum

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.picking import LIST, WAVE, ListEvent, ListState, WaveEvent, WaveState

# state    begin    finish  drop
WAVES = """
released   picking  done    dropped
picking    -        done    -
done       -        -       -
dropped    -        -       -
"""
# state    take   put_back  finish  drop
LISTS = """
open       taken  -         done    dropped
taken      -      open      done    -
done       -      -         -       -
dropped    -      -         -       -
"""


def _squares(
    grid: str, states: type[StrEnum], events: type[StrEnum]
) -> list[tuple[StrEnum, StrEnum, StrEnum | None]]:
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(events, row[1:], strict=True)
    ]


SQUARES = _squares(WAVES, WaveState, WaveEvent) + _squares(LISTS, ListState, ListEvent)
MACHINES: dict[type[StrEnum], Machine[StrEnum, StrEnum]] = {WaveState: WAVE, ListState: LIST}  # type: ignore[dict-item]


def test_the_grids_have_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(WaveState) * len(WaveEvent) + len(ListState) * len(ListEvent)
    assert WAVE.finals == {WaveState.DONE, WaveState.DROPPED}
    assert LIST.finals == {ListState.DONE, ListState.DROPPED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: StrEnum, event: StrEnum, following: StrEnum | None) -> None:
    machine = MACHINES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
