"""Products over the API."""

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
    CatalogState,
    ProductCard,
    ProductDetail,
    ProductFields,
    add_product,
    change_product,
    list_products,
    product_detail,
    set_product_state,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import READ, Cursor, PageSize, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.skus import NewSkuAsked, SkuTold, sku_told

# PostgreSQL keeps no NUL in a text.
TEXT: Final = r"^[^\x00]*$"
MOST_SKUS: Final = 200

Name = Annotated[str, Field(max_length=200, pattern=TEXT)]
Word = Annotated[str, Field(max_length=80, pattern=TEXT)]
Prose = Annotated[str, Field(max_length=5_000, pattern=TEXT)]


class ProductAsked(Asked):
    """A product to add, with the skus it is sold as."""

    name: Name
    description: Prose = ""
    brand: Word = ""
    category: Word = ""
    tax_class: Word = "ppn"
    skus: Annotated[list[NewSkuAsked], Field(max_length=MOST_SKUS, default_factory=list)]


class ProductChangesAsked(Asked):
    """What to change; what is absent stays."""

    name: Name | None = None
    description: Prose | None = None
    brand: Word | None = None
    category: Word | None = None
    tax_class: Word | None = None
    state: CatalogState | None = None


class ImageTold(Told):
    """A picture; its address never changes."""

    path: str
    width: int
    height: int


class ProductTold(Told):
    """A product."""

    id: str
    name: str
    brand: str
    category: str
    tax_class: str
    state: CatalogState
    images: list[ImageTold]
    created_at: datetime


class ProductListedTold(ProductTold):
    """A product in a list; skus on sale, and their prices for everybody today in minor units."""

    skus: list[str]
    least_price: int | None
    most_price: int | None


class ProductWholeTold(ProductTold):
    """A product with everything that is said of it."""

    description: str
    skus: list[SkuTold]


class ProductsTold(Told):
    """A page of products."""

    data: list[ProductListedTold]
    next_cursor: str | None


@get("/", summary="List or search products", opt={"needs": Permission.CATALOG_READ}, responses=READ)
async def products_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    q: Annotated[
        str,
        QueryParameter(
            max_length=120, pattern=TEXT, description="Beginning of a word of the name or of a sku code; GTIN"
        ),
    ] = "",
    category: Annotated[str, QueryParameter(max_length=80, pattern=TEXT)] = "",
    sold: Annotated[CatalogState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> ProductsTold:
    """By name, a page at a time."""

    async def read(tx: Tx) -> list[ProductCard]:
        after = None
        if cursor:
            last = (await product_detail(tx, from_text(PRODUCT_PREFIX, cursor))).product
            after = (last.name.lower(), last.id)
        return await list_products(
            tx, q=q, category=category, state=sold or "", after=after, limit=limit + 1, now=now
        )

    cards = await db.run(caller, read)
    more = to_text(PRODUCT_PREFIX, cards[limit - 1].id) if len(cards) > limit else None
    return ProductsTold(data=[_listed(card) for card in cards[:limit]], next_cursor=more)


@post("/", summary="Add a product", opt={"needs": Permission.CATALOG_WRITE}, responses=REFUSED)
async def product_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ProductAsked,
    idempotency_key: IdempotencyKey,
) -> ProductWholeTold:
    """Whole or not at all: every wrong field of the product and of its skus is told at once."""
    fields = ProductFields(data.name, data.description, data.brand, data.category, data.tax_class)

    async def command(tx: Tx) -> ProductWholeTold:
        product, _ = await add_product(tx, fields, [sku.fields() for sku in data.skus], now=now)
        return whole(await product_detail(tx, product.id))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get("/{product_id:str}", summary="One product", opt={"needs": Permission.CATALOG_READ}, responses=READ)
async def product_read(
    db: NamedDependency[Database], caller: NamedDependency[Caller], product_id: FromPath[str]
) -> ProductWholeTold:
    """A product with its skus, archived ones too."""
    product = from_text(PRODUCT_PREFIX, product_id)
    return whole(await db.run(caller, lambda tx: product_detail(tx, product)))


@patch(
    "/{product_id:str}",
    summary="Change, archive or restore a product",
    opt={"needs": Permission.CATALOG_WRITE},
    responses=REFUSED,
)
async def product_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    product_id: FromPath[str],
    data: ProductChangesAsked,
) -> ProductWholeTold:
    """Changes what is given; the same request again changes nothing."""
    product = from_text(PRODUCT_PREFIX, product_id)
    said = data.model_dump(exclude_none=True, exclude={"state"})

    async def command(tx: Tx) -> ProductWholeTold:
        if said:
            await change_product(tx, product, await _fields(tx, product, said), now=now)
        if data.state is not None:
            await set_product_state(tx, product, data.state, now=now)
        return whole(await product_detail(tx, product))

    return await db.run(caller, command)


async def _fields(tx: Tx, product_id: UUID, said: dict[str, str]) -> ProductFields:
    found = (await product_detail(tx, product_id)).product
    standing = ProductFields(found.name, found.description, found.brand, found.category, found.tax_class)
    return replace(standing, **said)


def whole(detail: ProductDetail) -> ProductWholeTold:
    """A product as the API tells it."""
    product = detail.product
    return ProductWholeTold(
        id=to_text(PRODUCT_PREFIX, product.id),
        name=product.name,
        description=product.description,
        brand=product.brand,
        category=product.category,
        tax_class=product.tax_class,
        state=CatalogState(product.state),
        images=_images(product.images),
        created_at=product.created_at,
        skus=[sku_told(sku, detail.parts) for sku in detail.skus],
    )


def _listed(card: ProductCard) -> ProductListedTold:
    return ProductListedTold(
        id=to_text(PRODUCT_PREFIX, card.id),
        name=card.name,
        brand=card.brand,
        category=card.category,
        tax_class=card.tax_class,
        state=CatalogState(card.state),
        images=_images(card.images),
        created_at=card.created_at,
        skus=card.codes,
        least_price=card.least_minor,
        most_price=card.most_minor,
    )


def _images(images: list[dict[str, Any]]) -> list[ImageTold]:
    return [
        ImageTold(path=f"/images/{one['file']}", width=one["width"], height=one["height"]) for one in images
    ]


handlers: list[Any] = [
    Router(
        "/api/v1/products",
        route_handlers=[products_listed, product_added, product_read, product_changed],
        tags=["catalog"],
    )
]
