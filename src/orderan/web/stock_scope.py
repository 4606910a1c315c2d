"""What stock pages and the stock API share: who may touch which place, prefixes, streams, cursors."""

import base64
import binascii
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from orderan.access import Principal
from orderan.inventory import COUNTED, Location, list_locations
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.web.live_stock import EVERYWHERE, StockWatch

LOCATION: Final = "loc"
SKU: Final = "sku"
LOT: Final = "lot"
TRANSFER: Final = "trf"
STOCK_TAKE: Final = "opn"
MOVEMENT: Final = "mov"


@dataclass(eq=False)
class OutsideScope(Refusal):
    """The place exists, and this person or key may not touch it."""

    location: str

    code = "outside_scope"
    kind = Kind.FORBIDDEN
    sentence = N_("Lokasi itu di luar wewenang Anda.")


@dataclass(eq=False)
class CursorUnreadable(Refusal):
    """The cursor is not one that this list gave out."""

    code = "cursor_unreadable"
    kind = Kind.INVALID
    sentence = N_("Penanda halaman itu tidak dikenal. Mulai lagi dari halaman pertama.")


def require_scope(principal: Principal, *locations: UUID) -> None:
    """Raises OutsideScope unless the principal may touch every one of these."""
    for location in locations:
        if principal.location_ids is not None and location not in principal.location_ids:
            raise OutsideScope(to_text(LOCATION, location))


async def places_of(tx: Tx, principal: Principal) -> list[Location]:
    """Places with counted stock that the principal may see."""
    return [
        place
        for place in await list_locations(tx, kinds=COUNTED)
        if principal.location_ids is None or place.id in principal.location_ids
    ]


def cursor(*values: object) -> str:
    """Where a page ended, as text that a client hands back."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def read_moment(text: str) -> tuple[datetime, UUID] | None:
    """A cursor of (moment, id); "" is the first page.

    Raises:
        CursorUnreadable: It is no such cursor.
    """
    if not text:
        return None
    try:
        found = msgspec.json.decode(_bytes(text), type=tuple[datetime, UUID])
    except (msgspec.DecodeError, binascii.Error, ValueError) as fault:
        raise CursorUnreadable from fault
    if found[0].tzinfo is None:
        raise CursorUnreadable
    return found


def read_expiry(text: str) -> tuple[date, UUID, UUID, UUID, UUID] | None:
    """A cursor of (expiry, sku, location, owner, lot); "" is the first page.

    Raises:
        CursorUnreadable: It is no such cursor.
    """
    if not text:
        return None
    try:
        return msgspec.json.decode(_bytes(text), type=tuple[date, UUID, UUID, UUID, UUID])
    except (msgspec.DecodeError, binascii.Error, ValueError) as fault:
        raise CursorUnreadable from fault


def read_code(text: str) -> str | None:
    """A cursor of a sku code; "" is the first page.

    Raises:
        CursorUnreadable: It is no such cursor.
    """
    if not text:
        return None
    try:
        return msgspec.json.decode(_bytes(text), type=tuple[str])[0]
    except (msgspec.DecodeError, binascii.Error, ValueError) as fault:
        raise CursorUnreadable from fault


def _bytes(text: str) -> bytes:
    return base64.b64decode((text + "=" * (-len(text) % 4)).encode(), altchars=b"-_", validate=True)


def cause_text(kind: str, cause_id: UUID | None) -> str | None:
    """What a movement was for, as the API names it: an order, a transfer, or another cause."""
    if cause_id is None:
        return None
    if kind == "count":
        return to_text(STOCK_TAKE, cause_id)
    if kind.startswith("transfer") or kind == "adjust":
        return to_text(TRANSFER, cause_id)
    return to_text("cau" if kind in {"receive", "expect"} else "ord", cause_id)


def read_cause(text: str) -> UUID:
    """Raises NotAnId."""
    prefix = text.partition("_")[0]
    return from_text(prefix if prefix in {"ord", TRANSFER, STOCK_TAKE, "cau"} else "ord", text)


def stream(watch: StockWatch, principal: Principal, skus: Collection[UUID]) -> ServerSentEvent:
    """Events `stock` with {"sku", "location", "available"}; location "all" is the sum of what one may see."""

    async def events() -> AsyncIterator[Any]:
        following = watch.follow(principal.shop_id, skus, locations=principal.location_ids)
        try:
            async for told in following:
                if not told:
                    yield ServerSentEventMessage(comment="still here")
                for one in told:
                    place = to_text(LOCATION, one.location_id) if one.location_id else EVERYWHERE
                    data = {"sku": one.sku, "location": place, "available": one.available}
                    yield ServerSentEventMessage(event="stock", data=msgspec.json.encode(data).decode())
        finally:
            await following.aclose()  # type: ignore[attr-defined]

    return ServerSentEvent(
        events(), headers={"cache-control": "no-store", "x-accel-buffering": "no"}, retry_duration=2_000
    )
