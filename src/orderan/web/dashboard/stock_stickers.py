"""Labels of goods and bins in the dashboard: typed or scanned, printed together, printed again."""

from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.print_stickers import (
    print_bin_stickers,
    print_goods_stickers,
    print_stickers_again,
    stickers_of_job,
)
from orderan.flows.views_stickers import within_reach
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text
from orderan.printing import (
    Sticker,
    StickerJob,
    StickerSize,
    sticker_jobs,
    sticker_pdf,
    sticker_zpl,
)
from orderan.web.api.stickers import job_seen
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.stock import READ, SHOWN, WRITE, Asking
from orderan.web.dashboard.stock_forms import (
    REQUIRED,
    Typed,
    TypedRow,
    check_rows,
    form_page,
    labels_typed,
    read_rows,
    sticker_path,
)
from orderan.web.errors import sentence
from orderan.web.forms import many, one, posted, sent_once, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, require_scope

JOB: Final = "/stock/stickers/{job_id:str}"
SIZES: Final = {
    "small": N_("60 × 40 mm, untuk satuan"),
    "wide": N_("100 × 50 mm, untuk kardus dan rak"),
}


@get("/stock/stickers", opt=READ, include_in_schema=False)
async def stickers_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    sku: FromQuery[str] = "",
    lot: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Print some, and what was printed, the newest first."""
    typed = Typed(rows=[TypedRow(sku=sku, lot=lot, quantity="1")] if sku else [])
    return await _form(request, db, caller, principal, typed, after=after)


async def _form(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    typed: Typed,
    *,
    after: str = "",
    size: str = StickerSize.SMALL,
) -> Response[str]:
    spoken = place_of(request).words

    async def read(tx: Tx) -> tuple[list[StickerJob], StickerJob | None, dict[str, str]]:
        found = await sticker_jobs(tx, after=read_cursor(after), limit=SHOWN + 1)
        last = found[SHOWN - 1] if len(found) > SHOWN else None
        jobs = await within_reach(tx, found[:SHOWN], principal.location_ids)
        names = await names_of(tx, sorted({job.made_by for job in jobs}), {})
        return jobs, last, {job.made_by: names.who(job.made_by, spoken) for job in jobs}

    jobs, last, names = await db.run(caller, read)
    return await form_page(
        request,
        db,
        caller,
        principal,
        "stock/stickers.html",
        typed,
        jobs=jobs,
        names=names,
        labels=lambda job: sum(one.copies for one in job.prints),
        job_path=sticker_path,
        older=cursor_of(last.made_at, last.id) if last else None,
        sizes=list(SIZES.items()),
        size=size if size in SIZES else StickerSize.SMALL,
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


@post("/stock/stickers", opt=WRITE, include_in_schema=False, status_code=200)
async def goods_stickers_printed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Another row (what a scanner's Enter asks for), or print them all; on to their files."""
    form = await posted(request)
    typed, size = read_rows(form), one(form, "size")
    for row in typed.rows:
        row.quantity = row.quantity or ("1" if row.sku else "")
    if one(form, "verb") != "save":
        return await _form(request, db, caller, principal, typed, size=size)

    async def command(tx: Tx) -> StickerJob | None:
        await check_rows(tx, request, typed, least=1, lots=False)
        if size not in SIZES:
            typed.errors["size"] = place_of(request).words.gettext(REQUIRED)
        if typed.wrong:
            return None
        await sent_once(tx, form, now=now)
        return await print_goods_stickers(tx, labels_typed(typed), size=StickerSize(size), now=now)

    job = None
    try:
        job = await db.run(caller, command)
    except Refusal as refusal:
        typed.general = sentence(refusal, place_of(request).words)
    if job is None:
        return await _form(request, db, caller, principal, typed, size=size)
    return Redirect(sticker_path(job.id), status_code=303)


@post("/stock/stickers/bins", opt=WRITE, include_in_schema=False, status_code=200)
async def bin_stickers_printed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Labels of one bin, of a zone, or of every bin in use at a place; on to their files."""
    form = await posted(request)
    place = from_text(LOCATION, one(form, "location"))
    bins = [from_text("bin", text) for text in many(form, "bin")]

    async def command(tx: Tx) -> StickerJob:
        require_scope(principal, place)
        return await print_bin_stickers(tx, place, bins=bins, zone=one(form, "zone"), now=now)

    job = await db.run(caller, taken_once(form, command, now=now))
    return Redirect(sticker_path(job.id), status_code=303)


@get(JOB, opt=READ, include_in_schema=False)
async def job_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    job_id: FromPath[str],
    said: FromQuery[str] = "",
) -> Response[str]:
    """What was printed together, with its files."""
    spoken = place_of(request).words

    async def read(tx: Tx) -> tuple[StickerJob, str]:
        job = await job_seen(tx, principal, job_id)
        return job, (await names_of(tx, [job.made_by], {})).who(job.made_by, spoken)

    job, who = await db.run(caller, read)
    return page(
        request,
        "stock/sticker_job.html",
        job=job,
        who=who,
        total=sum(row.copies for row in job.prints),
        path=sticker_path(job.id),
        sizes=SIZES,
        said=said,
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


@post(f"{JOB}/again", opt=WRITE, include_in_schema=False, status_code=200)
async def stickers_printed_again(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    job_id: FromPath[str],
) -> Response[Any]:
    """The same labels once more."""
    form = await posted(request)

    async def command(tx: Tx) -> StickerJob:
        return await print_stickers_again(tx, await job_seen(tx, principal, job_id), now=now)

    made = await db.run(caller, taken_once(form, command, now=now))
    return Redirect(sticker_path(made.id), status_code=303)


@get(f"{JOB}/stickers.pdf", opt=READ, include_in_schema=False)
async def stickers_pdf(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    job_id: FromPath[str],
) -> Response[bytes]:
    """A page each, of the size that was asked for."""
    content = await sticker_pdf(await _stickers(request, db, caller, principal, job_id))
    return Response(content, media_type="application/pdf", headers=_headers(job_id, "pdf"))


@get(f"{JOB}/stickers.zpl", opt=READ, include_in_schema=False)
async def stickers_zpl(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    job_id: FromPath[str],
) -> Response[str]:
    """For a thermal printer of 203 dpi."""
    content = sticker_zpl(await _stickers(request, db, caller, principal, job_id))
    return Response(content, media_type="text/plain; charset=utf-8", headers=_headers(job_id, "zpl"))


async def _stickers(
    request: Asking, db: Database, caller: Caller, principal: Principal, job_id: str
) -> list[Sticker]:
    async def read(tx: Tx) -> list[Sticker]:
        return await stickers_of_job(tx, await job_seen(tx, principal, job_id), place_of(request).words)

    return await db.run(caller, read)


def _headers(job_id: str, kind: str) -> dict[str, str]:
    return {
        "content-disposition": f'attachment; filename="{job_id}.{kind}"',
        "cache-control": "private, no-store",
    }


handlers: list[Any] = [
    stickers_page,
    goods_stickers_printed,
    bin_stickers_printed,
    job_page,
    stickers_printed_again,
    stickers_pdf,
    stickers_zpl,
]
