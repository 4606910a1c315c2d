"""Cancelling an order or some of its units: what goes, what is free again, what it costs then."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from given import JAKARTA, SURABAYA, a_buyer, a_shop, asked
from orderan.catalog import set_tax_rate
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.fulfilment import UnitsHandedOver
from orderan.inventory import Receipt, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.orders import (
    LineNotFound,
    NothingChanged,
    OrderNotFound,
    SetQuantity,
    Terms,
    TooMany,
    Units,
    UnitsNotOpen,
    version_of,
)
from orderan.pricing import Discount, put_zone, set_fee
from orders.acting import look, open_entries, pay, placed, shipped, worked

pytestmark = pytest.mark.anyio


async def test_an_unpaid_order_that_is_cancelled_gives_its_stock_back_and_says_why(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now)

    after = await floor.run(lambda tx: cancel_order(tx, order.id, reason="Salah pesan", now=now))

    stored, [line] = await look(world, order.id)
    assert (stored.commercial, stored.headline, stored.total_minor, stored.units) == (
        "cancelled",
        "cancelled",
        0,
        0,
    )
    assert (line.quantity, line.cancelled, line.goods_minor, line.tax_minor) == (2, 2, 0, 0)
    assert after.version == stored.version == 2
    assert stored.closed_at == now
    assert await world.stock("kopi") == (5, 0, 0)
    [move] = await floor.all(
        "SELECT from_state, to_state, reason, actor FROM order_move WHERE axis = 'commercial'"
    )
    assert tuple(move) == ("awaiting_payment", "cancelled", "Salah pesan", "staff:test")


async def test_a_paid_order_that_is_cancelled_cancels_its_work_and_reports_the_money(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await pay(world, order, 20_000, now)

    await floor.run(lambda tx: cancel_order(tx, order.id, reason="Stok cacat", now=now))

    assert await world.stock("kopi") == (5, 0, 0)
    assert await floor.value("SELECT state FROM task") == "cancelled"
    assert await floor.value("SELECT count(*) FROM task_line") == 0
    assert await open_entries(world) == [("payment_after_close", 20_000)]


async def test_some_units_cancelled_leave_the_rest_at_its_share_of_discount_and_tax(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9, "teh": 9})
    order = await placed(
        world,
        keyring,
        asked(("kopi", 3), ("teh", 1), discounts=[Discount("HEMAT", "merchant", 4_000)]),
        now,
    )
    await pay(world, order, 36_000, now)

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="Kurang satu", now=now))

    stored, [kopi, teh] = await look(world, order.id)
    assert (kopi.cancelled, kopi.goods_minor, kopi.discount_minor) == (1, 20_000, 2_000)
    assert kopi.tax_minor == 1_784  # 11/111 of 18,000, rounded half up
    assert (teh.cancelled, teh.goods_minor, teh.discount_minor) == (0, 10_000, 1_000)
    assert (stored.commercial, stored.total_minor, stored.units, stored.version) == ("accepted", 27_000, 3, 2)
    assert stored.money == "overpaid"
    assert await open_entries(world) == [("payment_over", 9_000)]
    assert await world.stock("kopi") == (9, 0, 2)
    assert await floor.value("SELECT sum(quantity)::int FROM task_line") == 3


async def test_the_version_before_a_cancellation_is_kept_exactly(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="Satu saja", now=now))

    kept = await floor.run(lambda tx: version_of(tx, order.id, 1))
    assert kept.reason == "Satu saja"
    assert kept.snapshot["order"]["total_minor"] == 20_000
    assert kept.snapshot["lines"][0]["quantity"] == 2
    assert kept.snapshot["lines"][0]["cancelled"] == 0


async def test_the_least_advanced_units_go_first(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await placed(world, keyring, asked(("kopi", 6), terms=Terms.COD), now)
    await worked(world, order.id, picked=4, packed=1, now=now)

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 3)], reason="-", now=now))

    _, [line] = await look(world, order.id)
    assert (line.cancelled, line.allocated, line.picked, line.packed) == (3, 3, 3, 1)
    [task] = await floor.all("SELECT quantity, picked, packed FROM task_line")
    assert tuple(task) == (3, 3, 1)

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 3)], reason="-", now=now))

    stored, _ = await look(world, order.id)
    assert stored.commercial == "cancelled"
    assert await world.stock("kopi") == (9, 0, 0)


async def test_units_leave_the_place_that_has_done_least_for_them(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 3}, places={"JKT": JAKARTA, "SUB": SURABAYA})
    await floor.run(
        lambda tx: receive_stock(tx, [Receipt(world.skus["kopi"], world.locations["SUB"], 2)], now=now)
    )
    order = await placed(world, keyring, asked(("kopi", 5), buyer=a_buyer(), terms=Terms.COD), now)
    await worked(world, order.id, picked=2, now=now)

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 3)], reason="-", now=now))

    rows = await floor.all(
        """
        SELECT location.code, stock.allocated, coalesce(task_line.quantity, 0) AS quantity
        FROM stock JOIN location ON location.id = stock.location_id
        LEFT JOIN task ON task.location_id = location.id
        LEFT JOIN task_line ON task_line.task_id = task.id
        ORDER BY location.code
        """
    )
    assert [tuple(row) for row in rows] == [("JKT", 2, 2), ("SUB", 0, 0)]


async def test_a_cancelled_bundle_gives_every_part_back(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9, "gula": 9}, bundles={"paket": {"kopi": 2, "gula": 1}})
    order = await placed(world, keyring, asked(("paket", 3), ("kopi", 1), terms=Terms.COD), now)
    unpaid = await placed(world, keyring, asked(("paket", 1)), now)

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 2)], reason="-", now=now))
    await floor.run(lambda tx: cancel_order(tx, unpaid.id, reason="-", now=now))

    assert await world.stock("kopi") == (9, 0, 3)
    assert await world.stock("gula") == (9, 0, 1)


async def test_shipped_units_are_refused_line_by_line_and_nothing_changes(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "teh": 5})
    order = await placed(world, keyring, asked(("kopi", 2), ("teh", 1), terms=Terms.COD), now)
    await shipped(world, order.id, [(1, "kopi", 2), (2, "teh", 1)], now=now)
    before = await look(world, order.id)

    with pytest.raises(UnitsNotOpen) as refused:
        await floor.run(lambda tx: cancel_order(tx, order.id, reason="-", now=now))

    assert refused.value.lines == (TooMany(1, 2, 0, 2), TooMany(2, 1, 0, 1))
    assert await look(world, order.id) == before
    assert await floor.value("SELECT count(*) FROM order_version") == 0


async def test_a_bundle_of_which_a_part_has_left_cannot_be_cancelled(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(
        floor,
        now,
        stock={"kopi": 2},
        bundles={"paket": {"kopi": 1}},
        places={"JKT": JAKARTA, "SUB": SURABAYA},
    )
    order = await placed(world, keyring, asked(("paket", 1), ("kopi", 1), terms=Terms.COD), now)
    await shipped(world, order.id, [(1, "kopi", 1), (2, "kopi", 1)], now=now)
    await floor.run(lambda tx: tx.run("UPDATE order_line SET shipped = 0, packed = 0, picked = 0"))

    with pytest.raises(UnitsHandedOver):
        await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="-", now=now))

    assert await floor.value("SELECT sum(cancelled)::int FROM order_line") == 0


async def test_what_cannot_be_cancelled_is_refused(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)

    with pytest.raises(LineNotFound):
        await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(7, 1)], reason="-", now=now))
    with pytest.raises(UnitsNotOpen):
        await floor.run(
            lambda tx: cancel_order(tx, order.id, units=[Units(1, 2), Units(1, 1)], reason="-", now=now)
        )
    with pytest.raises(OrderNotFound):
        await floor.run(lambda tx: cancel_order(tx, new_id(), reason="-", now=now))
    assert await world.stock("kopi") == (5, 2, 0)

    await floor.run(lambda tx: cancel_order(tx, order.id, reason="-", now=now))
    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: cancel_order(tx, order.id, units=[], reason="-", now=now))


async def test_cancelling_unit_by_unit_adds_up_at_every_step_and_ends_at_nothing(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9}, price_minor=9_999)
    vouchers = [Discount("A", "merchant", 1_000), Discount("B", "platform", 777)]
    order = await placed(world, keyring, asked(("kopi", 7), discounts=vouchers), now)

    for _ in range(7):
        stored, [line] = await look(world, order.id)
        assert stored.total_minor == line.goods_minor - line.discount_minor
        assert sum(int(entry[2]) for entry in line.discounts or ()) == line.discount_minor
        await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="-", now=now))

    stored, [line] = await look(world, order.id)
    assert (stored.total_minor, line.discount_minor, line.tax_minor) == (0, 0, 0)
    assert stored.commercial == "cancelled"


async def test_a_cancellation_of_nothing_is_refused_and_changes_nothing(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    before = await look(world, order.id)

    for units in ([], [Units(1, 0)]):
        with pytest.raises(NothingChanged):
            await floor.run(
                lambda tx, units=units: cancel_order(tx, order.id, reason="-", units=units, now=now)
            )

    assert await look(world, order.id) == before
    assert await floor.value("SELECT count(*) FROM order_version") == 0


async def sent_by_weight(floor: ShopFloor, now: datetime) -> None:
    async def zone(tx: Tx) -> None:
        made = await put_zone(tx, None, code="jawa", name="Jawa", areas=["*"], now=now)
        await set_fee(tx, made, service="reg", first_kg_minor=9_000, next_kg_minor=7_000, now=now)

    await floor.run(zone)


async def test_units_cancelled_lessen_shipping_and_added_again_cost_what_they_did(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99})
    await sent_by_weight(floor, now)
    voucher = [Discount("HEMAT", "merchant", 30_000)]
    many = asked(("kopi", 12), buyer=a_buyer(), shipping_service="reg", discounts=voucher)
    order = await placed(world, keyring, many, now)
    assert (order.shipping_minor, order.total_minor) == (44_000, 134_000)

    fewer = await floor.run(
        lambda tx: cancel_order(tx, order.id, units=[Units(1, 8)], reason="Kurang", now=now)
    )
    assert (fewer.shipping_minor, fewer.discount_minor, fewer.total_minor) == (16_000, 10_000, 46_000)

    more = [SetQuantity(1, 12)]
    change = await floor.run(lambda tx: open_change(tx, order.id, more, reason="Jadi", now=now))
    await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))
    stored, [line] = await look(world, order.id)
    assert (stored.shipping_minor, stored.discount_minor, stored.total_minor) == (44_000, 30_000, 134_000)
    assert (line.quantity, line.cancelled, line.tax_minor) == (20, 8, order.tax_minor)


async def test_an_order_can_be_cancelled_in_part_when_its_fee_is_no_longer_known(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99})
    await sent_by_weight(floor, now)
    order = await placed(world, keyring, asked(("kopi", 12), buyer=a_buyer(), shipping_service="reg"), now)
    await floor.all("DELETE FROM shipping_fee RETURNING 1")

    after = await floor.run(
        lambda tx: cancel_order(tx, order.id, units=[Units(1, 8)], reason="Kurang", now=now)
    )

    assert (after.shipping_minor, after.total_minor) == (44_000, 84_000)


@pytest.mark.parametrize("how", ["cancel", "change"])
async def test_a_rate_made_later_on_the_same_day_does_not_tax_an_order_anew(
    floor: ShopFloor, keyring: Keyring, now: datetime, how: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99})
    order = await placed(world, keyring, asked(("kopi", 10), buyer=a_buyer()), now)
    await pay(world, order, 100_000, now)
    assert order.tax_minor == 9_910  # 11/111 of 100,000
    await floor.run(
        lambda tx: set_tax_rate(
            tx,
            tax_class="ppn",
            valid_from=now.date(),
            rate_bp=2400,
            base_numerator=1,
            base_denominator=1,
            now=now,
        )
    )

    if how == "cancel":
        await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="-", now=now))
    else:
        fewer = [SetQuantity(1, 9)]
        change = await floor.run(lambda tx: open_change(tx, order.id, fewer, reason="-", now=now))
        await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))

    stored, [line] = await look(world, order.id)
    assert (stored.total_minor, stored.tax_minor) == (90_000, 8_919)
    assert (line.tax_rate_bp, line.tax_base_numerator, line.tax_base_denominator) == (1200, 11, 12)
