"""Money comes in, too little, too much, too late, twice; and goes back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import (
    an_order,
    delivered,
    inbox,
    line_of,
    money,
    order_row,
    pay,
    shipped,
    tasks,
    two_parcels,
)
from given import BANDUNG, JAKARTA, World, a_buyer, a_shop, asked, place
from orderan.flows.cancel_order import cancel_order
from orderan.flows.collect_cod import Cash, NoSuchAwb, NotCod, NothingDue, collect_cod, remit_cod
from orderan.flows.complete_orders import complete_order
from orderan.flows.expire_orders import expire_orders
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.place_order import Placed
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.flows.settle_payment import settle_payments
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.flows.views_money import cash_by_courier, cash_rows
from orderan.flows.watch_limits import watch_limits
from orderan.fulfilment import Box
from orderan.inventory import Receipt, UnknownLocation, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.orders import EVERYTHING, MoneyStillDue, Order, OrderNotFound, Terms
from orderan.payments import (
    AmountNotPositive,
    CurrencyDiffers,
    Money,
    MoneyEvent,
    MoneyKind,
    MoreThanThereIs,
    ReferenceUsed,
    RefundLine,
    RefundTooLarge,
    Standing,
    money_of,
)
from orderan.pricing import Discount
from orderan.returns import Inspected, ReturnEvent, Wanted

pytestmark = pytest.mark.anyio


async def test_a_paid_order_is_accepted_its_stock_allocated_and_its_work_planned(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)

    stands = await pay(world, order, now=now, reference="BCA-1")

    assert stands == Standing(Money.PAID, 20_000, 0, 0, 0, 0)
    assert (await order_row(world, order)).commercial == "accepted"
    assert await world.stock("kopi") == (5, 0, 2)
    assert await floor.value("SELECT count(*) FROM task") == 1


async def test_too_little_waits_in_the_inbox_until_the_rest_comes(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)

    assert (await pay(world, order, 15_000, now=now)).state is Money.PARTLY_PAID
    assert await inbox(world) == [("payment_under", "partly_paid", 5_000)]
    assert (await order_row(world, order)).commercial == "awaiting_payment"

    assert (await pay(world, order, 5_000, now=now)).state is Money.PAID
    assert await inbox(world) == []
    assert await inbox(world, "resolved") == [("payment_under", "partly_paid", 5_000)]
    assert (await order_row(world, order)).commercial == "accepted"


async def test_the_inbox_names_what_is_missing_now_and_until_when(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)

    await pay(world, order, 15_000, now=now)
    await pay(world, order, 2_000, now=now + timedelta(minutes=5))

    assert await inbox(world) == [("payment_under", "partly_paid", 3_000)]
    assert await inbox(world, "resolved") == []
    [entry] = await floor.all("SELECT opened_at, deadline, payload FROM exception_entry")
    assert (entry.opened_at, entry.deadline, entry.payload["paid_minor"]) == (now, order.hold_until, 17_000)


async def test_too_much_waits_in_the_inbox_until_it_is_given_back(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, 23_000, now=now)
    assert await inbox(world) == [("payment_over", "overpaid", 3_000)]

    refund = await floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=3_000, reason="Kelebihan bayar", now=now)
    )
    assert await inbox(world) == [("payment_over", "overpaid", 3_000)]
    stands = await floor.run(
        lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference="OUT-1", now=now)
    )

    assert (stands.paid_minor, stands.refunded_minor, stands.balance_minor) == (23_000, 3_000, 0)
    assert await inbox(world) == []


async def test_money_given_back_after_delivery_is_not_asked_for_again(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    await delivered(world, order, now=now)

    refund = await floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=8_000, reason="Penyok", now=now)
    )
    stands = await floor.run(lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=now))

    assert stands.state is Money.PARTLY_REFUNDED
    assert await inbox(world) == []


async def test_a_reference_is_booked_once(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, 10_000, reference="BCA-1", now=now)

    with pytest.raises(ReferenceUsed):
        await pay(world, order, 10_000, reference="BCA-1", now=now)

    assert (await order_row(world, order)).paid_minor == 10_000
    assert await floor.value("SELECT count(*) FROM payment_event") == 1


async def test_a_batch_answers_row_by_row_and_a_bad_row_hinders_nobody(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    first, second = [await an_order(world, keyring, ("kopi", 2), now=now) for _ in range(2)]
    nobody = new_id()
    events = [
        money(first, 20_000, reference="A"),
        MoneyEvent(nobody, MoneyKind.CAPTURED, "bank_transfer", 1, "IDR", "B"),
        money(second, 20_000, reference="A"),
        money(second, 0),
        MoneyEvent(second.id, MoneyKind.CAPTURED, "bank_transfer", 5, "USD", "C"),
        money(second, 1, kind=MoneyKind.CAPTURE_REVERSED),
        money(second, 12_000, reference="D"),
        money(second, 8_000, reference="E"),
    ]

    answers = await floor.run(lambda tx: settle_payments(tx, events, now=now))

    assert [type(answer) for answer in answers] == [
        Standing,
        OrderNotFound,
        ReferenceUsed,
        AmountNotPositive,
        CurrencyDiffers,
        MoreThanThereIs,
        Standing,
        Standing,
    ]
    assert {(await order_row(world, order)).commercial for order in (first, second)} == {"accepted"}
    assert await world.stock("kopi") == (9, 0, 4)
    assert await floor.value("SELECT count(*) FROM payment_event") == 3


async def test_an_order_paid_after_it_expired_is_revived_while_its_stock_can_be_had(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 4, "gula": 2}, bundles={"paket": {"kopi": 1, "gula": 1}})
    order = await an_order(world, keyring, ("kopi", 2), ("paket", 2), now=now)
    later = now + timedelta(days=40)
    assert await floor.run(lambda tx: expire_orders(tx, now=later)) == 1
    assert await world.stock("kopi") == (4, 0, 0)

    await pay(world, order, now=later)

    row = await order_row(world, order)
    assert (row.commercial, row.headline) == ("accepted", "accepted")
    assert await world.stock("kopi") == (4, 0, 4)
    assert await world.stock("gula") == (2, 0, 2)
    assert await floor.value("SELECT count(*) FROM task_line") == 3
    assert await inbox(world) == []


async def test_an_order_paid_after_it_expired_waits_for_a_person_when_its_stock_is_gone(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    later = now + timedelta(days=40)
    await floor.run(lambda tx: expire_orders(tx, now=later))
    await an_order(world, keyring, ("kopi", 1), now=later, terms=Terms.COD)

    await pay(world, order, now=later)

    assert (await order_row(world, order)).commercial == "expired"
    assert await world.stock("kopi") == (2, 0, 1)
    assert await inbox(world) == [("payment_after_close", "paid", 20_000)]


async def test_money_for_a_cancelled_order_is_reported_and_leaves_when_it_is_given_back(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await floor.run(lambda tx: cancel_order(tx, order.id, reason="Salah pesan", now=now))

    await pay(world, order, 20_000, now=now)
    assert [entry[0] for entry in await inbox(world)] == ["payment_after_close"]

    refund = await floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=20_000, reason="Batal", now=now)
    )
    await floor.run(lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference="X", now=now))
    assert await inbox(world) == []


async def test_no_more_is_promised_back_than_was_taken_in(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    first = await floor.run(lambda tx: promise_refund(tx, order.id, amount_minor=12_000, reason="a", now=now))

    with pytest.raises(RefundTooLarge) as refused:
        await floor.run(lambda tx: promise_refund(tx, order.id, amount_minor=8_001, reason="b", now=now))
    assert refused.value.at_most_minor == 8_000
    assert await floor.value("SELECT count(*) FROM refund") == 1

    await floor.run(lambda tx: withdraw_refund(tx, first.id, reason="Pembeli setuju tukar", now=now))
    await floor.run(lambda tx: promise_refund(tx, order.id, amount_minor=20_000, reason="c", now=now))
    told = await floor.run(lambda tx: money_of(tx, order.id, total_minor=20_000, terms="prepaid"))
    assert (told.promised_minor, told.refundable_minor, len(told.refunds)) == (20_000, 0, 2)


async def test_a_refund_is_paid_once_and_what_is_paid_is_not_withdrawn(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    refund = await floor.run(lambda tx: promise_refund(tx, order.id, amount_minor=5_000, reason="a", now=now))
    await floor.run(lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference="X", now=now))

    with pytest.raises(IllegalMove):
        await floor.run(
            lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference="Y", now=now)
        )
    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: withdraw_refund(tx, refund.id, reason="b", now=now))

    assert (await order_row(world, order)).refunded_minor == 5_000


async def test_cash_at_the_door_is_due_then_collected_then_remitted_and_a_statement_counts_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    cod = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    prepaid = await an_order(world, keyring, ("kopi", 1), now=now)
    await pay(world, prepaid, now=now)
    assert (await order_row(world, cod)).money == "cod_due"
    await shipped(world, cod, now=now)
    await shipped(world, prepaid, awb="002589984056", now=now)

    answers = await floor.run(
        lambda tx: collect_cod(
            tx, "sicepat", [Cash("002589984055"), Cash("002589984056"), Cash("009999999999")], now=now
        )
    )
    assert [type(answer) for answer in answers] == [Standing, NotCod, NoSuchAwb]
    assert (await order_row(world, cod)).money == "cod_collected"

    statement = [Cash("002589984055", 20_000)]
    [first] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-9", statement, now=now))
    [again] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-9", statement, now=now))
    assert first.state is Money.COD_REMITTED
    assert isinstance(again, ReferenceUsed)
    assert await floor.value("SELECT count(*) FROM payment_event WHERE method = 'cod'") == 2


async def test_a_statement_for_cash_nobody_noted_as_collected_notes_it(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await shipped(world, order, now=now)

    [stands] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-9", [Cash("002589984055")], now=now))

    assert (stands.state, stands.collected_minor, stands.remitted_minor) == (
        Money.COD_REMITTED,
        20_000,
        20_000,
    )


async def test_a_courier_that_brings_more_than_was_noted_collected_it_and_brings_no_more_than_was_due(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await shipped(world, order, now=now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash("002589984055", 15_000)], now=now))

    async def brings(statement: str, amount_minor: int) -> Any:
        [answer] = await floor.run(
            lambda tx: remit_cod(tx, "sicepat", statement, [Cash("002589984055", amount_minor)], now=now)
        )
        return answer

    refused = await brings("ST-8", 20_001)
    assert isinstance(refused, MoreThanThereIs)
    assert refused.at_most_minor == 20_000
    assert await inbox(world) == [("payment_under", "partly_paid", 5_000)]

    stands = await brings("ST-9", 20_000)
    assert (stands.collected_minor, stands.remitted_minor) == (20_000, 20_000)
    assert await inbox(world) == []


async def collected_of(world: World, order: Order) -> list[tuple[str, int]]:
    rows = await world.floor.all(
        "SELECT reference, amount_minor FROM payment_event WHERE kind = 'cod_collected' AND order_id = %(order)s"
        " ORDER BY seq",
        order=order.id,
    )
    return [(row.reference, row.amount_minor) for row in rows]


async def test_cash_of_an_order_in_two_parcels_is_counted_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    first, second = await two_parcels(world, order, now)

    answers = await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(first), Cash(second)], now=now))
    again = await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(first), Cash(second)], now=now))

    assert [type(answer) for answer in answers] == [Standing, Standing]
    assert [type(answer) for answer in again] == [NothingDue, NothingDue]
    assert await collected_of(world, order) == [(f"sicepat:{first}", 10_000), (f"sicepat:{second}", 10_000)]
    row = await order_row(world, order)
    assert (row.money, row.paid_minor) == ("cod_collected", 20_000)


async def test_parcels_without_amounts_bring_their_share_on_statements_of_their_own(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await floor.all("UPDATE sales_order SET rounding_minor = 1, total_minor = 20001 RETURNING 1")
    first, second = await two_parcels(world, order, now)

    [one] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-1", [Cash(second)], now=now))
    [two] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-2", [Cash(first)], now=now))

    assert (one.collected_minor, one.remitted_minor) == (10_000, 10_000)
    assert (two.state, two.collected_minor, two.remitted_minor) == (Money.COD_REMITTED, 20_001, 20_001)
    assert await collected_of(world, order) == [(f"sicepat:{second}", 10_000), (f"sicepat:{first}", 10_001)]


async def test_both_parcels_on_one_statement_are_collected_and_remitted_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    first, second = await two_parcels(world, order, now)

    answers = await floor.run(
        lambda tx: remit_cod(tx, "sicepat", "ST-1", [Cash(first), Cash(second)], now=now)
    )

    assert answers == [Standing(Money.COD_REMITTED, 20_000, 0, 20_000, 20_000, 0)] * 2


async def test_what_did_not_leave_yet_is_not_in_the_cash_of_what_did(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1}, places={"JKT": JAKARTA, "BDG": BANDUNG})
    more = [Receipt(world.skus["kopi"], world.locations["BDG"], 1)]
    await floor.run(lambda tx: receive_stock(tx, more, now=now))
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    first, second = await tasks(world, order)
    awbs = ("002589984055", "002589984063")

    async def leaves(task: UUID, awb: str) -> None:
        await floor.run(lambda tx: release_tasks(tx, [task], now=now))
        await floor.run(lambda tx: start_picking(tx, [task], now=now))
        await floor.run(lambda tx: finish_tasks(tx, [task], take_all=True, now=now))
        await floor.run(lambda tx: pack(tx, [task], now=now))
        await floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", awb)], now=now))
        await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(awb)], now=now))

    await leaves(first, awbs[0])
    assert await collected_of(world, order) == [(f"sicepat:{awbs[0]}", 10_000)]
    await leaves(second, awbs[1])
    assert (await order_row(world, order)).money == "cod_collected"


async def test_cash_the_courier_has_stays_his_debt_when_money_is_given_back_to_the_buyer(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    [parcel] = await delivered(world, order, now=now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(parcel.awb)], now=now))
    refund = await floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=5_000, reason="Penyok", now=now)
    )
    await floor.run(
        lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference="BCA-9", now=now)
    )

    async def owes() -> list[tuple[int, int, int, int]]:
        rows = await floor.run(lambda tx: cash_by_courier(tx, EVERYTHING))
        return [(row.due_orders, row.due_minor, row.collected_orders, row.collected_minor) for row in rows]

    assert (await order_row(world, order)).money == "partly_refunded"
    assert await owes() == [(0, 0, 1, 20_000)]
    rows = await floor.run(lambda tx: cash_rows(tx, EVERYTHING, money=["cod_collected"]))
    assert [(row.order_id, row.collected_minor) for row in rows] == [(order.id, 20_000)]
    await floor.run(lambda tx: watch_limits(tx, now=now + timedelta(days=40)))
    assert ("money_waiting", "cod_collected", 20_000) in await inbox(world)

    await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-1", [Cash(parcel.awb)], now=now))
    assert await owes() == []
    assert await floor.run(lambda tx: cash_rows(tx, EVERYTHING, money=["cod_collected"])) == []


async def test_an_order_collected_in_part_counts_with_what_is_due_and_with_what_the_courier_has(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    first, second = await two_parcels(world, order, now)

    async def tiles() -> list[tuple[int, int, int, int]]:
        rows = await floor.run(lambda tx: cash_by_courier(tx, EVERYTHING))
        return [(row.due_orders, row.due_minor, row.collected_orders, row.collected_minor) for row in rows]

    assert await tiles() == [(1, 20_000, 0, 0)]
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(first)], now=now))
    assert await tiles() == [(1, 10_000, 1, 10_000)]
    await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-1", [Cash(first)], now=now))
    assert await tiles() == [(1, 10_000, 0, 0)]
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(second)], now=now))
    assert await tiles() == [(0, 0, 1, 10_000)]


async def test_parcels_of_one_order_are_remitted_on_statements_of_their_own(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    first, second = await two_parcels(world, order, now)

    [one] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-1", [Cash(first, 8_000)], now=now))
    [two] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-2", [Cash(second, 12_000)], now=now))
    [again] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-3", [Cash(second)], now=now))

    assert (one.collected_minor, one.remitted_minor) == (8_000, 8_000)
    assert (two.state, two.collected_minor, two.remitted_minor) == (Money.COD_REMITTED, 20_000, 20_000)
    assert isinstance(again, NothingDue)


async def test_what_was_paid_in_part_is_owed_back_once_the_order_expires(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, 15_000, now=now)
    limit = order.hold_until
    assert limit is not None

    await floor.run(lambda tx: expire_orders(tx, now=limit))

    assert await inbox(world) == [("payment_after_close", "partly_paid", 15_000)]
    assert await inbox(world, "resolved") == [("payment_under", "partly_paid", 5_000)]
    assert (await order_row(world, order)).commercial == "expired"
    [entry] = await floor.all("SELECT deadline, next_step FROM exception_entry WHERE state = 'open'")
    assert tuple(entry) == (
        limit + timedelta(days=3),
        "Kembalikan uangnya, atau buatkan pesanan baru untuk pembeli ini.",
    )


async def test_an_accepted_order_that_loses_its_money_again_is_reported(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now, reference="BCA-1")

    reversed_ = money(order, 20_000, kind=MoneyKind.CAPTURE_REVERSED, reference="BCA-1")
    await floor.run(lambda tx: settle_payments(tx, [reversed_], now=now))

    assert await inbox(world) == [("payment_under", "unpaid", 20_000)]


async def test_goods_that_come_back_unpaid_are_not_asked_for_and_the_order_can_be_closed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)

    back = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 2)], reason="Ditolak", now=now))
    await floor.run(lambda tx: decide_return(tx, back.id, ReturnEvent.APPROVE, now=now))
    place = world.locations["JKT"]
    await floor.run(lambda tx: receive_goods_back(tx, back.id, {1: 2}, location_id=place, now=now))

    row = await order_row(world, order)
    assert (row.money, row.forgone_minor, row.headline) == ("paid", 20_000, "returned")
    assert await inbox(world) == []
    assert await floor.run(lambda tx: cash_by_courier(tx, EVERYTHING)) == []
    assert await floor.run(lambda tx: propose_refund(tx, back.id)) == []
    await floor.run(lambda tx: inspect_goods(tx, back.id, [Inspected(1, 2, 0)], now=now))
    assert await floor.run(lambda tx: propose_refund(tx, back.id)) == [RefundLine(1, 2, 0)]
    await floor.run(lambda tx: resolve_return(tx, back.id, amount_minor=0, now=now))
    await floor.run(lambda tx: complete_order(tx, order.id, now=now))
    assert (await order_row(world, order)).commercial == "completed"


async def test_a_part_that_comes_back_unpaid_leaves_the_rest_to_pay(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    back = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 1)], reason="Ditolak", now=now))
    await floor.run(lambda tx: decide_return(tx, back.id, ReturnEvent.APPROVE, now=now))
    place = world.locations["JKT"]
    await floor.run(lambda tx: receive_goods_back(tx, back.id, {1: 1}, location_id=place, now=now))
    with pytest.raises(MoneyStillDue) as refused:
        await floor.run(lambda tx: complete_order(tx, order.id, now=now))
    assert refused.value.due_minor == 20_000

    [stands] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "ST-1", [Cash("002589984055")], now=now))

    assert stands == Standing(Money.COD_REMITTED, 20_000, 0, 20_000, 20_000, 0, 10_000)
    assert await inbox(world) == []
    await floor.run(lambda tx: complete_order(tx, order.id, now=now))


async def test_a_small_refund_does_not_hide_what_is_still_due_at_the_door(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash("002589984055", 8_000)], now=now))
    refund = await floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=1_000, reason="Kemasan rusak", now=now)
    )
    await floor.run(lambda tx: execute_refund(tx, refund.id, method="cash", reference="K-1", now=now))

    with pytest.raises(MoneyStillDue) as refused:
        await floor.run(lambda tx: complete_order(tx, order.id, now=now))

    assert refused.value.due_minor == 12_000


async def test_goods_are_received_only_where_they_can_be_counted(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    back = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 2)], reason="Ditolak", now=now))
    await floor.run(lambda tx: decide_return(tx, back.id, ReturnEvent.APPROVE, now=now))

    for nowhere in (new_id(), world.locations["CUSTOMER"]):
        with pytest.raises(UnknownLocation):
            await floor.run(
                lambda tx, at=nowhere: receive_goods_back(tx, back.id, {1: 2}, location_id=at, now=now)
            )

    assert await floor.value("SELECT state FROM goods_return") == "approved"
    assert await floor.value("SELECT returned FROM order_line") == 0


async def test_a_gift_that_comes_back_unpaid_is_received_like_anything_else(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9, "teh": 9})
    gift = [Discount("HADIAH", "merchant", 10_000, 2)]
    placement = asked(("kopi", 2), ("teh", 1), buyer=a_buyer(), terms=Terms.COD, discounts=gift)
    [placed] = await place(world, keyring, placement, now=now)
    assert isinstance(placed, Placed)
    order = placed.order
    assert order.total_minor == 20_000
    await delivered(world, order, now=now)
    back = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(2, 1)], reason="Ditolak", now=now))
    await floor.run(lambda tx: decide_return(tx, back.id, ReturnEvent.APPROVE, now=now))

    at = world.locations["JKT"]
    await floor.run(lambda tx: receive_goods_back(tx, back.id, {2: 1}, location_id=at, now=now))

    row = await order_row(world, order)
    assert (row.money, row.forgone_minor) == ("cod_due", 0)
    assert await line_of(world, order, 2) == (1, 1, 1, 1, 1)
