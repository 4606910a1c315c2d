"""Claims to couriers, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.shipping.claims import WARNED_DAYS, ClaimEvidence, ClaimSum, ListedClaim, ParcelClaim

_COLUMNS: Final[
    LiteralString
] = """id, order_id, parcel_id, courier, kind, state, amount_minor, accepted_minor,
paid_minor, reference, deadline, opened_at, moved_at, moved_by"""


async def insert_claims(tx: Tx, claims: Sequence[ParcelClaim]) -> set[UUID]:
    """Write claims; a parcel that has one gets no second. Returns which are new."""
    if not claims:
        return set()
    rows = sorted(claims, key=lambda one: one.parcel_id)
    made = await tx.all(
        """
        INSERT INTO parcel_claim (shop_id, id, order_id, parcel_id, courier, kind, state, amount_minor, deadline,
                                  opened_at, moved_at, moved_by)
        SELECT %(shop)s, made.id, made.order_id, made.parcel_id, made.courier, made.kind, 'open', made.amount,
               made.deadline, made.at, made.at, %(actor)s
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(parcels)s::uuid[], %(couriers)s::text[], %(kinds)s::text[],
                    %(amounts)s::bigint[], %(deadlines)s::timestamptz[], %(ats)s::timestamptz[])
             AS made (id, order_id, parcel_id, courier, kind, amount, deadline, at)
        ON CONFLICT ON CONSTRAINT parcel_claim_once DO NOTHING
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "ids": [one.id for one in rows],
            "orders": [one.order_id for one in rows],
            "parcels": [one.parcel_id for one in rows],
            "couriers": [one.courier for one in rows],
            "kinds": [one.kind for one in rows],
            "amounts": [one.amount_minor for one in rows],
            "deadlines": [one.deadline for one in rows],
            "ats": [one.opened_at for one in rows],
        },
    )
    return {row.id for row in made}


async def lock_claim(tx: Tx, claim_id: UUID) -> ParcelClaim | None:
    """A claim, held until the end of the transaction."""
    row = await tx.maybe(
        f"SELECT {_COLUMNS} FROM parcel_claim WHERE shop_id = %(shop)s AND id = %(id)s FOR UPDATE",
        {"shop": tx.shop_id, "id": claim_id},
    )
    return None if row is None else ParcelClaim(*row)


