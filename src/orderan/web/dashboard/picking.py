"""The pickers' app: lists to take, one list to walk, and what a phone and the server tell each other.

The page of a list is a shell that a phone keeps, with its scripts, and fills with the list's sheet. What the
picker scans is signed and queued on the phone and sent when there is a network: see `js/pick.js`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from orderan.access import Permission
from orderan.catalog import gtin_key
from orderan.flows.merge_picks import merge_picks
from orderan.flows.release_wave import begin_list, stop_list
from orderan.flows.views_waves import ListRow, Sheet, Stop, list_rows, list_sheet
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words, format_date, format_money
from orderan.kit.ids import from_text, to_text
from orderan.picking import (
    Heard,
    ListNotFound,
    ListOfAnother,
    Outcome,
    PickList,
    Scan,
    ScanKind,
    ScanOutOfTurn,
    device_key,
    find_list,
    open_device,
)
from orderan.web.api.shapes import Asked
from orderan.web.dashboard.desk import Flash, Visit, scope_of, told
from orderan.web.dashboard.waves import LIST, LISTS, METHODS, courier_name
from orderan.web.errors import plain
from orderan.web.forms import one, posted
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.static import FOLDER, static

READ: Final = {"needs": Permission.FULFILMENT_READ}
WRITE: Final = {"needs": Permission.FULFILMENT_WRITE}
MOST_SCANS: Final = 100
SHELL: Final = (
    "vendor/tabler.min.css",
    "app.css",
    "js/theme.js",
    "vendor/htmx.min.js",
    "vendor/sse.min.js",
    "js/app.js",
)
"""What the page of a list is made with; modules that a script imports are kept as they are asked for."""

DONE: Final = {
    "": N_("Tercatat."),
    "found": N_("Tidak ada lagi yang kurang."),
    "other_bin": N_("Rak diblokir. Ambil dari rak {bins}."),
    "elsewhere": N_("Rak diblokir. {units} unit diambil dari {place}; lanjutkan yang lain."),
    "substitute": N_("Rak diblokir. Penggantinya {title}: ambil {units} unit dari {bins}."),
    "left_out": N_(
        "Rak diblokir. {units} unit dikeluarkan dari pesanan; {refund} dikembalikan kepada pembeli."
    ),
    "waits": N_("Rak diblokir. Pesanan ini menunggu keputusan; lanjutkan yang lain."),
    "bin_short": N_("Tercatat. Catatan rak itu berbeda; raknya perlu dihitung."),
    "bin_blocked": N_("Tercatat. Rak itu sudah diblokir; raknya perlu dihitung."),
    "unknown_bin": N_("Tercatat. Rak itu sudah tidak ada di catatan."),
}
CONFLICT: Final = N_("Tidak tercatat: pesanan atau daftarnya sudah berubah. Kembalikan barangnya ke rak.")
TAKEN: Final = N_("Unit ini sudah diambil {by}. Kembalikan {quantity} ke {bin}.")


def list_path(list_id: UUID) -> str:
    return f"/pick/lists/{to_text(LIST, list_id)}"


@get("/pick", opt=READ, include_in_schema=False)
async def lists_page(visit: NamedDependency[Visit]) -> Response[str]:
    """Lists nobody walks yet, and one's own."""
    return await _lists(visit)


async def _lists(visit: Visit, *, flashes: Sequence[Flash] = (), status: int = 200) -> Response[str]:
    async def read(tx: Tx) -> list[ListRow]:
        return await list_rows(tx, scope_of(visit.principal), states=["open", "taken"])

    rows = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "warehouse/pick_lists.html",
        status_code=status,
        now=visit.now,
        flashes=list(flashes),
        mine=[(list_path(row.id), row) for row in rows if row.mine and row.state == "taken"],
        free=[(list_path(row.id), row) for row in rows if row.state == "open"],
        others=[(list_path(row.id), row) for row in rows if not row.mine and row.state == "taken"],
        states=LISTS,
        methods=METHODS,
        courier_name=courier_name,
        may_write=visit.principal.may(Permission.FULFILMENT_WRITE),
    )


