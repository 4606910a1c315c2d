"""Every table says where it lives, and a shop's rows are closed to every other shop."""

from datetime import datetime
from typing import Any

import psycopg
import pytest

from conftest import ShopFloor
from given import a_shop
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.topology import POLICY
from orderan.shops import Shop, open_shop

Catalogue = psycopg.Connection[Any]


def test_every_table_declares_its_home_in_its_comment(homes: dict[str, str]) -> None:
    assert {
        name: home for name, home in homes.items() if home not in {"distributed", "reference", "local"}
    } == {}


def test_row_level_security_is_on_and_forced_on_every_table_of_shops(
    catalogue: Catalogue, distributed: set[str]
) -> None:
    guarded = catalogue.execute(
        """
        SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid
        WHERE relrowsecurity AND relforcerowsecurity AND polname = %(policy)s AND polcmd = '*' AND polpermissive
          AND polroles = '{0}' AND relname = ANY(%(tables)s)
        """,
        {"policy": POLICY, "tables": list(distributed)},
    ).fetchall()
    assert {row.relname for row in guarded} == distributed


def test_the_role_of_the_application_is_one_that_policies_bind(catalogue: Catalogue) -> None:
    role = catalogue.execute(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert role is not None
    assert tuple(role) == (False, False)


@pytest.mark.anyio
async def test_every_table_hides_other_shops_rows_from_a_query_that_forgets_to_ask(
    db: Database, floor: ShopFloor, distributed: set[str], now: datetime
) -> None:
    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="lain", name="Toko Lain", now=now)

    other = await db.run(Caller(ALL_SHOPS, "system:test"), opening)
    other_floor = ShopFloor(db, other, Caller(other.shop_id, "staff:test"))
    for one in (floor, other_floor):
        await a_shop(one, now, stock={"kopi": 1})

    async def shops_seen(tx: Tx) -> dict[str, set[int]]:
        seen = {}
        for table in sorted(distributed):
            cursor = await tx.connection.execute(f"SELECT DISTINCT shop_id FROM {table}".encode())
            seen[table] = {row.shop_id for row in await cursor.fetchall()}
        return seen

    everything = await db.run(Caller(ALL_SHOPS, "system:test"), shops_seen)
    mine = await floor.run(shops_seen)

    assert {table for table, shops in everything.items() if len(shops) == 2} >= {
        "stock",
        "movement",
        "sku",
        "price",
    }
    assert {table for table, shops in mine.items() if shops - {floor.shop.shop_id}} == set()


@pytest.mark.anyio
async def test_without_a_shop_nothing_is_seen(db: Database, floor: ShopFloor, now: datetime) -> None:
    await a_shop(floor, now, stock={"kopi": 1})

    async with db.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS seen FROM stock")).fetchone()

    assert row is not None
    assert row.seen == 0


@pytest.mark.anyio
async def test_rows_of_another_shop_can_be_neither_changed_nor_made(
    db: Database, floor: ShopFloor, now: datetime
) -> None:
    await a_shop(floor, now, stock={"kopi": 1})
    stranger = Caller(floor.shop.shop_id + 1, "staff:test")

    async def changing(tx: Tx) -> int:
        return await tx.run("UPDATE stock SET on_hand = 0") + await tx.run("DELETE FROM price")

    async def giving_away(tx: Tx) -> None:
        await tx.run("UPDATE stock SET shop_id = shop_id + 1")

    assert await db.run(stranger, changing) == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await floor.run(giving_away)
    assert await floor.value("SELECT on_hand FROM stock") == 1
