"""The buyer types the account their refund goes to: by a link, once, without signing in.

Whatever is wrong with a link gets one answer, and wrong ones are counted per address. The page says
what is paid back and for which order, and names nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from orderan.flows.pay_out import payout_behind, type_by_link
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.throttle import Limit, TooManyAttempts, give_back, spend
from orderan.orders import load_orders
from orderan.payments import BANKS, AccountMistyped, HolderMissing, LinkNotGood, Payout, UnknownBank
from orderan.shops import Shop, all_shops
from orderan.web.forms import ONCE, FormSentBefore, client_address, one, posted, refused, sent_once
from orderan.web.pages import page

PER_ADDRESS: Final = 20
WINDOW: Final = timedelta(hours=1)
BUYER: Final = "buyer"
QUIET: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
BESIDE: Final[dict[type[Refusal], str]] = {
    UnknownBank: "bank",
    AccountMistyped: "number",
    HolderMissing: "holder",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a good link is about."""

    caller: Caller
    token: str
    payout: Payout
    number: int
    shop: str


@get("/payout/{link:str}", opt={"public": True}, include_in_schema=False)
async def payout_form(
    request: Request[Any, Any, Any], db: Database, now: datetime, link: FromPath[str]
) -> Response[Any]:
    """The form, or that the link is not good."""
    try:
        asked = await _asked(request, db, link, now)
    except (LinkNotGood, TooManyAttempts) as refusal:
        return _not_good(request, refusal)
    return _form(request, asked, link)


@post("/payout/{link:str}", opt={"public": True}, include_in_schema=False, status_code=200)
async def payout_typed(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, now: datetime, link: FromPath[str]
) -> Response[Any]:
    """Keep the account; the link ends with it."""
    form = await posted(request)
    try:
        asked = await _asked(request, db, link, now)
    except (LinkNotGood, TooManyAttempts) as refusal:
        return await _not_good_unless_sent(request, db, link, form, refusal, now)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=now)
        await type_by_link(
            tx,
            keyring,
            asked.token,
            bank=one(form, "bank"),
            number=one(form, "number")[:40],
            holder=one(form, "holder")[:200],
            now=now,
        )

    try:
        await db.run(asked.caller, command)
    except FormSentBefore:
        return _thanks(request)
    except LinkNotGood as refusal:
        return _not_good(request, refusal)
    except Refusal as refusal:
        return _form(request, asked, link, sent=refused(request, "account", form, refusal, BESIDE))
    return _thanks(request)


async def _not_good_unless_sent(
    request: Request[Any, Any, Any],
    db: Database,
    link: str,
    form: FormMultiDict,
    refusal: LinkNotGood | TooManyAttempts,
    now: datetime,
) -> Response[Any]:
    """A link ends with its form: the second click of two is thanked as the first was."""
    shop = await _shop_of(db, link) if isinstance(refusal, LinkNotGood) else None
    if shop is not None and one(form, ONCE):

        async def look(tx: Tx) -> None:
            await sent_once(tx, form, now=now)
            # It was not: whoever guesses writes nothing down.
            raise refusal

        try:
            await db.run(Caller(shop.shop_id, BUYER), look)
        except FormSentBefore:
            return _thanks(request)
        except LinkNotGood:
            return _not_good(request, refusal)
    return _not_good(request, refusal)


async def _asked(request: Request[Any, Any, Any], db: Database, link: str, now: datetime) -> Asked:
    """What a link is about; only links that are not good count.

    The attempt is counted before it is looked at, so that parallel guesses see each other.

    Raises:
        LinkNotGood, TooManyAttempts: See there.
    """
    limits = [Limit(f"payout:address:{client_address(request)}", PER_ADDRESS, WINDOW)]
    counting = Caller(ALL_SHOPS, "system:payout")
    await db.run(counting, lambda tx: spend(tx, limits, now=now))
    token = link.partition("-")[2]
    shop = await _shop_of(db, link)
    if shop is None or not token:
        raise LinkNotGood
    caller = Caller(shop.shop_id, BUYER)

    async def read(tx: Tx) -> tuple[Payout, int]:
        payout = await payout_behind(tx, token, now=now)
        [(order, _)] = (await load_orders(tx, [payout.order_id])).values()
        return payout, order.number

    payout, number = await db.run(caller, read)
    await db.run(counting, lambda tx: give_back(tx, limits))
    return Asked(caller, token, payout, number, shop.name)


async def _shop_of(db: Database, link: str) -> Shop | None:
    """The shop a link names; it need not be one of its links."""
    shops = await db.run(Caller(ALL_SHOPS, "system:payout"), all_shops)
    return next((shop for shop in shops if str(shop.shop_id) == link.partition("-")[0]), None)


def _thanks(request: Request[Any, Any, Any]) -> Response[Any]:
    return page(request, "buyer/payout.html", headers=QUIET, done=True, asked=None, wait_s=0)


def _form(request: Request[Any, Any, Any], asked: Asked, link: str, sent: Any = None) -> Response[Any]:
    return page(
        request,
        "buyer/payout.html",
        status_code=422 if sent else 200,
        headers=QUIET,
        done=False,
        asked=asked,
        link=link,
        banks=[(code, bank.name) for code, bank in BANKS.items()],
        sent=sent,
    )


def _not_good(request: Request[Any, Any, Any], refusal: LinkNotGood | TooManyAttempts) -> Response[Any]:
    wait_s = refusal.retry_after_s if isinstance(refusal, TooManyAttempts) else 0
    return page(
        request,
        "buyer/payout.html",
        status_code=429 if wait_s else 404,
        headers=QUIET | ({"retry-after": str(wait_s)} if wait_s else {}),
        done=False,
        asked=None,
        wait_s=wait_s,
    )


handlers: list[Any] = [payout_form, payout_typed]
