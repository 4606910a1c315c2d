"""A buyer sends something back: what may come, what they ask, and what the shop's policy says to it.

look      each line with how much of it may come back, or why none; and what it may be exchanged for
ask       under the lock of the order: by the policy of now, else refused with what it allows
held      what it is exchanged for is taken off the shelf in the same transaction, or nothing is opened
agreed    a request worth less than the policy's amount is approved at once; of any other a person decides
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.catalog import categories_of
from orderan.flows.exchange_goods import begin_exchange
from orderan.flows.settle_return import decide_return
from orderan.flows.views_exchange import Replacement, replacements
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.kit.states import IllegalMove
from orderan.orders import Line, Order, OrderNotFound, load_orders, lock_orders
from orderan.orders import lines_of as order_lines
from orderan.returns import (
    RETURN,
    Cause,
    CauseNotAccepted,
    CauseUnexplained,
    CreditOfNobody,
    GoodsReturn,
    NotByPolicy,
    NothingToReturn,
    Remedy,
    Returnable,
    ReturnEvent,
    ReturnNotFound,
    ReturnPolicy,
    ReturnState,
    Wanted,
    WayNotOffered,
    behind,
    coming_back,
    find_return,
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
    """Units of a line a buyer wants to send back.

    Attributes:
        sku: What they want for them; empty where that is no thing.
    """

    line_no: int
    quantity: int
    cause: Cause
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Portal:
    """What a buyer sees of an order they may send something back of.

    Attributes:
        until: Until when something may be asked; None while nothing was delivered.
        swaps: What each line may be exchanged for now.
    """

    order: Order
    lines: Sequence[Line]
    returnable: Mapping[int, Returnable]
    policy: ReturnPolicy
    until: datetime | None
    swaps: Mapping[int, Sequence[Replacement]]


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
    wanted = [line for line in lines if may[line.line_no].at_most] if Remedy.EXCHANGE in policy.ways else []
    return Portal(order, lines, may, policy, until, await replacements(tx, order, wanted, now=now))


async def ask_by_buyer(
    tx: Tx, order_id: UUID, asked: Sequence[Asked], *, words: str, way: Remedy = Remedy.REFUND, now: datetime
) -> GoodsReturn:
    """Open the return a buyer asks for, and approve it where the policy asks nobody.

    Args:
        words: What they say is wrong, at most 300 letters of it are kept.
        way: What they want for it.

    Raises:
        OrderNotFound: No such order in this shop.
        NothingToReturn: No unit was named.
        CauseNotAccepted, CauseUnexplained: By the policy of now; nothing was opened.
        NotByPolicy: More than it takes back, or too late.
        WayNotOffered, CreditOfNobody: Not for this.
        NotExchangeable, NoPrice, StockShort: Of what they want instead.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    if not asked or any(one.quantity <= 0 for one in asked):
        raise NothingToReturn
    version, policy = await return_policy_now(tx)
    said = words.strip()[:LONGEST_WORDS]
    _require_causes(policy, asked, said)
    if way not in policy.ways:
        raise WayNotOffered(str(way))
    if way is Remedy.CREDIT and order.customer_id is None:
        raise CreditOfNobody
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
    wanted = [Wanted(one.line_no, one.quantity, said or str(one.cause), one.cause, one.sku) for one in asked]
    made = await request_return(
        tx,
        order_id,
        wanted,
        reason=said or str(asked[0].cause),
        policy_version=version,
        way_paid_by=str(payer(policy, [one.cause for one in asked])),
        way=way,
        now=now,
    )
    if way is Remedy.EXCHANGE:
        await begin_exchange(tx, order, made, wanted, same_product=True, now=now)
    if await _worth(tx, order, lines, units, made.id) < policy.agreed_below_minor:
        await decide_return(tx, made.id, ReturnEvent.APPROVE, now=now)
        return replace(made, state=ReturnState.APPROVED)
    return made


async def take_back_request(tx: Tx, order_id: UUID, return_id: UUID, *, now: datetime) -> None:
    """The buyer keeps their things after all; what they were to be exchanged for is free again.

    Raises:
        ReturnNotFound: It is no return of this order.
        IllegalMove: It is on its way, or over.
    """
    if await behind(tx, return_id) != order_id:
        raise ReturnNotFound(to_text("ret", return_id))
    await lock_orders(tx, [order_id])
    if (await find_return(tx, return_id)).state == ReturnState.IN_TRANSIT:
        raise IllegalMove(RETURN.name, ReturnState.IN_TRANSIT, ReturnEvent.GIVE_UP)
    await decide_return(tx, return_id, ReturnEvent.GIVE_UP, now=now)


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
