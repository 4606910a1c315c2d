"""What pickers did: lines an hour, scans of something else, units that were missing."""

from datetime import timedelta
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission
from orderan.kit.db import Tx
from orderan.picking import PickerScore, picker_scores
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import names_of
from orderan.web.here import place_of
from orderan.web.pages import page

DAYS: Final = (1, 7, 30)
USUAL: Final = 7


@get("/warehouse/pickers", opt={"needs": Permission.FULFILMENT_READ}, include_in_schema=False)
async def pickers_page(visit: NamedDependency[Visit], days: FromQuery[str] = "") -> Response[str]:
    """Everybody who scanned something in the time, the most lines first."""
    chosen = next((one for one in DAYS if str(one) == days), USUAL)
    words = place_of(visit.request).words

    async def read(tx: Tx) -> list[tuple[str, PickerScore]]:
        scores = await picker_scores(
            tx, visit.principal.location_ids, since=visit.now - timedelta(days=chosen)
        )
        names = await names_of(tx, [one.actor for one in scores], {})
        return [(names.who(one.actor, words), one) for one in scores]

    return page(
        visit.request,
        "warehouse/pickers.html",
        now=visit.now,
        rows=await visit.db.run(visit.caller, read),
        days=DAYS,
        chosen=chosen,
    )


handlers = [pickers_page]
