"""Home: the day in numbers, each a way to the list behind it."""

import time
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get

from orderan.access import Permission, Principal
from orderan.insights import ByDay, ByHour, Scope, Today, day_of, revenue_by_day, sales_by_hour, today
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import Headline
from orderan.shops import Shop, shop_by_id
from orderan.web.pages import page

PICTURES_KEPT_S: Final = 60.0
"""The two charts look back a month; a minute old is fresh enough for them, tiles are always fresh."""
MOST_KEPT: Final = 500
SOLD: Final = "".join(f"&status={word}" for word in Headline if word is not Headline.CANCELLED)
"""What a list's address says to leave out the orders that came to nothing."""

Pictures = tuple[ByHour, ByDay]


class PictureMemory:
    """Charts drawn in the last minute, by shop and scope."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[float, Pictures]] = {}

    def get(self, key: Any) -> Pictures | None:
        found = self._kept.get(key)
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def put(self, key: Any, pictures: Pictures) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (time.monotonic() + PICTURES_KEPT_S, pictures)


_memory: Final = PictureMemory()


@get("/", name="home", opt={"signed_in": True}, include_in_schema=False)
async def home(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, db: Database, now: datetime
) -> Response[Any]:
    """Today by the shop's clock. Whoever may not read orders gets a page without numbers of them."""
    may_orders = principal.may(Permission.ORDERS_READ)

    async def read(tx: Tx) -> tuple[Shop, Today | None, Pictures | None]:
        shop = await shop_by_id(tx, tx.shop_id)
        if not may_orders:
            return shop, None, None
        scope = Scope(shop.time_zone, shop.currency, **principal.scope)
        key = (db.url, tx.shop_id, day_of(now, shop.time_zone), str(scope))
        pictures = _memory.get(key)
        if pictures is None:
            pictures = (await sales_by_hour(tx, scope, now=now), await revenue_by_day(tx, scope, now=now))
            _memory.put(key, pictures)
        return shop, await today(tx, scope, now=now), pictures

    shop, numbers, pictures = await db.run(caller, read)
    return page(
        request,
        "home/index.html",
        shop=shop,
        numbers=numbers,
        by_hour=pictures[0] if pictures else None,
        by_day=pictures[1] if pictures else None,
        hours=[f"{hour:02d}" for hour in range(24)],
        day=day_of(now, shop.time_zone),
        sold=SOLD,
        may=principal.may,
        now=now,
    )


handlers: list[Any] = [home]
