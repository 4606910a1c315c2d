"""Promised days in danger are told before they are over: to the shop's inbox, and once to the buyer.

    not left    an order whose day to leave is over and that is still here
    later       a parcel that left, and is promised for a later day than the order was
    slow        a parcel that is not as far as it should be with so little time left
    failed      nobody took it, and the day is near
    missed      the day is over
    closed      what arrived, came back or is not wanted any more: the promise was kept or not, its entry closes

Everything in danger is found by one statement; a promise that is told already is told again only for another
reason, and its buyer only the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.events import Fact, record_all
from orderan.kit.inbox import Stuck
from orderan.orders import Order, lock_orders
from orderan.shipping import LEAST_LEFT, DeliveryLate, Risk, note_risks
from orderan.shops import shop_by_id

KIND: Final = "promise_at_risk"
MOST: Final = 500
NEXT_STEPS: Final = {
    Risk.NOT_LEFT: N_("Serahkan pesanan ini hari ini, atau kabari pembeli hari barunya."),
    Risk.LATER: N_("Perjalanannya lebih lama dari yang dijanjikan: kabari pembeli hari barunya."),
    Risk.SLOW: N_("Tanyakan ke kurir di mana paket ini dan kapan diantar."),
    Risk.ATTEMPT_FAILED: N_("Hubungi pembeli, lalu minta kurir mengantar lagi sebelum janjinya lewat."),
    Risk.MISSED: N_("Janjinya sudah lewat: tanyakan ke kurir, dan kabari pembeli."),
}


@dataclass(frozen=True, slots=True)
class _Danger:
    promise_id: UUID
    order_id: UUID
    parcel_id: UUID | None
    promised_on: date
    until: datetime
    risk: Risk
    courier: str
    awb: str


async def watch_promises(tx: Tx, *, now: datetime) -> int:
    """Close promises that are over and tell of those in danger; returns how many were touched."""
    zone = (await shop_by_id(tx, tx.shop_id)).time_zone
    closed = await _close(tx, zone, now=now)
    found = await _in_danger(tx, zone, now=now)
    if found:
        await _tell(tx, found, now=now)
    return closed + len(found)


async def _tell(tx: Tx, found: Sequence[_Danger], *, now: datetime) -> None:
    orders = await lock_orders(tx, {one.order_id for one in found})
    fresh = await note_risks(tx, [(one.promise_id, one.risk) for one in found], now=now)
    await inbox.report(tx, [_stuck(one, orders[one.order_id]) for one in found], now=now)
    facts = [
        Fact(
            one.order_id,
            DeliveryLate(one.promise_id, one.parcel_id, one.promised_on.isoformat(), str(one.risk)),
        )
        for one in found
        if one.promise_id in fresh
    ]
    await record_all(tx, facts, now=now)


async def _in_danger(tx: Tx, zone: str, *, now: datetime) -> list[_Danger]:
    """Open promises in danger for a reason they were not told for yet, the earliest day first."""
    rows = await tx.all(
        """
        WITH standing AS (
            SELECT promise.id, promise.order_id, promise.parcel_id, promise.risk AS told, parcel.courier, parcel.awb,
                   greatest(promise.promised_on, parcel.deliver_on) AS day, parcel.state,
                   (greatest(promise.promised_on, parcel.deliver_on) + 1)::timestamp AT TIME ZONE %(zone)s AS until,
                   (promise.leaves_on + 1)::timestamp AT TIME ZONE %(zone)s AS leaves_until,
                   promise.parcel_id IS NULL AND NOT EXISTS (
                       SELECT FROM parcel AS one
                       WHERE one.shop_id = promise.shop_id AND one.order_id = promise.order_id) AS here,
                   promise.parcel_id IS NULL AND EXISTS (
                       SELECT FROM delivery_promise AS other
                       WHERE other.shop_id = promise.shop_id AND other.order_id = promise.order_id
                         AND other.closed_at IS NULL AND other.promised_on > promise.promised_on) AS later
            FROM delivery_promise AS promise
            JOIN sales_order ON sales_order.shop_id = promise.shop_id AND sales_order.id = promise.order_id
            LEFT JOIN parcel ON parcel.shop_id = promise.shop_id AND parcel.id = promise.parcel_id
            WHERE promise.shop_id = %(shop)s AND promise.closed_at IS NULL AND sales_order.commercial = 'accepted'
              AND sales_order.open_holds = 0
        ), judged AS (
            SELECT standing.*,
                   CASE WHEN until <= %(now)s THEN 'missed'
                        WHEN here AND leaves_until <= %(now)s THEN 'not_left'
                        WHEN later THEN 'later'
                        WHEN until - %(now)s < least_left.least
                             THEN CASE WHEN state = 'attempt_failed' THEN 'attempt_failed' ELSE 'slow' END
                   END AS risk
            FROM standing
            LEFT JOIN unnest(%(states)s::text[], %(leasts)s::interval[]) AS least_left (state, least)
                   USING (state)
        )
        SELECT id, order_id, parcel_id, day, until, risk, coalesce(courier, '') AS courier, coalesce(awb, '') AS awb
        FROM judged
        WHERE risk IS NOT NULL AND risk IS DISTINCT FROM told
        ORDER BY until, id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "zone": zone,
            "now": now,
            "states": [str(state) for state in LEAST_LEFT],
            "leasts": list(LEAST_LEFT.values()),
            "limit": MOST,
        },
    )
    return [
        _Danger(row.id, row.order_id, row.parcel_id, row.day, row.until, Risk(row.risk), row.courier, row.awb)
        for row in rows
    ]


