"""How paying stands at a shop: for everybody, with nothing on it but methods and what the shop announced."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get

from orderan.incidents import (
    SHOWN_FOR,
    TOLD_AHEAD,
    Coming,
    Incident,
    how_methods_stand,
    maintenance_ahead,
    published_since,
)
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.errors import N_
from orderan.payments import GROUP_NAMES, METHODS
from orderan.shops import Shop, all_shops
from orderan.web.pages import page

BUYER: Final = "buyer"
STANDS: Final = {
    "well": (N_("Normal"), "done", "circle-check"),
    "trouble": (N_("Terganggu"), "loss", "alert-triangle"),
    "maintenance": (N_("Pemeliharaan"), "wait", "tool"),
}


@get("/status", name="status", opt={"public": True}, include_in_schema=False)
async def status_page(request: Request[Any, Any, Any], db: Database, now: datetime) -> Response[Any]:
    """Methods by how they stand, what is announced now or comes, and what was in the past thirty days."""
    shops = await db.run(Caller(ALL_SHOPS, "system:status"), all_shops)
    shop = _chosen(shops, request.query_params.get("shop", ""))
    if shop is None:
        return page(request, "buyer/status_shops.html", shops=shops)

    async def read(tx: Tx) -> tuple[dict[str, str], list[Incident], list[Coming]]:
        stands = await how_methods_stand(tx, now=now)
        coming = await maintenance_ahead(tx, until=now + TOLD_AHEAD, now=now)
        return stands, await published_since(tx, now - SHOWN_FOR), coming

    stands, told, coming = await db.run(Caller(shop.shop_id, BUYER), read)
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, method in METHODS.items():
        if code in stands:
            groups.setdefault(GROUP_NAMES[method.group], []).append((method.name, stands[code]))
    return page(
        request,
        "buyer/status.html",
        headers={"cache-control": "private, max-age=15"},
        shop=shop,
        groups=groups,
        stands=STANDS,
        coming=coming,
        methods=METHODS,
        well=all(one == "well" for one in stands.values()),
        current=[one for one in told if one.recovered_at is None],
        past=[one for one in told if one.recovered_at is not None],
        now=now,
    )


def _chosen(shops: list[Shop], code: str) -> Shop | None:
    """The shop asked for; the only one needs no asking."""
    if len(shops) == 1:
        return shops[0]
    return next((shop for shop in shops if shop.code == code), None)


handlers: list[Any] = [status_page]
