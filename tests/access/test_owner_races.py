"""Two owners demote each other at once; one of them stays.

Both are stopped after the owners are read and before anything is written, the widest the window
can be. The control takes the lock away and shows the same setup leaving a shop with no owner; on
the day it stops going wrong, the race test above it proves nothing.
"""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from access.conftest import Hire, House
from conftest import ShopFloor
from inventory.racing import Meeting
from orderan.access import LastOwner, Staff, change_staff, store
from orderan.kit.db import Tx

pytestmark = pytest.mark.anyio


async def _unlocked(tx: Tx) -> set[UUID]:
    rows = await tx.all(
        "SELECT id FROM staff WHERE shop_id = %(shop)s AND state = 'active' AND 'owner' = ANY(roles)",
        {"shop": tx.shop_id},
    )
    return {row.id for row in rows}


async def _demote(floor: ShopFloor, house: House, staff: Staff) -> Any:
    async def command(tx: Tx) -> Staff:
        return await change_staff(tx, staff.id, giver=None, roles=["viewer"], now=house.clock.at)

    try:
        return await floor.run(command)
    except LastOwner as refusal:
        return refusal


async def _owners(floor: ShopFloor) -> int:
    return int(await floor.value("SELECT count(*) FROM staff WHERE 'owner' = ANY(roles)"))


async def test_of_two_owners_stepping_down_at_once_one_stays(
    floor: ShopFloor, house: House, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, budi = await hire("ana@toko.test"), await hire("budi@toko.test")
    Meeting(floor).after(monkeypatch, store, "lock_owners")

    outcomes = await asyncio.gather(_demote(floor, house, ana), _demote(floor, house, budi))

    assert sorted(type(one).__name__ for one in outcomes) == ["LastOwner", "Staff"]
    assert await _owners(floor) == 1


async def test_control_without_the_lock_the_shop_is_left_without_an_owner(
    floor: ShopFloor, house: House, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, budi = await hire("ana@toko.test"), await hire("budi@toko.test")
    monkeypatch.setattr(store, "lock_owners", _unlocked)
    Meeting(floor).after(monkeypatch, store, "lock_owners")

    outcomes = await asyncio.gather(_demote(floor, house, ana), _demote(floor, house, budi))

    assert [type(one).__name__ for one in outcomes] == ["Staff", "Staff"]
    assert await _owners(floor) == 0
