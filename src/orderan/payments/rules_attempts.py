"""What a gateway's word does to a try, in its state and in the order's ledger. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from orderan.gateways import Outcome, Truth
from orderan.payments.attempts import Attempt
from orderan.payments.models import MoneyKind
from orderan.payments.states import ATTEMPT, AttemptEvent, AttemptState

MOVED: Final = {
    Outcome.PENDING: AttemptEvent.OFFER,
    Outcome.HELD: AttemptEvent.HOLD,
    Outcome.SUCCEEDED: AttemptEvent.PAY,
    Outcome.DECLINED: AttemptEvent.DECLINE,
    Outcome.EXPIRED: AttemptEvent.EXPIRE,
    Outcome.CANCELLED: AttemptEvent.CANCEL,
    Outcome.REVERSED: AttemptEvent.REVERSE,
    Outcome.REFUNDED: AttemptEvent.REFUND,
    Outcome.DISPUTED: AttemptEvent.DISPUTE,
    Outcome.ABSENT: AttemptEvent.FAIL,
}
AFTER_PAYING: Final = frozenset({Outcome.REVERSED, Outcome.REFUNDED, Outcome.DISPUTED})
TAKEN_BACK: Final = frozenset({Outcome.REVERSED, Outcome.DISPUTED})

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PATIENCE: Final = {
    AttemptState.ASKING: (30 * SECOND,),
    AttemptState.UNKNOWN: (
        5 * SECOND,
        10 * SECOND,
        20 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        HOUR,
    ),
    AttemptState.OFFERED: (2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR),
    AttemptState.HELD: (10 * MINUTE, HOUR),
    # Counters take a payment back within the minute.
    AttemptState.PAID: (2 * MINUTE, DAY),
}
"""How long after each asking the next one comes; the last one repeats while nothing is final."""
ENDLESS: Final = frozenset(
    {AttemptState.ASKING, AttemptState.UNKNOWN, AttemptState.OFFERED, AttemptState.HELD}
)
SILENCE: Final = 15 * MINUTE
"""A question about a try that is over is put again so long after it got no answer: whoever called for it had
a reason, and money comes late."""
BELIEVED_ABSENT: Final = 30 * SECOND
"""A request that got no answer may still wait in the gateway's own queue: that it knows of nothing means
nothing before."""
JUDGED_AFTER: Final = {AttemptState.ASKING: HOUR, AttemptState.UNKNOWN: HOUR, AttemptState.HELD: DAY}
"""So long a gateway has to say what became of a try; then a person may."""
GRACE: Final = HOUR
"""A payment made in the last second is told later; so long after its end nothing more is asked."""


def understood(attempt: Attempt, truth: Truth) -> Truth:
    """A gateway's word, given what is known of the try.

    A charge that was paid and is called cancelled was voided before it settled, by us or on the gateway's own
    page: all of it went back. Of one that was never known as paid it is what it says.
    """
    known_as_paid = attempt.state in {AttemptState.PAID, AttemptState.REFUNDED}
    if not known_as_paid or truth.outcome is not Outcome.CANCELLED:
        return truth
    kept = attempt.booked_minor - attempt.returned_minor
    return replace(truth, outcome=Outcome.REFUNDED, paid_minor=kept, refunded_minor=kept)


def unsays(known: Attempt, truth: Truth) -> bool:
    """Whether a gateway no longer calls paid what it called paid before it was asked: goods may be on their way."""
    is_paid = truth.outcome is Outcome.SUCCEEDED or truth.outcome in AFTER_PAYING
    return known.state == AttemptState.PAID and not is_paid


def moves(state: AttemptState, outcome: Outcome) -> tuple[AttemptEvent, ...]:
    """The moves a gateway's word makes, none where it is no news.

    Money that came and went while nobody told us came first. A word that fits no move is no news
    either: an older one that overtook a newer, or one about a try that is over.
    """
    event = MOVED[outcome]
    if outcome in AFTER_PAYING and state is not AttemptState.PAID and ATTEMPT.allows(state, AttemptEvent.PAY):
        return (AttemptEvent.PAY, event)
    return (event,) if ATTEMPT.allows(state, event) else ()


def is_news(claims: str | None, state: AttemptState, *, repeated: bool) -> bool:
    """Whether a letter is a reason to ask its gateway about a try.

    One that says a charge is paid is none if we know that and it is the very letter we heard before; another
    may be about more money. One that says it waits always is: a part of it may have been paid.

    Args:
        claims: The outcome it tells, as far as it says.
        repeated: It is word for word one that was heard.
    """
    return not (repeated and claims == Outcome.SUCCEEDED and state is AttemptState.PAID)


def booking(attempt: Attempt, truth: Truth) -> tuple[MoneyKind, int] | None:
    """What the order's ledger lacks of a gateway's word: a kind and an amount, or nothing.

    Counted from what stands there already, so that hearing it twice books it once. What a gateway
    paid back on a refund of ours is the refund's to book.
    """
    if truth.currency != attempt.currency:
        return None
    kept = truth.paid_minor
    if truth.outcome in TAKEN_BACK:
        gone = truth.paid_minor if truth.disputed_minor is None else truth.disputed_minor
        kept = max(truth.paid_minor - gone, 0)
    if truth.outcome in {Outcome.ABSENT, Outcome.HELD}:
        return None
    change = kept - (attempt.booked_minor - attempt.returned_minor)
    if change > 0:
        return MoneyKind.CAPTURED, change
    # Only a gateway that says it was taken back takes it back; less than before is no such word.
    if change < 0 and truth.outcome in TAKEN_BACK:
        return MoneyKind.CAPTURE_REVERSED, -change
    return None


def differs(attempt: Attempt, truth: Truth) -> bool:
    """Whether a gateway speaks of another amount or currency than was asked: a person must look."""
    return truth.outcome is not Outcome.ABSENT and (
        truth.currency != attempt.currency
        or (truth.amount_minor is not None and truth.amount_minor != attempt.amount_minor)
    )


def ran_out(attempt: Attempt, truth: Truth, *, now: datetime) -> bool:
    """Whether an offer is over although its gateway never says so: its time is, and nobody began to pay it."""
    unheard = truth.outcome is Outcome.ABSENT or (truth.outcome is Outcome.PENDING and not truth.is_known)
    return unheard and attempt.state == AttemptState.OFFERED and now >= attempt.expires_at + GRACE


def judged_from(attempt: Attempt) -> datetime | None:
    """From when on a person may say what became of a try; None while nobody has to."""
    after = JUDGED_AFTER.get(AttemptState(attempt.state))
    return None if after is None else attempt.moved_at + after


def verdict(attempt: Attempt, *, charged: bool) -> Truth:
    """A person's word on a try that waits, as its gateway would have said it."""
    if charged:
        outcome = Outcome.SUCCEEDED
    else:
        outcome = Outcome.CANCELLED if attempt.state == AttemptState.HELD else Outcome.ABSENT
    return Truth(
        attempt.reference,
        attempt.gateway_id,
        outcome,
        attempt.amount_minor,
        attempt.currency,
        paid_minor=attempt.amount_minor if charged else 0,
    )


