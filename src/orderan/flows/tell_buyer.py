"""From facts to messages: what a buyer is to hear of their order, once.

follow     the log is read in order, a batch at a time; cursor and messages commit together
make       each fact that concerns a buyer becomes one message; a fact heard again becomes none
contradict what the new ones make untrue and is not on its way yet is silenced

Nothing is sent here. A shop that tells nobody anything passes the facts by; when it begins, it begins
with what happens from then on. Buyers of marketplaces hear of their orders there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from orderan.flows.views_telling import Buying, orders_told, tries_with_a_number
from orderan.kit.clock import Clock
from orderan.kit.db import Tx
from orderan.kit.events import Consumer, Recorded
from orderan.notifications import Kind, News, Policy, policy_of, tell
from orderan.shops import shop_by_id

NAME: Final = "tell_buyers"
TODAY: Final = timedelta(hours=18)
"""So long "it comes today" is worth hearing."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a fact means to its buyer.

    Attributes:
        subject: The thing of the order it is about; None for the order itself.
    """

    kind: Kind
    subject: UUID | None = None


_OF_PARCELS: Final = {
    "out_for_delivery": Kind.OUT_FOR_DELIVERY,
    "returning": Kind.COMING_BACK,
    "lost": Kind.PARCEL_LOST,
    "damaged": Kind.PARCEL_LOST,
}
_OF_RETURNS: Final = {
    "approved": Kind.RETURN_APPROVED,
    "rejected": Kind.RETURN_REFUSED,
    "received": Kind.RETURN_RECEIVED,
}

Reading = Callable[[Recorded, Mapping[str, UUID]], Sequence[_Heard]]


def _placed(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    if fact.payload["commercial"] == "awaiting_payment":
        return _Heard(Kind.PAY_NOW), _Heard(Kind.PAY_SOON)
    return (_Heard(Kind.ACCEPTED),) if fact.payload["commercial"] == "accepted" else ()


def _plain(kind: Kind) -> Reading:
    return lambda _fact, _tries: (_Heard(kind),)


def _meant(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    return (_Heard(Kind.ACCEPTED),) if fact.payload["verification"] in {"confirmed", "waived"} else ()


def _money(fact: Recorded, tries: Mapping[str, UUID]) -> Sequence[_Heard]:
    if fact.payload["what"] == "captured":
        return (_Heard(Kind.PAID_LATE),)
    tried = tries.get(fact.payload["reference"] or "") if fact.payload["what"] == "pending" else None
    return () if tried is None else (_Heard(Kind.PAY_WITH, tried),)


def _parcel(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    parcel_id, state = UUID(fact.payload["parcel_id"]), fact.payload["state"]
    if state == "attempt_failed":
        return (_Heard(Kind.ATTEMPT_FAILED, _this_time(fact, parcel_id)),)
    kind = _OF_PARCELS.get(state)
    return () if kind is None else (_Heard(kind, parcel_id),)


def _expected(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    if fact.payload["answer"] != "another_day" or not fact.payload["deliver_on"]:
        return ()
    return (_Heard(Kind.POSTPONED, _this_time(fact, UUID(fact.payload["parcel_id"]))),)


def _changed(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    return (_Heard(Kind.CHANGED, _this_time(fact, fact.entity_id)),)


def _this_time(fact: Recorded, thing: UUID) -> UUID:
    """Stands for what happens to a thing more than once, and is told each time."""
    return uuid5(thing, str(fact.seq))


def _task(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    return (_Heard(Kind.PACKED),) if fact.payload["state"] == "packed" else ()


def _substituted(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    return (_Heard(Kind.SUBSTITUTED, UUID(fact.payload["substitution_id"])),)


def _refund(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    done = fact.payload["state"] == "executed"
    return (_Heard(Kind.REFUNDED, UUID(fact.payload["refund_id"])),) if done else ()


def _return(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    kind = _OF_RETURNS.get(fact.payload["state"])
    return () if kind is None else (_Heard(kind, UUID(fact.payload["return_id"])),)


def _exchange(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    settled = fact.payload["state"] == "settled"
    return (_Heard(Kind.PAY_NOW), _Heard(Kind.PAY_SOON)) if settled else ()


def _incident(fact: Recorded, _: Mapping[str, UUID]) -> Sequence[_Heard]:
    kind = Kind.TROUBLE if fact.payload["what"] == "trouble" else Kind.RECOVERED
    return (_Heard(kind, UUID(fact.payload["incident_id"])),)


READINGS: Final[Mapping[str, Reading]] = {
    "orders.placed.v1": _placed,
    "orders.accepted.v1": _plain(Kind.ACCEPTED),
    "orders.expired.v1": _plain(Kind.EXPIRED),
    "orders.cancelled.v1": _plain(Kind.CANCELLED),
    "orders.changed.v1": _changed,
    "orders.units_cancelled.v1": _changed,
    "orders.units_substituted.v1": _substituted,
    "orders.delivered.v1": _plain(Kind.DELIVERED),
    "orders.completed.v1": _plain(Kind.REVIEW),
    "orders.hold_released.v1": _plain(Kind.ACCEPTED),
    "orders.verification_moved.v1": _meant,
    "payments.money_moved.v1": _money,
    "payments.refund_closed.v1": _refund,
    "fulfilment.task_moved.v1": _task,
    "shipping.parcel_shipped.v1": lambda fact, _: (_Heard(Kind.SHIPPED, UUID(fact.payload["parcel_id"])),),
    "shipping.parcel_moved.v1": _parcel,
    "shipping.delivery_late.v1": _plain(Kind.DELAYED),
    "shipping.delivery_expected.v1": _expected,
    "returns.return_moved.v1": _return,
    "returns.exchange_moved.v1": _exchange,
    "incidents.buyer_told.v1": _incident,
}
"""What each kind of fact means to a buyer. Every one of them is recorded under the order.

