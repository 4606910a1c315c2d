"""Promotions and orders to use them on, stating only what a test is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring
from orderan.orders import Order
from orderan.promotions import (
    Payer,
    PayerKind,
    Promotion,
    PromotionEvent,
    PromotionKind,
    Terms,
    make_promotion,
    move_promotion,
)

SHOP = Payer(PayerKind.SHOP, "Toko Uji", 10_000)
HALVES = (Payer(PayerKind.BANK, "BCA", 5_000), Payer(PayerKind.SHOP, "Toko Uji", 5_000))


def a_discount(now: datetime, **others: Any) -> Terms:
    """Rp 5.000 off for whoever pays through BCA, borne by the shop."""
    terms = Terms(
        name="Hemat BCA",
        kind=PromotionKind.DISCOUNT,
        currency="IDR",
        valid_from=now - timedelta(days=1),
        payers=(SHOP,),
        banks=("bca",),
        fixed_minor=5_000,
    )
    return replace(terms, **others)


async def running(floor: ShopFloor, terms: Terms, *, now: datetime) -> Promotion:
    """A promotion that was started."""

    async def work(tx: Any) -> Promotion:
        made = await make_promotion(tx, terms, now=now)
        return await move_promotion(tx, made.id, PromotionEvent.START, now=now)

    started: Promotion = await floor.run(work)
    return started


async def some_orders(
    floor: ShopFloor, keyring: Keyring, now: datetime, count: int, **world: Any
) -> list[Order]:
    """Orders of Rp 20.000 each that await payment, of one buyer."""
    shop = await a_shop(floor, now, stock={"kopi": 2 * count}, **world)
    wanted = [asked(("kopi", 2), buyer=a_buyer()) for _ in range(count)]
    placed = await place(shop, keyring, *wanted, now=now)
    orders = [one.order for one in placed if isinstance(one, Placed)]
    assert len(orders) == count
    return orders


async def promotion_row(floor: ShopFloor, promotion_id: UUID) -> Any:
    [row] = await floor.all(
        "SELECT state, taken_minor, taken_count FROM payment_promotion WHERE id = %(id)s", id=promotion_id
    )
    return row


async def uses(floor: ShopFloor) -> list[tuple[str, int, int]]:
    """(state, amount, went back) of every use, oldest first."""
    rows = await floor.all(
        "SELECT state, amount_minor, reversed_minor FROM promotion_redemption ORDER BY reserved_at, id"
    )
    return [(row.state, row.amount_minor, row.reversed_minor) for row in rows]
