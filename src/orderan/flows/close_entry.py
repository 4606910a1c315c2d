"""A person is done with entries of the exception inbox, and says why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.views_inbox import one_entry
from orderan.kit import inbox
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text
from orderan.orders import Scope


@dataclass(eq=False)
class NoteMissing(Refusal):
    """Closing an entry needs a word about why: the next person will ask."""

    code = "closing_note_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis singkat apa yang sudah dilakukan.")


async def close_entries(
    tx: Tx, scope: Scope, ids: Collection[UUID], *, state: str, note: str, now: datetime
) -> None:
    """Resolve or dismiss entries, all or none.

    Raises:
        NoteMissing: No word about why.
        EntryNotFound: One is not there for this person.
        EntryNotOpen: One was closed before; nothing was changed.
    """
    if not note.strip():
        raise NoteMissing
    for entry_id in sorted(ids):
        await one_entry(tx, scope, entry_id)
        await inbox.close(tx, entry_id, state=state, note=note.strip(), now=now)
    traces = [
        Trace(f"exception.{state}", "exception", to_text("exc", entry_id), after={"note": note.strip()})
        for entry_id in sorted(ids)
    ]
    await leave(tx, *traces, now=now)
