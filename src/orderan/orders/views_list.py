"""Lists of orders, for a shop with a million of them.

Every page is read along one index, newest first, by key: the driver. What the driver cannot say
is checked on the rows it gives, on a bounded number of them, so that a filter that fits nothing
costs no more than one that fits all. When the bound is reached before the page is full, the page
says how far back it looked and goes on from there. Nothing counts all orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders.models import EVERYTHING, Scope
from orderan.orders.views_sight import at_places

LOOKED_THROUGH = 2_000
"""Rows of each branch of the driver that are checked for one page."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page begins or ends."""

    placed_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; None and empty narrow nothing.

    Attributes:
        headlines, channels, customers, ids: Any of them.
        sku_id: Orders with a line of it.
        in_danger: Orders whose promised day is in danger.
        late_since: Orders with an open task that was planned before it.
        placed_from, placed_until: [from, until).
        total_from, total_until: [from, until], minor units.
    """

    headlines: tuple[str, ...] = ()
    channels: tuple[UUID, ...] = ()
    terms: str | None = None
    kind: str | None = None
    money: str | None = None
    tag: str | None = None
    location_id: UUID | None = None
    held: bool = False
    late_since: datetime | None = None
    in_danger: bool = False
    placed_from: datetime | None = None
    placed_until: datetime | None = None
    total_from: int | None = None
    total_until: int | None = None
    customers: tuple[UUID, ...] | None = None
    ids: tuple[UUID, ...] | None = None
    sku_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An order in a list."""

    id: UUID
    number: int
    channel_id: UUID
    external_id: str | None
    kind: str
    terms: str
    customer_id: UUID | None
    currency: str
    commercial: str
    money: str
    headline: str
    open_holds: int
    total_minor: int
    paid_minor: int
    refunded_minor: int
    units: int
    placed_at: datetime
    hold_until: datetime | None
    clock_stopped_at: datetime | None
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of orders, the newest first.

    Attributes:
        older, newer: Where the neighbouring pages begin; None where there is none.
        looked_back_to: Set when the search stopped before the page was full, to this instant.
    """

    rows: tuple[Row, ...]
    older: Key | None
    newer: Key | None
    looked_back_to: datetime | None = None


_COLUMNS = (
    "id, number, channel_id, external_id, kind, terms, customer_id, currency, commercial, money, headline, "
    "open_holds, total_minor, paid_minor, refunded_minor, units, placed_at, hold_until, "
    "clock_stopped_at"
)
ODD_MONEY = frozenset(
    {
        "pending",
        "unknown",
        "partly_paid",
        "overpaid",
        "partly_refunded",
        "refunded",
        "cod_collected",
        "cod_remitted",
    }
)
"""Money states with an index of their own; the others are what most orders have."""


@dataclass(frozen=True, slots=True)
class _Driver:
    """The index a page is read along.

    Attributes:
        values: One branch per value; each is read in order and they are merged.
        condition: On sales_order, with branch.value.
        source: From where, instead of sales_order alone.
        key: The columns it is ordered by.
        exact: The filters this driver settles by itself.
    """

    kind: str
    values: Sequence[Any]
    condition: str
    exact: frozenset[str]
    source: str = "sales_order AS o"
    key: tuple[str, str] = ("o.placed_at", "o.id")


def _driver(filters: Filters, scope: Scope) -> _Driver:
    """The narrowest index there is for these filters."""
    if filters.ids is not None:
        return _Driver("uuid", list(filters.ids), "o.id = branch.value", frozenset({"ids"}))
    if filters.customers is not None:
        return _Driver(
            "uuid", list(filters.customers), "o.customer_id = branch.value", frozenset({"customers"})
        )
    if filters.sku_id is not None:
        return _Driver(
            "uuid",
            [filters.sku_id],
            "EXISTS (SELECT 1)",
            frozenset({"sku_id"}),
            """(SELECT DISTINCT ON (order_line.order_id) order_line.order_id FROM order_line
                WHERE order_line.shop_id = %(shop)s AND order_line.sku_id = branch.value
                  AND (%(sku_at)s::uuid IS NULL OR order_line.order_id {lt} %(sku_at)s::uuid)
                ORDER BY order_line.order_id {dir} LIMIT %(budget)s) AS held
               JOIN sales_order AS o ON o.shop_id = %(shop)s AND o.id = held.order_id""",
            ("o.id", "o.id"),
        )
    if filters.tag is not None:
        return _Driver(
            "text",
            [filters.tag],
            "order_tag.shop_id = %(shop)s AND order_tag.tag = branch.value",
            frozenset({"tag"}),
            "order_tag JOIN sales_order AS o ON o.shop_id = %(shop)s AND o.id = order_tag.order_id",
            ("order_tag.placed_at", "order_tag.order_id"),
        )
    if filters.late_since is not None:
        # What is late is work that waits, which is little beside the orders ever taken.
        return _Driver(
            "int",
            [1],
            "branch.value = 1",
            frozenset({"late"}),
            """(SELECT DISTINCT task.order_id FROM task
                WHERE task.shop_id = %(shop)s AND task.state NOT IN ('handed_over', 'cancelled')
                  AND task.planned_at < %(late)s) AS late
               JOIN sales_order AS o ON o.shop_id = %(shop)s AND o.id = late.order_id""",
        )
    if filters.in_danger:
        return _Driver(
            "int",
            [1],
            "branch.value = 1",
            frozenset({"danger"}),
            """(SELECT DISTINCT promise.order_id FROM delivery_promise AS promise
                WHERE promise.shop_id = %(shop)s AND promise.risk IS NOT NULL AND promise.closed_at IS NULL) AS promised
               JOIN sales_order AS o ON o.shop_id = %(shop)s AND o.id = promised.order_id""",
        )
    if filters.held:
        return _Driver("int", [1], "o.open_holds > 0", frozenset({"held"}))
    if filters.money in ODD_MONEY:
        # The index is partial, so the state must stand in the statement for the planner to use it.
        return _Driver("int", [1], f"o.money = '{filters.money}'", frozenset({"money"}))
    if filters.kind not in (None, "b2c"):
        known = {"b2b", "dropship", "preorder", "made_to_order", "subscription"} & {filters.kind}
        return _Driver("int", [1] if known else [], f"o.kind = '{''.join(known)}'", frozenset({"kind"}))
    if filters.headlines:
        return _Driver("text", list(filters.headlines), "o.headline = branch.value", frozenset({"headlines"}))
    if channels := _channels(filters, scope):
        return _Driver("uuid", channels, "o.channel_id = branch.value", frozenset({"channels"}))
    return _Driver("int", [1], "true", frozenset())


def _channels(filters: Filters, scope: Scope) -> list[UUID]:
    if scope.channel_ids is None:
        return list(filters.channels)
    return sorted(scope.channel_ids & set(filters.channels) if filters.channels else scope.channel_ids)


def _residual(filters: Filters, scope: Scope, settled: frozenset[str]) -> list[str]:
    """What is left to check on each row."""
    tests = {
        "headlines": "branch.headline = ANY(%(headlines)s)" if filters.headlines else "",
        "channels": "branch.channel_id = ANY(%(channels)s)"
        if filters.channels or scope.channel_ids is not None
        else "",
        "terms": "branch.terms = %(terms)s" if filters.terms else "",
        "kind": "branch.kind = %(kind)s" if filters.kind else "",
        "money": "branch.money = %(money)s" if filters.money else "",
        "held": "branch.open_holds > 0" if filters.held else "",
        "danger": _IN_DANGER if filters.in_danger else "",
        "late": _IS_LATE if filters.late_since is not None else "",
        "total_from": "branch.total_minor >= %(total_from)s" if filters.total_from is not None else "",
        "total_until": "branch.total_minor <= %(total_until)s" if filters.total_until is not None else "",
        "tag": _HAS_TAG if filters.tag else "",
        "location": at_places("branch", "%(location)s") if filters.location_id else "",
        "places": at_places("branch", "%(places)s") if scope.location_ids is not None else "",
        "sku_id": _HAS_SKU if filters.sku_id else "",
        "range": "branch.placed_at >= %(from)s AND branch.placed_at < %(until)s"
        if "sku_id" in settled and (filters.placed_from or filters.placed_until)
        else "",
    }
    return [test for name, test in tests.items() if test and name not in settled]


_HAS_TAG = """EXISTS (SELECT 1 FROM order_tag AS put WHERE put.shop_id = %(shop)s
              AND put.order_id = branch.id AND put.tag = %(tag)s)"""
_IS_LATE = """EXISTS (SELECT 1 FROM task AS late WHERE late.shop_id = %(shop)s AND late.order_id = branch.id
              AND late.state NOT IN ('handed_over', 'cancelled') AND late.planned_at < %(late)s)"""
_IN_DANGER = """EXISTS (SELECT 1 FROM delivery_promise AS promised WHERE promised.shop_id = %(shop)s
              AND promised.order_id = branch.id AND promised.risk IS NOT NULL AND promised.closed_at IS NULL)"""
_HAS_SKU = """EXISTS (SELECT 1 FROM order_line AS held WHERE held.shop_id = %(shop)s
              AND held.order_id = branch.id AND held.sku_id = %(sku)s)"""

_PAGE = """
WITH branch AS (
    SELECT found.*, row_number() OVER (PARTITION BY branch.turn ORDER BY found.at {dir}, found.id {dir}) AS place
    FROM unnest(%(values)s::{kind}[]) WITH ORDINALITY AS branch (value, turn)
    CROSS JOIN LATERAL (
        SELECT {columns}, {key_at} AS at
        FROM {source}
        WHERE o.shop_id = %(shop)s AND {condition} {range}
        ORDER BY {order}
        LIMIT %(budget)s
    ) AS found
), reached AS (
    SELECT at, id FROM branch WHERE place = %(budget)s ORDER BY at {dir}, id {dir} LIMIT 1
), fitting AS (
    SELECT branch.*
    FROM branch
    LEFT JOIN reached ON true
    WHERE {residual} AND (reached.id IS NULL OR (branch.at, branch.id) {ge} (reached.at, reached.id))
    ORDER BY branch.at {dir}, branch.id {dir}
    LIMIT %(limit)s
)
SELECT fitting.*, last.placed_at AS reached_at, last.id AS reached_id
FROM (VALUES (1)) AS one (row)
LEFT JOIN reached ON true
LEFT JOIN branch AS last ON last.id = reached.id
LEFT JOIN fitting ON true
ORDER BY fitting.at {dir}, fitting.id {dir}
"""

# With nothing left to check, branches are merged by their keys, which stand in the index; only the
# rows that are shown are fetched. A name a hundred people share would fetch thousands otherwise.
_PAGE_BY_KEYS = """
WITH fitting AS (
    SELECT found.at, found.id
    FROM unnest(%(values)s::{kind}[]) AS branch (value)
    CROSS JOIN LATERAL (
        SELECT {key_at} AS at, o.id
        FROM {source}
        WHERE o.shop_id = %(shop)s AND {condition} {range}
        ORDER BY {order}
        LIMIT %(budget)s
    ) AS found
    ORDER BY found.at {dir}, found.id {dir}
    LIMIT %(limit)s
)
SELECT {columns}, NULL::timestamptz AS reached_at, NULL::uuid AS reached_id
FROM fitting
JOIN sales_order AS o ON o.shop_id = %(shop)s AND o.id = fitting.id
ORDER BY fitting.at {dir}, fitting.id {dir}
"""


async def list_orders(
    tx: Tx,
    filters: Filters,
    *,
    scope: Scope = EVERYTHING,
    after: Key | None = None,
    before: Key | None = None,
    limit: int = 50,
) -> Listed:
    """A page of orders, the newest first.

    Args:
        after: Orders older than this one; `before`: newer than this one, the nearest of them.
    """
    backwards = before is not None
    driver = _driver(filters, scope)
    residual = _residual(filters, scope, driver.exact)
    rows = await _read(tx, filters, scope, driver, residual, before if backwards else after, backwards, limit)
    found = [row for row in rows if row.id is not None]
    reached = Key(rows[0].reached_at, rows[0].reached_id) if rows and rows[0].reached_id else None
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    shown = tuple(_row(row) for row in found)
    first = Key(shown[0].placed_at, shown[0].id) if shown else None
    last = Key(shown[-1].placed_at, shown[-1].id) if shown else None
    if backwards:
        return Listed(shown, older=last or before, newer=first if more or reached else None)
    # With nothing left to check, a full branch is only the end of the page, not of the search.
    stopped = reached is not None and not more and bool(residual)
    older = last if more else reached if stopped else None
    return Listed(
        shown,
        older=older,
        newer=(first or after) if after else None,
        looked_back_to=reached.placed_at if stopped and reached else None,
    )


async def _read(
    tx: Tx,
    filters: Filters,
    scope: Scope,
    driver: _Driver,
    residual: Sequence[str],
    start: Key | None,
    backwards: bool,
    limit: int,
) -> list[Any]:
    way = {"dir": "ASC", "lt": ">", "ge": "<="} if backwards else {"dir": "DESC", "lt": "<", "ge": ">="}
    at, key_id = driver.key
    by_id = at == key_id
    bounds = []
    if start is not None and not by_id:
        bounds.append(f"AND ({at}, {key_id}) {way['lt']} (%(at)s, %(after)s)")
    if not by_id:
        if filters.placed_from is not None:
            bounds.append(f"AND {at} >= %(from)s")
        if filters.placed_until is not None:
            bounds.append(f"AND {at} < %(until)s")
    by_keys = not residual and len(driver.values) > 1
    statement = (_PAGE_BY_KEYS if by_keys else _PAGE).format(
        kind=driver.kind,
        columns=", ".join(f"o.{name}" for name in _COLUMNS.split(", ")),
        key_at=at,
        source=driver.source.replace("{dir}", way["dir"]).replace("{lt}", way["lt"]),
        condition=driver.condition,
        range=" ".join(bounds),
        order=f"{at} {way['dir']}" if by_id else f"{at} {way['dir']}, {key_id} {way['dir']}",
        residual=" AND ".join(residual) or "true",
        **way,
    )
    parameters = {
        "shop": tx.shop_id,
        "values": driver.values,
        "budget": LOOKED_THROUGH if residual else limit + 1,
        "limit": limit + 1,
        "at": start.placed_at if start else None,
        "after": start.id if start else None,
        "sku_at": start.id if start else None,
        "headlines": list(filters.headlines),
        "channels": _channels(filters, scope),
        "terms": filters.terms,
        "kind": filters.kind,
        "money": filters.money,
        "tag": filters.tag,
        "location": [filters.location_id],
        "places": sorted(scope.location_ids) if scope.location_ids is not None else [],
        "sku": filters.sku_id,
        "late": filters.late_since,
        "from": filters.placed_from or datetime.min,  # noqa: DTZ901 - only a bound below everything
        "until": filters.placed_until or datetime.max,  # noqa: DTZ901
        "total_from": filters.total_from,
        "total_until": filters.total_until,
    }
    return await tx.all(statement, parameters)


def _row(row: Any) -> Row:
    return Row(*[getattr(row, name) for name in _COLUMNS.split(", ")])


async def tags_of_many(tx: Tx, orders: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Tags of each of these orders."""
    rows = await tx.all(
        """
        SELECT order_id, array_agg(tag ORDER BY tag) AS tags
        FROM order_tag
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        GROUP BY order_id
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.order_id: tuple(row.tags) for row in rows}


async def visible(tx: Tx, orders: Sequence[UUID], scope: Scope) -> set[UUID]:
    """Which of these orders somebody may see."""
    if scope == EVERYTHING:
        rows = await tx.all(
            "SELECT id FROM sales_order WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
            {"shop": tx.shop_id, "ids": list(orders)},
        )
        return {row.id for row in rows}
    listed = await list_orders(tx, Filters(ids=tuple(orders)), scope=scope, limit=len(orders) or 1)
    return {row.id for row in listed.rows}


async def used_tags(tx: Tx, *, limit: int = 30) -> list[str]:
    """Tags in use, by name; read by hopping from one to the next along the index."""
    rows = await tx.all(
        """
        WITH RECURSIVE found AS (
            (SELECT tag, 1 AS turn FROM order_tag WHERE shop_id = %(shop)s ORDER BY tag LIMIT 1)
            UNION ALL
            SELECT (SELECT order_tag.tag FROM order_tag
                    WHERE order_tag.shop_id = %(shop)s AND order_tag.tag > found.tag
                    ORDER BY order_tag.tag LIMIT 1), found.turn + 1
            FROM found
            WHERE found.tag IS NOT NULL AND found.turn < %(limit)s
        )
        SELECT tag FROM found WHERE tag IS NOT NULL
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [row.tag for row in rows]


async def saved_views(tx: Tx, page: str, staff_id: UUID | None) -> list[Any]:
    """Views of a page that are this person's or everybody's: id, name, query, staff_id."""
    return await tx.all(
        """
        SELECT id, name, query, staff_id
        FROM saved_view
        WHERE shop_id = %(shop)s AND page = %(page)s AND (staff_id IS NULL OR staff_id = %(staff)s)
        ORDER BY staff_id IS NOT NULL, created_at, id
        """,
        {"shop": tx.shop_id, "page": page, "staff": staff_id},
    )
