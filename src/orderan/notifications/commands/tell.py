"""Make messages of news: each thing is told to each person once, however often the news is heard."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.customers import Purpose, Reach, reach
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.notifications import store, store_deliveries, store_wants, store_wishes
from orderan.notifications.models import Channel, Message, News, Person, Policy, Wants, Why
from orderan.notifications.rules import channels_for, when, zone_of
from orderan.notifications.states import MessageState
from orderan.shops import Shop

_AGREED = {
    Purpose.MARKETING_EMAIL: Channel.EMAIL,
    Purpose.MARKETING_WHATSAPP: Channel.WHATSAPP,
    Purpose.MARKETING_SMS: Channel.SMS,
}


async def tell(tx: Tx, news: Sequence[News], *, shop: Shop, policy: Policy, now: datetime) -> int:
    """Make the messages of some news, in its order; returns how many are new.

    A message that cannot or may not be told is kept with its reason. What the new ones contradict, and
    is not on its way yet, is silenced; so are new ones that are contradicted already.
    """
    if not news:
        return 0
    people = await people_of(tx, {one.person_id for one in news}, shop=shop)
    made: list[tuple[Message, UUID]] = []
    first: dict[UUID, tuple[str, datetime]] = {}
    for one in news:
        person = people.get(one.person_id)
        if person is None:
            continue
        message, begins = _message(one, person, shop=shop, policy=policy, now=now)
        made.append((message, one.fact_entity))
        if begins is not None:
            first[message.id] = begins
    new = await store.insert_messages(tx, made)
    tries = [
        (new_id(), message.id, 1, *first[message.id])
        for message, _ in made
        if message.id in new and message.id in first
    ]
    await store_deliveries.insert_deliveries(tx, tries, now=now)
    await store.suppress_overtaken(tx, {one.topic_id for one in news}, now=now)
    return len(new)


async def people_of(tx: Tx, ids: Collection[UUID], *, shop: Shop) -> dict[UUID, Person]:
    """Whom these ids stand for, by the id asked for; the erased are not among them."""
    found = await reach(tx, ids)
    wants = await store_wants.wants_of(tx, {one.person_id for one in found.values()})
    browsers = await store_wishes.sealed_browsers(tx, {one.person_id for one in found.values()})
    return {
        asked: _person(
            one, wants.get(one.person_id, Wants()), has_browser=one.person_id in browsers, shop=shop
        )
        for asked, one in found.items()
    }


def _person(found: Reach, wants: Wants, *, has_browser: bool, shop: Shop) -> Person:
    # The shop's own app knows all of its customers.
    reachable = {Channel.WEBHOOK}
    if found.has_email:
        reachable.add(Channel.EMAIL)
    if found.has_phone:
        reachable |= {Channel.WHATSAPP, Channel.SMS}
    agreed = {channel for purpose, channel in _AGREED.items() if purpose in found.agreed}
    if has_browser:
        reachable.add(Channel.PUSH)
        agreed.add(Channel.PUSH)
    zone = zone_of(found.province, shop.time_zone)
    return Person(found.person_id, frozenset(reachable), frozenset(agreed), zone, wants)


def _message(
    one: News, person: Person, *, shop: Shop, policy: Policy, now: datetime
) -> tuple[Message, tuple[str, datetime] | None]:
    """A message, and the channel it begins with and when; None for one that is not told."""
    channels, why = channels_for(one.kind, policy, person)
    begins = None
    if channels:
        due = max(one.due_at, now)
        at = when(one.kind, channels[0], policy, person.zone, due, until=one.useful_until)
        begins = None if at is None else (channels[0], at)
        why = Why.TOO_LATE if at is None else None
    message = Message(
        id=new_id(),
        kind=one.kind,
        topic_id=one.topic_id,
        subject_id=one.subject_id,
        person_id=person.id,
        state=MessageState.WAITING if begins else MessageState.SUPPRESSED,
        locale=person.wants.locale or shop.locale,
        channels=channels,
        round=1,
        zone=person.zone,
        made_at=now,
        due_at=begins[1] if begins else one.due_at,
        useful_until=one.useful_until,
        moved_at=now,
        reason=why,
        fact_seq=one.fact_seq,
    )
    return message, begins
