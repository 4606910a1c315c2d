"""An outage of one rail reaches the phones of exactly those who pay through it, once, and so does its end."""

import asyncio
from collections import Counter
from datetime import datetime

import pytest

from access.conftest import House
from conftest import ShopFloor
from incidents.troubled import MINUTE, a_street
from orderan.customers import Buyer
from orderan.flows.payment_incident import recover
from orderan.kit.crypto import Keyring
from reach.stand import a_stand

pytestmark = pytest.mark.anyio


def phone(turn: int) -> str:
    return f"+62812{turn:08}"


async def test_137_of_a_thousand_phones_hear_of_the_outage_once_and_of_its_end_once(
    floor: ShopFloor, keyring: Keyring, house: House, now: datetime
) -> None:
    street = await a_street(
        floor,
        keyring,
        now,
        there=137,
        elsewhere=863,
        # Nobody of those elsewhere is of those there; that some of them order often makes it quicker.
        buyer=lambda turn: Buyer("Ani", phone(turn if turn < 137 else 200 + turn % 9), None, None),
    )
    async with a_stand(floor, keyring, house, now, "whatsapp", world=street.world) as stand:
        await stand.open("whatsapp")
        stand.later(10 * MINUTE)
        followed = await street.opened(since=stand.clock.at)
        await asyncio.gather(*(stand.tell("whatsapp") for _ in range(2)))

        told = stand.on_phone()
        assert Counter(one.phone for one in told) == Counter(phone(turn) for turn in range(137))
        assert all(one.text.startswith("[orderan_trouble]") for one in told)

        stand.later(20 * MINUTE)
        incident = followed.incident.id
        await floor.run(lambda tx: recover(tx, incident, now=stand.clock.at))
        await asyncio.gather(*(stand.tell("whatsapp") for _ in range(2)))

        again = stand.on_phone()[len(told) :]
        assert Counter(one.phone for one in again) == Counter(phone(turn) for turn in range(137))
        assert all(one.text.startswith("[orderan_recovered]") for one in again)
