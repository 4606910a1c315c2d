"""Who is asking: a key under /api, a session everywhere else; and whether they may.

Under /api a Bearer key is looked up once and remembered for a second, for questions; whatever changes
something asks again, placements inside their own transaction. So nothing is changed by a key once its
revocation was answered. Sessions are looked up on each request. When a key
or a session was last used is written at most once a minute. A route says what it needs in `opt`;
a route that says nothing stops the application from starting.
"""

import time
from typing import Any, Final, Protocol
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from orderan.access import (
    SEEN_EVERY,
    NotAllowed,
    NotSignedIn,
    Permission,
    Principal,
    principal_of_key,
    principal_of_session,
    shop_of,
    touch_keys,
    touch_session,
)
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx

SESSION_COOKIE: Final = "orderan_session"
REMEMBERED_S: Final = 1.0
MOST_REMEMBERED: Final = 1_000
LOOKING: Final = "system:access"
QUESTIONS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
NOBODYS: Final = ("/static/", "/health/", "/metrics")
"""Addresses where nobody is asked for: a page's twenty files need not look up its reader."""


class KeyMemory:
    """Keys seen in the last second, so that a burst of requests asks the database once."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._seen: dict[str, tuple[float, Principal | None]] = {}
        self._noted: dict[UUID, float] = {}

    async def principal(self, secret: str, *, anew: bool = False) -> Principal | None:
        """Whose key this is.

        Args:
            anew: Ask the database whatever is remembered.
        """
        seen = self._seen.get(secret)
        if not anew and seen is not None and seen[0] > time.monotonic():
            return seen[1]
        found = None
        if shop_id := shop_of(secret):
            async with self._db.transaction(Caller(shop_id, LOOKING)) as tx:
                found = await principal_of_key(tx, secret)
                if found is not None and found.key_id is not None:
                    await self._note(tx, found.key_id)
        if len(self._seen) >= MOST_REMEMBERED:
            self._seen.clear()
        self._seen[secret] = (time.monotonic() + REMEMBERED_S, found)
        return found

    async def _note(self, tx: Tx, key_id: UUID) -> None:
        """Write down that a key is in use, once a minute and process."""
        if self._noted.get(key_id, float("-inf")) <= time.monotonic() - SEEN_EVERY.total_seconds():
            await touch_keys(tx, [key_id], now=self._clock.now())
            self._noted[key_id] = time.monotonic()

    def forget(self) -> None:
        """After a key changed in this process."""
        self._seen.clear()


class Known(Protocol):
    """What people and programs are known by."""

    db: Database
    keys: KeyMemory
    clock: Clock


def identify(known: Known) -> Any:
    """ASGI middleware that puts the principal, or None, where the framework looks for a user."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def identified(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                scope["user"] = None
                headers = dict(scope["headers"])
                if scope["path"].startswith("/api/"):
                    if secret := bearer(headers.get(b"authorization", b"")):
                        scope["user"] = await known.keys.principal(
                            secret, anew=scope["method"] not in QUESTIONS
                        )
                elif not scope["path"].startswith(NOBODYS):
                    scope["user"] = await _signed_in(
                        known.db, known.clock, _cookie(headers.get(b"cookie", b""), SESSION_COOKIE)
                    )
            await app(scope, receive, send)

        return identified

    return wrap


async def _signed_in(db: Database, clock: Clock, token: str) -> Principal | None:
    shop_id = shop_of(token)
    if shop_id is None:
        return None
    now = clock.now()
    async with db.transaction(Caller(shop_id, LOOKING)) as tx:
        found = await principal_of_session(tx, token, now=now)
        if found is None:
            return None
        principal, seen_at = found
        if principal.session_id is not None and now - seen_at >= SEEN_EVERY:
            await touch_session(tx, principal.session_id, now=now)
    return principal


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


def require_whole_shop(principal: Principal, needs: str) -> None:
    """Of what is tied across channels and places, whoever sees only some of them may see nothing.

    Args:
        needs: The permission the route asks for, which they have.

    Raises:
        NotAllowed: They are kept to some channels or locations.
    """
    if not principal.sees_whole_shop:
        raise NotAllowed(needs)


def may_judge(principal: Principal) -> bool:
    """Whether they may say of any order that is doubted whether it is meant."""
    return principal.sees_whole_shop and principal.may(Permission.TRUST_WRITE)


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
