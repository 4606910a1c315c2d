"""Orders that are not taken: kept with their reasons, appealed, and the appeal answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record, record_all
from orderan.kit.ids import to_text
from orderan.trust import store_lists, store_review
from orderan.trust.commands.edit_rules import explained
from orderan.trust.commands.list_key import put_on_list
from orderan.trust.errors import DENIAL_PREFIX, DenialNotFound, TermsDenied
from orderan.trust.events import DenialMoved, OrderDenied
from orderan.trust.models import Assessed, KeyKind, ListVerdict
from orderan.trust.rules import top_reasons
from orderan.trust.states import DENIAL, DenialEvent
from orderan.trust.store import kept_keys
from orderan.trust.store_review import Denial

LET_THROUGH: Final = timedelta(days=30)
"""How long a buyer whose appeal was heard is let through."""


async def deny(
    tx: Tx, denied: Sequence[Assessed], *, channels: Mapping[UUID, UUID], now: datetime
) -> dict[UUID, TermsDenied]:
    """Keep what was not taken; returns what each buyer is told, by subject.

    Args:
        channels: Where each came from, by subject.
    """
    if not denied:
        return {}
    denials = [_denial(one, channels.get(one.subject.id), now=now) for one in denied]
    await store_review.insert_denials(tx, denials)
    facts = [
        Fact(
            one.id,
            OrderDenied(str(one.way), str(one.outcome), one.amount_minor, one.reasons, one.channel_id),
        )
        for one in denials
    ]
    await record_all(tx, facts, now=now, fresh=True)
    return {
        one.id: TermsDenied(to_text(DENIAL_PREFIX, one.id), str(one.outcome), one.reasons) for one in denials
    }


def _denial(one: Assessed, channel_id: UUID | None, *, now: datetime) -> Denial:
    subject, verdict = one.subject, one.verdict
    return Denial(
        id=subject.id,
        state=DENIAL.initial,
        at=now,
        moved_at=now,
        way=subject.way,
        outcome=verdict.outcome,
        amount_minor=subject.amount_minor,
        channel_id=channel_id,
        points=verdict.points,
        reasons=top_reasons(verdict),
        area=subject.area,
        first_time=one.first_time,
        keys={KeyKind(kind): key for kind, key in kept_keys(subject).items()},
        wider=subject.wider,
        houses=subject.houses,
    )


async def appeal(tx: Tx, denial_id: UUID, words: str, *, now: datetime) -> None:
    """The buyer does not agree; a person will look.

    Raises:
        DenialNotFound: No such denial in this shop.
        IllegalMove: It was appealed before.
        TrustUnexplained: Nothing is said for it.
    """
    said = explained(words)
    denial = await _locked(tx, denial_id)
    becomes = DENIAL.after(denial.state, DenialEvent.APPEAL)
    await store_review.set_appealed(tx, denial_id, said, now=now)
    await record(tx, denial_id, DenialMoved(str(denial.state), str(becomes)), now=now)


async def judge(tx: Tx, denial_id: UUID, event: DenialEvent, words: str, *, now: datetime) -> None:
    """Answer an appeal. One that is heard lets the buyer's phone through for thirty days.

    Raises:
        DenialNotFound: No such denial in this shop.
        IllegalMove: It was not appealed, or is answered.
        TrustUnexplained: Nothing says why.
    """
    why = explained(words)
    denial = await _locked(tx, denial_id)
    becomes = DENIAL.after(denial.state, event)
    await store_review.set_judged(tx, denial_id, becomes, why, now=now)
    if event is DenialEvent.OVERTURN:
        await _let_through(tx, denial, why, now=now)
    await record(tx, denial_id, DenialMoved(str(denial.state), str(becomes)), now=now)
    trace = Trace(f"trust.{event}", "trust_denial", to_text(DENIAL_PREFIX, denial_id), None, {"note": why})
    await audit.leave(tx, trace, now=now)


async def _let_through(tx: Tx, denial: Denial, why: str, *, now: datetime) -> None:
    """Take what is blocked off its list, and the phone onto the other; a denial without a phone has nothing more."""
    for kind, key in denial.kept:
        if f"blocked_{kind}" not in denial.reasons and kind is not KeyKind.PHONE:
            continue
        standing = await store_lists.entry_of(tx, kind, key, now=now)
        if standing is not None and standing.verdict is ListVerdict.BLOCK:
            await store_lists.remove_entry(tx, standing.id, now=now)
    phone = denial.keys.get(KeyKind.PHONE)
    if phone is None or await store_lists.entry_of(tx, KeyKind.PHONE, phone, now=now) is not None:
        return
    await put_on_list(
        tx,
        KeyKind.PHONE,
        phone,
        ListVerdict.ALLOW,
        shown=to_text(DENIAL_PREFIX, denial.id),
        reason=why,
        expires_at=now + LET_THROUGH,
        now=now,
    )


async def _locked(tx: Tx, denial_id: UUID) -> Denial:
    denial = await store_review.lock_denial(tx, denial_id)
    if denial is None:
        raise DenialNotFound.of(denial_id)
    return denial
