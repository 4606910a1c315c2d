"""Prices of a product over time, and the price lists, in the dashboard."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.catalog import (
    LIST_PREFIX,
    PRODUCT_PREFIX,
    SKU_PREFIX,
    Fault,
    PriceList,
    PriceListFields,
    PriceRow,
    ProductDetail,
    Sku,
    Wrong,
    add_price_list,
    change_price_list,
    end_price,
    price_lists,
    product_detail,
    set_price,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.money import Money
from orderan.shops import list_channels, shop_by_id
from orderan.web.dashboard.product_words import Mistakes, moment, price_of, product_path, said, typed
from orderan.web.forms import one, posted, sent_once, taken_once
from orderan.web.pages import page

READ: Final = {"needs": Permission.CATALOG_READ}
WRITE: Final = {"needs": Permission.CATALOG_WRITE}
FIELDS: Final = ("target", "price_list", "amount", "min_quantity", "valid_from", "valid_until", "replacing")
LIST_FIELDS: Final = ("code", "name", "channel", "customer_group", "rank")
PAST, AHEAD = timedelta(days=30), timedelta(days=90)
WIDTH: Final = 1000


@dataclass(frozen=True)
class Span:
    """A price on the time line: where it stands, how wide it is, and whether it holds."""

    row: PriceRow
    money: Money
    x: int
    width: int
    tense: str
    started: bool


@dataclass(frozen=True)
class Line:
    """Prices of one sku, list and step, oldest first."""

    sku: Sku
    price_list: PriceList
    min_quantity: int
    spans: list[Span]


@get("/products/{product:str}/prices", opt=READ, include_in_schema=False)
async def prices(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    principal: NamedDependency[Principal],
    product: FromPath[str],
) -> Response[Any]:
    """Every price the product has, had and will have."""
    values = dict.fromkeys(FIELDS, "") | {"min_quantity": "1", "replacing": "yes"}
    return await _page(request, db, caller, product, values, Mistakes(request), principal, now)


@post("/products/{product:str}/prices", opt=WRITE, include_in_schema=False)
async def price_entered(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    principal: NamedDependency[Principal],
    product: FromPath[str],
) -> Response[Any]:
    """Set a price of one sku or of all, from a moment on."""
    product_id = from_text(PRODUCT_PREFIX, product)
    form = await posted(request)
    values, mistakes = typed(form, FIELDS), Mistakes(request)
    begins = moment(values["valid_from"], principal.zone, mistakes, name="valid_from") or now
    ends = moment(values["valid_until"], principal.zone, mistakes, name="valid_until")
    step = values["min_quantity"].strip() or "1"
    if not (step.isascii() and step.isdigit()):
        mistakes.add(Wrong("min_quantity", Fault.NOT_WHOLE, step, "12"))

    async def command(tx: Tx) -> None:
        lists = {to_text(LIST_PREFIX, found.id): found for found in await price_lists(tx)}
        chosen = lists.get(values["price_list"])
        if chosen is None:
            mistakes.add(Wrong("price_list", Fault.REQUIRED))
        amount = price_of(values["amount"], chosen.currency if chosen else "IDR", mistakes, name="amount")
        if not values["amount"].strip():
            mistakes.add(Wrong("amount", Fault.REQUIRED))
        if mistakes or chosen is None or amount is None:
            return
        await sent_once(tx, form, now=now)
        detail = await product_detail(tx, product_id)
        # A minute typed as "now" is over by the time the form arrives.
        since = now if timedelta(0) < now - begins < timedelta(minutes=15) else begins
        for sku in detail.skus:
            if values["target"] in ("", to_text(SKU_PREFIX, sku.id)):
                row = PriceRow(chosen.id, sku.id, int(step), since, ends, amount)
                await set_price(tx, row, replacing=values["replacing"] == "yes", now=now)

    try:
        await db.run(caller, command)
    except Refusal as refusal:
        mistakes.refuse(refusal)
    if mistakes:
        return await _page(request, db, caller, product, values, mistakes, principal, now)
    return Redirect(f"{product_path(product_id)}/prices?said=priced", status_code=303)


@post("/products/{product:str}/prices/end", opt=WRITE, include_in_schema=False)
async def price_ended(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
) -> Response[Any]:
    """End a price now, or take away one that has not begun."""
    form = await posted(request)
    step = (
        from_text(SKU_PREFIX, one(form, "sku")),
        from_text(LIST_PREFIX, one(form, "price_list")),
        int(one(form, "min_quantity")),
    )
    begins = datetime.fromisoformat(one(form, "valid_from"))
    await db.run(caller, lambda tx: end_price(tx, step, begins, at=max(now, begins), now=now))
    return Redirect(f"/products/{product}/prices?said=ended", status_code=303)


async def _page(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    product: str,
    values: dict[str, str],
    mistakes: Mistakes,
    principal: Principal,
    now: datetime,
) -> Response[Any]:
    product_id = from_text(PRODUCT_PREFIX, product)

    async def read(tx: Tx) -> tuple[ProductDetail, list[PriceList]]:
        return await product_detail(tx, product_id), await price_lists(tx)

    detail, lists = await db.run(caller, read)
    return page(
        request,
        "products/prices.html",
        product=detail.product,
        lists=lists,
        sku_options=[
            (to_text(SKU_PREFIX, sku.id), " ".join(filter(None, [sku.code, sku.name]))) for sku in detail.skus
        ],
        list_options=[(to_text(LIST_PREFIX, found.id), found.name) for found in lists],
        lines=lines(detail, lists, now),
        today=_x(now, now),
        width=WIDTH,
        ends=(now - PAST, now + AHEAD),
        values=values,
        errors=mistakes.errors,
        general=mistakes.general,
        flashes=said(request),
        back=product_path(product_id),
        sku_text=lambda sku: to_text(SKU_PREFIX, sku.id),
        list_text=lambda found: to_text(LIST_PREFIX, found.id),
        may_write=principal.may(Permission.CATALOG_WRITE),
        status_code=422 if mistakes else 200,
    )


def lines(detail: ProductDetail, lists: list[PriceList], now: datetime) -> list[Line]:
    """Prices by sku, list and step, as bars on a line from a month ago to three months ahead."""
    by_step: dict[tuple[UUID, UUID, int], list[PriceRow]] = {}
    for row in detail.prices:
        by_step.setdefault(row.step, []).append(row)
    made = []
    for sku in detail.skus:
        for price_list in lists:
            for step in sorted(key[2] for key in by_step if key[:2] == (sku.id, price_list.id)):
                rows = by_step[sku.id, price_list.id, step]
                spans = [_span(row, price_list.currency, now) for row in rows]
                made.append(Line(sku, price_list, step, spans))
    return made


def _span(row: PriceRow, currency: str, now: datetime) -> Span:
    begin = _x(row.valid_from, now)
    end = _x(row.valid_until, now) if row.valid_until else WIDTH
    tense = "now" if row.holds_at(now) else "past" if row.valid_from <= now else "later"
    return Span(
        row, Money(row.amount_minor, currency), begin, max(0, end - begin), tense, row.valid_from <= now
    )


def _x(moment_: datetime, now: datetime) -> int:
    share = (moment_ - (now - PAST)) / (PAST + AHEAD)
    return round(min(1.0, max(0.0, share)) * WIDTH)


@get("/products/price-lists", opt=READ, include_in_schema=False)
async def lists_page(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Price lists, and a form for a new one."""
    return await _lists(request, db, caller, dict.fromkeys(LIST_FIELDS, ""), Mistakes(request), principal)


