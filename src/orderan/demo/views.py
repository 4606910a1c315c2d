"""What the demo's days look up before they act."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Travelling:
    """A parcel on the road."""

    id: UUID
    order_id: UUID
    courier: str
    awb: str
    state: str
    terms: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """An open entry of the exception inbox about an order."""

    entry_id: UUID
    kind: str
    order_id: UUID
    money_minor: int


@dataclass(frozen=True, slots=True)
class Sold:
    """An order that was paid and arrived, with nothing left to do about it."""

    id: UUID
    customer_id: UUID
    total_minor: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment that went through a gateway."""

    account_id: UUID
    gateway: str
    rail_id: UUID
    method: str
    reference: str
    gateway_id: str
    amount_minor: int
    paid_on: date


async def taken_through_gateways(tx: Tx, *, since: datetime) -> list[Taken]:
    """What gateways took in since then and still keep for the shop, by the day of the shop it was paid on."""
    rows = await tx.all(
        """
        SELECT rail.account_id, gateway_account.gateway, payment_attempt.rail_id, payment_attempt.method,
               payment_attempt.reference, payment_attempt.gateway_id, payment_attempt.booked_minor AS amount_minor,
               (min(payment_event.at) AT TIME ZONE shop.time_zone)::date AS paid_on
        FROM payment_attempt
        JOIN shop ON shop.shop_id = payment_attempt.shop_id
        JOIN rail ON rail.shop_id = payment_attempt.shop_id AND rail.id = payment_attempt.rail_id
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        JOIN payment_event ON payment_event.shop_id = payment_attempt.shop_id
             AND payment_event.order_id = payment_attempt.order_id AND payment_event.kind = 'captured'
             AND split_part(payment_event.reference, ':', 1) = payment_attempt.reference
        WHERE payment_attempt.shop_id = %(shop)s AND payment_attempt.began_at >= %(since)s
          AND payment_attempt.booked_minor > 0 AND payment_attempt.returned_minor = 0
        GROUP BY rail.account_id, gateway_account.gateway, payment_attempt.id, payment_attempt.shop_id,
                 shop.time_zone
        ORDER BY payment_attempt.reference
        """,
        {"shop": tx.shop_id, "since": since},
    )
    return [Taken(**row._asdict()) for row in rows]


async def sold_and_home(tx: Tx, *, most: int) -> list[Sold]:
    """Paid orders that are over and of which nothing was given back, the dearest first."""
    rows = await tx.all(
        """
        SELECT id, customer_id, total_minor
        FROM sales_order
        WHERE shop_id = %(shop)s AND commercial = 'completed' AND money = 'paid' AND terms = 'prepaid'
          AND paid_minor = total_minor
          AND EXISTS (SELECT FROM customer
                      WHERE customer.shop_id = sales_order.shop_id AND customer.id = sales_order.customer_id
                        AND customer.state = 'active')
          AND NOT EXISTS (SELECT FROM refund
                          WHERE refund.shop_id = sales_order.shop_id AND refund.order_id = sales_order.id)
          AND NOT EXISTS (SELECT FROM goods_return
                          WHERE goods_return.shop_id = sales_order.shop_id
                            AND goods_return.order_id = sales_order.id)
        ORDER BY total_minor DESC, number
        LIMIT %(most)s
        """,
        {"shop": tx.shop_id, "most": most},
    )
    return [Sold(row.id, row.customer_id, row.total_minor) for row in rows]


async def free_units(tx: Tx, place: UUID) -> dict[UUID, int]:
    """Units nobody was promised, per sku that ever lay at a place."""
    rows = await tx.all(
        """
        SELECT sku_id, sum(on_hand - reserved - allocated) AS free
        FROM stock
        WHERE shop_id = %(shop)s AND location_id = %(place)s
        GROUP BY sku_id
        """,
        {"shop": tx.shop_id, "place": place},
    )
    return {row.sku_id: int(row.free) for row in rows}


async def first_customers(tx: Tx, *, most: int) -> list[UUID]:
    """Buyers whom the shop has known longest."""
    rows = await tx.all(
        """
        SELECT id
        FROM customer
        WHERE shop_id = %(shop)s AND state = 'active'
        ORDER BY created_at, id
        LIMIT %(most)s
        """,
        {"shop": tx.shop_id, "most": most},
    )
    return [row.id for row in rows]


