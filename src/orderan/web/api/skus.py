"""Skus over the API: the variants and bundles that are sold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.catalog import (
    PRODUCT_PREFIX,
    SKU_PREFIX,
    CatalogState,
    Part,
    Sku,
    SkuFields,
    add_skus,
    bundle_parts,
    change_sku,
    fields_of,
    list_skus,
    set_sku_state,
    sku_by_id,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import READ, Cursor, PageSize, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

# PostgreSQL keeps no NUL in a text.
TEXT: Final = r"^[^\x00]*$"

Code = Annotated[str, Field(max_length=64, pattern=TEXT)]
Word = Annotated[str, Field(max_length=120, pattern=TEXT)]
OptionWord = Annotated[str, Field(max_length=40, pattern=TEXT)]
Options = Annotated[dict[OptionWord, OptionWord], Field(max_length=5, examples=[{"ukuran": "M"}])]
Gtin = Annotated[str, Field(max_length=20, pattern=TEXT, description="GTIN-8, -12, -13 or -14")]
Grams = Annotated[int, Field(ge=0, le=1_000_000)]
Millimetres = Annotated[int, Field(ge=0, le=10_000)]
Units = Annotated[int, Field(ge=1, le=10_000)]
Parts = Annotated[
    dict[Code, Units], Field(max_length=50, description="Units by sku code of what a bundle is made of")
]


class NewSkuAsked(Asked):
    """A sku to add. One with `parts` is a bundle: it holds no stock of its own."""

    code: Code
    name: Word = ""
    options: Annotated[Options, Field(default_factory=dict)]
    gtin: Gtin | None = None
    unit: Word = "pcs"
    weight_g: Grams = 0
    length_mm: Millimetres = 0
    width_mm: Millimetres = 0
    height_mm: Millimetres = 0
    stocked: bool = Field(default=True, description="Ignored for a bundle")
    lot_tracked: bool = False
    parts: Annotated[Parts, Field(default_factory=dict)]

    def fields(self) -> SkuFields:
        """As the command takes it."""
        return SkuFields(
            code=self.code,
            name=self.name,
            options=self.options,
            gtin=self.gtin or None,
            unit=self.unit,
            weight_g=self.weight_g,
            length_mm=self.length_mm,
            width_mm=self.width_mm,
            height_mm=self.height_mm,
            is_bundle=bool(self.parts),
            is_stocked=self.stocked and not self.parts,
            lot_tracked=self.lot_tracked,
            parts=self.parts,
        )


class SkuAsked(NewSkuAsked):
    """A sku to add to a product."""

    product_id: Annotated[str, Field(max_length=40)]


class SkuChangesAsked(Asked):
    """What to change; what is absent stays. An empty `gtin` clears it."""

    code: Code | None = None
    name: Word | None = None
    options: Options | None = None
    gtin: Gtin | None = None
    unit: Word | None = None
    weight_g: Grams | None = None
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    stocked: bool | None = None
    lot_tracked: bool | None = None
    parts: Parts | None = None
    state: CatalogState | None = None


class SkuTold(Told):
    """A sku; sizes are of one packed unit."""

    id: str
    product_id: str
    code: str
    name: str
    options: dict[str, str]
    gtin: str | None
    unit: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    bundle: bool
    stocked: bool
    lot_tracked: bool
    state: CatalogState
    parts: dict[str, int]
    created_at: datetime


class SkusTold(Told):
    """A page of skus."""

    data: list[SkuTold]
    next_cursor: str | None


@get("/", summary="List or search skus", opt={"needs": Permission.CATALOG_READ}, responses=READ)
async def skus_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    q: Annotated[
        str,
        QueryParameter(
            max_length=120,
            pattern=TEXT,
            description="Beginning of the code or of a word of the product's name; GTIN",
        ),
    ] = "",
    gtin: Annotated[str, QueryParameter(max_length=14, pattern=r"^\d*$")] = "",
    product_id: Annotated[str, QueryParameter(max_length=40)] = "",
    sold: Annotated[CatalogState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> SkusTold:
    """By code, a page at a time."""
    product = from_text(PRODUCT_PREFIX, product_id) if product_id else None

    async def read(tx: Tx) -> tuple[list[Sku], list[Part]]:
        after = (await sku_by_id(tx, from_text(SKU_PREFIX, cursor))).code if cursor else ""
        rows = await list_skus(
            tx, q=q, gtin=gtin, product_id=product, state=sold or "", after=after, limit=limit + 1
        )
        skus = [sku for sku, _ in rows]
        return skus, await bundle_parts(tx, [sku.id for sku in skus if sku.is_bundle])

    skus, parts = await db.run(caller, read)
    more = to_text(SKU_PREFIX, skus[limit - 1].id) if len(skus) > limit else None
    return SkusTold(data=[sku_told(sku, parts) for sku in skus[:limit]], next_cursor=more)


@post("/", summary="Add a sku to a product", opt={"needs": Permission.CATALOG_WRITE}, responses=REFUSED)
async def sku_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: SkuAsked,
    idempotency_key: IdempotencyKey,
) -> SkuTold:
    """A variant, or a bundle when it has parts. Whether it is a bundle cannot be changed later."""
    product = from_text(PRODUCT_PREFIX, data.product_id)

    async def command(tx: Tx) -> SkuTold:
        [sku] = await add_skus(tx, product, [data.fields()], now=now)
        return await _whole(tx, sku.id)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get("/{sku_id:str}", summary="One sku", opt={"needs": Permission.CATALOG_READ}, responses=READ)
async def sku_read(
    db: NamedDependency[Database], caller: NamedDependency[Caller], sku_id: FromPath[str]
) -> SkuTold:
    """A sku, archived or not."""
    sku = from_text(SKU_PREFIX, sku_id)
    return await db.run(caller, lambda tx: _whole(tx, sku))


@patch(
    "/{sku_id:str}",
    summary="Change, archive or restore a sku",
    opt={"needs": Permission.CATALOG_WRITE},
    responses=REFUSED,
)
async def sku_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    sku_id: FromPath[str],
    data: SkuChangesAsked,
) -> SkuTold:
    """Changes what is given; `parts` replaces the whole of what a bundle is made of."""
    sku = from_text(SKU_PREFIX, sku_id)
    said: dict[str, Any] = data.model_dump(exclude_none=True, exclude={"state"})
    if "stocked" in said:
        said["is_stocked"] = said.pop("stocked")

    async def command(tx: Tx) -> SkuTold:
        if said:
            before = await sku_by_id(tx, sku)
            parts = {part.code: part.quantity for part in await bundle_parts(tx, [sku])}
            await change_sku(tx, sku, replace(fields_of(before, parts), **said), now=now)
        if data.state is not None:
            await set_sku_state(tx, sku, data.state, now=now)
        return await _whole(tx, sku)

    return await db.run(caller, command)


async def _whole(tx: Tx, sku_id: UUID) -> SkuTold:
    sku = await sku_by_id(tx, sku_id)
    return sku_told(sku, await bundle_parts(tx, [sku_id]) if sku.is_bundle else [])


def sku_told(sku: Sku, parts: Sequence[Part]) -> SkuTold:
    """A sku as the API tells it; `parts` may hold those of other bundles too."""
    return SkuTold(
        id=to_text(SKU_PREFIX, sku.id),
        product_id=to_text(PRODUCT_PREFIX, sku.product_id),
        code=sku.code,
        name=sku.name,
        options=sku.options,
        gtin=sku.gtin,
        unit=sku.unit,
        weight_g=sku.weight_g,
        length_mm=sku.length_mm,
        width_mm=sku.width_mm,
        height_mm=sku.height_mm,
        bundle=sku.is_bundle,
        stocked=sku.is_stocked,
        lot_tracked=sku.lot_tracked,
        state=CatalogState(sku.state),
        parts={part.code: part.quantity for part in parts if part.bundle_id == sku.id},
        created_at=sku.created_at,
    )


handlers: list[Any] = [
    Router("/api/v1/skus", route_handlers=[skus_listed, sku_added, sku_read, sku_changed], tags=["catalog"])
]
