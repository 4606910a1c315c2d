"""Accounts, rails and tries, in SQL."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.attempts import Attempt, Fee, GatewayAccount, Rail

_ATTEMPT: Final[
    LiteralString
] = """id, order_id, rail_id, method, gateway, reference, amount_minor, currency, state, gateway_id,
               instrument, reason, booked_minor, returned_minor, began_at, expires_at, moved_at, ask_at, asked,
               charged_at, took_ms, blame, paid_at, paid_there_at, due_minor"""


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


async def accounts(tx: Tx) -> list[GatewayAccount]:
    """Every account, in the order they were opened."""
    rows = await tx.all(
        """
        SELECT id, gateway, name, base_url, secrets, wrapped_key, state
        FROM gateway_account
        WHERE shop_id = %(shop)s
        ORDER BY made_at, id
        """,
        {"shop": tx.shop_id},
    )
    return [GatewayAccount(*row) for row in rows]


async def lock_account(tx: Tx, account_id: UUID) -> GatewayAccount | None:
    row = await tx.maybe(
        """
        SELECT id, gateway, name, base_url, secrets, wrapped_key, state
        FROM gateway_account
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": account_id},
    )
    return None if row is None else GatewayAccount(*row)


async def save_account(tx: Tx, account: GatewayAccount) -> None:
    """Write a locked account as it stands now."""
    await tx.run(
        """
        UPDATE gateway_account
        SET name = %(name)s, base_url = %(url)s, secrets = %(secrets)s, state = %(state)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {
            "shop": tx.shop_id,
            "id": account.id,
            "name": account.name,
            "url": account.base_url,
            "secrets": account.secrets,
            "state": account.state,
        },
    )


async def lock_rails_of_method(tx: Tx, rail_id: UUID) -> list[Rail]:
    """Lock every rail of the method a rail is of, the first choice first; none where there is no such rail."""
    rows = await tx.all(
        """
        SELECT rail.id, rail.method, rail.account_id, gateway_account.gateway, rail.rank, rail.state
        FROM rail
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        WHERE rail.shop_id = %(shop)s
          AND rail.method = (SELECT method FROM rail WHERE shop_id = %(shop)s AND id = %(id)s)
        ORDER BY rail.rank, rail.id
        FOR NO KEY UPDATE OF rail
        """,
        {"shop": tx.shop_id, "id": rail_id},
    )
    return [Rail(*row) for row in rows]


async def save_rails(tx: Tx, rails: Sequence[Rail]) -> None:
    """Write rank and state of locked rails."""
    await tx.run(
        """
        UPDATE rail
        SET rank = now.rank, state = now.state
        FROM unnest(%(ids)s::uuid[], %(ranks)s::int[], %(states)s::text[]) AS now (id, rank, state)
        WHERE shop_id = %(shop)s AND rail.id = now.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [rail.id for rail in rails],
            "ranks": [rail.rank for rail in rails],
            "states": [rail.state for rail in rails],
        },
    )


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


async def rails_by_id(tx: Tx, rail_ids: Collection[UUID]) -> dict[UUID, Rail]:
    """These rails, those of closed accounts included."""
    rows = await tx.all(
        """
        SELECT rail.id, rail.method, rail.account_id, gateway_account.gateway, rail.rank, rail.state
        FROM rail
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        WHERE rail.shop_id = %(shop)s AND rail.id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(rail_ids)},
    )
    return {row.id: Rail(*row) for row in rows}


async def rail_of(tx: Tx, rail_id: UUID) -> Rail:
    """The rail of a try."""
    return (await rails_by_id(tx, [rail_id]))[rail_id]


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
                                     currency, state, began_at, expires_at, moved_at, ask_at, due_minor)
        VALUES (%(shop)s, %(id)s, %(order)s, %(rail)s, %(method)s, %(gateway)s, %(reference)s, %(amount)s,
                %(currency)s, %(state)s, %(began)s, %(expires)s, %(began)s, %(ask)s, %(due)s)
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
            "due": attempt.due_minor,
        },
    )


async def lock_attempts(tx: Tx, attempt_ids: Collection[UUID]) -> dict[UUID, Attempt]:
    """Lock tries in the order of their ids; their orders are locked first, by whoever calls."""
    rows = await tx.all(
        f"""
        SELECT {_ATTEMPT} FROM payment_attempt
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(attempt_ids)},
    )
    return {row.id: Attempt(*row) for row in rows}


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


async def orders_in_the_air(tx: Tx, order_ids: Collection[UUID]) -> set[UUID]:
    """Orders among these of which a try is in the air."""
    rows = await tx.all(
        """
        SELECT order_id FROM payment_attempt
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND state IN ('asking', 'unknown', 'held')
        """,
        {"shop": tx.shop_id, "orders": list(order_ids)},
    )
    return {row.order_id for row in rows}


async def tries_in_the_air(tx: Tx, order_ids: Collection[UUID]) -> list[Attempt]:
    """Tries of these orders that are in the air."""
    rows = await tx.all(
        f"""
        SELECT {_ATTEMPT} FROM payment_attempt
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND state IN ('asking', 'unknown', 'held')
        """,
        {"shop": tx.shop_id, "orders": list(order_ids)},
    )
    return [Attempt(*row) for row in rows]


async def attempts_named(tx: Tx, references: Collection[str]) -> dict[str, Attempt]:
    """Tries by our references."""
    rows = await tx.all(
        f"SELECT {_ATTEMPT} FROM payment_attempt WHERE shop_id = %(shop)s AND reference = ANY(%(names)s)",
        {"shop": tx.shop_id, "names": list(references)},
    )
    return {row.reference: Attempt(*row) for row in rows}


