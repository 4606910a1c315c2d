"""A NUL in what is asked for, which the database can neither keep nor compare with, counts as a space."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


def without_nul(app: ASGIApp) -> ASGIApp:
    """ASGI middleware: the query string as if a space stood for every NUL.

    Bodies and forms have rules of their own, and an address with a NUL in its path is nowhere.
    """

    async def cleaned(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and b"%00" in scope["query_string"]:
            scope["query_string"] = scope["query_string"].replace(b"%00", b"+")
        await app(scope, receive, send)

    return cleaned
