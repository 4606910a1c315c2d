"""The range of a card that a gateway tells once an order is paid: remembered, and the score made again with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust import store, store_cards
from orderan.trust.models import Assessed, Facts, KeyKind, Measure, Policy, Subject, Way
from orderan.trust.rules import applies, decide, followed
from orderan.trust.rules_measure import DAY, within


async def note_cards(tx: Tx, keys: Mapping[UUID, bytes], *, now: datetime) -> dict[UUID, int]:
    """Tie scored orders to the range of their card; of each how many others came with it within a day.

    Only those of which it is new are told: a gateway says the same whenever it is asked.

    Args:
        keys: Keyed hashes of the ranges, of `key_of`, by order.
    """
    subjects = [Subject(order_id, now, Way.PREPAID, 0, {KeyKind.CARD: key}) for order_id, key in keys.items()]
    await store.lock_keys(tx, subjects)
    known = await store.seen(tx, subjects, now=now)
    fresh = await store_cards.tie_cards(tx, keys, now=now)
    counts: dict[UUID, int] = {}
    before: dict[bytes, int] = {key: within(known[KeyKind.CARD, key], now, DAY) for key in keys.values()}
    for order_id, key in keys.items():
        if order_id in fresh:
            counts[order_id] = before[key]
            before[key] += 1
    return counts


def counts_for(policy: Policy, others: int) -> bool:
    """Whether so many of one range give points at all."""
    return any(
        rule.measure is Measure.CARD_ORDERS_DAY and others >= rule.at_least and applies(rule, Way.PREPAID)
        for rule in policy.rules
    )


def with_card(order: Subject, facts: Facts, others: int, policy: Policy, *, version: int) -> Assessed:
    """The score of an order that stands, made again with its card: it can be held, not denied."""
    measures = {**facts.measures, Measure.CARD_ORDERS_DAY: others}
    more = replace(facts, measures=measures, bound=True)
    verdict = decide(more, policy)
    return Assessed(order, more, verdict, followed(policy, verdict), version, first_time=False)


async def keep_rescored(tx: Tx, assessed: Sequence[Assessed]) -> None:
    """Keep scores that were made again."""
    await store_cards.set_rescored(tx, assessed)
