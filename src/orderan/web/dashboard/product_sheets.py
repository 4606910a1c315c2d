"""Sheets of products in the dashboard: bring one in, see what it would do, apply it, take one out."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.catalog import (
    HEADERS,
    IMPORT_PREFIX,
    Import,
    SheetUnreadable,
    UnknownColumns,
    apply_sheet,
    check_sheet,
    export_sheet,
    latest_imports,
    refused_rows,
    the_import,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.shops import shop_by_id
from orderan.web.dashboard.product_words import Mistakes, said, told
from orderan.web.forms import posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.CATALOG_READ}
WRITE: Final = {"needs": Permission.CATALOG_WRITE}
SHOWN: Final = 200
CSV: Final = "text/csv; charset=utf-8"


@get("/products/import", opt=WRITE, include_in_schema=False)
async def import_form(
    request: Request[Any, Any, Any], db: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Response[Any]:
    """A form for a file, and what was brought in lately."""
    return await _form(request, db, caller, {})


async def _form(
    request: Request[Any, Any, Any], db: Database, caller: Caller, errors: dict[str, list[str]]
) -> Response[Any]:
    async def read(tx: Tx) -> list[Import]:
        return await latest_imports(tx)

    locale = place_of(request).locale
    return page(
        request,
        "products/import.html",
        imports=await db.run(caller, read),
        import_text=lambda made: to_text(IMPORT_PREFIX, made.id),
        columns=[
            names[0 if locale == "id" else 1] for column, names in HEADERS.items() if column != "problem"
        ],
        errors=errors,
        status_code=422 if errors else 200,
    )


@post("/products/import", opt=WRITE, include_in_schema=False)
async def sheet_given(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Check a file; nothing is changed yet."""
    form = await posted(request)
    upload = form.get("file")
    mistakes = Mistakes(request)
    try:
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise SheetUnreadable("no file")
        content, name = await upload.read(), upload.filename

        async def command(tx: Tx) -> Import:
            shop = await shop_by_id(tx, tx.shop_id)
            return await check_sheet(tx, name, content, currency=shop.currency, now=now)

        made = await db.run(caller, taken_once(form, command, now=now))
    except Refusal as refusal:
        mistakes.refuse(refusal)
        texts = [mistakes.general]
        if isinstance(refusal, UnknownColumns) and any(refusal.meant):
            gettext = place_of(request).words.gettext
            texts += [
                gettext("“%(column)s”: mungkin maksud Anda “%(meant)s”.", column=column, meant=meant)
                for column, meant in zip(refusal.columns, refusal.meant, strict=True)
                if meant
            ]
        return await _form(request, db, caller, {"file": texts})
    return Redirect(f"/products/import/{to_text(IMPORT_PREFIX, made.id)}", status_code=303)


@get("/products/import/{import_id:str}", opt=WRITE, include_in_schema=False)
async def import_page(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    import_id: FromPath[str],
) -> Response[Any]:
    """What a sheet would do, or did, with every refused row."""
    wanted = from_text(IMPORT_PREFIX, import_id)
    made = await db.run(caller, lambda tx: the_import(tx, wanted))
    spoken = place_of(request).words
    problems = [
        problem | {"told": told(problem["fault"], problem["value"], problem["right"], spoken)}
        for problem in made.problems[:SHOWN]
    ]
    return page(
        request,
        "products/imported.html",
        made=made,
        problems=problems,
        hidden=max(0, len(made.problems) - SHOWN),
        path=f"/products/import/{import_id}",
        flashes=said(request),
    )


@post("/products/import/{import_id:str}", opt=WRITE, include_in_schema=False)
async def import_applied(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    import_id: FromPath[str],
) -> Response[Any]:
    """Apply the good rows."""
    wanted = from_text(IMPORT_PREFIX, import_id)

    async def command(tx: Tx) -> Import:
        shop = await shop_by_id(tx, tx.shop_id)
        return await apply_sheet(tx, wanted, currency=shop.currency, now=now)

    await db.run(caller, command)
    return Redirect(f"/products/import/{import_id}?said=applied", status_code=303)


@get("/products/import/{import_id:str}/refused.csv", opt=WRITE, include_in_schema=False)
async def refused_sheet(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    import_id: FromPath[str],
) -> Response[bytes]:
    """The refused rows with what is wrong, to repair and bring in again."""
    wanted = from_text(IMPORT_PREFIX, import_id)
    spoken = place_of(request).words

    def line(problem: dict[str, Any]) -> str:
        return told(problem["fault"], problem["value"], problem["right"], spoken)

    content = await db.run(caller, lambda tx: refused_rows(tx, wanted, line, locale=spoken.locale))
    return _csv(content, "refused.csv")


@get("/products/export.csv", opt=READ, include_in_schema=False)
async def exported(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    excel: FromQuery[str] = "",
) -> Response[bytes]:
    """Everything as a sheet; with semicolons where Excel speaks Indonesian."""
    locale = place_of(request).locale
    delimiter = ";" if excel else ","
    content = await db.run(caller, lambda tx: export_sheet(tx, locale=locale, delimiter=delimiter, now=now))
    return _csv(content, f"products-{now:%Y%m%d}.csv")


def _csv(content: bytes, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=CSV, headers=headers)


handlers: list[Any] = [
    import_form,
    sheet_given,
    import_page,
    import_applied,
    refused_sheet,
    exported,
]
