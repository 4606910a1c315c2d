"""Variants and bundles of a product in the dashboard."""

from dataclasses import replace
from datetime import datetime
from itertools import product as combinations
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.catalog import (
    PRODUCT_PREFIX,
    SKU_PREFIX,
    UNITS,
    CatalogState,
    ProductDetail,
    Sku,
    SkuFields,
    SkuNotFound,
    add_skus,
    change_sku,
    list_skus,
    product_detail,
    set_sku_state,
    set_substitutes,
    substitutes_of,
    write_pairs,
    write_parts,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text
from orderan.web.dashboard.product_words import SKU_FIELDS, Mistakes, product_path, sku_of, sku_path, typed
from orderan.web.forms import one, posted, taken_once
from orderan.web.pages import page

READ: Final = {"needs": Permission.CATALOG_READ}
WRITE: Final = {"needs": Permission.CATALOG_WRITE}
FOUND: Final = 12


@get("/products/{product:str}/skus/new", opt=WRITE, include_in_schema=False)
async def sku_form(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    product: FromPath[str],
    kind: FromQuery[str] = "",
) -> Response[Any]:
    """An empty form for variants, or for a bundle."""
    detail = await _detail(db, caller, product)
    values = dict.fromkeys(SKU_FIELDS, "") | {"stocked": "yes", "unit": "pcs"}
    return _form(request, detail, None, values, Mistakes(request), bundle=kind == "bundle")


@post("/products/{product:str}/skus/new", opt=WRITE, include_in_schema=False)
async def skus_entered(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
) -> Response[Any]:
    """Add a bundle, a variant, or one variant for every combination of the options' values."""
    product_id = from_text(PRODUCT_PREFIX, product)
    form = await posted(request)
    values, bundle = typed(form, SKU_FIELDS), one(form, "kind") == "bundle"
    mistakes = Mistakes(request)
    added = every_combination(sku_of(values, mistakes, bundle=bundle))
    if not mistakes:
        try:
            await db.run(
                caller, taken_once(form, lambda tx: add_skus(tx, product_id, added, now=now), now=now)
            )
        except Refusal as refusal:
            mistakes.refuse(refusal)
    if mistakes:
        detail = await _detail(db, caller, product)
        return _form(request, detail, None, values, mistakes, bundle=bundle)
    return Redirect(f"{product_path(product_id)}?said=saved", status_code=303)


def every_combination(fields: SkuFields) -> list[SkuFields]:
    """One sku per combination where an option has several values: `ukuran=S,M; warna=Merah,Biru` is four.

    Codes and names are the first one with the values behind it; a GTIN stays with a lone sku only.
    """
    values = {
        key: [one.strip() for one in text.split(",") if one.strip()] for key, text in fields.options.items()
    }
    if all(len(found) == 1 for found in values.values()):
        return [fields]
    made = []
    for chosen in combinations(*values.values()):
        code = "-".join([fields.code, *(one.upper().replace(" ", "") for one in chosen)])
        made.append(
            replace(
                fields,
                code=code,
                name=" ".join(filter(None, [fields.name, *chosen])),
                options=dict(zip(values, chosen, strict=True)),
                gtin=None,
            )
        )
    return made


@get("/products/{product:str}/skus/{sku:str}", opt=READ, include_in_schema=False)
async def sku_page(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    product: FromPath[str],
    sku: FromPath[str],
) -> Response[Any]:
    """What is said of a sku."""
    detail = await _detail(db, caller, product)
    found = _sku_in(detail, sku)
    values = _values(detail, found) | {"substitutes": await _substitutes(db, caller, found.id)}
    return _form(request, detail, found, values, Mistakes(request), bundle=found.is_bundle)


@post("/products/{product:str}/skus/{sku:str}", opt=WRITE, include_in_schema=False)
async def sku_edited(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
    sku: FromPath[str],
) -> Response[Any]:
    """Say other things of it; what a bundle is made of too."""
    detail = await _detail(db, caller, product)
    found = _sku_in(detail, sku)
    values, mistakes = typed(await posted(request), SKU_FIELDS), Mistakes(request)
    values["substitutes"] = await _substitutes(db, caller, found.id)
    fields = sku_of(values, mistakes, bundle=found.is_bundle)
    if not mistakes:
        try:
            await db.run(caller, lambda tx: change_sku(tx, found.id, fields, now=now))
        except Refusal as refusal:
            mistakes.refuse(refusal)
    if mistakes:
        return _form(request, detail, found, values, mistakes, bundle=found.is_bundle)
    return Redirect(f"{product_path(found.product_id)}?said=saved", status_code=303)


@post("/products/{product:str}/skus/{sku:str}/state", opt=WRITE, include_in_schema=False)
async def sku_state(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
    sku: FromPath[str],
) -> Response[Any]:
    """Archive or restore a sku."""
    sku_id = _sku_in(await _detail(db, caller, product), sku).id
    sold = one(await posted(request), "state") == CatalogState.ACTIVE
    state = CatalogState.ACTIVE if sold else CatalogState.ARCHIVED
    found = await db.run(caller, lambda tx: set_sku_state(tx, sku_id, state, now=now))
    word = "restored" if sold else "archived"
    return Redirect(f"{product_path(found.product_id)}?said={word}", status_code=303)


@post("/products/{product:str}/skus/{sku:str}/substitutes", opt=WRITE, include_in_schema=False)
async def substitutes_named(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product: FromPath[str],
    sku: FromPath[str],
) -> Response[Any]:
    """Say what may stand in for it, the best first: a code on each line."""
    detail = await _detail(db, caller, product)
    found, mistakes = _sku_in(detail, sku), Mistakes(request)
    text = one(await posted(request), "substitutes")
    codes = [line.strip() for line in text.splitlines() if line.strip()]
    try:
        await db.run(caller, lambda tx: set_substitutes(tx, found.id, codes, now=now))
    except Refusal as refusal:
        mistakes.refuse(refusal)
        values = _values(detail, found) | {"substitutes": text}
        return _form(request, detail, found, values, mistakes, bundle=found.is_bundle)
    return Redirect(f"{product_path(found.product_id)}?said=saved", status_code=303)


@get("/products/look-up", opt=READ, include_in_schema=False)
async def look_up(
    db: NamedDependency[Database], caller: NamedDependency[Caller], q: FromQuery[str] = ""
) -> list[dict[str, str]]:
    """Skus on sale that fit what is being typed, for choosing one."""
    found = await db.run(
        caller, lambda tx: list_skus(tx, q=q[:80].replace("\0", ""), state="active", limit=FOUND)
    )
    return [
        {"value": sku.code, "label": " ".join(filter(None, [name, sku.name])), "sub": sku.code}
        for sku, name in found
    ]


def _values(detail: ProductDetail, found: Sku) -> dict[str, str]:
    """What is said of a sku, as it stands in its form."""
    parts = {part.code: part.quantity for part in detail.parts if part.bundle_id == found.id}
    return {
        "sku": found.code,
        "variant": found.name,
        "options": write_pairs(found.options),
        "gtin": found.gtin or "",
        "unit": found.unit,
        "weight_g": str(found.weight_g),
        "length_mm": str(found.length_mm),
        "width_mm": str(found.width_mm),
        "height_mm": str(found.height_mm),
        "parts": write_parts(parts).replace("; ", "\n"),
        "stocked": "yes" if found.is_stocked else "",
        "lot_tracked": "yes" if found.lot_tracked else "",
        "price": "",
    }


async def _substitutes(db: Database, caller: Caller, sku_id: UUID) -> str:
    """The codes of what may stand in, each on a line of its own."""
    found = await db.run(caller, lambda tx: substitutes_of(tx, [sku_id]))
    return "\n".join(sku.code for sku in found.get(sku_id, ()))


async def _detail(db: Database, caller: Caller, product: str) -> ProductDetail:
    product_id = from_text(PRODUCT_PREFIX, product)

    async def read(tx: Tx) -> ProductDetail:
        return await product_detail(tx, product_id)

    return await db.run(caller, read)


def _sku_in(detail: ProductDetail, sku: str) -> Sku:
    sku_id: UUID = from_text(SKU_PREFIX, sku)
    for found in detail.skus:
        if found.id == sku_id:
            return found
    raise SkuNotFound(sku)


def _form(
    request: Request[Any, Any, Any],
    detail: ProductDetail,
    sku: Sku | None,
    values: dict[str, str],
    mistakes: Mistakes,
    *,
    bundle: bool,
) -> Response[Any]:
    return page(
        request,
        "products/sku.html",
        product=detail.product,
        sku=sku,
        parts=[part for part in detail.parts if sku and part.bundle_id == sku.id],
        values=values,
        errors=mistakes.errors,
        general=mistakes.general,
        unit_options=[(unit, unit) for unit in UNITS],
        bundle=bundle,
        back=product_path(detail.product.id),
        path=sku_path(detail.product.id, sku.id) if sku else f"{product_path(detail.product.id)}/skus/new",
        may_write="catalog.write" in request.user.permissions,
        status_code=422 if mistakes else 200,
    )


handlers: list[Any] = [look_up, sku_form, skus_entered, sku_page, sku_edited, sku_state, substitutes_named]
