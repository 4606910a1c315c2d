"""A person says what a difference is; it is done with, and stays in the sums as explained."""

from datetime import datetime
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import to_text
from orderan.settlements import store_entries
from orderan.settlements.errors import EntryNotFound, WordMissing
from orderan.settlements.events import DifferenceExplained
from orderan.settlements.states import ENTRY, EntryEvent, EntryState

ENTRY_PREFIX = "rec"
MOST_WORD = 500


async def explain(tx: Tx, entry_id: UUID, word: str, *, now: datetime) -> None:
    """Close one difference with a word.

    Raises:
        WordMissing: No word.
        EntryNotFound: No such difference.
        IllegalMove: It is explained or gone already.
    """
    said = word.strip()[:MOST_WORD]
    if not said:
        raise WordMissing
    entry = await store_entries.lock_entry(tx, entry_id)
    if entry is None:
        raise EntryNotFound(to_text(ENTRY_PREFIX, entry_id))
    becomes = ENTRY.after(EntryState(entry.state), EntryEvent.EXPLAIN)
    await store_entries.move_entry(tx, entry_id, becomes, said, now=now)
    told = DifferenceExplained(entry.reason, entry.difference_minor, entry.currency)
    await record(tx, entry_id, told, now=now)
    trace = Trace(
        "settlement.explain",
        "reconciliation_entry",
        to_text(ENTRY_PREFIX, entry_id),
        before={"state": entry.state, "reason": entry.reason, "difference_minor": entry.difference_minor},
        after={"state": str(becomes), "word": said},
    )
    await leave(tx, trace, now=now)
