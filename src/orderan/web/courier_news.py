"""Where couriers send word of parcels: checked, kept sealed, answered; nothing moves here, the worker hears it.

A courier that sends a thousand letters a second is answered from a handful of transactions.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post

from orderan.couriers import Received
from orderan.flows.courier_clients import CourierClients
from orderan.flows.courier_letters import check, keep_news
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import NotAnId, from_text
from orderan.shipping import PREFIX, CourierAccountNotFound, CourierLetter
from orderan.web.mailroom import Mailroom

LONGEST: Final = 256 * 1024
"""A letter may tell of many parcels."""
MOST_SHOPS: Final = 2**31
ACTOR: Final = "system:courier"

_came = telemetry.counter(
    "courier_notices", "Letters of couriers, by what came of looking at them", ["verdict"]
)


@dataclass
class CourierIntake:
    """Keeps letters of all shops for one web process."""

    db: Database
    clients: CourierClients
    clock: Clock
    _room: Mailroom[CourierLetter] = field(init=False)

    def __post_init__(self) -> None:
        self._room = Mailroom(self.db, self.clock, self._keep, ACTOR)

    async def take(self, shop_id: int, account_id: UUID, received: Received) -> Response[bytes]:
        """Look at a letter, keep it, and answer as its courier expects.

        Raises:
            CourierAccountNotFound: It came for no account of this shop, or for one that sends no word.
        """
        courier = self.clients.kept(shop_id, account_id)
        if courier is None:
            courier = await self.db.run(
                Caller(shop_id, ACTOR), lambda tx: self.clients.of_account(tx, account_id)
            )
        letter, answer = check(courier, shop_id, received)
        _came.labels(str(letter.verdict)).inc()
        if answer is None:
            if self._room.may_keep_forged():
                await self._room.take(shop_id, letter)
            return Response(b"", status_code=403)
        await self._room.take(shop_id, letter)
        return Response(answer.body, status_code=answer.status, media_type=answer.media_type)

    async def _keep(self, tx: Tx, letters: list[CourierLetter]) -> None:
        await keep_news(tx, letters, now=self.clock.now())


@post(
    "/tracking/{shop_id:int}/{account:str}",
    name="courier_news",
    opt={"public": True},
    include_in_schema=False,
    request_max_body_size=LONGEST,
)
async def receive_word(
    request: Request[Any, Any, Any], courier_intake: CourierIntake, shop_id: int, account: str
) -> Response[bytes]:
    """A letter of a courier, for one of the shop's accounts."""
    try:
        account_id = from_text(PREFIX, account)
    except NotAnId as unknown:
        raise CourierAccountNotFound(account[:40]) from unknown
    if not 0 < shop_id <= MOST_SHOPS:
        raise CourierAccountNotFound(account)
    received = Received(
        request.method,
        f"{request.url.path}?{request.url.query}",
        {name.lower(): value for name, value in request.headers.items()},
        await request.body(),
    )
    return await courier_intake.take(shop_id, account_id, received)


handlers: list[Any] = [receive_word]
