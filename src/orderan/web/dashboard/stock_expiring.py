"""Goods that expire soon, and how long they must keep for each channel."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.inventory import (
    Expiring,
    NotAShelfLife,
    ShelfLife,
    UnknownSku,
    expiring,
    set_shelf_life,
    shelf_lives,
)
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.shops import list_channels
from orderan.web.api.stock_naming import one_sku
from orderan.web.dashboard.desk import Visit, whole
from orderan.web.dashboard.stock import READ, SHOWN
from orderan.web.dashboard.stock_words import TABS
from orderan.web.forms import Sent, one, posted, refused, taken_once
from orderan.web.pages import page
from orderan.web.stock_scope import cursor, read_expiry

DAYS: Final = (30, 60, 90, 0)
USUAL: Final = 30
CHANNEL: Final = "chn"
BESIDE: Final[dict[type[Refusal], str]] = {UnknownSku: "sku", NotAShelfLife: "days"}


@get("/stock/expiring", opt=READ, include_in_schema=False)
async def expiring_page(
    visit: NamedDependency[Visit],
    days: FromQuery[str] = "",
    after: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    """What expires first is on top."""
    return await _page(visit, days, after=after, said=said)


async def _page(
    visit: Visit, days: str = "", *, after: str = "", said: str = "", sent: Sent | None = None
) -> Response[str]:
    chosen = next((one for one in DAYS if str(one) == days), USUAL)
    begin = read_expiry(after)

    async def read(tx: Tx) -> tuple[list[Expiring], list[ShelfLife], list[tuple[str, str]]]:
        rows = await expiring(
            tx,
            within=visit.principal.location_ids,
            days=chosen,
            now=visit.now,
            after=begin,
            limit=SHOWN + 1,
        )
        rules = await shelf_lives(tx)
        channels = [(to_text(CHANNEL, one.id), one.name) for one in await list_channels(tx)]
        return rows, rules, channels

    rows, rules, channels = await visit.db.run(visit.caller, read)
    names = dict(channels)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        visit.request,
        "stock/expiring.html",
        status_code=422 if sent else 200,
        rows=[(row, ", ".join(names[to_text(CHANNEL, one)] for one in row.channels)) for row in rows[:SHOWN]],
        older=cursor(last.expires_on, *last.key) if last else None,
        days=DAYS,
        chosen=chosen,
        rules=[(names[to_text(CHANNEL, rule.channel_id)], rule) for rule in rules],
        channels=channels,
        sent=sent or Sent(),
        said=said,
        tabs=[(href, label, href == "/stock/expiring") for href, label in TABS],
        may_set=visit.principal.may(Permission.SETTINGS_WRITE),
    )


@post("/stock/expiring", opt={"needs": Permission.SETTINGS_WRITE}, include_in_schema=False)
async def shelf_life_set(visit: NamedDependency[Visit]) -> Response[Any]:
    """How long goods must keep for a channel, of one sku or of all."""
    form = await posted(visit.request)

    async def command(tx: Tx) -> None:
        sku = one(form, "sku").strip()
        sku_id = (await one_sku(tx, sku)).id if sku else None
        days, percent = whole(one(form, "days") or "0"), whole(one(form, "percent") or "0")
        if days is None or percent is None:
            raise NotAShelfLife
        channel = from_text(CHANNEL, one(form, "channel"))
        await set_shelf_life(tx, channel, sku_id, least_days=days, least_percent=percent, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        return await _page(visit, sent=refused(visit.request, "rule", form, refusal, BESIDE))
    return Redirect("/stock/expiring?said=set", status_code=303)


handlers = [expiring_page, shelf_life_set]
