"""A refund above the shop's limit is paid only when a second person agreed to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, pay
from given import World, a_shop
from orderan.flows.approve_refund import approve_refund, refuse_refund
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.states import IllegalMove
from orderan.orders import Order
from orderan.payments import (
    ApprovalNeeded,
    OwnRefund,
    ReasonMissing,
    Refund,
    find_refund,
    set_approval_limit,
)

pytestmark = pytest.mark.anyio

CLERK, FINANCE, OWNER = "staff:clerk", "staff:finance", "staff:owner"


class Desk:
    """A paid order of 20,000, and three people."""

    def __init__(self, world: World, order: Order, now: datetime) -> None:
        self.world, self.order, self.now = world, order, now

    async def by(self, actor: str, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        floor = self.world.floor
        return await floor.db.run(replace(floor.caller, actor=actor), work)

    async def limit(self, above: int | None) -> None:
        await self.by(OWNER, lambda tx: set_approval_limit(tx, above, now=self.now))

    async def grant(self, amount: int, *, by: str = CLERK) -> Refund:
        refund: Refund = await self.by(
            by, lambda tx: promise_refund(tx, self.order.id, amount_minor=amount, reason="x", now=self.now)
        )
        return refund

    async def approve(self, refund: UUID, *, by: str) -> None:
        await self.by(by, lambda tx: approve_refund(tx, refund, now=self.now))

    async def refuse(self, refund: UUID, reason: str, *, by: str) -> None:
        await self.by(by, lambda tx: refuse_refund(tx, refund, reason=reason, now=self.now))

    async def pay(self, refund: UUID) -> None:
        await self.by(
            FINANCE,
            lambda tx: execute_refund(tx, refund, method="cash", reference=None, now=self.now),
        )

    async def stands(self, refund: UUID) -> tuple[str, str]:
        found: Refund = await self.by(OWNER, lambda tx: find_refund(tx, refund))
        return found.state, found.approval

    async def moves(self) -> list[tuple[str, str]]:
        rows = await self.world.floor.all(
            "SELECT event, to_state FROM order_move WHERE axis = 'refund' AND event IN ('approve', 'refuse') ORDER BY id"
        )
        return [(row.event, row.to_state) for row in rows]

    async def refunded(self) -> int:
        [row] = await self.world.floor.all("SELECT refunded_minor FROM sales_order")
        return int(row.refunded_minor)


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    return Desk(world, order, now)


async def test_without_a_limit_nobody_is_asked(desk: Desk) -> None:
    refund = await desk.grant(20_000)
    assert refund.approval == "not_needed"
    await desk.pay(refund.id)
    assert await desk.stands(refund.id) == ("executed", "not_needed")


@pytest.mark.parametrize(("amount", "approval"), [(5_000, "not_needed"), (5_001, "waiting")])
async def test_the_limit_itself_is_still_allowed(desk: Desk, amount: int, approval: str) -> None:
    await desk.limit(5_000)
    assert (await desk.grant(amount)).approval == approval


async def test_above_the_limit_it_is_paid_only_after_another_person_agreed(desk: Desk) -> None:
    await desk.limit(5_000)
    refund = await desk.grant(6_000)
    with pytest.raises(ApprovalNeeded) as needed:
        await desk.pay(refund.id)
    assert (needed.value.amount_minor, needed.value.limit_minor) == (6_000, 5_000)
    assert await desk.stands(refund.id) == ("granted", "waiting")
    assert await desk.refunded() == 0

    await desk.approve(refund.id, by=FINANCE)
    await desk.pay(refund.id)

    assert await desk.stands(refund.id) == ("executed", "approved")
    assert await desk.refunded() == 6_000
    assert await desk.moves() == [("approve", "approved")]


@pytest.mark.parametrize("word", ["approve", "refuse"])
async def test_who_granted_it_cannot_be_the_second_person(desk: Desk, word: str) -> None:
    await desk.limit(5_000)
    refund = await desk.grant(6_000, by=FINANCE)
    says: dict[str, Callable[..., Awaitable[None]]] = {
        "approve": desk.approve,
        "refuse": partial(desk.refuse, reason="tidak"),
    }
    said = says[word]
    with pytest.raises(OwnRefund):
        await said(refund.id, by=FINANCE)
    assert await desk.stands(refund.id) == ("granted", "waiting")
    assert await desk.moves() == []


async def test_refusing_needs_a_reason_and_takes_the_promise_back(desk: Desk) -> None:
    await desk.limit(5_000)
    refund = await desk.grant(6_000)
    with pytest.raises(ReasonMissing):
        await desk.refuse(refund.id, "  ", by=FINANCE)
    assert await desk.stands(refund.id) == ("granted", "waiting")

    await desk.refuse(refund.id, "Barang belum kembali", by=FINANCE)

    assert await desk.stands(refund.id) == ("withdrawn", "refused")
    rows = await desk.world.floor.all(
        "SELECT reason FROM order_move WHERE axis = 'refund' ORDER BY id DESC LIMIT 2"
    )
    assert [row.reason for row in rows] == ["Barang belum kembali"] * 2
    with pytest.raises(IllegalMove):
        await desk.pay(refund.id)
    with pytest.raises(IllegalMove):
        await desk.approve(refund.id, by=OWNER)
    assert await desk.refunded() == 0
    assert (await desk.grant(20_000)).amount_minor == 20_000


async def test_a_double_click_approves_once(desk: Desk) -> None:
    await desk.limit(5_000)
    refund = await desk.grant(6_000)
    await desk.approve(refund.id, by=FINANCE)
    with pytest.raises(IllegalMove):
        await desk.approve(refund.id, by=FINANCE)
    assert await desk.moves() == [("approve", "approved")]


async def test_two_approvers_and_one_who_refuses_at_once_make_one_word(desk: Desk) -> None:
    await desk.limit(5_000)
    refund = await desk.grant(6_000)
    answers = await asyncio.gather(
        desk.approve(refund.id, by=FINANCE),
        desk.approve(refund.id, by=OWNER),
        desk.refuse(refund.id, "tidak", by="staff:auditor"),
        return_exceptions=True,
    )
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    assert len(await desk.moves()) == 1


async def test_a_limit_lowered_meanwhile_counts_when_it_is_paid(desk: Desk) -> None:
    refund = await desk.grant(6_000)
    await desk.limit(5_000)
    with pytest.raises(ApprovalNeeded):
        await desk.pay(refund.id)
    assert await desk.stands(refund.id) == ("granted", "not_needed")

    await desk.approve(refund.id, by=FINANCE)
    await desk.pay(refund.id)
    assert await desk.stands(refund.id) == ("executed", "approved")


async def test_a_limit_raised_meanwhile_lets_nothing_through_that_was_asked_about(desk: Desk) -> None:
    await desk.limit(5_000)
    refund = await desk.grant(6_000)
    await desk.limit(None)
    with pytest.raises(ApprovalNeeded):
        await desk.pay(refund.id)
    assert await desk.refunded() == 0


async def test_many_small_ones_by_one_person_are_one_large_one(desk: Desk) -> None:
    await desk.limit(5_000)
    assert (await desk.grant(3_000)).approval == "not_needed"
    assert (await desk.grant(3_000, by=FINANCE)).approval == "not_needed"
    assert (await desk.grant(3_000)).approval == "waiting"


async def test_a_withdrawn_one_does_not_count_with_the_next(desk: Desk) -> None:
    await desk.limit(5_000)
    refund = await desk.grant(3_000)
    await desk.by(CLERK, lambda tx: withdraw_refund(tx, refund.id, reason="salah", now=desk.now))
    assert (await desk.grant(3_000)).approval == "not_needed"


async def test_the_limit_leaves_a_trail_and_none_where_nothing_changed(desk: Desk) -> None:
    await desk.limit(5_000)
    await desk.limit(5_000)
    rows = await desk.world.floor.all(
        "SELECT actor, before, after FROM audit_entry WHERE action = 'refund_rule.set'"
    )
    assert [(row.actor, row.before, row.after) for row in rows] == [
        (OWNER, {"approve_above_minor": None}, {"approve_above_minor": 5_000})
    ]
