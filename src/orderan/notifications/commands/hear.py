"""Hear what providers say of letters: it was handed over, it arrived, it was seen, it came back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import NotAnId, from_text
from orderan.notifications import store_deliveries
from orderan.notifications.commands.doubt import heard
from orderan.notifications.commands.note import note
from orderan.notifications.models import Outcome, Policy
from orderan.notifications.ports import Fate, Receipt

REFERENCE = "dlv"


async def hear_receipts(
    tx: Tx, channel: str, receipts: Sequence[Receipt], *, policy: Policy, now: datetime
) -> int:
    """Keep receipts of a channel; returns how many deliveries they moved.

    Word that is twice, late, or of a letter that is not ours moves nothing.
    """
    named = {one.provider_id for one in receipts if one.provider_id is not None}
    known = await store_deliveries.by_provider(tx, channel, named)
    ids = [known.get(one.provider_id or "") or _of_reference(one.reference) for one in receipts]
    locked = await store_deliveries.lock_deliveries(tx, {one for one in ids if one is not None})
    outcomes: list[Outcome] = []
    for delivery_id, receipt in zip(ids, receipts, strict=True):
        one = None if delivery_id is None else locked.get(delivery_id)
        # Nothing is sent again because a receipt says so: only who asked may conclude that.
        if one is not None and one.channel == channel and receipt.fate is not Fate.ABSENT:
            outcomes.append(heard(one, receipt))
    return await note(tx, outcomes, policy=policy, now=now)


def _of_reference(reference: str | None) -> UUID | None:
    if reference is None:
        return None
    try:
        return from_text(REFERENCE, reference)
    except NotAnId:
        return None
