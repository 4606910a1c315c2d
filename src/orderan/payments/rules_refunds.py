"""Who has to agree to a refund, which way it goes back, and when a gateway is asked about it again. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from orderan.payments.models import Refund
from orderan.payments.refund_tries import Piece, Source
from orderan.payments.states import APPROVAL, Approval, ApprovalEvent, TryState

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNSURE: Final = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 15 * MINUTE, HOUR)
PATIENCE: Final = {
    TryState.ASKING: (30 * SECOND, *UNSURE),
    TryState.UNKNOWN: UNSURE,
    # Cards settle once a day.
    TryState.WAITING: (HOUR,),
    TryState.PENDING: (5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, DAY),
    # A bank that cannot credit its customer sends the money back days later.
    TryState.DONE: (DAY, 3 * DAY, 10 * DAY),
}
"""How long after each asking the next one comes; the last one repeats while nothing is final."""


def approval_at_first(amount_minor: int, limit_minor: int | None) -> Approval:
    """Whether a refund waits for a second person once it is granted."""
    if limit_minor is None or amount_minor <= limit_minor:
        return APPROVAL.initial
    return APPROVAL.after(APPROVAL.initial, ApprovalEvent.ASK)


def agreed(refund: Refund, limit_minor: int | None) -> bool:
    """Whether a refund may be paid under the limit of this moment.

    Raising the limit lets nothing through that somebody was asked about already.
    """
    if refund.approval == Approval.APPROVED:
        return True
    if refund.approval != Approval.NOT_NEEDED:
        return False
    return limit_minor is None or refund.amount_minor <= limit_minor


def usable(source: Source, *, now: datetime) -> bool:
    """Whether the gateway still sends this money back."""
    return source.refundable and source.room_minor > 0 and (source.until is None or now <= source.until)


def split(amount_minor: int, sources: Sequence[Source], *, now: datetime) -> tuple[list[Piece], int]:
    """Over which tries of the buyer's a refund goes back, and what of it no gateway can send.

    One that covers it all is taken before several; of several the largest first, so that few are needed.
    Money that only goes back whole goes back where the refund is that large, and not in part.
    """
    open_ones = sorted(
        (source for source in sources if usable(source, now=now)),
        key=lambda source: (source.room_minor < amount_minor, not source.partly, -source.room_minor),
    )
    pieces, left = [], amount_minor
    for source in open_ones:
        whole = source.attempt.booked_minor - source.attempt.returned_minor
        if left == 0 or (not source.partly and not source.room_minor == whole <= left):
            continue
        taken = min(left, source.room_minor)
        pieces.append(Piece(source.attempt, taken))
        left -= taken
    return pieces, left


def next_ask(state: TryState, asked: int, *, now: datetime) -> datetime | None:
    """When the gateway is asked next about a try; None when nothing can come of it any more.

    Args:
        asked: How often it was asked since the try came to stand so.
    """
    waits = PATIENCE.get(state)
    if waits is None or (state is TryState.DONE and asked >= len(waits)):
        return None
    return now + waits[min(asked, len(waits) - 1)]
