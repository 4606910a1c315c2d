"""What messages to buyers are about: orders as their facts are heard, and what is true of them when it is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Buying:
    """Whose order it is and how long it waits for its payment.

    Attributes:
        over_at: Since when it is cancelled or expired; None where it is not.
        goes_ahead: It is accepted, its buyer meant it as far as they were asked, and nothing holds it.
        replaces: It is for what a return brings back, and is paid by that first.
    """

    order_id: UUID
    customer_id: UUID
    placed_at: datetime
    hold_until: datetime | None
    over_at: datetime | None
    goes_ahead: bool
    replaces: bool = False
    awaits_money: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """An order and the one thing of it a message is about; fields of other things are None.

    Attributes:
        due_minor: Still to be paid for the order.
        deposit_due_minor: Of that, what makes it accepted; 0 where it waits for no deposit.
        in_the_air: A try to pay it is under way of which nobody knows yet what became.
        kept_minor: What was paid for the order and not paid back.
        promised_on: The day it is promised for, where that is in danger.
        waits: Its buyer's word is missing, or something holds it.
        way: The method of the trouble, or of what was made to pay with: of the order itself, by its latest try that
            gave a number and is still open.
        deliver_on: The day its buyer wants the parcel; told_day: the day the fact is of, where it is of one.
        door_id: A missed door of the parcel whose buyer may still say what is to be done.
        missing_ware, ware: What is missing, and what is sent in its place.
    """

    order_id: UUID
    number: int
    commercial: str
    currency: str
    total_minor: int
    due_minor: int
    deposit_due_minor: int
    hold_until: datetime | None
    clock_stopped_at: datetime | None
    delivered_at: datetime | None
    courier: str | None
    awb: str | None
    parcel: str | None
    refund: str | None
    refund_minor: int | None
    goods_return: str | None
    return_number: int | None
    attempt: str | None
    attempt_minor: int | None
    attempt_until: datetime | None
    instrument: dict[str, Any] | None
    way: str | None
    incident: str | None
    kept_minor: int
    waits: bool
    deliver_on: date | None
    told_day: date | None
    promised_on: date | None
    missing_ware: str | None
    ware: str | None
    in_the_air: bool
    headline: str
    door_id: UUID | None


async def orders_told(tx: Tx, orders: Collection[UUID]) -> dict[UUID, Buying]:
    """Of these orders, those whose buyer the shop itself tells things: a marketplace tells its own."""
    rows = await tx.all(
        """
        SELECT sales_order.id, sales_order.customer_id, sales_order.placed_at, sales_order.hold_until,
               CASE WHEN sales_order.commercial IN ('cancelled', 'expired') THEN sales_order.closed_at END AS over_at,
               sales_order.commercial IN ('accepted', 'completed') AND sales_order.cleared
                   AND sales_order.open_holds = 0 AS goes_ahead,
               EXISTS (SELECT FROM return_exchange
                       WHERE return_exchange.shop_id = sales_order.shop_id
                         AND return_exchange.order_id = sales_order.id) AS replaces,
               sales_order.commercial = 'awaiting_payment' AS awaits_money
        FROM sales_order
        JOIN channel ON channel.shop_id = sales_order.shop_id AND channel.id = sales_order.channel_id
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = ANY(%(orders)s)
          AND sales_order.customer_id IS NOT NULL AND channel.kind NOT IN ('marketplace', 'import')
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.id: Buying(*row) for row in rows}


async def tries_with_a_number(tx: Tx, references: Collection[str]) -> dict[str, UUID]:
    """Of tries to pay by these references, those that gave the buyer a number to pay to."""
    rows = await tx.all(
        """
        SELECT id, reference FROM payment_attempt
        WHERE shop_id = %(shop)s AND reference = ANY(%(references)s) AND instrument ->> 'number' IS NOT NULL
        """,
        {"shop": tx.shop_id, "references": list(references)},
    )
    return {row.reference: row.id for row in rows}


