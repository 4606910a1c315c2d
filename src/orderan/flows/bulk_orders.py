"""One thing done to many orders: each in a transaction of its own, each with its own answer.

few     done at once, while the person waits; a job does the rest if the process dies meanwhile
many    the job does them; the page shows how far it is, and may be closed

A row is locked, done and marked in one transaction, so a crash or a second worker repeats nothing. Rows
somebody is working on are stepped over by the page and waited for by the job: whoever holds one may
die with it, and the job is the last to come.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, Final
from uuid import UUID

from orderan.flows.cancel_order import cancel_order
from orderan.flows.complete_orders import complete_order
from orderan.flows.confirm_payment import confirm_payment
from orderan.flows.hold_order import hold_order, let_all_continue
from orderan.kit import jobs
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.orders import (
    Order,
    OrderNotFound,
    bulk_waiting,
    insert_bulk,
    left_row,
    lock_orders,
    next_row,
    set_row,
    tag_orders,
)
from orderan.orders import bulk as bulk_of
from orderan.payments import AmountNotPositive, MoneyEvent, MoneyKind

AT_ONCE: Final = 100
"""Up to so many orders are done while the person waits."""
MOST: Final = 20_000
"""More orders than this are refused in one action; a narrower filter splits them."""


class Verb(StrEnum):
    """What can be done to many orders."""

    PAY = auto()
    CANCEL = auto()
    TAG = auto()
    UNTAG = auto()
    HOLD = auto()
    RELEASE = auto()
    COMPLETE = auto()


async def start(
    tx: Tx, verb: Verb, arguments: dict[str, Any], orders: Sequence[UUID], *, now: datetime
) -> UUID:
    """Keep a bulk action, and a job that does whatever nobody has done by then."""
    bulk_id = await insert_bulk(tx, verb, arguments, orders, now=now)
    await jobs.defer(tx, work_off_job, lock=f"bulk:{bulk_id}", bulk_id=str(bulk_id), actor=tx.actor)
    return bulk_id


async def work_off(
    db: Database, caller: Caller, bulk_id: UUID, *, patient: bool = False, now: datetime
) -> int:
    """Do every waiting row; returns how many were looked at here."""
    worked = 0
    while await db.run(caller, lambda tx: work_off_one(tx, bulk_id, patient=patient, now=now)):
        worked += 1
    return worked


async def work_off_one(tx: Tx, bulk_id: UUID, *, patient: bool = False, now: datetime) -> bool:
    """Do the next waiting row; False when there is none.

    Args:
        patient: When all that wait are held by others, wait for one of them; False when none waits.
    """
    row = await next_row(tx, bulk_id)
    if row is None and patient:
        row = await left_row(tx, bulk_id)
    if row is None:
        return patient and (await bulk_waiting(tx, bulk_id)) > 0
    action = await bulk_of(tx, bulk_id)
    refusal = None
    try:
        async with tx.savepoint():
            await _do(tx, Verb(action.verb), action.arguments, row.order_id, now=now)
    except Refusal as refused:
        refusal = {"code": refused.code, "facts": {name: str(fact) for name, fact in refused.facts().items()}}
    await set_row(tx, bulk_id, row.turn, refusal)
    return True


async def _do(tx: Tx, verb: Verb, arguments: dict[str, Any], order_id: UUID, *, now: datetime) -> None:
    reason = str(arguments.get("reason", ""))
    match verb:
        case Verb.CANCEL:
            await cancel_order(tx, order_id, reason=reason, now=now)
        case Verb.COMPLETE:
            await complete_order(tx, order_id, reason=reason or None, now=now)
        case Verb.HOLD:
            await hold_order(tx, order_id, str(arguments["kind"]), reason=reason, now=now)
        case Verb.PAY:
            await _pay(tx, await _locked(tx, order_id), now=now)
        case Verb.RELEASE:
            judges = bool(arguments.get("judges"))
            order = await _locked(tx, order_id)
            await let_all_continue(tx, order, reason=reason or None, judges=judges, now=now)
        case Verb.TAG:
            await tag_orders(tx, [await _locked(tx, order_id)], add=arguments["tags"], now=now)
        case Verb.UNTAG:
            await tag_orders(tx, [await _locked(tx, order_id)], remove=arguments["tags"], now=now)


async def _locked(tx: Tx, order_id: UUID) -> Order:
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    return order


async def _pay(tx: Tx, order: Order, *, now: datetime) -> None:
    """A person says the bank shows what is due."""
    if order.due_minor <= 0:
        raise AmountNotPositive(order.due_minor)
    event = MoneyEvent(order.id, MoneyKind.CAPTURED, "bank_transfer", order.due_minor, order.currency)
    await confirm_payment(tx, event, now=now)


@jobs.job("orders.bulk")
async def work_off_job(tools: jobs.Tools, *, shop_id: int, bulk_id: str, actor: str) -> None:
    """Do the waiting rows of a bulk action on behalf of who started it."""
    await work_off(tools.db, Caller(shop_id, actor), UUID(bulk_id), patient=True, now=tools.clock.now())
