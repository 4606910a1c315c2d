"""The machines of parcels and of bookings, redrawn as grids: every square, blanks too."""

from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.shipping import BOOKING, PARCEL, BookingEvent, BookingState, ParcelEvent, ParcelState

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
# state        choose  accept  lose     fail    withdraw     let_go     hand_over
BOOKINGS = """
wanted         asking  -       -        failed  withdrawn    -          -
asking         -       booked  unknown  failed  withdrawing  -          -
unknown        -       booked  -        failed  withdrawing  -          -
booked         -       -       -        failed  withdrawing  -          handed_over
failed         -       -       -        -       -            -          -
withdrawing    -       -       -        -       -            withdrawn  -
withdrawn      -       -       -        -       -            -          -
handed_over    -       -       -        -       -            -          -
"""
SQUARES: list[tuple[Any, Any, Any]] = [
    (states(row[0]), event, None if cell == "-" else states(cell))
    for grid, states, events in ((GRID, ParcelState, ParcelEvent), (BOOKINGS, BookingState, BookingEvent))
    for row in (line.split() for line in grid.strip().splitlines())
    for event, cell in zip(events, row[1:], strict=True)
]


def test_the_grids_have_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(ParcelState) * len(ParcelEvent) + len(BookingState) * len(BookingEvent)
    assert PARCEL.initial is ParcelState.CREATED
    assert PARCEL.finals == {
        ParcelState.DELIVERED,
        ParcelState.RETURNED,
        ParcelState.LOST,
        ParcelState.DAMAGED,
    }
    assert BOOKING.initial is BookingState.WANTED
    assert BOOKING.finals == {BookingState.FAILED, BookingState.WITHDRAWN, BookingState.HANDED_OVER}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: Any, event: Any, following: Any) -> None:
    machine: Machine[Any, Any] = PARCEL if isinstance(state, ParcelState) else BOOKING
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
