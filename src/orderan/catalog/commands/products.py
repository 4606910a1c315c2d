"""Add, change, archive and restore products."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.catalog import rules, store
from orderan.catalog.commands.skus import add_skus
from orderan.catalog.errors import EntryRefused, ProductNotFound
from orderan.catalog.fields import described_product, differing, made_product
from orderan.catalog.models import (
    PRODUCT_PREFIX,
    CatalogState,
    Product,
    ProductFields,
    Sku,
    SkuFields,
)
from orderan.catalog.views import tax_classes
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def add_product(
    tx: Tx, fields: ProductFields, skus: list[SkuFields], *, now: datetime
) -> tuple[Product, list[Sku]]:
    """Add a product with the skus it is sold as.

    Raises:
        EntryRefused: Names every wrong field, of the product and of its skus.
    """
    wrong = rules.check_product(fields, await tax_classes(tx))
    for sku in skus:
        wrong += rules.check_sku(sku)
    if wrong:
        raise EntryRefused(tuple(wrong))
    product = made_product(tx.shop_id, fields, now)
    await store.insert_products(tx, [product])
    added = Trace(
        "product.add", "product", to_text(PRODUCT_PREFIX, product.id), after=described_product(product)
    )
    await leave(tx, added, now=now)
    return product, await add_skus(tx, product.id, skus, now=now) if skus else []


async def change_product(tx: Tx, product_id: UUID, fields: ProductFields, *, now: datetime) -> Product:
    """Say other things of a product; orders that were placed keep their words.

    Raises:
        ProductNotFound
        EntryRefused: Names every wrong field; nothing is changed.
    """
    before = await _locked(tx, product_id)
    if wrong := rules.check_product(fields, await tax_classes(tx)):
        raise EntryRefused(tuple(wrong))
    after = replace(
        before,
        name=fields.name,
        description=fields.description,
        brand=fields.brand,
        category=fields.category,
        tax_class=fields.tax_class,
    )
    return await keep_change(tx, before, after, action="product.change", now=now)


async def set_product_state(tx: Tx, product_id: UUID, state: CatalogState, *, now: datetime) -> Product:
    """Archive a product, so that none of its skus is sold any more, or restore it.

    Open orders keep what they hold; skus keep their own state and come back with the product.

    Raises:
        ProductNotFound
    """
    before = await _locked(tx, product_id)
    action = "product.restore" if state is CatalogState.ACTIVE else "product.archive"
    return await keep_change(tx, before, replace(before, state=str(state)), action=action, now=now)


async def keep_change(tx: Tx, before: Product, after: Product, *, action: str, now: datetime) -> Product:
    """Write a changed product with its trace; nothing when nothing changed."""
    if before == after:
        return before
    await store.update_products(tx, [after])
    old, new = differing(described_product(before), described_product(after))
    await leave(tx, Trace(action, "product", to_text(PRODUCT_PREFIX, after.id), old, new), now=now)
    return after


async def _locked(tx: Tx, product_id: UUID) -> Product:
    product = await store.lock_product(tx, product_id)
    if product is None:
        raise ProductNotFound(to_text(PRODUCT_PREFIX, product_id))
    return product
