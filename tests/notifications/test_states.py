"""The machines of messages and of their deliveries, redrawn as grids: every square, blanks too."""

from enum import StrEnum
from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.notifications import (
    DELIVERY,
    MESSAGE,
    DeliveryEvent,
    DeliveryState,
    MessageEvent,
    MessageState,
)

# state       tell  fail    suppress    again
MESSAGES = """
waiting       told  untold  suppressed  -
told          -     untold  -           waiting
untold        told  -       -           waiting
suppressed    -     -       -           -
"""
# state       claim    accept  arrive     see   refuse  delay   lose     suppress
DELIVERIES = """
queued        sending  sent    delivered  seen  failed  -       -        suppressed
sending       -        sent    delivered  seen  failed  queued  unknown  -
sent          -        -       delivered  seen  failed  -       -        -
delivered     -        -       -          seen  failed  -       -        -
seen          -        -       -          -     -       -       -        -
failed        -        sent    delivered  seen  -       -       -        -
unknown       -        sent    delivered  seen  failed  queued  -        -
suppressed    -        -       -          -     -       -       -        -
"""


def _squares(grid: str, states: Any, events: Any) -> list[tuple[StrEnum, StrEnum, StrEnum | None]]:
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(events, row[1:], strict=True)
    ]


SQUARES = [
    *_squares(MESSAGES, MessageState, MessageEvent),
    *_squares(DELIVERIES, DeliveryState, DeliveryEvent),
]


def test_the_grids_have_every_state_and_every_event() -> None:
    assert len(SQUARES) == len(MessageState) * len(MessageEvent) + len(DeliveryState) * len(DeliveryEvent)
    assert MESSAGE.finals == {MessageState.SUPPRESSED}
    assert DELIVERY.finals == {DeliveryState.SEEN, DeliveryState.SUPPRESSED}


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: StrEnum, event: StrEnum, following: StrEnum | None) -> None:
    machine: Machine[Any, Any] = MESSAGE if isinstance(state, MessageState) else DELIVERY
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
