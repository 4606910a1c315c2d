"""News is heard: the try it is about is asked for at once, and the news itself moves nothing."""

from datetime import datetime
from typing import Final

from orderan.gateways import Outcome
from orderan.kit.db import Tx
from orderan.payments import store_notices as store
from orderan.payments.notices import Heard
from orderan.payments.rules_attempts import is_news
from orderan.payments.store_attempts import call_for_news

BATCH = 1_000
OF_MONEY: Final = frozenset({str(Outcome.SUCCEEDED), str(Outcome.DISPUTED)})
"""What a notice about nothing of ours has to claim for a person to look: money came, or is taken back."""


async def hear_notices(tx: Tx, *, now: datetime, limit: int = BATCH) -> Heard:
    """Call for every try that waiting notices have news of.

    A notice about nothing of ours is heard too, once, and stays on the list without a try: there is nothing
    to ask its gateway about.
    """
    waiting = await store.take_waiting(tx, limit=limit)
    if not waiting:
        return Heard()
    about = await store.attempts_behind(tx, waiting)
    told = {
        about[one.id].attempt_id
        for one in waiting
        if one.id in about and is_news(one.claims, about[one.id].state, repeated=one.repeated)
    }
    await call_for_news(tx, told, now=now)
    await store.mark_heard(
        tx,
        [one.id for one in waiting],
        {notice_id: behind.attempt_id for notice_id, behind in about.items()},
        now=now,
    )
    strangers = {one.account_id for one in waiting if one.id not in about and one.claims in OF_MONEY}
    return Heard(len(waiting), frozenset(one.account_id for one in waiting), frozenset(strangers))
