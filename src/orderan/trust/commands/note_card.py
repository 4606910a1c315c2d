"""The range of a card that a gateway tells once an order is paid: remembered, and the score made again with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust import store, store_cards
from orderan.trust.models import Assessed, Facts, KeyKind, ListVerdict, Measure, Policy, Subject, Way
from orderan.trust.rules import applies, decide, followed
from orderan.trust.rules_measure import DAY, card_verdict, within


@dataclass(frozen=True, slots=True)
class CardSeen:
    """What is known of the range of an order's card.

    Attributes:
        others: Orders that came with it within a day before this one.
        verdict: Of the list it stands on.
    """

    others: int
    verdict: ListVerdict | None


async def note_cards(tx: Tx, cards: Mapping[UUID, Sequence[bytes]], *, now: datetime) -> dict[UUID, CardSeen]:
    """Tie scored orders to the range of their card; of each what is known of it.

    Only those of which it is new are told: a gateway says the same whenever it is asked.

    Args:
        cards: By order the key of the range, of `key_of`, and after it those of the wider ones it is in.
    """
    subjects = [
        Subject(order_id, now, Way.PREPAID, 0, {KeyKind.CARD: key}, wider=tuple(wider))
        for order_id, (key, *wider) in cards.items()
    ]
    await store.lock_keys(tx, subjects)
    known = await store.seen(tx, subjects, now=now)
    keys = {order_id: ranges[0] for order_id, ranges in cards.items()}
    fresh = await store_cards.tie_cards(tx, keys, now=now)
    found: dict[UUID, CardSeen] = {}
    before: dict[bytes, int] = {key: within(known[KeyKind.CARD, key], now, DAY) for key in keys.values()}
    for subject in subjects:
        key = keys[subject.id]
        if subject.id in fresh:
            found[subject.id] = CardSeen(before[key], card_verdict(subject, known))
            before[key] += 1
    return found


def counts_for(policy: Policy, seen: CardSeen) -> bool:
    """Whether what is known of a range can make a score worse."""
    return seen.verdict is ListVerdict.BLOCK or any(
        rule.measure is Measure.CARD_ORDERS_DAY
        and seen.others >= rule.at_least
        and applies(rule, Way.PREPAID)
        for rule in policy.rules
    )


def with_card(order: Subject, facts: Facts, seen: CardSeen, policy: Policy, *, version: int) -> Assessed:
    """The score of an order that stands, made again with its card: it can be held, not denied."""
    card = (KeyKind.CARD,)
    more = replace(
        facts,
        measures={**facts.measures, Measure.CARD_ORDERS_DAY: seen.others},
        blocked=facts.blocked + card if seen.verdict is ListVerdict.BLOCK else facts.blocked,
        allowed=facts.allowed + card if seen.verdict is ListVerdict.ALLOW else facts.allowed,
        bound=True,
    )
    verdict = decide(more, policy)
    return Assessed(order, more, verdict, followed(policy, verdict), version, first_time=False)


async def keep_rescored(tx: Tx, assessed: Sequence[Assessed]) -> None:
    """Keep scores that were made again."""
    await store_cards.set_rescored(tx, assessed)
