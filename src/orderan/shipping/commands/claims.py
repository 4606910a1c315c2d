"""Opening and pursuing claims to couriers."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import to_text
from orderan.shipping import store_claims as store
from orderan.shipping.claims import ParcelClaim
from orderan.shipping.couriers import COURIERS, OWN_FLEET
from orderan.shipping.errors_claims import (
    ClaimAmountUnusable,
    ClaimDaysUnusable,
    ClaimNotFound,
    ClaimWithoutEvidence,
    EvidenceUnusable,
)
from orderan.shipping.events import ClaimMoved
from orderan.shipping.states import CLAIM, ClaimEvent, ClaimState

CLAIM_PREFIX: Final = "clm"
LONGEST_EVIDENCE: Final = 2_000
LONGEST_REFERENCE: Final = 120
MOST_CLAIM_DAYS: Final = 365


async def open_claims(tx: Tx, claims: Sequence[ParcelClaim], told: str, *, now: datetime) -> set[UUID]:
    """Open claims, the caller having locked their orders; a parcel that has one gets no second.

    Args:
        told: What was said when the parcels were gone; it is the first evidence. Empty is nothing.

    Returns:
        Which are new.
    """
    fresh = await store.insert_claims(tx, claims)
    if fresh and (words := told.strip()[:LONGEST_EVIDENCE]):
        await store.insert_evidence(tx, sorted(fresh), "told", words, now=now)
    await _record(tx, [(None, one) for one in claims if one.id in fresh], now=now)
    return fresh


async def move_claim(
    tx: Tx,
    claim_id: UUID,
    event: ClaimEvent,
    *,
    amount_minor: int | None = None,
    most_minor: int | None = None,
    reference: str = "",
    now: datetime,
) -> ParcelClaim:
    """Move a claim by one event; returns it as it stands now.

    Args:
        amount_minor: What is claimed, what the courier agreed to, or paid; left out, as much as was said before.
        most_minor: What can be claimed at most, where it is filed.
        reference: Under which name it was paid.

    Raises:
        ClaimNotFound: There is none.
        IllegalMove: It does not stand where this happens.
        ClaimWithoutEvidence: It is filed, and nothing speaks for it.
        ClaimAmountUnusable: Nothing, or more than can be claimed, agreed to or paid.
    """
    claim = await _locked(tx, claim_id)
    becomes = CLAIM.after(ClaimState(claim.state), event)
    after = replace(claim, state=str(becomes), moved_at=now, moved_by=tx.actor)
    if event is ClaimEvent.FILE:
        if not await store.claim_evidence_of(tx, claim_id):
            raise ClaimWithoutEvidence
        after = replace(after, amount_minor=_amount(amount_minor, claim.amount_minor, most_minor))
    if event is ClaimEvent.ACCEPT:
        after = replace(after, accepted_minor=_amount(amount_minor, claim.amount_minor))
    if event is ClaimEvent.PAY:
        agreed = claim.accepted_minor or claim.amount_minor
        name = reference.strip()[:LONGEST_REFERENCE] or None
        after = replace(after, paid_minor=_amount(amount_minor, agreed), reference=name)
    if not await store.save_claim(tx, after, was=claim.state):
        message = "a claim moved while it was locked"
        raise AssertionError(message)
    trace = Trace(
        f"claim.{event}",
        "parcel_claim",
        to_text(CLAIM_PREFIX, claim_id),
        {"state": claim.state, "amount": claim.amount_minor},
        {
            "state": after.state,
            "amount": after.amount_minor,
            "accepted": after.accepted_minor,
            "paid": after.paid_minor,
        },
    )
    await leave(tx, trace, now=now)
    await _record(tx, [(claim.state, after)], now=now)
    return after


async def add_claim_evidence(tx: Tx, claim_id: UUID, words: str, *, now: datetime) -> None:
    """Write down what speaks for a claim.

    Raises:
        ClaimNotFound: There is none.
        EvidenceUnusable: Nothing is said, or too much.
    """
    await _locked(tx, claim_id)
    text = words.strip()
    if not 0 < len(text) <= LONGEST_EVIDENCE:
        raise EvidenceUnusable
    await store.insert_evidence(tx, [claim_id], "note", text, now=now)
    trace = Trace("claim.evidence", "parcel_claim", to_text(CLAIM_PREFIX, claim_id))
    await leave(tx, trace, now=now)


async def set_claim_days(tx: Tx, courier: str, days: int, *, now: datetime) -> None:
    """Say within how many days of the loss a courier takes a claim; it holds for claims to come.

    Raises:
        ClaimDaysUnusable: No such courier, or no such number of days.
    """
    if courier not in COURIERS or courier == OWN_FLEET or not 1 <= days <= MOST_CLAIM_DAYS:
        raise ClaimDaysUnusable
    before = (await store.claim_days(tx)).get(courier)
    await store.put_claim_days(tx, courier, days, now=now)
    trace = Trace("claim.days", "courier", courier, {"days": before} if before else None, {"days": days})
    await leave(tx, trace, now=now)


async def claim_with_id(tx: Tx, claim_id: UUID) -> ParcelClaim:
    """A claim, without a lock.

    Raises:
        ClaimNotFound: There is none.
    """
    claim = await store.find_claim(tx, claim_id)
    if claim is None:
        raise ClaimNotFound(to_text(CLAIM_PREFIX, claim_id))
    return claim


async def _locked(tx: Tx, claim_id: UUID) -> ParcelClaim:
    claim = await store.lock_claim(tx, claim_id)
    if claim is None:
        raise ClaimNotFound(to_text(CLAIM_PREFIX, claim_id))
    return claim


def _amount(said: int | None, before: int, most: int | None = None) -> int:
    """What was said, or as much as before; at most as much as before where nothing else is the most."""
    amount, most = before if said is None else said, before if most is None else max(most, before)
    if not 0 < amount <= most:
        raise ClaimAmountUnusable(most)
    return amount


async def _record(tx: Tx, moved: Collection[tuple[str | None, ParcelClaim]], *, now: datetime) -> None:
    facts = [
        Fact(
            one.order_id,
            ClaimMoved(
                one.id,
                one.parcel_id,
                one.courier,
                one.kind,
                was,
                one.state,
                one.amount_minor,
                one.accepted_minor,
                one.paid_minor,
                one.reference,
            ),
        )
        for was, one in moved
    ]
    await record_all(tx, facts, now=now)
