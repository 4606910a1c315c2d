"""The exception inbox: whatever is stuck, with money at stake, deadline and next step."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import new_id
from orderan.kit.text import GONE


@dataclass(frozen=True)
class Stuck:
    """One thing that waits for a person.

    Attributes:
        kind: What sort, such as `payment_over`; a page and a repair know it by this.
        reason: A stable code within the kind.
        subject_kind, subject_id: What it is about: `order`, `sku`, `import_line`.
        dedupe_key: One open entry per key; a second report of the same trouble adds no other, it only
            brings what is at stake up to date.
        payload: What a person needs to repair and resubmit.
        money_minor: What is at stake, minor units of currency.
        deadline: When it becomes a loss, if that is known.
        next_step: The one thing to do, a translatable Indonesian sentence.
    """

    kind: str
    reason: str
    subject_kind: str
    subject_id: UUID | None
    dedupe_key: str
    payload: dict[str, Any]
    money_minor: int
    currency: str
    deadline: datetime | None
    next_step: str


@dataclass(eq=False)
class EntryNotOpen(Refusal):
    """No open entry of that id: it never was, or somebody closed it already."""

    entry_id: str

    code = "exception_entry_not_open"
    kind = Kind.CONFLICT
    sentence = N_("Perkara ini sudah ditutup.")


async def report(tx: Tx, entries: Sequence[Stuck], *, now: datetime) -> int:
    """Open entries, at most one per dedupe key; returns how many were new."""
    if not entries:
        return 0
    ids = [new_id() for _ in entries]
    written = await tx.all(
        """
        INSERT INTO exception_entry (shop_id, id, kind, reason, subject_kind, subject_id, dedupe_key, payload,
                                     money_minor, currency, deadline, next_step, state, opened_at)
        SELECT %(shop)s, id, kind, reason, subject_kind, subject_id, dedupe_key, payload,
               money_minor, currency, deadline, next_step, 'open', %(now)s
        FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(reasons)s::text[], %(subject_kinds)s::text[],
                    %(subjects)s::uuid[], %(keys)s::text[], %(payloads)s::jsonb[], %(money)s::bigint[],
                    %(currencies)s::text[], %(deadlines)s::timestamptz[], %(steps)s::text[])
             AS stuck (id, kind, reason, subject_kind, subject_id, dedupe_key, payload,
                       money_minor, currency, deadline, next_step)
        ORDER BY dedupe_key
        ON CONFLICT (shop_id, dedupe_key) WHERE state = 'open' DO UPDATE
        SET reason = excluded.reason, payload = excluded.payload, money_minor = excluded.money_minor,
            next_step = excluded.next_step
        WHERE (exception_entry.reason, exception_entry.money_minor) <> (excluded.reason, excluded.money_minor)
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": ids,
            "kinds": [entry.kind for entry in entries],
            "reasons": [entry.reason for entry in entries],
            "subject_kinds": [entry.subject_kind for entry in entries],
            "subjects": [entry.subject_id for entry in entries],
            "keys": [entry.dedupe_key for entry in entries],
            "payloads": [Jsonb(entry.payload) for entry in entries],
            "money": [entry.money_minor for entry in entries],
            "currencies": [entry.currency for entry in entries],
            "deadlines": [entry.deadline for entry in entries],
            "steps": [entry.next_step for entry in entries],
        },
    )
    return len({row.id for row in written} & set(ids))


async def settle(tx: Tx, dedupe_keys: Sequence[str], *, note: str, now: datetime) -> int:
    """Close whatever is open under these keys, because the trouble is gone; returns how many."""
    return await tx.run(
        """
        UPDATE exception_entry
        SET state = 'resolved', closed_at = %(now)s, closed_by = %(actor)s, closing_note = %(note)s
        WHERE shop_id = %(shop)s AND state = 'open' AND dedupe_key = ANY(%(keys)s)
        """,
        {"shop": tx.shop_id, "now": now, "actor": tx.actor, "note": note, "keys": list(dedupe_keys)},
    )


async def open_payloads(tx: Tx, dedupe_keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the open entries under these keys tell; a key without one is missing."""
    rows = await tx.all(
        """
        SELECT dedupe_key, payload
        FROM exception_entry
        WHERE shop_id = %(shop)s AND state = 'open' AND dedupe_key = ANY(%(keys)s)
        """,
        {"shop": tx.shop_id, "keys": list(dedupe_keys)},
    )
    return {row.dedupe_key: row.payload for row in rows}


async def close(tx: Tx, entry_id: UUID, *, state: str, note: str, now: datetime) -> None:
    """A person resolves or dismisses one entry.

    Raises:
        EntryNotOpen: It is not open.
    """
    closed = await tx.run(
        """
        UPDATE exception_entry
        SET state = %(state)s, closed_at = %(now)s, closed_by = %(actor)s, closing_note = %(note)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'open'
        """,
        {"shop": tx.shop_id, "id": entry_id, "state": state, "now": now, "actor": tx.actor, "note": note},
    )
    if not closed:
        raise EntryNotOpen(str(entry_id))


async def watch(
    tx: Tx, kind: str, entries: Sequence[Stuck], *, quiet_for: timedelta, now: datetime
) -> tuple[int, int]:
    """Make the open entries of a kind those given: new ones are reported, others close by themselves.

    An entry a person closed while its trouble lasts stays closed for a while and then comes back:
    a promise that nothing is stuck in silence does not end with one click.

    Args:
        quiet_for: How long a person's closing of an entry holds.

    Returns:
        How many were opened, how many closed.
    """
    keys = [entry.dedupe_key for entry in entries]
    closed = await tx.run(
        """
        UPDATE exception_entry
        SET state = 'resolved', closed_at = %(now)s, closed_by = %(actor)s, closing_note = 'moved on'
        WHERE shop_id = %(shop)s AND state = 'open' AND kind = %(kind)s AND NOT dedupe_key = ANY(%(keys)s)
        """,
        {"shop": tx.shop_id, "kind": kind, "keys": keys, "now": now, "actor": tx.actor},
    )
    quiet = await tx.all(
        """
        SELECT DISTINCT dedupe_key
        FROM exception_entry
        WHERE shop_id = %(shop)s AND state <> 'open' AND dedupe_key = ANY(%(keys)s)
          AND closed_at > %(since)s AND closed_by NOT LIKE 'system:%%'
        """,
        {"shop": tx.shop_id, "keys": keys, "since": now - quiet_for},
    )
    silent = {row.dedupe_key for row in quiet}
    opened = await report(tx, [entry for entry in entries if entry.dedupe_key not in silent], now=now)
    return opened, closed


async def forget_words(tx: Tx, subjects: Collection[UUID]) -> list[UUID]:
    """Take out of entries about these what people wrote freely; returns which entries there are.

    Amounts, numbers and states stay, so that an open entry can still be worked off.
    """
    rows = await tx.all(
        """
        UPDATE exception_entry
        SET payload = payload - 'note', closing_note = CASE WHEN closing_note IS NULL THEN NULL ELSE %(gone)s END
        WHERE shop_id = %(shop)s AND subject_id = ANY(%(ids)s)
        RETURNING id
        """,
        {"shop": tx.shop_id, "ids": list(subjects), "gone": GONE},
    )
    return [row.id for row in rows]
