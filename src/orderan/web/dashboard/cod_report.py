"""What asking buyers of COD orders is worth, over a time, by area and by product."""

from datetime import timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import NotAllowed, Permission
from orderan.customers import atlas
from orderan.flows.views_cod import By, asked_by, asked_since, trips_minor
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.web.dashboard.desk import Visit
from orderan.web.forms import whole_rupiah
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.REPORTS_READ}
HERE: Final = "/reports/cod"
SPANS: Final = {
    "7": N_("7 hari"),
    "30": N_("30 hari"),
    "90": N_("90 hari"),
    "365": N_("Setahun"),
}
USUAL: Final = "30"
USUAL_TRIP: Final = 30_000
"""Rupiah, both ways, where nobody says: twice what a kilogram costs within a province."""
SHOWN: Final = 20


@get(HERE, opt=READ, include_in_schema=False)
async def report_page(
    visit: NamedDependency[Visit], days: FromQuery[str] = USUAL, trip: FromQuery[str] = ""
) -> Response[str]:
    """Asked, stopped, slipped through; saved, spent and what is left."""
    if visit.principal.channel_ids is not None or visit.principal.location_ids is not None:
        raise NotAllowed(str(Permission.REPORTS_READ))
    span = days if days in SPANS else USUAL
    typed = whole_rupiah(trip)
    trip_minor = min(typed, 10**9) if typed is not None else USUAL_TRIP
    since = visit.now - timedelta(days=int(span))

    async def read(tx: Tx) -> dict[str, Any]:
        return {
            "all": await asked_since(tx, since, trip_minor=trip_minor),
            "areas": await asked_by(tx, By.AREA, since, trip_minor=trip_minor, limit=SHOWN),
            "products": await asked_by(tx, By.PRODUCT, since, trip_minor=trip_minor, limit=SHOWN),
        }

    found = await visit.db.run(visit.caller, read)
    whole = found["all"]
    words = place_of(visit.request).words
    known = atlas()

    def area_named(code: str) -> str:
        region = known.get(code)
        return region.name if region else words.gettext(N_("Daerah tidak diketahui"))

    return page(
        visit.request,
        "verification/report.html",
        now=visit.now,
        span=span,
        spans=SPANS,
        trip=trip_minor,
        year_minor=trips_minor(whole.stopped, trip_minor) * 365 // int(span),
        area_named=area_named,
        **found,
    )


handlers: list[Any] = [report_page]
