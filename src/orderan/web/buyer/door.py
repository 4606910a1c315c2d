"""A buyer says what is to be done with a parcel nobody took: another day, elsewhere, or not any more.

By the link in the message about the failed try, without signing in, or from where they follow their order. Looking
changes nothing; one word counts. The page names nobody.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.flows.missed_door import Door, door_seen, wish_at_door
from orderan.flows.pay_links import PayLinks
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.shipping import (
    DoorNotFound,
    DoorOver,
    DoorWish,
    WishDayUnusable,
    WishUnusable,
    WishWordsUnusable,
)
from orderan.shops import shop_by_id
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.forms import FormSentBefore, Sent, one, posted, refused, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page

BUYER: Final = "buyer"
QUIET: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
BESIDE: Final[dict[type[Refusal], str]] = {
    WishUnusable: "wish",
    WishDayUnusable: "day",
    WishWordsUnusable: "words",
}


@get("/door/{ticket:str}", opt={"public": True}, include_in_schema=False)
async def door_page(
    request: Request[Any, Any, Any], db: Database, links: PayLinks, now: datetime, ticket: FromPath[str]
) -> Response[Any]:
    """What may be chosen; or what was."""
    return await _page(request, db, links, ticket, now)


@post("/door/{ticket:str}", opt={"public": True}, include_in_schema=False, status_code=200)
async def door_answered(
    request: Request[Any, Any, Any],
    db: Database,
    keyring: Keyring,
    links: PayLinks,
    now: datetime,
    ticket: FromPath[str],
) -> Response[Any]:
    """Take the word; one that comes too late is shown how things stand."""
    shop_id, door_id = _read(links, ticket, now)
    form = await posted(request)
    wished = next((known for known in DoorWish if known == one(form, "wish")), None)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=now)
        await wish_at_door(
            tx,
            keyring,
            door_id,
            wished,
            deliver_on=_day(one(form, "day")),
            words=one(form, "words"),
            now=now,
        )

    try:
        await db.run(Caller(shop_id, BUYER), command)
    except (FormSentBefore, DoorOver):
        return Redirect(f"/door/{ticket}", status_code=303)
    except DoorNotFound as gone:
        raise NotFoundException from gone
    except Refusal as refusal:
        return await _page(
            request, db, links, ticket, now, sent=refused(request, "door", form, refusal, BESIDE)
        )
    return Redirect(f"/door/{ticket}", status_code=303)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _read(links: PayLinks, ticket: str, now: datetime) -> tuple[int, UUID]:
    says = links.door_of(ticket, now=now)
    if says is None:
        raise NotFoundException
    return says


async def _page(
    request: Request[Any, Any, Any],
    db: Database,
    links: PayLinks,
    ticket: str,
    now: datetime,
    *,
    sent: Sent | None = None,
) -> Response[Any]:
    shop_id, door_id = _read(links, ticket, now)

    async def read(tx: Tx) -> tuple[Door, str]:
        return await door_seen(tx, door_id, now=now), (await shop_by_id(tx, shop_id)).name

    try:
        seen, shop = await db.run(Caller(shop_id, BUYER), read)
    except DoorNotFound as gone:
        raise NotFoundException from gone
    form = sent or Sent()
    return page(
        request,
        "buyer/door.html",
        status_code=422 if form.refused else 200,
        headers=QUIET,
        shop=shop,
        seen=seen,
        courier=courier_name(seen.parcel.courier, place_of(request).words),
        sent=form,
        action=f"/door/{ticket}",
    )


handlers: list[Any] = [door_page, door_answered]
