"""What a customer wants to hear of: on which browser, and which goods they wait for; for the shop's own site and app."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.customers import PREFIX
from orderan.flows.reach_clients import ReachClients
from orderan.flows.tell_restock import wait_for
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.messaging import TakesSubscriptions
from orderan.notifications import subscribe_browser
from orderan.reach import Kind
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import Code, one_sku

HttpsAddress = Annotated[str, Field(min_length=9, max_length=2_000, pattern=r"^https://\S+$")]
Key = Annotated[str, Field(min_length=16, max_length=200, pattern=r"^[A-Za-z0-9_\-+/=]+$")]


class PushKeyTold(Told):
    """What a page subscribes with; null while the shop has no open account for browsers."""

    key: str | None


class BrowserKeys(Asked):
    """The keys of a subscription, as the browser gives them."""

    p256dh: Key
    auth: Key


class BrowserAsked(Asked):
    """A push subscription, as the browser gives it."""

    endpoint: HttpsAddress
    keys: BrowserKeys


class BrowserTold(Told):
    """Whom the browser is told of."""

    customer: str


class WishAsked(Asked):
    """Goods to wait for, and the page where they are bought."""

    sku: Code
    link: HttpsAddress


class WishTold(Told):
    """The customer is told once, when the goods can be had again."""

    id: str
    customer: str
    sku: str


@get("/push-key", summary="Key for browsers", opt={"needs": Permission.CUSTOMERS_READ}, responses=REFUSED)
async def push_key_told(
    db: NamedDependency[Database], caller: NamedDependency[Caller], reached: NamedDependency[ReachClients]
) -> PushKeyTold:
    """The `applicationServerKey` of the account that is asked first."""
    ready = await db.run(caller, lambda tx: reached.of(tx, Kind.PUSH))
    takers: list[object] = [one.messenger for one in ready]
    return PushKeyTold(
        key=next((one.public_key for one in takers if isinstance(one, TakesSubscriptions)), None)
    )


@post(
    "/customers/{customer_id:str}/browsers",
    summary="Tell a customer on a browser",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    responses=REFUSED,
)
async def browser_subscribed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: BrowserAsked,
    idempotency_key: IdempotencyKey,
) -> BrowserTold:
    """From now on, where messages go to browsers; one that its service does not know any more is let go."""

    async def command(tx: Tx) -> BrowserTold:
        person = from_text(PREFIX, customer_id)
        await subscribe_browser(tx, keyring, person, data.model_dump(), now=now)
        return BrowserTold(customer=to_text(PREFIX, person))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/customers/{customer_id:str}/restock-wishes",
    summary="Wait for goods",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    responses=REFUSED,
)
async def restock_wished(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: WishAsked,
    idempotency_key: IdempotencyKey,
) -> WishTold:
    """Who waits already goes on waiting; goods that can be had are turned down as `restock_can_be_had`."""

    async def command(tx: Tx) -> WishTold:
        sku = await one_sku(tx, data.sku)
        wish = await wait_for(
            tx,
            sku.id,
            data.sku,
            from_text(PREFIX, customer_id),
            customer=customer_id,
            link=data.link,
            now=now,
        )
        return WishTold(id=to_text("wsh", wish), customer=customer_id, sku=data.sku)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


handlers = [
    Router("/api/v1", route_handlers=[push_key_told, browser_subscribed, restock_wished], tags=["customers"])
]
