"""Sheets that were brought in: kept as they came, with what was wrong and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.catalog.errors import ImportNotFound
from orderan.catalog.models import IMPORT_PREFIX
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


@dataclass(frozen=True)
class Import:
    """A sheet and its result.

    Attributes:
        state: `checked` until its good rows are applied, then `applied`.
        counts: rows, new, changed, unchanged, refused.
        problems: Dicts of row, sku, column, header, fault, value, right.
    """

    id: UUID
    file_name: str
    state: str
    counts: dict[str, int]
    problems: list[dict[str, Any]]
    created_by: str
    created_at: datetime
    applied_at: datetime | None


async def insert_import(tx: Tx, made: Import, content: bytes) -> None:
    await tx.run(
        """
        INSERT INTO catalog_import (shop_id, id, file_name, content, state, counts, problems, created_by,
                                    created_at, applied_at)
        VALUES (%(shop)s, %(id)s, %(name)s, %(content)s, %(state)s, %(counts)s, %(problems)s, %(actor)s, %(now)s,
                %(applied)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "name": made.file_name,
            "content": content,
            "state": made.state,
            "counts": Jsonb(made.counts),
            "problems": Jsonb(made.problems),
            "actor": made.created_by,
            "now": made.created_at,
            "applied": made.applied_at,
        },
    )


async def lock_import(tx: Tx, import_id: UUID) -> tuple[Import, bytes]:
    """An import and its file, locked so that it is applied once.

    Raises:
        ImportNotFound
    """
    row = await tx.maybe(
        """
        SELECT id, file_name, state, counts, problems, created_by, created_at, applied_at, content
        FROM catalog_import
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "id": import_id},
    )
    if row is None:
        raise ImportNotFound(to_text(IMPORT_PREFIX, import_id))
    found = row._asdict()
    content = bytes(found.pop("content"))
    return Import(**found), content


async def mark_applied(
    tx: Tx, import_id: UUID, counts: dict[str, int], problems: list[dict[str, Any]], *, now: datetime
) -> None:
    await tx.run(
        """
        UPDATE catalog_import
        SET state = 'applied', counts = %(counts)s, problems = %(problems)s, applied_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'checked'
        """,
        {
            "shop": tx.shop_id,
            "id": import_id,
            "counts": Jsonb(counts),
            "problems": Jsonb(problems),
            "now": now,
        },
    )


async def the_import(tx: Tx, import_id: UUID) -> Import:
    """Raises ImportNotFound."""
    row = await tx.maybe(
        """
        SELECT id, file_name, state, counts, problems, created_by, created_at, applied_at
        FROM catalog_import
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": import_id},
    )
    if row is None:
        raise ImportNotFound(to_text(IMPORT_PREFIX, import_id))
    return Import(**row._asdict())


async def latest_imports(tx: Tx, *, limit: int = 10) -> list[Import]:
    """The newest imports first."""
    rows = await tx.all(
        """
        SELECT id, file_name, state, counts, problems, created_by, created_at, applied_at
        FROM catalog_import
        WHERE shop_id = %(shop)s
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [Import(**row._asdict()) for row in rows]
