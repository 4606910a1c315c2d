"""When a booking is taken up again, and what it is called. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from orderan.shipping.bookings import Booking
from orderan.shipping.states import BookingState

_S = BookingState
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

LEASE: Final = timedelta(seconds=90)
"""Whoever takes a booking up has so long: every call of a courier's has ended by then."""
PATIENCE: Final[Mapping[BookingState, tuple[timedelta, ...]]] = MappingProxyType(
    {
        _S.WANTED: (_MINUTE, 5 * _MINUTE, 15 * _MINUTE),
        _S.UNKNOWN: (timedelta(seconds=30), _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR),
        _S.BOOKED: (_MINUTE, 2 * _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR),
        _S.WITHDRAWING: (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR),
    }
)
"""By state: how long until it is taken up again, by how often it was."""
NEVER_HEARD: Final = 3
"""So often a courier has to say that it has no such booking before that is believed: it may be late to its own books."""
MOST_TRIES: Final = 3
"""So often couriers are asked for offers before a parcel nobody chose a courier for waits for a person."""


def next_ask(state: BookingState, asked: int, now: datetime, *, awb: str | None = None) -> datetime | None:
    """When a booking is taken up again; None where nothing is to be asked.

    Args:
        asked: How often it was since it came to stand so.
    """
    if state is _S.BOOKED and awb is not None:
        return None
    if state is _S.ASKING:
        return now + LEASE
    waits = PATIENCE.get(state)
    return None if waits is None else now + waits[min(asked, len(waits) - 1)]


def key_of(booking_id: UUID) -> str:
    """Our name of a booking: twelve letters and digits, which fit into every courier's field."""
    return booking_id.hex[-12:]


def outdated(booking: Booking, cod_minor: int) -> bool:
    """Whether its courier would collect another amount than is due."""
    return booking.cod_minor != cod_minor
