"""Orders of another system: files are brought, and listed with what came of them."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.response import Redirect

from orderan.access import Principal
from orderan.importing import (
    ENDINGS,
    ImportShown,
    MappingRefused,
    SourceRefused,
    Upload,
    UploadFolder,
    UploadMissing,
    UploadTooLarge,
    keep_upload,
    list_imports,
    presets,
    reopen_upload,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.settings import Settings
from orderan.web.dashboard.import_forms import asked_for
from orderan.web.dashboard.import_mapping import path_of_upload, start_import
from orderan.web.dashboard.import_runs import WRITE, Asking, path_of_run, whole_shop
from orderan.web.dashboard.import_words import STATES, problems_said
from orderan.web.dashboard.names import names_of
from orderan.web.errors import sentence
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.uploads import form_with_file

MB: Final = 1024 * 1024


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
    if upload.state == "finished":
        if how and _is_in(upload, form.fields):
            await asyncio.to_thread(folder.forget, upload.stored)
            return Redirect(path_of_upload(upload.id), status_code=303)
        in_already = upload.id
        upload = await db.run(caller, lambda tx: reopen_upload(tx, in_already, now=now))
    if upload.state in {"chosen", "failed"} and how:
        return await start_import(request, caller, db, settings, upload, form.fields, now)
    return Redirect(path_of_upload(upload.id), status_code=303)


def _settle_twin(folder: UploadFolder, stored: str, upload: Upload) -> None:
    """The same bytes were brought before: keep one of the two."""
    first = folder.path(upload.stored)
    if first.is_file():
        folder.forget(stored)
    else:
        folder.path(stored).replace(first)


def _is_in(upload: Upload, fields: Mapping[str, str]) -> bool:
    """Whether a file is in under this very mapping, so that reading it again would add nothing."""
    try:
        mapping = asked_for(fields, source=upload.source)
    except MappingRefused:
        return False
    return mapping.model_dump(mode="json") == upload.mapping


def _said(refusal: Refusal, request: Asking) -> list[str]:
    """A refusal and everything wrong that it names."""
    spoken = place_of(request).words
    problems = refusal.problems if isinstance(refusal, SourceRefused | MappingRefused) else ()
    return [sentence(refusal, spoken), *problems_said(problems, spoken)]


handlers: list[Any] = [imports_page, file_given]
