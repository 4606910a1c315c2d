"""Remittance files of couriers and their rows, in SQL that writes or locks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.settlements.models import SettledRow
from orderan.settlements.rules import fingerprint, numbered


async def open_remittance(
    tx: Tx, file_id: UUID, courier: str, name: str, digest: str, *, now: datetime
) -> tuple[UUID, bool]:
    """The file of this content, locked; and whether it was made now."""
    where = {"shop": tx.shop_id, "courier": courier, "digest": digest}
    made = await tx.run(
        """
        INSERT INTO remittance (shop_id, id, courier, name, digest, brought_by, brought_at)
        VALUES (%(shop)s, %(id)s, %(courier)s, %(name)s, %(digest)s, %(actor)s, %(now)s)
        ON CONFLICT (shop_id, courier, digest) DO NOTHING
        """,
        {**where, "id": file_id, "name": name, "actor": tx.actor, "now": now},
    )
    found = await tx.value(
        """
        SELECT id FROM remittance
        WHERE shop_id = %(shop)s AND courier = %(courier)s AND digest = %(digest)s
        FOR UPDATE
        """,
        where,
    )
    return UUID(str(found)), made == 1


async def insert_rows(tx: Tx, file_id: UUID, courier: str, rows: Sequence[SettledRow]) -> set[int]:
    """Write rows no file told of before; returns their numbers."""
    if not rows:
        return set()
    prints = numbered(fingerprint(row) for row in rows)
    written = await tx.all(
        """
        INSERT INTO remittance_row (shop_id, remittance_id, row_no, courier, awb, gross_minor, fee_minor, currency,
                                    remitted_on, fingerprint, nth)
        SELECT %(shop)s, %(file)s, row_no, %(courier)s, awb, gross, fee, currency, remitted_on, fingerprint, nth
        FROM unnest(%(rows)s::int[], %(awbs)s::text[], %(gross)s::bigint[], %(fees)s::bigint[], %(currencies)s::text[],
                    %(days)s::date[], %(prints)s::text[], %(nths)s::int[])
             AS made (row_no, awb, gross, fee, currency, remitted_on, fingerprint, nth)
        ORDER BY fingerprint, nth
        ON CONFLICT DO NOTHING
        RETURNING row_no
        """,
        {
            "shop": tx.shop_id,
            "file": file_id,
            "courier": courier,
            "rows": [row.row_no for row in rows],
            "awbs": [row.reference for row in rows],
            "gross": [row.gross_minor for row in rows],
            "fees": [row.fee_minor + row.tax_minor for row in rows],
            "currencies": [row.currency for row in rows],
            "days": [row.settled_on for row in rows],
            "prints": [one for one, _ in prints],
            "nths": [nth for _, nth in prints],
        },
    )
    return {row.row_no for row in written}


async def delete_rows(tx: Tx, file_id: UUID, rows: Collection[int]) -> None:
    """Take rows out that were not booked."""
    await tx.run(
        "DELETE FROM remittance_row WHERE shop_id = %(shop)s AND remittance_id = %(file)s AND row_no = ANY(%(rows)s)",
        {"shop": tx.shop_id, "file": file_id, "rows": list(rows)},
    )
