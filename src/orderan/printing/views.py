"""SQL that reads what was printed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.printing.errors import PrintJobNotFound
from orderan.printing.models import (
    JOB_PREFIX,
    Print,
    PrintJob,
    StickerJob,
    StickerKind,
    StickerPrint,
    StickerSize,
)


async def print_job(tx: Tx, job_id: UUID) -> PrintJob:
    """A job with its labels in their order.

    Raises:
        PrintJobNotFound: The shop has none of this id, or it is one of stickers.
    """
    row = await tx.maybe(
        """
        SELECT id, made_by, made_at, left_out FROM print_job
        WHERE shop_id = %(shop)s AND id = %(id)s
          AND NOT EXISTS (SELECT FROM sticker_print
                          WHERE sticker_print.shop_id = print_job.shop_id AND sticker_print.job_id = print_job.id)
        """,
        {"shop": tx.shop_id, "id": job_id},
    )
    if row is None:
        raise PrintJobNotFound(to_text(JOB_PREFIX, job_id))
    prints = await tx.all(
        """
        SELECT job_id, turn, subject_id, code, copy FROM label_print
        WHERE shop_id = %(shop)s AND job_id = %(id)s
        ORDER BY turn
        """,
        {"shop": tx.shop_id, "id": job_id},
    )
    return PrintJob(
        row.id, row.made_by, row.made_at, tuple(Print(*one) for one in prints), tuple(row.left_out)
    )


async def prints_of(tx: Tx, subjects: Collection[UUID]) -> dict[UUID, tuple[int, datetime, str, UUID]]:
    """How often these were printed, and when, by whom and in which job last; what never was is missing."""
    rows = await tx.all(
        """
        SELECT DISTINCT ON (label_print.subject_id) label_print.subject_id, label_print.copy, print_job.made_at,
               print_job.made_by, label_print.job_id
        FROM label_print
        JOIN print_job ON print_job.shop_id = label_print.shop_id AND print_job.id = label_print.job_id
        WHERE label_print.shop_id = %(shop)s AND label_print.subject_id = ANY(%(subjects)s)
        ORDER BY label_print.subject_id, label_print.copy DESC
        """,
        {"shop": tx.shop_id, "subjects": list(subjects)},
    )
    return {row.subject_id: (row.copy, row.made_at, row.made_by, row.job_id) for row in rows}


async def sticker_job(tx: Tx, job_id: UUID) -> StickerJob:
    """A job of stickers, in their order.

    Raises:
        PrintJobNotFound: The shop has none of this id, or it is one of parcels' labels.
    """
    found = await _sticker_jobs(tx, only=job_id)
    if not found:
        raise PrintJobNotFound(to_text(JOB_PREFIX, job_id))
    return found[0]


async def sticker_jobs(
    tx: Tx, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[StickerJob]:
    """Jobs of stickers, the newest first."""
    return await _sticker_jobs(tx, after=after, limit=limit)


async def _sticker_jobs(
    tx: Tx, *, only: UUID | None = None, after: tuple[datetime, UUID] | None = None, limit: int = 1
) -> list[StickerJob]:
    jobs = await tx.all(
        """
        SELECT id, made_by, made_at
        FROM print_job
        WHERE shop_id = %(shop)s AND (%(only)s::uuid IS NULL OR id = %(only)s)
          AND (%(at)s::timestamptz IS NULL OR (made_at, id) < (%(at)s, %(last)s::uuid))
          AND EXISTS (SELECT FROM sticker_print
                      WHERE sticker_print.shop_id = print_job.shop_id AND sticker_print.job_id = print_job.id)
        ORDER BY made_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "only": only,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    rows = await tx.all(
        """
        SELECT job_id, kind, subject_id, lot_id, code, size, copies
        FROM sticker_print
        WHERE shop_id = %(shop)s AND job_id = ANY(%(jobs)s)
        ORDER BY job_id, turn
        """,
        {"shop": tx.shop_id, "jobs": [job.id for job in jobs]},
    )
    prints: dict[UUID, list[StickerPrint]] = {job.id: [] for job in jobs}
    for row in rows:
        prints[row.job_id].append(
            StickerPrint(
                StickerKind(row.kind), row.subject_id, row.lot_id, row.code, StickerSize(row.size), row.copies
            )
        )
    return [StickerJob(job.id, job.made_by, job.made_at, tuple(prints[job.id])) for job in jobs]