An order is told as accepted by the last thing it waited for, which the fact itself cannot tell: see `_matters`.
"""


def teller(clock: Clock) -> Consumer:
    """Who follows the log and makes messages of it."""

    async def handle(tx: Tx, facts: Sequence[Recorded]) -> None:
        await tell_of(tx, facts, now=clock.now())

    return Consumer(NAME, frozenset(READINGS), handle)


async def tell_of(tx: Tx, facts: Sequence[Recorded], *, now: datetime) -> int:
    """Make messages of facts, in their order; returns how many are new. Facts heard again make none."""
    policy = await policy_of(tx)
    fresh = [fact for fact in facts if fact.position > policy.from_position]
    if not policy.channels or not fresh:
        return 0
    orders = await orders_told(tx, {fact.entity_id for fact in fresh})
    named = {
        fact.payload["reference"]
        for fact in fresh
        if fact.kind == "payments.money_moved.v1" and fact.payload["reference"]
    }
    tries = await tries_with_a_number(tx, named) if named else {}
    news = [
        _news(fact, one, orders[fact.entity_id], policy)
        for fact in fresh
        if fact.entity_id in orders
        for one in READINGS[fact.kind](fact, tries)
        if _matters(one.kind, fact, orders[fact.entity_id], policy)
    ]
    return await tell(tx, news, shop=await shop_by_id(tx, tx.shop_id), policy=policy, now=now)


def _matters(kind: Kind, fact: Recorded, order: Buying, policy: Policy) -> bool:
    if kind is Kind.PAID_LATE:
        return order.over_at is not None and fact.occurred_at >= order.over_at
    if kind is Kind.ACCEPTED:
        return order.goes_ahead
    if kind is Kind.PACKED:
        # Where the shop does not tell it, it is not worth a row of every order.
        return kind not in policy.silent
    if order.replaces and kind in {Kind.PAY_NOW, Kind.PAY_SOON}:
        # Nothing is asked for a replacement before what comes back paid its part, and then only what is missing.
        return fact.kind != "orders.placed.v1" and order.awaits_money
    return kind is not Kind.REVIEW or policy.review_days > 0


def _news(fact: Recorded, heard: _Heard, order: Buying, policy: Policy) -> News:
    due, until = fact.occurred_at, None
    if heard.kind is Kind.PAY_SOON and order.hold_until is not None:
        # Never in the first half of the time there is: whoever was just told needs no reminder.
        half = order.placed_at + (order.hold_until - order.placed_at) / 2
        due = max(order.hold_until - timedelta(minutes=policy.reminder_minutes), half)
    elif heard.kind is Kind.REVIEW:
        due += timedelta(days=policy.review_days)
    elif heard.kind is Kind.OUT_FOR_DELIVERY:
        until = fact.occurred_at + TODAY
    return News(
        kind=heard.kind,
        topic_id=order.order_id,
        subject_id=heard.subject or order.order_id,
        person_id=order.customer_id,
        fact_entity=fact.entity_id,
        fact_seq=fact.seq,
        due_at=due,
        useful_until=until,
    )
