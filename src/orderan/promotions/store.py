"""Writing promotions and their uses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.promotions.models import (
    Months,
    Payer,
    PayerKind,
    Promotion,
    PromotionKind,
    Redemption,
    Share,
    Terms,
)
from orderan.promotions.states import PromotionState, RedemptionState

PROMOTION: Final[
    LiteralString
] = """id, name, kind, state, currency, methods, banks, wallets, card_ranges, rate_bp, cap_minor, fixed_minor,
       months, payers, valid_from, valid_until, hour_from, hour_until, minimum_minor, per_buyer, quota,
       budget_minor, taken_minor, taken_count, made_by, made_at, moved_at"""
REDEMPTION: Final[
    LiteralString
] = """id, promotion_id, order_id, buyer_id, kind, method, state, amount_minor, currency, reversed_minor,
       paid_out_minor, months, by_card, card_range, attempt_id, turn, reserved_at, moved_at"""


def as_promotion(row: Any) -> Promotion:
    """A row of the promotion table."""
    terms = Terms(
        name=row.name,
        kind=PromotionKind(row.kind),
        currency=row.currency,
        valid_from=row.valid_from,
        payers=tuple(Payer(PayerKind(one["kind"]), one["name"], one["share_bp"]) for one in row.payers),
        valid_until=row.valid_until,
        methods=tuple(row.methods),
        banks=tuple(row.banks),
        wallets=tuple(row.wallets),
        card_ranges=tuple(row.card_ranges),
        rate_bp=row.rate_bp,
        cap_minor=row.cap_minor,
        fixed_minor=row.fixed_minor,
        months=tuple(Months(**one) for one in row.months),
        hour_from=row.hour_from,
        hour_until=row.hour_until,
        minimum_minor=row.minimum_minor,
        per_buyer=row.per_buyer,
        quota=row.quota,
        budget_minor=row.budget_minor,
    )
    return Promotion(
        row.id,
        terms,
        PromotionState(row.state),
        row.taken_minor,
        row.taken_count,
        row.made_by,
        row.made_at,
        row.moved_at,
    )


def as_redemption(row: Any) -> Redemption:
    """A row of the redemption table."""
    columns = row._asdict()
    return Redemption(
        **columns | {"kind": PromotionKind(columns["kind"]), "state": RedemptionState(columns["state"])},
    )


def _written(terms: Terms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "kind": terms.kind,
        "currency": terms.currency,
        "methods": list(terms.methods),
        "banks": list(terms.banks),
        "wallets": list(terms.wallets),
        "ranges": list(terms.card_ranges),
        "rate": terms.rate_bp,
        "cap": terms.cap_minor,
        "fixed": terms.fixed_minor,
        "months": Jsonb([asdict(plan) for plan in terms.months]),
        "payers": Jsonb([asdict(payer) for payer in terms.payers]),
        "from": terms.valid_from,
        "until": terms.valid_until,
        "hour_from": terms.hour_from,
        "hour_until": terms.hour_until,
        "minimum": terms.minimum_minor,
        "per_buyer": terms.per_buyer,
        "quota": terms.quota,
        "budget": terms.budget_minor,
    }


async def insert_promotion(tx: Tx, promotion: Promotion) -> None:
    await tx.run(
        """
        INSERT INTO payment_promotion (shop_id, id, name, kind, state, currency, methods, banks, wallets,
                                       card_ranges, rate_bp, cap_minor, fixed_minor, months, payers, valid_from,
                                       valid_until, hour_from, hour_until, minimum_minor, per_buyer, quota,
                                       budget_minor, made_by, made_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(name)s, %(kind)s, %(state)s, %(currency)s, %(methods)s, %(banks)s, %(wallets)s,
                %(ranges)s, %(rate)s, %(cap)s, %(fixed)s, %(months)s, %(payers)s, %(from)s,
                %(until)s, %(hour_from)s, %(hour_until)s, %(minimum)s, %(per_buyer)s, %(quota)s,
                %(budget)s, %(by)s, %(at)s, %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": promotion.id,
            "state": promotion.state,
            "by": promotion.made_by,
            "at": promotion.made_at,
            **_written(promotion.terms),
        },
    )


async def update_terms(tx: Tx, promotion_id: UUID, terms: Terms) -> None:
    """Write the terms of a locked promotion anew."""
    await tx.run(
        """
        UPDATE payment_promotion
        SET name = %(name)s, kind = %(kind)s, currency = %(currency)s, methods = %(methods)s, banks = %(banks)s,
            wallets = %(wallets)s, card_ranges = %(ranges)s, rate_bp = %(rate)s, cap_minor = %(cap)s,
            fixed_minor = %(fixed)s, months = %(months)s, payers = %(payers)s, valid_from = %(from)s,
            valid_until = %(until)s, hour_from = %(hour_from)s, hour_until = %(hour_until)s,
            minimum_minor = %(minimum)s, per_buyer = %(per_buyer)s, quota = %(quota)s, budget_minor = %(budget)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": promotion_id, **_written(terms)},
    )


async def lock_promotions(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Promotion]:
    """Lock promotions, in the order of their ids."""
    rows = await tx.all(
        f"""
        SELECT {PROMOTION} FROM payment_promotion
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: as_promotion(row) for row in rows}


