"""Looking for what stands still reads what is open, and not the years that are over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, delivered
from given import a_shop
from orderan.flows.watch_limits import WATCHES
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Terms

pytestmark = pytest.mark.anyio

LONG_OVER = 5_000
READ_BY = {
    "task_waiting": {"task_queue"},
    "parcel_waiting": {"parcel_under_way"},
    "order_waiting": {"sales_order_due", "sales_order_standing", "sales_order_headline"},
    "verification_waiting": {"sales_order_standing"},
    "money_waiting": {"sales_order_cod", "sales_order_odd_money"},
}


class Explaining:
    """A transaction that answers with plans."""

    def __init__(self, tx: Tx) -> None:
        self.shop_id, self._tx = tx.shop_id, tx
        self.plan = ""

    async def all(self, statement: Any, params: Mapping[str, Any]) -> list[Any]:
        rows = await self._tx.all("EXPLAIN " + statement, params)
        self.plan = "\n".join(row[0] for row in rows)
        return []


async def test_what_is_over_is_not_read(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    for table, ended in (
        ("sales_order", {"commercial": "completed", "money": "paid", "headline": "completed"}),
        ("task", {"state": "handed_over"}),
        ("parcel", {"state": "delivered"}),
    ):
        await many_more(floor, table, ended)

    for watch in WATCHES:
        befores = {str(state): now - timedelta(days=1) for state in watch.limits}

        async def look(tx: Tx, watch: Any = watch, befores: Any = befores) -> str:
            seen = Explaining(tx)
            await watch.look(seen, befores)
            return seen.plan

        plan = await floor.run(look)
        for index in READ_BY.get(watch.kind, set()):
            assert index in plan, f"{watch.kind} does not use {index}:\n{plan}"
        for table in ("sales_order", "task", "parcel"):
            assert f"Seq Scan on {table} " not in plan, f"{watch.kind} reads all of {table}:\n{plan}"


async def many_more(floor: ShopFloor, table: str, ended: Mapping[str, str]) -> None:
    """Copies of the only row, with ids of their own, that are long over."""
    own = {"id": "gen_random_uuid()"} | {name: f"'{value}'" for name, value in ended.items()}
    if table == "sales_order":
        own["number"] = "turn"
    if table == "parcel":
        own["awb"] = "turn::text"

    async def copy(tx: Tx) -> None:
        columns = [
            row.column_name
            for row in await tx.all(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %(table)s"
                " AND is_generated = 'NEVER'",
                {"table": table},
            )
        ]
        picked = ", ".join(own.get(name, name) for name in columns)
        copying: Any = (
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {picked} "
            f"FROM {table}, generate_series(1, {LONG_OVER}) AS turn WHERE shop_id = %(shop)s"
        )
        await tx.run(copying, {"shop": tx.shop_id})
        gathering: Any = f"ANALYZE {table}"
        await tx.run(gathering, {})

    await floor.run(copy)
