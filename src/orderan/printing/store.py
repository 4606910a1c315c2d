"""SQL that writes what was printed."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.printing.models import PrintJob, StickerJob


async def copies(tx: Tx, subjects: Collection[UUID]) -> dict[UUID, int]:
    """How often each of these was printed; the caller holds what keeps others from printing them meanwhile."""
    rows = await tx.all(
        """
        SELECT subject_id, max(copy) AS copies FROM label_print
        WHERE shop_id = %(shop)s AND subject_id = ANY(%(subjects)s)
        GROUP BY subject_id
        """,
        {"shop": tx.shop_id, "subjects": list(subjects)},
    )
    return {row.subject_id: row.copies for row in rows}


async def _insert_head(tx: Tx, job: PrintJob | StickerJob, left_out: Sequence[Any]) -> None:
    await tx.run(
        """
        INSERT INTO print_job (shop_id, id, made_by, made_at, left_out)
        VALUES (%(shop)s, %(id)s, %(by)s, %(at)s, %(left_out)s)
        """,
        {
            "shop": tx.shop_id,
            "id": job.id,
            "by": job.made_by,
            "at": job.made_at,
            "left_out": Jsonb(list(left_out)),
        },
    )


async def insert_job(tx: Tx, job: PrintJob) -> None:
    await _insert_head(tx, job, job.left_out)
    await tx.run(
        """
        INSERT INTO label_print (shop_id, job_id, turn, subject_id, code, copy)
        SELECT %(shop)s, %(job)s, turn, subject_id, code, copy
        FROM unnest(%(turns)s::int[], %(subjects)s::uuid[], %(codes)s::text[], %(copies)s::int[])
             AS made (turn, subject_id, code, copy)
        """,
        {
            "shop": tx.shop_id,
            "job": job.id,
            "turns": [one.turn for one in job.prints],
            "subjects": [one.subject_id for one in job.prints],
            "codes": [one.code for one in job.prints],
            "copies": [one.copy for one in job.prints],
        },
    )


async def insert_sticker_job(tx: Tx, job: StickerJob) -> None:
    await _insert_head(tx, job, [])
    await tx.run(
        """
        INSERT INTO sticker_print (shop_id, job_id, turn, kind, subject_id, lot_id, code, size, copies)
        SELECT %(shop)s, %(job)s, turn, kind, subject_id, lot_id, code, size, copies
        FROM unnest(%(kinds)s::text[], %(subjects)s::uuid[], %(lots)s::uuid[], %(codes)s::text[], %(sizes)s::text[],
                    %(copies)s::int[])
             WITH ORDINALITY AS made (kind, subject_id, lot_id, code, size, copies, turn)
        """,
        {
            "shop": tx.shop_id,
            "job": job.id,
            "kinds": [one.kind for one in job.prints],
            "subjects": [one.subject_id for one in job.prints],
            "lots": [one.lot_id for one in job.prints],
            "codes": [one.code for one in job.prints],
            "sizes": [one.size for one in job.prints],
            "copies": [one.copies for one in job.prints],
        },
    )
