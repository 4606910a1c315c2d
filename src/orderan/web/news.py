"""Where providers of messages and calls send word: checked, kept sealed, answered; heard by the worker."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from litestar import HttpMethod, Request, Response, route

from orderan.flows.pay_links import PayLinks
from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.flows.reach_news import Came, check, verified
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import NotAnId, from_text
from orderan.reach import PREFIX, NewsLetter, ReachAccountNotFound, keep_letters
from orderan.web.mailroom import Mailroom

LONGEST: Final = 256 * 1024
"""A letter of WhatsApp's tells of many messages, a bounce brings the whole letter back."""
MOST_SHOPS: Final = 2**31
ACTOR: Final = "system:reach"

_came = telemetry.counter(
    "reach_news", "Letters of providers of messages and calls, by what came of looking at them", ["verdict"]
)


@dataclass
class NewsIntake:
    """Keeps letters of all shops for one web process."""

    db: Database
    clients: ReachClients
    clock: Clock
    _room: Mailroom[NewsLetter] = field(init=False)

    def __post_init__(self) -> None:
        self._room = Mailroom(self.db, self.clock, self._keep, ACTOR)

    async def client(self, shop_id: int, account_id: UUID) -> ReachClient:
        """What an account of a shop is used with.

        Raises:
            ReachAccountNotFound: The shop has none of this id.
        """
        if kept := self.clients.kept(shop_id, account_id):
            return kept
        return await self.db.run(Caller(shop_id, ACTOR), lambda tx: self.clients.of_account(tx, account_id))

    async def take(self, shop_id: int, account_id: UUID, came: Came) -> Response[bytes]:
        """Look at a letter, keep it, and answer as its provider expects.

        Raises:
            ReachAccountNotFound: It came for no account of this shop, or for one that hears no news.
        """
        client = await self.client(shop_id, account_id)
        if came.method == "GET" and (answer := verified(client, came)) is not None:
            return Response(answer.body, status_code=answer.status, media_type=answer.media_type)
        letter, answer = check(client, shop_id, came)
        _came.labels(str(letter.verdict)).inc()
        if answer is None:
            if self._room.may_keep_forged():
                await self._room.take(shop_id, letter)
            return Response(b"", status_code=403)
        await self._room.take(shop_id, letter)
        return Response(answer.body, status_code=answer.status, media_type=answer.media_type)

    async def _keep(self, tx: Tx, letters: list[NewsLetter]) -> None:
        await keep_letters(tx, letters, now=self.clock.now())


def account_named(shop_id: int, account: str) -> UUID:
    """The account an address is for.

    Raises:
        ReachAccountNotFound: It is no id of one.
    """
    try:
        account_id = from_text(PREFIX, account)
    except NotAnId as unknown:
        raise ReachAccountNotFound(account[:40]) from unknown
    if not 0 < shop_id <= MOST_SHOPS:
        raise ReachAccountNotFound(account)
    return account_id


async def as_it_came(request: Request[Any, Any, Any], address: str) -> Came:
    """A request under the address its sender knows: what stands before us may have changed host and scheme."""
    query = request.scope["query_string"].decode("ascii", "replace")
    return Came(
        request.method,
        f"{address}?{query}" if query else address,
        {name.lower(): value for name, value in request.headers.items()},
        await request.body(),
    )


@route(
    "/news/{shop_id:int}/{account:str}",
    name="reach_news",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    opt={"public": True},
    include_in_schema=False,
    request_max_body_size=LONGEST,
)
async def receive_news(
    request: Request[Any, Any, Any], news_intake: NewsIntake, links: PayLinks, shop_id: int, account: str
) -> Response[bytes]:
    """A letter of a provider, for one of the shop's accounts; or its question whether the address is ours."""
    account_id = account_named(shop_id, account)
    came = await as_it_came(request, links.reach_news(shop_id, account_id))
    return await news_intake.take(shop_id, account_id, came)


handlers: list[Any] = [receive_news]
