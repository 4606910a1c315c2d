"""Vouchers over the API: issued, looked up, and used for an order; a refund taken as one."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.pay_with_voucher import use_voucher
from orderan.flows.refund_vouchers import refund_to_voucher
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import require_sight
from orderan.payments import (
    Voucher,
    VoucherNotFound,
    VoucherState,
    find_refund,
    issue_voucher,
    voucher_by_id,
)
from orderan.shops import shop_by_id
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.payments import Amount, Reason
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.principal import require_whole_shop


class VoucherAsked(Asked):
    """Money a buyer is to have with the shop."""

    amount: Amount
    reason: Reason
    customer_id: Annotated[
        str | None,
        Field(max_length=40, description="`cus_...`; left out, it has a code for whoever brings it"),
    ] = None
    valid_until: Annotated[datetime | None, Field(description="Left out, a year from now")] = None


class VoucherUseAsked(Asked):
    """Which voucher pays."""

    code: Annotated[
        str | None,
        Field(min_length=1, max_length=40, description="Left out, what the order's customer has on theirs"),
    ] = None


class VoucherTold(Told):
    """A voucher; amounts are minor units."""

    id: str
    customer_id: str | None
    code: Annotated[str | None, Field(description="Told once, as it is issued")]
    amount: int
    balance: int
    currency: str
    state: VoucherState
    reason: str
    valid_until: datetime
    issued_by: str
    issued_at: datetime
    judged_by: str | None


class VoucherUsedTold(Told):
    """What vouchers paid of an order."""

    order_id: str
    paid: int


class RefundedToVoucherTold(Told):
    """A refund taken as a voucher; no voucher where all of it went back onto those that had paid."""

    refund_id: str
    voucher: VoucherTold | None


def voucher_told(one: Voucher, code: str | None = None) -> VoucherTold:
    return VoucherTold(
        id=to_text("vch", one.id),
        customer_id=None if one.customer_id is None else to_text("cus", one.customer_id),
        code=code,
        amount=one.amount_minor,
        balance=one.balance_minor,
        currency=one.currency,
        state=VoucherState(one.state),
        reason=one.reason,
        valid_until=one.valid_until,
        issued_by=one.issued_by,
        issued_at=one.issued_at,
        judged_by=one.judged_by,
    )


@post(
    "/vouchers",
    summary="Issue a voucher",
    opt={"needs": Permission.REFUNDS_GRANT},
    status_code=201,
    responses=REFUSED,
)
async def voucher_issued(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: VoucherAsked,
    idempotency_key: IdempotencyKey,
) -> VoucherTold:
    """Above the limit for refunds it waits for a second person, and there is nothing on it until then."""
    require_whole_shop(principal, Permission.REFUNDS_GRANT)

    async def command(tx: Tx) -> VoucherTold:
        shop = await shop_by_id(tx, tx.shop_id)
        made, code = await issue_voucher(
            tx,
            amount_minor=data.amount,
            currency=shop.currency,
            customer_id=from_text("cus", data.customer_id) if data.customer_id else None,
            reason=data.reason,
            valid_until=data.valid_until,
            now=now,
        )
        return voucher_told(made, code)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get(
    "/vouchers/{voucher_id:str}",
    summary="A voucher",
    opt={"needs": Permission.PAYMENTS_READ},
    responses=READ,
)
async def voucher_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    voucher_id: FromPath[str],
) -> VoucherTold:
    """What is on it now."""
    require_whole_shop(principal, Permission.PAYMENTS_READ)

    async def read(tx: Tx) -> VoucherTold:
        found = await voucher_by_id(tx, from_text("vch", voucher_id))
        if found is None:
            raise VoucherNotFound(voucher_id)
        return voucher_told(found)

    return await db.run(caller, read)


@post(
    "/orders/{order_id:str}/voucher",
    summary="Pay with a voucher",
    opt={"needs": Permission.PAYMENTS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def voucher_used(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: VoucherUseAsked,
    idempotency_key: IdempotencyKey,
) -> VoucherUsedTold:
    """As much as there is on it, and as is due; the rest is paid another way."""

    async def command(tx: Tx) -> VoucherUsedTold:
        order = from_text("ord", order_id)
        await require_sight(tx, scope_of(principal), [order])
        paid = await use_voucher(tx, order, code=data.code, now=now)
        return VoucherUsedTold(order_id=order_id, paid=paid)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/refunds/{refund_id:str}/voucher",
    summary="Take a refund as a voucher",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    status_code=200,
    responses=REFUSED,
)
async def refund_taken_as_voucher(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    refund_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> RefundedToVoucherTold:
    """What is left of a promised refund goes onto a voucher; the money stays in the shop and is the buyer's."""

    async def command(tx: Tx) -> RefundedToVoucherTold:
        refund = from_text("rfd", refund_id)
        await require_sight(tx, scope_of(principal), [(await find_refund(tx, refund)).order_id])
        _, voucher, code = await refund_to_voucher(tx, refund, now=now)
        told = None if voucher is None else voucher_told(voucher, code)
        return RefundedToVoucherTold(refund_id=refund_id, voucher=told)

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[voucher_issued, voucher_read, voucher_used, refund_taken_as_voucher],
        tags=["payments"],
    )
]