@post("/products/price-lists", opt=WRITE, include_in_schema=False)
async def list_entered(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Add a price list, or change the one that is named."""
    form = await posted(request)
    values, mistakes = typed(form, LIST_FIELDS), Mistakes(request)
    rank = values["rank"].strip() or "0"
    if not (rank.isascii() and rank.removeprefix("-").isdigit()):
        mistakes.add(Wrong("rank", Fault.NOT_WHOLE, rank, "10"))

    async def command(tx: Tx) -> None:
        channels = {str(channel.id): channel.id for channel in await list_channels(tx)}
        fields = PriceListFields(
            values["code"].strip(),
            values["name"].strip(),
            channels.get(values["channel"]),
            values["customer_group"].strip() or None,
            int(rank),
        )
        if of := one(form, "of"):
            await change_price_list(tx, from_text(LIST_PREFIX, of), fields, now=now)
        else:
            currency = (await shop_by_id(tx, tx.shop_id)).currency
            await add_price_list(tx, fields, currency=currency, now=now)

    if not mistakes:
        try:
            await db.run(caller, taken_once(form, command, now=now))
        except Refusal as refusal:
            mistakes.refuse(refusal)
    if mistakes:
        return await _lists(request, db, caller, values, mistakes, principal)
    return Redirect("/products/price-lists?said=listed", status_code=303)


async def _lists(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    values: dict[str, str],
    mistakes: Mistakes,
    principal: Principal,
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[list[PriceList], list[Any]]:
        return await price_lists(tx), list(await list_channels(tx))

    found, channels = await db.run(caller, read)
    return page(
        request,
        "products/lists.html",
        lists=found,
        channel_options=[(str(channel.id), channel.name) for channel in channels],
        channel_names={channel.id: channel.name for channel in channels},
        values=values,
        errors=mistakes.errors,
        general=mistakes.general,
        flashes=said(request),
        may_write=principal.may(Permission.CATALOG_WRITE),
        status_code=422 if mistakes else 200,
    )


handlers: list[Any] = [lists_page, list_entered, prices, price_entered, price_ended]
