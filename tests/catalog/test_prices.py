"""Prices: one at a time per list, sku and step, each valid over [from, until)."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from catalog.wares import a_list, a_product, trail
from conftest import ShopFloor
from orderan.catalog import (
    EntryRefused,
    Fault,
    PriceIsHistory,
    PriceListTaken,
    PriceOverlaps,
    PriceRow,
    end_price,
    prices_of,
    set_price,
    store,
)
from orderan.kit.db import Tx

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def set_(
    floor: ShopFloor,
    step: tuple[UUID, UUID],
    amount: int,
    begins: datetime,
    ends: datetime | None = None,
    *,
    now: datetime,
    replacing: bool = False,
    min_quantity: int = 1,
) -> list[PriceRow]:
    sku, price_list = step
    row = PriceRow(price_list, sku, min_quantity, begins, ends, amount)
    rows: list[PriceRow] = await floor.run(lambda tx: set_price(tx, row, replacing=replacing, now=now))
    return rows


async def a_step(floor: ShopFloor, now: datetime) -> tuple[UUID, UUID]:
    _, skus = await a_product(floor, now)
    return skus["KOPI"].id, (await a_list(floor, now)).id


def spans(rows: list[PriceRow], now: datetime) -> list[tuple[int | None, int | None, int]]:
    """(first day, day after the last, amount), days counted from now."""
    return [
        (
            (row.valid_from - now).days,
            (row.valid_until - now).days if row.valid_until else None,
            row.amount_minor,
        )
        for row in rows
    ]


async def test_a_promotion_gives_way_to_the_ordinary_price_by_itself(floor: ShopFloor, now: datetime) -> None:
    step = await a_step(floor, now)
    await set_(floor, step, 20_000, now, now=now)

    rows = await set_(floor, step, 15_000, now + 3 * DAY, now + 10 * DAY, now=now, replacing=True)

    assert spans(rows, now) == [(0, 3, 20_000), (3, 10, 15_000), (10, None, 20_000)]


async def test_a_new_price_covers_what_was_planned_within_it(floor: ShopFloor, now: datetime) -> None:
    step = await a_step(floor, now)
    await set_(floor, step, 20_000, now, now + 5 * DAY, now=now)
    await set_(floor, step, 21_000, now + 5 * DAY, now + 6 * DAY, now=now)
    await set_(floor, step, 22_000, now + 8 * DAY, now=now)

    rows = await set_(floor, step, 15_000, now + 2 * DAY, now + 9 * DAY, now=now, replacing=True)

    assert spans(rows, now) == [(0, 2, 20_000), (2, 9, 15_000), (9, None, 22_000)]


async def test_an_overlap_is_refused_with_the_price_in_the_way(floor: ShopFloor, now: datetime) -> None:
    step = await a_step(floor, now)
    await set_(floor, step, 20_000, now, now + 5 * DAY, now=now)

    with pytest.raises(PriceOverlaps) as refused:
        await set_(floor, step, 15_000, now + 4 * DAY, now=now)

    assert refused.value.amount_minor == 20_000
    assert refused.value.valid_from == now.isoformat()
    assert spans(await floor.run(lambda tx: prices_of(tx, [step[0]])), now) == [(0, 5, 20_000)]


async def test_touching_intervals_other_steps_and_other_lists_do_not_overlap(
    floor: ShopFloor, now: datetime
) -> None:
    sku, price_list = await a_step(floor, now)
    other = await a_list(floor, now, "grosir", customer_group="grosir", rank=10)
    await set_(floor, (sku, price_list), 20_000, now, now + 5 * DAY, now=now)

    await set_(floor, (sku, price_list), 21_000, now + 5 * DAY, now=now)
    await set_(floor, (sku, price_list), 18_000, now, now=now, min_quantity=10)
    await set_(floor, (sku, other.id), 17_000, now, now=now)

    assert await floor.value("SELECT count(*) FROM price") == 4


async def test_the_past_is_not_repriced(floor: ShopFloor, now: datetime) -> None:
    step = await a_step(floor, now)
    await set_(floor, step, 20_000, now - 9 * DAY, now=now)

    with pytest.raises(PriceIsHistory):
        await set_(floor, step, 15_000, now - DAY, now=now, replacing=True)

    assert spans(await floor.run(lambda tx: prices_of(tx, [step[0]])), now) == [(-9, None, 20_000)]


async def test_a_price_ends_when_told_and_one_not_begun_is_taken_away(
    floor: ShopFloor, now: datetime
) -> None:
    sku, price_list = await a_step(floor, now)
    await set_(floor, (sku, price_list), 20_000, now - DAY, now + 5 * DAY, now=now)
    await set_(floor, (sku, price_list), 25_000, now + 5 * DAY, now=now)

    await floor.run(lambda tx: end_price(tx, (sku, price_list, 1), now + 5 * DAY, at=now, now=now))
    await floor.run(lambda tx: end_price(tx, (sku, price_list, 1), now - DAY, at=now, now=now))

    assert spans(await floor.run(lambda tx: prices_of(tx, [sku])), now) == [(-1, 0, 20_000)]
    assert [action for action, _, _ in await trail(floor)][-2:] == ["price.end", "price.end"]


async def test_a_price_that_ends_before_it_begins_is_refused(floor: ShopFloor, now: datetime) -> None:
    step = await a_step(floor, now)

    with pytest.raises(EntryRefused) as refused:
        await set_(floor, step, -5, now, now, now=now, min_quantity=0)

    assert [one.fault for one in refused.value.wrong] == [
        Fault.OUT_OF_RANGE,
        Fault.OUT_OF_RANGE,
        Fault.ENDS_BEFORE_IT_BEGINS,
    ]


async def test_a_list_code_is_taken_once(floor: ShopFloor, now: datetime) -> None:
    await a_list(floor, now)
    with pytest.raises(PriceListTaken):
        await a_list(floor, now)


class Meeting:
    """Lets two transactions read before either writes, where nothing stops them from that.

    The second waits for the first to have read; the first waits for the second, but only as long
    as the second is not itself waiting for a lock the first holds.
    """

    def __init__(self, floor: ShopFloor) -> None:
        self._floor = floor
        self._read = 0
        self._both = asyncio.Event()

    async def prices(self, tx: Tx, skus: Any) -> list[PriceRow]:
        found = await prices_of(tx, skus)
        self._read += 1
        if self._read == 2:
            self._both.set()
        while not self._both.is_set() and not await self._somebody_waits():  # noqa: ASYNC110 - locks ring no bell
            await asyncio.sleep(0)
        return found

    async def _somebody_waits(self) -> bool:
        waiting = await self._floor.value(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
        )
        return bool(waiting)


async def two_at_once(floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    step = await a_step(floor, now)
    meeting = Meeting(floor)
    monkeypatch.setattr("orderan.catalog.commands.prices.prices_of", meeting.prices)
    return list(
        await asyncio.gather(
            set_(floor, step, 15_000, now + DAY, now + 5 * DAY, now=now),
            set_(floor, step, 14_000, now + 4 * DAY, now + 9 * DAY, now=now),
            return_exceptions=True,
        )
    )


async def test_of_two_overlapping_prices_set_at_once_one_is_told(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = await two_at_once(floor, now, monkeypatch)

    assert sorted(type(one).__name__ for one in outcomes) == ["PriceOverlaps", "list"]
    assert await floor.value("SELECT count(*) FROM price") == 1


async def test_control_without_the_lock_both_are_set_and_overlap(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.lock_skus

    async def unlocked(tx: Tx, sku_ids: Any) -> Any:
        async with floor.db.transaction(floor.caller) as other:
            return await real(other, sku_ids)

    monkeypatch.setattr(store, "lock_skus", unlocked)

    outcomes = await two_at_once(floor, now, monkeypatch)

    assert [type(one).__name__ for one in outcomes] == ["list", "list"]
    assert await floor.value("SELECT count(*) FROM price") == 2