def too_early(attempt: Attempt, truth: Truth, *, now: datetime) -> bool:
    """Whether a gateway that knows of no such charge may still come to know it."""
    return truth.outcome is Outcome.ABSENT and now < attempt.began_at + BELIEVED_ABSENT


def next_ask(state: AttemptState, asked: int, *, expires_at: datetime, now: datetime) -> datetime | None:
    """When the gateway is asked next; None when nothing can come of it any more.

    Args:
        asked: How often it was asked since the try came into this state.
    """
    waits = PATIENCE.get(state)
    if waits is None:
        return None
    if asked >= len(waits) and state not in ENDLESS:
        return None
    at = now + waits[min(asked, len(waits) - 1)]
    if state is AttemptState.OFFERED and now < expires_at < at:
        # The moment after its end tells most.
        return expires_at + MINUTE
    if state is AttemptState.OFFERED and now > expires_at + GRACE:
        return now + DAY
    return at


def ask_after_silence(
    state: AttemptState, asked: int, *, expires_at: datetime, now: datetime
) -> tuple[int, datetime | None]:
    """How often a gateway counts as asked once it gave no answer, and when it is asked next.

    Where only a few questions are put, one that got no answer is none of them.
    """
    if state in ENDLESS:
        return asked + 1, next_ask(state, asked + 1, expires_at=expires_at, now=now)
    return asked, now + SILENCE
