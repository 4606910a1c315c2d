"""Two people at one packing, at once.

Both are stopped where the window is widest. The control takes the guard away and shows the same setup going wrong; on
the day it stops going wrong, the race test above it proves nothing.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from inventory.racing import Meeting, race
from orderan.flows import pack_goods
from orderan.flows.pack_goods import scan_into_parcel
from orderan.fulfilment import Task
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import load_orders
from orderan.packing import store, views
from orderan.packing.models import Packing
from packing.tables import a_table

pytestmark = pytest.mark.anyio


async def test_the_last_unit_of_an_order_goes_in_once_when_two_scan_it_at_once(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = await a_table(floor, keyring, now)
    _, task = await table.opened(("kopi", 1))
    Meeting(floor).after(monkeypatch, pack_goods, "lock_work")

    outcomes = await race(floor, *[lambda tx: scan_into_parcel(tx, task, "kopi", now=now)] * 2)

    assert sorted(one.outcome for one in outcomes) == ["extra", "right"]
    assert await table.inside(task) == {(1, "kopi"): 1}


async def test_control_without_the_locks_it_goes_in_twice(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = await a_table(floor, keyring, now)
    order, task = await table.opened(("kopi", 1))

    async def unlocked(tx: Tx, ids: Collection[UUID], **_: Any) -> Any:
        row = await tx.one(
            """
            SELECT id, order_id, location_id, state, assigned_to, planned_at, released_at, picking_at, packed_at,
                   handed_over_at, moved_at
            FROM task WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
            """,
            {"shop": tx.shop_id, "ids": list(ids)},
        )
        found = await load_orders(tx, [order.id])
        return {order.id: found[order.id][0]}, [Task(*row)]

    async def read(tx: Tx, tasks: Collection[UUID]) -> dict[UUID, Packing]:
        return await views.packings_of(tx, tasks)

    monkeypatch.setattr(pack_goods, "lock_work", unlocked)
    monkeypatch.setattr(store, "lock_packings", read)
    Meeting(floor).after(monkeypatch, views, "serials_inside")

    outcomes = await race(floor, *[lambda tx: scan_into_parcel(tx, task, "kopi", now=now)] * 2)

    assert [one.outcome for one in outcomes] == ["right", "right"]
    assert await table.inside(task) == {(1, "kopi"): 2}
