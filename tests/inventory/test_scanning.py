"""A barcode is one GTIN whether a scanner reads it as twelve, thirteen or fourteen digits."""

import pytest

from fulfilment.working import an_order, inbox, pay, the_task
from given import World
from inventory.conftest import Api
from inventory.stocked import level
from orderan.access import Permission
from orderan.flows.pick_task import release_tasks, start_picking
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text

pytestmark = pytest.mark.anyio

UPC = "036000291452"
EAN_8 = "96385074"
WAYS = (UPC, f"0{UPC}", f"00{UPC}")


async def barcode(world: World, sku: str, gtin: str) -> None:
    await world.floor.all(
        "UPDATE sku SET gtin = %(gtin)s WHERE shop_id = %(shop)s AND id = %(sku)s RETURNING id",
        gtin=gtin,
        sku=world.skus[sku],
    )


@pytest.mark.parametrize("written", [UPC, f"0{UPC}"])
@pytest.mark.parametrize("scanned", [*WAYS, "0360 0029 1452"])
async def test_goods_are_received_by_any_way_their_barcode_is_read(
    api: Api, written: str, scanned: str
) -> None:
    await barcode(api.world, "kopi", written)
    body = {
        "location_id": to_text("loc", api.world.locations["JKT"]),
        "goods": [{"sku": scanned, "quantity": 4}],
    }

    answer = await api.ask("POST", "/stock-receipts", body)

    assert (answer.status_code, answer.json()) == (201, {"units": 4, "rows": 1})
    assert await api.world.stock("kopi") == (14, 0, 0)
    assert await api.world.stock("gula") == (10, 0, 0)


async def test_a_barcode_that_only_begins_alike_is_another(api: Api) -> None:
    await barcode(api.world, "kopi", UPC)
    body = {
        "location_id": to_text("loc", api.world.locations["JKT"]),
        "goods": [{"sku": f"00{UPC}1", "quantity": 4}],
    }

    answer = await api.ask("POST", "/stock-receipts", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_stocked_sku")
    assert await api.world.stock("kopi") == (10, 0, 0)


@pytest.mark.parametrize("scanned", WAYS)
async def test_stock_is_found_by_any_way_its_barcode_is_read(api: Api, scanned: str) -> None:
    await barcode(api.world, "kopi", f"0{UPC}")

    by_search = (await api.ask("GET", "/availability", q=scanned)).json()["data"]
    by_sku = (await api.ask("GET", "/availability", sku=[scanned])).json()["data"]

    assert [one["sku"] for one in by_search] == ["kopi"]
    assert [one["sku"] for one in by_sku] == ["kopi"]


@pytest.mark.parametrize(
    ("written", "scanned"), [(UPC, way) for way in WAYS] + [(f"0{UPC}", UPC), (EAN_8, f"00000{EAN_8}")]
)
async def test_units_are_picked_by_any_way_their_barcode_is_read(
    api: Api, keyring: Keyring, written: str, scanned: str
) -> None:
    world = api.world
    await barcode(world, "kopi", written)
    order = await an_order(world, keyring, ("kopi", 2), ("gula", 1), now=api.now)
    await pay(world, order, now=api.now)
    task = await the_task(world, order)
    for step in (release_tasks, start_picking):
        await world.floor.run(lambda tx, step=step: step(tx, [task], now=api.now))
    await api.may([Permission.FULFILMENT_READ, Permission.FULFILMENT_WRITE])

    answer = await api.ask("POST", f"/tasks/{to_text('tsk', task)}/pick", {"sku": scanned, "quantity": 2})

    assert answer.status_code == 200, answer.text
    assert {line["sku"]: line["picked"] for line in answer.json()["lines"]} == {"kopi": 2, "gula": 0}
    assert await inbox(world) == []
    assert (await level(world, "kopi", now=api.now)).total.allocated == 2
