"""A small application with only the look in it: static files, preferences, the style guide."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Litestar, get
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.params import FromQuery
from litestar.response import ServerSentEvent
from litestar.types import ASGIApp, Receive, Scope, Send

from orderan.web.headers import security_headers
from orderan.web.navigation import RAIL
from orderan.web.preferences import choose_preferences
from orderan.web.static import serve_static
from orderan.web.styleguide import styleguide

CHANGE = '{"sku": "KOPI-250", "location": "jkt", "available": 1239}'


@dataclass(frozen=True)
class Sample:
    """Somebody who may see everything and has chosen no language."""

    name: str = "Rina Hartati"
    locale: str | None = None
    zone: str = "Asia/Jakarta"
    permissions: Sequence[str] = field(default_factory=lambda: [e.permission for e in RAIL if e.permission])
    sees_whole_shop: bool = True


def signed_in(app: ASGIApp) -> ASGIApp:
    async def with_somebody(scope: Scope, receive: Receive, send: Send) -> None:
        scope["user"] = Sample()
        await app(scope, receive, send)

    return with_somebody


def create(extra: Sequence[Any] = ()) -> Litestar:
    """The application. Every rail entry has a page, so that the rail is shown whole."""

    @get([entry.href for entry in RAIL], sync_to_thread=False)
    def somewhere() -> str:
        return ""

    @get("/stock/stream", sync_to_thread=False)
    def stream() -> ServerSentEvent:
        return ServerSentEvent(iter([{"event": "stock", "data": CHANGE}]))

    @get("/styleguide/lookup", sync_to_thread=False)
    def look_up(q: FromQuery[str] = "") -> list[dict[str, str]]:
        return [{"value": "KOPI-250", "label": f"Kopi Gayo {q}", "sub": "KOPI-250"}]

    return Litestar(
        [stream, look_up, styleguide, serve_static, choose_preferences, somewhere, *extra],
        middleware=[DefineMiddleware(security_headers), DefineMiddleware(signed_in)],
        csrf_config=CSRFConfig(secret="only for tests, long enough to be taken"),
        state=State(),
        openapi_config=None,
    )
