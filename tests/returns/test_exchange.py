"""Another thing for what comes back: held at once, paid with what the old one was worth, free again when nothing comes of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import open_a_rail
from fulfilment.working import an_order, delivered, pay, tasks
from given import World, a_buyer, a_shop, asked, place
from notifications.telling import a_policy
from orderan.auditor import audit
from orderan.flows.approve_refund import approve_refund
from orderan.flows.cancel_order import cancel_order
from orderan.flows.expire_orders import expire_orders
from orderan.flows.pay_with_voucher import use_voucher
from orderan.flows.payable import payable
from orderan.flows.place_order import Placed
from orderan.flows.place_replacement import HELD_FOR
from orderan.flows.refund_order import execute_refund, withdraw_refund
from orderan.flows.return_portal import Asked, ask_by_buyer, look, take_back_request
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.flows.tell_buyer import teller
from orderan.inventory import StockShort
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller
from orderan.kit.events import consume, sequence
from orderan.kit.states import IllegalMove
from orderan.notifications import set_policy
from orderan.orders import Order
from orderan.payments import NothingToPay
from orderan.payments.store_refunds import set_rule
from orderan.pricing import Discount
from orderan.returns import (
    Cause,
    CreditOfNobody,
    Inspected,
    NotExchangeable,
    Remedy,
    ReturnEvent,
    Wanted,
    WayNotOffered,
    keep_return_policy,
    return_policy_now,
)

pytestmark = pytest.mark.anyio
PRICES = {"merah": 10_000, "biru": 10_000, "besar": 17_500, "kecil": 6_000}


@dataclass
class Counter:
    """An order of two red ones that arrived, and other ones on the shelf."""

    world: World
    order: Order
    now: datetime

    async def run(self, command: Any) -> Any:
        return await self.world.floor.run(command)

    async def ask(self, sku: str, units: int = 1, *, line_no: int = 1, way: Remedy = Remedy.EXCHANGE) -> UUID:
        wanted = [Asked(line_no, units, Cause.WRONG_SIZE, sku)]
        made = await self.run(
            lambda tx: ask_by_buyer(tx, self.order.id, wanted, words="sempit", way=way, now=self.now)
        )
        return made.id  # type: ignore[no-any-return]

    async def bring(self, return_id: UUID, units: int = 1, *, line_no: int = 1) -> None:
        """Approve, receive and inspect it; what it is worth."""
        jkt = self.world.locations["JKT"]
        came = {line_no: units}
        seen = [Inspected(line_no, units, 0)]
        await self.run(lambda tx: decide_return(tx, return_id, ReturnEvent.APPROVE, now=self.now))
        await self.run(lambda tx: receive_goods_back(tx, return_id, came, location_id=jkt, now=self.now))
        await self.run(lambda tx: inspect_goods(tx, return_id, seen, now=self.now))

    async def resolve(self, return_id: UUID, amount_minor: int | None = None) -> Any:
        async def command(tx: Any) -> Any:
            worth = sum(line.amount_minor for line in await propose_refund(tx, return_id))
            amount = worth if amount_minor is None else amount_minor
            return await resolve_return(tx, return_id, amount_minor=amount, now=self.now)

        return await self.run(command)

    async def replacement(self) -> Any:
        [row] = await self.world.floor.all(
            """
            SELECT sales_order.*, return_exchange.state AS exchange FROM return_exchange
            JOIN sales_order ON sales_order.id = return_exchange.order_id
            """
        )
        return row

    async def adds_up(self, database_url: str) -> None:
        await self.run(sequence)
        assert audit(database_url, now=self.now).findings == []


async def a_counter(
    floor: ShopFloor, keyring: Keyring, now: datetime, *, discounts: Sequence[Discount] = (), units: int = 2
) -> Counter:
    stock = {"merah": 5, "biru": 1, "besar": 3, "kecil": 3}
    world = await a_shop(floor, now, stock=stock, prices=PRICES)
    [placed] = await place(
        world, keyring, asked(("merah", units), buyer=a_buyer(), discounts=discounts), now=now
    )
    assert isinstance(placed, Placed)
    await pay(world, placed.order, now=now)
    await delivered(world, placed.order, now=now)
    return Counter(world, placed.order, now)


@pytest.fixture
async def counter(floor: ShopFloor, keyring: Keyring, now: datetime) -> Counter:
    return await a_counter(floor, keyring, now)


async def test_nobody_is_told_to_pay_for_what_the_old_one_pays_and_no_message_of_it_is_missed(
    counter: Counter, database_url: str
) -> None:
    await counter.run(lambda tx: set_policy(tx, a_policy(), now=counter.now))
    await counter.ask("biru")
    await counter.run(sequence)
    follower = teller(SetClock(counter.now))
    await counter.run(lambda tx: consume(tx, follower))

    replacement = await counter.replacement()
    told = await counter.world.floor.all(
        "SELECT kind FROM message WHERE topic_id = %(id)s", id=replacement.id
    )
    assert told == []
    await counter.adds_up(database_url)


async def test_the_other_colour_is_held_at_once_and_goes_out_once_the_old_one_was_seen(
    counter: Counter, database_url: str
) -> None:
    made = await counter.ask("biru")

    assert await counter.world.stock("biru") == (1, 1, 0)
    waiting = await counter.replacement()
    assert (waiting.commercial, waiting.total_minor, waiting.exchange) == ("awaiting_payment", 10_000, "held")
    with pytest.raises(NothingToPay):
        await counter.run(lambda tx: payable(tx, waiting.id))
    await counter.bring(made)
    assert (await counter.replacement()).commercial == "awaiting_payment"

    await counter.resolve(made)

    out = await counter.replacement()
    assert (out.commercial, out.paid_minor, out.exchange) == ("accepted", 10_000, "settled")
    assert await counter.world.stock("biru") == (1, 0, 1)
    assert len(await tasks(counter.world, out)) == 1
    [back] = await counter.world.floor.all("SELECT state FROM goods_return")
    [refund] = await counter.world.floor.all("SELECT state, amount_minor FROM refund")
    [voucher] = await counter.world.floor.all("SELECT balance_minor FROM voucher")
    assert (back.state, tuple(refund), voucher.balance_minor) == ("closed", ("executed", 10_000), 0)
    await counter.adds_up(database_url)


async def test_of_something_cheaper_the_rest_goes_back_and_of_something_dearer_it_is_asked_for(
    counter: Counter, database_url: str
) -> None:
    cheaper = await counter.ask("kecil")
    await counter.bring(cheaper)
    refund = await counter.resolve(cheaper)
    assert (refund.state, refund.left_minor) == ("granted", 4_000)
    assert (await counter.replacement()).commercial == "accepted"
    await counter.run(
        lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=counter.now)
    )
    assert await counter.world.floor.value("SELECT state FROM goods_return") == "closed"

    dearer = await counter.ask("besar")
    await counter.bring(dearer)
    await counter.resolve(dearer)

    [order] = await counter.world.floor.all("SELECT * FROM sales_order WHERE commercial = 'awaiting_payment'")
    assert (order.total_minor, order.paid_minor) == (17_500, 10_000)
    assert order.hold_until < counter.now + HELD_FOR
    assert (await counter.run(lambda tx: payable(tx, order.id))).due_minor == 7_500
    await counter.adds_up(database_url)


async def test_where_a_gateway_takes_no_small_amount_so_much_is_left_to_pay_as_it_takes(
    counter: Counter, database_url: str
) -> None:
    await counter.run(lambda tx: open_a_rail(tx, now=counter.now, gateway="duitku"))
    dearer = await counter.ask("besar")
    await counter.bring(dearer)
    await counter.resolve(dearer)

    replacement = await counter.replacement()
    assert (replacement.total_minor, replacement.paid_minor) == (17_500, 7_500)
    [voucher] = await counter.world.floor.all("SELECT balance_minor FROM voucher")
    assert voucher.balance_minor == 2_500
    await counter.adds_up(database_url)


async def test_a_discount_follows_a_thing_to_what_replaces_it(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    counter = await a_counter(floor, keyring, now, discounts=[Discount("HEMAT", "merchant", 3_334)], units=3)
    first = await counter.ask("biru")
    assert (await counter.replacement()).total_minor == 8_889

    await counter.bring(first)
    refund = await counter.resolve(first)

    assert (refund.state, refund.amount_minor) == ("executed", 8_889)
    assert (await counter.replacement()).commercial == "accepted"
    await counter.adds_up(database_url)


async def test_where_prices_come_without_tax_rounding_is_nobodys_to_pay(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    await floor.run(lambda tx: tx.run("UPDATE shop SET prices_include_tax = false"))
    shop = replace(floor.shop, prices_include_tax=False)
    counter = await a_counter(
        ShopFloor(floor.db, shop, floor.caller),
        keyring,
        now,
        discounts=[Discount("HEMAT", "merchant", 3_331)],
        units=3,
    )
    made = await counter.ask("merah")
    await counter.bring(made)
    await counter.resolve(made)

    out = await counter.replacement()
    assert (out.commercial, out.total_minor - out.paid_minor - out.forgone_minor) == ("accepted", 0)
    assert 0 <= out.forgone_minor <= 1
    await counter.adds_up(database_url)


async def test_what_is_not_there_is_refused_and_of_two_one_gets_the_last(counter: Counter) -> None:
    with pytest.raises(StockShort):
        await counter.ask("biru", 2)
    assert await counter.world.floor.all("SELECT FROM goods_return") == []

    both = await asyncio.gather(counter.ask("biru"), counter.ask("biru"), return_exceptions=True)

    assert sorted(type(one).__name__ for one in both) == ["StockShort", "UUID"]
    assert await counter.world.stock("biru") == (1, 1, 0)
    assert len(await counter.world.floor.all("SELECT FROM goods_return")) == 1


async def test_only_what_is_sold_under_the_same_product_and_only_one_for_each(counter: Counter) -> None:
    for asked_for in (
        [Asked(1, 1, Cause.WRONG_SIZE)],
        [Asked(1, 1, Cause.WRONG_SIZE, "tidak-ada")],
        [Asked(1, 1, Cause.WRONG_SIZE, "biru"), Asked(1, 1, Cause.WRONG_SIZE, "besar")],
    ):
        with pytest.raises(NotExchangeable):
            await counter.run(
                lambda tx, asked_for=asked_for: ask_by_buyer(
                    tx, counter.order.id, asked_for, words="", way=Remedy.EXCHANGE, now=counter.now
                )
            )
    version, policy = await counter.run(return_policy_now)
    only_money = replace(policy, ways=(Remedy.REFUND,))
    await counter.run(lambda tx: keep_return_policy(tx, only_money, expected=version, now=counter.now))
    with pytest.raises(WayNotOffered):
        await counter.ask("biru")
    with pytest.raises(WayNotOffered):
        await counter.ask("", way=Remedy.CREDIT)
    assert (await counter.run(lambda tx: look(tx, counter.order.id, now=counter.now))).swaps == {}
    assert await counter.world.floor.all("SELECT FROM goods_return") == []


async def test_the_buyer_sees_what_there_is_and_what_it_costs_more(counter: Counter) -> None:
    portal = await counter.run(lambda tx: look(tx, counter.order.id, now=counter.now))
    there = {one.sku: (one.more_minor, one.free) for one in portal.swaps[1]}
    assert there == {"merah": (0, 3), "biru": (0, 1), "besar": (7_500, 3), "kecil": (-4_000, 3)}


@pytest.mark.parametrize("way", ["reject", "give_up", "buyer", "nothing", "withdrawn"])
async def test_when_nothing_comes_of_it_the_thing_is_free_again(
    counter: Counter, way: str, database_url: str
) -> None:
    made = await counter.ask("biru")
    match way:
        case "reject" | "give_up":
            await counter.run(lambda tx: decide_return(tx, made, ReturnEvent(way), now=counter.now))
        case "buyer":
            await counter.run(lambda tx: take_back_request(tx, counter.order.id, made, now=counter.now))
        case "nothing":
            await counter.bring(made)
            assert await counter.resolve(made, 0) is None
        case _:
            await counter.run(lambda tx: set_rule(tx, 5_000, now=counter.now))
            await counter.bring(made)
            refund = await counter.resolve(made)
            assert (await counter.replacement()).exchange == "held"
            await counter.run(
                lambda tx: withdraw_refund(tx, refund.id, reason="Bukan barang kami", now=counter.now)
            )

    assert await counter.world.stock("biru") == (1, 0, 0)
    left = await counter.replacement()
    assert (left.commercial, left.exchange) == ("cancelled", "dropped")
    await counter.adds_up(database_url)


async def test_what_is_on_its_way_is_not_taken_back_by_a_buyer(counter: Counter) -> None:
    made = await counter.ask("biru")
    for event in (ReturnEvent.APPROVE, ReturnEvent.SEND):
        await counter.run(lambda tx, event=event: decide_return(tx, made, event, now=counter.now))
    with pytest.raises(IllegalMove):
        await counter.run(lambda tx: take_back_request(tx, counter.order.id, made, now=counter.now))
    assert (await counter.replacement()).exchange == "held"


async def test_units_that_did_not_come_are_taken_off_the_replacement(
    counter: Counter, database_url: str
) -> None:
    made = await counter.ask("besar", 2)
    assert await counter.world.stock("besar") == (3, 2, 0)
    await counter.bring(made, 1)

    await counter.resolve(made)

    rest = await counter.replacement()
    assert (rest.total_minor, rest.paid_minor) == (17_500, 10_000)
    assert await counter.world.stock("besar") == (3, 1, 0)
    await counter.adds_up(database_url)


async def test_a_second_person_agrees_first_and_then_it_goes_by_itself(
    counter: Counter, database_url: str
) -> None:
    await counter.run(lambda tx: set_rule(tx, 5_000, now=counter.now))
    made = await counter.ask("biru")
    await counter.bring(made)
    refund = await counter.resolve(made)
    assert refund.state == "granted"

    other = Caller(counter.world.floor.shop.shop_id, "staff:other")
    await counter.world.floor.db.run(other, lambda tx: approve_refund(tx, refund.id, now=counter.now))

    assert (await counter.replacement()).commercial == "accepted"
    assert await counter.world.floor.value("SELECT state FROM goods_return") == "closed"
    await counter.adds_up(database_url)


@pytest.mark.parametrize("how", ["cancelled", "expired", "paid"])
async def test_a_replacement_that_needs_no_money_leaves_the_refund_to_be_paid(
    counter: Counter, how: str, database_url: str
) -> None:
    made = await counter.ask("biru")
    replaced = await counter.replacement()
    if how == "cancelled":
        await counter.run(lambda tx: cancel_order(tx, replaced.id, reason="Salah warna", now=counter.now))
    elif how == "expired":
        counter.now += HELD_FOR + timedelta(seconds=1)
        assert await counter.run(lambda tx: expire_orders(tx, now=counter.now)) == 1
    else:
        await pay(counter.world, replace(counter.order, id=replaced.id, total_minor=10_000), now=counter.now)
    await counter.bring(made)

    refund = await counter.resolve(made)

    assert (refund.state, refund.left_minor) == ("granted", 10_000)
    after = "settled" if how == "paid" else "dropped"
    assert (await counter.replacement()).exchange == after
    assert await counter.world.floor.all("SELECT FROM voucher") == []
    await counter.adds_up(database_url)


async def test_credit_is_put_on_the_buyers_name_for_the_exact_amount_once(
    counter: Counter, database_url: str
) -> None:
    made = await counter.ask("", way=Remedy.CREDIT)
    await counter.bring(made)
    refund = await counter.resolve(made)

    assert (refund.state, refund.method) == ("executed", "voucher")
    [voucher] = await counter.world.floor.all("SELECT customer_id, balance_minor, refund_id FROM voucher")
    assert tuple(voucher) == (counter.order.customer_id, 10_000, refund.id)
    with pytest.raises(IllegalMove):
        await counter.resolve(made)
    assert len(await counter.world.floor.all("SELECT FROM voucher")) == 1
    await counter.adds_up(database_url)


async def test_staff_exchange_for_anything_and_credit_needs_a_name(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 3, "teh": 2})
    [placed] = await place(world, keyring, asked(("kopi", 1)), now=now)
    assert isinstance(placed, Placed)
    await pay(world, placed.order, now=now)
    await delivered(world, placed.order, now=now)
    with pytest.raises(CreditOfNobody):
        await floor.run(
            lambda tx: ask_return(
                tx, placed.order.id, [Wanted(1, 1)], reason="Rusak", way=Remedy.CREDIT, now=now
            )
        )
    wanted = [Wanted(1, 1, sku="teh")]
    await floor.run(
        lambda tx: ask_return(tx, placed.order.id, wanted, reason="Rusak", way=Remedy.EXCHANGE, now=now)
    )
    assert await world.stock("teh") == (2, 1, 0)


async def test_what_a_voucher_paid_pays_for_the_replacement_too(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    counter = await a_counter(floor, keyring, now)
    credit = await counter.ask("", way=Remedy.CREDIT)
    await counter.bring(credit)
    await counter.resolve(credit)
    order = await an_order(counter.world, keyring, ("merah", 1), now=now)
    await floor.run(lambda tx: use_voucher(tx, order.id, now=now))
    await delivered(counter.world, order, awb="002589984063", now=now)
    second = replace(counter, order=order)
    made = await second.ask("biru")
    await second.bring(made)
    await second.resolve(made)

    assert (await second.replacement()).commercial == "accepted"
    assert await floor.value("SELECT sum(balance_minor)::int FROM voucher") == 0
    await second.adds_up(database_url)
