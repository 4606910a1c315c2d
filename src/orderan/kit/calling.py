"""The one HTTP client of all partners: a time budget, and what a broken call means.

never sent        no connection, or none free in time: nothing happened
sent, no answer   timed out or cut off: it may have been carried out, unless it was only a question
answered          a `Reply`, whatever its status; the partner's own `mapping.py` knows what it means

How a call can end other than well decides what may be done next:

PartnerRefused   it said no to us: our request, account or contract is wrong
PartnerFailed    it did not do it, and we know that: nothing happened
OutcomeUnknown   it may have done it: nobody may do it again before it was asked what became of it
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from types import TracebackType
from typing import Any, Self

import httpx2

from orderan.kit.db import refuse_outside_call
from orderan.kit.partner_network import PartnerNetwork

BUDGET_S = 8.0
"""A buyer stands before the page meanwhile; a partner that needs longer is not fit to be shown."""
CONNECT_S = 2.5
MOST_BYTES = 1024 * 1024


class Fault(StrEnum):
    """Whose fault a failure is; health counts the partner's and the bank's, never ours."""

    CONNECT = auto()
    TIMEOUT = auto()
    BUSY = auto()
    SERVER = auto()
    BANK = auto()
    GARBLED = auto()


class PartnerTrouble(Exception):
    """A call to a partner did not end well.

    Attributes:
        code: What the partner called it, or our word where it said nothing.
    """

    def __init__(self, partner: str, code: str, detail: str = "") -> None:
        super().__init__(f"{partner}: {code} {detail}".rstrip())
        self.partner = partner
        self.code = code
        self.detail = detail


class PartnerRefused(PartnerTrouble):
    """The partner refused what we asked; asking the same again is refused again. Nothing happened.

    Attributes:
        of_account: It refuses who we are, not what we asked: a key that was revoked, a method that is not in the
            contract, an account that was closed. Whatever else is asked there is refused as well.
    """

    def __init__(self, partner: str, code: str, detail: str = "", *, of_account: bool = False) -> None:
        super().__init__(partner, code, detail)
        self.of_account = of_account


class PartnerFailed(PartnerTrouble):
    """The partner could not do it, and nothing happened."""

    def __init__(self, partner: str, code: str, detail: str = "", *, fault: Fault) -> None:
        super().__init__(partner, code, detail)
        self.fault = fault


class OutcomeUnknown(PartnerTrouble):
    """The request may have been carried out: it was sent, and no answer that can be understood came back."""

    def __init__(self, partner: str, code: str, detail: str = "", *, fault: Fault) -> None:
        super().__init__(partner, code, detail)
        self.fault = fault


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
    """Calls partners; shared by all partners of a process, so that connections are kept."""

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
            timeout=budget_s,
            follow_redirects=False,
            transport=transport
            or PartnerNetwork(connections=connections, connect_s=min(CONNECT_S, budget_s)),
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

    async def ask(self, partner: str, url: str, *, headers: Mapping[str, str]) -> Reply:
        """GET: a question, which changes nothing.

        Raises:
            PartnerFailed: No answer.
        """
        return await self._send(partner, "GET", url, headers=headers, body=None, changes=False)

    async def inquire(self, partner: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """A question that a partner wants as a POST; it changes nothing either.

        Raises:
            PartnerFailed: No answer.
        """
        return await self._send(partner, "POST", url, headers=headers, body=body, changes=False)

    async def order(
        self, partner: str, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        """A request that changes something.

        Raises:
            PartnerFailed: It was never sent.
            OutcomeUnknown: It was sent, and no whole answer came in time.
        """
        return await self._send(partner, method, url, headers=headers, body=body, changes=True)

    async def _send(
        self,
        partner: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        changes: bool,
    ) -> Reply:
        refuse_outside_call(partner)
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
                        raise _no_answer(partner, "too_long", Fault.GARBLED, changes=changes)
                return Reply(answer.status_code, dict(answer.headers), bytes(parts), time.monotonic() - began)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as fault:
            raise PartnerFailed(partner, "no_connection", str(fault), fault=Fault.CONNECT) from fault
        except (TimeoutError, httpx2.TimeoutException) as fault:
            raise _no_answer(partner, "no_answer_in_time", Fault.TIMEOUT, changes=changes) from fault
        except httpx2.HTTPError as fault:
            raise _no_answer(partner, "cut_off", Fault.SERVER, str(fault), changes=changes) from fault


def _no_answer(
    partner: str, code: str, fault: Fault, detail: str = "", *, changes: bool
) -> PartnerFailed | OutcomeUnknown:
    kind = OutcomeUnknown if changes else PartnerFailed
    return kind(partner, code, detail, fault=fault)
