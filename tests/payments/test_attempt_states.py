"""The machine of a try to get money, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.kit.states import IllegalMove
from orderan.payments import ATTEMPT, AttemptEvent, AttemptState

# state     offer    lose     fail    hold  pay   decline   expire   cancel     reverse   refund    dispute
GRID = """
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
SQUARES = [
    (AttemptState(row[0]), event, None if cell == "-" else AttemptState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(AttemptEvent, row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(AttemptState) * len(AttemptEvent)
    assert ATTEMPT.initial is AttemptState.ASKING
    assert ATTEMPT.finals == {AttemptState.REFUNDED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: AttemptState, event: AttemptEvent, following: AttemptState | None) -> None:
    if following is not None:
        assert ATTEMPT.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        ATTEMPT.after(state, event)
