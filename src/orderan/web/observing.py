"""Around every request: an id, a log line and a measurement. Pure ASGI, the outermost layer."""

import time
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from orderan.kit import telemetry

_log = telemetry.log("orderan.web")
_seconds = telemetry.histogram(
    "http_request_seconds", "Time to answer a request", ["method", "route", "status"]
)


OBSERVED = "orderan.observed"


class Observing:
    """Gives each request its id: the caller's X-Request-ID if harmless, else a new one.

    It goes around the whole application, since a framework answers an unknown address before its own
    middleware is asked. Where it stands inside as well (in tests of the application), the outer one acts.

    The id is bound for every log line, stands in `scope["state"]["request_id"]`, and is sent back as
    X-Request-ID. Routes are measured by template, so that ids in addresses do not multiply the numbers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or OBSERVED in scope:
            await self._app(scope, receive, send)
            return
        offered = next((value for name, value in scope["headers"] if name == b"x-request-id"), None)
        request_id = telemetry.new_request_id(offered.decode("latin-1") if offered is not None else None)
        scope[OBSERVED] = True  # type: ignore[literal-required]
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        with telemetry.request_scope(request_id):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                route = scope.get("path_template") or "unmatched"
                observe(scope["method"], route, status, time.perf_counter() - began)


QUIET: Final = frozenset({"/health/live", "/health/ready", "/metrics"})
SLOW_S: Final = 1.0


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Measure a request and write its log line.

    Programs that succeed are many and alike: their lines are for debugging only, unless slow.
    """
    _seconds.labels(method, route, str(status)).observe(seconds)
    if route in QUIET:
        return
    ordinary = route.startswith("/api/") and status < 400 and seconds < SLOW_S
    if ordinary and not telemetry.debugging():
        return
    write = _log.debug if ordinary else _log.info
    write("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
