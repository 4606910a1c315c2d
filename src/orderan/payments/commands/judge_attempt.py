"""A person's word on a try whose gateway does not say what became of it. The caller has locked its order."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.payments import rules_attempts as rules
from orderan.payments import store_attempts as store
from orderan.payments.commands.attempts import Noted
from orderan.payments.commands.truths import note_truths
from orderan.payments.errors_attempts import JudgedTooEarly, NoSuchAttempt, NothingToJudge, VerdictWordMissing

ENTITY: Final = "payment_attempt"
"""What the trail calls a try."""


async def judge_attempt(
    tx: Tx, order_id: UUID, attempt_id: UUID, *, charged: bool, word: str, now: datetime
) -> Noted:
    """Take a person's word for the gateway's. What the gateway says later is heard as ever.

    Args:
        charged: The whole amount is there; else nothing is.
        word: How they know; it stands in the order's ledger.

    Raises:
        VerdictWordMissing: Nobody would know why.
        NoSuchAttempt: The order has no such try.
        NothingToJudge: Its fate is known.
        JudgedTooEarly: Its gateway still has time to say.
    """
    if not word.strip():
        raise VerdictWordMissing
    attempt = (await store.lock_attempts(tx, [attempt_id])).get(attempt_id)
    if attempt is None or attempt.order_id != order_id:
        raise NoSuchAttempt(to_text("pay", attempt_id))
    begins = rules.judged_from(attempt)
    if begins is None:
        raise NothingToJudge(attempt.reference)
    if now < begins:
        raise JudgedTooEarly(attempt.reference)
    [noted] = await note_truths(tx, [(attempt, rules.verdict(attempt, charged=charged))], now=now)
    before, after = {"state": attempt.state}, {"state": str(noted.attempt.state)}
    verdict = "charged" if charged else "not_charged"
    await leave(
        tx, Trace(f"payment_try.{verdict}", ENTITY, str(attempt.id), before=before, after=after), now=now
    )
    events = tuple(replace(event, note=word.strip()[:500]) for event in noted.events)
    return Noted(noted.attempt, events)