async def _close(tx: Tx, zone: str, *, now: datetime) -> int:
    """Close promises whose parcel or order came to an end, and the entries about them."""
    rows = await tx.all(
        """
        WITH over AS (
            SELECT promise.id,
                   CASE WHEN promise.parcel_id IS NULL THEN sales_order.delivered_at ELSE parcel.delivered_at END AS came,
                   parcel.id IS NULL AND sales_order.delivered_at IS NULL
                   AND sales_order.headline <> 'returned' AS let_go,
                   greatest(promise.promised_on, parcel.deliver_on) AS day
            FROM delivery_promise AS promise
            JOIN sales_order ON sales_order.shop_id = promise.shop_id AND sales_order.id = promise.order_id
            LEFT JOIN parcel ON parcel.shop_id = promise.shop_id AND parcel.id = promise.parcel_id
            WHERE promise.shop_id = %(shop)s AND promise.closed_at IS NULL
              AND (parcel.state IN ('delivered', 'returning', 'returned', 'lost', 'damaged')
                   OR (promise.parcel_id IS NULL
                       AND (sales_order.delivered_at IS NOT NULL OR sales_order.headline = 'returned'
                            OR sales_order.commercial IN ('cancelled', 'expired', 'completed'))))
            ORDER BY promise.id
            LIMIT %(limit)s
            FOR UPDATE OF promise
        )
        UPDATE delivery_promise AS promise
        SET closed_at = %(now)s,
            kept = CASE WHEN over.let_go THEN NULL
                        ELSE coalesce((over.came AT TIME ZONE %(zone)s)::date <= over.day, FALSE) END
        FROM over
        WHERE promise.shop_id = %(shop)s AND promise.id = over.id
        RETURNING promise.id
        """,
        {"shop": tx.shop_id, "zone": zone, "now": now, "limit": MOST},
    )
    if rows:
        await inbox.settle(tx, [_key(row.id) for row in rows], note="moved on", now=now)
    return len(rows)


def _stuck(one: _Danger, order: Order) -> Stuck:
    payload: dict[str, Any] = {"number": order.number, "promised_on": one.promised_on.isoformat()}
    if one.awb:
        payload |= {"courier": one.courier, "awb": one.awb}
    return Stuck(
        kind=KIND,
        reason=str(one.risk),
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=_key(one.promise_id),
        payload=payload,
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=one.until,
        next_step=NEXT_STEPS[one.risk],
    )


def _key(promise_id: UUID) -> str:
    return f"{KIND}:{promise_id}"
