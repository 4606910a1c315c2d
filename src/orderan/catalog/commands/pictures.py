"""Show pictures with a product, in an order."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.catalog import store
from orderan.catalog.commands.products import keep_change
from orderan.catalog.errors import ProductNotFound, TooManyImages
from orderan.catalog.models import PRODUCT_PREFIX, Product
from orderan.catalog.pictures import MOST_IMAGES, Picture
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def add_picture(tx: Tx, product_id: UUID, name: str, picture: Picture, *, now: datetime) -> Product:
    """Show a kept picture last; one that is shown already stays where it is.

    Raises:
        ProductNotFound
        TooManyImages
    """
    before = await _locked(tx, product_id)
    if any(image["file"] == name for image in before.images):
        return before
    if len(before.images) >= MOST_IMAGES:
        raise TooManyImages(MOST_IMAGES)
    added = {"file": name, "width": picture.width, "height": picture.height}
    after = replace(before, images=[*before.images, added])
    return await keep_change(tx, before, after, action="product.picture", now=now)


async def arrange_pictures(tx: Tx, product_id: UUID, names: list[str], *, now: datetime) -> Product:
    """Show only these of the product's pictures, in this order; unknown names are passed over.

    Raises:
        ProductNotFound
    """
    before = await _locked(tx, product_id)
    known = {image["file"]: image for image in before.images}
    after = replace(before, images=[known[name] for name in dict.fromkeys(names) if name in known])
    return await keep_change(tx, before, after, action="product.picture", now=now)


async def _locked(tx: Tx, product_id: UUID) -> Product:
    product = await store.lock_product(tx, product_id)
    if product is None:
        raise ProductNotFound(to_text(PRODUCT_PREFIX, product_id))
    return product
