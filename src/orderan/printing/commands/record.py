"""Labels are printed: who, when and which is written down, and which copy each of them is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.printing import store
from orderan.printing.errors import NothingToPrint
from orderan.printing.models import Print, PrintJob, Wanted


async def record_prints(
    tx: Tx, wanted: Sequence[Wanted], left_out: Sequence[dict[str, Any]], *, now: datetime
) -> PrintJob:
    """Number the pages and their copies. The caller has locked whatever the labels are of.

    Raises:
        NothingToPrint: No label is wanted.
    """
    if not wanted:
        raise NothingToPrint
    before = await store.copies(tx, [one.subject_id for one in wanted])
    job_id = new_id()
    job = PrintJob(
        id=job_id,
        made_by=tx.actor,
        made_at=now,
        prints=tuple(
            Print(job_id, turn, one.subject_id, one.code, before.get(one.subject_id, 0) + 1)
            for turn, one in enumerate(wanted, 1)
        ),
        left_out=tuple(left_out),
    )
    await store.insert_job(tx, job)
    return job
