"""Reading orders over the API: lists by filter or search, one order whole, its timeline and versions."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from orderan.access import Permission, Principal
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.orders import (
    Filters,
    Headline,
    Hold,
    HoldKind,
    Key,
    Line,
    Moment,
    Order,
    OrderKind,
    OrderNotFound,
    Row,
    Terms,
    holds_of,
    list_orders,
    load_orders,
    owed,
    tags_of,
    tags_of_many,
    timeline,
    understand,
    version_of,
    versions_of,
    visible,
)
from orderan.payments import Money
from orderan.web.api.answering import READ, Cursor, PageSize, scope_of
from orderan.web.api.shapes import Told
from orderan.web.cursors import cursor_of, read_cursor

Text = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]
Amount = Annotated[int | None, QueryParameter(ge=0, le=10**15)]


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


class OrdersTold(Told):
    """A page of orders, the newest first.

    A page may hold fewer rows than asked and still have a `next_cursor`: the search stopped at
    `searched_back_to` and goes on from there.
    """

    data: list[OrderRowTold]
    next_cursor: str | None
    searched_back_to: datetime | None = None


class DiscountTold(Told):
    """A discount on a line and who bears it."""

    code: str
    payer: str
    amount: int


class OrderLineTold(Told):
    """A line with its units by how far they are; each count holds what is further along too."""

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


class MomentTold(Told):
    """Something that happened: a fact, a move of an axis, a note, a decision of a rule."""

    at: datetime
    kind: str
    actor: str
    reason: str | None
    facts: dict[str, Any]


class TimelineTold(Told):
    """Everything, the newest first."""

    data: list[MomentTold]


class VersionTold(Told):
    """An earlier version."""

    version: int
    replaced_at: datetime
    replaced_by: str
    reason: str


class VersionsTold(Told):
    """Earlier versions, the newest first."""

    data: list[VersionTold]


class VersionWholeTold(VersionTold):
    """An order exactly as it was."""

    order: dict[str, Any]
    lines: list[dict[str, Any]]


@get("/", summary="List orders", opt={"needs": Permission.ORDERS_READ}, responses=READ)
async def orders_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    keyring: NamedDependency[Keyring],
    q: Annotated[
        str | None,
        QueryParameter(
            max_length=100, description="A number, tracking number, sku, phone, or words of a name"
        ),
    ] = None,
    status: Annotated[list[Headline] | None, QueryParameter(description="Any of these")] = None,
    money: Money | None = None,
    terms: Terms | None = None,
    kind: OrderKind | None = None,
    tag: Text = None,
    channel_id: Text = None,
    location_id: Text = None,
    customer_id: Text = None,
    held: bool | None = None,
    placed_from: datetime | None = None,
    placed_until: datetime | None = None,
    total_from: Amount = None,
    total_until: Amount = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> OrdersTold:
    """The newest first, narrowed by what is given."""
    filters = Filters(
        headlines=tuple(str(word) for word in status or ()),
        channels=(from_text("chn", channel_id),) if channel_id else (),
        terms=terms,
        kind=kind,
        money=money,
        tag=tag,
        location_id=from_text("loc", location_id) if location_id else None,
        held=bool(held),
        placed_from=_aware(placed_from),
        placed_until=_aware(placed_until),
        total_from=total_from,
        total_until=total_until,
        customers=(from_text("cus", customer_id),) if customer_id else None,
    )
    place = read_cursor(cursor)

    async def read(tx: Tx) -> OrdersTold:
        found = (await understand(tx, keyring, q, filters)).filters if q and q.strip() else filters
        after = Key(*place) if place else None
        listed = await list_orders(tx, found, scope=scope_of(principal), after=after, limit=limit)
        tags = await tags_of_many(tx, [row.id for row in listed.rows])
        return OrdersTold(
            data=[OrderRowTold(**_row(row, tags.get(row.id, ()))) for row in listed.rows],
            next_cursor=cursor_of(listed.older.placed_at, listed.older.id) if listed.older else None,
            searched_back_to=listed.looked_back_to,
        )

    return await db.run(caller, read)


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without an offset is UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _row(row: Row | Order, tags: Any) -> dict[str, Any]:
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


async def seen(tx: Tx, principal: Principal, text: str) -> UUID:
    """The order of an id, within the key's scope. Raises OrderNotFound."""
    order_id = from_text("ord", text)
    if order_id not in await visible(tx, [order_id], scope_of(principal)):
        raise OrderNotFound(text)
    return order_id


