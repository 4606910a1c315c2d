"""A buyer with a history has their refund before anybody saw the goods: as the policy says, and below its amount.

scan      a courier scanned the parcel, or its buyer gave a number
drop off  they brought it to a counter
after     the goods are inspected all the same; units that did not come open a dispute

What was not paid in full is not paid back early, and nothing is while a dispute is open.
"""

from datetime import datetime

from orderan.flows.instead_of_money import carry_out
from orderan.flows.refund_order import promise_refund
from orderan.flows.return_worth import worth_named
from orderan.kit.db import Tx
from orderan.orders import Order
from orderan.payments import Refund, refundable, sums
from orderan.payments import promised as promised_of
from orderan.returns import (
    GoodsReturn,
    TrustedAt,
    dispute_open,
    find_return,
    history_of,
    return_policy_now,
    set_refund,
    set_trusted,
    trusts,
)

REASON = "trusted"


async def refund_if_trusted(
    tx: Tx, order: Order, found: GoodsReturn, at: TrustedAt, *, now: datetime
) -> Refund | None:
    """Grant the refund of a locked return now, and carry it out, where its buyer is trusted with it.

    Args:
        order: Locked.
    """
    if (
        found.refund_id is not None
        or found.parcel_id is not None
        or order.customer_id is None
        or order.due_minor > 0
        or await dispute_open(tx, found.id)
    ):
        return None
    _, policy = await return_policy_now(tx)
    if policy.trusted_at is TrustedAt.INSPECTION:
        return None
    lines = await worth_named(tx, order, found)
    amount = sum(line.amount_minor for line in lines)
    history = await history_of(tx, order.customer_id)
    if not trusts(policy, at, worth_minor=amount, delivered=history["delivered"], broken=history["broken"]):
        return None
    said = (await promised_of(tx, [order.id])).get(order.id, 0)
    if amount > refundable((await sums(tx, [order.id]))[order.id], promised_minor=said):
        return None
    await set_trusted(tx, found.id, now)
    refund = await promise_refund(
        tx, order.id, amount_minor=amount, reason=REASON, lines=lines, of_return=True, now=now
    )
    await set_refund(tx, found.id, refund.id)
    return await carry_out(tx, order, await find_return(tx, found.id), refund, now=now)
