"""What couriers did with the parcels they were given, by where these went, and what it cost.

    ended         delivered, returned, lost or damaged
    first         delivered, and no failed try was heard of
    refused       the buyer would not have it: no fault of the courier's, and left out of its share of first tries
    days          from the handover to the buyer, of those that were delivered
    cost          what the courier charges, else what it offered, of parcels that were booked through us
    cash on time  collected at a door, and paid to us within a week of it; of collections older than that

Everything is counted by the database.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx

REMITS_IN: Final = timedelta(days=7)
CITY: Final = 5
PROVINCE: Final = 2
"""Letters of a village code that name the area."""

_ENDED: Final[LiteralString] = """
SELECT parcel.courier, left(coalesce(address.village_code, ''), %(letters)s) AS area, parcel.state,
       extract(epoch FROM parcel.delivered_at - parcel.shipped_at) / 86400.0 AS days,
       parcel.state = 'delivered' AND NOT (
           EXISTS (SELECT FROM parcel_step
                   WHERE parcel_step.shop_id = parcel.shop_id AND parcel_step.parcel_id = parcel.id
                     AND parcel_step.status = 'delivery_failed')
           OR EXISTS (SELECT FROM order_move
                      WHERE order_move.shop_id = parcel.shop_id AND order_move.order_id = parcel.order_id
                        AND order_move.axis = 'parcel' AND order_move.to_state = 'attempt_failed')) AS at_first,
       EXISTS (SELECT FROM parcel_step
               WHERE parcel_step.shop_id = parcel.shop_id AND parcel_step.parcel_id = parcel.id
                 AND parcel_step.refused) AS refused,
       CASE WHEN courier_booking.charged_minor IS NOT NULL OR courier_booking.cost_minor IS NOT NULL
            THEN coalesce(courier_booking.charged_minor, courier_booking.cost_minor)
                 + coalesce(courier_booking.insurance_minor, 0) + coalesce(courier_booking.cod_fee_minor, 0) END AS cost
