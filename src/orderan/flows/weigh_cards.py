"""The range of a card, told by its gateway when the money comes: a sign that nobody had while the order was placed.

    tied     the range is remembered as a keyed hash, so that orders of one range know of each other
    weighed  where rules count orders of a range, or a list names it, the score is made again, of what was known then and
         this
    held     what that brings to be held or refused waits for a look: it is paid, so it is not denied

The site that placed the order may have told the range before; then it was weighed with everything else.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from orderan.flows.score_orders import HELD_BECAUSE, TRUST, decided
from orderan.kit import decisions
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Commercial, HoldKind, Order, orders_by_id, place_holds
from orderan.trust import (
    Assessed,
    CardSeen,
    KeyKind,
    Outcome,
    Policy,
    Subject,
    Traces,
    Way,
    counts_for,
    followed,
    keep_rescored,
    keys_of,
    note_cards,
    open_reviews,
    read_facts,
    review_of_order,
    wider_ranges,
    with_card,
)

OPEN = frozenset({Commercial.AWAITING_PAYMENT, Commercial.ACCEPTED})


async def weigh_cards(tx: Tx, keyring: Keyring, told: Mapping[UUID, str], *, now: datetime) -> None:
    """Take in what gateways told of cards; the caller has locked the orders.

    Args:
        told: How the number of each order's card begins.
    """
    cards = {
        order_id: (key, *wider_ranges(keyring, tx.shop_id, digits))
        for order_id, digits in told.items()
        if (key := keys_of(keyring, tx.shop_id, Traces(card=digits)).get(KeyKind.CARD)) is not None
    }
    if not cards:
        return
    seen = await note_cards(tx, cards, now=now)
    policy, version = await followed(tx)
    doubted = [order_id for order_id, one in seen.items() if counts_for(policy, one)]
    orders = await orders_by_id(tx, doubted)
    held = [
        one
        for order_id in doubted
        if (one := await _again(tx, orders[order_id], seen[order_id], policy, version, now)) is not None
    ]
    if not held:
        return
    await keep_rescored(tx, held)
    await decisions.keep(tx, [decided(one) for one in held], now=now)
    await place_holds(
        tx, [orders[one.subject.id] for one in held], HoldKind.FRAUD, reason=HELD_BECAUSE, now=now
    )
    await open_reviews(tx, held, now=now)


async def _again(
    tx: Tx, order: Order, seen: CardSeen, policy: Policy, version: int, now: datetime
) -> Assessed | None:
    """The score made again, where it holds the order and nobody looked or looks at it."""
    made = [one for one in await decisions.about(tx, order.id) if one.kind == TRUST]
    if order.commercial not in OPEN or not made or await review_of_order(tx, order.id) is not None:
        return None
    subject = Subject(order.id, now, Way.PREPAID, order.total_minor, {})
    assessed = with_card(subject, read_facts(made[-1].inputs), seen, policy, version=version)
    return assessed if assessed.verdict.outcome is Outcome.HOLD else None
