"""The shipping desk: parcels under way, and what became of them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission, Principal
from orderan.flows.deliver import move_on
from orderan.flows.views_work import ParcelRow, one_parcel, parcel_counts, parcel_list
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.shipping import ParcelEvent, tracking_link
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.courier_words import courier_names
from orderan.web.dashboard.desk import Asking, Flash, each, scope_of
from orderan.web.dashboard.missed_door import LOOKS, WISHES
from orderan.web.dashboard.verification_words import DAY_STATES
from orderan.web.forms import many, one, posted
from orderan.web.here import place_of
from orderan.web.pages import page

SHOWN: Final = 50
TABS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "road": (N_("Dalam perjalanan"), ("created", "picked_up", "in_transit", "out_for_delivery")),
    "failed": (N_("Gagal diantar"), ("attempt_failed",)),
    "back": (N_("Kembali ke kita"), ("returning",)),
    "delivered": (N_("Terkirim"), ("delivered",)),
    "gone": (N_("Kembali, hilang, rusak"), ("returned", "lost", "damaged")),
}
EVENTS: Final = {
    ParcelEvent.DELIVER: N_("Sudah diterima pembeli"),
    ParcelEvent.MOVE: N_("Dalam perjalanan"),
    ParcelEvent.GO_OUT: N_("Sedang diantar"),
    ParcelEvent.FAIL: N_("Gagal diantar"),
    ParcelEvent.SEND_BACK: N_("Dikirim balik"),
    ParcelEvent.ARRIVE_BACK: N_("Sudah tiba kembali di kita"),
    ParcelEvent.LOSE: N_("Hilang"),
    ParcelEvent.DAMAGE: N_("Rusak"),
}
BY_TAB: Final = {
    "road": (
        ParcelEvent.MOVE,
        ParcelEvent.GO_OUT,
        ParcelEvent.FAIL,
        ParcelEvent.SEND_BACK,
        ParcelEvent.LOSE,
        ParcelEvent.DAMAGE,
    ),
    "failed": (ParcelEvent.GO_OUT, ParcelEvent.SEND_BACK, ParcelEvent.LOSE, ParcelEvent.DAMAGE),
    "back": (ParcelEvent.ARRIVE_BACK, ParcelEvent.LOSE, ParcelEvent.DAMAGE),
}


def _moved(spoken: Words, done: int) -> str:
    return spoken.ngettext("%(num)s paket diperbarui.", "%(num)s paket diperbarui.", done)


@get("/shipping", opt={"needs": Permission.SHIPPING_READ}, include_in_schema=False)
async def shipping_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    tab: FromQuery[str] = "road",
    courier: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Parcels by where they are, the newest first; or the one with a tracking number."""
    return await desk(request, db, caller, principal, now, tab=tab, courier=courier, q=q, after=after)


async def desk(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    *,
    tab: str,
    courier: str = "",
    q: str = "",
    after: str = "",
    flashes: list[Flash] | None = None,
) -> Response[str]:
    """The desk, with what is to be said on top of it."""
    chosen = tab if tab in TABS else "road"
    scope = scope_of(principal)
    awb = "".join(q.split()).upper() or None
    states = [state for _, group in TABS.values() for state in group] if awb else list(TABS[chosen][1])

    async def read(tx: Tx) -> tuple[dict[str, int], list[ParcelRow]]:
        rows = await parcel_list(
            tx,
            scope,
            states=states,
            courier=courier or None,
            awb=awb,
            after=read_cursor(after),
            limit=SHOWN + 1,
        )
        return await parcel_counts(tx, scope), rows

    counts, rows = await db.run(caller, read)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    may_write = principal.may(Permission.SHIPPING_WRITE)
    return page(
        request,
        "shipping/list.html",
        now=now,
        flashes=flashes or [],
        tabs=[
            (name, label, sum(counts.get(state, 0) for state in group) if name in BY_TAB else None)
            for name, (label, group) in TABS.items()
        ],
        tab="" if awb else chosen,
        parcels=[{"id": to_text("pcl", row.id), "row": row} for row in rows[:SHOWN]],
        older=cursor_of(last.created_at, last.id) if last else None,
        after=after,
        q=q,
        courier=courier,
        couriers=list(courier_names(place_of(request).words).items()),
        courier_names=courier_names(place_of(request).words),
        link=tracking_link,
        doors=DAY_STATES,
        wishes=WISHES | {"waiting": LOOKS["waiting"][0]},
        sees_couriers=principal.channel_ids is None and principal.location_ids is None,
        may_part=may_write,
        order_path=lambda order: f"/orders/{to_text('ord', order)}",
        may_deliver=may_write and not awb and chosen in {"road", "failed"},
        events=[(event, EVENTS[event]) for event in BY_TAB.get(chosen, ())] if may_write and not awb else [],
    )


@post("/shipping/bulk", opt={"needs": Permission.SHIPPING_WRITE}, include_in_schema=False, status_code=200)
async def parcels_moved(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """One event for every parcel that was ticked; each stands alone."""
    form = await posted(request)
    event = next((one_ for one_ in EVENTS if one_ == one(form, "event")), None)
    parcels = [from_text("pcl", parcel) for parcel in many(form, "parcel")]
    flashes: list[Flash] = []

    async def step(tx: Tx, parcel: UUID) -> None:
        await one_parcel(tx, scope_of(principal), parcel)
        if event is not None:
            await move_on(tx, [parcel], event, within=principal.location_ids, now=now)

    if event is not None:
        flashes = (await each(request, db, caller, parcels, step)).flashes(request, _moved)
    return await desk(request, db, caller, principal, now, tab=one(form, "tab"), flashes=flashes)


handlers = [shipping_page, parcels_moved]
