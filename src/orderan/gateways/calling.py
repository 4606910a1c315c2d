"""The one HTTP client of all gateways: a time budget, and what a broken call means.

never sent        no connection, or none free in time: nothing happened
sent, no answer   timed out or cut off: it may have been carried out, unless it was only a question
answered          a `Reply`, whatever its status; the gateway's own `mapping.py` knows what it means
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2

from orderan.gateways.errors import Fault, GatewayFailed, OutcomeUnknown
from orderan.kit.db import refuse_outside_call

BUDGET_S = 8.0
"""A buyer stands before the page meanwhile; a gateway that needs longer is not fit to be shown."""
CONNECT_S = 2.5
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        seconds: From the first byte sent to the last one read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Caller:
    """Calls partners; shared by all gateways of a process, so that connections are kept."""

    def __init__(
        self,
        *,
        budget_s: float = BUDGET_S,
        connections: int = 100,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Open no connection yet.

        Args:
            transport: Instead of the network: a simulator in the same process.
        """
        self._budget_s = budget_s
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(budget_s, connect=min(CONNECT_S, budget_s), pool=min(CONNECT_S, budget_s)),
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
            transport=transport,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, gateway: str, url: str, *, headers: Mapping[str, str]) -> Reply:
        """GET: a question, which changes nothing.

        Raises:
            GatewayFailed: No answer.
        """
        return await self._send(gateway, "GET", url, headers=headers, body=None, changes=False)

    async def inquire(self, gateway: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """A question that a gateway wants as a POST; it changes nothing either.

        Raises:
            GatewayFailed: No answer.
        """
        return await self._send(gateway, "POST", url, headers=headers, body=body, changes=False)

    async def order(
        self, gateway: str, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        """A request that changes something.

        Raises:
            GatewayFailed: It was never sent.
            OutcomeUnknown: It was sent, and no whole answer came in time.
        """
        return await self._send(gateway, method, url, headers=headers, body=body, changes=True)

    async def _send(
        self,
        gateway: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        changes: bool,
    ) -> Reply:
        refuse_outside_call(gateway)
        began = time.monotonic()
        try:
            async with (
                asyncio.timeout(self._budget_s),
                self._client.stream(method, url, headers=dict(headers), content=body) as answer,
            ):
                parts = bytearray()
                async for part in answer.aiter_bytes():
                    parts += part
                    if len(parts) > MOST_BYTES:
                        raise _no_answer(gateway, "too_long", Fault.GARBLED, changes=changes)
                return Reply(answer.status_code, dict(answer.headers), bytes(parts), time.monotonic() - began)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as fault:
            raise GatewayFailed(gateway, "no_connection", str(fault), fault=Fault.CONNECT) from fault
        except (TimeoutError, httpx2.TimeoutException) as fault:
            raise _no_answer(gateway, "no_answer_in_time", Fault.TIMEOUT, changes=changes) from fault
        except httpx2.HTTPError as fault:
            raise _no_answer(gateway, "cut_off", Fault.SERVER, str(fault), changes=changes) from fault


def _no_answer(
    gateway: str, code: str, fault: Fault, detail: str = "", *, changes: bool
) -> GatewayFailed | OutcomeUnknown:
    kind = OutcomeUnknown if changes else GatewayFailed
    return kind(gateway, code, detail, fault=fault)