async def abouts(tx: Tx, asked: Sequence[tuple[UUID, UUID, int | None]]) -> list[About | None]:
    """What is true now of each of these (order, thing of it, fact of it), in that order; None for what is no order.

    The fact names the parcel where the thing is no row: what happens to one parcel more than once is told each time.
    """
    rows = await tx.all(
        """
        SELECT o.id, o.number, o.commercial, o.currency, o.total_minor,
               o.total_minor - o.forgone_minor - o.covered_minor - o.paid_minor AS due_minor,
               CASE WHEN o.commercial = 'awaiting_payment'
                    THEN greatest(coalesce(o.deposit_minor, 0) - o.paid_minor, 0) ELSE 0 END AS deposit_due_minor,
               o.hold_until, o.clock_stopped_at, o.delivered_at,
               parcel.courier, parcel.awb, parcel.state AS parcel,
               refund.state AS refund, refund.paid_minor AS refund_minor,
               goods_return.state AS goods_return, goods_return.number AS return_number,
               tried.state AS attempt, tried.amount_minor AS attempt_minor, tried.expires_at AS attempt_until,
               tried.instrument, coalesce(tried.method, troubled.method) AS way, incident.state AS incident,
               o.paid_minor - o.refunded_minor AS kept_minor, NOT o.cleared OR o.open_holds > 0 AS waits,
               parcel.deliver_on, (fact.payload ->> 'deliver_on')::date AS told_day,
               (SELECT min(promised_on) FROM delivery_promise
                WHERE shop_id = %(shop)s AND order_id = o.id AND risk IS NOT NULL AND closed_at IS NULL) AS promised_on,
               missing.title AS missing_ware, sent.title AS ware,
               EXISTS (SELECT FROM payment_attempt
                       WHERE shop_id = %(shop)s AND order_id = o.id AND state IN ('asking', 'unknown', 'held')) AS in_the_air,
               o.headline,
               (SELECT id FROM missed_door
                WHERE shop_id = %(shop)s AND parcel_id = parcel.id AND state = 'waiting') AS door_id,
               asked.place
        FROM unnest(%(orders)s::uuid[], %(subjects)s::uuid[], %(facts)s::int[])
             WITH ORDINALITY AS asked (order_id, subject_id, fact_seq, place)
        JOIN sales_order AS o ON o.shop_id = %(shop)s AND o.id = asked.order_id
        LEFT JOIN event AS fact ON fact.shop_id = %(shop)s AND fact.entity_id = asked.order_id
             AND fact.seq = asked.fact_seq
        LEFT JOIN parcel ON parcel.shop_id = %(shop)s
             AND parcel.id = coalesce((fact.payload ->> 'parcel_id')::uuid, asked.subject_id)
        LEFT JOIN substitution ON substitution.shop_id = %(shop)s AND substitution.id = asked.subject_id
        LEFT JOIN order_line AS missing ON missing.shop_id = %(shop)s AND missing.order_id = substitution.order_id
             AND missing.line_no = substitution.line_no
        LEFT JOIN order_line AS sent ON sent.shop_id = %(shop)s AND sent.order_id = substitution.order_id
             AND sent.line_no = substitution.by_line_no
        LEFT JOIN refund ON refund.shop_id = %(shop)s AND refund.id = asked.subject_id
        LEFT JOIN goods_return ON goods_return.shop_id = %(shop)s AND goods_return.id = asked.subject_id
        LEFT JOIN LATERAL (
            SELECT state, amount_minor, expires_at, instrument, method FROM payment_attempt
            WHERE shop_id = %(shop)s AND order_id = asked.order_id
              AND (id = asked.subject_id OR (asked.subject_id = asked.order_id AND state = 'offered'
                                             AND instrument ->> 'number' IS NOT NULL))
            ORDER BY began_at DESC, id DESC
            LIMIT 1
        ) AS tried ON true
        LEFT JOIN incident ON incident.shop_id = %(shop)s AND incident.id = asked.subject_id
        LEFT JOIN incident_told ON incident_told.shop_id = %(shop)s AND incident_told.incident_id = asked.subject_id
             AND incident_told.order_id = asked.order_id AND incident_told.what = 'trouble'
        LEFT JOIN payment_attempt AS troubled ON troubled.shop_id = %(shop)s AND troubled.id = incident_told.attempt_id
        """,
        {
            "shop": tx.shop_id,
            "orders": [order for order, _, _ in asked],
            "subjects": [subject for _, subject, _ in asked],
            "facts": [seq for _, _, seq in asked],
        },
    )
    found: list[About | None] = [None] * len(asked)
    for row in rows:
        found[row.place - 1] = About(*row[:-1])
    return found


