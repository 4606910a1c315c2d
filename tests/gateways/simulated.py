"""A simulator in the place of the network, and on a port of its own for clients that are not ours."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import httpx2

from orderan.gateways import Account, Caller, ChargeAsked, Gateway, Item, Payer, Received, open_gateway
from orderan.kit.clock import SetClock
from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.ports import Simulator

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
BASE = "https://gateway.test"


def opened(
    simulator: Simulator, credentials: Mapping[str, str], clock: SetClock
) -> tuple[Gateway, list[SimRequest]]:
    """Our client over a simulator in this process; every request that went over is kept."""
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

    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_gateway(Account(simulator.name, BASE, credentials), caller, clock), went


class Answers(Protocol):
    """A simulator of any kind of partner."""

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply: ...


@contextmanager
def serving(simulator: Answers, clock: SetClock) -> Iterator[str]:
    """The simulator over HTTP on loopback; its address."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            asked = SimRequest(
                self.command,
                url.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
                dict(parse_qsl(url.query, keep_blank_values=True)),
            )
            reply = simulator.answer(asked, now=clock.at)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _answer  # noqa: N815 - the base class looks for these

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # How often it looks whether it is to end: by itself twice a second, and every test waits for it.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_charge(
    method: str, reference: str = "ord-101-1", amount_minor: int = 150_000, **others: Any
) -> ChargeAsked:
    return ChargeAsked(
        reference=reference,
        method=method,
        amount_minor=amount_minor,
        currency="IDR",
        description="Pesanan 101",
        payer=Payer("Ani Lestari", "+6281234567890", "ani@contoh.test"),
        expires_at=NOW + timedelta(hours=24),
        return_url="https://toko.test/bayar/101",
        notify_url="https://toko.test/notify/1",
        items=(Item("Kopi Gayo", amount_minor, 1),),
        **others,
    )


def delivered(letter: Letter) -> Received:
    """A letter as it reaches us."""
    return Received(
        urlsplit(letter.url).path,
        {name.lower(): value for name, value in letter.headers.items()},
        letter.body,
    )
