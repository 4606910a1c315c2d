"""The search box: straight to an order by its number, else the list of orders that fit."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.insights import find_order
from orderan.kit.db import Caller, Database
from orderan.kit.ids import to_text
from orderan.kit.text import NumberMistyped, read_number

LONGEST: int = 200


@get("/search", name="search", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def search(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, db: Database
) -> Response[Any]:
    """To the order's page when the words are a number of one inside the reader's scope.

    Anything else (phone, AWB, sku, name, a mistyped number) is for the list to find.
    """
    words = request.query_params.get("q", "").strip()[:LONGEST]
    try:
        number = read_number(words)
    except NumberMistyped:
        number = 0
    found = None
    if number and len(str(number)) <= 10:
        found = await db.run(caller, lambda tx: find_order(tx, number))
    if found is not None and principal.sees_order(
        channel_id=found.channel_id, location_ids=found.location_ids
    ):
        return Redirect(f"/orders/{to_text('ord', found.id)}", status_code=303)
    return Redirect(f"/orders?q={quote(words)}" if words else "/orders", status_code=303)


handlers: list[Any] = [search]
