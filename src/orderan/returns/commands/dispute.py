"""Open the file of a return whose parcel is not what was issued, add to it, decide it. Its order is locked first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.returns import store_dispute as store
from orderan.returns.errors_dispute import (
    DisputeNotFound,
    ReturnAwbTaken,
    ReturnAwbUnusable,
    ReturnShipmentFixed,
    WordsMissing,
)
from orderan.returns.events import DisputeMoved
from orderan.returns.models import GoodsReturn
from orderan.returns.models_dispute import Difference, Dispute, DisputeNote, ReturnShipment
from orderan.returns.rules_dispute import plain_awb
from orderan.returns.states import DISPUTE, DisputeEvent, DisputeState, ReturnState

DECIDED_WITHIN: Final = timedelta(days=3)
"""How long a buyer may be left without an answer."""
LONGEST_WORDS: Final = 1000


async def issue_shipment(
    tx: Tx, found: GoodsReturn, *, courier: str, awb: str, weight_g: int, origin: str, now: datetime
) -> ReturnShipment:
    """Say with which number a locked return is sent; of one that is not sent yet it can be said anew.

    Raises:
        ReturnAwbUnusable: It is no number.
        ReturnShipmentFixed: It is on its way with one, arrived, or is over.
        ReturnAwbTaken: Another return has it.
    """
    plain = plain_awb(awb)
    if not 6 <= len(plain) <= 40:
        raise ReturnAwbUnusable
    before = await store.shipment_of(tx, found.id)
    open_to = {ReturnState.APPROVED} if before else {ReturnState.APPROVED, ReturnState.IN_TRANSIT}
    if found.state not in open_to:
        raise ReturnShipmentFixed(to_text("ret", found.id))
    made = ReturnShipment(found.id, courier.strip()[:60], plain, weight_g, origin, tx.actor, now)
    if not await store.put_shipment(tx, made):
        raise ReturnAwbTaken(plain)
    told = {"courier": made.courier, "awb": made.awb}
    was = {"courier": before.courier, "awb": before.awb} if before else None
    await audit.leave(tx, Trace("returns.awb", "return", to_text("ret", found.id), was, told), now=now)
    return made


async def open_dispute(
    tx: Tx, found: GoodsReturn, differs: Sequence[Difference], *, now: datetime
) -> Dispute:
    """What came of a locked return is not what was issued."""
    made = Dispute(
        id=found.id,
        state=DISPUTE.initial,
        found=tuple(differs),
        opened_by=tx.actor,
        opened_at=now,
        deadline=now + DECIDED_WITHIN,
        moved_at=now,
        decided_by=None,
        decided_at=None,
        note=None,
    )
    await store.insert_dispute(tx, made)
    await record(tx, found.order_id, DisputeMoved(found.id, "", made.state), now=now)
    return made


async def add_to_dispute(tx: Tx, found: GoodsReturn, words: str, *, now: datetime) -> DisputeNote:
    """Write evidence down.

    Raises:
        WordsMissing: Nothing was written.
        DisputeNotFound: There is none about this return.
        IllegalMove: It was decided.
    """
    if not words.strip():
        raise WordsMissing
    await _move(tx, found, DisputeEvent.ADD, note=None, now=now)
    made = DisputeNote(new_id(), words.strip()[:LONGEST_WORDS], tx.actor, now)
    await store.insert_note(tx, found.id, made)
    return made


async def decide_dispute(
    tx: Tx, found: GoodsReturn, event: DisputeEvent, *, words: str, now: datetime
) -> None:
    """Decide a dispute of a locked return, for the buyer or for the shop, and say why.

    Raises:
        WordsMissing: Nobody would know why.
        DisputeNotFound: There is none about this return.
        IllegalMove: It was decided.
    """
    if not words.strip():
        raise WordsMissing
    was = await _move(tx, found, event, note=words.strip()[:LONGEST_WORDS], now=now)
    after = {"state": str(DISPUTE.after(was, event))}
    trace = Trace("returns.dispute", "return", to_text("ret", found.id), {"state": str(was)}, after)
    await audit.leave(tx, trace, now=now)


async def _move(
    tx: Tx, found: GoodsReturn, event: DisputeEvent, *, note: str | None, now: datetime
) -> DisputeState:
    dispute = await store.dispute_of(tx, found.id)
    if dispute is None:
        raise DisputeNotFound(to_text("ret", found.id))
    was = DisputeState(dispute.state)
    becomes = DISPUTE.after(was, event)
    decided = becomes in DISPUTE.finals
    if not await store.set_dispute(
        tx, found.id, was=was, becomes=becomes, decided=decided, note=note, now=now
    ):
        message = "a dispute moved while its return's order was locked"
        raise AssertionError(message)
    await record(tx, found.order_id, DisputeMoved(found.id, was, becomes), now=now)
    return was


def is_open(dispute: Dispute | None) -> bool:
    """Whether nothing may be paid back for a return, since nobody decided yet."""
    return dispute is not None and dispute.state not in DISPUTE.finals


async def dispute_open(tx: Tx, return_id: UUID) -> bool:
    """The same, of a return."""
    return is_open(await store.dispute_of(tx, return_id))
