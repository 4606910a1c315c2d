"""Put a key on a list, and take it off."""

from datetime import datetime
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.trust import store_lists
from orderan.trust.commands.edit_rules import explained
from orderan.trust.errors import ENTRY_PREFIX, EntryNotFound, EntryPast, EntryThere, KeyUnusable
from orderan.trust.models import KeyKind, ListVerdict
from orderan.trust.store_lists import Entry


async def put_on_list(
    tx: Tx,
    kind: KeyKind,
    key: bytes,
    verdict: ListVerdict,
    *,
    shown: str,
    reason: str,
    expires_at: datetime | None,
    now: datetime,
) -> Entry:
    """From now on an order with this key is let through, or not taken, or has a throw-away mailbox.

    Args:
        key: Its keyed hash, of `key_of`.
        shown: What stands for it on a page, masked.

    Raises:
        KeyUnusable: It is said to be thrown away, and is no domain.
        TrustUnexplained: Nothing says why.
        EntryPast: It would be over already.
        EntryThere: It stands on a list; both at once would be a riddle.
    """
    if verdict is ListVerdict.DISPOSABLE and kind is not KeyKind.DOMAIN:
        raise KeyUnusable(str(kind))
    why = explained(reason)
    if expires_at is not None and expires_at <= now:
        raise EntryPast
    entry = Entry(new_id(), kind, key, verdict, shown, why, tx.actor, now, expires_at)
    if not await store_lists.insert_entry(tx, entry):
        there = await store_lists.entry_of(tx, kind, key, now=now)
        raise EntryThere(str(there.verdict if there else verdict))
    await audit.leave(tx, Trace(f"trust.{verdict}", "trust_entry", _id(entry), None, _told(entry)), now=now)
    return entry


async def take_off_list(tx: Tx, entry_id: UUID, *, now: datetime) -> None:
    """It is on no list any more.

    Raises:
        EntryNotFound: It was on none.
    """
    entry = await store_lists.remove_entry(tx, entry_id, now=now)
    if entry is None:
        raise EntryNotFound.of(entry_id)
    await audit.leave(tx, Trace("trust.unlist", "trust_entry", _id(entry), _told(entry), None), now=now)


def _id(entry: Entry) -> str:
    return to_text(ENTRY_PREFIX, entry.id)


def _told(entry: Entry) -> dict[str, str | None]:
    return {
        "kind": str(entry.kind),
        "verdict": str(entry.verdict),
        "shown": entry.shown,
        "reason": entry.reason,
        "expires_at": entry.expires_at.isoformat() if entry.expires_at else None,
    }
