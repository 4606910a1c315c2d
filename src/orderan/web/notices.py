"""Where gateways send word: checked, kept, answered; nothing is asked and no money moves here.

What arrives while a batch is being written becomes the next batch, so that a gateway that sends a
thousand letters a second is answered from a handful of transactions.
"""

import asyncio
from collections import deque
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

LONGEST: Final = 64 * 1024
MOST: Final = 500
"""Letters in one transaction at most."""
FORGED_A_MINUTE: Final = 120
"""Forged letters kept per process; a flood of them is counted, and fills no disk."""
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
    _waiting: dict[int, deque[tuple[Notification, "asyncio.Future[None]"]]] = field(default_factory=dict)
    _writing: set[int] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _forged: deque[float] = field(default_factory=deque)

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
            if self._may_keep_forged():
                await self._keep(shop_id, letter)
            return Response(b"", status_code=403)
        await self._keep(shop_id, letter)
        return Response(answer.body, status_code=answer.status, media_type=answer.media_type)

    def _may_keep_forged(self) -> bool:
        now = self.clock.now().timestamp()
        while self._forged and self._forged[0] <= now - 60:
            self._forged.popleft()
        if len(self._forged) >= FORGED_A_MINUTE:
            return False
        self._forged.append(now)
        return True

    async def _keep(self, shop_id: int, letter: Notification) -> None:
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(shop_id, deque()).append((letter, kept))
        if shop_id not in self._writing:
            self._writing.add(shop_id)
            task = asyncio.create_task(self._write(shop_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await kept

    async def _write(self, shop_id: int) -> None:
        queue = self._waiting[shop_id]
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), MOST))]
                fault = await self._write_batch(shop_id, [letter for letter, _ in batch])
                for _, kept in batch:
                    if kept.done():
                        continue
                    if fault is None:
                        kept.set_result(None)
                    else:
                        kept.set_exception(fault)
        finally:
            self._writing.discard(shop_id)

    async def _write_batch(self, shop_id: int, letters: list[Notification]) -> Exception | None:
        async def work(tx: Tx) -> None:
            await keep_news(tx, letters, now=self.clock.now())

        try:
            await self.db.run(Caller(shop_id, ACTOR), work)
        except Exception as fault:  # noqa: BLE001 - told to every sender: each sends again
            return fault
        return None


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
