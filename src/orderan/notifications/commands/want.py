"""Keep how a shop tells people things, and what a person wants to be told."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.customers import survivors
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import last_position
from orderan.kit.ids import to_text
from orderan.notifications import store_wants
from orderan.notifications.errors import PolicyUnusable
from orderan.notifications.models import Channel, Kind, Policy, Wants
from orderan.notifications.rules import review_link_of, useful_channels

LONGEST_REMINDER = 10_080
LONGEST_REVIEW = 90


async def set_policy(tx: Tx, policy: Policy, *, now: datetime) -> Policy:
    """Keep a policy; a shop that told nobody before begins with what happens from now on.

    Raises:
        PolicyUnusable: A number is out of its range, or the link to reviews is none.
    """
    before = await store_wants.policy_of(tx)
    if not 5 <= policy.reminder_minutes <= LONGEST_REMINDER:
        raise PolicyUnusable("reminder_minutes")
    if not 0 <= policy.review_days <= LONGEST_REVIEW:
        raise PolicyUnusable("review_days")
    if policy.review_link and not review_link_of(policy, 1):
        raise PolicyUnusable("review_link")
    begins = before.from_position if before.channels else await last_position(tx)
    kept = replace(
        policy,
        channels=useful_channels(policy.channels),
        silent=frozenset(kind for kind in policy.silent if kind in set(Kind)),
        from_position=begins,
    )
    await store_wants.save_policy(tx, kept, now=now)
    told = [{"channels": list(one.channels), "silent": sorted(one.silent)} for one in (before, kept)]
    await leave(tx, Trace("message.policy", "message_policy", "1", before=told[0], after=told[1]), now=now)
    return kept


async def set_wants(tx: Tx, person_id: UUID, wants: Wants, *, now: datetime) -> Wants:
    """Keep what a person wants; it counts for messages made from now on, and for tries that are not begun.

    What is said of a record that was merged is said of its survivor.

    Raises:
        psycopg.errors.ForeignKeyViolation: There is no such customer.
    """
    kept = Wants(
        useful_channels(wants.channels),
        frozenset(channel for channel in wants.stopped if channel in set(Channel)),
        frozenset(kind for kind in wants.unwanted if kind in set(Kind)),
        wants.locale if wants.locale in {"id", "en"} else None,
    )
    person_id = (await survivors(tx, [person_id], lock=True)).get(person_id, person_id)
    await store_wants.save_wants(tx, person_id, kept, now=now)
    after = {"stopped": sorted(kept.stopped), "unwanted": sorted(kept.unwanted)}
    trace = Trace("message.preference", "customer", to_text("cus", person_id), after=after)
    await leave(tx, trace, now=now)
    return kept


async def unite_wants(tx: Tx, survivor_id: UUID, merged: Collection[UUID], *, now: datetime) -> None:
    """Locked records of one person became one: what any of them stopped or did not want stays so."""
    said = await store_wants.wants_of_records(tx, {survivor_id, *merged})
    if not said.keys() - {survivor_id}:
        return
    own = said.get(survivor_id, Wants())
    every = [own, *said.values()]
    united = Wants(
        next((one.channels for one in every if one.channels), ()),
        frozenset[str]().union(*(one.stopped for one in every)),
        frozenset[str]().union(*(one.unwanted for one in every)),
        next((one.locale for one in every if one.locale), None),
    )
    await store_wants.save_wants(tx, survivor_id, united, now=now)


async def close_channel(tx: Tx, people: Sequence[UUID], channel: str, *, now: datetime) -> None:
    """These people are not written to on a channel any more, until they open it again."""
    await _shift(tx, people, channel, closed=True, now=now)


async def open_channel(tx: Tx, people: Sequence[UUID], channel: str, *, now: datetime) -> None:
    """These people are written to on a channel again."""
    await _shift(tx, people, channel, closed=False, now=now)


async def _shift(tx: Tx, people: Sequence[UUID], channel: str, *, closed: bool, now: datetime) -> None:
    if not people:
        return
    standing = await survivors(tx, people, lock=True)
    known = sorted({standing.get(one, one) for one in people})
    await store_wants.shift_stopped(tx, known, channel, closed=closed, now=now)
    for person_id in known:
        after = {"closed" if closed else "opened": channel}
        await leave(
            tx, Trace("message.preference", "customer", to_text("cus", person_id), after=after), now=now
        )
