"""Append to the money ledger of orders."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.errors import UniqueViolation

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.payments import store
from orderan.payments.errors import ReferenceUsed
from orderan.payments.events import MoneyMoved
from orderan.payments.models import MoneyEvent, MoneyKind


async def append_money(
    tx: Tx, events: Sequence[MoneyEvent], *, now: datetime
) -> dict[UUID, dict[MoneyKind, int]]:
    """Append events of orders the caller has locked; returns each order's sums after it.

    Raises:
        ReferenceUsed: A reference was booked before; nothing was appended.
    """
    try:
        async with tx.savepoint():
            await store.append(tx, events, now=now)
    except UniqueViolation as fault:
        repeated = next((event for event in events if event.reference), events[0])
        raise ReferenceUsed(repeated.method, repeated.reference or "") from fault
    await record_all(
        tx,
        [
            Fact(
                event.order_id,
                MoneyMoved(event.kind, event.method, event.amount_minor, event.currency, event.reference),
                event.note,
            )
            for event in events
        ],
        now=now,
    )
    return await store.sums(tx, {event.order_id for event in events})
