"""Our clients over a simulator in this process."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx2

from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Account, Lines, Messenger, Outgoing, Received, Text, open_messenger
from orderan.sandbox.messages.ports import MessageSimulator
from orderan.sandbox.models import Letter, SimRequest

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
BASE = "https://provider.test"
PHONE = "+6281234567890"
NOTIFY = "https://toko.test/news/1"


def over(transport: httpx2.AsyncBaseTransport) -> Lines:
    return Lines(Caller(transport=transport), PublicCaller(transport=transport))


def opened(
    simulator: MessageSimulator, credentials: Mapping[str, str], clock: SetClock, base: str = BASE
) -> tuple[Messenger, list[SimRequest]]:
    """Our client over a simulator; every request that went over is kept."""
    went: list[SimRequest] = []

    async def answer(request: httpx2.Request) -> httpx2.Response:
        url = urlsplit(str(request.url))
        asked = SimRequest(
            request.method,
            url.path,
            {name.lower(): value for name, value in request.headers.items()},
            await request.aread(),
            dict(parse_qsl(url.query, keep_blank_values=True)),
        )
        went.append(asked)
        reply = simulator.answer(asked, now=clock.at)
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    account = Account(simulator.name, base, credentials)
    return open_messenger(account, over(httpx2.MockTransport(answer)), clock), went


def answering(
    provider: str,
    credentials: Mapping[str, str],
    status: int,
    body: bytes | str = b"",
    headers: Mapping[str, str] | None = None,
) -> Messenger:
    """Our client over a provider that always answers this."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=body, headers=dict(headers or {}))

    return open_messenger(
        Account(provider, BASE, credentials), over(httpx2.MockTransport(answer)), SetClock(NOW)
    )


def breaking(provider: str, credentials: Mapping[str, str], fault: Exception) -> Messenger:
    """Our client over a network that breaks."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        raise fault

    return open_messenger(
        Account(provider, BASE, credentials), over(httpx2.MockTransport(answer)), SetClock(NOW)
    )


def a_text(text: str = "Pesanan 101 dikirim", to: str = PHONE, reference: str = "msg-1") -> Outgoing:
    return Outgoing(to, reference, "id", Text(text), notify_url=NOTIFY)


def delivered(letter: Letter, method: str = "POST") -> Received:
    """A letter as it reaches us."""
    headers = {name.lower(): value for name, value in letter.headers.items()}
    return Received(method, letter.url, headers, letter.body)
