"""New orders that trickle into the demo shop, as a Poisson process."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from orderan.customers import Buyer
from orderan.demo.people import buyers
from orderan.demo.staff import CODE
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.settle_payment import settle_payments
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.orders import Terms, take_numbers
from orderan.payments import MoneyEvent, MoneyKind
from orderan.shops import Shop, shop_by_code


async def trickle(
    db: Database,
    keyring: Keyring,
    *,
    per_minute: float,
    tell: Callable[[str], None],
    most: int | None = None,
    chance: random.Random | None = None,
) -> int:
    """Place orders at random instants until cancelled, or `most` of them; returns how many were placed."""
    chance = chance or random.Random()
    shop = await db.run(Caller(ALL_SHOPS, "system:demo"), lambda tx: shop_by_code(tx, CODE))
    caller = Caller(shop.shop_id, "system:demo")
    codes = await db.run(caller, _codes)
    people = buyers(random.Random(shop.shop_id), 200)
    placed = 0
    while most is None or placed < most:
        await asyncio.sleep(chance.expovariate(per_minute / 60))
        asked = _asked(chance, codes, people)
        now = datetime.now(UTC)
        outcome = await db.run(caller, lambda tx: _place(tx, shop, keyring, asked, chance, now))
        if isinstance(outcome, Placed):
            placed += 1
            tell(f"{outcome.order.number}  {outcome.order.total_minor:>10,}  {outcome.order.terms}")
    return placed


async def _codes(tx: Tx) -> list[str]:
    rows = await tx.all(
        "SELECT code FROM sku WHERE shop_id = %(shop)s AND state = 'active' ORDER BY code",
        {"shop": tx.shop_id},
    )
    return [row.code for row in rows]


def _asked(chance: random.Random, codes: Sequence[str], people: Sequence[Buyer]) -> Placement:
    wanted = {chance.choice(codes): chance.choice((1, 1, 2)) for _ in range(chance.choice((1, 1, 2)))}
    return Placement(
        channel=chance.choice(("web", "whatsapp", "shopee", "tokopedia")),
        lines=[PlacementLine(code, units) for code, units in wanted.items()],
        buyer=chance.choice(people),
        terms=chance.choice((Terms.PREPAID, Terms.PREPAID, Terms.COD)),
        shipping_service="reguler",
    )


async def _place(
    tx: Tx, shop: Shop, keyring: Keyring, asked: Placement, chance: random.Random, now: datetime
) -> object:
    numbers = iter(await take_numbers(tx, 1))
    [outcome] = await place_orders(
        tx, shop, [asked], keyring=keyring, next_number=lambda: next(numbers), now=now
    )
    if isinstance(outcome, Placed) and outcome.order.hold_until is not None and chance.random() < 0.7:
        order = outcome.order
        paid = MoneyEvent(
            order.id,
            MoneyKind.CAPTURED,
            "bank_transfer",
            order.total_minor,
            order.currency,
            f"TRF{order.number}",
        )
        await settle_payments(tx, [paid], now=now)
    return outcome
