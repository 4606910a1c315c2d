"""Money of an order from its page: noted as paid, promised back, sent back."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from orderan.access import Permission
from orderan.flows.confirm_payment import confirm_payment
from orderan.flows.refund_order import execute_refund, promise_parts
from orderan.kit.db import Tx
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
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.order_acts import did
from orderan.web.forms import amount_typed, one, refund_typed

BY_HAND: Final = ("bank_transfer", "cash")


@post("/orders/{order:str}/pay", opt={"needs": Permission.PAYMENTS_WRITE}, include_in_schema=False)
async def paid(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """A person says that money came in."""

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        found = (await lock_orders(tx, [order_id]))[order_id]
        amount = amount_typed(one(form, "amount"), found.currency)
        method, reference = _by_hand(form)
        event = MoneyEvent(order_id, MoneyKind.CAPTURED, method, amount, found.currency, reference)
        await confirm_payment(tx, event, now=visit.now)

    return await did(visit, order, "paid", doing, form_name="pay")


@post("/orders/{order:str}/refunds", opt={"needs": Permission.REFUNDS_GRANT}, include_in_schema=False)
async def granted(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Promise money back; somebody else may send it."""

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        found, _ = (await load_orders(tx, [order_id]))[order_id]
        units, shipping, amount = refund_typed(form, found.currency)
        reason = one(form, "reason").strip()[:300]
        await promise_parts(
            tx,
            order_id,
            units=units,
            shipping_minor=shipping,
            amount_minor=amount,
            reason=reason,
            now=visit.now,
        )

    return await did(visit, order, "granted", doing, form_name="refund")


@post(
    "/orders/{order:str}/refunds/{refund:str}/execute",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
)
async def refunded(visit: Visit, order: FromPath[str], refund: FromPath[str]) -> Response[Any]:
    """The money left the shop."""

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        refund_id = from_text("rfd", refund)
        mine = await money_of(tx, order_id, total_minor=0, terms="prepaid")
        if refund_id not in {found.id for found in mine.refunds}:
            raise OrderNotFound(order)
        method, reference = _by_hand(form)
        await execute_refund(tx, refund_id, method=method, reference=reference, now=visit.now)

    return await did(visit, order, "refunded", doing, form_name=f"execute-{refund}")


def _by_hand(form: FormMultiDict) -> tuple[str, str | None]:
    """How the money went, and what the bank calls it."""
    method = one(form, "method") if one(form, "method") in BY_HAND else BY_HAND[0]
    return method, one(form, "reference").strip()[:100] or None


handlers = [paid, granted, refunded]
