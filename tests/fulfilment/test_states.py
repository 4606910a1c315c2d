"""The task machine, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.fulfilment import TASK, TaskEvent, TaskState
from orderan.kit.states import IllegalMove

# state      release   start    run_short  finish  pack    hand_over    cancel
GRID = """
planned      released  -        -          -       -       -            cancelled
released     -         picking  -          -       -       -            cancelled
picking      -         -        short      picked  -       -            cancelled
short        -         picking  -          -       -       -            cancelled
picked       -         -        -          -       packed  -            cancelled
packed       -         -        -          -       -       handed_over  cancelled
handed_over  -         -        -          -       -       -            -
cancelled    -         -        -          -       -       -            -
"""
SQUARES = [
    (TaskState(row[0]), event, None if cell == "-" else TaskState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(TaskEvent, row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(TaskState) * len(TaskEvent)
    assert TASK.initial is TaskState.PLANNED
    assert TASK.finals == {TaskState.HANDED_OVER, TaskState.CANCELLED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: TaskState, event: TaskEvent, following: TaskState | None) -> None:
    if following is not None:
        assert TASK.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        TASK.after(state, event)
