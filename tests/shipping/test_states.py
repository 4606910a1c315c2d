"""The machines of parcels, of bookings, of pick-ups, of claims and of missed doors, redrawn as grids: every square, blanks too."""

from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.shipping import (
    BOOKING,
    CLAIM,
    DOOR,
    MANIFEST,
    PARCEL,
    BookingEvent,
    BookingState,
    ClaimEvent,
    ClaimState,
    DoorEvent,
    DoorState,
    ManifestEvent,
    ManifestState,
    ParcelEvent,
    ParcelState,
)

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
# state   close    drop
MANIFESTS = """
open      closed   dropped
closed    -        -
dropped   -        -
"""
# state   file   accept    refuse   pay   drop
CLAIMS = """
open      filed  -         -        -     dropped
filed     -      accepted  refused  -     -
accepted  -      -         -        paid  -
refused   filed  -         -        -     dropped
paid      -      -         -        -     -
dropped   -      -         -        -     -
"""
# state    wish    tell  overtake
MISSED = """
waiting    wished  -     overtaken
wished     -       told  overtaken
told       -       -     -
overtaken  -       -     -
"""
MACHINES: dict[Any, Machine[Any, Any]] = {
    ParcelState: PARCEL,
    BookingState: BOOKING,
    ManifestState: MANIFEST,
    ClaimState: CLAIM,
    DoorState: DOOR,
}
SQUARES: list[tuple[Any, Any, Any]] = [
    (states(row[0]), event, None if cell == "-" else states(cell))
    for grid, states, events in (
        (GRID, ParcelState, ParcelEvent),
        (BOOKINGS, BookingState, BookingEvent),
        (MANIFESTS, ManifestState, ManifestEvent),
        (CLAIMS, ClaimState, ClaimEvent),
        (MISSED, DoorState, DoorEvent),
    )
    for row in (line.split() for line in grid.strip().splitlines())
    for event, cell in zip(events, row[1:], strict=True)
]


def test_the_grids_have_every_state_and_every_event() -> None:
    sizes = (
        (ParcelState, ParcelEvent),
        (BookingState, BookingEvent),
        (ManifestState, ManifestEvent),
        (ClaimState, ClaimEvent),
        (DoorState, DoorEvent),
    )
    assert len(SQUARES) == sum(len(list(states)) * len(list(events)) for states, events in sizes)
    assert PARCEL.initial is ParcelState.CREATED
    assert PARCEL.finals == {
        ParcelState.DELIVERED,
        ParcelState.RETURNED,
        ParcelState.LOST,
        ParcelState.DAMAGED,
    }
    assert BOOKING.initial is BookingState.WANTED
    assert BOOKING.finals == {BookingState.FAILED, BookingState.WITHDRAWN, BookingState.HANDED_OVER}
    assert DOOR.finals == {DoorState.TOLD, DoorState.OVERTAKEN}
    assert CLAIM.initial is ClaimState.OPEN
    assert CLAIM.finals == {ClaimState.PAID, ClaimState.DROPPED}
    assert MANIFEST.finals == {ManifestState.CLOSED, ManifestState.DROPPED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: Any, event: Any, following: Any) -> None:
    machine = MACHINES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