@post("/pick/lists/{list_id:str}/take", opt=WRITE, include_in_schema=False, status_code=200)
async def list_taken(visit: NamedDependency[Visit], list_id: FromPath[str]) -> Response[Any]:
    """Walk a list; `over` takes it from whoever has it."""
    form = await posted(visit.request)
    over = one(form, "over") == "yes"
    within = visit.principal.location_ids

    async def command(tx: Tx) -> list[UUID]:
        return await begin_list(tx, from_text(LIST, list_id), over=over, within=within, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await _lists(visit, flashes=flashes, status=409)
    return Redirect(f"/pick/lists/{list_id}", status_code=303)


@post("/pick/lists/{list_id:str}/back", opt=WRITE, include_in_schema=False, status_code=200)
async def list_put_back(visit: NamedDependency[Visit], list_id: FromPath[str]) -> Response[Any]:
    """Stop; another picker goes on."""

    async def command(tx: Tx) -> None:
        within = visit.principal.location_ids
        wanted = from_text(LIST, list_id)
        found = await find_list(tx, wanted)
        if found is not None and found.picker != tx.actor:
            raise ListOfAnother(found.picker or "")
        await stop_list(tx, wanted, within=within, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await _lists(visit, flashes=flashes, status=409)
    return Redirect("/pick", status_code=303)


@get("/pick/lists/{list_id:str}", opt=READ, include_in_schema=False)
async def list_page(visit: NamedDependency[Visit], list_id: FromPath[str]) -> Response[str]:
    """The app; without its scripts it leads to the sheets of single orders."""

    async def read(tx: Tx) -> ListRow:
        wanted = from_text(LIST, list_id)
        found = await list_rows(tx, scope_of(visit.principal), only=wanted)
        if not found:
            raise ListNotFound(list_id)
        return found[0]

    row = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "warehouse/pick.html",
        now=visit.now,
        row=row,
        path=f"/pick/lists/{list_id}",
        who=visit.caller.actor,
        methods=METHODS,
        courier_name=courier_name,
        may_write=row.mine and visit.principal.may(Permission.FULFILMENT_WRITE),
    )


async def _found(tx: Tx, visit: Visit, text: str) -> tuple[PickList, Sheet]:
    found = await find_list(tx, from_text(LIST, text))
    within = visit.principal.location_ids
    if found is None or (within is not None and found.location_id not in within):
        raise ListNotFound(text)
    return found, await list_sheet(tx, found.id, found.location_id, found.zone)


@get("/pick/lists/{list_id:str}/sheet", opt=READ, include_in_schema=False)
async def sheet_read(visit: NamedDependency[Visit], list_id: FromPath[str]) -> Response[dict[str, Any]]:
    """What is left to walk, for the app."""
    found, sheet = await visit.db.run(visit.caller, lambda tx: _found(tx, visit, list_id))
    here = place_of(visit.request)
    body = {
        "list": str(found.id),
        "state": found.state,
        "csrf": here.csrf_token,
        "units": sheet.units,
        "picked": sheet.picked,
        "waiting": [{"number": str(number), "slot": slot} for number, slot in sheet.waiting],
        "stops": [_stop(stop, here.words) for stop in sheet.stops],
    }
    return Response(body, headers={"cache-control": "private, no-cache"})


def _stop(stop: Stop, spoken: Words) -> dict[str, Any]:
    return {
        "bin_id": str(stop.bin_id) if stop.bin_id else "",
        "bin": stop.bin,
        "sku_id": str(stop.sku_id),
        "owner_id": str(stop.owner_id),
        "lot_id": str(stop.lot_id),
        "sku": stop.sku,
        "title": stop.title,
        "image": f"/images/{stop.image}" if stop.image else "",
        "lot": stop.lot or "",
        "expires": format_date(stop.expires_on, spoken.locale) if stop.expires_on else "",
        "gtin": gtin_key(stop.gtin) if stop.gtin else "",
        "takes": [
            {
                "task_id": str(take.task_id),
                "line_no": take.line_no,
                "number": str(take.number),
                "slot": take.slot,
                "units": take.units,
            }
            for take in stop.takes
        ],
    }


@post("/pick/devices", opt=WRITE, include_in_schema=False, status_code=200)
async def device_opened(visit: NamedDependency[Visit], keyring: NamedDependency[Keyring]) -> dict[str, str]:
    """A phone's name and key; it keeps both, and the key leaves the server only here."""
    device = await visit.db.run(visit.caller, lambda tx: open_device(tx, now=visit.now))
    return {"device": str(device), "key": _key(keyring, visit.caller, device)}


def _key(keyring: Keyring, caller: Caller, device_id: UUID) -> str:
    return device_key(keyring.secret("picking"), caller.shop_id, device_id)


class ScanAsked(Asked):
    """One thing a phone says; the ids are as they stand in the sheet, because they are signed so."""

    seq: Annotated[int, Field(ge=1, le=2**53)]
    kind: ScanKind
    list_id: UUID
    task_id: UUID | None = None
    line_no: Annotated[int | None, Field(ge=1, le=100_000)] = None
    sku_id: UUID | None = None
    owner_id: UUID | None = None
    lot_id: UUID | None = None
    bin_id: UUID | None = None
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    scanned: Annotated[str, Field(max_length=200)] = ""
    happened_at: Annotated[str, Field(max_length=40)]
    signature: Annotated[str, Field(max_length=64)]

    def scan(self) -> Scan:
        return Scan(**self.model_dump())


class ScansAsked(Asked):
    """What a phone has to say, in its order."""

    device: UUID
    scans: Annotated[list[ScanAsked], Field(min_length=1, max_length=MOST_SCANS)]


@post("/pick/scans", opt=WRITE, include_in_schema=False, status_code=200)
async def scans_told(
    request: Request[Any, Any, Any],
    visit: NamedDependency[Visit],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
) -> Response[dict[str, Any]]:
    """What became of each scan; `refused` says why what comes after was not heard."""
    asked = ScansAsked.model_validate_json(await request.body())
    answers = await merge_picks(
        visit.db,
        visit.caller,
        asked.device,
        [scan.scan() for scan in asked.scans],
        key=_key(keyring, visit.caller, asked.device),
        within=visit.principal.location_ids,
        now=now,
    )
    spoken = place_of(request).words
    heard = [_told(answer, spoken) for answer in answers if isinstance(answer, Heard)]
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    body: dict[str, Any] = {"heard": heard, "refused": None}
    for refusal in refused:
        body["refused"] = {"code": refusal.code, "said": told(refusal, spoken)} | (
            {"expected": refusal.expected} if isinstance(refusal, ScanOutOfTurn) else {}
        )
    return Response(body, status_code=200)


def _told(heard: Heard, spoken: Words) -> dict[str, Any]:
    return {
        "seq": heard.seq,
        "outcome": "already" if heard.again else str(heard.outcome),
        "conflict": heard.outcome is Outcome.CONFLICT,
        "code": heard.code,
        "said": said_of(heard, spoken),
        "facts": plain(dict(heard.facts)),
    }


def said_of(heard: Heard, spoken: Words) -> str:
    """What a picker is told of a scan."""
    facts = dict(heard.facts)
    if heard.outcome is Outcome.CONFLICT:
        if heard.code != "taken_by_another":
            return spoken.gettext(CONFLICT)
        return spoken.gettext(TAKEN).format(
            by=facts["by"] or spoken.gettext(N_("orang lain")),
            quantity=facts["quantity"],
            bin=facts["bin"] or spoken.gettext(N_("tempatnya")),
        )
    if "bins" in facts:
        facts["bins"] = ", ".join(facts["bins"]) or spoken.gettext(N_("tempatnya"))
    if "refund_minor" in facts:
        facts["refund"] = format_money(facts["refund_minor"], facts["currency"], spoken.locale)
    return spoken.gettext(DONE[heard.code]).format(**facts)


@get("/pick/worker.js", opt={"public": True}, include_in_schema=False)
async def worker() -> Response[str]:
    """The service worker of the app, with the addresses of what it keeps."""
    kept = msgspec.json.encode([static(name) for name in SHELL]).decode()
    script = (FOLDER / "js" / "pick-worker.js").read_text(encoding="utf-8")
    return Response(
        f"const KEPT = {kept};\n{script}",
        media_type="text/javascript",
        headers={"cache-control": "no-cache", "service-worker-allowed": "/pick"},
    )


@get("/pick/manifest.webmanifest", opt={"public": True}, include_in_schema=False)
async def manifest(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What a phone that installs the app calls it."""
    spoken = place_of(request).words
    body = {
        "name": spoken.gettext(N_("Orderan: ambil barang")),
        "short_name": spoken.gettext(N_("Ambil barang")),
        "lang": spoken.locale,
        "id": "/pick",
        "start_url": "/pick",
        "scope": "/pick",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#2f55d4",
        "icons": [{"src": static("logo.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return Response(
        msgspec.json.encode(body),
        media_type="application/manifest+json",
        headers={"cache-control": "no-cache"},
    )


handlers = [
    lists_page,
    list_taken,
    list_put_back,
    list_page,
    sheet_read,
    device_opened,
    scans_told,
    worker,
    manifest,
]
