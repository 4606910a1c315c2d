"""A courier's driver at the door: scan every label into the van, see what is missing and what does not belong, close."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.flows.manifest import (
    Answer,
    close_manifest,
    drop_manifest,
    manifest_at,
    ready_for,
    scan_labels,
    take_label_off,
)
from orderan.inventory import UnknownLocation
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.shipping import (
    COURIERS,
    MANIFEST_PREFIX,
    Manifest,
    ManifestNotFound,
    ManifestState,
    ParcelsChanged,
    ParcelsMissing,
    ScanVerdict,
    list_manifests,
    open_manifest,
    scans_on,
)
from orderan.web.api.manifests import require_every_channel
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.dashboard.desk import Flash, Visit, told
from orderan.web.forms import many, one, posted, typed_in
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, places_of

HOME: Final = "/warehouse/manifests"
READ: Final = {"needs": Permission.SHIPPING_READ}
WRITE: Final = {"needs": Permission.SHIPPING_WRITE}
SHOWN: Final = 50
MOST_MISSING: Final = 500
"""Of what was not scanned, so many are listed and can be confirmed at once."""
STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    ManifestState.OPEN: (N_("Sedang dipindai"), "act", "scan"),
    ManifestState.CLOSED: (N_("Sudah diserahkan"), "done", "circle-check"),
    ManifestState.DROPPED: (N_("Dibatalkan"), "calm", "ban"),
}
VERDICTS: Final[Mapping[ScanVerdict, str]] = {
    ScanVerdict.READY: N_("Naik ke mobil"),
    ScanVerdict.OTHER_COURIER: N_("Kurir lain: jangan dinaikkan"),
    ScanVerdict.OTHER_PLACE: N_("Dari lokasi lain: jangan dinaikkan"),
    ScanVerdict.CANCELLED: N_("Dibatalkan: keluarkan"),
    ScanVerdict.GONE: N_("Sudah berangkat sebelumnya"),
    ScanVerdict.NOT_READY: N_("Belum boleh keluar: selesaikan dulu di meja kemas, atau pesan kurirnya lagi"),
    ScanVerdict.SEVERAL: N_("Pesanannya terdiri dari beberapa paket: serahkan di lembar tugasnya"),
    ScanVerdict.UNKNOWN: N_("Resi tidak dikenal"),
    ScanVerdict.LEFT_BEHIND: N_("Ditinggal"),
}


def manifest_path(manifest_id: UUID) -> str:
    return f"{HOME}/{to_text(MANIFEST_PREFIX, manifest_id)}"


@get(HOME, opt=READ, include_in_schema=False)
async def manifests_page(visit: NamedDependency[Visit], after: FromQuery[str] = "") -> Response[str]:
    """Pick-ups, the newest first, and a way to open one."""
    return await _manifests(visit, after=after)


async def _manifests(
    visit: Visit, *, after: str = "", typed: Mapping[str, str] | None = None, general: str = ""
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[tuple[Manifest, int]], dict[UUID, str]]:
        places = {place.id: place.name for place in await places_of(tx, visit.principal) if place.active}
        if visit.principal.channel_ids is not None:
            return [], places
        locations = visit.principal.location_ids
        return await list_manifests(tx, locations, after=read_cursor(after), limit=SHOWN + 1), places

    rows, places = await visit.db.run(visit.caller, read)
    last = rows[SHOWN - 1][0] if len(rows) > SHOWN else None
    return page(
        visit.request,
        "warehouse/manifests.html",
        status_code=422 if general else 200,
        now=visit.now,
        rows=rows[:SHOWN],
        older=cursor_of(last.opened_at, last.id) if last else None,
        after=after,
        places=[(to_text(LOCATION, place), name) for place, name in places.items()],
        place_names=places,
        couriers=[(courier.code, courier.name) for courier in COURIERS.values()],
        courier_name=courier_name,
        states=STATES,
        path_of=manifest_path,
        typed=dict(typed or {}),
        general=general,
        may_write=visit.principal.may(Permission.SHIPPING_WRITE) and visit.principal.channel_ids is None,
    )


@post(HOME, opt=WRITE, include_in_schema=False, status_code=200)
async def manifest_opened(visit: NamedDependency[Visit]) -> Response[Any]:
    """The driver is here: to the open manifest of this courier and place, which may be there already."""
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        require_every_channel(visit.principal, "")
        wanted = from_text(LOCATION, one(form, "place"))
        if wanted not in {place.id for place in await places_of(tx, visit.principal) if place.active}:
            raise UnknownLocation(one(form, "place"))
        made = await open_manifest(tx, wanted, one(form, "courier"), now=visit.now)
        return manifest_path(made.id)

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        said = told(refusal, place_of(visit.request).words)
        return await _manifests(visit, typed=typed_in(form), general=said)


@get(HOME + "/{manifest_id:str}", opt=READ, include_in_schema=False)
async def manifest_page(visit: NamedDependency[Visit], manifest_id: FromPath[str]) -> Response[str]:
    """What goes along, what is missing, what does not belong."""
    return await _manifest(visit, manifest_id)


async def _manifest(
    visit: Visit,
    text: str,
    *,
    flashes: list[Flash] | None = None,
    scanned: str = "",
    typed: str = "",
    status: int = 200,
) -> Response[str]:
    manifest_id = from_text(MANIFEST_PREFIX, text)

    async def read(tx: Tx) -> dict[str, Any]:
        require_every_channel(visit.principal, text)
        manifest = await manifest_at(tx, manifest_id, within=visit.principal.location_ids)
        scans = await scans_on(tx, manifest_id)
        aboard = {scan.awb for scan in scans if scan.verdict is ScanVerdict.READY}
        is_open = manifest.state == ManifestState.OPEN
        ready = await ready_for(tx, manifest) if is_open else []
        names = {place.id: place.name for place in await places_of(tx, visit.principal)}
        return {
            "manifest": manifest,
            "aboard": [scan for scan in scans if scan.verdict is ScanVerdict.READY],
            "behind": [scan for scan in scans if scan.verdict is ScanVerdict.LEFT_BEHIND],
            "strangers": [
                scan for scan in scans if scan.verdict not in {ScanVerdict.READY, ScanVerdict.LEFT_BEHIND}
            ],
            "missing": [one_ for one_ in ready if one_.awb not in aboard],
            "place_name": names.get(manifest.location_id, ""),
        }

    found = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "warehouse/manifest.html",
        block="manifest",
        status_code=status,
        now=visit.now,
        flashes=flashes or [],
        scanned=scanned,
        typed=typed,
        path=f"{HOME}/{text}",
        courier_name=courier_name,
        states=STATES,
        verdicts=VERDICTS,
        most=MOST_MISSING,
        task_path=lambda task: f"/warehouse/tasks/{to_text('tsk', task)}",
        may_write=visit.principal.may(Permission.SHIPPING_WRITE),
        may_read_tags=visit.principal.may(Permission.INVENTORY_WRITE),
        target=text,
        **found,
    )


@post(HOME + "/{manifest_id:str}/scan", opt=WRITE, include_in_schema=False, status_code=200)
async def label_scanned(visit: NamedDependency[Visit], manifest_id: FromPath[str]) -> Response[Any]:
    """One label; a second scan of it changes nothing."""
    form = await posted(visit.request)
    code = one(form, "code")
    spoken = place_of(visit.request).words

    async def command(tx: Tx) -> list[Answer]:
        require_every_channel(visit.principal, manifest_id)
        wanted = from_text(MANIFEST_PREFIX, manifest_id)
        return await scan_labels(tx, wanted, [code], within=visit.principal.location_ids, now=visit.now)

    try:
        answers = await visit.db.run(visit.caller, command)
    except ManifestNotFound:
        raise
    except Refusal as refusal:
        said = [("loss", told(refusal, spoken))]
        return await _manifest(visit, manifest_id, flashes=said, scanned="bad", typed=code, status=409)
    flashes = [_said(answer, spoken) for answer in answers]
    right = all(answer.scan.verdict is ScanVerdict.READY for answer in answers)
    return await _manifest(
        visit, manifest_id, flashes=flashes, scanned="ok" if right else "bad", status=200 if right else 409
    )


def _said(answer: Answer, spoken: Words) -> Flash:
    awb, verdict = answer.scan.awb, answer.scan.verdict
    if answer.again:
        return "wait", spoken.gettext(N_("%(awb)s sudah dipindai. Dihitung sekali."), awb=awb)
    kind = "done" if verdict is ScanVerdict.READY else "loss"
    return kind, f"{awb}: {spoken.gettext(VERDICTS[verdict])}"


@post(HOME + "/{manifest_id:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def manifest_moved(
    visit: NamedDependency[Visit], manifest_id: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Close, drop, or take a label off; sent again it is done once."""
    form = await posted(visit.request)
    spoken = place_of(visit.request).words

    async def command(tx: Tx) -> str:
        require_every_channel(visit.principal, manifest_id)
        wanted, within = from_text(MANIFEST_PREFIX, manifest_id), visit.principal.location_ids
        match verb:
            case "close":
                behind = many(form, "behind") if one(form, "confirmed") == "yes" else []
                await close_manifest(tx, wanted, left_behind=behind, within=within, now=visit.now)
            case "drop":
                await drop_manifest(tx, wanted, within=within, now=visit.now)
            case "off":
                await take_label_off(tx, wanted, one(form, "awb"), within=within)
            case _:
                raise ManifestNotFound(verb)
        return f"{HOME}/{manifest_id}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except ManifestNotFound:
        raise
    except Refusal as refusal:
        said = told(refusal, spoken)
        if isinstance(refusal, ParcelsMissing):
            said += " " + ", ".join(refusal.awbs[:10])
        if isinstance(refusal, ParcelsChanged):
            named = [f"{awb} ({spoken.gettext(VERDICTS[verdict])})" for awb, verdict in refusal.parcels[:10]]
            said += " " + ", ".join(named)
        return await _manifest(visit, manifest_id, flashes=[("loss", said)], status=409)


handlers = [manifests_page, manifest_opened, manifest_page, label_scanned, manifest_moved]
