"""Orders taken along: as a file of rows, and on paper."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.response import Stream

from orderan.access import Permission, Principal
from orderan.customers import Card, CustomerState, Field, customer_cards, note_reading
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import (
    Filters,
    Key,
    Listed,
    Row,
    list_orders,
    load_orders,
    understand,
)
from orderan.web.dashboard.order_filters import (
    Choices,
    asked_for,
    choices,
    chosen,
    scope_of,
)
from orderan.web.dashboard.order_looks import LABELS, reader_of
from orderan.web.dashboard.orders import cards_of
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]
CHUNK: Final = 500

HEADER: Final = (
    "number", "placed_at", "status", "money", "terms", "kind", "channel", "external_id", "customer", "units",
    "total", "paid", "refunded", "currency", "holds",
)  # fmt: skip


@get("/orders/export.csv", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def export(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Stream:
    """The orders that are seen, as CSV: the filter's to the last one, or the chosen ones."""
    place = place_of(request, now=now)
    texts = [value for name, value in place.query if name == "order_id"]

    async def begin(tx: Tx) -> tuple[Choices, Filters]:
        known = await choices(tx, principal)
        if texts:
            return known, Filters(ids=tuple(await chosen(tx, principal, texts)))
        asked = asked_for(place.query, known, principal.zone, now=now)
        found = await understand(tx, keyring, asked.text, asked.filters) if asked.text else None
        return known, found.filters if found else asked.filters

    known, filters = await db.run(caller, begin)
    channels = {channel_id: code for code, (channel_id, _) in known.channels.items()}

    name = f"orders-{now:%Y%m%d-%H%M}.csv"
    noted: set[UUID] = set()

    async def note(tx: Tx, cards: dict[UUID, Card]) -> None:
        """Whoever stands in the file with a whole name is told of it in the log, once per file."""
        named = {one for one, card in cards.items() if card.state is not CustomerState.ERASED} - noted
        if principal.may(Permission.PERSONAL_READ) and named:
            await note_reading(tx, named, [Field.NAME], purpose=f"ekspor pesanan {name}", now=now)

    async def lines() -> AsyncIterator[str]:
        yield written([HEADER])
        after: Key | None = None
        while True:

            async def read(tx: Tx, after: Key | None = after) -> tuple[Listed, dict[UUID, Card]]:
                listed = await list_orders(tx, filters, scope=scope_of(principal), after=after, limit=CHUNK)
                cards = await cards_of(tx, keyring, principal, listed.rows)
                await note(tx, cards)
                return listed, cards

            listed, cards = await db.run(caller, read)
            noted.update(cards)
            yield written([_exported(row, cards, channels) for row in listed.rows])
            if listed.older is None:
                return
            after = listed.older

    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Stream(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _exported(row: Row, cards: dict[UUID, Card], channels: dict[UUID, str]) -> list[str]:
    card = cards.get(row.customer_id) if row.customer_id else None
    cells = (
        row.number, row.placed_at.isoformat(), row.headline, row.money, row.terms, row.kind,
        channels.get(row.channel_id, ""), row.external_id or "", card.name if card else "", row.units,
        row.total_minor, row.paid_minor, row.refunded_minor, row.currency, row.open_holds,
    )  # fmt: skip
    return [str(cell) for cell in cells]


def written(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV; a cell a spreadsheet would run as a formula is defused."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_defused(cell) for cell in row] for row in rows])
    return out.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not cell[1:].isdigit() else cell


@get("/orders/print", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def print_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Response[str]:
    """The chosen orders with their lines, for paper."""
    texts = [value for name, value in place_of(request).query if name == "order_id"]

    async def read(tx: Tx) -> tuple[list[Any], dict[UUID, Card]]:
        ids = await chosen(tx, principal, texts)
        loaded = await load_orders(tx, ids)
        people = {order.customer_id for order, _ in loaded.values() if order.customer_id}
        cards = await customer_cards(tx, keyring, people, reader=reader_of(principal))
        return [loaded[order_id] for order_id in ids if order_id in loaded], cards

    orders, cards = await db.run(caller, read)
    return page(request, "orders/print.html", now=now, orders=orders, cards=cards, **LABELS)


handlers = [export, print_page]
