"""An order as the API tells it: a row of a list, and whole."""

from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.access import Permission, Principal
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, to_text
from orderan.orders import (
    Headline,
    Hold,
    HoldKind,
    Line,
    Order,
    OrderKind,
    OrderNotFound,
    Row,
    Terms,
    holds_of,
    load_orders,
    owed,
    substitutions_of,
    tags_of,
    visible,
)
from orderan.payments import Money
from orderan.web.api.answering import scope_of
from orderan.web.api.shapes import Told


class OrderRowTold(Told):
    """An order in a list; amounts are minor units of `currency`.

    `pay_before` is null while the time to pay stands still, since its gateways have trouble.
    """

    id: str
    number: str
    channel_id: str
    external_id: str | None
    customer_id: str | None
    kind: OrderKind
    terms: Terms
    status: Headline
    commercial: str
    money: Money
    holds: int
    units: int
    currency: str
    total: int
    paid: int
    refunded: int
    placed_at: datetime
    pay_before: datetime | None
    tags: list[str]


class DiscountTold(Told):
    """A discount on a line and who bears it."""

    code: str
    payer: str
    amount: int


class OrderLineTold(Told):
    """A line with its units by how far they are; each count holds what is further along too.

    `may_substitute`: its buyer lets something stand in. `substitutes_line`: the line this one stands in for.
    """

    line: int
    sku: str
    title: str
    unit_price: int
    quantity: int
    cancelled: int
    allocated: int
    picked: int
    packed: int
    shipped: int
    delivered: int
    returned: int
    goods: int
    discount: int
    discounts: list[DiscountTold]
    tax: int
    may_substitute: bool
    substitutes_line: int | None


class HoldTold(Told):
    """A reason to wait."""

    id: str
    kind: HoldKind
    reason: str
    placed_by: str
    placed_at: datetime
    expires_at: datetime | None
    released_at: datetime | None
    released_by: str | None


class OrderWholeTold(OrderRowTold):
    """An order with everything about it that is the shop's business."""

    verification: str
    covered: int
    deposit: int | None
    goods: int
    discount: int
    shipping: int
    shipping_service: str | None
    tax: int
    tax_included: bool
    rounding: int
    address_id: str | None
    note: str | None
    version: int
    accepted_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    lines: list[OrderLineTold]
    hold_list: list[HoldTold]


async def seen(tx: Tx, principal: Principal, text: str) -> UUID:
    """The order of an id, within the key's scope. Raises OrderNotFound."""
    order_id = from_text("ord", text)
    if order_id not in await visible(tx, [order_id], scope_of(principal)):
        raise OrderNotFound(text)
    return order_id


def sees_stock(principal: Principal) -> bool:
    """Whether somebody may know how much lies where: what a choice of places was made from says it."""
    return principal.may(Permission.INVENTORY_READ) and principal.location_ids is None


async def whole(tx: Tx, order_id: UUID) -> OrderWholeTold:
    """An order as the API tells it."""
    order, lines = (await load_orders(tx, [order_id]))[order_id]
    instead_of = {one.by_line_no: one.line_no for one in await substitutions_of(tx, order_id)}
    return OrderWholeTold(
        **row_told(order, await tags_of(tx, order_id)),
        verification=order.verification,
        covered=order.covered_minor,
        deposit=order.deposit_minor,
        goods=order.goods_minor,
        discount=order.discount_minor,
        shipping=order.shipping_minor,
        shipping_service=order.shipping_service,
        tax=order.tax_minor,
        tax_included=order.tax_included,
        rounding=order.rounding_minor,
        address_id=to_text("adr", order.address_id) if order.address_id else None,
        note=order.note,
        version=order.version,
        accepted_at=order.accepted_at,
        delivered_at=order.delivered_at,
        closed_at=order.closed_at,
        lines=[_line(line, instead_of.get(line.line_no)) for line in lines],
        hold_list=[_hold(hold) for hold in await holds_of(tx, order_id)],
    )


def _line(line: Line, instead_of: int | None) -> OrderLineTold:
    return OrderLineTold(
        line=line.line_no,
        sku=line.sku_code,
        title=line.title,
        unit_price=line.unit_price_minor,
        quantity=owed(line),
        cancelled=line.cancelled,
        allocated=line.allocated,
        picked=line.picked,
        packed=line.packed,
        shipped=line.shipped,
        delivered=line.delivered,
        returned=line.returned,
        goods=line.goods_minor,
        discount=line.discount_minor,
        discounts=[
            DiscountTold(code=str(part[0]), payer=str(part[1]), amount=int(part[2]))
            for part in line.discounts or ()
            if part[2]
        ],
        tax=line.tax_minor,
        may_substitute=line.may_substitute,
        substitutes_line=instead_of,
    )


def _hold(hold: Hold) -> HoldTold:
    return HoldTold(
        id=to_text("hld", hold.id),
        kind=HoldKind(hold.kind),
        reason=hold.reason,
        placed_by=hold.placed_by,
        placed_at=hold.placed_at,
        expires_at=hold.expires_at,
        released_at=hold.released_at,
        released_by=hold.released_by,
    )


def row_told(row: Row | Order, tags: Any) -> dict[str, Any]:
    """The members of `OrderRowTold`."""
    return {
        "id": to_text("ord", row.id),
        "number": str(row.number),
        "channel_id": to_text("chn", row.channel_id),
        "external_id": row.external_id,
        "customer_id": to_text("cus", row.customer_id) if row.customer_id else None,
        "kind": row.kind,
        "terms": row.terms,
        "status": row.headline,
        "commercial": row.commercial,
        "money": row.money,
        "holds": row.open_holds,
        "units": row.units,
        "currency": row.currency,
        "total": row.total_minor,
        "paid": row.paid_minor,
        "refunded": row.refunded_minor,
        "placed_at": row.placed_at,
        "pay_before": None if row.clock_stopped_at else row.hold_until,
        "tags": list(tags),
    }
