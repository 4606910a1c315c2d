"""Begin an import, or find the one of the same file where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orderan.importing.desk import Desk
from orderan.importing.reading import DayOrder
from orderan.importing.store import runs
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to go on.

    Attributes:
        run: The run of this file, new or stopped earlier or finished.
        first: Runs of other files that stopped after reading; they are finished first, from their
            stored lines, so that every invoice a run has claimed is settled before it meets
            another file.
        dropped: Names of other files that stopped while reading; nothing had come of them.
    """

    run: Run
    first: tuple[Run, ...]
    dropped: tuple[str, ...]


async def begin(
    tx: Tx, desk: Desk, *, source: str, fingerprint: str, digest: str, lines_total: int | None,
    day_order_taken: DayOrder | None, now: datetime,
) -> Begun:  # fmt: skip
    """Find or make the run of a file under a mapping.

    Args:
        fingerprint: Of the file and the mapping.
        digest: Of the file alone: another run of it, under another mapping, read the same lines.
        day_order_taken: See `Settled`.
    """
    await runs.lock_channel(tx, desk.channel.id)
    first: list[Run] = []
    dropped: list[str] = []
    for other in await runs.unfinished(tx, desk.channel.id):
        if other.fingerprint == fingerprint:
            continue
        if other.state == "reading":
            await runs.drop_unmade(tx, other)
            dropped.append(other.source)
        else:
            first.append(other)
    run = await runs.run_of_file(tx, desk.channel.id, fingerprint)
    if run is None:
        made = Run(
            tx.shop_id, new_id(), desk.channel.id, source, fingerprint, desk.mapping.model_dump(mode="json"),
            "reading", lines_total, 0, "", 0, "", {}, None, tx.actor, now, None, digest, day_order_taken,
        )  # fmt: skip
        await runs.insert_run(tx, made)
        run = made
    return Begun(run, tuple(first), tuple(dropped))