_OF_PARCELS: Final = [
    "shipped",
    "out_for_delivery",
    "attempt_failed",
    "postponed",
    "coming_back",
    "parcel_lost",
]
_OF_RETURNS: Final = ["return_approved", "return_refused", "return_received"]


async def thing_of(tx: Tx, kind: str, order_id: UUID) -> UUID | None:
    """The latest thing of an order a message of a kind would be about; None where it has none."""
    row = await tx.maybe(
        """
        SELECT thing.id
        FROM (
            SELECT id, created_at AS at FROM parcel
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND %(kind)s = ANY(%(parcels)s)
            UNION ALL
            SELECT id, granted_at FROM refund
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND %(kind)s = 'refunded'
            UNION ALL
            SELECT id, requested_at FROM goods_return
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND %(kind)s = ANY(%(returns)s)
            UNION ALL
            SELECT id, made_at FROM substitution
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND %(kind)s = 'substituted'
            UNION ALL
            SELECT id, began_at FROM payment_attempt
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND %(kind)s = 'pay_with'
              AND instrument ->> 'number' IS NOT NULL
            UNION ALL
            SELECT incident_id, told_at FROM incident_told
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND %(kind)s IN ('trouble', 'recovered')
            UNION ALL
            SELECT id, placed_at FROM sales_order
            WHERE shop_id = %(shop)s AND id = %(order)s
              AND %(kind)s NOT IN ('refunded', 'substituted', 'pay_with', 'trouble', 'recovered')
              AND NOT %(kind)s = ANY(%(parcels)s) AND NOT %(kind)s = ANY(%(returns)s)
        ) AS thing
        ORDER BY thing.at DESC, thing.id DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id, "order": order_id, "kind": kind, "parcels": _OF_PARCELS, "returns": _OF_RETURNS},
    )
    return None if row is None else row.id


async def sample_order(tx: Tx, kind: str) -> UUID | None:
    """An order to show a message of a kind with: the last it was told of, else the newest there is."""
    row = await tx.maybe(
        """
        SELECT sample.id
        FROM (
            (SELECT topic_id AS id, 0 AS rank FROM message
             WHERE shop_id = %(shop)s AND kind = %(kind)s
             ORDER BY made_at DESC, id DESC LIMIT 1)
            UNION ALL
            (SELECT id, 1 FROM sales_order
             WHERE shop_id = %(shop)s AND commercial <> 'draft'
             ORDER BY placed_at DESC, id DESC LIMIT 1)
        ) AS sample
        ORDER BY sample.rank
        LIMIT 1
        """,
        {"shop": tx.shop_id, "kind": kind},
    )
    return None if row is None else row.id


async def numbers_of(tx: Tx, orders: Collection[UUID]) -> dict[UUID, int]:
    """Numbers of orders."""
    rows = await tx.all(
        "SELECT id, number FROM sales_order WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(orders)},
    )
    return {row.id: row.number for row in rows}


async def order_numbered(tx: Tx, number: int) -> UUID | None:
    """The order of a number."""
    row = await tx.maybe(
        "SELECT id FROM sales_order WHERE shop_id = %(shop)s AND number = %(number)s",
        {"shop": tx.shop_id, "number": number},
    )
    return None if row is None else row.id
