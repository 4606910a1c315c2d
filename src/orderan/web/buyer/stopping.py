"""A buyer ends letters they can do without: by the link in one of them, without signing in.

Mail programs do it with one click (RFC 8058): they send the form themselves, with no cookie of ours.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from orderan.flows.pay_links import PayLinks
from orderan.kit.db import Caller, Database, Tx
from orderan.notifications import Wants, close_channel, wants_of
from orderan.shops import shop_by_id
from orderan.web.dashboard.message_words import CHANNELS
from orderan.web.pages import page

QUIET: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
BUYER: Final = "buyer"


@get("/stop/{ticket:str}", opt={"public": True}, include_in_schema=False)
async def stop_form(
    request: Request[Any, Any, Any], db: Database, links: PayLinks, now: datetime, ticket: FromPath[str]
) -> Response[Any]:
    """The button; looking at the page ends nothing, since programs that look at links look at this one."""
    shop_id, person_id, channel = _read(links, ticket, now)
    caller = Caller(shop_id, BUYER)

    async def read(tx: Tx) -> tuple[str, bool]:
        shop = await shop_by_id(tx, shop_id)
        wants = (await wants_of(tx, [person_id])).get(person_id, Wants())
        return shop.name, channel in wants.stopped

    shop, stopped = await db.run(caller, read)
    return _page(request, ticket, shop, channel, stopped=stopped)


@post("/stop/{ticket:str}", opt={"public": True}, include_in_schema=False, status_code=200)
async def stop(
    request: Request[Any, Any, Any], db: Database, links: PayLinks, now: datetime, ticket: FromPath[str]
) -> Response[Any]:
    """End letters of the channel; doing it twice changes nothing more."""
    shop_id, person_id, channel = _read(links, ticket, now)

    async def command(tx: Tx) -> str:
        wants = (await wants_of(tx, [person_id])).get(person_id, Wants())
        if channel not in wants.stopped:
            await close_channel(tx, [person_id], channel, now=now)
        return (await shop_by_id(tx, shop_id)).name

    shop = await db.run(Caller(shop_id, BUYER), command)
    return _page(request, ticket, shop, channel, stopped=True)


def _read(links: PayLinks, ticket: str, now: datetime) -> tuple[int, UUID, str]:
    says = links.stopping(ticket, now=now)
    if says is None:
        raise NotFoundException
    return says


def _page(
    request: Request[Any, Any, Any], ticket: str, shop: str, channel: str, *, stopped: bool
) -> Response[Any]:
    answer = page(
        request,
        "buyer/stop.html",
        ticket=ticket,
        shop=shop,
        channel=CHANNELS[channel],
        stopped=stopped,
    )
    answer.headers.update(QUIET)
    return answer


handlers: list[Any] = [stop_form, stop]
