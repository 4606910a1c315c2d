"""Tagged units are received, each by one session."""

from collections.abc import Sequence
from datetime import datetime

from orderan.kit.db import Tx
from orderan.tagging import store
from orderan.tagging.models import TagClaim, TagSession


async def claim_units(tx: Tx, session: TagSession, claims: Sequence[TagClaim], *, now: datetime) -> set[str]:
    """Receive these units; the EPCs of those that no other session received meanwhile."""
    ordered = sorted(claims, key=lambda one: one.epc)
    new = [one for one in ordered if one.before is None]
    again = [one for one in ordered if one.before is not None]
    return await store.insert_units(tx, session, new, now=now) | await store.move_units(
        tx, session, again, now=now
    )
