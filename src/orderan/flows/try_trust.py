"""Rules of scoring on past orders: who would have been stopped, before anybody is.

    here     the scores of the last days are made again under the rules, a batch at a time
    kept     the trial of a draft stands beside it: only a draft with a trial can be followed

Nobody is asked anything and no order is touched.
"""

from datetime import datetime, timedelta
from typing import Final

from orderan.kit.db import Tx
from orderan.kit.rulebook import MOST_DAYS
from orderan.trust import (
    KeptTrial,
    PastTooLong,
    Playing,
    Policy,
    Trial,
    active_policy,
    keep_trial,
    past_orders,
    require_draft,
)

DAYS: Final = (7, 30, 90)
"""What a page offers."""
MOST: Final = 20_000
"""Orders scored again in one trial, the newest."""
BATCH: Final = 1_000


async def try_policy(
    tx: Tx, policy: Policy, *, days: int, now: datetime, most: int = MOST, batch: int = BATCH
) -> Trial:
    """Score the orders of the last days again under these rules.

    Raises:
        PastTooLong: Of more days than are scored again.
    """
    if not 1 <= days <= MOST_DAYS:
        raise PastTooLong(days)
    since = now - timedelta(days=days)
    playing, played, before = Playing(policy), 0, None
    while played < most:
        past, before = await past_orders(tx, since=since, before=before, limit=min(batch, most - played))
        playing.play(past)
        played += len(past)
        if before is None:
            break
    more = False
    if before is not None:
        rest, _ = await past_orders(tx, since=since, before=before, limit=1)
        more = bool(rest)
    return playing.result(since=since, until=now, more=more)


async def try_draft(tx: Tx, expected: int, *, days: int, now: datetime) -> KeptTrial:
    """Try the draft and keep what was found beside it.

    Raises:
        PolicyMovedOn: It is not the draft that was seen.
        PastTooLong: Of more days than are scored again.
    """
    draft = await require_draft(tx, expected)
    live = await active_policy(tx)
    trial = await try_policy(tx, draft.rules, days=days, now=now)
    against = live.version if live else None
    return await keep_trial(tx, draft.revision, trial, against=against, days=days, now=now)
