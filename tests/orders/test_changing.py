"""Changing an order: previewed, confirmed or declined, one at a time, nothing forgotten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import BANDUNG, JAKARTA, a_buyer, a_shop, asked
from orderan.customers import resolve_customers
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, decline_change, edit_change, open_change, preview_actions
from orderan.flows.expire_orders import expire_orders
from orderan.inventory import Shortfall, StockShort
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import new_id
from orderan.orders import (
    AddLine,
    AddressNotTheirs,
    AlreadyOnItsWay,
    ChangeNotOpen,
    ChangeOpen,
    ChangeOutdated,
    LineNotFound,
    NothingChanged,
    NothingLeft,
    OrderNotEditable,
    SetAddress,
    SetDiscount,
    SetQuantity,
    SetShipping,
    Terms,
    Units,
    UnitsNotOpen,
    standing_change,
    version_of,
    versions_of,
)
from orderan.orders.commands import expire
from orderan.pricing import DiscountTooLarge, NoShippingFee, TotalChanged
from orders.acting import look, open_entries, pay, placed, shipped

pytestmark = pytest.mark.anyio


async def zones(tx: Tx) -> None:
    """Jakarta at 10,000 a kilogram, elsewhere 20,000; 500 g a unit."""
    for code, region, fee in (("near", JAKARTA[:2], 10_000), ("far", "*", 20_000)):
        zone = new_id()
        key = {"shop": tx.shop_id, "zone": zone, "code": code, "region": region, "fee": fee}
        await tx.run("INSERT INTO shipping_zone VALUES (%(shop)s, %(zone)s, %(code)s, %(code)s)", key)
        await tx.run("INSERT INTO shipping_zone_area VALUES (%(shop)s, %(region)s, %(zone)s)", key)
        for service, factor in (("REG", 1), ("ONS", 2)):
            await tx.run(
                """
                INSERT INTO shipping_fee
                VALUES (%(shop)s, %(zone)s, %(service)s, '2020-01-01', %(fee)s, %(fee)s)
                """,
                key | {"service": service, "fee": fee * factor},
            )


async def test_a_preview_says_what_becomes_of_the_order_and_changes_nothing(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "teh": 1})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    before = await look(world, order.id)

    preview = await floor.run(
        lambda tx: preview_actions(tx, order.id, [SetQuantity(1, 3), AddLine("teh", 2)], now=now)
    )

    assert preview.becomes.sums.total_minor == 50_000
    assert preview.becomes.difference_minor == 30_000
    assert dict(preview.becomes.more) == {1: 1, 2: 2}
    assert preview.shortfalls == (Shortfall(world.skus["teh"], 2, 1),)
    assert await look(world, order.id) == before
    assert await floor.value("SELECT count(*) FROM order_change") == 0


async def test_more_of_an_accepted_order_takes_stock_plans_work_and_leaves_a_balance_to_collect(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "teh": 5}, bundles={"paket": {"kopi": 1, "teh": 2}})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await pay(world, order, 20_000, now)
    change = await floor.run(
        lambda tx: open_change(
            tx, order.id, [SetQuantity(1, 3), AddLine("paket", 1)], reason="Tambah", now=now
        )
    )

    await floor.run(lambda tx: confirm(tx, order.id, change.id, expected_total_minor=40_000, now=now))

    stored, [kopi, paket] = await look(world, order.id)
    assert (stored.total_minor, stored.money, stored.version, stored.units) == (40_000, "partly_paid", 2, 4)
    assert (kopi.quantity, kopi.allocated) == (3, 3)
    assert (paket.line_no, paket.sku_code, paket.quantity, paket.allocated) == (2, "paket", 1, 1)
    assert await world.stock("kopi") == (5, 0, 4)
    assert await world.stock("teh") == (5, 0, 2)
    assert await open_entries(world) == [("payment_under", 20_000)]
    assert await floor.value("SELECT sum(quantity)::int FROM task_line") == 6
    [kept] = await floor.run(lambda tx: versions_of(tx, order.id))
    assert (kept.version, kept.reason, kept.replaced_by) == (1, "Tambah", "staff:test")


async def test_less_of_a_paid_order_proposes_the_difference_as_a_refund(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "teh": 5})
    order = await placed(world, keyring, asked(("kopi", 3), ("teh", 1)), now)
    await pay(world, order, 40_000, now)
    change = await floor.run(
        lambda tx: open_change(
            tx, order.id, [SetQuantity(1, 1), SetQuantity(2, 0)], reason="Kurangi", now=now
        )
    )

    await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))

    stored, lines = await look(world, order.id)
    assert (stored.total_minor, stored.money, stored.units) == (10_000, "overpaid", 1)
    assert [(line.quantity, line.cancelled, line.allocated) for line in lines] == [(3, 2, 1), (1, 1, 0)]
    assert await open_entries(world) == [("payment_over", 30_000)]
    assert await world.stock("kopi") == (5, 0, 1)
    assert await world.stock("teh") == (5, 0, 0)


async def test_an_unpaid_order_reserves_what_is_added_and_is_accepted_when_nothing_is_left_to_pay(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    more = await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 4)], reason="", now=now))
    await floor.run(lambda tx: confirm(tx, order.id, more.id, now=now))
    assert await world.stock("kopi") == (5, 4, 0)

    gift = await floor.run(
        lambda tx: open_change(
            tx, order.id, [SetDiscount("hadiah", "merchant", 40_000)], reason="Hadiah", now=now
        )
    )
    await floor.run(lambda tx: confirm(tx, order.id, gift.id, now=now))

    stored, _ = await look(world, order.id)
    assert (stored.total_minor, stored.commercial) == (0, "accepted")
    assert await world.stock("kopi") == (5, 0, 4)


async def test_what_is_short_is_refused_at_confirmation_and_nothing_changes(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 3, "teh": 5})
    order = await placed(world, keyring, asked(("kopi", 2), ("teh", 2), terms=Terms.COD), now)
    change = await floor.run(
        lambda tx: open_change(tx, order.id, [SetQuantity(1, 4), SetQuantity(2, 1)], reason="", now=now)
    )
    before = await look(world, order.id)

    with pytest.raises(StockShort) as refused:
        await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))

    assert refused.value.shortfalls == (Shortfall(world.skus["kopi"], 2, 1),)
    assert await look(world, order.id) == before
    assert await world.stock("teh") == (5, 0, 2)
    assert (await floor.run(lambda tx: standing_change(tx, order.id))).id == change.id


async def test_a_second_editor_is_told_who_has_the_order(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    other = Caller(floor.shop.shop_id, "staff:siti")
    mine = await floor.db.run(
        other, lambda tx: open_change(tx, order.id, [SetQuantity(1, 1)], reason="", now=now)
    )

    with pytest.raises(ChangeOpen) as refused:
        await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 3)], reason="", now=now))
    assert (refused.value.change_id, refused.value.opened_by) == (mine.id, "staff:siti")

    await floor.run(lambda tx: decline_change(tx, order.id, mine.id, now=now))
    await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 3)], reason="", now=now))
    assert await floor.value("SELECT count(*) FROM order_change WHERE state = 'open'") == 1


async def test_a_change_begun_on_an_older_version_is_refused(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 3)), now)
    change = await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 5)], reason="", now=now))
    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="-", now=now))

    with pytest.raises(ChangeOutdated) as refused:
        await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))

    assert (refused.value.base_version, refused.value.version) == (1, 2)
    assert await world.stock("kopi") == (5, 2, 0)


async def test_a_change_ends_once(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    change = await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 3)], reason="", now=now))
    await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))

    for again in (confirm, decline_change):
        with pytest.raises(ChangeNotOpen):
            await floor.run(lambda tx, again=again: again(tx, order.id, change.id, now=now))
    assert (await look(world, order.id))[0].version == 2


async def test_the_total_that_was_previewed_is_the_one_that_is_confirmed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "teh": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    change = await floor.run(lambda tx: open_change(tx, order.id, [AddLine("teh", 1)], reason="", now=now))
    await floor.run(lambda tx: tx.run("UPDATE price SET amount_minor = 12000"))

    with pytest.raises(TotalChanged) as refused:
        await floor.run(lambda tx: confirm(tx, order.id, change.id, expected_total_minor=30_000, now=now))

    assert refused.value.total_minor == 32_000
    assert len((await look(world, order.id))[1]) == 1


async def test_another_address_and_service_cost_what_they_cost_and_are_known_by_number(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    await floor.run(zones)
    order = await placed(world, keyring, asked(("kopi", 3), buyer=a_buyer(), shipping_service="REG"), now)
    assert order.shipping_minor == 20_000  # 1.5 kg is two begun kilograms
    [moved] = await floor.run(lambda tx: resolve_customers(tx, keyring, [a_buyer(village=BANDUNG)], now=now))
    [stranger] = await floor.run(
        lambda tx: resolve_customers(tx, keyring, [a_buyer("Budi", "+628129999999")], now=now)
    )

    far = await floor.run(
        lambda tx: preview_actions(tx, order.id, [SetAddress(moved.address_id), SetShipping("ONS")], now=now)
    )
    assert far.becomes.sums.shipping_minor == 80_000
    light = await floor.run(lambda tx: preview_actions(tx, order.id, [SetQuantity(1, 2)], now=now))
    assert light.becomes.sums.shipping_minor == 10_000
    none = await floor.run(lambda tx: preview_actions(tx, order.id, [SetShipping(None)], now=now))
    assert none.becomes.sums.shipping_minor == 0
    with pytest.raises(NoShippingFee):
        await floor.run(lambda tx: preview_actions(tx, order.id, [SetShipping("KAPAL")], now=now))
    with pytest.raises(AddressNotTheirs):
        await floor.run(lambda tx: preview_actions(tx, order.id, [SetAddress(stranger.address_id)], now=now))


async def test_where_goods_on_their_way_go_can_no_longer_be_changed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    await floor.run(zones)
    order = await placed(
        world, keyring, asked(("kopi", 2), buyer=a_buyer(), terms=Terms.COD, shipping_service="REG"), now
    )
    await shipped(world, order.id, [(1, "kopi", 2)], now=now)

    with pytest.raises(AlreadyOnItsWay):
        await floor.run(lambda tx: preview_actions(tx, order.id, [SetShipping("ONS")], now=now))
    with pytest.raises(UnitsNotOpen):
        await floor.run(lambda tx: preview_actions(tx, order.id, [SetQuantity(1, 1)], now=now))


async def test_what_makes_no_sense_is_refused(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)

    for actions, refusal in (
        ([SetQuantity(1, 0)], NothingLeft),
        ([SetQuantity(9, 1)], LineNotFound),
        ([SetDiscount("x", "merchant", 20_001)], DiscountTooLarge),
        ([SetDiscount("x", "merchant", 1, line_no=9)], LineNotFound),
    ):
        with pytest.raises(refusal):
            await floor.run(lambda tx, actions=actions: preview_actions(tx, order.id, actions, now=now))

    same = await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 2)], reason="", now=now))
    with pytest.raises(NothingChanged):
        await floor.run(lambda tx: confirm(tx, order.id, same.id, now=now))
    better = await floor.run(
        lambda tx: edit_change(tx, order.id, same.id, [SetQuantity(1, 1)], reason="Satu", now=now)
    )
    assert better.becomes.sums.total_minor == 10_000

    await floor.run(lambda tx: cancel_order(tx, order.id, reason="-", now=now))
    assert await floor.value("SELECT state FROM order_change") == "declined"
    with pytest.raises(OrderNotEditable):
        await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 1)], reason="", now=now))


async def test_every_earlier_version_is_shown_as_it_was(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    for units in (3, 5, 4):
        change = await floor.run(
            lambda tx, units=units: open_change(
                tx, order.id, [SetQuantity(1, units)], reason=f"{units}", now=now
            )
        )
        await floor.run(lambda tx, change=change: confirm(tx, order.id, change.id, now=now))

    kept = [await floor.run(lambda tx, v=v: version_of(tx, order.id, v)) for v in (1, 2, 3)]
    assert [one.snapshot["order"]["total_minor"] for one in kept] == [20_000, 30_000, 50_000]
    assert [one.snapshot["order"]["version"] for one in kept] == [1, 2, 3]
    assert (await look(world, order.id))[0].total_minor == 40_000


async def test_a_change_begun_in_time_cannot_be_confirmed_once_the_order_is_over(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1)), now)
    change = await floor.run(
        lambda tx: open_change(tx, order.id, [SetQuantity(1, 3)], reason="tambah", now=now)
    )
    limit = order.hold_until
    assert limit is not None
    await floor.run(lambda tx: expire_orders(tx, now=limit))

    with pytest.raises(ChangeNotOpen):
        await floor.run(lambda tx: confirm(tx, order.id, change.id, now=limit))

    assert await floor.value("SELECT state FROM order_change") == "declined"
    assert await world.stock("kopi") == (5, 0, 0)


async def test_control_without_declining_the_order_itself_refuses_the_change(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_tx: Tx, _orders: Sequence[UUID], *, now: datetime) -> None:
        pass

    monkeypatch.setattr(expire, "decline_open", nothing)
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1)), now)
    change = await floor.run(
        lambda tx: open_change(tx, order.id, [SetQuantity(1, 3)], reason="tambah", now=now)
    )
    limit = order.hold_until
    assert limit is not None
    await floor.run(lambda tx: expire_orders(tx, now=limit))

    with pytest.raises(OrderNotEditable):
        await floor.run(lambda tx: confirm(tx, order.id, change.id, now=limit))

    assert await world.stock("kopi") == (5, 0, 0)