async def tasks_at(tx: Tx, place: UUID, *, state: str, ready: bool) -> list[UUID]:
    """Tasks of a place in a state, the oldest first; `ready` leaves out what may not be picked yet."""
    rows = await tx.all(
        """
        SELECT task.id
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        WHERE task.shop_id = %(shop)s AND task.location_id = %(place)s AND task.state = %(state)s
          AND (NOT %(ready)s OR (sales_order.open_holds = 0
               AND (sales_order.terms <> 'prepaid' OR sales_order.paid_minor >= sales_order.total_minor)
               AND NOT EXISTS (SELECT FROM order_change
                               WHERE order_change.shop_id = task.shop_id
                                 AND order_change.order_id = task.order_id AND order_change.state = 'open')))
        ORDER BY task.planned_at, task.id
        """,
        {"shop": tx.shop_id, "place": place, "state": state, "ready": ready},
    )
    return [row.id for row in rows]


async def parcels_under_way(tx: Tx, *, before: datetime) -> list[Travelling]:
    """Parcels that did not move since an instant and have somewhere to go."""
    rows = await tx.all(
        """
        SELECT parcel.id, parcel.order_id, parcel.courier, parcel.awb, parcel.state, sales_order.terms
        FROM parcel
        JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
        WHERE parcel.shop_id = %(shop)s AND parcel.moved_at <= %(before)s
          AND parcel.state IN ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed', 'returning')
        ORDER BY parcel.id
        """,
        {"shop": tx.shop_id, "before": before},
    )
    return [Travelling(**row._asdict()) for row in rows]


async def returns_open(tx: Tx) -> list[tuple[str, UUID]]:
    """Returns that wait for a step: (state, id); not those whose parcel its courier still carries."""
    rows = await tx.all(
        """
        SELECT state, id
        FROM goods_return
        WHERE shop_id = %(shop)s AND state IN ('requested', 'approved', 'in_transit', 'received', 'inspected')
          AND NOT EXISTS (SELECT FROM return_to_sender
                          JOIN parcel ON parcel.shop_id = return_to_sender.shop_id
                               AND parcel.id = return_to_sender.parcel_id AND parcel.state <> 'returned'
                          WHERE return_to_sender.shop_id = goods_return.shop_id
                            AND return_to_sender.return_id = goods_return.id)
        ORDER BY id
        """,
        {"shop": tx.shop_id},
    )
    return [(row.state, row.id) for row in rows]


async def return_lines(tx: Tx, return_id: UUID) -> list[tuple[int, int]]:
    """What is to come back: (line, units)."""
    rows = await tx.all(
        "SELECT line_no, quantity FROM return_line WHERE shop_id = %(shop)s AND return_id = %(id)s",
        {"shop": tx.shop_id, "id": return_id},
    )
    return [(row.line_no, row.quantity) for row in rows]


async def received_lines(tx: Tx, return_id: UUID) -> list[tuple[int, int]]:
    """What came back: (line, units)."""
    rows = await tx.all(
        "SELECT line_no, received FROM return_line WHERE shop_id = %(shop)s AND return_id = %(id)s",
        {"shop": tx.shop_id, "id": return_id},
    )
    return [(row.line_no, row.received) for row in rows]


async def refunds_granted(tx: Tx) -> list[UUID]:
    """Refunds that wait for the money to leave."""
    rows = await tx.all(
        "SELECT id FROM refund WHERE shop_id = %(shop)s AND state = 'granted' ORDER BY id",
        {"shop": tx.shop_id},
    )
    return [row.id for row in rows]


async def refundable(tx: Tx, return_id: UUID) -> int:
    """What the order of a return has left to give back."""
    return int(
        await tx.value(
            """
            SELECT sales_order.paid_minor - sales_order.refunded_minor - coalesce(promised.amount, 0)
            FROM goods_return
            JOIN sales_order ON sales_order.shop_id = goods_return.shop_id
                 AND sales_order.id = goods_return.order_id
            LEFT JOIN LATERAL (SELECT sum(refund.amount_minor) AS amount
                               FROM refund
                               WHERE refund.shop_id = sales_order.shop_id
                                 AND refund.order_id = sales_order.id AND refund.state = 'granted')
                 AS promised ON true
            WHERE goods_return.shop_id = %(shop)s AND goods_return.id = %(id)s
            """,
            {"shop": tx.shop_id, "id": return_id},
        )
    )


