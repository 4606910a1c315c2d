"""The packing table: scan an order or a unit, then unit by unit into the parcel, weigh, photograph, close."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from orderan.access import Permission
from orderan.catalog import PICTURE_TYPES, ImageTooLarge, NotAnImage
from orderan.flows.pack_goods import (
    finish_packing,
    lock_table,
    look_again,
    open_packing,
    photograph,
    picture_of_parcel,
    scan_into_parcel,
)
from orderan.flows.views_packing import packing_queue, packing_table, task_for_code
from orderan.flows.views_work import pick_sheet
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import Words, format_number
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.packing import (
    CARTON_PREFIX,
    Obstacle,
    OverrideNotAllowed,
    OverrideUnexplained,
    PackingBlocked,
    ParcelNotPacked,
    Scanned,
    ScanOutcome,
    WeightUnreadable,
    add_parcel,
    choose_carton,
    drop_parcel,
    packed_of,
    packings_of,
    take_out,
    weigh_parcel,
)
from orderan.web.dashboard.desk import Flash, Visit, scope_of, told
from orderan.web.forms import Sent, one, posted, refused, sent_once, typed_in
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page

HOME: Final = "/warehouse/packing"
READ: Final = {"needs": Permission.FULFILMENT_READ}
WRITE: Final = {"needs": Permission.FULFILMENT_WRITE}
NOTHING_SENT: Final = Sent()
BESIDE: Final[Mapping[type[Refusal], str]] = {
    WeightUnreadable: "weight",
    NotAnImage: "photo",
    ImageTooLarge: "photo",
    OverrideUnexplained: "why",
}
SCANNED: Final = {
    ScanOutcome.RIGHT: N_("%(title)s masuk paket %(parcel)s."),
    ScanOutcome.WRONG: N_("Salah barang: “%(text)s” bukan bagian pesanan ini. Kembalikan."),
    ScanOutcome.EXTRA: N_("Kelebihan: %(title)s sudah cukup. Jangan dimasukkan."),
    ScanOutcome.DOUBLED: N_("Unit %(title)s dengan nomor seri ini sudah di dalam. Jangan dipindai dua kali."),
    ScanOutcome.OTHER_LOT: N_("Lot lain: %(title)s di pesanan ini harus dari lot %(lot)s."),
    ScanOutcome.EXPIRED: N_("%(title)s ini sudah kedaluwarsa. Pisahkan, jangan dikirim."),
    ScanOutcome.UNREADABLE: N_("Kode itu tidak terbaca. Pindai lagi."),
}
OUTCOMES: Final = {
    ScanOutcome.RIGHT: N_("Masuk"),
    ScanOutcome.WRONG: N_("Salah barang"),
    ScanOutcome.EXTRA: N_("Kelebihan"),
    ScanOutcome.DOUBLED: N_("Dipindai dua kali"),
    ScanOutcome.OTHER_LOT: N_("Lot lain"),
    ScanOutcome.EXPIRED: N_("Kedaluwarsa"),
    ScanOutcome.UNREADABLE: N_("Tidak terbaca"),
    ScanOutcome.TAKEN_OUT: N_("Dikeluarkan"),
}
OBSTACLES: Final = {
    "units_missing": N_("%(title)s belum masuk: kurang %(units)s"),
    "units_surplus": N_("%(title)s kelebihan %(units)s: keluarkan dari paket"),
    "parcel_empty": N_("Paket %(parcel)s kosong"),
    "not_weighed": N_("Paket %(parcel)s belum ditimbang"),
    "weight_off": N_("Paket %(parcel)s beratnya %(weight)s g, seharusnya sekitar %(expected)s g"),
    "no_photo": N_("Paket %(parcel)s belum difoto"),
}


@dataclass(eq=False)
class NothingToPackThere(Refusal):
    """No task that can be packed is meant by the code."""

    typed: str

    code = "nothing_to_pack_there"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada yang bisa dikemas untuk “{typed}”.")


def table_path(task_id: UUID) -> str:
    return f"{HOME}/{to_text('tsk', task_id)}"


@get(HOME, opt=READ, include_in_schema=False)
async def tables_page(visit: NamedDependency[Visit]) -> Response[str]:
    """What is on the table and what waits for it, with one field for the scanner."""
    return await _tables(visit)


async def _tables(visit: Visit, *, typed: str = "", general: str = "") -> Response[str]:
    rows = await visit.db.run(visit.caller, lambda tx: packing_queue(tx, scope_of(visit.principal)))
    return page(
        visit.request,
        "warehouse/packing.html",
        status_code=404 if general else 200,
        now=visit.now,
        rows=rows,
        path_of=table_path,
        typed=typed,
        general=general,
        may_write=visit.principal.may(Permission.FULFILMENT_WRITE),
    )


@post(HOME, opt=WRITE, include_in_schema=False, status_code=200)
async def table_taken(visit: NamedDependency[Visit]) -> Response[Any]:
    """To the order that is meant; a unit that says which is in its parcel already."""
    form = await posted(visit.request)
    code = one(form, "code").strip()
    within, now = visit.principal.location_ids, visit.now

    async def command(tx: Tx) -> str:
        found = await task_for_code(tx, scope_of(visit.principal), code, today=now.date())
        if found is None:
            raise NothingToPackThere(code[:60])
        await open_packing(tx, found.task_id, within=within, now=now)
        if found.by_unit:
            await scan_into_parcel(tx, found.task_id, code, within=within, now=now)
        return table_path(found.task_id)

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=now)
    except Refusal as refusal:
        return await _tables(visit, typed=code, general=told(refusal, place_of(visit.request).words))


@get(HOME + "/{task_id:str}", opt=READ, include_in_schema=False)
async def table_page(visit: NamedDependency[Visit], task_id: FromPath[str]) -> Response[str]:
    """One order at the table."""
    return await _table(visit, from_text("tsk", task_id))


async def _table(
    visit: Visit,
    task_id: UUID,
    *,
    flashes: list[Flash] | None = None,
    scanned: str = "",
    sent: Sent = NOTHING_SENT,
    status: int = 200,
) -> Response[str]:
    spoken = place_of(visit.request).words
    table = await visit.db.run(visit.caller, lambda tx: packing_table(tx, scope_of(visit.principal), task_id))
    return page(
        visit.request,
        "warehouse/pack.html",
        block="table",
        status_code=status,
        now=visit.now,
        flashes=flashes or [],
        scanned=scanned,
        sent=sent,
        table=table,
        path=table_path(task_id),
        task_path=f"/warehouse/tasks/{to_text('tsk', task_id)}",
        packed=packed_of(table.inside),
        titles={one_.key: one_ for one_ in table.goods},
        cartons=[
            (to_text(CARTON_PREFIX, kind.id), kind.code) for kind in table.cartons.values() if kind.active
        ],
        carton_id={
            parcel.no: to_text(CARTON_PREFIX, parcel.carton_id)
            for parcel in table.parcels
            if parcel.carton_id
        },
        in_the_way=[obstacle_told(obstacle, spoken) for obstacle in table.obstacles],
        fixable=all(obstacle.overridable for obstacle in table.obstacles),
        outcome_told=lambda outcome: OUTCOMES[outcome],
        sku_id=lambda sku: to_text("sku", sku),
        may_write=visit.principal.may(Permission.FULFILMENT_WRITE),
        may_override=visit.principal.may(Permission.PACKING_OVERRIDE),
    )


def obstacle_told(obstacle: Obstacle, spoken: Words) -> str:
    """What keeps a packing from being closed, in words."""
    return spoken.gettext(
        OBSTACLES[obstacle.code],
        title=obstacle.title or obstacle.sku or spoken.gettext(N_("Barang yang dibatalkan")),
        units=obstacle.units,
        parcel=obstacle.parcel_no,
        weight=format_number(obstacle.weight_g, spoken.locale),
        expected=format_number(obstacle.expected_g, spoken.locale),
    )


def scan_told(scan: Scanned, parcel_no: int, spoken: Words) -> str:
    """What became of a scan, in words."""
    goods = scan.goods
    return spoken.gettext(
        SCANNED[scan.outcome],
        title=goods.title if goods else scan.text[:60],
        text=scan.text[:60],
        lot=(goods.lot if goods else None) or "–",
        parcel=parcel_no,
    )


@post(HOME + "/{task_id:str}/scan", opt=WRITE, include_in_schema=False, status_code=200)
async def unit_packed(visit: NamedDependency[Visit], task_id: FromPath[str]) -> Response[Any]:
    """One unit into the parcel; what is wrong with it is said, and kept."""
    task = from_text("tsk", task_id)
    form = await posted(visit.request)
    spoken = place_of(visit.request).words
    no = _number(form)

    async def command(tx: Tx) -> Scanned:
        await sent_once(tx, form, now=visit.now)
        await pick_sheet(tx, scope_of(visit.principal), task)
        within = visit.principal.location_ids
        return await scan_into_parcel(tx, task, one(form, "code"), parcel_no=no, within=within, now=visit.now)

    try:
        scan = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        said = [("loss", told(refusal, spoken))]
        sent = Sent("scan", typed_in(form))
        return await _table(visit, task, flashes=said, scanned="bad", sent=sent, status=409)
    right = scan.outcome is ScanOutcome.RIGHT
    flashes = [("done" if right else "loss", scan_told(scan, no or 1, spoken))]
    return await _table(
        visit, task, flashes=flashes, scanned="ok" if right else "bad", status=200 if right else 409
    )


def _number(form: FormMultiDict) -> int | None:
    typed = one(form, "parcel")
    return int(typed) if typed.isdecimal() and len(typed) < 4 else None


@post(HOME + "/{task_id:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def packed(visit: NamedDependency[Visit], task_id: FromPath[str], verb: FromPath[str]) -> Response[Any]:
    """Take out, another parcel, its carton, weight and picture, close, look again; sent again it is done once."""
    task = from_text("tsk", task_id)
    form = await posted(visit.request)
    photo = await _photo(form)

    async def command(tx: Tx) -> str:
        await pick_sheet(tx, scope_of(visit.principal), task)
        await _do(tx, visit, task, verb, form, photo)
        return table_path(task)

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except PackingBlocked as refusal:
        spoken = place_of(visit.request).words
        said: list[Flash] = [("loss", told(refusal, spoken))]
        return await _table(visit, task, flashes=said, sent=Sent(verb, typed_in(form)), status=409)
    except OverrideNotAllowed:
        raise
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND and not isinstance(refusal, ParcelNotPacked):
            raise
        name = f"{verb}-{_number(form) or 1}" if verb in {"weigh", "photo"} else verb
        sent = refused(visit.request, name, form, refusal, BESIDE)
        flashes: list[Flash] = [("loss", sent.general)] if sent.general else []
        return await _table(visit, task, flashes=flashes, sent=sent, status=422)


async def _photo(form: FormMultiDict) -> bytes | None:
    upload = form.get("photo")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    return await upload.read() or None


async def _do(tx: Tx, visit: Visit, task: UUID, verb: str, form: FormMultiDict, photo: bytes | None) -> None:
    within, now, no = visit.principal.location_ids, visit.now, _number(form) or 1
    if verb not in {"close", "again", "photo"}:
        await lock_table(tx, task, within=within)
    match verb:
        case "out":
            sku = from_text("sku", one(form, "sku"))
            await take_out(tx, task, sku, sku=one(form, "title")[:60], parcel_no=no, now=now)
        case "parcel":
            await add_parcel(tx, task)
        case "drop":
            await drop_parcel(tx, task, no)
        case "carton":
            chosen = one(form, "carton")
            await choose_carton(tx, task, no, from_text(CARTON_PREFIX, chosen) if chosen else None)
        case "weigh":
            typed = one(form, "weight").strip().removesuffix("g").strip()
            if not typed.isdecimal() or len(typed) > 7:
                raise WeightUnreadable(typed[:20])
            await weigh_parcel(tx, task, no, int(typed))
        case "photo":
            if photo is None:
                raise NotAnImage
            await photograph(tx, visit.keyring, task, no, photo, within=within)
        case "close":
            why = one(form, "why") if "why" in form else None
            may = visit.principal.may(Permission.PACKING_OVERRIDE)
            await finish_packing(tx, task, why=why, may_override=may, within=within, now=now)
        case "again":
            await look_again(tx, task, within=within, now=now)
        case _:
            raise NotAnId


@get(HOME + "/{task_id:str}/pictures/{number:int}", opt=READ, include_in_schema=False)
async def parcel_shown(
    visit: NamedDependency[Visit], task_id: FromPath[str], number: FromPath[int]
) -> Response[bytes]:
    """The picture of an opened parcel."""
    task = from_text("tsk", task_id)

    async def read(tx: Tx) -> tuple[str, bytes] | None:
        await pick_sheet(tx, scope_of(visit.principal), task)
        packing = (await packings_of(tx, [task])).get(task)
        return await picture_of_parcel(tx, visit.keyring, packing, number) if packing else None

    found = await visit.db.run(visit.caller, read)
    if found is None:
        raise NotFoundException
    kind, content = found
    return Response(content, media_type=PICTURE_TYPES[kind], headers={"cache-control": "private, no-store"})


handlers = [tables_page, table_taken, table_page, unit_packed, packed, parcel_shown]
