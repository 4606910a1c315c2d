"""What is known of buyers when it is decided whether to ask them, and what they are being asked about."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.verification import Attempt, Buyer, Way, attempts_named


async def buyers_of(tx: Tx, orders: Collection[UUID]) -> dict[UUID, Buyer]:
    """Each order's buyer by what they did before it; records that were merged into one count as one.

    Delivered and refused are of COD orders: parcels they took, orders they refused by phone or whose parcels
    came back.
    """
    rows = await tx.all(
        """
        WITH asked AS (
            SELECT sales_order.id, sales_order.total_minor, sales_order.placed_at, customer_address.village_code,
                   coalesce(customer.merged_into, customer.id) AS buyer
            FROM sales_order
            LEFT JOIN customer ON customer.shop_id = sales_order.shop_id
                 AND customer.id = sales_order.customer_id
            LEFT JOIN customer_address ON customer_address.shop_id = sales_order.shop_id
                 AND customer_address.id = sales_order.address_id
            WHERE sales_order.shop_id = %(shop)s AND sales_order.id = ANY(%(orders)s)
        ), person AS (
            SELECT customer.id, coalesce(customer.merged_into, customer.id) AS buyer
            FROM customer
            WHERE customer.shop_id = %(shop)s
              AND (customer.id IN (SELECT buyer FROM asked) OR customer.merged_into IN (SELECT buyer FROM asked))
        )
        SELECT asked.id, asked.total_minor, asked.village_code, trust_score.points,
               count(before.id)::int AS orders_before,
               count(before.id) FILTER (WHERE before.terms = 'cod' AND before.delivered_at IS NOT NULL)::int
                   AS delivered,
               count(before.id) FILTER (
                   WHERE before.verification = 'refused'
                      OR (before.terms = 'cod' AND EXISTS (
                          SELECT FROM parcel
                          WHERE parcel.shop_id = before.shop_id AND parcel.order_id = before.id
                            AND parcel.state IN ('returning', 'returned'))))::int AS refused
        FROM asked
        LEFT JOIN trust_score ON trust_score.shop_id = %(shop)s AND trust_score.subject_id = asked.id
        LEFT JOIN person ON person.buyer = asked.buyer
        LEFT JOIN sales_order AS before ON before.shop_id = %(shop)s AND before.customer_id = person.id
             AND before.id <> asked.id AND before.placed_at <= asked.placed_at
        GROUP BY asked.id, asked.total_minor, asked.village_code, trust_score.points
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {
        row.id: Buyer(
            row.total_minor, row.village_code, row.orders_before, row.delivered, row.refused, row.points
        )
        for row in rows
    }


async def answerable_attempts_of(
    tx: Tx, way: Way, customer_id: UUID, *, since: datetime, now: datetime
) -> list[Attempt]:
    """Of each order that waits for a person's word, the last attempt to have it by one way.

    One that was missed is among them: whoever was asked may answer later than the next try is made. Records that
    were merged into one count as one.

    Args:
        since: Those begun before are too old to be answered, unless there still is time to ask.
    """
    rows = await tx.all(
        """
        SELECT DISTINCT ON (attempt.order_id) attempt.id
        FROM customer AS person
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.customer_id = person.id
             AND sales_order.commercial = 'accepted' AND sales_order.verification IN ('waiting', 'unreachable')
        JOIN verification_attempt AS attempt ON attempt.shop_id = %(shop)s AND attempt.order_id = sales_order.id
             AND attempt.way = %(way)s AND attempt.state IN ('asked', 'unknown', 'missed')
             AND attempt.day_id IS NULL
        JOIN verification_case AS asked ON asked.shop_id = %(shop)s AND asked.order_id = sales_order.id
             AND (attempt.began_at > %(since)s OR asked.deadline > %(now)s)
        WHERE person.shop_id = %(shop)s AND (person.id = %(id)s OR person.merged_into = %(id)s)
        ORDER BY attempt.order_id, attempt.began_at DESC, attempt.id DESC
        """,
        {"shop": tx.shop_id, "way": way, "id": customer_id, "since": since, "now": now},
    )
    return list((await attempts_named(tx, way, [row.id for row in rows])).values())


async def phone_of(tx: Tx, customer_id: UUID) -> bytes | None:
    """The blind index of the telephone a person has now, by the record that stands for them."""
    row = await tx.maybe(
        """
        SELECT person.phone_index
        FROM customer
        JOIN customer AS person ON person.shop_id = %(shop)s
             AND person.id = coalesce(customer.merged_into, customer.id)
        WHERE customer.shop_id = %(shop)s AND customer.id = %(id)s
        """,
        {"shop": tx.shop_id, "id": customer_id},
    )
    return None if row is None or row.phone_index is None else bytes(row.phone_index)


async def asked_somebody_else(tx: Tx, attempt_id: UUID) -> bool:
    """Whether an attempt asked a telephone that is the buyer's no more, of any record that is one with theirs."""
    row = await tx.maybe(
        """
        SELECT NOT EXISTS (
            SELECT FROM customer AS person
            WHERE person.shop_id = %(shop)s AND person.phone_index = attempt.phone_index
              AND coalesce(person.merged_into, person.id) = coalesce(customer.merged_into, customer.id)) AS strange
        FROM verification_attempt AS attempt
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.id = attempt.order_id
        LEFT JOIN customer ON customer.shop_id = %(shop)s AND customer.id = sales_order.customer_id
        WHERE attempt.shop_id = %(shop)s AND attempt.id = %(id)s AND attempt.phone_index IS NOT NULL
        """,
        {"shop": tx.shop_id, "id": attempt_id},
    )
    return row is not None and bool(row.strange)


async def is_buyer(tx: Tx, order_id: UUID, person_id: UUID) -> bool:
    """Whether a person is the buyer of an order; records that were merged into one count as one."""
    row = await tx.maybe(
        """
        SELECT coalesce(customer.merged_into, customer.id) = %(person)s AS theirs
        FROM sales_order
        JOIN customer ON customer.shop_id = %(shop)s AND customer.id = sales_order.customer_id
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = %(order)s
        """,
        {"shop": tx.shop_id, "order": order_id, "person": person_id},
    )
    return row is not None and bool(row.theirs)


async def on_a_pick_list(tx: Tx, order_id: UUID) -> bool:
    """Whether anything of an order was ever given to pickers."""
    row = await tx.one(
        """
        SELECT EXISTS (SELECT FROM task
                       WHERE shop_id = %(shop)s AND order_id = %(order)s AND order_cleared) AS given
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return bool(row.given)


async def waits_because(tx: Tx, order_id: UUID) -> str | None:
    """Why an order stands where it does on the axis of its buyer's word; None where nothing was said, or nothing moved."""
    row = await tx.maybe(
        """
        SELECT reason FROM order_move
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND axis = 'verification'
        ORDER BY at DESC, id DESC LIMIT 1
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return None if row is None else row.reason
