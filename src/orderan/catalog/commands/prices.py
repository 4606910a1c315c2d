"""Price lists and the prices in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation

from orderan.catalog import rules, store
from orderan.catalog.errors import (
    EntryRefused,
    Fault,
    PriceIsHistory,
    PriceListNotFound,
    PriceListTaken,
    PriceNotFound,
    PriceOverlaps,
    SkuNotFound,
    Wrong,
)
from orderan.catalog.models import LIST_PREFIX, SKU_PREFIX, PriceList, PriceRow
from orderan.catalog.views import price_lists, prices_of
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text

MOST_MINOR = 10**15
MOST_STEP = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceListFields:
    """What a person says of a price list."""

    code: str
    name: str
    channel_id: UUID | None = None
    customer_group: str | None = None
    rank: int = 0


async def add_price_list(tx: Tx, fields: PriceListFields, *, currency: str, now: datetime) -> PriceList:
    """Add an empty price list in the shop's currency.

    Raises:
        EntryRefused: Names every wrong field.
        PriceListTaken: Another has the code.
    """
    if wrong := _check_list(fields):
        raise EntryRefused(tuple(wrong))
    made = PriceList(
        new_id(), fields.code, fields.name, currency, fields.channel_id, fields.customer_group, fields.rank
    )
    try:
        async with tx.savepoint():
            await store.insert_price_list(
                tx,
                list_id=made.id,
                code=made.code,
                name=made.name,
                currency=currency,
                channel_id=made.channel_id,
                customer_group=made.customer_group,
                rank=made.rank,
                now=now,
            )
    except UniqueViolation as fault:
        raise PriceListTaken(fields.code) from fault
    trace = Trace("price_list.add", "price_list", to_text(LIST_PREFIX, made.id), after=_listed(made))
    await leave(tx, trace, now=now)
    return made


async def change_price_list(tx: Tx, list_id: UUID, fields: PriceListFields, *, now: datetime) -> PriceList:
    """Rename a price list, or let it be for others or of another rank; its code stays.

    Raises:
        PriceListNotFound
        EntryRefused: Names every wrong field.
    """
    before = await the_list(tx, list_id)
    if wrong := _check_list(fields):
        raise EntryRefused(tuple(wrong))
    after = replace(
        before,
        name=fields.name,
        channel_id=fields.channel_id,
        customer_group=fields.customer_group,
        rank=fields.rank,
    )
    if after != before:
        await store.update_price_list(tx, after)
        trace = Trace(
            "price_list.change", "price_list", to_text(LIST_PREFIX, list_id), _listed(before), _listed(after)
        )
        await leave(tx, trace, now=now)
    return after


def _check_list(fields: PriceListFields) -> list[Wrong]:
    wrong = [Wrong(name, Fault.REQUIRED) for name in ("code", "name") if not getattr(fields, name)]
    if fields.code and not (
        fields.code.replace("-", "").replace("_", "").isalnum() and fields.code.isascii()
    ):
        wrong.append(Wrong("code", Fault.UNKNOWN_CHOICE, fields.code, "a–z, 0–9, - _"))
    wrong += [
        Wrong(name, Fault.TOO_LONG, "", "80")
        for name in ("code", "name", "customer_group")
        if len(getattr(fields, name) or "") > 80
    ]
    if not -1000 <= fields.rank <= 1000:
        wrong.append(Wrong("rank", Fault.OUT_OF_RANGE, str(fields.rank), "-1000–1000"))
    return wrong


async def the_list(tx: Tx, list_id: UUID) -> PriceList:
    """Raises PriceListNotFound."""
    for found in await price_lists(tx):
        if found.id == list_id:
            return found
    raise PriceListNotFound(to_text(LIST_PREFIX, list_id))


async def set_price(tx: Tx, price: PriceRow, *, replacing: bool, now: datetime) -> list[PriceRow]:
    """Set a price from an instant on; returns the prices of its step afterwards, oldest first.

    Skus are locked first, so that of two people who set prices for the same time one is told.

    Args:
        replacing: Prices that are in the way end where this one begins and go on after its end;
            otherwise they are refused.

    Raises:
        SkuNotFound, PriceListNotFound
        EntryRefused: Names every wrong field.
        PriceOverlaps: A price is in the way, and nothing is to be replaced.
        PriceIsHistory: It would begin before now where another price held.
    """
    sku = (await store.lock_skus(tx, [price.sku_id])).get(price.sku_id)
    if sku is None:
        raise SkuNotFound(to_text(SKU_PREFIX, price.sku_id))
    price_list = await the_list(tx, price.price_list_id)
    if wrong := _check_price(price):
        raise EntryRefused(tuple(wrong))
    standing = [row for row in await prices_of(tx, [price.sku_id]) if row.step == price.step]
    in_the_way = rules.overlapping(standing, price)
    if in_the_way and not replacing:
        first = in_the_way[0]
        raise PriceOverlaps(
            sku.code,
            price_list.code,
            first.valid_from.isoformat(),
            first.valid_until.isoformat() if first.valid_until else None,
            first.amount_minor,
        )
    if in_the_way and price.valid_from < now:
        raise PriceIsHistory(sku.code)
    await replace_carved(tx, standing, [price], codes={sku.id: sku.code}, now=now)
    return [row for row in await prices_of(tx, [price.sku_id]) if row.step == price.step]


async def replace_carved(
    tx: Tx,
    standing: Sequence[PriceRow],
    prices: Sequence[PriceRow],
    *,
    codes: dict[UUID, str],
    now: datetime,
) -> None:
    """Set prices, making room for each; the caller holds the locks of their skus.

    Args:
        standing: The prices of the same steps as they are; at most one new price a step.
        codes: Sku codes by id, for the trail.
    """
    by_step: dict[tuple[UUID, UUID, int], list[PriceRow]] = {}
    for row in standing:
        by_step.setdefault(row.step, []).append(row)
    gone: list[PriceRow] = []
    made: list[PriceRow] = []
    traces = []
    for price in prices:
        away, come = rules.carve(by_step.get(price.step, ()), price)
        gone += away
        made += come
        traces.append(
            Trace(
                "price.set",
                "sku",
                to_text(SKU_PREFIX, price.sku_id),
                {"prices": [_told(row) for row in away]},
                {"code": codes[price.sku_id], "prices": [_told(row) for row in come]},
            )
        )
    await store.replace_prices(tx, gone, made)
    await leave(tx, *traces, now=now)


async def end_price(
    tx: Tx, step: tuple[UUID, UUID, int], valid_from: datetime, *, at: datetime, now: datetime
) -> None:
    """End a price at an instant not before now; one that has not begun by then is taken away.

    Raises:
        SkuNotFound
        PriceNotFound: No price of the step begins at `valid_from`.
        PriceIsHistory: It ended already, or `at` is in the past.
    """
    sku = (await store.lock_skus(tx, [step[0]])).get(step[0])
    if sku is None:
        raise SkuNotFound(to_text(SKU_PREFIX, step[0]))
    found = [
        row for row in await prices_of(tx, [sku.id]) if row.step == step and row.valid_from == valid_from
    ]
    if not found:
        raise PriceNotFound(sku.code)
    row = found[0]
    if at < now or (row.valid_until is not None and row.valid_until <= at):
        raise PriceIsHistory(sku.code)
    shorter = [replace(row, valid_until=at)] if row.valid_from < at else []
    await store.replace_prices(tx, [row], shorter)
    after = {"code": sku.code, "prices": [_told(one) for one in shorter]}
    trace = Trace("price.end", "sku", to_text(SKU_PREFIX, sku.id), {"prices": [_told(row)]}, after)
    await leave(tx, trace, now=now)


def _check_price(price: PriceRow) -> list[Wrong]:
    wrong = []
    if not 0 <= price.amount_minor <= MOST_MINOR:
        wrong.append(Wrong("amount", Fault.OUT_OF_RANGE, str(price.amount_minor), f"0–{MOST_MINOR}"))
    if not 1 <= price.min_quantity <= MOST_STEP:
        wrong.append(Wrong("min_quantity", Fault.OUT_OF_RANGE, str(price.min_quantity), f"1–{MOST_STEP}"))
    if price.valid_until is not None and price.valid_until <= price.valid_from:
        wrong.append(Wrong("valid_until", Fault.ENDS_BEFORE_IT_BEGINS))
    return wrong


def _told(row: PriceRow) -> dict[str, Any]:
    return {
        "price_list": to_text(LIST_PREFIX, row.price_list_id),
        "min_quantity": row.min_quantity,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "amount_minor": row.amount_minor,
    }


def _listed(price_list: PriceList) -> dict[str, Any]:
    return {
        "code": price_list.code,
        "name": price_list.name,
        "channel_id": str(price_list.channel_id) if price_list.channel_id else None,
        "customer_group": price_list.customer_group,
        "rank": price_list.rank,
    }