async def save_claim(tx: Tx, claim: ParcelClaim, *, was: str) -> int:
    """Write where a claim stands, if it still stands where it did; returns how many were written."""
    return await tx.run(
        """
        UPDATE parcel_claim
        SET state = %(state)s, amount_minor = %(amount)s, accepted_minor = %(accepted)s, paid_minor = %(paid)s, reference = %(reference)s,
            moved_at = %(moved_at)s, moved_by = %(moved_by)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "id": claim.id,
            "was": was,
            "state": claim.state,
            "amount": claim.amount_minor,
            "accepted": claim.accepted_minor,
            "paid": claim.paid_minor,
            "reference": claim.reference,
            "moved_at": claim.moved_at,
            "moved_by": claim.moved_by,
        },
    )


async def find_claim(tx: Tx, claim_id: UUID) -> ParcelClaim | None:
    """A claim, without a lock."""
    row = await tx.maybe(
        f"SELECT {_COLUMNS} FROM parcel_claim WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": claim_id},
    )
    return None if row is None else ParcelClaim(*row)


async def claim_of_parcel(tx: Tx, parcel_id: UUID) -> ParcelClaim | None:
    """The claim of a parcel."""
    row = await tx.maybe(
        f"SELECT {_COLUMNS} FROM parcel_claim WHERE shop_id = %(shop)s AND parcel_id = %(parcel)s",
        {"shop": tx.shop_id, "parcel": parcel_id},
    )
    return None if row is None else ParcelClaim(*row)


async def list_claims(
    tx: Tx,
    states: Collection[str],
    *,
    courier: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[ListedClaim]:
    """Claims in these states, those whose deadline is first first."""
    rows = await tx.all(
        """
        SELECT claim.id, claim.order_id, claim.parcel_id, claim.courier, claim.kind, claim.state, claim.amount_minor,
               claim.accepted_minor, claim.paid_minor, claim.reference, claim.deadline, claim.opened_at, claim.moved_at,
               claim.moved_by, parcel.awb, sales_order.number, sales_order.currency
        FROM parcel_claim AS claim
        JOIN parcel ON parcel.shop_id = claim.shop_id AND parcel.id = claim.parcel_id
        JOIN sales_order ON sales_order.shop_id = claim.shop_id AND sales_order.id = claim.order_id
        WHERE claim.shop_id = %(shop)s AND claim.state = ANY(%(states)s)
          AND (%(courier)s::text IS NULL OR claim.courier = %(courier)s)
          AND (%(at)s::timestamptz IS NULL OR (claim.deadline, claim.id) > (%(at)s, %(last)s::uuid))
        ORDER BY claim.deadline, claim.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "states": list(states),
            "courier": courier,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    return [ListedClaim(ParcelClaim(*row[:14]), row.awb, row.number, row.currency) for row in rows]


async def claim_sums(tx: Tx) -> dict[str, ClaimSum]:
    """By state: how many claims, and what was claimed, agreed to and paid of them."""
    rows = await tx.all(
        """
        SELECT state, count(*)::int AS many, sum(amount_minor)::bigint AS claimed,
               coalesce(sum(accepted_minor), 0)::bigint AS accepted, coalesce(sum(paid_minor), 0)::bigint AS paid
        FROM parcel_claim WHERE shop_id = %(shop)s GROUP BY state
        """,
        {"shop": tx.shop_id},
    )
    return {row.state: ClaimSum(row.many, int(row.claimed), int(row.accepted), int(row.paid)) for row in rows}


async def claims_paid(tx: Tx, *, since: datetime) -> int:
    """What couriers paid for claims since, minor units."""
    row = await tx.maybe(
        """
        SELECT coalesce(sum(paid_minor), 0)::bigint AS paid
        FROM parcel_claim WHERE shop_id = %(shop)s AND state = 'paid' AND moved_at >= %(since)s
        """,
        {"shop": tx.shop_id, "since": since},
    )
    return int(row.paid) if row is not None else 0


async def insert_evidence(tx: Tx, claims: Collection[UUID], kind: str, words: str, *, now: datetime) -> None:
    """Keep what speaks for claims."""
    await tx.run(
        """
        INSERT INTO claim_evidence (shop_id, id, claim_id, kind, words, added_by, added_at)
        SELECT %(shop)s, made.id, made.claim_id, %(kind)s, %(words)s, %(actor)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(claims)s::uuid[]) AS made (id, claim_id)
        """,
        {
            "shop": tx.shop_id,
            "ids": [new_id() for _ in claims],
            "claims": list(claims),
            "kind": kind,
            "words": words,
            "actor": tx.actor,
            "now": now,
        },
    )


async def claim_evidence_of(tx: Tx, claim_id: UUID) -> list[ClaimEvidence]:
    """What speaks for a claim, the oldest first."""
    rows = await tx.all(
        """
        SELECT kind, words, added_by, added_at FROM claim_evidence
        WHERE shop_id = %(shop)s AND claim_id = %(claim)s
        ORDER BY added_at, id
        """,
        {"shop": tx.shop_id, "claim": claim_id},
    )
    return [ClaimEvidence(*row) for row in rows]


async def forget_claim_words(tx: Tx, orders: Collection[UUID], gone: str) -> None:
    """Take what people wrote down out of the claims of orders."""
    await tx.run(
        """
        UPDATE claim_evidence SET words = %(gone)s
        FROM parcel_claim
        WHERE claim_evidence.shop_id = %(shop)s AND parcel_claim.shop_id = %(shop)s AND claim_evidence.kind = 'note'
          AND parcel_claim.id = claim_evidence.claim_id AND parcel_claim.order_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(orders), "gone": gone},
    )


async def claim_days(tx: Tx) -> dict[str, int]:
    """Within how many days couriers take a claim, of those somebody said it of."""
    rows = await tx.all("SELECT courier, days FROM claim_days WHERE shop_id = %(shop)s", {"shop": tx.shop_id})
    return {row.courier: row.days for row in rows}


async def put_claim_days(tx: Tx, courier: str, days: int, *, now: datetime) -> None:
    """Say within how many days a courier takes a claim."""
    await tx.run(
        """
        INSERT INTO claim_days AS kept (shop_id, courier, days, set_by, set_at)
        VALUES (%(shop)s, %(courier)s, %(days)s, %(actor)s, %(now)s)
        ON CONFLICT ON CONSTRAINT claim_days_pkey DO UPDATE
        SET days = excluded.days, set_by = excluded.set_by, set_at = excluded.set_at
        """,
        {"shop": tx.shop_id, "courier": courier, "days": days, "actor": tx.actor, "now": now},
    )


async def claims_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Claims that stand in a state since before the moment given for it; an open one since a few days before its
    deadline.

    Columns: id, order_id, state, since, courier, awb, number, money_minor, currency, deadline.
    """
    return await tx.all(
        """
        SELECT claim.id, claim.order_id, claim.state, waits.since, claim.courier, parcel.awb, sales_order.number,
               claim.amount_minor AS money_minor, sales_order.currency,
               CASE WHEN claim.state = 'open' THEN claim.deadline END AS deadline
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN parcel_claim AS claim ON claim.shop_id = %(shop)s AND claim.state = allowed.state
        CROSS JOIN LATERAL (
            SELECT CASE WHEN claim.state = 'open' THEN claim.deadline - make_interval(days => %(warned)s)
                        ELSE claim.moved_at END AS since) AS waits
        JOIN parcel ON parcel.shop_id = claim.shop_id AND parcel.id = claim.parcel_id
        JOIN sales_order ON sales_order.shop_id = claim.shop_id AND sales_order.id = claim.order_id
        WHERE waits.since <= allowed.before
        """,
        {
            "shop": tx.shop_id,
            "states": list(befores),
            "befores": list(befores.values()),
            "warned": WARNED_DAYS,
        },
    )