async def lock_over(tx: Tx, *, now: datetime, limit: int) -> list[Promotion]:
    """Lock promotions whose time is over and that did not end yet; rows others hold are left to them."""
    rows = await tx.all(
        f"""
        SELECT {PROMOTION} FROM payment_promotion
        WHERE shop_id = %(shop)s AND state IN ('running', 'paused', 'exhausted') AND valid_until <= %(now)s
        ORDER BY id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [as_promotion(row) for row in rows]


async def set_promotion_state(tx: Tx, promotion_id: UUID, *, was: str, becomes: str, now: datetime) -> bool:
    """Move a promotion; False when it is no longer in the state it had to be in."""
    return (
        await tx.run(
            """
            UPDATE payment_promotion SET state = %(becomes)s, moved_at = %(now)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
            """,
            {"shop": tx.shop_id, "id": promotion_id, "was": was, "becomes": becomes, "now": now},
        )
        == 1
    )


async def take(
    tx: Tx, promotion_id: UUID, amount_minor: int, *, states: Collection[PromotionState]
) -> Promotion | None:
    """Take one use out of budget and quota, or nothing when either has no room for all of it.

    The room is looked at again by the statement that takes, so a caller that was told something else a
    moment ago cannot take a rupiah too much.
    """
    rows = await tx.all(
        f"""
        UPDATE payment_promotion
        SET taken_minor = taken_minor + %(amount)s, taken_count = taken_count + 1
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = ANY(%(states)s)
          AND (budget_minor IS NULL OR taken_minor + %(amount)s <= budget_minor)
          AND (quota IS NULL OR taken_count < quota)
        RETURNING {PROMOTION}
        """,
        {
            "shop": tx.shop_id,
            "id": promotion_id,
            "amount": amount_minor,
            "states": [str(state) for state in states],
        },
    )
    return as_promotion(rows[0]) if rows else None


async def give_back(tx: Tx, promotion_id: UUID, amount_minor: int, *, uses: int) -> Promotion:
    """Put what was taken back into budget and quota."""
    row = await tx.one(
        f"""
        UPDATE payment_promotion
        SET taken_minor = taken_minor - %(amount)s, taken_count = taken_count - %(uses)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        RETURNING {PROMOTION}
        """,
        {"shop": tx.shop_id, "id": promotion_id, "amount": amount_minor, "uses": uses},
    )
    return as_promotion(row)


async def uses_of(tx: Tx, buyer_id: UUID, promotions: Collection[UUID]) -> dict[UUID, int]:
    """How often a buyer, merged records included, uses or used each of these promotions; one never is missing."""
    rows = await tx.all(
        """
        SELECT promotion_id, count(*)::int AS uses
        FROM promotion_redemption
        WHERE shop_id = %(shop)s AND promotion_id = ANY(%(promotions)s) AND state IN ('reserved', 'confirmed')
          AND buyer_id IN (SELECT one.id
                           FROM customer AS buyer
                           JOIN customer AS one ON one.shop_id = buyer.shop_id
                                AND coalesce(buyer.merged_into, buyer.id) IN (one.id, one.merged_into)
                           WHERE buyer.shop_id = %(shop)s AND buyer.id = %(buyer)s)
        GROUP BY promotion_id
        """,
        {"shop": tx.shop_id, "buyer": buyer_id, "promotions": list(promotions)},
    )
    return {row.promotion_id: row.uses for row in rows}


async def insert_redemption(tx: Tx, made: Redemption, shares: Sequence[Share]) -> None:
    await tx.run(
        """
        INSERT INTO promotion_redemption (shop_id, id, promotion_id, order_id, buyer_id, kind, method, state,
                                          amount_minor, currency, months, by_card, card_range, reserved_at,
                                          moved_at)
        VALUES (%(shop)s, %(id)s, %(promotion)s, %(order)s, %(buyer)s, %(kind)s, %(method)s, %(state)s,
                %(amount)s, %(currency)s, %(months)s, %(by_card)s, %(range)s, %(at)s, %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "promotion": made.promotion_id,
            "order": made.order_id,
            "buyer": made.buyer_id,
            "kind": made.kind,
            "method": made.method,
            "state": made.state,
            "amount": made.amount_minor,
            "currency": made.currency,
            "months": made.months,
            "by_card": made.by_card,
            "range": made.card_range,
            "at": made.reserved_at,
        },
    )
    await tx.run(
        """
        INSERT INTO promotion_share (shop_id, redemption_id, line_no, payer_no, payer, payer_name, amount_minor)
        SELECT %(shop)s, %(id)s, share.*
        FROM unnest(%(lines)s::int[], %(numbers)s::int[], %(payers)s::text[], %(names)s::text[],
                    %(amounts)s::bigint[]) AS share
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "lines": [share.line_no for share in shares],
            "numbers": [share.payer_no for share in shares],
            "payers": [str(share.payer) for share in shares],
            "names": [share.payer_name for share in shares],
            "amounts": [share.amount_minor for share in shares],
        },
    )


async def lock_reserved(tx: Tx, order_id: UUID, attempts: Collection[UUID]) -> list[Redemption]:
    """Lock what was reserved for an order and belongs to no try yet, or to one of these."""
    rows = await tx.all(
        f"""
        SELECT {REDEMPTION} FROM promotion_redemption
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'reserved'
          AND (attempt_id IS NULL OR attempt_id = ANY(%(attempts)s))
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "order": order_id, "attempts": list(attempts)},
    )
    return [as_redemption(row) for row in rows]


