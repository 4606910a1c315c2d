"""The ledger of cash at couriers: what each owes, paid, kept and is late with."""

from dataclasses import dataclass
from datetime import datetime

from orderan.flows.views_split_cash import CARRIED, OWING, split_cash
from orderan.kit.db import Tx
from orderan.orders import EVERYTHING


@dataclass(frozen=True, slots=True)
class CourierLedger:
    """One courier in one currency; of an order that travels with several each has the part of its own parcels.

    Attributes:
        due_minor: Not collected yet, as far as anybody noted.
        collected_minor: Collected and not paid to us.
        remitted_minor, fee_minor: Paid to us since, and kept for it as its files say.
        short_minor: Of the claims that are open.
        days_3, days_7, days_14, older: What is due or collected of delivered orders, and of delivered parcels of orders
            that travel with several couriers, by whole days since the delivery: up to 3, 4 to 7, 8 to 14, and above.
    """

    courier: str
    currency: str
    due_minor: int
    collected_minor: int
    remitted_minor: int
    fee_minor: int
    short_minor: int
    days_3: int
    days_7: int
    days_14: int
    older: int

    @property
    def late_minor(self) -> int:
        """Delivered more than a week ago and not paid to us."""
        return self.days_14 + self.older


async def courier_ledger(tx: Tx, *, since: datetime, now: datetime) -> list[CourierLedger]:
    """Every courier that owes us, or paid us since."""
    split = await split_cash(tx, EVERYTHING)
    rows = await tx.all(
        f"""
        WITH standing AS (
            SELECT carried.courier, sales_order.currency, held.minor AS held, owed.minor AS owed,
                   CASE WHEN sales_order.delivered_at IS NOT NULL THEN held.minor + owed.minor ELSE 0 END AS ageing,
                   floor(extract(epoch FROM %(now)s::timestamptz - sales_order.delivered_at) / 86400)::int AS days
            FROM sales_order {CARRIED}
            CROSS JOIN LATERAL (
                SELECT CASE WHEN sales_order.money IN ('cod_due', 'partly_paid')
                            THEN sales_order.total_minor - sales_order.forgone_minor - sales_order.covered_minor
                                 - sales_order.paid_minor ELSE 0 END AS minor) AS owed
            WHERE {OWING} AND carried.couriers = 1
            UNION ALL
            SELECT courier, currency, held, owed, CASE WHEN delivered_at IS NOT NULL THEN held + owed ELSE 0 END,
                   floor(extract(epoch FROM %(now)s::timestamptz - delivered_at) / 86400)::int
            FROM unnest(%(couriers)s::text[], %(currencies)s::text[], %(held)s::bigint[], %(owed)s::bigint[],
                        %(delivered)s::timestamptz[]) AS part (courier, currency, held, owed, delivered_at)
        ), told AS (
            SELECT courier, currency, 'due' AS what, owed AS minor FROM standing
            UNION ALL
            SELECT courier, currency, 'collected', held FROM standing
            UNION ALL
            SELECT courier, currency, CASE WHEN days <= 3 THEN '3' WHEN days <= 7 THEN '7' WHEN days <= 14 THEN '14'
                                           ELSE 'older' END, ageing
            FROM standing WHERE ageing > 0
            UNION ALL
            SELECT carried.courier, payment_event.currency, 'remitted', payment_event.amount_minor
            FROM payment_event
            CROSS JOIN LATERAL (
                SELECT parcel.courier FROM parcel
                WHERE parcel.shop_id = payment_event.shop_id AND parcel.order_id = payment_event.order_id
                ORDER BY ':' || payment_event.reference LIKE '%%:' || parcel.courier || ':' || parcel.awb DESC NULLS LAST,
                         parcel.created_at, parcel.id
                LIMIT 1) AS carried
            WHERE payment_event.shop_id = %(shop)s AND payment_event.kind = 'cod_remitted'
              AND payment_event.at >= %(since)s
            UNION ALL
            SELECT courier, currency, 'fee', fee_minor FROM remittance_row
            WHERE shop_id = %(shop)s AND remitted_on >= %(since)s::date
            UNION ALL
            SELECT payload ->> 'courier', currency, 'short', money_minor FROM exception_entry
            WHERE shop_id = %(shop)s AND kind = 'cod_short' AND state = 'open'
        )
        SELECT courier, currency, sum(minor) FILTER (WHERE what = 'due') AS due,
               sum(minor) FILTER (WHERE what = 'collected') AS collected,
               sum(minor) FILTER (WHERE what = 'remitted') AS remitted, sum(minor) FILTER (WHERE what = 'fee') AS fee,
               sum(minor) FILTER (WHERE what = 'short') AS short, sum(minor) FILTER (WHERE what = '3') AS days_3,
               sum(minor) FILTER (WHERE what = '7') AS days_7, sum(minor) FILTER (WHERE what = '14') AS days_14,
               sum(minor) FILTER (WHERE what = 'older') AS older
        FROM told
        GROUP BY courier, currency
        ORDER BY courier, currency
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "now": now,
            "couriers": [part.courier for part in split],
            "currencies": [part.currency for part in split],
            "held": [part.held_minor for part in split],
            "owed": [part.due_minor for part in split],
            "delivered": [part.delivered_at for part in split],
        },
    )
    return [CourierLedger(row.courier, row.currency, *(int(value or 0) for value in row[2:])) for row in rows]
