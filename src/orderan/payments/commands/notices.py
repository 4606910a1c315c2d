"""News is heard: the try it is about is asked for at once, and the news itself moves nothing."""

from datetime import datetime

from orderan.kit.db import Tx
from orderan.payments import store_notices as store
from orderan.payments.store_attempts import call_for_news

BATCH = 1_000


async def hear_notices(tx: Tx, *, now: datetime, limit: int = BATCH) -> int:
    """Call for every try that waiting notices are about; returns how many notices were heard.

    A notice about nothing of ours is heard too, and stays on the list without a try.
    """
    waiting = await store.take_waiting(tx, limit=limit)
    if not waiting:
        return 0
    about = await store.attempts_behind(tx, waiting)
    await call_for_news(tx, set(about.values()), now=now)
    await store.mark_heard(tx, [one.id for one in waiting], about, now=now)
    return len(waiting)
