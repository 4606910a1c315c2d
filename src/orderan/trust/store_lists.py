"""Lists of who is let through and who is not, in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust.models import KeyKind, ListVerdict


@dataclass(frozen=True, slots=True)
class Entry:
    """A key on a list.

    Attributes:
        shown: What stands for it on a page: masked, because the key itself says nothing to anybody.
        expires_at: None stays until somebody takes it off.
    """

    id: UUID
    kind: KeyKind
    key: bytes
    verdict: ListVerdict
    shown: str
    reason: str
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    removed_by: str | None = None
    removed_at: datetime | None = None


async def insert_entry(tx: Tx, entry: Entry) -> bool:
    """Put a key on a list; whether it was on none. One that ran out makes room."""
    where = {"shop": tx.shop_id, "kind": str(entry.kind), "key": entry.key, "now": entry.made_at}
    await tx.run(
        """
        UPDATE trust_entry SET removed_at = expires_at, removed_by = made_by
        WHERE shop_id = %(shop)s AND kind = %(kind)s AND key = %(key)s AND removed_at IS NULL
          AND expires_at <= %(now)s
        """,
        where,
    )
    return bool(
        await tx.run(
            """
            INSERT INTO trust_entry (shop_id, id, kind, key, verdict, shown, reason, made_by, made_at, expires_at)
            VALUES (%(shop)s, %(id)s, %(kind)s, %(key)s, %(verdict)s, %(shown)s, %(reason)s, %(by)s, %(now)s,
                    %(expires)s)
            ON CONFLICT (shop_id, kind, key) WHERE removed_at IS NULL DO NOTHING
            """,
            {
                **where,
                "id": entry.id,
                "verdict": str(entry.verdict),
                "shown": entry.shown,
                "reason": entry.reason,
                "by": entry.made_by,
                "expires": entry.expires_at,
            },
        )
    )


async def remove_entry(tx: Tx, entry_id: UUID, *, now: datetime) -> Entry | None:
    """Take an entry off its list; None when it is on none."""
    row = await tx.maybe(
        """
        UPDATE trust_entry SET removed_at = %(now)s, removed_by = %(actor)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND removed_at IS NULL
        RETURNING id, kind, key, verdict, shown, reason, made_by, made_at, expires_at, removed_by, removed_at
        """,
        {"shop": tx.shop_id, "id": entry_id, "now": now, "actor": tx.actor},
    )
    return None if row is None else _entry(row)


async def entry_of(tx: Tx, kind: KeyKind, key: bytes, *, now: datetime) -> Entry | None:
    """The entry a key stands under now."""
    row = await tx.maybe(
        """
        SELECT id, kind, key, verdict, shown, reason, made_by, made_at, expires_at, removed_by, removed_at
        FROM trust_entry
        WHERE shop_id = %(shop)s AND kind = %(kind)s AND key = %(key)s AND removed_at IS NULL
          AND (expires_at IS NULL OR expires_at > %(now)s)
        """,
        {"shop": tx.shop_id, "kind": str(kind), "key": key, "now": now},
    )
    return None if row is None else _entry(row)


async def entries(
    tx: Tx, *, now: datetime, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[Entry]:
    """What stands on the lists now, the newest first.

    Args:
        before: Instant and id of the last one seen.
    """
    at, last = before or (None, None)
    rows = await tx.all(
        """
        SELECT id, kind, key, verdict, shown, reason, made_by, made_at, expires_at, removed_by, removed_at
        FROM trust_entry
        WHERE shop_id = %(shop)s AND removed_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
          AND (%(at)s::timestamptz IS NULL OR (made_at, id) < (%(at)s, %(last)s::uuid))
        ORDER BY made_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit, "at": at, "last": last},
    )
    return [_entry(row) for row in rows]


def _entry(row: Any) -> Entry:
    return Entry(
        row.id,
        KeyKind(row.kind),
        bytes(row.key),
        ListVerdict(row.verdict),
        row.shown,
        row.reason,
        row.made_by,
        row.made_at,
        row.expires_at,
        row.removed_by,
        row.removed_at,
    )
