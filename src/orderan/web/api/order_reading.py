"""Reading orders over the API: lists by filter or search, one order whole."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from orderan.access import Permission, Principal
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.orders import Filters, Headline, Key, OrderKind, Terms, list_orders, tags_of_many, understand
from orderan.payments import Money
from orderan.web.api.answering import READ, Cursor, PageSize, scope_of
from orderan.web.api.order_told import OrderRowTold, OrderWholeTold, row_told, seen, whole
from orderan.web.api.shapes import Told
from orderan.web.cursors import cursor_of, read_cursor

Text = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]
Amount = Annotated[int | None, QueryParameter(ge=0, le=10**15)]


class OrdersTold(Told):
    """A page of orders, the newest first.

    A page may hold fewer rows than asked and still have a `next_cursor`: the search stopped at
    `searched_back_to` and goes on from there.
    """

    data: list[OrderRowTold]
    next_cursor: str | None
    searched_back_to: datetime | None = None


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
            data=[OrderRowTold(**row_told(row, tags.get(row.id, ()))) for row in listed.rows],
            next_cursor=cursor_of(listed.older.placed_at, listed.older.id) if listed.older else None,
            searched_back_to=listed.looked_back_to,
        )

    return await db.run(caller, read)


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without an offset is UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


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


routes: Final[list[Any]] = [orders_listed, order_read]
"""Mounted at /api/v1/orders by orderan.web.api.orders."""
