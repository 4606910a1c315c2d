"""Labels of goods and bins over the API: printed together, fetched as PDF or ZPL."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.print_stickers import (
    GoodsToLabel,
    print_bin_stickers,
    print_goods_stickers,
    stickers_of_job,
)
from orderan.flows.views_stickers import within_reach
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.printing import (
    JOB_PREFIX,
    MOST_STICKERS,
    PrintJobNotFound,
    Sticker,
    StickerJob,
    StickerKind,
    StickerSize,
    sticker_job,
    sticker_pdf,
    sticker_zpl,
)
from orderan.web.api.answering import READ, once
from orderan.web.api.bins import BinCode, bins_named
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import Code, LocationId, Lot
from orderan.web.errors import words_of
from orderan.web.stock_scope import LOCATION, require_scope

WRITE = {"needs": Permission.INVENTORY_WRITE}
SEEN = {"needs": Permission.INVENTORY_READ}


class GoodsStickerAsked(Asked):
    """Labels of a sku; `sku` is a code or a barcode."""

    sku: Code
    copies: Annotated[int, Field(ge=1, le=MOST_STICKERS)] = 1
    lot: Lot = None
    expires_on: date | None = None


class GoodsStickersAsked(Asked):
    """Labels of goods: `small` is 60 x 40 mm, `wide` 100 x 50 mm. Together at most 1,000."""

    goods: Annotated[list[GoodsStickerAsked], Field(min_length=1, max_length=500)]
    size: StickerSize = StickerSize.SMALL


class BinStickersAsked(Asked):
    """Labels of bins of a location: those named, or all of a zone, or all. Together at most 1,000."""

    location_id: LocationId
    bins: Annotated[list[BinCode], Field(default_factory=list, max_length=MOST_STICKERS)]
    zone: Annotated[str, Field(max_length=32)] = ""
    size: StickerSize = StickerSize.WIDE


class StickerTold(Told):
    """A label and how many of it were printed; `code` is the sku's or the bin's."""

    kind: StickerKind
    code: str
    size: StickerSize
    copies: int


class StickerPrintTold(Told):
    """Labels printed together; `pdf` and `zpl` are where the files are."""

    id: str
    made_at: datetime
    pdf: str
    zpl: str
    stickers: list[StickerTold]


def _told(job: StickerJob) -> StickerPrintTold:
    name = to_text(JOB_PREFIX, job.id)
    return StickerPrintTold(
        id=name,
        made_at=job.made_at,
        pdf=f"/api/v1/sticker-prints/{name}/stickers.pdf",
        zpl=f"/api/v1/sticker-prints/{name}/stickers.zpl",
        stickers=[
            StickerTold(kind=one.kind, code=one.code, size=one.size, copies=one.copies) for one in job.prints
        ],
    )


async def job_seen(tx: Tx, principal: Principal, job_id: str) -> StickerJob:
    """Raises PrintJobNotFound, also where one of its bins is outside what the caller may see."""
    job = await sticker_job(tx, from_text(JOB_PREFIX, job_id))
    if not await within_reach(tx, [job], principal.location_ids):
        raise PrintJobNotFound(job_id)
    return job


@post("/sticker-prints/goods", summary="Print labels of goods", opt=WRITE, responses=REFUSED)
async def goods_stickers_printed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: GoodsStickersAsked,
    idempotency_key: IdempotencyKey,
) -> StickerPrintTold:
    """A sku with a GTIN and a lot gets GTIN, expiry and lot as GS1 DataMatrix or GS1-128; any other its code."""

    async def command(tx: Tx) -> StickerPrintTold:
        goods = [GoodsToLabel(one.sku, one.copies, one.lot, one.expires_on) for one in data.goods]
        return _told(await print_goods_stickers(tx, goods, size=data.size, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post("/sticker-prints/bins", summary="Print labels of bins", opt=WRITE, responses=REFUSED)
async def bin_stickers_printed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: BinStickersAsked,
    idempotency_key: IdempotencyKey,
) -> StickerPrintTold:
    """One of each, by code."""

    async def command(tx: Tx) -> StickerPrintTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        named: list[UUID] = []
        if data.bins:
            named = [one.id for one in (await bins_named(tx, place, set(data.bins))).values()]
        job = await print_bin_stickers(tx, place, bins=named, zone=data.zone, size=data.size, now=now)
        return _told(job)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get("/sticker-prints/{job_id:str}", summary="Labels of goods or bins", opt=SEEN, responses=READ)
async def sticker_print_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    job_id: FromPath[str],
) -> StickerPrintTold:
    """What was printed together."""
    return _told(await db.run(caller, lambda tx: job_seen(tx, principal, job_id)))


@get(
    "/sticker-prints/{job_id:str}/stickers.pdf",
    summary="Labels of goods or bins as PDF",
    opt=SEEN,
    responses=READ,
    media_type="application/pdf",
)
async def sticker_print_pdf(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    job_id: FromPath[str],
) -> Response[bytes]:
    """A page each, of the size that was asked for."""
    content = await sticker_pdf(await _stickers(request, db, caller, principal, job_id))
    return Response(content, media_type="application/pdf", headers={"cache-control": "private, no-store"})


@get(
    "/sticker-prints/{job_id:str}/stickers.zpl",
    summary="Labels of goods or bins as ZPL",
    opt=SEEN,
    responses=READ,
    media_type="text/plain",
)
async def sticker_print_zpl(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    job_id: FromPath[str],
) -> Response[bytes]:
    """For a thermal printer of 203 dpi."""
    content = sticker_zpl(await _stickers(request, db, caller, principal, job_id)).encode()
    return Response(
        content, media_type="text/plain; charset=utf-8", headers={"cache-control": "private, no-store"}
    )


async def _stickers(
    request: Request[Any, Any, Any], db: Database, caller: Caller, principal: Principal, job_id: str
) -> list[Sticker]:
    async def read(tx: Tx) -> list[Sticker]:
        return await stickers_of_job(tx, await job_seen(tx, principal, job_id), words_of(request))

    return await db.run(caller, read)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            goods_stickers_printed,
            bin_stickers_printed,
            sticker_print_read,
            sticker_print_pdf,
            sticker_print_zpl,
        ],
        tags=["stock"],
    )
]
