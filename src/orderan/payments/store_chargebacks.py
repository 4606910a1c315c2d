"""Chargebacks and their evidence, in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.attempts import Attempt
from orderan.payments.chargebacks import Chargeback, Evidence, EvidenceFile, KeptFile
from orderan.payments.store_attempts import attempts_named

_CHARGEBACK: Final[
    LiteralString
] = """id, order_id, attempt_id, amount_minor, currency, reason, state, taken, deadline, opened_by, opened_at,
               moved_at"""


async def insert_chargeback(tx: Tx, one: Chargeback) -> None:
    """Raises psycopg.errors.UniqueViolation: its payment has one that is not decided."""
    await tx.run(
        """
        INSERT INTO chargeback (shop_id, id, order_id, attempt_id, amount_minor, currency, reason, state, taken,
                                deadline, opened_by, opened_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(order)s, %(attempt)s, %(amount)s, %(currency)s, %(reason)s, %(state)s,
                %(taken)s, %(deadline)s, %(actor)s, %(now)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": one.id,
            "order": one.order_id,
            "attempt": one.attempt_id,
            "amount": one.amount_minor,
            "currency": one.currency,
            "reason": one.reason,
            "state": one.state,
            "taken": one.taken,
            "deadline": one.deadline,
            "actor": one.opened_by,
            "now": one.opened_at,
        },
    )


async def chargeback_by_id(tx: Tx, chargeback_id: UUID) -> Chargeback | None:
    """A chargeback as it stands; whoever wants to move it locks its order first."""
    row = await tx.maybe(
        f"SELECT {_CHARGEBACK} FROM chargeback WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": chargeback_id},
    )
    return None if row is None else Chargeback(*row)


async def chargebacks_in(tx: Tx, states: Collection[str], *, limit: int) -> list[Chargeback]:
    """Chargebacks that stand so, the nearest deadline first."""
    rows = await tx.all(
        f"""
        SELECT {_CHARGEBACK} FROM chargeback
        WHERE shop_id = %(shop)s AND state = ANY(%(states)s)
        ORDER BY deadline, id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "states": list(states), "limit": limit},
    )
    return [Chargeback(*row) for row in rows]


async def move_chargeback(tx: Tx, one: Chargeback, state: str, *, now: datetime) -> bool:
    """Write where it stands now; False when it no longer stands as it was read."""
    return (
        await tx.run(
            """
            UPDATE chargeback SET state = %(state)s, moved_at = %(now)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
            """,
            {"shop": tx.shop_id, "id": one.id, "state": state, "was": one.state, "now": now},
        )
        == 1
    )


async def insert_evidence(tx: Tx, chargeback_id: UUID, one: Evidence) -> None:
    await tx.run(
        """
        INSERT INTO chargeback_evidence (shop_id, chargeback_id, id, kind, words, added_by, added_at)
        VALUES (%(shop)s, %(chargeback)s, %(id)s, %(kind)s, %(words)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "chargeback": chargeback_id,
            "id": one.id,
            "kind": one.kind,
            "words": one.words,
            "actor": one.added_by,
            "now": one.added_at,
        },
    )


async def evidence_of(tx: Tx, chargeback_id: UUID) -> list[Evidence]:
    """What the shop has to say, as it was written down."""
    rows = await tx.all(
        """
        SELECT said.id, said.kind, said.words, said.added_by, said.added_at,
               kept.name AS file_name, kept.kind AS file_kind, kept.size_bytes
        FROM chargeback_evidence AS said
        LEFT JOIN chargeback_file AS kept ON kept.shop_id = said.shop_id AND kept.chargeback_id = said.chargeback_id
                  AND kept.evidence_id = said.id
        WHERE said.shop_id = %(shop)s AND said.chargeback_id = %(id)s
        ORDER BY said.added_at, said.id
        """,
        {"shop": tx.shop_id, "id": chargeback_id},
    )
    return [
        Evidence(
            row.id,
            row.kind,
            row.words,
            row.added_by,
            row.added_at,
            EvidenceFile(row.file_name, row.file_kind, row.size_bytes) if row.file_name is not None else None,
        )
        for row in rows
    ]


async def insert_file(tx: Tx, chargeback_id: UUID, evidence_id: UUID, kept: KeptFile) -> None:
    await tx.run(
        """
        INSERT INTO chargeback_file (shop_id, chargeback_id, evidence_id, name, kind, size_bytes, sealed_for, content)
        VALUES (%(shop)s, %(chargeback)s, %(id)s, %(name)s, %(kind)s, %(size)s, %(customer)s, %(content)s)
        """,
        {
            "shop": tx.shop_id,
            "chargeback": chargeback_id,
            "id": evidence_id,
            "name": kept.file.name,
            "kind": kept.file.kind,
            "size": kept.file.size_bytes,
            "customer": kept.sealed_for,
            "content": kept.content,
        },
    )


