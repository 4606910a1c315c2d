"""Entries of the exception inbox that an import made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orderan.importing.cases import KIND
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Entry:
    """An open entry: lines of one invoice that wait for one reason."""

    id: UUID
    reason: str
    payload: dict[str, Any]


async def run_of_entry(tx: Tx, entry_id: UUID) -> UUID | None:
    """The run whose lines wait in an open entry; None if there is no such entry."""
    row = await tx.maybe(
        """
        SELECT subject_id FROM exception_entry
        WHERE shop_id = %(shop)s AND id = %(id)s AND kind = %(kind)s AND state = 'open'
        """,
        {"shop": tx.shop_id, "id": entry_id, "kind": KIND},
    )
    return row.subject_id if row is not None else None


async def lock_entry(tx: Tx, entry_id: UUID) -> Entry | None:
    """An open entry of an import, locked; None if there is none of this id."""
    row = await tx.maybe(
        """
        SELECT id, reason, payload FROM exception_entry
        WHERE shop_id = %(shop)s AND id = %(id)s AND kind = %(kind)s AND state = 'open'
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "id": entry_id, "kind": KIND},
    )
    return Entry(**row._asdict()) if row is not None else None


async def open_entries(tx: Tx, reason: str, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Open entries of an import that wait for this reason, by id."""
    rows = await tx.all(
        """
        SELECT id FROM exception_entry
        WHERE shop_id = %(shop)s AND kind = %(kind)s AND reason = %(reason)s AND state = 'open'
          AND (%(after)s::uuid IS NULL OR id > %(after)s)
        ORDER BY id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "kind": KIND, "reason": reason, "after": after, "limit": limit},
    )
    return [row.id for row in rows]
