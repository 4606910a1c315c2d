"""The parcel machine, redrawn as a grid: every square, blanks too."""

import pytest

from orderan.kit.states import IllegalMove
from orderan.shipping import PARCEL, ParcelEvent, ParcelState

# state            pick_up    move        go_out            fail            deliver    send_back  arrive_back  lose  damage
GRID = """
created            picked_up  -           -                 -               -          -          -            -     -
picked_up          -          in_transit  out_for_delivery  attempt_failed  delivered  returning  -            lost  damaged
in_transit         -          -           out_for_delivery  attempt_failed  delivered  returning  -            lost  damaged
out_for_delivery   -          -           -                 attempt_failed  delivered  returning  -            lost  damaged
attempt_failed     -          in_transit  out_for_delivery  -               delivered  returning  -            lost  damaged
returning          -          -           -                 -               -          -          returned     lost  damaged
delivered          -          -           -                 -               -          -          -            -     -
returned           -          -           -                 -               -          -          -            -     -
lost               -          -           -                 -               -          -          -            -     -
damaged            -          -           -                 -               -          -          -            -     -
"""
SQUARES = [
    (ParcelState(row[0]), event, None if cell == "-" else ParcelState(cell))
    for row in (line.split() for line in GRID.strip().splitlines())
    for event, cell in zip(ParcelEvent, row[1:], strict=True)
]


def test_the_grid_has_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(ParcelState) * len(ParcelEvent)
    assert PARCEL.initial is ParcelState.CREATED
    assert PARCEL.finals == {
        ParcelState.DELIVERED,
        ParcelState.RETURNED,
        ParcelState.LOST,
        ParcelState.DAMAGED,
    }


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: ParcelState, event: ParcelEvent, following: ParcelState | None) -> None:
    if following is not None:
        assert PARCEL.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        PARCEL.after(state, event)