async def troubles(tx: Tx, *, before: datetime) -> list[Trouble]:
    """Open entries about money and parcels of orders, told before an instant."""
    rows = await tx.all(
        """
        SELECT exception_entry.id AS entry_id, exception_entry.kind, exception_entry.subject_id AS order_id,
               exception_entry.money_minor
        FROM exception_entry
        JOIN sales_order ON sales_order.shop_id = exception_entry.shop_id
             AND sales_order.id = exception_entry.subject_id
        WHERE exception_entry.shop_id = %(shop)s AND exception_entry.state = 'open'
          AND exception_entry.opened_at <= %(before)s
          AND exception_entry.kind IN ('payment_under', 'payment_over', 'payment_after_close',
                                       'parcel_lost', 'parcel_damaged')
        ORDER BY sales_order.number, exception_entry.kind
        """,
        {"shop": tx.shop_id, "before": before},
    )
    return [Trouble(**row._asdict()) for row in rows]


async def wholly_back(tx: Tx, *, before: datetime) -> list[UUID]:
    """Accepted orders of which everything came back, with no return left to decide."""
    rows = await tx.all(
        """
        SELECT sales_order.id
        FROM sales_order
        WHERE sales_order.shop_id = %(shop)s AND sales_order.commercial = 'accepted'
          AND sales_order.headline = 'returned' AND sales_order.placed_at <= %(before)s
          AND NOT EXISTS (SELECT 1 FROM goods_return
                          WHERE goods_return.shop_id = sales_order.shop_id
                            AND goods_return.order_id = sales_order.id
                            AND goods_return.state NOT IN ('closed', 'rejected'))
        ORDER BY sales_order.number
        """,
        {"shop": tx.shop_id, "before": before},
    )
    return [row.id for row in rows]


async def transfer_lines(tx: Tx, transfer_id: UUID) -> list[tuple[int, int]]:
    """What a transfer carries: (line, units)."""
    rows = await tx.all(
        """
        SELECT line_no, quantity
        FROM transfer_line
        WHERE shop_id = %(shop)s AND transfer_id = %(id)s
        ORDER BY line_no
        """,
        {"shop": tx.shop_id, "id": transfer_id},
    )
    return [(row.line_no, row.quantity) for row in rows]


async def dear_and_unpaid(tx: Tx, *, above: int) -> UUID | None:
    """An order that waits for all of its money and costs more than this, the newest one; if there is any."""
    row = await tx.maybe(
        """
        SELECT id FROM sales_order
        WHERE shop_id = %(shop)s AND commercial = 'awaiting_payment' AND money = 'unpaid' AND terms = 'prepaid'
          AND total_minor > %(above)s AND currency = 'IDR'
        ORDER BY placed_at DESC, id
        LIMIT 1
        """,
        {"shop": tx.shop_id, "above": above},
    )
    return None if row is None else row.id


async def owner(tx: Tx) -> UUID:
    """Whoever owns the shop."""
    found: UUID = await tx.value(
        "SELECT id FROM staff WHERE shop_id = %(shop)s AND 'owner' = ANY(roles) ORDER BY created_at, id LIMIT 1",
        {"shop": tx.shop_id},
    )
    return found


async def waiting_to_pay(tx: Tx, *, most: int) -> list[UUID]:
    """Orders whose buyers have not paid yet, the newest first."""
    rows = await tx.all(
        """
        SELECT id
        FROM sales_order
        WHERE shop_id = %(shop)s AND commercial = 'awaiting_payment' AND money = 'unpaid'
        ORDER BY placed_at DESC, id
        LIMIT %(most)s
        """,
        {"shop": tx.shop_id, "most": most},
    )
    return [row.id for row in rows]


async def staff_named(tx: Tx, email: str) -> UUID:
    """The account with this address."""
    row = await tx.one(
        "SELECT id FROM staff WHERE shop_id = %(shop)s AND email = %(email)s",
        {"shop": tx.shop_id, "email": email},
    )
    found: UUID = row.id
    return found


async def tasks_nearby(tx: Tx, place: UUID, *, province: str, most: int) -> list[UUID]:
    """Planned tasks of a place that may be picked and go to addresses of a province."""
    rows = await tx.all(
        """
        SELECT task.id
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        JOIN customer_address ON customer_address.shop_id = sales_order.shop_id
             AND customer_address.id = sales_order.address_id
        WHERE task.shop_id = %(shop)s AND task.location_id = %(place)s AND task.state = 'planned'
          AND customer_address.village_code LIKE %(province)s || '.%%' AND sales_order.open_holds = 0
        ORDER BY task.planned_at DESC, task.id
        LIMIT %(most)s
        """,
        {"shop": tx.shop_id, "place": place, "province": province, "most": most},
    )
    return [row.id for row in rows]
