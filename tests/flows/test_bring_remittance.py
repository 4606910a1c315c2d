"""A courier's remittance file: each row is booked once, what is short is claimed once, the rest is told."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, inbox, order_row, shipped
from given import a_shop
from orderan.auditor import audit
from orderan.flows.bring_remittance import Remitted, bring_remittance
from orderan.flows.collect_cod import Cash, collect_cod, remit_cod
from orderan.flows.deliver import move_on
from orderan.flows.views_courier_cash import courier_ledger
from orderan.flows.views_money import cash_by_courier
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.ids import NIL
from orderan.orders import EVERYTHING, Terms
from orderan.settlements import COURIER, read_settlement
from orderan.shipping import Content, ParcelEvent

pytestmark = pytest.mark.anyio

AWBS = ("002589984055", "002589984063", "002589984071")
JNE = "CGKAA1234567890"


async def test_a_file_is_booked_once_a_short_parcel_is_claimed_once_and_a_later_file_settles_it(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    boxes = [Box("sicepat", awb, contents=[Content(1, world.skus["kopi"], NIL, NIL, 1)]) for awb in AWBS]
    parcels = await shipped(world, order, boxes=boxes, now=now)
    for parcel in parcels:
        await floor.run(lambda tx, one=parcel: move_on(tx, [one.id], ParcelEvent.DELIVER, now=now))

    async def brought(*rows: str) -> Remitted:
        content = "\n".join(["No resi,Jumlah COD,Biaya,Tanggal setor,Nomor setoran", *rows]).encode()
        read = read_settlement("setoran.csv", content, COURIER, zone=ZoneInfo("Asia/Jakarta"))
        done: Remitted = await floor.run(
            lambda tx: bring_remittance(tx, "sicepat", "setoran.csv", read, now=now)
        )
        return done

    async def told() -> list[tuple[str, str, int]]:
        return [one for one in await inbox(world) if one[0] in {"cod_short", "remittance_row"}]

    first = (
        f"{AWBS[0]},10000,500,2026-11-28,S1",
        f"{AWBS[1]},6000,300,2026-11-28,S1",
        "TIDAKADA1,5000,0,2026-11-28,S1",
        f"{AWBS[2]},sepuluh,0,2026-11-28,S1",
    )
    done = await brought(*first)
    assert (done.booked, done.known_before, done.refused, done.short) == (2, 0, 2, 1)
    short = ("cod_short", "short", 4_000)
    rest = [("remittance_row", why, 0) for why in ("amount_unreadable", "no_such_awb")]
    assert sorted(await told()) == [short, *rest]

    again = await brought(*first)
    assert (again.booked, again.known_before, again.refused, again.short) == (0, 2, 2, 0)
    longer = await brought(*first[:2], f"{AWBS[2]},10000,500,2026-11-28,S1")
    assert (longer.booked, longer.known_before, longer.refused) == (1, 2, 0)
    assert [one for one in await told() if one[0] == "cod_short"] == [short]

    later = now + timedelta(days=9)
    [ledger] = await floor.run(lambda tx: courier_ledger(tx, since=now - timedelta(days=90), now=later))
    assert (ledger.courier, ledger.due_minor, ledger.collected_minor) == ("sicepat", 0, 4_000)
    assert (ledger.remitted_minor, ledger.fee_minor, ledger.short_minor) == (26_000, 1_300, 4_000)
    assert (ledger.days_3, ledger.days_14, ledger.late_minor) == (0, 4_000, 4_000)

    last = await brought(f"{AWBS[1]},4000,0,2026-11-29,S2")
    assert (last.booked, last.refused, last.short) == (1, 0, 0)
    assert [one for one in await told() if one[0] == "cod_short"] == []
    assert (await order_row(world, order)).money == "cod_remitted"
    assert audit(database_url, now=now).findings == []


async def test_an_order_that_travels_with_two_couriers_is_owed_by_each_for_its_own_parcels(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)

    def box(courier: str, awb: str, units: int) -> Box:
        return Box(courier, awb, contents=[Content(1, world.skus["kopi"], NIL, NIL, units)])

    parcels = await shipped(world, order, boxes=[box("jne", JNE, 2), box("sicepat", AWBS[0], 1)], now=now)
    later = now + timedelta(days=9)

    async def owed() -> dict[str, tuple[int, int, int, int]]:
        rows = await floor.run(lambda tx: courier_ledger(tx, since=now - timedelta(days=90), now=later))
        tiles = await floor.run(lambda tx: cash_by_courier(tx, EVERYTHING))
        assert {(one.courier, one.due_minor, one.collected_minor) for one in tiles} == {
            (one.courier, one.due_minor, one.collected_minor)
            for one in rows
            if one.due_minor or one.collected_minor
        }
        return {
            one.courier: (one.due_minor, one.collected_minor, one.remitted_minor, one.late_minor)
            for one in rows
        }

    assert await owed() == {"jne": (20_000, 0, 0, 0), "sicepat": (10_000, 0, 0, 0)}
    await floor.run(lambda tx: move_on(tx, [parcels[1].id], ParcelEvent.DELIVER, now=now))
    assert await owed() == {"jne": (20_000, 0, 0, 0), "sicepat": (10_000, 0, 0, 10_000)}
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(AWBS[0])], now=now))
    assert await owed() == {"jne": (20_000, 0, 0, 0), "sicepat": (0, 10_000, 0, 10_000)}
    await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-1", [Cash(AWBS[0])], now=now))
    assert await owed() == {"jne": (20_000, 0, 0, 0), "sicepat": (0, 0, 10_000, 0)}
    await floor.run(lambda tx: move_on(tx, [parcels[0].id], ParcelEvent.DELIVER, now=now))
    await floor.run(lambda tx: remit_cod(tx, "jne", "ST-2", [Cash(JNE, 15_000)], now=now))
    assert await owed() == {"jne": (5_000, 0, 15_000, 5_000), "sicepat": (0, 0, 10_000, 0)}
    assert audit(database_url, now=now).findings == []
