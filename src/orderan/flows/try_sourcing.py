"""Rules of sourcing on past orders: what would have come from elsewhere, before anybody lives with it.

    here     the newest choices of the last days are made again under the rules, a batch at a time
    kept     the trial of a draft stands beside it: only a draft with a trial can be followed

No stock is looked at and no order is touched.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.inventory import SOURCING, Taken, list_locations, recall
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.rulebook import MOST_DAYS
from orderan.sourcing import (
    KeptTrial,
    Playing,
    SourcingRules,
    SourcingTrialTooLong,
    Trial,
    keep_trial,
    live,
    require_draft,
)

DAYS: Final = (1, 7, 30)
"""What a page offers."""
MOST: Final = 20_000
"""Orders played in one trial, the newest."""
BATCH: Final = 500
"""Played at a time, after which others have their turn."""


async def known_locations(tx: Tx) -> set[UUID]:
    """Locations rules may name: those that sell."""
    return {one.id for one in await list_locations(tx) if one.sells}


async def try_rules(
    tx: Tx, rules: SourcingRules, *, days: int, now: datetime, most: int = MOST, batch: int = BATCH
) -> Trial:
    """Choose places for the orders of the last days again under these rules.

    Raises:
        SourcingTrialTooLong: Of more days than are played.
    """
    if not 1 <= days <= MOST_DAYS:
        raise SourcingTrialTooLong(days)
    since = now - timedelta(days=days)
    playing, read, before = Playing(), 0, None
    while read < most:
        limit = min(batch, most - read)
        past, before = await decisions.newest(tx, SOURCING, since=since, before=before, limit=limit)
        for one in past:
            _play(playing, one, rules)
        read += len(past)
        if before is None:
            break
    more = False
    if before is not None:
        rest, _ = await decisions.newest(tx, SOURCING, since=since, before=before, limit=1)
        more = bool(rest)
    return playing.result(since=since, until=now, most=most, more=more)


async def try_draft(tx: Tx, expected: int, *, days: int, now: datetime) -> KeptTrial:
    """Try the draft and keep what was found beside it.

    Raises:
        DraftMovedOn: It is not the draft that was seen.
        SourcingTrialTooLong: Of more days than are played.
    """
    editing = await require_draft(tx, expected)
    following = await live(tx)
    trial = await try_rules(tx, editing.rules, days=days, now=now)
    against = following.version if following else None
    return await keep_trial(tx, editing.revision, trial, against=against, days=days, now=now)


def _play(playing: Playing, one: decisions.Past, rules: SourcingRules) -> None:
    """An order whose units could be had from one place only says nothing of rules, and is left out."""
    if "lots" not in one.inputs or "only_at" in one.inputs:
        return
    demand, pool, _ = recall(one.inputs, rules)
    then = one.outcome["locations"]
    cost = pool.cost_at(demand, [UUID(location) for location in then])
    taken = pool.take(demand)
    if not isinstance(taken, Taken):
        return
    places = {claim.key.location_id for claim in taken.claims}
    playing.play(
        one.subject_id,
        one.decided_at,
        then=then,
        now=[str(place) for place in places],
        cost_minor=cost,
        cost_minor_now=pool.cost_at(demand, places),
    )
