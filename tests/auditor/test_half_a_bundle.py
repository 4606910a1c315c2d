"""A bundle that leaves from two places is shipped by halves in between, and its books are in order."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order
from given import JAKARTA, SURABAYA, a_shop
from orderan.auditor import audit
from orderan.flows.hand_over import hand_over_many
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.fulfilment import Box
from orderan.inventory import Receipt, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Terms

pytestmark = pytest.mark.anyio
CHECK = "stock.lines_equal_claims"


async def test_what_is_claimed_and_what_left_make_whole_bundles(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(
        floor,
        now,
        stock={"cangkir": 7, "teko": 9},
        bundles={"set": {"cangkir": 2, "teko": 1}},
        places={"JKT": JAKARTA, "SBY": SURABAYA},
    )
    more = [Receipt(world.skus["cangkir"], world.locations["SBY"], 5)]
    await floor.run(lambda tx: receive_stock(tx, more, now=now))
    order = await an_order(world, keyring, ("set", 6), now=now, terms=Terms.COD)
    [task] = await floor.all(
        "SELECT id FROM task WHERE order_id = %(order)s AND location_id = %(place)s",
        order=order.id,
        place=world.locations["JKT"],
    )

    async def leave(tx: Tx) -> None:
        await release_tasks(tx, [task.id], now=now)
        await start_picking(tx, [task.id], now=now)
        await finish_tasks(tx, [task.id], take_all=True, now=now)
        await pack(tx, [task.id], now=now)
        await hand_over_many(tx, [(task.id, Box("jne", "NSP00010000017", "REG", 500))], now=now)

    await floor.run(leave)
    [line] = await floor.all("SELECT allocated, shipped FROM order_line")
    [claim] = await floor.all("SELECT quantity FROM claim")
    assert (line.allocated, line.shipped, claim.quantity) == (6, 3, 5)

    assert [one for one in audit(database_url, now=now).findings if one.check == CHECK] == []

    await floor.all("UPDATE claim SET quantity = 4 RETURNING 1")
    assert [one.check for one in audit(database_url, now=now).findings if one.check == CHECK] == [CHECK]
