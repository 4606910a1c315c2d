"""What a buyer wants done with a parcel nobody took, and that its courier was told."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.customers import Field, note_reading
from orderan.flows.missed_door import Door, door_of_parcel, pass_on, words_of
from orderan.flows.views_work import ParcelRow, one_parcel
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.orders import orders_by_id
from orderan.shipping import DoorNotFound, DoorWish
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.dashboard.desk import Visit, scope_of, told
from orderan.web.forms import FormSentBefore, posted, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page

PURPOSE: Final = "antaran gagal"
WISHES: Final = {
    DoorWish.ANOTHER_DAY: N_("Antar pada hari lain"),
    DoorWish.OTHER_ADDRESS: N_("Antar ke alamat ini"),
    DoorWish.SEND_BACK: N_("Tidak jadi: kirim balik"),
}
LOOKS: Final = {
    "waiting": (N_("Menunggu kata pembeli"), "wait", "hourglass"),
    "wished": (N_("Sampaikan ke kurir"), "act", "alert-triangle"),
    "told": (N_("Kurir sudah diberi tahu"), "done", "circle-check"),
    "overtaken": (N_("Paketnya sudah berlanjut"), "calm", "ban"),
}


def door_path(parcel_id: UUID) -> str:
    return f"/shipping/{to_text('pcl', parcel_id)}/door"


@get("/shipping/{parcel:str}/door", opt={"needs": Permission.SHIPPING_READ}, include_in_schema=False)
async def missed_door_page(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[str]:
    """The last try in vain, and what its buyer wants; an address is opened by its own button."""
    return await _page(visit, from_text("pcl", parcel))


@post(
    "/shipping/{parcel:str}/door/words",
    opt={"needs": Permission.PERSONAL_READ},
    include_in_schema=False,
    status_code=200,
)
async def door_words_opened(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[str]:
    """The page with the address; who read it is kept."""
    return await _page(visit, from_text("pcl", parcel), opened=True)


async def _page(
    visit: Visit, parcel_id: UUID, *, opened: bool = False, general: str = "", status_code: int = 200
) -> Response[str]:
    async def read(tx: Tx) -> tuple[ParcelRow, Door, str]:
        row, seen = await _seen(tx, visit, parcel_id)
        words = await words_of(tx, visit.keyring, seen.door) if opened else ""
        if words:
            order = (await orders_by_id(tx, [row.order_id]))[row.order_id]
            people = [order.customer_id] if order.customer_id else []
            await note_reading(tx, people, [Field.ADDRESSES], purpose=PURPOSE, now=visit.now)
        return row, seen, words

    row, seen, words = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "shipping/door.html",
        status_code=status_code,
        now=visit.now,
        row=row,
        door=seen.door,
        words=words,
        opened=opened,
        general=general,
        wishes=WISHES,
        looks=LOOKS,
        courier=courier_name(row.courier, place_of(visit.request).words),
        order_path=f"/orders/{to_text('ord', row.order_id)}",
        path=door_path(parcel_id),
        may_write=visit.principal.may(Permission.SHIPPING_WRITE),
        may_open=visit.principal.may(Permission.PERSONAL_READ),
    )


async def _seen(tx: Tx, visit: Visit, parcel_id: UUID) -> tuple[ParcelRow, Door]:
    row = await one_parcel(tx, scope_of(visit.principal), parcel_id)
    seen = await door_of_parcel(tx, row.id, now=visit.now)
    if seen is None:
        raise DoorNotFound(to_text("pcl", parcel_id))
    return row, seen


@post(
    "/shipping/{parcel:str}/door",
    opt={"needs": Permission.SHIPPING_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def door_passed_on(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[Any]:
    """The courier was told."""
    parcel_id, form = from_text("pcl", parcel), await posted(visit.request)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        _, seen = await _seen(tx, visit, parcel_id)
        await pass_on(tx, seen.door.id, within=visit.principal.location_ids, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except FormSentBefore:
        return Redirect(door_path(parcel_id), status_code=303)
    except DoorNotFound:
        raise
    except Refusal as refusal:
        return await _page(
            visit, parcel_id, general=told(refusal, place_of(visit.request).words), status_code=409
        )
    return Redirect(door_path(parcel_id), status_code=303)


handlers: list[Any] = [missed_door_page, door_words_opened, door_passed_on]
