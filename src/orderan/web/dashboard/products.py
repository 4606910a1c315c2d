"""Products in the dashboard: the list, one product all around, adding, changing, archiving, pictures."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.catalog import (
    PRODUCT_PREFIX,
    UNITS,
    CatalogState,
    NotAnImage,
    PriceList,
    PriceListFields,
    PriceRow,
    ProductCard,
    ProductDetail,
    ProductFields,
    add_picture,
    add_price_list,
    add_product,
    arrange_pictures,
    assemblable,
    bundle_parts,
    categories,
    change_product,
    list_products,
    price_lists,
    product_detail,
    set_price,
    set_product_state,
    tax_classes,
)
from orderan.inventory import sellable_units
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.money import Money
from orderan.settings import Settings
from orderan.shops import shop_by_id
from orderan.web.dashboard.product_words import (
    SKU_FIELDS,
    Mistakes,
    picture_path,
    price_of,
    product_path,
    said,
    sku_of,
    sku_path,
    tax_options,
    typed,
)
from orderan.web.forms import many, one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.images import picture_folder
from orderan.web.pages import page

READ: Final = {"needs": Permission.CATALOG_READ}
WRITE: Final = {"needs": Permission.CATALOG_WRITE}
SHOWN: Final = 50
FIELDS: Final = ("name", "description", "brand", "category", "tax_class")
GENERAL: Final = PriceListFields("umum", "Umum")


@get("/products", name="products", opt=READ, include_in_schema=False)
async def products(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    principal: NamedDependency[Principal],
    q: FromQuery[str] = "",
    category: FromQuery[str] = "",
    view: FromQuery[str] = "active",
    after: FromQuery[str] = "",
) -> Response[Any]:
    """By name; narrowed by what was typed, by category and by whether they are sold."""
    wanted = {"active": "active", "archived": "archived"}.get(view, "")

    async def read(tx: Tx) -> tuple[list[ProductCard], list[str], dict[UUID, int], str]:
        begin = None
        if after:
            last = (await product_detail(tx, from_text(PRODUCT_PREFIX, after))).product
            begin = (last.name.lower(), last.id)
        cards = await list_products(
            tx, q=q, category=category, state=wanted, after=begin, limit=SHOWN + 1, now=now
        )
        shop = await shop_by_id(tx, tx.shop_id)
        stock = await _stock(tx, principal, [sku for card in cards for sku in card.sku_ids], now)
        return cards, await categories(tx), stock, shop.currency

    cards, known, stock, currency = await db.run(caller, read)
    older = to_text(PRODUCT_PREFIX, cards[SHOWN - 1].id) if len(cards) > SHOWN else None
    return page(
        request,
        "products/list.html",
        products=cards[:SHOWN],
        older=older,
        after=after,
        q=q,
        category=category,
        category_options=[(one, one) for one in known],
        view=view if view in {"active", "archived", "all"} else "active",
        stock={card.id: sum(stock.get(sku, 0) for sku in card.sku_ids) for card in cards},
        money=lambda minor: None if minor is None else Money(minor, currency),
        product_path=product_path,
        picture_path=picture_path,
        may_write=principal.may(Permission.CATALOG_WRITE),
    )


async def _stock(tx: Tx, principal: Principal, skus: list[UUID], now: datetime) -> dict[UUID, int]:
    """Units that can be sold of each sku where this person looks; of a bundle, what its parts make."""
    parts = await bundle_parts(tx, skus)
    made_of: dict[UUID, list[tuple[UUID, int]]] = {}
    for part in parts:
        made_of.setdefault(part.bundle_id, []).append((part.sku_id, part.quantity))
    wanted_skus = {*skus, *(part.sku_id for part in parts)}
    units = await sellable_units(tx, wanted_skus, locations=principal.location_ids, now=now)
    return units | {bundle: assemblable(wanted, units) for bundle, wanted in made_of.items()}


@get("/products/new", opt=WRITE, include_in_schema=False)
async def product_form(
    request: Request[Any, Any, Any], db: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Response[Any]:
    """An empty form."""
    values = dict.fromkeys((*FIELDS, *SKU_FIELDS), "") | {"stocked": "yes", "tax_class": "ppn", "unit": "pcs"}
    return await _form(request, db, caller, values, Mistakes(request))


@post("/products/new", opt=WRITE, include_in_schema=False)
async def product_entered(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Add a product with its first sku and price, or show the form again with all that is wrong."""
    form = await posted(request)
    values = typed(form, (*FIELDS, *SKU_FIELDS))
    mistakes = Mistakes(request)
    fields = ProductFields(**{name: values[name].strip() for name in FIELDS})
    sku = sku_of(values, mistakes, bundle=False)

    async def command(tx: Tx) -> UUID:
        currency = (await shop_by_id(tx, tx.shop_id)).currency
        amount = price_of(values["price"], currency, mistakes)
        product, [made] = await add_product(tx, fields, [sku], now=now)
        if mistakes:
            raise _Mistaken
        if amount is not None:
            general = await _general(tx, currency, now)
            row = PriceRow(general.id, made.id, 1, now, None, amount)
            await set_price(tx, row, replacing=False, now=now)
        return product.id

    try:
        product_id = await db.run(caller, taken_once(form, command, now=now))
    except _Mistaken:
        pass
    except Refusal as refusal:
        mistakes.refuse(refusal)
    else:
        return Redirect(f"{product_path(product_id)}?said=added", status_code=303)
    return await _form(request, db, caller, values, mistakes)


