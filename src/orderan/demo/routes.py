"""The demo shop's routing: a month of choices, three versions of the rules, and a draft that was tried."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.demo import views
from orderan.flows.route_payment import MARGIN_BP, decided
from orderan.flows.try_routing import known_to_rules, try_draft
from orderan.kit import decisions
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.i18n import local_date
from orderan.payments import METHODS, Fee, Rail, fees_on, rails
from orderan.routing import (
    Candidate,
    Standing,
    ToPay,
    active_rules,
    change_draft,
    draft,
    draw_of,
    put_live,
)
from orderan.shops import Shop

MONTH: Final = timedelta(days=30)
MOST: Final = 600
LOOKED: Final = timedelta(seconds=40)
"""From placing an order to choosing how to pay it."""
POPULAR: Final = {
    "va_bca": 30,
    "qris": 26,
    "gopay": 14,
    "va_bni": 8,
    "va_mandiri": 8,
    "shopeepay": 8,
    "card": 6,
}
"""How people pay, in parts of a hundred."""
CHANCES: Final = {"midtrans": 0.975, "xendit": 0.985, "doku": 0.955, "duitku": 0.94, "ipaymu": 0.93}
BAD_NIGHT: Final = (6, range(18, 22), "midtrans")
"""Days ago, hours, gateway: it was down that evening."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A version of the rules as it was put live once.

    Attributes:
        days_ago: When.
    """

    days_ago: int
    rules: Sequence[Mapping[str, Any]]
    note: str


BIG_BCA: Final = {
    "name": "VA BCA besar di jam kerja",
    "when": {"methods": ["va_bca"], "at_least_minor": 500_000, "from_hour": 8, "to_hour": 20},
    "split": [{"gateway": "xendit", "parts": 70}, {"gateway": "midtrans", "parts": 30}],
}
QRIS: Final = {"name": "QRIS yang termurah", "when": {"methods": ["qris"]}, "cheapest": True}
LAST: Final = {"name": "iPaymu cadangan saja", "last": ["ipaymu"]}
WRITTEN: Final = (
    _Written(24, [LAST], "iPaymu baru dibuka, jadi cadangan dulu"),
    _Written(15, [QRIS, LAST], "QRIS ke yang termurah"),
    _Written(5, [BIG_BCA, QRIS, LAST], "Setelah gangguan Midtrans, VA BCA besar dibagi dua"),
)
NEXT: Final = (
    BIG_BCA,
    QRIS,
    {
        "name": "Malam hari ke Xendit",
        "when": {"from_hour": 21, "to_hour": 6},
        "prefer": ["xendit", "midtrans"],
    },
    LAST,
)
"""The draft that nobody put live yet."""


async def route_past_orders(db: Database, shop: Shop, chance: random.Random, *, now: datetime) -> None:
    """Choose a rail for the newest orders as it was then, and have the rules change along the way."""
    inside = Caller(shop.shop_id, "system:demo")
    carried = await db.run(inside, rails)
    methods = _methods(carried)
    if not methods:
        return
    owner = await db.run(inside, views.owner)
    boss = Caller(shop.shop_id, f"staff:{owner}")
    orders = await db.run(inside, lambda tx: views.paid_ahead(tx, since=now - MONTH, most=MOST))
    fees = await db.run(inside, lambda tx: fees_on(tx, local_date(now, shop.time_zone)))
    began = now - MONTH
    for written in (*WRITTEN, _Written(0, NEXT, "")):
        until = now - timedelta(days=written.days_ago)
        between = [one for one in orders if began <= one.placed_at < until]

        async def choose_then(tx: Tx, some: list[views.PaidAhead] = between) -> None:
            await _choose(tx, shop, some, methods, fees, chance, now)

        async def write_then(tx: Tx, it: _Written = written, at: datetime = until) -> None:
            await _write(tx, it, now=at)

        await db.run(inside, choose_then)
        await db.run(boss, write_then)
        began = until


def _methods(carried: Sequence[Rail]) -> dict[str, list[Rail]]:
    """Popular methods with more than one rail: where there is one, nothing is chosen."""
    by_method = {code: [rail for rail in carried if rail.method == code] for code in POPULAR}
    return {code: there for code, there in by_method.items() if len(there) > 1}


async def _write(tx: Tx, written: _Written, *, now: datetime) -> None:
    known = await known_to_rules(tx)
    gateways = set(known.gateways or ())
    rules = [rule for rule in written.rules if _named(rule) <= gateways]
    before = (await draft(tx)).revision
    kept = await change_draft(tx, rules, expected=before, known=known, now=now)
    if kept.revision == before:
        return
    await try_draft(tx, kept.revision, days=7, now=now)
    if written.note:
        await put_live(tx, expected=kept.revision, note=written.note, known=known, now=now)


def _named(rule: Mapping[str, Any]) -> set[str]:
    split = {one["gateway"] for one in rule.get("split", ())}
    return split | set(rule.get("prefer", ())) | set(rule.get("last", ()))


async def _choose(
    tx: Tx,
    shop: Shop,
    orders: Sequence[views.PaidAhead],
    methods: Mapping[str, Sequence[Rail]],
    fees: Mapping[UUID, Fee],
    chance: random.Random,
    now: datetime,
) -> None:
    rules, zone = await active_rules(tx), ZoneInfo(shop.time_zone)
    for order in orders:
        [method] = chance.choices(list(methods), [POPULAR[code] for code in methods])
        at = order.placed_at.astimezone(zone)
        to_pay = ToPay(
            method=method,
            amount_minor=order.total_minor,
            margin_minor=order.total_minor * MARGIN_BP // 10_000,
            at=at,
            draw=draw_of(f"{shop.shop_id}-{order.number}"),
            bank=METHODS[method].bank,
        )
        candidates = [
            Candidate(
                id=str(rail.id),
                gateway=rail.gateway,
                rank=rail.rank,
                fee_minor=sum(fees[rail.id].of(order.total_minor)) if rail.id in fees else 0,
                success=round(CHANCES.get(rail.gateway, 0.95) - chance.random() * 0.01, 4),
                paid=0.72,
                standing=_standing(rail.gateway, at, now.astimezone(zone)),
            )
            for rail in methods[method]
        ]
        await decisions.keep(tx, [decided(order.id, to_pay, candidates, rules)], now=order.placed_at + LOOKED)


def _standing(gateway: str, at: datetime, now: datetime) -> Standing:
    days_ago, hours, troubled = BAD_NIGHT
    night = (now - timedelta(days=days_ago)).date()
    return Standing.DOWN if gateway == troubled and at.date() == night and at.hour in hours else Standing.WELL
