"""Pages of the simulated couriers: their parcels, a rider's hands, and what can be made to go wrong."""

from contextlib import suppress
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final, cast

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from orderan.sandbox.couriers.models import Quirks
from orderan.sandbox.couriers.ports import CourierSimulator
from orderan.sandbox.couriers.yard import DEEDS, Unplayable, Yard
from orderan.sandbox.faults import Break, Faults, Window
from orderan.sandbox.keys import Cabinet, NotHere
from orderan.web.forms import many, one, posted
from orderan.web.pages import page

SHOWN: Final = 50
BAD_DAYS: Final[dict[str, Faults]] = {
    "down": Faults(breaks={Break.ERROR_BEFORE: 1.0}),
    "silent": Faults(breaks={Break.HANG_BEFORE: 1.0}),
    "took_it": Faults(breaks={Break.HANG_AFTER: 1.0}),
    "half_broken": Faults(breaks={Break.ERROR_BEFORE: 0.3, Break.ERROR_AFTER: 0.1, Break.GARBLED: 0.1}),
    "slow": Faults(slow_s=4.0),
    "post_late": Faults(late_s=120.0, shuffled=True),
    "post_lost": Faults(lost=1.0),
    "post_doubled": Faults(doubled=1.0),
    "post_forged": Faults(forged=1.0),
}
QUIRKS: Final = tuple(one.name for one in fields(Quirks))


def _yard(request: Request[Any, Any, Any]) -> Yard:
    return cast("Yard", request.app.state.yard)


def _cabinet(request: Request[Any, Any, Any]) -> Cabinet:
    return cast("Cabinet", _yard(request).registry)


def _courier(request: Request[Any, Any, Any], name: str) -> CourierSimulator:
    found = _yard(request).couriers.get(name)
    if found is None:
        raise NotFoundException
    return found


@get("/couriers", include_in_schema=False)
async def look(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every courier and its newest parcels."""
    return _page(request)


def _page(request: Request[Any, Any, Any], *, refused: tuple[str, str] | None = None) -> Response[Any]:
    yard = _yard(request)
    return page(
        request,
        "sandbox/couriers.html",
        status_code=200 if refused is None else 422,
        couriers=[
            {
                "name": name,
                "tells": courier.tells,
                "address": refused[1]
                if refused and refused[0] == name
                else yard.registry.address(name)
                if courier.tells
                else None,
                "refused": bool(refused and refused[0] == name),
                "quirks": {quirk: getattr(courier.shelf.quirks, quirk) for quirk in QUIRKS},
            }
            for name, courier in yard.couriers.items()
        ],
        parcels=yard.parcels()[:SHOWN],
        deeds=DEEDS,
        bad_days=list(BAD_DAYS),
        windows=yard.weather.standing(yard.clock()),
        now=yard.clock(),
    )


@post("/couriers/weather", include_in_schema=False)
async def make_weather(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let something go wrong at a courier for some minutes; or clear the sky."""
    yard = _yard(request)
    form = await posted(request)
    courier, kind, typed = one(form, "courier"), one(form, "kind"), one(form, "minutes")
    if kind == "clear":
        yard.weather.clear()
    elif kind in BAD_DAYS and courier in yard.couriers:
        minutes = min(max(int(typed), 1), 1440) if typed.isdecimal() and len(typed) < 6 else 10
        now = yard.clock()
        yard.weather.set(Window(courier, BAD_DAYS[kind], None, now, now + timedelta(minutes=minutes), kind))
    return Redirect("/couriers", status_code=303)


@post("/couriers/{name:str}", include_in_schema=False)
async def set_up(request: Request[Any, Any, Any], name: str) -> Response[Any]:
    """Choose a courier's quirks, and where it sends word."""
    courier = _courier(request, name)
    form = await posted(request)
    chosen = set(many(form, "quirk"))
    courier.shelf.quirks = Quirks(**{quirk: quirk in chosen for quirk in QUIRKS})
    typed = one(form, "address").strip()[:300]
    if courier.tells and typed:
        try:
            _cabinet(request).register(name, typed)
        except NotHere:
            return _page(request, refused=(name, typed))
    return Redirect("/couriers", status_code=303)


@post("/couriers/{name:str}/{reference:str}", include_in_schema=False)
async def act(request: Request[Any, Any, Any], name: str, reference: str) -> Response[Any]:
    """Do to a parcel what a rider or a hub can do; what cannot happen as it stands changes nothing."""
    courier = _courier(request, name)
    parcel = courier.shelf.find(reference)
    if parcel is None:
        raise NotFoundException
    form = await posted(request)
    with suppress(Unplayable):
        _yard(request).act(courier, parcel, one(form, "deed"))
    return Redirect("/couriers", status_code=303)


handlers: list[Any] = [look, make_weather, set_up, act]
