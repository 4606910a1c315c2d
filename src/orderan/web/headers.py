"""What every answer tells the browser not to do.

The policy starts at nothing and allows only our own host: no inline script, no inline style, no
frame around us, no other origin. `data:` images are Tabler's select arrows and check marks.
"""

from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)

SECURITY_HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": (
        "camera=(self), microphone=(), geolocation=(self), payment=(), usb=(), interest-cohort=()"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# One year, the least browsers' preload lists take; subdomains are not ours to bind.
STRICT_TRANSPORT: Final = "max-age=31536000"


def security_headers(app: ASGIApp) -> ASGIApp:
    """ASGI middleware: add the headers to every answer that does not already set its own.

    A handler that needs a different policy (a document viewer, say) sets the header itself and
    keeps it. HSTS is sent only over TLS: on plain http it would lock a laptop's user out.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        secure = scope["scheme"] == "https"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if secure:
                    headers.setdefault("strict-transport-security", STRICT_TRANSPORT)
            await send(message)

        await app(scope, receive, send_with_headers)

    return guarded
