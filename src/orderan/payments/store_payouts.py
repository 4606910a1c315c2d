"""Payouts, in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.payouts import Payout

_PAYOUT: Final[
    LiteralString
] = """id, refund_id, order_id, customer_id, amount_minor, currency, state, bank, account_enc, holder_enc,
               holder_differs, link_until, opened_by, opened_at, entered_by, approved_by, batch, reference, moved_at"""


async def insert_payout(tx: Tx, payout: Payout) -> None:
    """Raises psycopg.errors.UniqueViolation: the refund has one that is not over."""
    await tx.run(
        """
        INSERT INTO refund_payout (shop_id, id, refund_id, order_id, customer_id, amount_minor, currency,
                                   state, holder_differs, opened_by, opened_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(refund)s, %(order)s, %(customer)s, %(amount)s, %(currency)s,
                %(state)s, false, %(actor)s, %(now)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": payout.id,
            "refund": payout.refund_id,
            "order": payout.order_id,
            "customer": payout.customer_id,
            "amount": payout.amount_minor,
            "currency": payout.currency,
            "state": payout.state,
            "actor": payout.opened_by,
            "now": payout.opened_at,
        },
    )


async def payout_by_id(tx: Tx, payout_id: UUID) -> Payout | None:
    """A payout as it stands; whoever wants to move it locks its order first."""
    row = await tx.maybe(
        f"SELECT {_PAYOUT} FROM refund_payout WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": payout_id},
    )
    return None if row is None else Payout(*row)


async def payout_of_link(tx: Tx, link_hash: bytes, *, now: datetime) -> Payout | None:
    """The payout whose account a buyer may type by this link."""
    row = await tx.maybe(
        f"""
        SELECT {_PAYOUT} FROM refund_payout
        WHERE shop_id = %(shop)s AND link_hash = %(hash)s AND link_until > %(now)s AND state = 'waiting'
        """,
        {"shop": tx.shop_id, "hash": link_hash, "now": now},
    )
    return None if row is None else Payout(*row)


async def payouts_of_refund(tx: Tx, refund_id: UUID) -> list[Payout]:
    """Payouts of a refund, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {_PAYOUT} FROM refund_payout WHERE shop_id = %(shop)s AND refund_id = %(refund)s ORDER BY opened_at, id
        """,
        {"shop": tx.shop_id, "refund": refund_id},
    )
    return [Payout(*row) for row in rows]


async def payouts_in(tx: Tx, states: Collection[str], *, limit: int) -> list[Payout]:
    """Payouts that stand so, the longest open first."""
    rows = await tx.all(
        f"""
        SELECT {_PAYOUT} FROM refund_payout
        WHERE shop_id = %(shop)s AND state = ANY(%(states)s)
        ORDER BY opened_at, id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "states": list(states), "limit": limit},
    )
    return [Payout(*row) for row in rows]


async def batch_of(tx: Tx, batch: str) -> list[Payout]:
    """The payouts of a transfer file, in its order."""
    rows = await tx.all(
        f"SELECT {_PAYOUT} FROM refund_payout WHERE shop_id = %(shop)s AND batch = %(batch)s ORDER BY opened_at, id",
        {"shop": tx.shop_id, "batch": batch},
    )
    return [Payout(*row) for row in rows]


async def save_payout(tx: Tx, payout: Payout, *, was: str) -> bool:
    """Write a payout as it stands now and end its link; False when it no longer stands as it was read."""
    return (
        await tx.run(
            """
            UPDATE refund_payout
            SET state = %(state)s, amount_minor = %(amount)s, bank = %(bank)s, account_enc = %(account)s,
                holder_enc = %(holder)s, holder_differs = %(differs)s, entered_by = %(entered)s,
                approved_by = %(approved)s, batch = %(batch)s, reference = %(reference)s, moved_at = %(moved)s,
                link_hash = NULL, link_until = NULL
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
            """,
            {
                "shop": tx.shop_id,
                "id": payout.id,
                "was": was,
                "state": payout.state,
                "amount": payout.amount_minor,
                "bank": payout.bank,
                "account": payout.account_enc,
                "holder": payout.holder_enc,
                "differs": payout.holder_differs,
                "entered": payout.entered_by,
                "approved": payout.approved_by,
                "batch": payout.batch,
                "reference": payout.reference,
                "moved": payout.moved_at,
            },
        )
        == 1
    )


async def set_link(tx: Tx, payout_id: UUID, link_hash: bytes, until: datetime) -> bool:
    """Let the buyer type the account by a link; an older link ends. False when no account is waited for."""
    return (
        await tx.run(
            """
            UPDATE refund_payout SET link_hash = %(hash)s, link_until = %(until)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'waiting'
            """,
            {"shop": tx.shop_id, "id": payout_id, "hash": link_hash, "until": until},
        )
        == 1
    )


async def export_approved(tx: Tx, batch: str, *, now: datetime) -> list[Payout]:
    """Put every approved payout in one transfer file; none stands in two."""
    await tx.run(
        """
        UPDATE refund_payout SET state = 'exported', batch = %(batch)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND state = 'approved'
        """,
        {"shop": tx.shop_id, "batch": batch, "now": now},
    )
    return await batch_of(tx, batch)


async def payout_open(tx: Tx, refund_id: UUID) -> bool:
    """Whether a refund's money is on its way to a bank account, or about to be."""
    return bool(
        await tx.value(
            """
            SELECT EXISTS (SELECT FROM refund_payout WHERE shop_id = %(shop)s AND refund_id = %(refund)s
                           AND state IN ('approved', 'exported'))
            """,
            {"shop": tx.shop_id, "refund": refund_id},
        )
    )


async def cancel_unneeded(tx: Tx, refund_id: UUID, *, now: datetime) -> int:
    """End the payouts of a refund that went another way or was withdrawn; their accounts are let go."""
    return await tx.run(
        """
        UPDATE refund_payout
        SET state = 'cancelled', moved_at = %(now)s, account_enc = NULL, holder_enc = NULL, link_hash = NULL,
            link_until = NULL
        WHERE shop_id = %(shop)s AND refund_id = %(refund)s AND state IN ('waiting', 'entered')
        """,
        {"shop": tx.shop_id, "refund": refund_id, "now": now},
    )


async def forget_accounts(tx: Tx, orders: Collection[UUID]) -> int:
    """Take bank accounts out of the payouts of orders; amounts, banks and references stay."""
    return await tx.run(
        """
        UPDATE refund_payout SET account_enc = NULL, holder_enc = NULL, link_hash = NULL, link_until = NULL
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )


async def payouts_under_way(tx: Tx, orders: Collection[UUID]) -> set[UUID]:
    """Which of these orders still pay something out."""
    rows = await tx.all(
        """
        SELECT DISTINCT order_id FROM refund_payout
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
          AND state IN ('waiting', 'entered', 'approved', 'exported')
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.order_id for row in rows}


async def payouts_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Payouts that have stood so since before the moment given for it.

    Columns: id, order_id, state, since, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT refund_payout.id, refund_payout.order_id, refund_payout.state, refund_payout.moved_at AS since,
               refund_payout.amount_minor AS money_minor, refund_payout.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN refund_payout ON refund_payout.shop_id = %(shop)s AND refund_payout.state = allowed.state
             AND refund_payout.moved_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
