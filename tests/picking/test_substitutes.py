"""What stands in for what is missing: where the shop names it, the place lets it and the buyer wants it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ShopFloor
from fulfilment.working import pay, the_task
from given import a_buyer, asked, place
from inventory.stocked import key_of
from orderan.auditor import audit
from orderan.catalog import EntryRefused, Fault, set_substitutes, substitutes_of
from orderan.flows.change_order import confirm, open_change
from orderan.flows.pick_task import pack
from orderan.flows.place_order import Placed, PlacementLine
from orderan.flows.replay_decision import replay
from orderan.inventory import Receipt, receive_stock, set_aside
from orderan.inventory.models import Bucket
from orderan.kit import decisions
from orderan.kit.crypto import Keyring
from orderan.kit.ids import NIL
from orderan.orders import (
    ChangeOutdated,
    Line,
    Order,
    SetQuantity,
    Terms,
    lines_of,
    net_of,
    owed,
    substitutions_of,
    timeline,
)
from orderan.orders.rules import repriced, specs_of
from orderan.picking import Candidate, Heard, Outcome, PickingPolicy, ScanKind, first_that_fits, set_policy
from orderan.pricing import Discount
from picking.shelved import Phone, Shelved, a_phone, shelved

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(floor: ShopFloor, keyring: Keyring, now: datetime) -> Shelved:
    """Gula may stand in for teh, then kopi; both cost what teh does."""
    shop = await shelved(floor, keyring, now)
    await names(shop, "teh", "gula", "kopi")
    return shop


async def names(shop: Shelved, sku: str, *substitutes: str) -> None:
    await shop.floor.run(lambda tx: set_substitutes(tx, shop.world.skus[sku], substitutes, now=shop.now))


async def lets(
    shop: Shelved, *lines: tuple[str, int], terms: Terms = Terms.PREPAID, **others: Any
) -> tuple[Order, UUID]:
    """An order whose buyer lets something stand in, paid unless it is due later, and its task."""
    wanted = [PlacementLine(sku, units, may_substitute=True) for sku, units in lines]
    asked_for = replace(asked(buyer=a_buyer(), terms=terms, **others), lines=wanted)
    [placed] = await place(shop.world, shop.keyring, asked_for, now=shop.now)
    assert isinstance(placed, Placed), placed
    if terms is Terms.PREPAID:
        await pay(shop.world, placed.order, now=shop.now)
    return placed.order, await the_task(shop.world, placed.order)


async def misses(phone: Phone, one: Any, bin_: str) -> Heard:
    """The picker stands before a bin and nothing is in it."""
    for stop in (await phone.sheet(one)).stops:
        if stop.bin == bin_:
            phone.scan(one, stop, kind=ScanKind.SHORT)
    [heard] = await phone.send()
    assert isinstance(heard, Heard)
    return heard


async def lines(shop: Shelved, order: Order) -> list[Line]:
    found: list[Line] = await shop.floor.run(lambda tx: lines_of(tx, order.id))
    return found


async def costs(shop: Shelved, sku: str, minor: int) -> None:
    await shop.floor.run(
        lambda tx: tx.run(
            "UPDATE price SET amount_minor = %(minor)s WHERE shop_id = %(shop)s AND sku_id = %(sku)s",
            {"shop": tx.shop_id, "minor": minor, "sku": shop.world.skus[sku]},
        )
    )


async def test_one_scan_leads_to_the_substitute_which_goes_into_the_same_parcel(
    shop: Shelved, database_url: str
) -> None:
    await costs(shop, "gula", 8_000)
    order, task = await lets(shop, ("teh", 2), ("kopi", 1))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    await ani.take(one)

    heard = await misses(ani, one, "C1")

    assert (heard.outcome, heard.code) == (Outcome.ACCEPTED, "substitute")
    assert dict(heard.facts) == {
        "sku": "gula",
        "title": "Kopi – gula",
        "units": 2,
        "bins": ["B1"],
        "refund_minor": 4_000,
        "currency": "IDR",
    }
    teh, _, gula = await lines(shop, order)
    assert (owed(teh), teh.allocated, teh.cancelled, teh.goods_minor) == (0, 0, 2, 0)
    assert (gula.sku_code, gula.quantity, gula.allocated, gula.unit_price_minor) == ("gula", 2, 2, 8_000)
    assert gula.may_substitute
    [made] = await shop.floor.run(lambda tx: substitutions_of(tx, order.id))
    assert (made.line_no, made.by_line_no, made.units) == (1, 3, 2)
    assert await shop.taken(task) == {"kopi": (0, 1), "gula": (0, 2)}
    promised = "SELECT amount_minor FROM refund WHERE order_id = %(order)s"
    assert await shop.floor.value(promised, order=order.id) == 4_000

    for stop in (await ani.sheet(one)).stops:
        ani.scan(one, stop)
    assert [said.outcome for said in await ani.send() if isinstance(said, Heard)] == [Outcome.ACCEPTED] * 2
    assert await shop.state("pick_list", one.id) == "done"
    await shop.floor.run(lambda tx: pack(tx, [task], now=shop.now))
    assert await shop.state("task", task) == "packed"
    assert await shop.inside() == {"A1": 3, "A2": 6, "B1": 4}
    # Nobody sells what nobody found.
    free = "SELECT sum(on_hand - reserved - allocated)::int FROM stock WHERE sku_id = %(sku)s"
    assert await shop.floor.value(free, sku=shop.world.skus["teh"]) == 0
    assert audit(database_url, now=shop.now).findings == []


async def test_why_it_stands_in_is_kept_told_and_chosen_again(shop: Shelved) -> None:
    await costs(shop, "kopi", 7_000)
    order, _ = await lets(shop, ("teh", 1))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    await ani.take(one)
    await misses(ani, one, "C1")

    made = [
        one
        for one in await shop.floor.run(lambda tx: decisions.about(tx, order.id))
        if one.kind == "substitute"
    ]
    [made] = made
    assert made.inputs["instead_of"] == "teh"
    assert [(one["sku"], one["there"], one["price_minor"]) for one in made.inputs["candidates"]] == [
        ("gula", 6, 10_000),
        ("kopi", 10, 7_000),
    ]
    assert (made.outcome, made.reasons) == ({"sku": "gula", "price_minor": 10_000}, ["ranked_lower:kopi"])
    again = replay("substitute", made.inputs, made.outcome)
    assert again is not None
    assert again.same
    told = [moment.kind for moment in await shop.floor.run(lambda tx: timeline(tx, order.id))]
    assert {"orders.units_substituted.v1", "decision.substitute"} <= set(told)


@pytest.mark.parametrize("off", ["buyer", "shop", "place", "stock"])
async def test_nothing_stands_in_unless_buyer_shop_and_place_let_it_and_it_is_there(
    shop: Shelved, off: str
) -> None:
    order, task = await (shop.order(("teh", 1)) if off == "buyer" else lets(shop, ("teh", 1)))
    if off == "shop":
        await names(shop, "teh")
    if off == "place":
        policy = PickingPolicy(substitute=False)
        await shop.floor.run(lambda tx: set_policy(tx, shop.place, policy, now=shop.now))
    if off == "stock":
        for sku, units in (("gula", 6), ("kopi", 10)):
            await gone(shop, sku, units)
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    await ani.take(one)

    assert (await misses(ani, one, "C1")).code == "waits"
    assert [(line.sku_code, owed(line)) for line in await lines(shop, order)] == [("teh", 1)]
    assert await shop.state("task", task) == "short"
    assert await shop.floor.value("SELECT count(*) FROM substitution") == 0


async def gone(shop: Shelved, sku: str, units: int) -> None:
    """Set aside at the place, so that nobody can pick it."""
    key = key_of(shop.world, sku)
    await shop.floor.run(
        lambda tx: set_aside(tx, {key: units}, into=Bucket.QUARANTINE, reason="basah", now=shop.now)
    )


async def test_what_was_ordered_comes_from_elsewhere_before_anything_stands_in(shop: Shelved) -> None:
    there = [Receipt(shop.world.skus["teh"], shop.world.locations["BDG"], 2)]
    await shop.floor.run(lambda tx: receive_stock(tx, there, now=shop.now))
    await lets(shop, ("teh", 1))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    await ani.take(one)
    assert (await misses(ani, one, "C1")).code == "elsewhere"

    await shop.floor.run(lambda tx: set_policy(tx, shop.place, PickingPolicy(elsewhere=False), now=shop.now))
    await receive_at_c1(shop)
    await lets(shop, ("teh", 1))
    _, [one] = await shop.wave()
    await ani.take(one)
    assert (await misses(ani, one, "")).code == "substitute"


async def receive_at_c1(shop: Shelved) -> None:
    more = [Receipt(shop.world.skus["teh"], shop.place, 1)]
    await shop.floor.run(lambda tx: receive_stock(tx, more, now=shop.now))


async def test_a_dearer_substitute_costs_what_the_missing_units_did_after_their_discount(
    shop: Shelved, database_url: str
) -> None:
    await costs(shop, "gula", 25_000)
    order, _ = await lets(shop, ("teh", 2), ("kopi", 1), discounts=[Discount("hemat", "merchant", 3_001, 1)])
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    await ani.take(one)

    heard = await misses(ani, one, "C1")

    *_, gula = await lines(shop, order)
    # Two teh cost 20,000 less 3,001: 16,999, which is 8,499 each; the odd rupiah goes back.
    assert (gula.unit_price_minor, gula.discount_minor) == (8_499, 0)
    assert heard.facts["refund_minor"] == 1
    after = "SELECT total_minor FROM sales_order WHERE id = %(order)s"
    assert await shop.floor.value(after, order=order.id) == order.total_minor - 1
    assert audit(database_url, now=shop.now).findings == []


async def test_of_a_cod_order_less_is_asked_for_at_the_door(shop: Shelved) -> None:
    await costs(shop, "gula", 6_000)
    order, _ = await lets(shop, ("teh", 2), terms=Terms.COD)
    _, [one] = await shop.wave()
    verified = "SELECT verification FROM sales_order WHERE id = %(order)s"
    verification = await shop.floor.value(verified, order=order.id)
    ani = await a_phone(shop, "Ani")
    await ani.take(one)

    heard = await misses(ani, one, "C1")

    assert (heard.code, heard.facts["refund_minor"]) == ("substitute", 0)
    due = "SELECT total_minor - paid_minor FROM sales_order WHERE id = %(order)s"
    assert await shop.floor.value(due, order=order.id) == order.total_minor - 8_000
    assert await shop.floor.value("SELECT count(*) FROM refund") == 0
    assert await shop.floor.value(verified, order=order.id) == verification


async def test_a_substitute_that_is_missing_too_is_replaced_by_the_next_of_what_was_ordered(
    shop: Shelved, database_url: str
) -> None:
    order, task = await lets(shop, ("teh", 2))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    await ani.take(one)

    assert (await misses(ani, one, "C1")).facts["sku"] == "gula"
    assert (await misses(ani, one, "B1")).facts["sku"] == "kopi"
    assert await shop.taken(task) == {"kopi": (0, 2)}
    # Its own bin is empty and another has enough; then nothing is left that could stand in.
    await misses(ani, one, "A1")
    assert (await misses(ani, one, "A2")).code == "elsewhere"
    assert audit(database_url, now=shop.now).findings == []
    assert [(line.sku_code, owed(line)) for line in await lines(shop, order)] == [
        ("teh", 0),
        ("gula", 0),
        ("kopi", 2),
    ]


async def test_said_twice_sent_again_or_from_two_phones_it_is_put_in_once(
    shop: Shelved, database_url: str
) -> None:
    order, _ = await lets(shop, ("teh", 2))
    _, [one] = await shop.wave()
    ani, budi = await a_phone(shop, "Ani"), await a_phone(shop, "Budi")
    [stop] = (await ani.take(one)).stops
    [same] = (await budi.take(one, over=True)).stops
    ani.scan(one, stop, kind=ScanKind.SHORT)
    ani.scan(one, stop, kind=ScanKind.SHORT)
    budi.scan(one, same, kind=ScanKind.SHORT)
    said = list(ani.waiting)

    answers = await asyncio.gather(ani.send(), budi.send())
    again = await ani.send(said)

    codes = sorted(heard.code for some in answers for heard in some if isinstance(heard, Heard))
    assert codes == ["found", "found", "substitute"]
    assert [heard.again for heard in again if isinstance(heard, Heard)] == [True, True]
    assert [heard.code for heard in again if isinstance(heard, Heard)] == [
        heard.code for heard in answers[0] if isinstance(heard, Heard)
    ]
    assert [(line.sku_code, owed(line)) for line in await lines(shop, order)] == [("teh", 0), ("gula", 2)]
    assert await shop.floor.value("SELECT count(*) FROM substitution") == 1
    assert audit(database_url, now=shop.now).findings == []


async def test_two_orders_never_get_the_same_last_unit_and_crossing_rescues_both_end(
    shop: Shelved, database_url: str
) -> None:
    await names(shop, "teh", "gula")
    await names(shop, "gula", "teh")
    (first, _), (second, _) = await lets(shop, ("teh", 4)), await lets(shop, ("gula", 6))
    _, [one] = await shop.wave()
    ani, budi = await a_phone(shop, "Ani"), await a_phone(shop, "Budi")
    teh, gula = sorted((await ani.take(one)).stops, key=lambda stop: stop.sku, reverse=True)
    await budi.take(one, over=True)
    ani.scan(one, teh, kind=ScanKind.SHORT)
    budi.scan(one, gula, kind=ScanKind.SHORT)

    answers = await asyncio.gather(ani.send(), budi.send())

    assert [[heard.code for heard in some if isinstance(heard, Heard)] for some in answers] == [
        ["waits"],
        ["waits"],
    ]
    for order in (first, second):
        assert len(await lines(shop, order)) == 1
    assert audit(database_url, now=shop.now).findings == []


async def test_of_three_rescues_for_one_unit_that_is_left_one_gets_it(
    shop: Shelved, database_url: str
) -> None:
    await names(shop, "teh", "gula")
    await gone(shop, "gula", 5)
    orders = [(await lets(shop, ("teh", 1)))[0] for _ in range(3)]
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    [stop] = (await ani.take(one)).stops
    phones: Sequence[Phone] = [ani, await a_phone(shop, "Budi"), await a_phone(shop, "Cici")]
    for phone, take in zip(phones, stop.takes, strict=True):
        phone.scan(one, replace(stop, takes=[take]), kind=ScanKind.SHORT)

    answers = await asyncio.gather(*(phone.send() for phone in phones))

    codes = sorted(heard.code for [heard] in answers if isinstance(heard, Heard))
    assert codes == ["substitute", "waits", "waits"]
    assert sorted([len(await lines(shop, order)) for order in orders]) == [1, 1, 2]
    assert audit(database_url, now=shop.now).findings == []


async def test_a_change_somebody_began_before_is_outdated_by_it(shop: Shelved) -> None:
    order, _ = await lets(shop, ("teh", 2))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    await ani.take(one)
    change = await shop.floor.run(
        lambda tx: open_change(tx, order.id, [SetQuantity(1, 1)], reason="kurangi", now=shop.now)
    )
    assert (await misses(ani, one, "C1")).code == "substitute"
    with pytest.raises(ChangeOutdated):
        await shop.floor.run(lambda tx: confirm(tx, order.id, change.id, now=shop.now))


async def test_a_shop_names_what_may_stand_in_the_best_first_and_no_nonsense(shop: Shelved) -> None:
    teh = shop.world.skus["teh"]
    await names(shop, "teh", "kopi", "gula", "kopi")
    found = (await shop.floor.run(lambda tx: substitutes_of(tx, [teh])))[teh]
    assert [sku.code for sku in found] == ["kopi", "gula"]

    with pytest.raises(EntryRefused) as refused:
        await names(shop, "teh", "teh", "tidak-ada", "gula")
    assert [(one.fault, one.value) for one in refused.value.wrong] == [
        (Fault.SUBSTITUTE_ITSELF, "teh"),
        (Fault.PART_UNKNOWN, "tidak-ada"),
    ]
    found = (await shop.floor.run(lambda tx: substitutes_of(tx, [teh])))[teh]
    assert [sku.code for sku in found] == ["kopi", "gula"]


candidates = st.lists(
    st.builds(
        Candidate,
        sku=st.text("abc", min_size=1, max_size=3),
        there=st.integers(0, 5),
        price_minor=st.integers(0, 100),
        difference_minor=st.none() | st.integers(-3, 3),
    ),
    max_size=6,
)


@given(candidates, st.integers(1, 5))
def test_what_is_chosen_is_there_whole_no_dearer_and_nothing_better_was_passed_by(
    offered: list[Candidate], units: int
) -> None:
    def fits(one: Candidate) -> bool:
        return one.there >= units and one.difference_minor is not None and one.difference_minor <= 0

    chosen = first_that_fits(offered, units)

    assert chosen == next(filter(fits, offered), None)


@given(
    st.integers(0, 10_000),
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 9)), max_size=3),
    st.data(),
)
def test_what_units_cost_is_what_a_line_cut_to_them_costs(
    price: int, units: int, granted: list[tuple[int, int]], data: st.DataObject
) -> None:
    line = Line(
        order_id=NIL, line_no=1, sku_id=NIL, sku_code="", title="", unit_price_minor=price, quantity=units,
        goods_minor=price * units, discount_minor=0, tax_minor=0, tax_class="", tax_rate_bp=0,
        discounts=[["kode", "merchant", amount, amount, of] for amount, of in granted] or None,
    )  # fmt: skip
    less = data.draw(st.integers(0, units))

    cut = repriced(line, less, specs_of(line), included=True)

    assert net_of(line, less) == cut.goods_minor - cut.discount_minor