async def whole(tx: Tx, order_id: UUID) -> OrderWholeTold:
    """An order as the API tells it."""
    order, lines = (await load_orders(tx, [order_id]))[order_id]
    return OrderWholeTold(
        **_row(order, await tags_of(tx, order_id)),
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
        lines=[line_told(line) for line in lines],
        hold_list=[hold_told(hold) for hold in await holds_of(tx, order_id)],
    )


def line_told(line: Line) -> OrderLineTold:
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
    )


def hold_told(hold: Hold) -> HoldTold:
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


@get("/{order_id:str}", summary="An order", opt={"needs": Permission.ORDERS_READ}, responses=READ)
async def order_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> OrderWholeTold:
    """As it stands now."""

    async def read(tx: Tx) -> OrderWholeTold:
        return await whole(tx, await seen(tx, principal, order_id))

    return await db.run(caller, read)


@get(
    "/{order_id:str}/timeline",
    summary="What happened to an order",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def timeline_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> TimelineTold:
    """Facts, moves, notes and decisions with who and why, the newest first."""

    async def read(tx: Tx) -> list[Moment]:
        return await timeline(tx, await seen(tx, principal, order_id))

    moments = await db.run(caller, read)
    whole = sees_stock(principal)
    return TimelineTold(
        data=[
            MomentTold(
                at=one.at,
                kind=one.kind,
                actor=one.actor,
                reason=one.reason,
                facts=one.facts if whole else _without_stock(one),
            )
            for one in moments
        ]
    )


def sees_stock(principal: Principal) -> bool:
    """Whether somebody may know how much lies where: what a choice of places was made from says it."""
    return principal.may(Permission.INVENTORY_READ) and principal.location_ids is None


def _without_stock(moment: Moment) -> dict[str, Any]:
    if not moment.kind.startswith("decision."):
        return moment.facts
    inputs = moment.facts["inputs"]
    return moment.facts | {"inputs": {"village_code": inputs.get("village_code")}}


@get(
    "/{order_id:str}/versions",
    summary="Earlier versions of an order",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def versions_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> VersionsTold:
    """Every version a change or a cancellation replaced, the newest first."""

    async def read(tx: Tx) -> list[Any]:
        return await versions_of(tx, await seen(tx, principal, order_id))

    return VersionsTold(data=[VersionTold(**row._asdict()) for row in await db.run(caller, read)])


@get(
    "/{order_id:str}/versions/{version:int}",
    summary="An order as it was",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def version_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
    version: FromPath[int],
) -> VersionWholeTold:
    """Exactly as it was before it was replaced."""

    async def read(tx: Tx) -> Any:
        kept = await version_of(tx, await seen(tx, principal, order_id), min(version, 2**31 - 1))
        if kept is None:
            raise OrderNotFound(f"{order_id} v{version}")
        return kept

    kept = await db.run(caller, read)
    return VersionWholeTold(
        version=kept.version,
        replaced_at=kept.replaced_at,
        replaced_by=kept.replaced_by,
        reason=kept.reason,
        order=kept.snapshot["order"],
        lines=kept.snapshot["lines"],
    )


routes: Final[list[Any]] = [
    orders_listed,
    order_read,
    timeline_read,
    versions_read,
    version_read,
]
"""Mounted at /api/v1/orders by orderan.web.api.orders."""
