"""A person says what became of a try to pay whose gateway does not: the money is there, or it is not."""

from datetime import datetime
from uuid import UUID

from orderan.flows.book_tries import book_tries
from orderan.kit.db import Tx
from orderan.orders import OrderNotFound, lock_orders
from orderan.payments import Attempt, judge_attempt


async def judge_payment(
    tx: Tx, order_id: UUID, attempt_id: UUID, *, charged: bool, word: str, now: datetime
) -> Attempt:
    """Take a person's word for the gateway's, and let the order follow.

    Raises:
        OrderNotFound, NoSuchAttempt: There is none, or the try is another order's.
        VerdictWordMissing: Nobody would know why.
        NothingToJudge: Its fate is known.
        JudgedTooEarly: Its gateway still has time to say.
    """
    if order_id not in await lock_orders(tx, [order_id]):
        raise OrderNotFound(str(order_id))
    noted = await judge_attempt(tx, order_id, attempt_id, charged=charged, word=word, now=now)
    await book_tries(tx, [noted], now=now)
    return noted.attempt