class _Mistaken(Exception):
    """Undoes what was tried: a field could not be read."""


async def _general(tx: Tx, currency: str, now: datetime) -> PriceList:
    """The price list for everybody; made with the first price a shop sets."""
    for found in await price_lists(tx):
        if found.is_general:
            return found
    return await add_price_list(tx, GENERAL, currency=currency, now=now)


async def _form(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    values: dict[str, str],
    mistakes: Mistakes,
    product_id: UUID | None = None,
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[list[str], list[str]]:
        return await categories(tx), await tax_classes(tx)

    known, classes = await db.run(caller, read)
    return page(
        request,
        "products/form.html",
        values=values,
        errors=mistakes.errors,
        general=mistakes.general,
        categories=known,
        tax_options=tax_options(classes, place_of(request).words),
        unit_options=[(unit, unit) for unit in UNITS],
        back=product_path(product_id) if product_id else "/products",
        is_new=product_id is None,
        status_code=422 if mistakes else 200,
    )


@get("/products/{product:str}", opt=READ, include_in_schema=False)
async def product(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    principal: NamedDependency[Principal],
    product: FromPath[str],
) -> Response[Any]:
    """One product: what it needs, its skus with price and stock, pictures."""
    product_id = from_text(PRODUCT_PREFIX, product)
    return await product_page(request, db, caller, product_id, principal, now)


async def product_page(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    product_id: UUID,
    principal: Principal,
    now: datetime,
    mistakes: Mistakes | None = None,
) -> Response[Any]:
    """The page of a product, with what went wrong with one of its forms."""

    async def read(tx: Tx) -> tuple[ProductDetail, dict[UUID, int], list[PriceList]]:
        detail = await product_detail(tx, product_id)
        stock = await _stock(tx, principal, [sku.id for sku in detail.skus], now)
        return detail, stock, await price_lists(tx)

    detail, stock, lists = await db.run(caller, read)
    wrong = mistakes or Mistakes(request)
    return page(
        request,
        "products/detail.html",
        detail=detail,
        product=detail.product,
        stock=stock,
        sold_out=_sold_out(detail, stock),
        price_now=prices_now(detail, lists, now),
        path=product_path(product_id),
        sku_path=sku_path,
        picture_path=picture_path,
        errors=wrong.errors,
        general=wrong.general,
        flashes=said(request),
        may_write=principal.may(Permission.CATALOG_WRITE),
        status_code=422 if wrong else 200,
    )


def _sold_out(detail: ProductDetail, stock: dict[UUID, int]) -> bool:
    """Whether there is something to sell by the piece and none of it is left."""
    counted = [sku.id for sku in detail.skus if sku.state == "active" and (sku.is_stocked or sku.is_bundle)]
    return bool(counted) and not any(stock.get(sku, 0) for sku in counted)


def prices_now(detail: ProductDetail, lists: list[PriceList], now: datetime) -> dict[UUID, Money]:
    """Today's price of each sku for everybody: of the general lists the one of highest rank."""
    general = {found.id: found for found in lists if found.is_general}
    best: dict[UUID, tuple[int, Money]] = {}
    for row in detail.prices:
        found = general.get(row.price_list_id)
        if found and row.min_quantity == 1 and row.holds_at(now):
            ranked = (found.rank, Money(row.amount_minor, found.currency))
            if row.sku_id not in best or best[row.sku_id][0] < ranked[0]:
                best[row.sku_id] = ranked
    return {sku: money for sku, (_, money) in best.items()}


@get("/products/{product:str}/edit", opt=WRITE, include_in_schema=False)
async def product_edit_form(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    product: FromPath[str],
) -> Response[Any]:
    """What is said of a product."""
    product_id = from_text(PRODUCT_PREFIX, product)
    found = (await db.run(caller, lambda tx: product_detail(tx, product_id))).product
    values = {name: getattr(found, name) for name in FIELDS}
    return await _form(request, db, caller, values, Mistakes(request), product_id)


@post("/products/{product:str}/edit", opt=WRITE, include_in_schema=False)
async def product_edited(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
) -> Response[Any]:
    """Say other things of it."""
    product_id = from_text(PRODUCT_PREFIX, product)
    values = typed(await posted(request), FIELDS)
    fields = ProductFields(**{name: value.strip() for name, value in values.items()})
    mistakes = Mistakes(request)
    try:
        await db.run(caller, lambda tx: change_product(tx, product_id, fields, now=now))
    except Refusal as refusal:
        mistakes.refuse(refusal)
        return await _form(request, db, caller, values, mistakes, product_id)
    return Redirect(f"{product_path(product_id)}?said=saved", status_code=303)


@post("/products/{product:str}/state", opt=WRITE, include_in_schema=False)
async def product_state(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
) -> Response[Any]:
    """Archive or restore."""
    product_id = from_text(PRODUCT_PREFIX, product)
    sold = one(await posted(request), "state") == CatalogState.ACTIVE
    state = CatalogState.ACTIVE if sold else CatalogState.ARCHIVED
    await db.run(caller, lambda tx: set_product_state(tx, product_id, state, now=now))
    return Redirect(f"{product_path(product_id)}?said={'restored' if sold else 'archived'}", status_code=303)


@post("/products/{product:str}/pictures", opt=WRITE, include_in_schema=False)
async def picture_added(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    product: FromPath[str],
) -> Response[Any]:
    """Keep a picture and show it last."""
    product_id = from_text(PRODUCT_PREFIX, product)
    form = await posted(request)
    upload = form.get("picture")
    try:
        if not isinstance(upload, UploadFile):
            raise NotAnImage
        name, kept = picture_folder(settings).keep(await upload.read())
        await db.run(
            caller,
            taken_once(form, lambda tx: add_picture(tx, product_id, name, kept, now=now), now=now),
        )
    except Refusal as refusal:
        mistakes = Mistakes(request)
        mistakes.refuse(refusal)
        mistakes.errors, mistakes.general = {"picture": [mistakes.general]}, ""
        return await product_page(request, db, caller, product_id, principal, now, mistakes)
    return Redirect(f"{product_path(product_id)}?said=pictured", status_code=303)


@post("/products/{product:str}/pictures/arrange", opt=WRITE, include_in_schema=False)
async def pictures_arranged(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
) -> Response[Any]:
    """Put one first, or show it no more."""
    product_id = from_text(PRODUCT_PREFIX, product)
    form = await posted(request)
    names, first, gone = many(form, "file"), one(form, "first"), one(form, "gone")
    order = sorted((name for name in names if name != gone), key=lambda name: name != first)
    await db.run(caller, lambda tx: arrange_pictures(tx, product_id, order, now=now))
    return Redirect(f"{product_path(product_id)}?said=pictured", status_code=303)


handlers: list[Any] = [
    products,
    product_form,
    product_entered,
    product,
    product_edit_form,
    product_edited,
    product_state,
    picture_added,
    pictures_arranged,
]
