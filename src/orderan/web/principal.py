"""Who is asking: a key under /api, a session everywhere else; and whether they may.

Under /api a Bearer key is looked up once and remembered for a second; a revoked key is refused
again inside every placement's own transaction. Sessions are looked up on each request. A route
says what it needs in `opt`; a route that says nothing stops the application from starting.
"""

import time
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from orderan.access import NotAllowed, NotSignedIn, Principal, principal_of_key, principal_of_session, shop_of
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database

SESSION_COOKIE: Final = "orderan_session"
REMEMBERED_S: Final = 1.0
MOST_REMEMBERED: Final = 1_000
LOOKING: Final = "system:access"


class KeyMemory:
    """Keys seen in the last second, so that a burst of requests asks the database once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: dict[str, tuple[float, Principal | None]] = {}

    async def principal(self, secret: str) -> Principal | None:
        seen = self._seen.get(secret)
        if seen is not None and seen[0] > time.monotonic():
            return seen[1]
        found = None
        if shop_id := shop_of(secret):
            async with self._db.transaction(Caller(shop_id, LOOKING)) as tx:
                found = await principal_of_key(tx, secret)
        if len(self._seen) >= MOST_REMEMBERED:
            self._seen.clear()
        self._seen[secret] = (time.monotonic() + REMEMBERED_S, found)
        return found

    def forget(self) -> None:
        """After a key changed in this process."""
        self._seen.clear()


def identify(db: Database, keys: KeyMemory, clock: Clock) -> Any:
    """ASGI middleware that puts the principal, or None, where the framework looks for a user."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def identified(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                scope["user"] = None
                headers = dict(scope["headers"])
                if scope["path"].startswith("/api/"):
                    if secret := bearer(headers.get(b"authorization", b"")):
                        scope["user"] = await keys.principal(secret)
                elif shop_id := shop_of(token := _cookie(headers.get(b"cookie", b""), SESSION_COOKIE)):
                    async with db.transaction(Caller(shop_id, LOOKING)) as tx:
                        scope["user"] = await principal_of_session(tx, token, now=clock.now())
            await app(scope, receive, send)

        return identified

    return wrap


def bearer(header: bytes) -> str | None:
    """The secret of an Authorization header, if it is a Bearer one."""
    kind, _, secret = header.partition(b" ")
    return secret.decode("latin-1").strip() if kind.lower() == b"bearer" and secret else None


def _cookie(header: bytes, name: str) -> str:
    for part in header.decode("latin-1").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


async def allowed(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of every route.

    Raises:
        NotSignedIn: Nobody is, and the route is not public.
        NotAllowed: They lack the permission the route needs.
    """
    if handler.opt.get("public"):
        return
    principal: Principal | None = connection.scope.get("user")
    if principal is None:
        raise NotSignedIn
    needs = handler.opt.get("needs")
    if needs is not None and not principal.may(needs):
        raise NotAllowed(str(needs))


class Undeclared(Exception):
    """A route does not say who may call it."""


def require_declared(app: Any) -> None:
    """Stop an application with a route whose `opt` has none of `needs`, `public`, `signed_in`.

    Raises:
        Undeclared: Names every such route.
    """
    silent = sorted(
        f"{route.path} ({handler.handler_name})"
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if not handler.opt.keys() & {"needs", "public", "signed_in"}
        and handler.handler_name != "options_handler"
    )
    if silent:
        raise Undeclared(", ".join(silent))


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """The principal of a route that is not public."""
    found = request.scope.get("user")
    if not isinstance(found, Principal):
        raise NotSignedIn
    return found