async def attempts_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Tries that stand as they do for longer than the moment given for that.

    Columns: id, order_id, state, since, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT payment_attempt.id, payment_attempt.order_id, payment_attempt.state,
               payment_attempt.moved_at AS since, payment_attempt.amount_minor AS money_minor,
               payment_attempt.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN payment_attempt ON payment_attempt.shop_id = %(shop)s AND payment_attempt.state = allowed.state
             AND payment_attempt.ask_at IS NOT NULL AND payment_attempt.moved_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def accounts_due(tx: Tx, *, now: datetime) -> list[UUID]:
    """Accounts whose gateway is to be asked about some try by now."""
    rows = await tx.all(
        """
        SELECT DISTINCT rail.account_id
        FROM payment_attempt
        JOIN rail ON rail.shop_id = payment_attempt.shop_id AND rail.id = payment_attempt.rail_id
        WHERE payment_attempt.shop_id = %(shop)s AND payment_attempt.ask_at <= %(now)s
        """,
        {"shop": tx.shop_id, "now": now},
    )
    return [row.account_id for row in rows]


async def claim_due(
    tx: Tx, *, now: datetime, until: datetime, limit: int, account_id: UUID | None = None
) -> list[Attempt]:
    """Take tries whose gateway is to be asked by now, the longest due first.

    Two askers never take the same one. Whoever dies with it leaves it due again at `until`.

    Args:
        account_id: Only those through this account; None for all.
    """
    rows = await tx.all(
        f"""
        WITH due AS MATERIALIZED (
            SELECT id AS due_id
            FROM payment_attempt
            WHERE shop_id = %(shop)s AND ask_at <= %(now)s
              AND (%(account)s::uuid IS NULL
                   OR rail_id IN (SELECT id FROM rail WHERE shop_id = %(shop)s AND account_id = %(account)s))
            ORDER BY ask_at
            LIMIT %(limit)s
            FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE payment_attempt
        SET ask_at = %(until)s
        FROM due
        WHERE shop_id = %(shop)s AND id = due_id
        RETURNING {_ATTEMPT}
        """,
        {"shop": tx.shop_id, "now": now, "until": until, "limit": limit, "account": account_id},
    )
    return [Attempt(*row) for row in rows]


async def call_for_offers(tx: Tx, order_ids: Collection[UUID], *, now: datetime) -> int:
    """Have the gateways of everything these orders were offered asked at once; how many tries."""
    rows = await tx.all(
        """
        SELECT id FROM payment_attempt
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND state = 'offered'
        """,
        {"shop": tx.shop_id, "orders": list(order_ids)},
    )
    return await call_for_news(tx, [row.id for row in rows], now=now) if rows else 0


async def call_for_news(tx: Tx, attempt_ids: Collection[UUID], *, now: datetime) -> int:
    """Have the gateways of tries asked at once, those included that nothing was expected of; how many."""
    return await tx.run(
        """
        WITH called AS MATERIALIZED (
            SELECT id AS called_id
            FROM payment_attempt
            WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND (ask_at IS NULL OR ask_at > %(now)s)
            ORDER BY id
            FOR NO KEY UPDATE
        )
        UPDATE payment_attempt
        SET ask_at = %(now)s
        FROM called
        WHERE shop_id = %(shop)s AND id = called_id
        """,
        {"shop": tx.shop_id, "ids": list(attempt_ids), "now": now},
    )


async def save_attempts(tx: Tx, attempts: Sequence[Attempt]) -> None:
    """Write locked tries as they stand now."""
    if not attempts:
        return
    await tx.run(
        """
        UPDATE payment_attempt
        SET state = now.state, gateway_id = now.gateway_id, instrument = now.instrument::jsonb,
            reason = now.reason, booked_minor = now.booked, returned_minor = now.returned,
            expires_at = now.expires, moved_at = now.moved, ask_at = now.ask, asked = now.asked,
            charged_at = now.charged, took_ms = now.took, blame = now.blame, paid_at = now.paid,
            paid_there_at = now.paid_there
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(gateway_ids)s::text[], %(instruments)s::text[],
                    %(reasons)s::text[], %(booked)s::bigint[], %(returned)s::bigint[],
                    %(expires)s::timestamptz[], %(moved)s::timestamptz[], %(asks)s::timestamptz[],
                    %(asked)s::int[], %(charged)s::timestamptz[], %(took)s::int[], %(blames)s::text[],
                    %(paid)s::timestamptz[], %(paid_there)s::timestamptz[])
             AS now (id, state, gateway_id, instrument, reason, booked, returned, expires, moved, ask, asked,
                     charged, took, blame, paid, paid_there)
        WHERE shop_id = %(shop)s AND payment_attempt.id = now.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [attempt.id for attempt in attempts],
            "states": [attempt.state for attempt in attempts],
            "gateway_ids": [attempt.gateway_id for attempt in attempts],
            "instruments": [
                None if attempt.instrument is None else json.dumps(attempt.instrument) for attempt in attempts
            ],
            "reasons": [attempt.reason for attempt in attempts],
            "booked": [attempt.booked_minor for attempt in attempts],
            "returned": [attempt.returned_minor for attempt in attempts],
            "expires": [attempt.expires_at for attempt in attempts],
            "moved": [attempt.moved_at for attempt in attempts],
            "asks": [attempt.ask_at for attempt in attempts],
            "asked": [attempt.asked for attempt in attempts],
            "charged": [attempt.charged_at for attempt in attempts],
            "took": [attempt.took_ms for attempt in attempts],
            "blames": [attempt.blame for attempt in attempts],
            "paid": [attempt.paid_at for attempt in attempts],
            "paid_there": [attempt.paid_there_at for attempt in attempts],
        },
    )
