"""Orders of another system: a file is brought, read in the background, accounted for line by line."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from orderan.access import NotAllowed, Permission, Principal
from orderan.importing import (
    ENDINGS,
    RUN_PREFIX,
    UPLOAD_PREFIX,
    ImportShown,
    MappingRefused,
    Problem,
    SourceRefused,
    Upload,
    UploadFolder,
    UploadMissing,
    UploadTooLarge,
    ask_for_import,
    check_source,
    entries_of_run,
    export_fates,
    fitting_presets,
    forget_upload,
    get_upload,
    keep_upload,
    list_imports,
    look_at,
    open_reasons,
    presets,
    run_of_upload,
    the_run,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
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
from orderan.web.dashboard.import_words import (
    FIELDS,
    STATES,
    fault_said,
    problems_said,
    reason_said,
)
from orderan.web.dashboard.order_looks import cash
from orderan.web.dashboard.order_words import names_of
from orderan.web.errors import sentence
from orderan.web.forms import posted
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.uploads import form_with_file

Asking = Request[Any, Any, Any]
WRITE: Final = {"needs": Permission.IMPORTS_WRITE}
HOME: Final = "/orders/import"
PREVIEWED: Final = 10
PREVIEW_WIDTH: Final = 80
DAYS_SHOWN: Final = 400
ENTRIES_SHOWN: Final = 50
MB: Final = 1024 * 1024
PIECE: Final = 64 * 1024
STARTED: Final = frozenset({"waiting", "running"})


def path_of_upload(upload_id: UUID) -> str:
    return f"{HOME}/{to_text(UPLOAD_PREFIX, upload_id)}"


def path_of_run(run_id: UUID) -> str:
    return f"{HOME}/runs/{to_text(RUN_PREFIX, run_id)}"


def whole_shop(principal: Principal) -> None:
    """An import brings orders of everywhere, so whoever sees only a part may not.

    Raises:
        NotAllowed: The person is kept to some channels or locations.
    """
    if principal.channel_ids is not None or principal.location_ids is not None:
        raise NotAllowed(str(Permission.IMPORTS_WRITE))


@get("/orders/import", opt=WRITE, include_in_schema=False)
async def imports_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, settings: Settings, now: datetime
) -> Response[str]:
    """A form for a file, and what was brought in lately."""
    whole_shop(principal)
    return await _home(request, caller, db, settings, now, {}, {})


async def _home(
    request: Asking,
    caller: Caller,
    db: Database,
    settings: Settings,
    now: datetime,
    errors: Mapping[str, Any],
    typed: Mapping[str, str],
) -> Response[str]:
    spoken = place_of(request).words

    async def read(tx: Tx) -> tuple[list[ImportShown], Any]:
        found = await list_imports(tx)
        return found, await names_of(tx, [one.by for one in found], {})

    found, names = await db.run(caller, read)
    return page(
        request,
        "orders/import.html",
        status_code=422 if errors else 200,
        now=now,
        imports=[{"row": one, "href": _path_of(one), "who": names.who(one.by, spoken)} for one in found],
        states=STATES,
        presets=presets(),
        most_mb=settings.web.import_mb,
        accept=",".join(ENDINGS),
        errors=errors,
        typed=typed,
    )


def _path_of(one: ImportShown) -> str:
    if one.run_id is not None and one.state not in {"failed", "chosen"}:
        return path_of_run(one.run_id)
    assert one.upload_id is not None
    return path_of_upload(one.upload_id)


# The form is read by us, piece by piece; its token is compared in `form_with_file`.
@post(
    "/orders/import",
    opt=WRITE | {"exclude_from_csrf": True},
    include_in_schema=False,
    request_max_body_size=None,
)
async def file_given(
    request: Asking, principal: Principal, caller: Caller, db: Database, settings: Settings, now: datetime
) -> Response[Any]:
    """Keep a file; with a mapping named beside it, its import starts at once."""
    whole_shop(principal)
    most_mb = settings.web.import_mb
    folder = UploadFolder(settings.data_dir)
    form = await form_with_file(
        request,
        name="file",
        receive=folder.receive,
        most_bytes=most_mb * MB,
        too_large=UploadTooLarge(most_mb),
    )
    if form.file is None:
        refusal = form.refused or UploadMissing()
        return await _home(request, caller, db, settings, now, {"file": _said(refusal, request)}, form.fields)
    coming = form.file
    try:
        await asyncio.to_thread(coming.keep)
        upload, forgotten = await db.run(caller, lambda tx: keep_upload(tx, coming, now=now))
    except BaseException:
        coming.drop()
        folder.forget(coming.stored)
        raise
    for old in forgotten:
        folder.forget(old.stored)
    if upload.id != coming.upload_id:
        await asyncio.to_thread(_settle_twin, folder, coming.stored, upload)
    how = form.fields.get("how", "")
    if upload.state in {"chosen", "failed"} and how:
        return await _start(request, caller, db, settings, upload, form.fields, now)
    return Redirect(path_of_upload(upload.id), status_code=303)


def _settle_twin(folder: UploadFolder, stored: str, upload: Upload) -> None:
    """The same bytes were brought before: keep one of the two, or none where they are in already."""
    first = folder.path(upload.stored)
    if upload.state == "finished" or first.is_file():
        folder.forget(stored)
    else:
        folder.path(stored).replace(first)


def _said(refusal: Refusal, request: Asking) -> list[str]:
    """A refusal and everything wrong that it names."""
    spoken = place_of(request).words
    problems = refusal.problems if isinstance(refusal, SourceRefused | MappingRefused) else ()
    return [sentence(refusal, spoken), *problems_said(problems, spoken)]


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
    shop: Shop = await db.run(caller, lambda tx: shop_by_id(tx, tx.shop_id))
    stopped = fault_said(upload.fault, spoken) if upload.fault is not None and not errors else None
    fitting = [one.name for one in fitting_presets(heading)]
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
        typed=suggested(heading, currency=shop.currency, zone=shop.time_zone) | dict(typed or {}),
        stopped=stopped,
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
    return await _start(request, caller, db, settings, upload, fields, now)


async def _start(
    request: Asking,
    caller: Caller,
    db: Database,
    settings: Settings,
    upload: Upload,
    fields: Mapping[str, str],
    now: datetime,
) -> Response[Any]:
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


@get("/orders/import/runs/{run_id:str}", opt=WRITE, include_in_schema=False)
async def run_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, now: datetime, run_id: FromPath[str]
) -> Response[str]:
    """How far a run is; and once it is in, its account and what waits for a person."""
    whole_shop(principal)
    found = from_text(RUN_PREFIX, run_id)
    spoken = place_of(request).words
    reason = request.query_params.get("reason") or None
    after = request.query_params.get("after")
    last = from_text("exc", after) if after else None

    async def read(tx: Tx) -> Any:
        run, done = await the_run(tx, found)
        entries = await entries_of_run(tx, found, reason=reason, after=last, limit=ENTRIES_SHOWN + 1)
        return run, done, entries, await open_reasons(tx, found), await names_of(tx, [run.started_by], {})

    run, done, entries, reasons, names = await db.run(caller, read)
    return page(
        request,
        "orders/import_run.html",
        block="progress",
        now=now,
        run=run,
        done=done,
        path=path_of_run(found),
        who=names.who(run.started_by, spoken),
        states=STATES,
        report=run.report,
        days=run.report["days"][-DAYS_SHOWN:] if run.report else [],
        entries=[{"row": one, "href": f"/inbox/{to_text('exc', one.id)}"} for one in entries[:ENTRIES_SHOWN]],
        older=to_text("exc", entries[ENTRIES_SHOWN - 1].id) if len(entries) > ENTRIES_SHOWN else None,
        after=after,
        reason=reason,
        open_reasons=reasons,
        reason_said=lambda code: reason_said(code, spoken),
        amount=lambda minor, currency: cash(minor, currency) if currency != "unknown" else None,
    )


@get("/orders/import/runs/{run_id:str}/lines.csv", opt=WRITE, include_in_schema=False)
async def run_lines(principal: Principal, caller: Caller, db: Database, run_id: FromPath[str]) -> Stream:
    """What became of every line of the file."""
    whole_shop(principal)
    found = from_text(RUN_PREFIX, run_id)
    # Not straight to the browser: a slow one would hold the transaction open.
    kept = SpooledTemporaryFile(max_size=8 * MB)  # noqa: SIM115 - closed by who reads it

    async def write(tx: Tx) -> str:
        run, _ = await the_run(tx, found)
        kept.seek(0)
        kept.truncate()
        await export_fates(tx, found, kept.write)
        return run.source

    await db.run(caller, write)
    kept.seek(0)

    async def pieces() -> AsyncIterator[bytes]:
        with kept:
            while piece := kept.read(PIECE):
                yield piece

    headers = {
        "content-disposition": f'attachment; filename="import-{run_id}.csv"',
        "cache-control": "no-store",
    }
    return Stream(pieces(), media_type="text/csv", headers=headers)


handlers: list[Any] = [
    imports_page,
    file_given,
    upload_page,
    mapping_given,
    upload_forgotten,
    run_page,
    run_lines,
]