async def file_of_evidence(tx: Tx, chargeback_id: UUID, evidence_id: UUID) -> KeptFile | None:
    """The file of a piece of evidence, as it is kept; None where it has none."""
    row = await tx.maybe(
        """
        SELECT name, kind, size_bytes, sealed_for, content FROM chargeback_file
        WHERE shop_id = %(shop)s AND chargeback_id = %(chargeback)s AND evidence_id = %(id)s
        """,
        {"shop": tx.shop_id, "chargeback": chargeback_id, "id": evidence_id},
    )
    if row is None:
        return None
    return KeptFile(EvidenceFile(row.name, row.kind, row.size_bytes), row.sealed_for, bytes(row.content))


async def disputed_attempts(tx: Tx, *, limit: int) -> list[Attempt]:
    """Buyer's tries whose money a bank took back, without a chargeback since it did."""
    rows = await tx.all(
        """
        SELECT reference FROM payment_attempt
        WHERE shop_id = %(shop)s AND state = 'disputed'
          AND NOT EXISTS (SELECT FROM chargeback
                          WHERE chargeback.shop_id = payment_attempt.shop_id
                            AND chargeback.attempt_id = payment_attempt.id
                            AND (chargeback.state IN ('open', 'evidence_sent', 'expired')
                                 OR chargeback.moved_at >= payment_attempt.moved_at))
        ORDER BY moved_at
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return list((await attempts_named(tx, [row.reference for row in rows])).values())


async def decided_chargebacks(tx: Tx) -> list[tuple[Chargeback, str]]:
    """Chargebacks whose gateway has told the end, with how the buyer's try stands there."""
    rows = await tx.all(
        """
        SELECT chargeback.id, payment_attempt.state AS stands
        FROM chargeback
        JOIN payment_attempt ON payment_attempt.shop_id = chargeback.shop_id
             AND payment_attempt.id = chargeback.attempt_id
        WHERE chargeback.shop_id = %(shop)s AND chargeback.state IN ('open', 'evidence_sent', 'expired')
          AND chargeback.taken AND payment_attempt.state IN ('paid', 'refunded', 'reversed')
        """,
        {"shop": tx.shop_id},
    )
    return [(found, row.stands) for row in rows if (found := await chargeback_by_id(tx, row.id)) is not None]


async def overdue(tx: Tx, *, now: datetime) -> list[Chargeback]:
    """Chargebacks nobody answered in time."""
    rows = await tx.all(
        f"SELECT {_CHARGEBACK} FROM chargeback WHERE shop_id = %(shop)s AND state = 'open' AND deadline <= %(now)s",
        {"shop": tx.shop_id, "now": now},
    )
    return [Chargeback(*row) for row in rows]


async def due_before(tx: Tx, moment: datetime) -> list[Chargeback]:
    """Chargebacks nobody has answered whose deadline is before a moment."""
    rows = await tx.all(
        f"SELECT {_CHARGEBACK} FROM chargeback WHERE shop_id = %(shop)s AND state = 'open' AND deadline <= %(at)s",
        {"shop": tx.shop_id, "at": moment},
    )
    return [Chargeback(*row) for row in rows]


async def forget_evidence(tx: Tx, orders: Collection[UUID], gone: str) -> None:
    """Take files and what was written freely about chargebacks of orders out; amounts, kinds and moments stay."""
    asked = {"shop": tx.shop_id, "orders": list(orders), "gone": gone}
    await tx.run(
        """
        DELETE FROM chargeback_file
        USING chargeback
        WHERE chargeback_file.shop_id = %(shop)s AND chargeback.shop_id = %(shop)s
          AND chargeback.id = chargeback_file.chargeback_id AND chargeback.order_id = ANY(%(orders)s)
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    await tx.run(
        """
        UPDATE chargeback_evidence SET words = %(gone)s
        FROM chargeback
        WHERE chargeback_evidence.shop_id = %(shop)s AND chargeback.shop_id = %(shop)s
          AND chargeback.id = chargeback_evidence.chargeback_id AND chargeback.order_id = ANY(%(orders)s)
        """,
        asked,
    )
    await tx.run(
        "UPDATE chargeback SET reason = %(gone)s WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)",
        asked,
    )


async def chargebacks_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Chargebacks that have stood so since before the moment given for it.

    Columns: id, order_id, state, since, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT chargeback.id, chargeback.order_id, chargeback.state, chargeback.moved_at AS since,
               chargeback.amount_minor AS money_minor, chargeback.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN chargeback ON chargeback.shop_id = %(shop)s AND chargeback.state = allowed.state
             AND chargeback.moved_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
