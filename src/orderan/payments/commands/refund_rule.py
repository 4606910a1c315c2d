"""Above which amount a second person approves a refund, as the shop wants it."""

from datetime import datetime

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.payments import store_refunds
from orderan.payments.errors import AmountNotPositive


async def set_approval_limit(tx: Tx, above_minor: int | None, *, now: datetime) -> None:
    """From now on; refunds granted before are held against it when they are paid. None: nobody is asked.

    Raises:
        AmountNotPositive: Below zero; zero has every refund approved.
    """
    if above_minor is not None and above_minor < 0:
        raise AmountNotPositive(above_minor)
    before = await store_refunds.approve_above(tx)
    if before == above_minor:
        return
    await store_refunds.set_rule(tx, above_minor, now=now)
    trace = Trace(
        "refund_rule.set",
        "refund_rule",
        str(tx.shop_id),
        {"approve_above_minor": before},
        {"approve_above_minor": above_minor},
    )
    await audit.leave(tx, trace, now=now)
