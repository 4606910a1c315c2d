"""Accounts, rails and tries, in SQL."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.payments.attempts import Attempt, Fee, GatewayAccount, Rail

_ATTEMPT: Final[
    LiteralString
] = """id, order_id, rail_id, method, gateway, reference, amount_minor, currency, state, gateway_id,
               instrument, reason, booked_minor, returned_minor, began_at, expires_at, moved_at, ask_at, asked"""


async def insert_account(tx: Tx, account: GatewayAccount, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO gateway_account (shop_id, id, gateway, name, base_url, secrets, wrapped_key, state, made_at)
        VALUES (%(shop)s, %(id)s, %(gateway)s, %(name)s, %(url)s, %(secrets)s, %(key)s, %(state)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": account.id,
            "gateway": account.gateway,
            "name": account.name,
            "url": account.base_url,
            "secrets": account.secrets,
            "key": account.wrapped_key,
            "state": account.state,
            "now": now,
        },
    )


async def account_by_id(tx: Tx, account_id: UUID) -> GatewayAccount | None:
    row = await tx.maybe(
        """
        SELECT id, gateway, name, base_url, secrets, wrapped_key, state
        FROM gateway_account
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": account_id},
    )
    return None if row is None else GatewayAccount(*row)


async def insert_rails(tx: Tx, rails: Sequence[Rail]) -> None:
    await tx.run(
        """
        INSERT INTO rail (shop_id, id, method, account_id, rank, state)
        SELECT %(shop)s, made.*
        FROM unnest(%(ids)s::uuid[], %(methods)s::text[], %(accounts)s::uuid[], %(ranks)s::int[],
                    %(states)s::text[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "ids": [rail.id for rail in rails],
            "methods": [rail.method for rail in rails],
            "accounts": [rail.account_id for rail in rails],
            "ranks": [rail.rank for rail in rails],
            "states": [rail.state for rail in rails],
        },
    )


async def rails(tx: Tx) -> list[Rail]:
    """Every rail of open accounts, the first choice of each method first."""
    rows = await tx.all(
        """
        SELECT rail.id, rail.method, rail.account_id, gateway_account.gateway, rail.rank, rail.state
        FROM rail
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        WHERE rail.shop_id = %(shop)s AND gateway_account.state = 'open'
        ORDER BY rail.method, rail.rank, rail.id
        """,
        {"shop": tx.shop_id},
    )
    return [Rail(*row) for row in rows]


async def rail_of(tx: Tx, rail_id: UUID) -> Rail:
    """The rail of a try."""
    row = await tx.one(
        """
        SELECT rail.id, rail.method, rail.account_id, gateway_account.gateway, rail.rank, rail.state
        FROM rail
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        WHERE rail.shop_id = %(shop)s AND rail.id = %(id)s
        """,
        {"shop": tx.shop_id, "id": rail_id},
    )
    return Rail(*row)


async def set_fee(tx: Tx, rail_id: UUID, fee: Fee) -> None:
    """State what a rail costs from a day on."""
    await tx.run(
        """
        INSERT INTO rail_fee (shop_id, rail_id, valid_from, fixed_minor, rate_bp, least_minor, tax_bp)
        VALUES (%(shop)s, %(rail)s, %(day)s, %(fixed)s, %(rate)s, %(least)s, %(tax)s)
        ON CONFLICT (shop_id, rail_id, valid_from) DO UPDATE
        SET fixed_minor = excluded.fixed_minor, rate_bp = excluded.rate_bp, least_minor = excluded.least_minor,
            tax_bp = excluded.tax_bp
        """,
        {
            "shop": tx.shop_id,
            "rail": rail_id,
            "day": fee.valid_from,
            "fixed": fee.fixed_minor,
            "rate": fee.rate_bp,
            "least": fee.least_minor,
            "tax": fee.tax_bp,
        },
    )


async def fees_on(tx: Tx, day: date) -> dict[UUID, Fee]:
    """What each rail costs on a day of the shop; a rail nothing was stated of is missing."""
    rows = await tx.all(
        """
        SELECT DISTINCT ON (rail_id) rail_id, valid_from, fixed_minor, rate_bp, least_minor, tax_bp
        FROM rail_fee
        WHERE shop_id = %(shop)s AND valid_from <= %(day)s
        ORDER BY rail_id, valid_from DESC
        """,
        {"shop": tx.shop_id, "day": day},
    )
    return {row.rail_id: Fee(*row[1:]) for row in rows}


async def insert_attempt(tx: Tx, attempt: Attempt) -> None:
    """Write a try before its gateway is asked.

    Raises:
        psycopg.errors.UniqueViolation: `payment_attempt_one_in_the_air`: another one is not over yet.
    """
    await tx.run(
        """
        INSERT INTO payment_attempt (shop_id, id, order_id, rail_id, method, gateway, reference, amount_minor,
                                     currency, state, began_at, expires_at, moved_at, ask_at)
        VALUES (%(shop)s, %(id)s, %(order)s, %(rail)s, %(method)s, %(gateway)s, %(reference)s, %(amount)s,
                %(currency)s, %(state)s, %(began)s, %(expires)s, %(began)s, %(ask)s)
        """,
        {
            "shop": tx.shop_id,
            "id": attempt.id,
            "order": attempt.order_id,
            "rail": attempt.rail_id,
            "method": attempt.method,
            "gateway": attempt.gateway,
            "reference": attempt.reference,
            "amount": attempt.amount_minor,
            "currency": attempt.currency,
            "state": attempt.state,
            "began": attempt.began_at,
            "expires": attempt.expires_at,
            "ask": attempt.ask_at,
        },
    )


async def lock_attempt(tx: Tx, attempt_id: UUID) -> Attempt | None:
    """Lock a try; its order is locked first, by whoever calls."""
    row = await tx.maybe(
        f"SELECT {_ATTEMPT} FROM payment_attempt WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": attempt_id},
    )
    return None if row is None else Attempt(*row)


async def attempts_of(tx: Tx, order_id: UUID) -> list[Attempt]:
    """Tries to get an order's money, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {_ATTEMPT} FROM payment_attempt
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY began_at, id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [Attempt(*row) for row in rows]


async def attempts_named(tx: Tx, references: Collection[str]) -> dict[str, Attempt]:
    """Tries by our references."""
    rows = await tx.all(
        f"SELECT {_ATTEMPT} FROM payment_attempt WHERE shop_id = %(shop)s AND reference = ANY(%(names)s)",
        {"shop": tx.shop_id, "names": list(references)},
    )
    return {row.reference: Attempt(*row) for row in rows}


async def attempts_due(tx: Tx, *, now: datetime, limit: int) -> list[Attempt]:
    """Tries whose gateway is to be asked by now, the longest due first; nothing is locked."""
    rows = await tx.all(
        f"""
        SELECT {_ATTEMPT} FROM payment_attempt
        WHERE shop_id = %(shop)s AND ask_at <= %(now)s
        ORDER BY ask_at
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [Attempt(*row) for row in rows]


async def save_attempt(tx: Tx, attempt: Attempt) -> None:
    """Write a locked try as it stands now."""
    values: dict[str, Any] = {
        "shop": tx.shop_id,
        "id": attempt.id,
        "state": attempt.state,
        "gateway_id": attempt.gateway_id,
        "instrument": None if attempt.instrument is None else Jsonb(attempt.instrument),
        "reason": attempt.reason,
        "booked": attempt.booked_minor,
        "returned": attempt.returned_minor,
        "expires": attempt.expires_at,
        "moved": attempt.moved_at,
        "ask": attempt.ask_at,
        "asked": attempt.asked,
    }
    await tx.run(
        """
        UPDATE payment_attempt
        SET state = %(state)s, gateway_id = %(gateway_id)s, instrument = %(instrument)s, reason = %(reason)s,
            booked_minor = %(booked)s, returned_minor = %(returned)s, expires_at = %(expires)s,
            moved_at = %(moved)s, ask_at = %(ask)s, asked = %(asked)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        values,
    )
