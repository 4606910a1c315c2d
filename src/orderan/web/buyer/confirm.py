"""A buyer says whether they mean their COD order, or whether somebody is home: by a link, without signing in.

Of an order the first word counts, of a parcel's day the last until it is there.

Looking changes nothing, because programs that show previews follow links. Whatever is wrong with a link gets
one answer, and wrong ones are counted per address. The page says what was ordered and names nobody.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from orderan.flows.asking_words import WHYS, WORDS
from orderan.flows.hear_buyer import OPEN_AXIS, asked_by, hear_answer, hear_why
from orderan.flows.hear_day import day_stands
from orderan.flows.hear_words import topic_of
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.throttle import Limit, TooManyAttempts, give_back, spend
from orderan.orders import Commercial, Line, Order, load_orders, owed
from orderan.shops import Shop, all_shops, shop_by_id
from orderan.verification import (
    OPEN,
    AnswerUnknown,
    Attempt,
    AttemptState,
    DayOver,
    DayState,
    DeliveryDay,
    NotBeingAsked,
)
from orderan.web.forms import client_address, one, posted
from orderan.web.pages import page

PER_ADDRESS: Final = 20
WINDOW: Final = timedelta(hours=1)
BUYER: Final = "buyer"
QUIET: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a good link is about.

    Attributes:
        overtaken: Whether the order became another one than this link asked about, or needs no answer by it.
        refused: Whether the order was said no to by this link.
        why: The reason that was given with it.
    """

    shop: str
    order: Order
    lines: list[Line]
    overtaken: bool
    refused: bool = False
    why: str | None = None

    @property
    def open(self) -> bool:
        """Whether a word still decides something."""
        return self._waits and not self.overtaken

    @property
    def changed(self) -> bool:
        """Whether a word is waited for, and not by this link: it asked about what the order is no longer."""
        return self._waits and self.overtaken

    @property
    def _waits(self) -> bool:
        return self.order.verification in OPEN_AXIS and self.order.commercial == Commercial.ACCEPTED


@dataclass(frozen=True, slots=True)
class Coming:
    """What a good link is about, where it is a parcel's day.

    Attributes:
        open: Whether this link's word still decides something.
    """

    shop: str
    number: int
    day: DeliveryDay
    open: bool


@get("/ya/{link:str}", opt={"public": True}, include_in_schema=False)
async def word_page(
    request: Request[Any, Any, Any], db: Database, now: datetime, link: FromPath[str]
) -> Response[Any]:
    """What it is about, with a button for each word; or what became of it."""
    try:
        return _shown(request, link, await _asked(request, db, link, now))
    except (AnswerUnknown, TooManyAttempts) as refusal:
        return _not_good(request, refusal)


@post("/ya/{link:str}", opt={"public": True}, include_in_schema=False, status_code=200)
async def word_given(
    request: Request[Any, Any, Any], db: Database, now: datetime, link: FromPath[str]
) -> Response[Any]:
    """Take the word; one that comes too late is shown how things stand."""
    form = await posted(request)
    word, why = one(form, "word"), one(form, "why")

    async def hear(tx: Tx, token: str) -> None:
        if why:
            await hear_why(tx, token, why, now=now)
            return
        event = WORDS[topic_of(await asked_by(tx, token, now=now))].get(word)
        if event is not None:
            # Answered already, by this link or otherwise: the page says how things stand.
            with suppress(NotBeingAsked, DayOver):
                await hear_answer(tx, token, event, answer=word, now=now)

    try:
        await _by_link(request, db, link, now, hear)
        return _shown(request, link, await _asked(request, db, link, now))
    except (AnswerUnknown, TooManyAttempts) as refusal:
        return _not_good(request, refusal)


async def _asked(request: Request[Any, Any, Any], db: Database, link: str, now: datetime) -> Asked | Coming:
    """What a link is about.

    Raises:
        AnswerUnknown, TooManyAttempts: See there.
    """

    async def read(tx: Tx, token: str) -> Asked | Coming:
        attempt = await asked_by(tx, token, now=now)
        order, lines = (await load_orders(tx, [attempt.order_id]))[attempt.order_id]
        shop = await shop_by_id(tx, tx.shop_id)
        if attempt.day_id is not None:
            return await _coming(tx, shop, order, attempt, attempt.day_id, now)
        overtaken = attempt.state is AttemptState.OVERTAKEN
        refused = attempt.state is AttemptState.REFUSED
        return Asked(
            shop.name, order, [line for line in lines if owed(line)], overtaken, refused, attempt.note
        )

    return await _by_link(request, db, link, now, read)


async def _coming(tx: Tx, shop: Shop, order: Order, attempt: Attempt, day_id: UUID, now: datetime) -> Coming:
    day, counts = await day_stands(tx, day_id, now=now)
    unsaid = attempt.state in {*OPEN, AttemptState.MISSED, AttemptState.FAILED}
    return Coming(shop.name, order.number, day, counts and unsaid and day.state is not DayState.OVERTAKEN)


async def _by_link(
    request: Request[Any, Any, Any],
    db: Database,
    link: str,
    now: datetime,
    work: Callable[[Tx, str], Awaitable[Found]],
) -> Found:
    """Work in the shop a link names; only links that are not good count.

    The attempt is counted before it is looked at, so that parallel guesses see each other.

    Raises:
        AnswerUnknown, TooManyAttempts: See there.
    """
    limits = [Limit(f"word:address:{client_address(request)}", PER_ADDRESS, WINDOW)]
    counting = Caller(ALL_SHOPS, "system:word")
    await db.run(counting, lambda tx: spend(tx, limits, now=now))
    shop, token = await _shop_of(db, link), link.partition("-")[2]
    if shop is None or not token:
        raise AnswerUnknown
    found = await db.run(Caller(shop.shop_id, BUYER), lambda tx: work(tx, token))
    await db.run(counting, lambda tx: give_back(tx, limits))
    return found


async def _shop_of(db: Database, link: str) -> Shop | None:
    """The shop a link names; it need not be one of its links."""
    shops = await db.run(Caller(ALL_SHOPS, "system:word"), all_shops)
    return next((shop for shop in shops if str(shop.shop_id) == link.partition("-")[0]), None)


def _shown(request: Request[Any, Any, Any], link: str, asked: Asked | Coming) -> Response[Any]:
    if isinstance(asked, Coming):
        return page(request, "buyer/at_home.html", headers=QUIET, asked=asked, link=link)
    return page(
        request, "buyer/confirm.html", headers=QUIET, asked=asked, link=link, owed=owed, whys=WHYS, wait_s=0
    )


def _not_good(request: Request[Any, Any, Any], refusal: AnswerUnknown | TooManyAttempts) -> Response[Any]:
    wait_s = refusal.retry_after_s if isinstance(refusal, TooManyAttempts) else 0
    return page(
        request,
        "buyer/confirm.html",
        status_code=429 if wait_s else 404,
        headers=QUIET | ({"retry-after": str(wait_s)} if wait_s else {}),
        asked=None,
        wait_s=wait_s,
    )


handlers: list[Any] = [word_page, word_given]
