"""News is heard: the try it is about is asked for at once, and the news itself moves nothing."""

from datetime import datetime

from orderan.kit.db import Tx
from orderan.payments import store_notices as store
from orderan.payments.rules_attempts import is_news
from orderan.payments.store_attempts import call_for_news

BATCH = 1_000


async def hear_notices(tx: Tx, *, now: datetime, limit: int = BATCH) -> int:
    """Call for every try that waiting notices have news of; returns how many notices were heard.

    A notice about nothing of ours is heard too, and stays on the list without a try.
    """
    waiting = await store.take_waiting(tx, limit=limit)
    if not waiting:
        return 0
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
    return len(waiting)
