"""Every route of the application, as the access table sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Litestar

ID = "zzz_00000000000000000000000000"
"""An id of no sort: where access is granted, it ends in a refusal that changes nothing."""


@dataclass(frozen=True, order=True)
class Route:
    """A method and an address template, with what the handler says it needs.

    Attributes:
        needs: A permission, `signed_in` or `public`.
    """

    method: str
    path: str
    needs: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """The address with something in the place of every parameter."""
        parts = [
            ("1" if ":int}" in part else ID) if part.startswith("{") else part
            for part in self.path.split("/")
        ]
        return "/".join(parts)

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/v1/")


def routes_of(app: Litestar) -> Iterator[Route]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if handler.handler_name == "options_handler":
                continue
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield Route(str(method), route.path, _needs(handler.opt))


def _needs(opt: dict[str, Any]) -> str:
    if opt.get("public"):
        return "public"
    return str(opt.get("needs", "signed_in"))
