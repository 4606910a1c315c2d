"""Whether what is due still goes out: it may have waited for days, and much may have happened meanwhile.

true      what it is about is looked at again: an order that was cancelled does not come today
wanted    so is what the shop and the person say: consent taken back, a channel closed, a kind nobody wants
timely    the night of whoever is told, and the moment after which it is useless
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from orderan import notifications
from orderan.flows.tell_restock import Ware, wares
from orderan.flows.telling_words import Later, stands
from orderan.flows.views_telling import About, abouts
from orderan.kit.db import Tx
from orderan.notifications import (
    Delivery,
    DeliveryEvent,
    Kind,
    Letter,
    Message,
    Outcome,
    Person,
    Policy,
    Why,
    shut,
    unwanted,
    when,
)
from orderan.shops import Shop

Judged: TypeAlias = tuple[Delivery, Message, About | Ware]


@dataclass
class Taken:
    """A batch as it was judged: what goes out, and what does not and why.

    Attributes:
        again: Wishes for goods that were back and are gone again.
    """

    letters: list[tuple[Delivery, Letter]] = field(default_factory=list)
    claimed: list[tuple[UUID, int, bytes]] = field(default_factory=list)
    later: list[tuple[UUID, datetime]] = field(default_factory=list)
    untrue: dict[Why, list[Message]] = field(default_factory=dict)
    refused: list[Outcome] = field(default_factory=list)
    again: list[UUID] = field(default_factory=list)

    def __len__(self) -> int:
        """How many tries were looked at."""
        silenced = sum(map(len, self.untrue.values()))
        return len(self.letters) + len(self.later) + len(self.refused) + silenced

    def silence(self, why: Why, message: Message) -> None:
        """A message is not told."""
        self.untrue.setdefault(why, []).append(message)

    def refuse(self, why: Why, delivery: Delivery) -> None:
        """A try comes to nothing; another channel may do."""
        self.refused.append(Outcome(delivery.id, DeliveryEvent.REFUSE, why))


async def judge(
    tx: Tx,
    taken: Taken,
    due: Sequence[tuple[Delivery, Message]],
    *,
    shop: Shop,
    policy: Policy,
    now: datetime,
) -> list[Judged]:
    """Those of some locked tries that go out, with what they are about; why the others do not is noted."""
    about = await _abouts(tx, [message for _, message in due], now=now)
    people = await notifications.people_of(tx, {message.person_id for _, message in due}, shop=shop)
    still: list[Judged] = []
    for (delivery, message), one in zip(due, about, strict=True):
        person = people.get(message.person_id)
        if person is None:
            taken.silence(Why.GONE, message)
        elif one is None:
            taken.silence(Why.NOT_TRUE, message)
        elif (
            _is_true(taken, delivery, message, one, policy, now=now)
            and _is_wanted(taken, delivery, message, policy, person)
            and _is_time(taken, delivery, message, policy, now=now)
        ):
            still.append((delivery, message, one))
    return still


def _is_true(
    taken: Taken, delivery: Delivery, message: Message, about: About | Ware, policy: Policy, *, now: datetime
) -> bool:
    standing = stands(Kind(message.kind), about, policy, now=now)
    if isinstance(standing, Later):
        taken.later.append((delivery.id, standing.at))
        return False
    if not standing:
        taken.silence(Why.NOT_TRUE, message)
        if isinstance(about, Ware) and message.round == 1:
            taken.again.append(message.topic_id)
    return standing


def _is_wanted(taken: Taken, delivery: Delivery, message: Message, policy: Policy, person: Person) -> bool:
    kind = Kind(message.kind)
    if (why := unwanted(kind, policy, person)) is not None:
        taken.silence(why, message)
        return False
    if (why := shut(kind, delivery.channel, policy, person)) is not None:
        taken.refuse(why, delivery)
        return False
    return True


def _is_time(taken: Taken, delivery: Delivery, message: Message, policy: Policy, *, now: datetime) -> bool:
    # What a person sends again goes at once; anything else may have waited into the night.
    if message.round > 1:
        return True
    until = message.useful_until
    at = when(Kind(message.kind), delivery.channel, policy, message.zone, now, until=until)
    if at is None:
        taken.silence(Why.TOO_LATE, message)
    elif at > now:
        taken.later.append((delivery.id, at))
    return at == now


async def _abouts(tx: Tx, messages: Sequence[Message], *, now: datetime) -> list[About | Ware | None]:
    """What is true now of what each message is about; None of what is gone."""
    back = {one.topic_id for one in messages if one.kind == Kind.BACK_IN_STOCK}
    goods = await wares(tx, back, now=now)
    orders = await abouts(tx, [(one.topic_id, one.subject_id, one.fact_seq) for one in messages])
    return [
        goods.get(one.topic_id) if one.topic_id in back else about
        for one, about in zip(messages, orders, strict=True)
    ]
