"""Pictures of goods that come back: what the buyer shows of them, and what the table saw.

keep    with the request, the count or the judgement they belong to, in its transaction: all of it, or nothing
seal    under the key of the order's buyer; erasing them erases the pictures
open    for whoever may see the return
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.catalog import recognise
from orderan.customers import Seal, seals_for
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import lock_orders, orders_by_id
from orderan.returns import (
    PhotoMoment,
    PhotosOfNobody,
    ReturnNotFound,
    TooManyPhotos,
    behind,
    insert_photos,
    sealed_photo,
)

PICTURE: Final = "return_photo"
"""Table of sealed pictures, as it is bound into their ciphertext."""
MOST_AT_ONCE: Final = 4


async def keep_return_photos(
    tx: Tx, keyring: Keyring, return_id: UUID, photos: Sequence[bytes], moment: PhotoMoment, *, now: datetime
) -> None:
    """Keep pictures of a return, each once it is known for one.

    Args:
        photos: JPEG, PNG or WebP, told by their bytes; none is nothing to do.

    Raises:
        TooManyPhotos: More than four.
        NotAnImage, ImageTooLarge: Of any of them.
        ReturnNotFound: The shop has no such return.
        PhotosOfNobody: Its order names no buyer, or one who was erased.
    """
    if not photos:
        return
    if len(photos) > MOST_AT_ONCE:
        raise TooManyPhotos(len(photos), MOST_AT_ONCE)
    packed = [f"{recognise(photo).kind}:{b64encode(photo).decode()}" for photo in photos]
    order_id = await behind(tx, return_id)
    if order_id is None:
        raise ReturnNotFound(to_text("ret", return_id))
    seal = await _seal(tx, keyring, (await lock_orders(tx, [order_id]))[order_id].customer_id)
    if seal is None:
        raise PhotosOfNobody
    await insert_photos(tx, return_id, moment, [seal.shut(PICTURE, "photo", one) for one in packed], now=now)


async def opened_photo(tx: Tx, keyring: Keyring, return_id: UUID, no: int) -> tuple[str, bytes] | None:
    """A picture as (kind, bytes); None where there is none of that number, or nobody it is of any more."""
    order_id = await behind(tx, return_id)
    sealed = await sealed_photo(tx, return_id, no)
    if order_id is None or sealed is None:
        return None
    seal = await _seal(tx, keyring, (await orders_by_id(tx, [order_id]))[order_id].customer_id)
    opened = seal.open(PICTURE, "photo", sealed) if seal else None
    if opened is None:
        return None
    kind, _, content = opened.partition(":")
    return kind, b64decode(content)


async def _seal(tx: Tx, keyring: Keyring, customer_id: UUID | None) -> Seal | None:
    if customer_id is None:
        return None
    return (await seals_for(tx, keyring, [customer_id])).get(customer_id)
