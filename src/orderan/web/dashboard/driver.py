"""A driver's own run on their telephone: the next door, what to do there, and nothing of anybody else's."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.catalog import ImageTooLarge, NotAnImage
from orderan.customers import WholeAddress
from orderan.fleet import (
    AHEAD,
    FAILURES,
    RUN_PREFIX,
    STOP_PREFIX,
    CashDiffers,
    FailureUnexplained,
    ReceiverMissing,
    Run,
    RunNotFound,
    RunState,
    RunStop,
    StopState,
    read_point,
    run_for,
    run_of_driver,
    see_van,
    stops_of,
)
from orderan.flows.accept_part import BeyondParcel, NotAPart
from orderan.flows.collect_cod import cash_at_doors
from orderan.flows.drive_run import WHY, back, deliver_stop, fail_stop, go_to, keep_part, leave
from orderan.flows.parcel_goods import units_in
from orderan.flows.views_fleet import Carried, carried, door_points, whole_address
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.orders import Terms, load_orders
from orderan.returns import coming_back
from orderan.routes import Point
from orderan.shipping import UNDER_WAY, ParcelState, parcels_of
from orderan.verification import last_days
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.fleet import NOTHING_SENT
from orderan.web.dashboard.fleet_words import RUNS, STOPS
from orderan.web.dashboard.verification_words import DAY_STATES
from orderan.web.forms import (
    AmountUnreadable,
    CountUnreadable,
    Sent,
    amount_typed,
    count_typed,
    numbered,
    one,
    posted,
    refused,
)
from orderan.web.once import once
from orderan.web.pages import page

DRIVE: Final = {"needs": Permission.FLEET_DRIVE}
BESIDE: Final[Mapping[type[Refusal], str]] = {
    ReceiverMissing: "received_by",
    NotAnImage: "photo",
    ImageTooLarge: "photo",
    CashDiffers: "cash",
    AmountUnreadable: "cash",
    FailureUnexplained: "reason",
    CountUnreadable: "units",
    BeyondParcel: "units",
    NotAPart: "units",
}
SAID: Final = {
    "left": N_("Selamat jalan. Pembeli diberi tahu bahwa kurir berangkat."),
    "delivered": N_("Terkirim. Lanjut ke titik berikutnya."),
    "part": N_("Tercatat. Tagih jumlah yang baru, bawa pulang sisanya."),
    "failed": N_("Tercatat gagal. Paketnya tetap di mobil."),
    "back": N_("Perjalanan selesai. Serahkan uang dan paket yang gagal ke gudang."),
}


@get("/driver", opt=DRIVE, include_in_schema=False)
async def driver_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[str]:
    """Where to go now; before leaving, what is to be loaded."""
    return await _page(visit, said=said)


async def _page(visit: Visit, *, said: str = "", sent: Sent = NOTHING_SENT) -> Response[str]:
    found = await visit.db.run(visit.caller, lambda tx: _read(tx, visit))
    return page(
        visit.request,
        "fleet/driver.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        said=SAID.get(said),
        sent=sent,
        failures=[(reason, WHY[reason]) for reason in FAILURES],
        run_words=RUNS,
        stop_words=STOPS,
        doors=DAY_STATES,
        stop_id=lambda stop: to_text(STOP_PREFIX, stop.id),
        **found,
    )


async def _read(tx: Tx, visit: Visit) -> dict[str, Any]:
    run = await _mine(tx, visit)
    shown: dict[str, Any] = {
        "run": run,
        "path": "",
        "coming": None,
        "ahead": [],
        "made": [],
        "days": {},
        "cash_minor": 0,
    }
    if run is None:
        return shown
    stops = await stops_of(tx, [run.id])
    rows = await carried(tx, {stop.parcel_id for stop in stops})
    coming = next((stop for stop in stops if stop.state is StopState.NEXT), None)
    return shown | {
        "path": f"/driver/runs/{to_text(RUN_PREFIX, run.id)}",
        "coming": await _coming(tx, visit, coming, rows) if coming else None,
        "ahead": [(stop, rows[stop.parcel_id]) for stop in stops if stop.state is StopState.PLANNED],
        "days": await last_days(tx, [stop.parcel_id for stop in stops if stop.state in AHEAD]),
        "made": [(stop, rows[stop.parcel_id]) for stop in stops if stop.state not in AHEAD],
        "cash_minor": sum(stop.collected_minor for stop in stops),
    }


async def _mine(tx: Tx, visit: Visit) -> Run | None:
    staff = visit.principal.staff_id
    return None if staff is None else await run_of_driver(tx, staff)


async def _coming(tx: Tx, visit: Visit, stop: RunStop, rows: Mapping[UUID, Carried]) -> dict[str, Any]:
    row = rows[stop.parcel_id]
    order, lines = (await load_orders(tx, [row.order_id]))[row.order_id]
    parcels = await parcels_of(tx, row.order_id)
    parcel = next(one for one in parcels if one.id == row.parcel_id)
    may_part = ParcelState(parcel.state) in UNDER_WAY and order.terms == Terms.COD
    inside = units_in(parcel, parcels, list(lines), await coming_back(tx, order.id)) if may_part else {}
    address = await whole_address(tx, visit.keyring, row, now=visit.now)
    point = (await door_points(tx, visit.keyring, [row])).get(row.parcel_id)
    return {
        "stop": stop,
        "row": row,
        "address": address,
        "way": _way(point, address),
        "door": (await last_days(tx, [row.parcel_id])).get(row.parcel_id),
        "lines": [(line, inside[line.line_no]) for line in lines if inside.get(line.line_no)],
        "due_minor": (await cash_at_doors(tx, [parcel]))[parcel.id],
    }


def _way(point: Point | None, address: WholeAddress | None) -> str:
    """What a telephone opens its own map with."""
    if point is not None:
        at = f"{point.latitude:.6f},{point.longitude:.6f}"
        return f"geo:{at}?q={at}"
    if address is None:
        return ""
    return "geo:0,0?q=" + " ".join(f"{address.line} {address.area}".split()).replace("&", " ").replace(
        "#", " "
    )


@post("/driver/runs/{run_id:str}/{verb:str}", opt=DRIVE, include_in_schema=False)
async def driven(visit: NamedDependency[Visit], run_id: FromPath[str], verb: FromPath[str]) -> Response[Any]:
    """Leave, go to a door, hand over or not, come back; sent again it is done once."""
    form = await posted(visit.request)
    photo = await _photo(form)

    async def work(tx: Tx) -> str:
        return await _drive(tx, visit, from_text(RUN_PREFIX, run_id), verb, form, photo)

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except RunNotFound:
        raise
    except Refusal as refusal:
        return await _page(visit, sent=refused(visit.request, verb, form, refusal, BESIDE))


async def _photo(form: FormMultiDict) -> bytes | None:
    upload = form.get("photo")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    return await upload.read() or None


async def _drive(
    tx: Tx, visit: Visit, run_id: UUID, verb: str, form: FormMultiDict, photo: bytes | None
) -> str:
    mine, now = visit.principal.staff_id, visit.now
    if mine is None:
        raise RunNotFound(to_text(RUN_PREFIX, run_id))
    match verb:
        case "leave":
            await leave(tx, run_id, driver_id=mine, now=now)
            return "/driver?said=left"
        case "back":
            await back(tx, run_id, driver_id=mine, now=now)
            return "/driver?said=back"
        case "go":
            await go_to(tx, run_id, _stop(form), driver_id=mine, now=now)
            return "/driver"
        case "deliver":
            await deliver_stop(
                tx,
                visit.keyring,
                run_id,
                _stop(form),
                driver_id=mine,
                received_by=one(form, "received_by"),
                photo=photo,
                collected_minor=amount_typed(one(form, "cash"), "IDR"),
                now=now,
            )
            return "/driver?said=delivered"
        case "part":
            kept = {line_no: count_typed(typed) for line_no, typed in numbered(form, "units_").items()}
            await keep_part(tx, run_id, _stop(form), driver_id=mine, kept=kept, now=now)
            return "/driver?said=part"
        case "fail":
            await fail_stop(tx, run_id, _stop(form), driver_id=mine, reason=one(form, "reason"), now=now)
            return "/driver?said=failed"
        case _:
            raise RunNotFound(verb)


def _stop(form: FormMultiDict) -> UUID:
    return from_text(STOP_PREFIX, one(form, "stop"))


@post("/driver/position", opt=DRIVE, include_in_schema=False, status_code=204)
async def van_seen(visit: NamedDependency[Visit]) -> None:
    """Where the telephone of a driver is while their van is out."""
    form = await posted(visit.request)
    point = read_point(f"{one(form, 'latitude')}, {one(form, 'longitude')}")

    async def work(tx: Tx) -> None:
        run = await _mine(tx, visit)
        if run is not None and run.state is RunState.OUT:
            await see_van(tx, await run_for(tx, run.id), point, now=visit.now)

    await visit.db.run(visit.caller, work)


handlers: list[Any] = [driver_page, driven, van_seen]
