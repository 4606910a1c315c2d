"""Between a row of the catalogue and what people say of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.catalog.models import CatalogState, Product, ProductFields, Sku, SkuFields
from orderan.catalog.rules import MOST_WEIGHT_G
from orderan.kit.ids import new_id


def made_product(shop_id: int, fields: ProductFields, now: datetime) -> Product:
    """A new active product."""
    return Product(
        shop_id=shop_id,
        id=new_id(),
        name=fields.name,
        description=fields.description,
        brand=fields.brand,
        category=fields.category,
        tax_class=fields.tax_class,
        state=str(CatalogState.ACTIVE),
        images=[],
        created_at=now,
    )


def described_product(product: Product) -> dict[str, Any]:
    """A product as the audit trail keeps it."""
    return {
        "name": product.name,
        "description": product.description,
        "brand": product.brand,
        "category": product.category,
        "tax_class": product.tax_class,
        "state": product.state,
        "images": [image["file"] for image in product.images],
    }


def made(shop_id: int, product_id: UUID, fields: SkuFields, now: datetime) -> Sku:
    """A new active sku."""
    return Sku(
        shop_id=shop_id,
        id=new_id(),
        product_id=product_id,
        code=fields.code,
        name=fields.name,
        options=dict(fields.options),
        gtin=fields.gtin or None,
        unit=fields.unit,
        weight_g=fields.weight_g,
        length_mm=fields.length_mm,
        width_mm=fields.width_mm,
        height_mm=fields.height_mm,
        is_bundle=fields.is_bundle,
        is_stocked=fields.is_stocked,
        lot_tracked=fields.lot_tracked,
        state=str(CatalogState.ACTIVE),
        created_at=now,
    )


def fields_of(sku: Sku, parts: Mapping[str, int]) -> SkuFields:
    """What was said of a sku, to change a part of it."""
    return SkuFields(
        code=sku.code,
        name=sku.name,
        options=sku.options,
        gtin=sku.gtin,
        unit=sku.unit,
        weight_g=sku.weight_g,
        length_mm=sku.length_mm,
        width_mm=sku.width_mm,
        height_mm=sku.height_mm,
        is_bundle=sku.is_bundle,
        is_stocked=sku.is_stocked,
        lot_tracked=sku.lot_tracked,
        parts=parts,
    )


def weighed(fields: SkuFields, skus: Mapping[str, Sku]) -> SkuFields:
    """A bundle nobody weighed weighs what its parts do, or shipping it would be priced as nothing."""
    if not fields.is_bundle or fields.weight_g:
        return fields
    weight = sum(skus[code].weight_g * units for code, units in fields.parts.items() if code in skus)
    return replace(fields, weight_g=min(weight, MOST_WEIGHT_G))


def changed(sku: Sku, fields: SkuFields) -> Sku:
    """The sku with other fields; its id, product, state and bundle-ness stay."""
    return replace(
        made(sku.shop_id, sku.product_id, fields, sku.created_at),
        id=sku.id,
        state=sku.state,
        is_bundle=sku.is_bundle,
    )


def described(sku: Sku, parts: Mapping[str, int]) -> dict[str, Any]:
    """A sku as the audit trail keeps it."""
    return {
        "code": sku.code,
        "name": sku.name,
        "options": sku.options,
        "gtin": sku.gtin,
        "unit": sku.unit,
        "weight_g": sku.weight_g,
        "size_mm": [sku.length_mm, sku.width_mm, sku.height_mm],
        "is_bundle": sku.is_bundle,
        "is_stocked": sku.is_stocked,
        "lot_tracked": sku.lot_tracked,
        "state": sku.state,
        "parts": dict(parts),
    }


def differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what changed, on both sides."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