FROM parcel
JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
LEFT JOIN customer_address AS address ON address.shop_id = sales_order.shop_id AND address.id = sales_order.address_id
LEFT JOIN courier_booking ON courier_booking.shop_id = parcel.shop_id AND courier_booking.parcel_id = parcel.id
WHERE parcel.shop_id = %(shop)s AND parcel.shipped_at >= %(since)s
"""


@dataclass(frozen=True, slots=True)
class Lived:
    """How a courier did in an area; `area` empty is everywhere.

    Attributes:
        ended: Without those their buyers refused.
        days: Mean, None where nothing was delivered.
    """

    courier: str
    area: str
    ended: int
    first: int
    delivered: int
    days: float | None


async def lived_by_area(
    tx: Tx, couriers: Collection[str], areas: Collection[str], *, since: datetime
) -> dict[tuple[str, str], Lived]:
    """How couriers did in these cities since, and everywhere; of those that brought nothing there is none.

    Args:
        areas: Codes of cities, five letters.
    """
    rows = await tx.all(
        "WITH ended AS ("
        + _ENDED
        + """ AND parcel.courier = ANY(%(couriers)s)
              AND parcel.state IN ('delivered', 'returned', 'lost', 'damaged'))
        SELECT courier, CASE WHEN GROUPING(area) = 1 THEN '' ELSE area END AS area,
               count(*) FILTER (WHERE NOT refused)::int AS ended,
               count(*) FILTER (WHERE at_first)::int AS first,
               count(*) FILTER (WHERE state = 'delivered')::int AS delivered,
               avg(days) FILTER (WHERE state = 'delivered')::float AS days
        FROM ended
        GROUP BY GROUPING SETS ((courier), (courier, area))
        HAVING GROUPING(area) = 1 OR area = ANY(%(areas)s)
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "letters": CITY,
            "couriers": list(couriers),
            "areas": [area for area in areas if area],
        },
    )
    return {(row.courier, row.area): Lived(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class CourierScore:
    """What a courier did over a time, everywhere or in one province.

    Attributes:
        area: Code of the province; empty is everywhere.
        sent: Parcels it took.
        half_days, most_days: So long half of the delivered took at most, and nine of ten; None without any.
        costed, cost_minor: Parcels of which the cost is known, and what they came to.
        cash, cash_on_time: Collections a week old and older, and those of them that were paid to us within a week.
    """

    courier: str
    area: str
    sent: int
    ended: int
    delivered: int
    first: int
    refused: int
    returned: int
    lost: int
    half_days: float | None
    most_days: float | None
    costed: int
    cost_minor: int
    cash: int = 0
    cash_on_time: int = 0

    @property
    def first_share(self) -> float | None:
        """Brought at the first try, of those that came to an end and were not refused; None without any."""
        tried = self.ended - self.refused
        return self.first / tried if tried > 0 else None

    @property
    def each_minor(self) -> int | None:
        """What a parcel costs on average."""
        return round(self.cost_minor / self.costed) if self.costed else None


async def courier_scores(tx: Tx, *, since: datetime, now: datetime) -> list[CourierScore]:
    """Every courier that took a parcel since: everywhere first, then by province, those with most parcels first."""
    rows = await tx.all(
        "WITH sent AS ("
        + _ENDED
        + """)
        SELECT courier, CASE WHEN GROUPING(area) = 1 THEN '' WHEN area = '' THEN '?' ELSE area END AS area,
               count(*)::int AS sent,
               count(*) FILTER (WHERE state IN ('delivered', 'returned', 'lost', 'damaged'))::int AS ended,
               count(*) FILTER (WHERE state = 'delivered')::int AS delivered,
               count(*) FILTER (WHERE at_first)::int AS first, count(*) FILTER (WHERE refused)::int AS refused,
               count(*) FILTER (WHERE state = 'returned')::int AS returned,
               count(*) FILTER (WHERE state IN ('lost', 'damaged'))::int AS lost,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE state = 'delivered') AS half_days,
               percentile_cont(0.9) WITHIN GROUP (ORDER BY days) FILTER (WHERE state = 'delivered') AS most_days,
               count(cost)::int AS costed, coalesce(sum(cost), 0)::bigint AS cost_minor
        FROM sent
        GROUP BY GROUPING SETS ((courier), (courier, area))
        ORDER BY GROUPING(area) DESC, sent DESC, courier, area
        """,
        {"shop": tx.shop_id, "since": since, "letters": PROVINCE},
    )
    cash = await _cash(tx, since=since, now=now)
    return [
        CourierScore(
            row.courier,
            row.area,
            row.sent,
            row.ended,
            row.delivered,
            row.first,
            row.refused,
            row.returned,
            row.lost,
            None if row.half_days is None else float(row.half_days),
            None if row.most_days is None else float(row.most_days),
            row.costed,
            int(row.cost_minor),
            *(cash.get(row.courier, (0, 0)) if not row.area else (0, 0)),
        )
        for row in rows
    ]


async def _cash(tx: Tx, *, since: datetime, now: datetime) -> Mapping[str, tuple[int, int]]:
    """By courier: parcels whose cash was collected a week ago or before, and was paid to us in time."""
    rows = await tx.all(
        """
        SELECT parcel.courier, count(*)::int AS collected,
               count(*) FILTER (WHERE EXISTS (
                   SELECT FROM payment_event AS paid
                   WHERE paid.shop_id = taken.shop_id AND paid.order_id = taken.order_id AND paid.kind = 'cod_remitted'
                     AND paid.at <= taken.at + %(within)s))::int AS on_time
        FROM payment_event AS taken
        JOIN parcel ON parcel.shop_id = taken.shop_id AND parcel.order_id = taken.order_id
             AND taken.reference = parcel.courier || ':' || parcel.awb
        WHERE taken.shop_id = %(shop)s AND taken.kind = 'cod_collected' AND taken.at >= %(since)s
          AND taken.at <= %(before)s
        GROUP BY parcel.courier
        """,
        {"shop": tx.shop_id, "since": since, "before": now - REMITS_IN, "within": REMITS_IN},
    )
    return {row.courier: (row.collected, row.on_time) for row in rows}


@dataclass(frozen=True, slots=True)
class CarriedOrder:
    """What carrying an order costs, beside what its buyer pays for it.

    Attributes:
        parcels: That were booked through us.
        cost_minor: Of those as far as known, returns not counted.
        unknown: Booked parcels whose cost nobody said.
    """

    order_id: UUID
    number: int
    placed_at: datetime
    couriers: tuple[str, ...]
    parcels: int
    cost_minor: int
    unknown: int
    paid_minor: int
    currency: str

    @property
    def borne_minor(self) -> int:
        """What the shop adds to it; less than nothing where the buyer pays more than it costs."""
        return self.cost_minor - self.paid_minor


_CARRIED: Final[LiteralString] = """
SELECT sales_order.id, sales_order.number, sales_order.placed_at,
       array_agg(DISTINCT courier_booking.courier ORDER BY courier_booking.courier) AS couriers,
       count(*)::int AS parcels,
       coalesce(sum(coalesce(courier_booking.charged_minor, courier_booking.cost_minor)
                    + coalesce(courier_booking.insurance_minor, 0) + coalesce(courier_booking.cod_fee_minor, 0)),
                0)::bigint AS cost_minor,
       count(*) FILTER (WHERE coalesce(courier_booking.charged_minor, courier_booking.cost_minor) IS NULL)::int
           AS unknown,
       sales_order.shipping_minor AS paid_minor, sales_order.currency
FROM courier_booking
JOIN sales_order ON sales_order.shop_id = courier_booking.shop_id AND sales_order.id = courier_booking.order_id
WHERE courier_booking.shop_id = %(shop)s AND courier_booking.state IN ('booked', 'handed_over')
"""


async def carried_orders(
    tx: Tx, *, since: datetime, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[CarriedOrder]:
    """Orders placed since of which something was booked, the newest first."""
    rows = await tx.all(
        _CARRIED
        + """
          AND sales_order.placed_at >= %(since)s
          AND (%(at)s::timestamptz IS NULL OR (sales_order.placed_at, sales_order.id) < (%(at)s, %(last)s::uuid))
        GROUP BY sales_order.id, sales_order.number, sales_order.placed_at, sales_order.shipping_minor,
                 sales_order.currency
        ORDER BY sales_order.placed_at DESC, sales_order.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    return [_carried(row) for row in rows]


def _carried(row: Any) -> CarriedOrder:
    return CarriedOrder(
        row.id,
        row.number,
        row.placed_at,
        tuple(row.couriers),
        row.parcels,
        int(row.cost_minor),
        row.unknown,
        int(row.paid_minor),
        row.currency,
    )
