"""The hot door: POST /api/v1/orders answered before the framework, for speed.

The framework spends a quarter of a placement's time on routing, injection and middleware that
this one route does not need (docs/performance.md has the figures). The same shapes, principal,
refusals and gatherer are used as by the framework's own handler of the route, which documents it
and answers in its place where this door is not mounted; a test holds both to the same answers.
"""

from typing import Any, Final, Protocol

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from orderan.access import NotAllowed, NotSignedIn, Permission, Principal
from orderan.kit.runner import Answer, Key
from orderan.web.api.idempotency import can_be_a_key, without_a_key
from orderan.web.api.orders import OrderAsked, answering
from orderan.web.errors import problem_of
from orderan.web.gather import Gatherer
from orderan.web.headers import SECURITY_HEADERS
from orderan.web.postcodes import PostcodeMemory
from orderan.web.principal import KeyMemory, bearer

PATH: Final = "/api/v1/orders"
MOST_BYTES: Final = 1024 * 1024
_HEADERS: Final = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_NAMES: Final = {name for name, _ in _HEADERS}


class Memories(Protocol):
    """What is remembered for a while, so that nobody has to be asked for every order."""

    keys: KeyMemory
    postcodes: PostcodeMemory


class PlacingDoor:
    """ASGI: answers the one route, hands everything else on. `Observing` stands around it and gives the id."""

    def __init__(self, app: ASGIApp, memories: Memories) -> None:
        self.app = app
        self._memories = memories
        self.gatherer: Gatherer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == ScopeType.HTTP
            and scope["path"] == PATH
            and scope["method"] == "POST"
            and self.gatherer is not None
        ):
            await self._answer(scope, receive, send, self.gatherer)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send, gatherer: Gatherer) -> None:
        request_id: str = scope["state"]["request_id"]
        scope["user"] = None
        scope["path_template"] = PATH
        extra: list[tuple[bytes, bytes]] = []
        try:
            answer = await self._place(scope, receive, gatherer, request_id)
        except Exception as fault:  # noqa: BLE001 - the table of answers knows every fault, bugs included
            answer, extra = problem_of(Request(scope), fault)
        await _send(send, answer, extra)

    async def _place(self, scope: HTTPScope, receive: Receive, gatherer: Gatherer, request_id: str) -> Answer:
        headers = dict(scope["headers"])
        secret = bearer(headers.get(b"authorization", b""))
        principal = await self._memories.keys.principal(secret) if secret else None
        if principal is None:
            raise NotSignedIn
        scope["user"] = principal
        if not principal.may(Permission.ORDERS_WRITE):
            raise NotAllowed(Permission.ORDERS_WRITE)
        body = await _body(receive)
        text, asked = _read(headers, body)
        key = Key.of(_scope_of(principal), text, body)
        to_answer = answering(Request(scope), request_id)
        placement = asked.placement(await self._memories.postcodes.by_village())
        return await gatherer.place(principal, key, placement, to_answer, request_id=request_id)


def _scope_of(principal: Principal) -> str:
    return f"{principal.actor} POST {PATH}"


def _read(headers: dict[bytes, bytes], body: bytes) -> tuple[str, OrderAsked]:
    """The idempotency key and the order asked for.

    Raises:
        ValidationException, ValidationError: Every wrong field of both at once.
    """
    text = headers.get(b"idempotency-key", b"").decode("latin-1")
    if not can_be_a_key(text):
        raise without_a_key(OrderAsked, body)
    return text, OrderAsked.model_validate_json(body)


async def _body(receive: Receive) -> bytes:
    """The whole body.

    Raises:
        RequestEntityTooLarge: More than a mebibyte, which no order of 200 lines needs.
    """
    parts = bytearray()
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            break
        parts += message.get("body", b"")
        if len(parts) > MOST_BYTES:
            raise RequestEntityTooLarge
        if not message.get("more_body", False):
            break
    return bytes(parts)


async def _send(send: Send, answer: Answer, extra: list[tuple[bytes, bytes]]) -> None:
    media = b"application/json" if answer.status < 400 else b"application/problem+json"
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", media),
                (b"content-length", str(len(answer.body)).encode()),
                *_HEADERS,
                *(header for header in extra if header[0] not in _NAMES),
            ],
        }
    )
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