async def lock_redemption(tx: Tx, redemption_id: UUID) -> Redemption | None:
    row = await tx.maybe(
        f"""
        SELECT {REDEMPTION} FROM promotion_redemption
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": redemption_id},
    )
    return None if row is None else as_redemption(row)


async def of_attempts(tx: Tx, attempts: Collection[UUID]) -> dict[UUID, Redemption]:
    """What tries to pay use, by try; most use nothing."""
    rows = await tx.all(
        f"""
        SELECT {REDEMPTION} FROM promotion_redemption
        WHERE shop_id = %(shop)s AND attempt_id = ANY(%(attempts)s)
        """,
        {"shop": tx.shop_id, "attempts": list(attempts)},
    )
    found = [as_redemption(row) for row in rows]
    return {use.attempt_id: use for use in found if use.attempt_id is not None}


async def lock_of_attempt(tx: Tx, attempt_id: UUID) -> Redemption | None:
    """Lock what a try to pay uses."""
    row = await tx.maybe(
        f"""
        SELECT {REDEMPTION} FROM promotion_redemption
        WHERE shop_id = %(shop)s AND attempt_id = %(attempt)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "attempt": attempt_id},
    )
    return None if row is None else as_redemption(row)


async def lock_confirmed(tx: Tx, order_id: UUID) -> list[Redemption]:
    """Lock what an order was paid with, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {REDEMPTION} FROM promotion_redemption
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'confirmed'
        ORDER BY reserved_at, id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [as_redemption(row) for row in rows]


async def save_redemption(tx: Tx, redemption: Redemption, *, was: RedemptionState) -> bool:
    """Write a locked use as it stands now; False when it is no longer in the state it had to be in."""
    return (
        await tx.run(
            """
            UPDATE promotion_redemption
            SET state = %(state)s, reversed_minor = %(reversed)s, paid_out_minor = %(paid_out)s,
                card_range = %(range)s, attempt_id = %(attempt)s, turn = %(turn)s, moved_at = %(moved)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
            """,
            {
                "shop": tx.shop_id,
                "id": redemption.id,
                "state": redemption.state,
                "was": was,
                "reversed": redemption.reversed_minor,
                "paid_out": redemption.paid_out_minor,
                "range": redemption.card_range,
                "attempt": redemption.attempt_id,
                "turn": redemption.turn,
                "moved": redemption.moved_at,
            },
        )
        == 1
    )


async def shares_of(tx: Tx, redemption_id: UUID) -> list[Share]:
    """Who bears what of a use, by line."""
    rows = await tx.all(
        """
        SELECT line_no, payer_no, payer, payer_name, amount_minor, reversed_minor
        FROM promotion_share
        WHERE shop_id = %(shop)s AND redemption_id = %(id)s
        ORDER BY line_no, payer_no
        """,
        {"shop": tx.shop_id, "id": redemption_id},
    )
    return [Share(row[0], row[1], PayerKind(row[2]), *row[3:]) for row in rows]


async def reverse_shares(tx: Tx, redemption_id: UUID, parts: Mapping[tuple[int, int], int]) -> None:
    """Note what went back of each (line, payer)."""
    keys = list(parts)
    await tx.run(
        """
        UPDATE promotion_share
        SET reversed_minor = reversed_minor + back.amount
        FROM unnest(%(lines)s::int[], %(payers)s::int[], %(amounts)s::bigint[]) AS back (line_no, payer_no, amount)
        WHERE promotion_share.shop_id = %(shop)s AND promotion_share.redemption_id = %(id)s
          AND promotion_share.line_no = back.line_no AND promotion_share.payer_no = back.payer_no
        """,
        {
            "shop": tx.shop_id,
            "id": redemption_id,
            "lines": [line for line, _ in keys],
            "payers": [payer for _, payer in keys],
            "amounts": [parts[key] for key in keys],
        },
    )
