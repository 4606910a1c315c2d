"""How requests about stock name things: skus by code or barcode, places by id, lots by code."""

from datetime import datetime
from typing import Annotated

from litestar.params import QueryParameter
from pydantic import Field

from orderan.access import Principal
from orderan.inventory import (
    StockedSku,
    StockKey,
    UnknownSku,
    find_or_make_lots,
    list_locations,
    stocked_skus,
)
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, from_text
from orderan.web.stock_scope import LOCATION, require_scope

MOST_LISTED = 200
MOST_ROWS = 500
MOST_UNITS = 10**9

Code = Annotated[str, Field(min_length=1, max_length=64)]
Units = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Counts = Annotated[int, Field(ge=0, le=MOST_UNITS)]
Reason = Annotated[str, Field(min_length=1, max_length=300)]
LocationId = Annotated[str, Field(min_length=1, max_length=40, description="Such as loc_...")]
Cursor = Annotated[
    str, QueryParameter(name="cursor", max_length=300, description="`next_cursor` of the page before")
]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_LISTED)]
Lot = Annotated[str | None, Field(min_length=1, max_length=64)]


async def one_sku(tx: Tx, text: str) -> StockedSku:
    """A stocked sku by code or barcode.

    Raises:
        UnknownSku: There is none.
    """
    found = (await stocked_skus(tx, [text])).get(text)
    if found is None:
        raise UnknownSku((text,))
    return found


async def key_named(tx: Tx, sku: str, location_id: str, lot: str | None, *, now: datetime) -> StockKey:
    """The stock row of our own goods that a request names.

    Raises:
        UnknownSku, NotAnId.
    """
    found = await one_sku(tx, sku)
    lot_id = NIL
    if lot:
        lot_id = (await find_or_make_lots(tx, [(found.id, lot, None)], now=now))[found.id, lot].id
    return StockKey(found.id, from_text(LOCATION, location_id), NIL, lot_id)


async def require_codes(tx: Tx, principal: Principal, codes: set[str]) -> None:
    """Raises OutsideScope where a code names a place the principal may not touch."""
    for place in await list_locations(tx):
        if place.code in codes:
            require_scope(principal, place.id)
