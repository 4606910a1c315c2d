"""What a file that was brought needs: how it is to be read, patience, or to be taken off again."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Principal
from orderan.importing import (
    UPLOAD_PREFIX,
    MappingRefused,
    Problem,
    RunShown,
    SourceRefused,
    Upload,
    UploadFolder,
    ask_for_import,
    check_source,
    fitting_presets,
    forget_upload,
    get_upload,
    look_at,
    run_of_upload,
    runs_of_bytes,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.settings import Settings
from orderan.shops import Shop, shop_by_id
from orderan.web.dashboard.import_forms import (
    CURRENCIES,
    DAY_ORDERS,
    MARKS,
    ZONES,
    asked_for,
    errors_of,
    suggested,
)
from orderan.web.dashboard.import_runs import HOME, WRITE, Asking, path_of_run, whole_shop
from orderan.web.dashboard.import_words import FIELDS, fault_said, problems_said
from orderan.web.forms import posted
from orderan.web.here import place_of
from orderan.web.pages import page

PREVIEWED: Final = 10
PREVIEW_WIDTH: Final = 80
STARTED: Final = frozenset({"waiting", "running"})


def path_of_upload(upload_id: UUID) -> str:
    return f"{HOME}/{to_text(UPLOAD_PREFIX, upload_id)}"


@get("/orders/import/{upload_id:str}", opt=WRITE, include_in_schema=False)
async def upload_page(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    settings: Settings,
    now: datetime,
    upload_id: FromPath[str],
) -> Response[Any]:
    """What a file needs now: a mapping, patience, or another look; its report once it is in."""
    whole_shop(principal)
    found = from_text(UPLOAD_PREFIX, upload_id)

    async def read(tx: Tx) -> tuple[Upload, UUID | None]:
        upload = await get_upload(tx, found)
        return upload, await run_of_upload(tx, upload)

    upload, run_id = await db.run(caller, read)
    if run_id is not None and upload.state not in {"failed", "chosen"}:
        return _onward(request, path_of_run(run_id))
    if upload.state in STARTED:
        return page(request, "orders/import_waiting.html", block="progress", now=now, upload=upload)
    return await _mapping_form(request, caller, db, settings, upload, now)


def _onward(request: Asking, path: str) -> Response[Any]:
    """To another page, of a swap too."""
    if request.headers.get("hx-request") == "true":
        return Response("", media_type="text/html", headers={"hx-redirect": path})
    return Redirect(path, status_code=303)


async def _mapping_form(
    request: Asking,
    caller: Caller,
    db: Database,
    settings: Settings,
    upload: Upload,
    now: datetime,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> Response[str]:
    """The first lines of a file, and how it is to be read."""
    spoken = place_of(request).words
    path = UploadFolder(settings.data_dir).path(upload.stored)
    unreadable: list[str] = []
    heading: list[str] = []
    sample: list[list[str]] = []
    try:
        heading, sample = await asyncio.to_thread(_preview, path)
    except SourceRefused as refusal:
        unreadable = problems_said(refusal.problems, spoken)

    async def read(tx: Tx) -> tuple[Shop, list[RunShown]]:
        return await shop_by_id(tx, tx.shop_id), await runs_of_bytes(tx, upload.digest)

    shop, before = await db.run(caller, read)
    stopped = fault_said(upload.fault, spoken) if upload.fault is not None and not errors else None
    read_under = {(run.report or {}).get("mapping") for run in before}
    fitting = [one.name for one in fitting_presets(heading) if one.name not in read_under]
    at_first = suggested(heading, currency=shop.currency, zone=shop.time_zone)
    if before:
        at_first["name"] = before[0].channel
    names = list(dict.fromkeys(name for name in heading if name))
    return page(
        request,
        "orders/import_mapping.html",
        status_code=422 if errors else 200,
        now=now,
        upload=upload,
        path=path_of_upload(upload.id),
        unreadable=unreadable,
        heading=heading,
        sample=sample,
        columns=[(name, name) for name in names],
        fitting=fitting,
        fields=FIELDS,
        marks=[(code, spoken.gettext(text)) for code, text in MARKS.items()],
        currencies=[(code, code) for code in CURRENCIES],
        zones=[(zone, zone) for zone in dict.fromkeys((shop.time_zone, *ZONES))],
        day_orders=[(code, spoken.gettext(text)) for code, text in DAY_ORDERS.items()],
        typed=at_first | dict(typed or {}),
        stopped=stopped,
        before=[{"row": run, "href": path_of_run(run.id)} for run in before],
        errors=errors or {},
    )


def _preview(path: Any) -> tuple[list[str], list[list[str]]]:
    source = look_at(path)
    rows = source.sample(PREVIEWED)
    return list(source.heading), [[_short(value) for value in row] for row in rows]


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= PREVIEW_WIDTH else f"{text[:PREVIEW_WIDTH]}…"


@post("/orders/import/{upload_id:str}", opt=WRITE, include_in_schema=False)
async def mapping_given(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    settings: Settings,
    now: datetime,
    upload_id: FromPath[str],
) -> Response[Any]:
    """Start the import of a file under the mapping that was chosen."""
    whole_shop(principal)
    form = await posted(request)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    found = from_text(UPLOAD_PREFIX, upload_id)
    upload = await db.run(caller, lambda tx: get_upload(tx, found))
    return await start_import(request, caller, db, settings, upload, fields, now)


async def start_import(
    request: Asking,
    caller: Caller,
    db: Database,
    settings: Settings,
    upload: Upload,
    fields: Mapping[str, str],
    now: datetime,
) -> Response[Any]:
    """Start the import of a file, or say beside its first lines what is wrong with the mapping."""
    spoken = place_of(request).words
    if upload.state not in {"chosen", "failed"}:
        return Redirect(path_of_upload(upload.id), status_code=303)
    path = UploadFolder(settings.data_dir).path(upload.stored)
    try:
        mapping = asked_for(fields, source=upload.source)
        fingerprint = await asyncio.to_thread(check_source, path, mapping)
    except MappingRefused as refusal:
        errors: dict[str, list[str]] = errors_of(refusal, fields, spoken)
    except SourceRefused as refusal:
        errors = _source_errors(refusal, fields, request)
    else:
        await db.run(
            caller, lambda tx: ask_for_import(tx, upload.id, mapping, fingerprint=fingerprint, now=now)
        )
        return Redirect(path_of_upload(upload.id), status_code=303)
    return await _mapping_form(request, caller, db, settings, upload, now, typed=fields, errors=errors)


def _source_errors(
    refusal: SourceRefused, fields: Mapping[str, str], request: Asking
) -> dict[str, list[str]]:
    spoken = place_of(request).words
    if fields.get("how", "columns") == "columns":
        beside = {
            f"column_{p.where}": problems_said([p], spoken) for p in refusal.problems if p.where in FIELDS
        }
        rest = [Problem(p.where, p.what) for p in refusal.problems if p.where not in {*FIELDS, "heading"}]
        return beside | ({"file": problems_said(rest, spoken)} if rest or not beside else {})
    return {"file": problems_said(refusal.problems, spoken)}


@post("/orders/import/{upload_id:str}/forget", opt=WRITE, include_in_schema=False)
async def upload_forgotten(
    principal: Principal,
    caller: Caller,
    db: Database,
    settings: Settings,
    now: datetime,
    upload_id: FromPath[str],
) -> Redirect:
    """Take off a file that nothing came of."""
    whole_shop(principal)
    found = from_text(UPLOAD_PREFIX, upload_id)
    gone = await db.run(caller, lambda tx: forget_upload(tx, found, now=now))
    UploadFolder(settings.data_dir).forget(gone.stored)
    return Redirect(HOME, status_code=303)


handlers: list[Any] = [upload_page, mapping_given, upload_forgotten]
