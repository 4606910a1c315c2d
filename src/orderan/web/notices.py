"""Where gateways send word: checked, kept, answered; nothing is asked and no money moves here.

A gateway that sends a thousand letters a second is answered from a handful of transactions.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post

from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.gateway_news import check, keep_news
from orderan.gateways import Received
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import NotAnId, from_text
from orderan.payments import NoSuchAccount, Notification
from orderan.web.mailroom import Mailroom

LONGEST: Final = 64 * 1024
MOST_SHOPS: Final = 2**31
ACTOR: Final = "system:gateway"

_came = telemetry.counter(
    "gateway_notices", "Letters of gateways, by what came of looking at them", ["verdict"]
)


@dataclass
class Intake:
    """Keeps letters of all shops for one web process."""

    db: Database
    clients: GatewayClients
    clock: Clock
    _room: Mailroom[Notification] = field(init=False)

    def __post_init__(self) -> None:
        self._room = Mailroom(self.db, self.clock, self._keep, ACTOR)

    async def take(self, shop_id: int, account_id: UUID, received: Received) -> Response[bytes]:
        """Look at a letter, keep it, and answer as its gateway expects.

        Raises:
            NoSuchAccount: It came for no account of this shop.
        """
        gateway = self.clients.kept(shop_id, account_id)
        if gateway is None:
            gateway = await self.db.run(
                Caller(shop_id, ACTOR), lambda tx: self.clients.of_account(tx, account_id)
            )
        letter, answer = check(gateway, account_id, received)
        _came.labels(str(letter.verdict)).inc()
        if answer is None:
            if self._room.may_keep_forged():
                await self._room.take(shop_id, letter)
            return Response(b"", status_code=403)
        await self._room.take(shop_id, letter)
        return Response(answer.body, status_code=answer.status, media_type=answer.media_type)

    async def _keep(self, tx: Tx, letters: list[Notification]) -> None:
        await keep_news(tx, letters, now=self.clock.now())


@post(
    "/notices/{shop_id:int}/{account:str}",
    name="notices",
    opt={"public": True},
    include_in_schema=False,
    request_max_body_size=LONGEST,
)
async def receive(
    request: Request[Any, Any, Any], intake: Intake, shop_id: int, account: str
) -> Response[bytes]:
    """A letter of a gateway, for one of the shop's accounts."""
    try:
        account_id = from_text("gwa", account)
    except NotAnId as unknown:
        raise NoSuchAccount(account[:40]) from unknown
    if not 0 < shop_id <= MOST_SHOPS:
        raise NoSuchAccount(account)
    return await intake.take(
        shop_id,
        account_id,
        Received(
            path=request.url.path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.body(),
        ),
    )


handlers: list[Any] = [receive]
