"""Reading money: one order's ledger, and the lists finance works from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.models import Refund, Standing
from orderan.payments.rules import refundable, standing, summed
from orderan.payments.states import RefundState
from orderan.payments.store import as_refund


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One event of an order's money ledger, oldest first by `seq`."""

    seq: int
    kind: str
    method: str
    amount_minor: int
    currency: str
    reference: str | None
    note: str | None
    actor: str
    at: datetime


async def ledger_of(tx: Tx, order_id: UUID) -> list[LedgerRow]:
    """Every money event of an order, oldest first."""
    rows = await tx.all(
        """
        SELECT seq, kind, method, amount_minor, currency, reference, note, actor, at
        FROM payment_event
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY seq
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [LedgerRow(*row) for row in rows]


async def refunds_of(tx: Tx, order_id: UUID) -> list[Refund]:
    """Refunds of an order, oldest first."""
    rows = await tx.all(
        "SELECT * FROM refund WHERE shop_id = %(shop)s AND order_id = %(order)s ORDER BY granted_at, id",
        {"shop": tx.shop_id, "order": order_id},
    )
    return [as_refund(row) for row in rows]


@dataclass(frozen=True, slots=True)
class MoneyOf:
    """An order's money for a page: every event, every refund, and what they add up to.

    Attributes:
        promised_minor: Refunds granted and not yet paid.
        refundable_minor: What may still be promised back.
    """

    ledger: tuple[LedgerRow, ...]
    refunds: tuple[Refund, ...]
    standing: Standing
    promised_minor: int
    refundable_minor: int


async def money_of(tx: Tx, order_id: UUID, *, total_minor: int, terms: str) -> MoneyOf:
    """Everything about the money of an order that costs `total_minor` on these terms."""
    ledger = await ledger_of(tx, order_id)
    refunds = await refunds_of(tx, order_id)
    sums = summed((row.kind, row.amount_minor) for row in ledger)
    promised = sum(refund.left_minor for refund in refunds if refund.state == RefundState.GRANTED)
    return MoneyOf(
        tuple(ledger),
        tuple(refunds),
        standing(sums, total_minor=total_minor, terms=terms),
        promised,
        refundable(sums, promised_minor=promised),
    )


async def refunds_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Refunds that have been in a state since before the moment given for it.

    Granted is the only one they wait in, and it is named so that its index is used.

    Columns: id, order_id, state, since, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT refund.id, refund.order_id, refund.state, refund.granted_at AS since,
               refund.amount_minor - refund.paid_minor AS money_minor, refund.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN refund ON refund.shop_id = %(shop)s AND refund.state = allowed.state
             AND refund.state = 'granted' AND refund.granted_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def approvals_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Refunds a second person has been asked about since before the moment given for it.

    Columns: id, order_id, state, since, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT refund.id, refund.order_id, refund.approval AS state, refund.granted_at AS since,
               refund.amount_minor AS money_minor, refund.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN refund ON refund.shop_id = %(shop)s AND refund.approval = allowed.state
             AND refund.state = 'granted' AND refund.approval = 'waiting'
             AND refund.granted_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def refund_tries_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Refunds under way through a gateway for longer than the moment given for how they stand.

    Columns: id, order_id, state, since, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT refund_try.id, refund_try.order_id, refund_try.state, refund_try.moved_at AS since,
               refund_try.amount_minor AS money_minor, refund_try.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN refund_try ON refund_try.shop_id = %(shop)s AND refund_try.state = allowed.state
             AND refund_try.state IN ('asking', 'unknown', 'waiting', 'pending') AND refund_try.moved_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
