"""A buyer sends something back: what may come, what they ask, and what the shop's policy says to it.

look      each line with how much of it may come back, or why none
ask       under the lock of the order: by the policy of now, else refused with what it allows
agreed    a request worth less than the policy's amount is approved at once; of any other a person decides
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.catalog import categories_of
from orderan.flows.settle_return import decide_return
from orderan.kit.db import Tx
from orderan.orders import Line, Order, OrderNotFound, load_orders, lock_orders
from orderan.orders import lines_of as order_lines
from orderan.returns import (
    Cause,
    CauseNotAccepted,
    CauseUnexplained,
    GoodsReturn,
    NotByPolicy,
    NothingToReturn,
    Returnable,
    ReturnEvent,
    ReturnPolicy,
    ReturnState,
    Wanted,
    coming_back,
    last_moment,
    payer,
    received_before,
    request_return,
    return_policy_now,
    returnable,
    worth,
)

LONGEST_WORDS: Final = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """Units of a line a buyer wants to send back."""

    line_no: int
    quantity: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Portal:
    """What a buyer sees of an order they may send something back of.

    Attributes:
        until: Until when something may be asked; None while nothing was delivered.
    """

    order: Order
    lines: Sequence[Line]
    returnable: Mapping[int, Returnable]
    policy: ReturnPolicy
    until: datetime | None


async def look(tx: Tx, order_id: UUID, *, now: datetime) -> Portal:
    """What of an order may come back now.

    Raises:
        OrderNotFound: No such order in this shop.
    """
    found = (await load_orders(tx, [order_id])).get(order_id)
    if found is None:
        raise OrderNotFound(str(order_id))
    order, lines = found
    _, policy = await return_policy_now(tx)
    may = await _returnable(tx, order, lines, policy, now=now)
    until = last_moment(policy, order.delivered_at) if order.delivered_at and policy.days else None
    return Portal(order, lines, may, policy, until)


async def ask_by_buyer(
    tx: Tx, order_id: UUID, asked: Sequence[Asked], *, words: str, now: datetime
) -> GoodsReturn:
    """Open the return a buyer asks for, and approve it where the policy asks nobody.

    Args:
        words: What they say is wrong, at most 300 letters of it are kept.

    Raises:
        OrderNotFound: No such order in this shop.
        NothingToReturn: No unit was named.
        CauseNotAccepted, CauseUnexplained: By the policy of now; nothing was opened.
        NotByPolicy: More than it takes back, or too late.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    if not asked or any(one.quantity <= 0 for one in asked):
        raise NothingToReturn
    version, policy = await return_policy_now(tx)
    said = words.strip()[:LONGEST_WORDS]
    _require_causes(policy, asked, said)
    lines = await order_lines(tx, order_id)
    may = await _returnable(tx, order, lines, policy, now=now)
    units: dict[int, int] = {}
    for one in asked:
        units[one.line_no] = units.get(one.line_no, 0) + one.quantity
    most = {line_no: may[line_no].at_most if line_no in may else 0 for line_no in units}
    if beyond := tuple(
        (line_no, units[line_no], most[line_no]) for line_no in units if units[line_no] > most[line_no]
    ):
        raise NotByPolicy(beyond)
    made = await request_return(
        tx,
        order_id,
        [Wanted(one.line_no, one.quantity, said or str(one.cause), one.cause) for one in asked],
        reason=said or str(asked[0].cause),
        policy_version=version,
        way_paid_by=str(payer(policy, [one.cause for one in asked])),
        now=now,
    )
    if await _worth(tx, order, lines, units, made.id) < policy.agreed_below_minor:
        await decide_return(tx, made.id, ReturnEvent.APPROVE, now=now)
        return replace(made, state=ReturnState.APPROVED)
    return made


def _require_causes(policy: ReturnPolicy, asked: Sequence[Asked], said: str) -> None:
    for one in asked:
        rule = policy.rule_of(one.cause)
        if rule is None:
            raise CauseNotAccepted(str(one.cause))
        if rule.explained and not said:
            raise CauseUnexplained(str(one.cause))


async def _returnable(
    tx: Tx, order: Order, lines: Sequence[Line], policy: ReturnPolicy, *, now: datetime
) -> dict[int, Returnable]:
    found = returnable(
        policy,
        lines,
        delivered_at=order.delivered_at,
        coming_back=await coming_back(tx, order.id),
        categories=await categories_of(tx, {line.sku_code for line in lines}),
        now=now,
    )
    return {one.line_no: one for one in found}


async def _worth(
    tx: Tx, order: Order, lines: Sequence[Line], units: Mapping[int, int], return_id: UUID
) -> int:
    """What the units of a return were sold for, in minor units."""
    before = await received_before(tx, order.id, return_id)
    parts = worth(lines, units.items(), refunded_before=before, tax_included=order.tax_included)
    return sum(part.amount_minor for part in parts)
