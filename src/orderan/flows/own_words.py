"""What a buyer writes in place of an answer stands with the try that asked them, and a person is told to read it.

Whoever wrote was not silent: an order that silence would have cancelled is held, see `verify_order`.
"""

from datetime import datetime
from typing import Final

from orderan.flows.waits_for_person import report_wrote
from orderan.kit.db import Tx
from orderan.orders import Commercial, Verification, lock_orders
from orderan.verification import Attempt, case_of, lock_attempt, note_words

UNSAID: Final = frozenset({Verification.WAITING, Verification.UNREACHABLE})


async def keep_own_words(tx: Tx, asked: Attempt, words: str, *, now: datetime) -> None:
    """Keep what somebody wrote to a question that has no answer yet; once it has one, it is for nobody.

    Args:
        asked: The attempt they answer to; not locked.
    """
    order = (await lock_orders(tx, [asked.order_id]))[asked.order_id]
    attempt = await lock_attempt(tx, asked.id)
    if attempt is None or not await note_words(tx, attempt, words) or attempt.day_id is not None:
        return
    if order.commercial == Commercial.ACCEPTED and Verification(order.verification) in UNSAID:
        case = await case_of(tx, order.id)
        open_until = None if case is None or case.closed_at is not None else case.deadline
        await report_wrote(tx, order, deadline=open_until, now=now)
