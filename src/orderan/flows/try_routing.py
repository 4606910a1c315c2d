"""Rules of routing on past payments: what would have gone elsewhere, before anybody lives with it.

    here     the newest choices of the last days are played again under the rules, a batch at a time
    kept     the trial of a draft stands beside it: only a draft with a trial can be followed

Nothing is asked of a gateway and no payment is touched.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from orderan.flows.route_payment import ROUTING_RULE
from orderan.kit.db import Tx
from orderan.kit.rulebook import MOST_DAYS
from orderan.payments import METHODS, accounts
from orderan.routing import (
    KeptTrial,
    Known,
    Playing,
    Rule,
    Trial,
    TrialTooLong,
    active_rules,
    keep_trial,
    past_payments,
    require_draft,
)

DAYS: Final = (1, 7, 30)
"""What a page offers."""
MOST: Final = 20_000
"""Payments played in one trial, the newest."""
BATCH: Final = 500
"""Played at a time: about fifty milliseconds, after which others have their turn."""


async def known_to_rules(tx: Tx) -> Known:
    """What the rules of this shop may name: its gateways, and the methods and banks of the catalogue."""
    return Known(
        gateways=frozenset(account.gateway for account in await accounts(tx)),
        methods=METHODS.keys(),
        banks=frozenset(method.bank for method in METHODS.values() if method.bank),
    )


async def try_rules(
    tx: Tx, rules: Sequence[Rule], *, days: int, now: datetime, most: int = MOST, batch: int = BATCH
) -> Trial:
    """Play the payments of the last days again under these rules.

    Raises:
        TrialTooLong: Of more days than are played.
    """
    if not 1 <= days <= MOST_DAYS:
        raise TrialTooLong(days)
    since = now - timedelta(days=days)
    playing, played, before = Playing(rules), 0, None
    while played < most:
        limit = min(batch, most - played)
        past, before = await past_payments(tx, ROUTING_RULE, since=since, before=before, limit=limit)
        playing.play(past)
        played += len(past)
        if before is None:
            break
    more = False
    if before is not None:
        rest, _ = await past_payments(tx, ROUTING_RULE, since=since, before=before, limit=1)
        more = bool(rest)
    return playing.result(since=since, until=now, most=most, more=more)


async def try_draft(tx: Tx, expected: int, *, days: int, now: datetime) -> KeptTrial:
    """Try the draft and keep what was found beside it.

    Raises:
        DraftMovedOn: It is not the draft that was seen.
        TrialTooLong: Of more days than are played.
    """
    draft = await require_draft(tx, expected)
    live = await active_rules(tx)
    trial = await try_rules(tx, draft.rules, days=days, now=now)
    against = live.version if live else None
    return await keep_trial(tx, draft.revision, trial, against=against, days=days, now=now)
