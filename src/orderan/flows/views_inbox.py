"""The exception inbox as people see it: what costs most, or what is late first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text
from orderan.orders import SEEN_ORDER, Scope


@dataclass(eq=False)
class EntryNotFound(Refusal):
    """The shop has no such entry, or it is about something outside the caller's scope."""

    entry_id: str

    code = "exception_entry_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Perkara “{entry_id}” tidak ditemukan.")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One thing that waits, or waited, for a person."""

    id: UUID
    kind: str
    reason: str
    subject_kind: str
    subject_id: UUID | None
    number: int | None
    payload: dict[str, Any]
    money_minor: int
    currency: str
    deadline: datetime | None
    next_step: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    closing_note: str | None


# Whoever is scoped sees what is about an order of theirs; what is about no order is for those
# who see everything.
_SEEN: LiteralString = (
    """
FROM exception_entry
LEFT JOIN sales_order ON sales_order.shop_id = exception_entry.shop_id
     AND exception_entry.subject_kind = 'order' AND sales_order.id = exception_entry.subject_id
WHERE exception_entry.shop_id = %(shop)s
  AND """
    + SEEN_ORDER
)

_ENTRY: LiteralString = """
SELECT exception_entry.id, exception_entry.kind, exception_entry.reason, exception_entry.subject_kind,
       exception_entry.subject_id, sales_order.number, exception_entry.payload, exception_entry.money_minor,
       exception_entry.currency, exception_entry.deadline, exception_entry.next_step, exception_entry.state,
       exception_entry.opened_at, exception_entry.closed_at, exception_entry.closed_by,
       exception_entry.closing_note
"""

_ORDER: dict[str, LiteralString] = {
    "money": " ORDER BY exception_entry.money_minor DESC, exception_entry.id LIMIT %(limit)s",
    "deadline": " ORDER BY exception_entry.deadline ASC NULLS LAST, exception_entry.id LIMIT %(limit)s",
}

_AFTER: dict[str, LiteralString] = {
    "money": """
      AND (%(last)s::uuid IS NULL
           OR exception_entry.money_minor < %(money)s::bigint
           OR (exception_entry.money_minor = %(money)s::bigint AND exception_entry.id > %(last)s::uuid))
    """,
    "deadline": """
      AND (%(last)s::uuid IS NULL
           OR coalesce(exception_entry.deadline, 'infinity') > coalesce(%(deadline)s::timestamptz, 'infinity')
           OR (coalesce(exception_entry.deadline, 'infinity') = coalesce(%(deadline)s::timestamptz, 'infinity')
               AND exception_entry.id > %(last)s::uuid))
    """,
}


async def entry_list(
    tx: Tx,
    scope: Scope,
    *,
    state: str = "open",
    kind: str | None = None,
    by: str = "money",
    after: UUID | None = None,
    limit: int = 50,
) -> list[EntryRow]:
    """Entries of a state.

    Args:
        by: `money` puts what costs most on top, `deadline` what is late.
        after: The entry a page ended with.

    Raises:
        EntryNotFound: There is no entry of the id given as `after`.
    """
    last = await one_entry(tx, scope, after) if after else None
    rows = await tx.all(
        _ENTRY
        + _SEEN
        + """
          AND exception_entry.state = %(state)s
          AND (%(kind)s::text IS NULL OR exception_entry.kind = %(kind)s::text)
        """
        + _AFTER[by]
        + _ORDER[by],
        {
            "shop": tx.shop_id,
            "state": state,
            "kind": kind,
            "last": after,
            "money": last.money_minor if last else None,
            "deadline": last.deadline if last else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [EntryRow(*row) for row in rows]


async def closed_entries(
    tx: Tx, scope: Scope, *, kind: str | None = None, after: UUID | None = None, limit: int = 50
) -> list[EntryRow]:
    """Entries that are done with, the last closed first.

    Raises:
        EntryNotFound: There is no entry of the id given as `after`.
    """
    last = await one_entry(tx, scope, after) if after else None
    rows = await tx.all(
        _ENTRY
        + _SEEN
        + """
          AND exception_entry.state <> 'open'
          AND (%(kind)s::text IS NULL OR exception_entry.kind = %(kind)s::text)
          AND (%(at)s::timestamptz IS NULL
               OR (exception_entry.closed_at, exception_entry.id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY exception_entry.closed_at DESC, exception_entry.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "kind": kind,
            "at": last.closed_at if last else None,
            "last": after,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [EntryRow(*row) for row in rows]


async def skus_named(tx: Tx, skus: Collection[UUID]) -> dict[UUID, str]:
    """Titles of skus with their codes."""
    rows = await tx.all(
        """
        SELECT sku.id, sku.code,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
        FROM sku
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        WHERE sku.shop_id = %(shop)s AND sku.id = ANY(%(skus)s)
        """,
        {"shop": tx.shop_id, "skus": list(skus)},
    )
    return {row.id: f"{row.title} ({row.code})" for row in rows}


async def one_entry(tx: Tx, scope: Scope, entry_id: UUID) -> EntryRow:
    """Raises EntryNotFound."""
    row = await tx.maybe(
        _ENTRY + _SEEN + " AND exception_entry.id = %(id)s",
        {"shop": tx.shop_id, "id": entry_id} | scope.bounds(),
    )
    if row is None:
        raise EntryNotFound(to_text("exc", entry_id))
    return EntryRow(*row)


@dataclass(frozen=True, slots=True)
class KindCount:
    """Open entries of a kind, and what is at stake in them."""

    kind: str
    many: int
    money_minor: int
    late: int


async def entry_kinds(tx: Tx, scope: Scope, *, now: datetime) -> Sequence[KindCount]:
    """Open entries per kind, the most expensive kind first."""
    rows = await tx.all(
        "SELECT exception_entry.kind, count(*)::int AS many, sum(exception_entry.money_minor)::bigint AS money_minor,"
        " count(*) FILTER (WHERE exception_entry.deadline <= %(now)s)::int AS late"
        + _SEEN
        + " AND exception_entry.state = 'open' GROUP BY exception_entry.kind ORDER BY 3 DESC, 1",
        {"shop": tx.shop_id, "now": now} | scope.bounds(),
    )
    return [KindCount(*row) for row in rows]
