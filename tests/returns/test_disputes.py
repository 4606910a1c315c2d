"""What came is not what was issued: the refund waits, a file is open until somebody decides, and nothing leaves before."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, delivered, inbox, pay
from given import JAKARTA, World, a_shop
from orderan.auditor import audit
from orderan.flows.dispute_return import note_in_dispute, send_with, settle_dispute
from orderan.flows.pay_out import begin_payout
from orderan.flows.refund_order import execute_refund
from orderan.flows.refund_vouchers import refund_to_voucher
from orderan.flows.return_portal import Asked, ask_by_buyer
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    receive_goods_back,
    resolve_return,
)
from orderan.kit.crypto import Keyring
from orderan.kit.events import sequence
from orderan.kit.states import IllegalMove
from orderan.orders import Order
from orderan.payments import RefundHeld
from orderan.returns import (
    Cause,
    CountsDiffer,
    DamagedOnSale,
    DecidedForShop,
    DisputeEvent,
    DisputeNotFound,
    DisputeOpen,
    Extra,
    Inspected,
    Remedy,
    ReturnAwbTaken,
    ReturnAwbUnusable,
    ReturnEvent,
    ReturnShipmentFixed,
    Seen,
    TrustedAt,
    Wanted,
    What,
    WordsMissing,
    dispute_of,
    keep_return_policy,
    reception_of,
    return_policy_now,
    shipment_of,
)

pytestmark = pytest.mark.anyio
AWB = "JX1234567890"


@dataclass
class Counter:
    """An order of two that arrived and comes back by parcel."""

    world: World
    order: Order
    now: datetime

    async def run(self, command: Any) -> Any:
        return await self.world.floor.run(command)

    async def asked(self, units: int = 2) -> UUID:
        made = await self.run(
            lambda tx: ask_return(tx, self.order.id, [Wanted(1, units)], reason="Rusak", now=self.now)
        )
        await self.run(lambda tx: decide_return(tx, made.id, ReturnEvent.APPROVE, now=self.now))
        return made.id  # type: ignore[no-any-return]

    async def sent(self, return_id: UUID, awb: str = AWB) -> None:
        await self.run(lambda tx: send_with(tx, return_id, courier="jnt", awb=awb, now=self.now))
        await self.run(lambda tx: decide_return(tx, return_id, ReturnEvent.SEND, now=self.now))

    async def came(self, return_id: UUID, seen: Seen, units: int = 2) -> None:
        place = self.world.locations["JKT"]
        await self.run(
            lambda tx: receive_goods_back(
                tx, return_id, {1: units}, location_id=place, seen=seen, now=self.now
            )
        )

    async def inspected(self, return_id: UUID, units: int = 2) -> None:
        await self.run(lambda tx: inspect_goods(tx, return_id, [Inspected(1, units, 0)], now=self.now))

    async def resolved(self, return_id: UUID, amount_minor: int = 20_000) -> Any:
        return await self.run(
            lambda tx: resolve_return(tx, return_id, amount_minor=amount_minor, now=self.now)
        )

    async def decided(self, return_id: UUID, event: DisputeEvent, words: str = "Sudah dicek") -> None:
        await self.run(lambda tx: settle_dispute(tx, return_id, event, words=words, now=self.now))

    async def policy(self, **changes: Any) -> None:
        version, policy = await self.run(return_policy_now)
        changed = replace(policy, **changes)
        await self.run(lambda tx: keep_return_policy(tx, changed, expected=version, now=self.now))

    async def adds_up(self, database_url: str) -> None:
        await self.run(sequence)
        assert audit(database_url, now=self.now).findings == []


@pytest.fixture
async def counter(floor: ShopFloor, keyring: Keyring, now: datetime) -> Counter:
    world = await a_shop(floor, now, stock={"kopi": 20})
    await floor.run(
        lambda tx: tx.run(
            "INSERT INTO region (code, parent_code, level, name, search) VALUES (%(code)s, NULL, 2, %(name)s, '')"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
            {"code": JAKARTA[:5], "name": "Kota Administrasi Jakarta Pusat"},
        )
    )
    return await an_arrived(world, keyring, now)


async def an_arrived(world: World, keyring: Keyring, now: datetime, awb: str = "002589984055") -> Counter:
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    await delivered(world, order, awb=awb, now=now)
    return Counter(world, order, now)


AS_ISSUED = Seen("jx 1234-567890", 1_180, "KOTA JAKARTA PUSAT")
DIFFERS: Mapping[str, tuple[Seen, What, int]] = {
    "one digit": (Seen("JX1234567891", 1_000, "Jakarta Pusat"), What.AWB, 1),
    "another number": (Seen("CM00000000001"), What.AWB, 12),
    "a stone": (Seen(AWB, 1_251), What.WEIGHT, 0),
    "an empty box": (Seen(AWB, 200), What.WEIGHT, 0),
    "another city": (Seen(AWB, 1_000, "Kab. Bandung"), What.ORIGIN, 0),
}


async def test_what_is_as_issued_is_refunded_as_ever(counter: Counter, database_url: str) -> None:
    made = await counter.asked()
    await counter.sent(made)
    issued = await counter.run(lambda tx: shipment_of(tx, made))
    assert (issued.weight_g, issued.origin) == (1_000, "Kota Administrasi Jakarta Pusat")

    await counter.came(made, AS_ISSUED)
    await counter.inspected(made)

    assert await counter.run(lambda tx: dispute_of(tx, made)) is None
    assert (await counter.resolved(made)).state == "granted"
    await counter.adds_up(database_url)


@pytest.mark.parametrize("case", list(DIFFERS))
async def test_one_thing_that_differs_holds_the_refund_and_opens_a_file(
    counter: Counter, case: str, database_url: str
) -> None:
    seen, what, digits = DIFFERS[case]
    made = await counter.asked()
    await counter.sent(made)

    await counter.came(made, seen)

    dispute = await counter.run(lambda tx: dispute_of(tx, made))
    assert dispute.state == "open"
    assert [(one.what, one.digits) for one in dispute.found] == [(what, digits)]
    assert await inbox(counter.world) == [("return_dispute", str(what), 20_000)]
    await counter.inspected(made)
    for amount in (20_000, 0):
        with pytest.raises(DisputeOpen):
            await counter.resolved(made, amount)
    assert await counter.world.floor.all("SELECT FROM refund") == []
    await counter.adds_up(database_url)


async def test_for_the_buyer_it_goes_on_and_for_the_shop_nothing_is_paid(
    counter: Counter, keyring: Keyring
) -> None:
    first, second = await counter.asked(1), await counter.asked(1)
    for number, made in enumerate((first, second)):
        await counter.sent(made, f"JX123456789{number}")
        await counter.came(made, Seen("JX1234567888"), 1)
        await counter.inspected(made, 1)
    with pytest.raises(WordsMissing):
        await counter.decided(first, DisputeEvent.FOR_BUYER, " ")
    await counter.run(lambda tx: note_in_dispute(tx, first, "Foto label dari kurir", now=counter.now))
    assert (await counter.run(lambda tx: dispute_of(tx, first))).state == "evidence"

    await counter.decided(first, DisputeEvent.FOR_BUYER)
    await counter.decided(second, DisputeEvent.FOR_SHOP)

    assert (await counter.resolved(first, 10_000)).left_minor == 10_000
    with pytest.raises(DecidedForShop):
        await counter.resolved(second, 1)
    assert await counter.resolved(second, 0) is None
    with pytest.raises(IllegalMove):
        await counter.decided(first, DisputeEvent.FOR_SHOP)
    with pytest.raises(IllegalMove):
        await counter.run(lambda tx: note_in_dispute(tx, first, "lagi", now=counter.now))
    assert await inbox(counter.world) == []


async def test_of_two_who_decide_at_once_one_does(counter: Counter) -> None:
    made = await counter.asked()
    await counter.sent(made)
    await counter.came(made, Seen("JX1234567891"))

    both = await asyncio.gather(
        counter.decided(made, DisputeEvent.FOR_BUYER),
        counter.decided(made, DisputeEvent.FOR_SHOP),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in both) == ["IllegalMove", "NoneType"]


async def test_a_number_is_of_one_return_can_be_read_and_is_not_changed_under_way(counter: Counter) -> None:
    first, second = await counter.asked(1), await counter.asked(1)
    with pytest.raises(ReturnAwbUnusable):
        await counter.sent(first, "-- 12")
    await counter.run(lambda tx: send_with(tx, first, courier="jnt", awb="JX0000000001", now=counter.now))
    await counter.sent(first)
    with pytest.raises(ReturnShipmentFixed):
        await counter.run(lambda tx: send_with(tx, first, courier="jnt", awb="JX9999999", now=counter.now))
    with pytest.raises(ReturnAwbTaken):
        await counter.run(lambda tx: send_with(tx, second, courier="jne", awb=AWB.lower(), now=counter.now))
    with pytest.raises(DisputeNotFound):
        await counter.decided(first, DisputeEvent.FOR_SHOP)


async def test_reception_and_inspection_are_records_of_their_own_with_what_is_missing_extra_and_damaged(
    counter: Counter, database_url: str
) -> None:
    made = await counter.asked()
    with pytest.raises(CountsDiffer):
        await counter.came(made, Seen(damaged={1: 2}), 1)
    await counter.came(made, Seen(damaged={1: 1}, extras=[Extra("Sendok", 2), Extra("Sendok", 1)]), 1)

    reception = await counter.run(lambda tx: reception_of(tx, made))
    [line] = reception.lines
    assert (line.expected, line.received, line.damaged) == (2, 1, 1)
    assert [(one.what, one.units) for one in reception.extras] == [("Sendok", 3)]
    with pytest.raises(DamagedOnSale):
        await counter.inspected(made, 1)
    await counter.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 0, 1)], now=counter.now))
    [judged] = await counter.world.floor.all("SELECT inspected_by FROM return_inspection")
    assert judged.inspected_by == "staff:test"
    assert await counter.world.floor.value("SELECT sum(quarantine)::int FROM stock") == 1
    await counter.adds_up(database_url)


async def with_history(counter: Counter, keyring: Keyring, at: TrustedAt) -> None:
    await an_arrived(counter.world, keyring, counter.now, "002589984099")
    await counter.policy(trusted_at=at, trusted_below_minor=20_001, trusted_orders=2)


async def test_a_buyer_with_a_history_has_the_refund_at_the_couriers_scan_and_it_is_not_granted_twice(
    counter: Counter, keyring: Keyring, database_url: str
) -> None:
    await with_history(counter, keyring, TrustedAt.SCAN)
    made = await counter.asked()
    await counter.sent(made)
    [refund] = await counter.world.floor.all("SELECT id, amount_minor, state FROM refund")
    assert (refund.amount_minor, refund.state) == (20_000, "granted")
    await counter.run(
        lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=counter.now)
    )

    await counter.came(made, AS_ISSUED)
    await counter.inspected(made)
    await counter.resolved(made)

    assert await counter.world.floor.value("SELECT state FROM goods_return") == "closed"
    assert len(await counter.world.floor.all("SELECT FROM refund")) == 1
    await counter.adds_up(database_url)


@pytest.mark.parametrize("short", ["history", "amount", "no number", "inspection", "dispute"])
async def test_who_is_not_trusted_waits_for_the_inspection(
    counter: Counter, keyring: Keyring, short: str
) -> None:
    at = TrustedAt.INSPECTION if short == "inspection" else TrustedAt.SCAN
    await with_history(counter, keyring, at)
    if short == "history":
        await counter.policy(trusted_orders=3)
    if short == "amount":
        await counter.policy(trusted_below_minor=20_000)
    if short == "dispute":
        other = await counter.asked(1)
        await counter.sent(other, "JX5555555555")
        # It was trusted and paid; what came is another parcel.
        await counter.came(other, Seen("JX5555555556"), 1)
    before = len(await counter.world.floor.all("SELECT FROM refund"))
    made = await counter.asked(1 if short == "dispute" else 2)
    if short == "no number":
        await counter.run(lambda tx: decide_return(tx, made, ReturnEvent.SEND, now=counter.now))
    else:
        await counter.sent(made)
    assert len(await counter.world.floor.all("SELECT FROM refund")) == before


async def test_a_counter_is_trusted_for_what_is_all_there(
    counter: Counter, keyring: Keyring, database_url: str
) -> None:
    await with_history(counter, keyring, TrustedAt.DROP_OFF)
    part, rest = await counter.asked(1), await counter.asked(1)
    await counter.came(rest, Seen(), 1)
    [refund] = await counter.world.floor.all("SELECT amount_minor FROM refund")
    assert refund.amount_minor == 10_000
    await counter.sent(part)
    assert len(await counter.world.floor.all("SELECT FROM refund")) == 1
    await counter.adds_up(database_url)


async def test_what_was_granted_early_does_not_leave_while_a_dispute_is_open(
    counter: Counter, keyring: Keyring, database_url: str
) -> None:
    await with_history(counter, keyring, TrustedAt.SCAN)
    made = await counter.asked()
    await counter.sent(made)
    [refund] = await counter.world.floor.all("SELECT id FROM refund")

    await counter.came(made, AS_ISSUED, 1)

    dispute = await counter.run(lambda tx: dispute_of(tx, made))
    assert [one.what for one in dispute.found] == [What.MISSING]
    for leave in (
        lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=counter.now),
        lambda tx: refund_to_voucher(tx, refund.id, now=counter.now),
        lambda tx: begin_payout(tx, refund.id, now=counter.now),
    ):
        with pytest.raises(RefundHeld):
            await counter.run(leave)
    await counter.decided(made, DisputeEvent.FOR_SHOP)
    assert await counter.world.floor.value("SELECT state FROM refund") == "withdrawn"
    await counter.inspected(made, 1)
    with pytest.raises(DecidedForShop):
        await counter.resolved(made, 10_000)
    await counter.resolved(made, 0)
    assert await counter.world.floor.value("SELECT state FROM goods_return") == "closed"
    await counter.adds_up(database_url)


async def test_an_exchange_goes_out_at_the_couriers_scan_to_who_is_trusted(
    counter: Counter, keyring: Keyring, database_url: str
) -> None:
    await with_history(counter, keyring, TrustedAt.SCAN)
    wanted = [Asked(1, 1, Cause.WRONG_SIZE, "kopi")]
    made = await counter.run(
        lambda tx: ask_by_buyer(tx, counter.order.id, wanted, words="", way=Remedy.EXCHANGE, now=counter.now)
    )
    await counter.run(lambda tx: decide_return(tx, made.id, ReturnEvent.APPROVE, now=counter.now))
    await counter.sent(made.id)

    [out] = await counter.world.floor.all(
        """
        SELECT sales_order.commercial FROM return_exchange
        JOIN sales_order ON sales_order.id = return_exchange.order_id
        """
    )
    assert out.commercial == "accepted"
    await counter.adds_up(database_url)
