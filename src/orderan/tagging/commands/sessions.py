"""A session is opened, readers add what they hear, and it is booked once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.marks import Read, gtin_of, hear, sscc_of
from orderan.tagging import store, views
from orderan.tagging.errors import SessionBooked, SessionNotFound
from orderan.tagging.models import TAG_SESSION, TagPurpose, TagSession, Within
from orderan.tagging.store import SeenRow


async def open_session(
    tx: Tx, purpose: TagPurpose, target_id: UUID, location_id: UUID, *, now: datetime
) -> TagSession:
    """Read tags for something; whoever opens it has made sure that it is there."""
    made = TagSession(new_id(), purpose, target_id, location_id, tx.actor, now)
    await store.insert_session(tx, made)
    return made


async def lock_session(tx: Tx, session_id: UUID, *, within: Within = None) -> TagSession:
    """A session that nobody adds to or books meanwhile.

    Raises:
        SessionNotFound: Not there for this caller.
        SessionBooked: It is over.
    """
    return _open(await views.find_session(tx, session_id, lock="FOR UPDATE"), session_id, within)


async def hear_tags(tx: Tx, session_id: UUID, reads: Iterable[Read], *, within: Within = None) -> TagSession:
    """Add what a reader heard; readers may add at once, and the same reads twice change no unit.

    Raises:
        SessionNotFound: Not there for this caller.
        SessionBooked: It is over.
    """
    found = await views.find_session(tx, session_id, lock="FOR SHARE")
    session = _open(found, session_id, within)
    kept = list(reads)
    heard = hear(kept)
    rows = [
        SeenRow(
            one.epc,
            gtin_of(one.tag),
            one.tag.serial,
            sscc_of(one.tag),
            None,
            one.reads,
            one.first_at,
            one.last_at,
        )
        for one in (*heard.items, *heard.containers)
    ]
    if heard.unreadable:
        first, last = min(one.at for one in kept), max(one.at for one in kept)
        faults = {epc.upper(): fault for epc, fault in heard.unreadable if epc}
        rows += [SeenRow(epc, None, None, None, fault, 1, first, last) for epc, fault in faults.items()]
    await store.add_seen(tx, session_id, sorted(rows))
    return session


async def book_session(tx: Tx, session: TagSession, units: int, *, now: datetime) -> None:
    """What was read is booked where it belongs; the caller has locked the session."""
    await store.set_booked(tx, session.id, units, now=now)


def _open(found: TagSession | None, session_id: UUID, within: Within) -> TagSession:
    if found is None or (within is not None and found.location_id not in within):
        raise SessionNotFound(to_text(TAG_SESSION, session_id))
    if found.booked_at is not None:
        raise SessionBooked
    return found
