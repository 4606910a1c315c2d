"""Reading what a page's form posted."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict

from orderan.kit.errors import Refusal
from orderan.web.errors import sentence
from orderan.web.here import place_of


async def posted(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The form of a request, fields that stand several times included; read with `one` and `many`."""
    return await request.form()


def one(form: FormMultiDict, name: str) -> str:
    """A field as it was typed; "" when it is not there."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def many(form: FormMultiDict, name: str) -> list[str]:
    """Every value of a field that may stand several times."""
    return [value for value in form.getall(name, []) if isinstance(value, str) and value]


class Refused:
    """What was refused in a block, as a page shows it: field name -> sentence."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.errors)


@contextmanager
def refusals_to(request: Request[Any, Any, Any], fields: dict[type[Refusal], str]) -> Iterator[Refused]:
    """Collect a refusal of these types beside its field; any other goes its way."""
    found = Refused()
    try:
        yield found
    except tuple(fields) as refusal:
        name = next(field for kind, field in fields.items() if isinstance(refusal, kind))
        found.errors[name] = sentence(refusal, place_of(request).words)


def client_address(request: Request[Any, Any, Any]) -> str:
    """Where a request comes from; of IPv6 the network, since a home has the whole of one."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
