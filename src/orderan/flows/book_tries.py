"""What was heard of tries to pay, brought into their orders' ledgers, with the promotions they were paid with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.flows import follow_promotion
from orderan.flows.settle_payment import settle_payments
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.inbox import Stuck
from orderan.payments import AttemptState, Noted, call_for_offers
from orderan.promotions import Card, of_attempts


async def book_tries(
    tx: Tx, noted: Sequence[Noted], *, cards: Mapping[UUID, Card] | None = None, now: datetime
) -> None:
    """Book what notes lack in the ledger; what the buyer was given besides is called for once it is paid.

    What was taken back although the shop had refunded it goes to a person. The caller has locked the orders.

    Args:
        cards: What was told of the card, by try.

    Raises:
        Refusal: The ledger cannot follow; nothing of the batch may stand.
    """
    uses = await of_attempts(tx, [one.attempt.id for one in noted])
    for some in _one_of_each_order(noted):
        events = [event for one in some for event in one.events]
        for one in some:
            if one.attempt.id in uses:
                card = (cards or {}).get(one.attempt.id)
                events += await follow_promotion.follow_attempt(tx, one.attempt, card=card, now=now)
        for answer in await settle_payments(tx, events, now=now):
            if isinstance(answer, Refusal):
                raise answer
    paid = {one.attempt.order_id for one in noted if one.attempt.state == AttemptState.PAID and one.events}
    await call_for_offers(tx, paid, now=now)
    gone_twice = [one for one in noted if one.beyond_minor and one.attempt.moved_at == now]
    await inbox.report(tx, [_gone_twice(one) for one in gone_twice], now=now)


def _gone_twice(noted: Noted) -> Stuck:
    attempt = noted.attempt
    return Stuck(
        kind="payment_differs",
        reason="gone_twice",
        subject_kind="order",
        subject_id=attempt.order_id,
        dedupe_key=f"payment_differs:{attempt.id}",
        payload={"reference": attempt.reference, "gateway": attempt.gateway},
        money_minor=noted.beyond_minor,
        currency=attempt.currency,
        deadline=None,
        next_step=N_(
            "Bank menarik uang yang sudah dikembalikan ke pembeli: bantah dengan bukti pengembaliannya."
        ),
    )


def _one_of_each_order(noted: Sequence[Noted]) -> list[list[Noted]]:
    """Nearly always all at once. Two tries of one order follow each other: the second meets what the first paid."""
    turns: list[dict[UUID, Noted]] = []
    for one in noted:
        turn = next((turn for turn in turns if one.attempt.order_id not in turn), None)
        if turn is None:
            turns.append(turn := {})
        turn[one.attempt.order_id] = one
    return [list(turn.values()) for turn in turns]
