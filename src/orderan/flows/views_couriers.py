"""What couriers did with the parcels they were given, by where these went, and what it cost.

    ended         delivered, returned, lost or damaged
    first         delivered, and no failed try was heard of
    refused       the buyer would not have it: no fault of the courier's, and left out of its share of first tries
    days          from the handover to the buyer, of those that were delivered
    kept          on the day its parcel was promised for, or before
    troubled      ended, and not brought at the first try or not by its day; refused ones left out
    cost          what the courier charges, else what it offered, of parcels that were booked through us
    cash on time  collected at a door, and paid to us within a week of it; of collections older than that

Everything is counted by the database.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString

from orderan.kit.db import Tx
from orderan.shipping import USUAL_FIRST, smoothed

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
                 + coalesce(courier_booking.insurance_minor, 0) + coalesce(courier_booking.cod_fee_minor, 0) END AS cost,
       courier_booking.cost_minor AS quoted, courier_booking.charged_minor AS charged, delivery_promise.kept
FROM parcel
JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
LEFT JOIN customer_address AS address ON address.shop_id = sales_order.shop_id AND address.id = sales_order.address_id
LEFT JOIN courier_booking ON courier_booking.shop_id = parcel.shop_id AND courier_booking.parcel_id = parcel.id
LEFT JOIN delivery_promise ON delivery_promise.shop_id = parcel.shop_id AND delivery_promise.parcel_id = parcel.id
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
        judged, kept: Of which it is known whether they came by their promised day, and those that did.
        troubled: Ended, and not brought at the first try or not by their day.
        half_days, most_days: So long half of the delivered took at most, and nine of ten; None without any.
        quoted_minor, charged_minor: What was offered and what is charged, of those where both are known.
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
    damaged: int
    judged: int
    kept: int
    troubled: int
    half_days: float | None
    most_days: float | None
    costed: int
    cost_minor: int
    quoted_minor: int
    charged_minor: int
    cash: int = 0
    cash_on_time: int = 0

    @property
    def first_share(self) -> float | None:
        """Brought at the first try, of those that came to an end and were not refused; None without any."""
        tried = self.ended - self.refused
        return self.first / tried if tried > 0 else None

    @property
    def kept_share(self) -> float | None:
        """By their promised day; None while of none it is known."""
        return self.kept / self.judged if self.judged else None

    @property
    def back_share(self) -> float | None:
        """Brought back to the sender, whoever's fault, of those that came to an end."""
        return self.returned / self.ended if self.ended else None

    @property
    def gone_share(self) -> float | None:
        """Lost or damaged, of those that came to an end."""
        return (self.lost + self.damaged) / self.ended if self.ended else None

    @property
    def dearer_share(self) -> float | None:
        """By how much it charges more than it offered; None where nothing of both is known."""
        return self.charged_minor / self.quoted_minor - 1 if self.quoted_minor else None

    @property
    def cash_late_share(self) -> float | None:
        """Collections that were not paid to us within a week."""
        return 1 - self.cash_on_time / self.cash if self.cash else None

    @property
    def trouble(self) -> float:
        """Share of troubled parcels, drawn towards one in ten where few ended: by this the worst come first."""
        return 1 - smoothed(self.ended - self.refused - self.troubled, self.ended - self.refused, USUAL_FIRST)

    @property
    def each_minor(self) -> int | None:
        """What a parcel costs on average."""
        return round(self.cost_minor / self.costed) if self.costed else None


async def courier_scores(tx: Tx, *, since: datetime, now: datetime) -> list[CourierScore]:
    """Every courier that took a parcel since: everywhere first, then by province, those with most parcels first.

    `worst_first` sorts them otherwise.
    """
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
               count(*) FILTER (WHERE state = 'lost')::int AS lost,
               count(*) FILTER (WHERE state = 'damaged')::int AS damaged,
               count(kept)::int AS judged, count(*) FILTER (WHERE kept)::int AS kept,
               count(*) FILTER (WHERE state IN ('delivered', 'returned', 'lost', 'damaged') AND NOT refused
                                  AND (NOT at_first OR kept IS FALSE))::int AS troubled,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE state = 'delivered') AS half_days,
               percentile_cont(0.9) WITHIN GROUP (ORDER BY days) FILTER (WHERE state = 'delivered') AS most_days,
               count(cost)::int AS costed, coalesce(sum(cost), 0)::bigint AS cost_minor,
               coalesce(sum(quoted) FILTER (WHERE charged IS NOT NULL), 0)::bigint AS quoted_minor,
               coalesce(sum(charged) FILTER (WHERE quoted IS NOT NULL), 0)::bigint AS charged_minor
        FROM sent
        GROUP BY GROUPING SETS ((courier), (courier, area))
        ORDER BY GROUPING(area) DESC, sent DESC, courier, area
        """,
        {"shop": tx.shop_id, "since": since, "letters": PROVINCE},
    )
    cash = await _cash(tx, since=since, now=now)
    scores = []
    for row in rows:
        told = row._asdict()
        for name in ("half_days", "most_days"):
            told[name] = None if told[name] is None else float(told[name])
        for name in ("cost_minor", "quoted_minor", "charged_minor"):
            told[name] = int(told[name])
        collected, on_time = cash.get(row.courier, (0, 0)) if not row.area else (0, 0)
        scores.append(CourierScore(**told, cash=collected, cash_on_time=on_time))
    return scores


def worst_first(scores: Sequence[CourierScore]) -> list[CourierScore]:
    """Those with most trouble first; among equals those with more parcels."""
    return sorted(scores, key=lambda one: (-one.trouble, -one.sent, one.courier, one.area))


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
