"""Many buyers and one budget, at once: it is never exceeded by a rupiah.

The thousand go through the whole reservation. The two that meet are stopped after reading the promotion
and before taking, the widest the window can be; each control takes a guard away and shows the same setup
going wrong.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import CheckViolation

from conftest import ShopFloor
from inventory.racing import Meeting, Without, Work, race
from orderan.flows import offer_promotion
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Order, lock_orders
from orderan.promotions import Promotion, PromotionDoesNotApply, Redemption, store
from orderan.promotions.store import PROMOTION, as_promotion
from promotions.promoting import a_discount, promotion_row, running, some_orders, uses

pytestmark = pytest.mark.anyio

THOUSAND = 1_000
GUARD = "AND (budget_minor IS NULL OR taken_minor + %(amount)s <= budget_minor)"


def choosing(order: Order, promotion: Promotion, *, now: datetime) -> Work:
    """A buyer who chooses BCA with the promotion."""

    async def work(tx: Tx) -> Redemption:
        locked = (await lock_orders(tx, [order.id]))[order.id]
        return await offer_promotion.reserve(tx, locked, "va_bca", promotion.id, now=now)

    return work


async def test_a_thousand_at_once_stop_the_budget_exactly(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    orders = await some_orders(floor, keyring, now, THOUSAND)
    promotion = await running(floor, a_discount(now, budget_minor=1_252_000), now=now)

    outcomes = await asyncio.gather(
        *(floor.run(choosing(order, promotion, now=now)) for order in orders), return_exceptions=True
    )

    granted = [one for one in outcomes if isinstance(one, Redemption)]
    refused = [one for one in outcomes if isinstance(one, PromotionDoesNotApply)]
    assert (len(granted), len(refused)) == (250, 750)
    assert {one.reason for one in refused} == {"budget_spent"}
    # Rp 2.000 are left: less than one use is worth, and a use is granted whole or not at all.
    assert tuple(await promotion_row(floor, promotion.id)) == ("exhausted", 1_250_000, 250)
    assert await uses(floor) == [("reserved", 5_000, 0)] * 250
    assert await floor.value("SELECT sum(amount_minor)::bigint FROM promotion_share") == 1_250_000


async def test_a_quota_stops_as_exactly(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    orders = await some_orders(floor, keyring, now, 40)
    promotion = await running(floor, a_discount(now, quota=7), now=now)

    outcomes = await asyncio.gather(
        *(floor.run(choosing(order, promotion, now=now)) for order in orders), return_exceptions=True
    )

    assert sum(isinstance(one, Redemption) for one in outcomes) == 7
    assert tuple(await promotion_row(floor, promotion.id)) == ("exhausted", 35_000, 7)


async def test_one_buyer_with_many_orders_at_once_stays_within_their_limit(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    orders = await some_orders(floor, keyring, now, 20)
    assert len({order.customer_id for order in orders}) == 1
    promotion = await running(floor, a_discount(now, per_buyer=2), now=now)

    outcomes = await asyncio.gather(
        *(floor.run(choosing(order, promotion, now=now)) for order in orders), return_exceptions=True
    )

    assert sum(isinstance(one, Redemption) for one in outcomes) == 2
    assert {one.reason for one in outcomes if isinstance(one, PromotionDoesNotApply)} == {"buyer_limit"}
    assert tuple(await promotion_row(floor, promotion.id)) == ("running", 10_000, 2)


async def read_unlocked(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Promotion]:
    rows = await tx.all(
        f"SELECT {PROMOTION} FROM payment_promotion WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: as_promotion(row) for row in rows}


def without_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    real = store.take

    async def unguarded(tx: Tx, *args: Any, **kwargs: Any) -> Any:
        return await real(Without(tx, GUARD), *args, **kwargs)

    monkeypatch.setattr(store, "take", unguarded)


async def two_meet(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> tuple[Promotion, list[Any]]:
    """Two buyers who both read that there is room for one use of 5,000 in 8,000."""
    orders = await some_orders(floor, keyring, now, 2)
    # A quarter of what is due may be a rupiah: the promotion does not stop by itself at 3,000.
    terms = a_discount(now, fixed_minor=0, rate_bp=2_500, budget_minor=8_000)
    promotion = await running(floor, terms, now=now)
    monkeypatch.setattr(store, "lock_promotions", read_unlocked)
    Meeting(floor).after(monkeypatch, store, "lock_promotions")
    return promotion, await race(floor, *(choosing(order, promotion, now=now) for order in orders))


async def test_two_that_read_the_same_room_get_one_use_and_one_is_told(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    promotion, outcomes = await two_meet(floor, keyring, now, monkeypatch)

    assert sorted(type(one).__name__ for one in outcomes) == ["PromotionDoesNotApply", "Redemption"]
    assert (await promotion_row(floor, promotion.id)).taken_minor == 5_000


async def test_control_without_the_guard_only_the_constraint_saves_the_budget(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_guard(monkeypatch)
    promotion, outcomes = await two_meet(floor, keyring, now, monkeypatch)

    [fault] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(fault, CheckViolation)
    assert "payment_promotion_budget_never_exceeded" in str(fault)
    assert (await promotion_row(floor, promotion.id)).taken_minor == 5_000


async def test_control_without_guard_and_constraint_the_budget_is_overspent(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_guard(monkeypatch)
    await floor.run(
        lambda tx: tx.run(
            "ALTER TABLE payment_promotion DROP CONSTRAINT payment_promotion_budget_never_exceeded"
        )
    )

    promotion, outcomes = await two_meet(floor, keyring, now, monkeypatch)

    assert [type(one) for one in outcomes] == [Redemption, Redemption]
    assert (await promotion_row(floor, promotion.id)).taken_minor == 10_000
