"""Pick faces that run low: what to bring from which reserve, done with a scan of the bin it goes into."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.inventory import (
    Location,
    NotAPickFace,
    PickFace,
    Refill,
    StockKey,
    UnknownBin,
    UnknownSku,
    hold_ready,
    pick_faces,
    refill,
    refills,
)
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.web.api.bins import BIN, bins_named
from orderan.web.api.stock_naming import one_sku
from orderan.web.dashboard.desk import Visit, whole
from orderan.web.dashboard.stock import READ, SHOWN, WRITE
from orderan.web.dashboard.stock_words import TABS
from orderan.web.forms import CountUnreadable, Sent, one, posted, refused, taken_once
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, cursor, places_of, read_code

BESIDE: Final[dict[type[Refusal], str]] = {UnknownBin: "bin", UnknownSku: "sku", NotAPickFace: "least"}


def _chosen(places: Sequence[Location], text: str) -> Location | None:
    wanted = from_text(LOCATION, text) if text else None
    return next((place for place in places if place.active and wanted in (None, place.id)), None)


@get("/stock/refills", opt=READ, include_in_schema=False)
async def refills_page(
    visit: NamedDependency[Visit],
    location: FromQuery[str] = "",
    after: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    """The emptiest pick face is on top."""
    return await _page(visit, location, after=after, said=said)


async def _page(
    visit: Visit, location: str, *, after: str = "", said: str = "", sent: Sent | None = None
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[Location], Location | None, list[Refill], list[PickFace]]:
        places = [place for place in await places_of(tx, visit.principal) if place.active]
        place = _chosen(places, location)
        if place is None:
            return places, None, [], []
        faces = await pick_faces(tx, place.id, after=read_code(after) or "", limit=SHOWN + 1)
        return places, place, await refills(tx, place.id), faces

    places, place, rows, faces = await visit.db.run(visit.caller, read)
    last = faces[SHOWN - 1] if len(faces) > SHOWN else None
    return page(
        visit.request,
        "stock/refills.html",
        status_code=422 if sent else 200,
        places=[(to_text(LOCATION, one.id), one.name) for one in places],
        place_id=to_text(LOCATION, place.id) if place else "",
        rows=[(_key_text(row), row) for row in rows],
        faces=faces[:SHOWN],
        older=cursor(f"{last.bin}/{last.sku}") if last else None,
        sent=sent or Sent(),
        said=said,
        tabs=[(href, label, href == "/stock/bins") for href, label in TABS],
        may_write=visit.principal.may(Permission.INVENTORY_WRITE),
    )


def _key_text(row: Refill) -> str:
    parts = zip(("sku", "own", "lot"), (row.key.sku_id, row.key.owner_id, row.key.lot_id), strict=True)
    ends = (to_text(BIN, row.from_bin), to_text(BIN, row.to_bin))
    return ".".join([*ends, *(to_text(head, part) for head, part in parts)])


@post("/stock/refills/{location_id:str}/{verb:str}", opt=WRITE, include_in_schema=False, status_code=200)
async def refills_turned(
    visit: NamedDependency[Visit], location_id: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Goods were brought, or a pick face holds other goods ready."""
    form = await posted(visit.request)

    async def command(tx: Tx) -> None:
        place = _chosen(await places_of(tx, visit.principal), location_id)
        if place is None:
            raise UnknownBin(location_id)
        if verb == "hold":
            bins = await bins_named(tx, place.id, {one(form, "bin").strip()})
            sku = await one_sku(tx, one(form, "sku").strip())
            least, most = _count(one(form, "least")), _count(one(form, "most"))
            [face] = bins.values()
            await hold_ready(tx, place.id, face.id, sku.id, least=least, most=most, now=visit.now)
        elif verb == "bring":
            # What is scanned where the goods are put is the bin they were meant for, or they are in the wrong one.
            heads = (BIN, BIN, "sku", "own", "lot")
            parts = one(form, "refill").split(".")
            if len(parts) != len(heads):
                raise UnknownBin(one(form, "refill")[:40])
            out_of, into, sku_id, owner, lot = map(from_text, heads, parts)
            scanned = one(form, "into").strip()
            if (await bins_named(tx, place.id, {scanned}))[scanned].id != into:
                raise UnknownBin(scanned)
            key = StockKey(sku_id, place.id, owner, lot)
            await refill(tx, place.id, into, out_of, key, _count(one(form, "units")), now=visit.now)
        else:
            raise UnknownBin(verb)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        sent = refused(visit.request, verb, form, refusal, BESIDE if verb == "hold" else {})
        return await _page(visit, location_id, sent=sent)
    return Redirect(f"/stock/refills?location={location_id}&said={verb}", status_code=303)


def _count(typed: str) -> int:
    units = whole(typed or "0")
    if units is None:
        raise CountUnreadable(typed[:40])
    return units


handlers = [refills_page, refills_turned]
