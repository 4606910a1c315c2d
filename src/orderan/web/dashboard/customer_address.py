"""The address form: one form whose buttons search, go down a level, or save.

Without JavaScript each step sends the whole form and gets it back with what was typed still in it;
with htmx a chosen level swaps only the chooser.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.customers import PREFIX, EntryRefused, Level, TypedAddress, add_address, atlas, find
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database
from orderan.kit.errors import N_
from orderan.kit.ids import from_text
from orderan.web.dashboard.customer_words import field_errors
from orderan.web.dashboard.customers import Form, path_of
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]

LEVELS: Final = (
    (Level.PROVINCE, "province", N_("Provinsi")),
    (Level.CITY, "city", N_("Kota atau kabupaten")),
    (Level.DISTRICT, "district", N_("Kecamatan")),
    (Level.VILLAGE, "village", N_("Kelurahan atau desa")),
)
MOST_FOUND: Final = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """One level of the chooser: what can be chosen there, and what is."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """What the chooser shows: areas found by the text typed, and a select per level reached."""

    q: str
    found: tuple[tuple[str, str], ...]
    searched: bool
    choices: tuple[Choice, ...]
    code: str


def chooser(data: dict[str, str]) -> Chooser:
    """The chooser after what was sent: an area picked, a level chosen, a text searched."""
    q = data.get("area_q", "")
    picked = data.get("pick", "")
    searched = data.get("step") == "search" and bool(q.strip())
    found = tuple((hit.region.code, hit.written()) for hit in find(q, limit=MOST_FOUND)) if searched else ()
    chosen = _line(picked) if picked else _chosen(data)
    choices: list[Choice] = []
    above: str | None = None
    for level, name, label in LEVELS:
        value = chosen[level - 1] if level <= len(chosen) else ""
        options = tuple((region.code, region.name) for region in atlas().children(above))
        choices.append(Choice(name, label, options, value))
        if not value:
            break
        above = value
    code = chosen[-1] if len(chosen) == Level.VILLAGE else ""
    return Chooser(q, found, searched, tuple(choices), code)


def _line(code: str) -> list[str]:
    return [region.code for region in atlas().lineage(code)]


def _chosen(data: dict[str, str]) -> list[str]:
    """Codes chosen level by level, up to the first that does not lie in the one before."""
    chosen: list[str] = []
    for _, name, _ in LEVELS:
        code = data.get(name, "")
        region = atlas().get(code)
        if region is None or len(chosen) + 1 != region.level:
            break
        if chosen and region.parent_code != chosen[-1]:
            break
        chosen.append(code)
    return chosen


@get("/customers/regions", opt={"signed_in": True}, include_in_schema=False, sync_to_thread=True)
def regions_found(q: FromQuery[str] = "") -> list[dict[str, str]]:
    """Villages that fit what is typed, for fields that type ahead."""
    return [
        {
            "value": hit.region.code,
            "label": hit.region.name,
            "sub": ", ".join(region.name for region in reversed(hit.line[:-1])),
        }
        for hit in find(q, level=Level.VILLAGE, limit=MOST_FOUND)
    ]


@get(
    "/customers/{customer_id:str}/addresses/new",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    include_in_schema=False,
)
async def address_form(request: Asking, customer_id: FromPath[str]) -> Response[str]:
    """An empty form."""
    path = path_of(from_text(PREFIX, customer_id))
    return page(
        request, "customers/address.html", block="chooser", path=path, values={}, errors={}, area=chooser({})
    )


@post(
    "/customers/{customer_id:str}/addresses/new",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def address_sent(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Search, go down, or save; saving refused shows the form again with what is wrong."""
    customer = from_text(PREFIX, customer_id)
    path, area = path_of(customer), chooser(data)
    errors: dict[str, str] = {}
    if data.get("step") == "save":
        typed = TypedAddress(
            recipient=data.get("recipient", ""),
            phone=data.get("phone", ""),
            line=data.get("line", ""),
            village_code=area.code,
            postcode=data.get("postcode", ""),
            label=data.get("label", ""),
        )
        try:
            await db.run(caller, lambda tx: add_address(tx, keyring, customer, typed, now=now))
            return Redirect(f"{path}#addresses", status_code=303)
        except EntryRefused as refusal:
            errors = field_errors(refusal.complaints, place_of(request).words)
            if "village_code" in errors:
                errors[area.choices[-1].name] = errors.pop("village_code")
    return page(
        request,
        "customers/address.html",
        block="chooser",
        status_code=422 if errors else 200,
        path=path,
        values=data,
        errors=errors,
        area=area,
    )


handlers = [regions_found, address_form, address_sent]
