"""Changing an order over the API: opened, previewed, then confirmed or declined."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.change_order import Preview, confirm, decline_change, open_change, preview_actions
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import (
    Action,
    AddLine,
    Becomes,
    Line,
    SetAddress,
    SetDiscount,
    SetQuantity,
    SetShipping,
    owed,
)
from orderan.web.api.answering import MOST_MINOR, once
from orderan.web.api.order_steps import LineNo, Quantity, step_done
from orderan.web.api.order_told import OrderWholeTold, seen
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told


class AddLineAsked(Asked):
    """More of something, at today's price."""

    action: Literal["add_line"]
    sku: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Quantity


class SetQuantityAsked(Asked):
    """A line shall have so many units; 0 takes it out."""

    action: Literal["set_quantity"]
    line: LineNo
    quantity: Annotated[int, Field(ge=0, le=1_000_000)]


class SetAddressAsked(Asked):
    """Send it to another address of the customer."""

    action: Literal["set_address"]
    address_id: Annotated[str, Field(min_length=1, max_length=40)]


class SetDiscountAsked(Asked):
    """A discount shall be this much, on a line or on the whole order; 0 takes it off."""

    action: Literal["set_discount"]
    code: Annotated[str, Field(min_length=1, max_length=64)]
    payer: Annotated[str, Field(pattern=r"^(merchant|platform|brand|bank|courier)$")] = "merchant"
    amount: Annotated[int, Field(ge=0, le=MOST_MINOR)]
    line: LineNo | None = None


class SetShippingAsked(Asked):
    """Send it by another service; null is no shipping."""

    action: Literal["set_shipping"]
    service: Annotated[str | None, Field(min_length=1, max_length=40)] = None


ActionAsked = Annotated[
    AddLineAsked | SetQuantityAsked | SetAddressAsked | SetDiscountAsked | SetShippingAsked,
    Field(discriminator="action"),
]


class ChangeAsked(Asked):
    """What to change, one after the other."""

    actions: Annotated[tuple[ActionAsked, ...], Field(min_length=1, max_length=100)]
    reason: Annotated[str, Field(max_length=300)] = ""


class ConfirmAsked(Asked):
    """The total that was previewed; another one is refused as `total_changed`."""

    expected_total: Annotated[int | None, Field(ge=0, le=MOST_MINOR)] = None


class PreviewLineTold(Told):
    """A line before and after."""

    line: int
    sku: str
    title: str
    was: int
    becomes: int
    goods: int
    discount: int
    tax: int


class ShortTold(Told):
    """Units that stock lacks for the change."""

    sku_id: str
    wanted: int
    available: int


class PreviewTold(Told):
    """What an order becomes: `difference` above zero is to be paid, below zero to be given back."""

    change_id: str | None
    version: int
    total: int
    shipping: int
    difference: int
    currency: str
    lines: list[PreviewLineTold]
    short: list[ShortTold]


def _action(asked: Any) -> Action:
    match asked:
        case AddLineAsked():
            return AddLine(asked.sku, asked.quantity)
        case SetQuantityAsked():
            return SetQuantity(asked.line, asked.quantity)
        case SetAddressAsked():
            return SetAddress(from_text("adr", asked.address_id))
        case SetDiscountAsked():
            return SetDiscount(asked.code, asked.payer, asked.amount, asked.line)
        case _:
            return SetShipping(asked.service)


def _previewed(preview: Preview, change_id: UUID | None) -> PreviewTold:
    becomes = preview.becomes
    before = {line.line_no: owed(line) for line in preview.lines}
    return PreviewTold(
        change_id=to_text("chg", change_id) if change_id else None,
        version=preview.order.version,
        total=becomes.sums.total_minor,
        shipping=becomes.sums.shipping_minor,
        difference=becomes.difference_minor,
        currency=preview.order.currency,
        lines=[_line(line, before.get(line.line_no, 0), becomes) for line in becomes.lines],
        short=[
            ShortTold(sku_id=to_text("sku", one.sku_id), wanted=one.wanted, available=one.free)
            for one in preview.shortfalls
        ],
    )


def _line(line: Line, was: int, becomes: Becomes) -> PreviewLineTold:
    return PreviewLineTold(
        line=line.line_no,
        sku=line.sku_code,
        title=line.title,
        was=was,
        becomes=was + becomes.more.get(line.line_no, 0) - becomes.fewer.get(line.line_no, 0),
        goods=line.goods_minor,
        discount=line.discount_minor,
        tax=line.tax_minor,
    )


@post(
    "/{order_id:str}/changes",
    summary="Open a change and preview it",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=201,
    responses=REFUSED,
)
async def change_opened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: ChangeAsked,
    idempotency_key: IdempotencyKey,
) -> PreviewTold:
    """At most one stands open per order; refused as `change_open` with who has it."""

    async def command(tx: Tx) -> PreviewTold:
        found = await seen(tx, principal, order_id)
        actions = [_action(one) for one in data.actions]
        change = await open_change(tx, found, actions, reason=data.reason, now=now)
        return _previewed(await preview_actions(tx, found, actions, now=now), change.id)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/{order_id:str}/changes/preview",
    summary="Preview a change",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def change_previewed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: ChangeAsked,
    idempotency_key: IdempotencyKey,
) -> PreviewTold:
    """What would become of the order; nothing changes and nobody is kept out."""

    async def command(tx: Tx) -> PreviewTold:
        found = await seen(tx, principal, order_id)
        actions = [_action(one) for one in data.actions]
        return _previewed(await preview_actions(tx, found, actions, now=now), None)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{order_id:str}/changes/{change_id:str}/confirm",
    summary="Confirm a change",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def change_confirmed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    change_id: FromPath[str],
    data: ConfirmAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """Stock is taken and given back, the version before is kept, the difference follows."""

    async def doing(tx: Tx, found: UUID) -> None:
        change = from_text("chg", change_id)
        await confirm(tx, found, change, expected_total_minor=data.expected_total, now=now)

    return await step_done(request, principal, runner, idempotency_key, order_id, doing, now)


@post(
    "/{order_id:str}/changes/{change_id:str}/decline",
    summary="Decline a change",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def change_declined(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    change_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """Nothing happened to the order."""

    async def doing(tx: Tx, found: UUID) -> None:
        await decline_change(tx, found, from_text("chg", change_id), now=now)

    return await step_done(request, principal, runner, idempotency_key, order_id, doing, now)


routes: Final[list[Any]] = [change_opened, change_previewed, change_confirmed, change_declined]
"""Mounted at /api/v1/orders by orderan.web.api.orders."""
