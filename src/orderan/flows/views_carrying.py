"""What carrying each order costs, who bears it, and how what was charged differs from what was offered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shipping import CarryPayer


@dataclass(frozen=True, slots=True)
class CarriedBooking:
    """What one booking costs, rupiah.

    Attributes:
        quoted_minor: Carrying, as it was offered; None where nobody said.
        charged_minor: Carrying, as the courier says it charges; None where it does not.
    """

    courier: str
    quoted_minor: int | None
    charged_minor: int | None
    insurance_minor: int
    cod_fee_minor: int
    insurance_payer: CarryPayer
    subsidy_payer: CarryPayer

    @property
    def carrying_minor(self) -> int | None:
        return self.quoted_minor if self.charged_minor is None else self.charged_minor


@dataclass(frozen=True, slots=True)
class CarriedOrder:
    """What carrying an order costs, beside what its buyer pays for it.

    Attributes:
        paid_minor: The shipping its buyer pays.
    """

    order_id: UUID
    number: int
    placed_at: datetime
    currency: str
    paid_minor: int
    bookings: tuple[CarriedBooking, ...]

    @property
    def couriers(self) -> tuple[str, ...]:
        return tuple(sorted({one.courier for one in self.bookings}))

    @property
    def parcels(self) -> int:
        return len(self.bookings)

    @property
    def cost_minor(self) -> int:
        """As far as it is known, returns not counted."""
        return sum(
            (one.carrying_minor or 0) + one.insurance_minor + one.cod_fee_minor for one in self.bookings
        )

    @property
    def unknown(self) -> int:
        """Booked parcels whose cost nobody said."""
        return sum(one.carrying_minor is None for one in self.bookings)

    @property
    def borne_minor(self) -> int:
        """What is added to it; less than nothing where the buyer pays more than it costs."""
        return self.cost_minor - self.paid_minor

    @property
    def dearer_minor(self) -> int:
        """By how much couriers charge more than they offered."""
        return sum(
            one.charged_minor - one.quoted_minor
            for one in self.bookings
            if one.charged_minor is not None and one.quoted_minor is not None
        )


def bears(order: CarriedOrder) -> dict[CarryPayer, int]:
    """Who bears what of an order beside the shipping its buyer pays; the parts add up to `borne_minor`.

    Insurance is borne by whom the rules say. What the buyer does not pay of the rest is a subsidy, borne by whom
    they say for the dearest booking; what the buyer pays beyond it stays with the shop.
    """
    found: Counter[CarryPayer] = Counter()
    for one in order.bookings:
        found[one.insurance_payer] += one.insurance_minor
    rest = order.borne_minor - sum(found.values())
    dearest = max(order.bookings, key=lambda one: one.carrying_minor or 0)
    found[dearest.subsidy_payer if rest > 0 else CarryPayer.SHOP] += rest
    return {payer: minor for payer, minor in found.items() if minor}


_BOOKED: Final[LiteralString] = """
FROM courier_booking
JOIN sales_order ON sales_order.shop_id = courier_booking.shop_id AND sales_order.id = courier_booking.order_id
WHERE courier_booking.shop_id = %(shop)s AND courier_booking.state IN ('booked', 'handed_over')
  AND sales_order.placed_at >= %(since)s
"""


async def carried_orders(
    tx: Tx, *, since: datetime, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[CarriedOrder]:
    """Orders placed since of which something was booked, the newest first."""
    rows = await tx.all(
        """
        SELECT sales_order.id, sales_order.number, sales_order.placed_at, sales_order.currency,
               sales_order.shipping_minor,
               jsonb_agg(jsonb_build_object(
                   'courier', courier_booking.courier, 'quoted_minor', courier_booking.cost_minor,
                   'charged_minor', courier_booking.charged_minor,
                   'insurance_minor', coalesce(courier_booking.insurance_minor, 0),
                   'cod_fee_minor', coalesce(courier_booking.cod_fee_minor, 0),
                   'insurance_payer', coalesce(courier_booking.insurance_payer, 'shop'),
                   'subsidy_payer', coalesce(courier_booking.subsidy_payer, 'shop'))
                   ORDER BY courier_booking.id) AS bookings
        """
        + _BOOKED
        + """
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
    return [
        CarriedOrder(
            row.id,
            row.number,
            row.placed_at,
            row.currency,
            int(row.shipping_minor),
            _bookings(row.bookings),
        )
        for row in rows
    ]


def _bookings(told: Sequence[Mapping[str, Any]]) -> tuple[CarriedBooking, ...]:
    return tuple(
        CarriedBooking(
            **{
                **one,
                "insurance_payer": CarryPayer(one["insurance_payer"]),
                "subsidy_payer": CarryPayer(one["subsidy_payer"]),
            }
        )
        for one in told
    )


@dataclass(frozen=True, slots=True)
class CarryingSums:
    """What carrying came to over a time, rupiah.

    Attributes:
        parcels, known: Booked, and those of them whose cost is known.
        quoted_minor, charged_minor: Of those where both are known.
    """

    parcels: int
    known: int
    cost_minor: int
    insurance_minor: int
    cod_fee_minor: int
    quoted_minor: int
    charged_minor: int


async def carrying_sums(tx: Tx, *, since: datetime) -> CarryingSums:
    """Of orders placed since."""
    [row] = await tx.all(
        """
        SELECT count(*)::int AS parcels,
               count(coalesce(courier_booking.charged_minor, courier_booking.cost_minor))::int AS known,
               coalesce(sum(coalesce(courier_booking.charged_minor, courier_booking.cost_minor, 0)
                            + coalesce(courier_booking.insurance_minor, 0)
                            + coalesce(courier_booking.cod_fee_minor, 0)), 0)::bigint AS cost_minor,
               coalesce(sum(courier_booking.insurance_minor), 0)::bigint AS insurance_minor,
               coalesce(sum(courier_booking.cod_fee_minor), 0)::bigint AS cod_fee_minor,
               coalesce(sum(courier_booking.cost_minor) FILTER (WHERE courier_booking.charged_minor IS NOT NULL),
                        0)::bigint AS quoted_minor,
               coalesce(sum(courier_booking.charged_minor) FILTER (WHERE courier_booking.cost_minor IS NOT NULL),
                        0)::bigint AS charged_minor
        """
        + _BOOKED,
        {"shop": tx.shop_id, "since": since},
    )
    return CarryingSums(*(int(value) for value in row))
