"""Money of an order from its page: noted as paid, promised back, sent back."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_payment import settle_payment
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.orders import (
    OrderNotFound,
    load_orders,
    lock_orders,
)
from orderan.payments import (
    MoneyEvent,
    MoneyKind,
    money_of,
)
from orderan.web.dashboard.order_acts import did
from orderan.web.forms import amount_of, one, posted

Asking = Request[Any, Any, Any]
BY_HAND: Final = ("bank_transfer", "cash")


@post("/orders/{order:str}/pay", opt={"needs": Permission.PAYMENTS_WRITE}, include_in_schema=False)
async def paid(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
) -> Response[Any]:
    """A person says that money came in."""
    form = await posted(request)
    method = one(form, "method") if one(form, "method") in BY_HAND else BY_HAND[0]
    reference = one(form, "reference").strip()[:100] or None

    async def doing(tx: Tx, order_id: UUID) -> None:
        found = (await lock_orders(tx, [order_id]))[order_id]
        amount = amount_of(one(form, "amount"), found.currency) or 0
        event = MoneyEvent(order_id, MoneyKind.CAPTURED, method, amount, found.currency, reference)
        await settle_payment(tx, event, now=now)

    return await did(request, principal, caller, db, keyring, now, order, "paid", doing, form_name="pay")


@post("/orders/{order:str}/refunds", opt={"needs": Permission.REFUNDS_GRANT}, include_in_schema=False)
async def granted(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
) -> Response[Any]:
    """Promise money back; somebody else may send it."""
    form = await posted(request)
    reason = one(form, "reason").strip()[:300]

    async def doing(tx: Tx, order_id: UUID) -> None:
        found, _ = (await load_orders(tx, [order_id]))[order_id]
        amount = amount_of(one(form, "amount"), found.currency) or 0
        await promise_refund(tx, order_id, amount_minor=amount, reason=reason, now=now)

    return await did(
        request, principal, caller, db, keyring, now, order, "granted", doing, form_name="refund"
    )


@post(
    "/orders/{order:str}/refunds/{refund:str}/execute",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
)
async def refunded(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
    refund: FromPath[str],
) -> Response[Any]:
    """The money left the shop."""
    form = await posted(request)
    method = one(form, "method") if one(form, "method") in BY_HAND else BY_HAND[0]
    reference = one(form, "reference").strip()[:100] or None

    async def doing(tx: Tx, order_id: UUID) -> None:
        refund_id = from_text("ref", refund)
        mine = await money_of(tx, order_id, total_minor=0, terms="prepaid")
        if refund_id not in {found.id for found in mine.refunds}:
            raise OrderNotFound(order)
        await execute_refund(tx, refund_id, method=method, reference=reference, now=now)

    return await did(
        request, principal, caller, db, keyring, now, order, "refunded", doing, form_name=f"execute-{refund}"
    )


handlers = [paid, granted, refunded]
