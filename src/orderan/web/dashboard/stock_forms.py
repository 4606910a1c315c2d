"""Forms that change stock: receiving, adjusting, and a stock-take by file."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.access import Principal
from orderan.flows.print_stickers import GoodsToLabel, print_goods_stickers
from orderan.inventory import (
    CountResult,
    Goods,
    LotExpiryDiffers,
    LotNeeded,
    NotASheet,
    SheetRow,
    StockedSku,
    StockKey,
    StockShort,
    UnknownSku,
    Wrong,
    adjust_stock,
    count_stock,
    counted_rows,
    find_or_make_lots,
    read_sheet,
    receive_goods,
    stocked_skus,
    write_sheet,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import NIL, from_text, to_text
from orderan.printing import JOB_PREFIX, StickerJob, TooManyStickers
from orderan.web.api.stock_naming import MOST_ROWS, MOST_UNITS, require_codes
from orderan.web.dashboard.stock import READ, WRITE, Asking, whole
from orderan.web.errors import sentence
from orderan.web.forms import FormSentBefore, one, posted, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, places_of, require_scope

ROWS: Final = 5
REQUIRED: Final = N_("Isian ini wajib diisi.")
REASONS: Final = (
    N_("Stok opname"),
    N_("Barang rusak"),
    N_("Barang hilang"),
    N_("Barang ditemukan"),
    N_("Salah catat"),
)


@dataclass
class TypedRow:
    """A row as typed, and what is wrong with it."""

    sku: str = ""
    lot: str = ""
    expires_on: str = ""
    quantity: str = ""
    title: str = ""
    error: str = ""
    sku_id: UUID | None = None

    @property
    def empty(self) -> bool:
        return not (self.sku or self.lot or self.expires_on or self.quantity)


@dataclass
class Typed:
    """A form of many rows as typed."""

    location: str = ""
    reason: str = ""
    expected: bool = False
    labels: bool = False
    supplier: str = ""
    due_on: str = ""
    rows: list[TypedRow] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    general: str = ""

    @property
    def filled(self) -> list[TypedRow]:
        return [row for row in self.rows if not row.empty]

    @property
    def wrong(self) -> bool:
        return bool(self.errors or self.general or any(row.error for row in self.rows))

    def pad(self, more: int = 1) -> None:
        """Leave empty rows to type in."""
        self.rows = self.filled
        self.rows += [TypedRow() for _ in range(max(more, ROWS - len(self.rows)))]


def read_rows(form: FormMultiDict) -> Typed:
    """The form, and the same sku, lot and expiry scanned again counted into one row."""
    columns = [
        [str(value).strip() for value in form.getall(name, [])]
        for name in ("sku", "lot", "expires_on", "quantity")
    ]
    longest = max((len(column) for column in columns), default=0)
    typed = Typed(one(form, "location"), one(form, "reason").strip(), bool(one(form, "expected")))
    typed.labels = bool(one(form, "labels"))
    seen: dict[tuple[str, str, str], TypedRow] = {}
    for at in range(min(longest, MOST_ROWS)):
        sku, lot, expires_on, quantity = (column[at] if at < len(column) else "" for column in columns)
        row = TypedRow(sku, lot, expires_on, quantity)
        if row.empty:
            continue
        before = seen.get((row.sku, row.lot, row.expires_on)) if row.sku else None
        if before is not None:
            total = (whole(before.quantity or "1", least=-MOST_UNITS) or 0) + (
                whole(row.quantity or "1", least=-MOST_UNITS) or 0
            )
            before.quantity = str(total)
            continue
        seen[row.sku, row.lot, row.expires_on] = row
        typed.rows.append(row)
    return typed


async def check_rows(
    tx: Tx, request: Asking, typed: Typed, *, least: int, lots: bool = True
) -> dict[str, StockedSku]:
    """Say beside each row what is wrong with it; the skus found."""
    words = place_of(request).words
    known = await stocked_skus(tx, {row.sku for row in typed.filled})
    for row in typed.filled:
        units = whole(row.quantity, least=least)
        if row.sku not in known:
            row.error = words.gettext("SKU atau barcode ini tidak dikenal.")
        elif lots and known[row.sku].lot_tracked and not row.lot:
            row.error = words.gettext("SKU ini dicatat per lot; isi kode lotnya.")
        elif units is None or units == 0:
            row.error = words.gettext("Isi jumlah dalam bilangan bulat, bukan nol.")
        elif row.expires_on and read_date(row.expires_on) is None:
            row.error = words.gettext("Tulis tanggal sebagai 2027-01-31.")
        if row.sku in known:
            row.title, row.sku_id = known[row.sku].title, known[row.sku].id
    if not typed.filled:
        typed.general = words.gettext("Isi paling sedikit satu baris.")
    return known


def read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def labels_typed(typed: Typed) -> list[GoodsToLabel]:
    """A label for every unit of the rows, which were checked."""
    return [
        GoodsToLabel(row.sku, whole(row.quantity, least=1) or 0, row.lot or None, read_date(row.expires_on))
        for row in typed.filled
    ]


def sticker_path(job_id: UUID) -> str:
    return f"/stock/stickers/{to_text(JOB_PREFIX, job_id)}"


async def form_page(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    template: str,
    typed: Typed,
    **more: Any,
) -> Response[str]:
    """A form of many rows, with the places of whoever fills it in."""

    async def read(tx: Tx) -> tuple[Any, dict[str, StockedSku]]:
        return await places_of(tx, principal), await stocked_skus(tx, {row.sku for row in typed.filled})

    places, known = await db.run(caller, read)
    for row in typed.filled:
        row.title = known[row.sku].title if row.sku in known else ""
    typed.pad()
    return page(
        request,
        template,
        status_code=422 if typed.wrong else 200,
        typed=typed,
        places=[(to_text(LOCATION, place.id), place.name) for place in places if place.active],
        **more,
    )


@get("/stock/receive", opt=WRITE, include_in_schema=False)
async def receive_form(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location: FromQuery[str] = "",
    sku: FromQuery[str] = "",
) -> Response[str]:
    """An empty form."""
    typed = Typed(location=location, rows=[TypedRow(sku=sku)] if sku else [])
    return await form_page(request, db, caller, principal, "stock/receive.html", typed)


@post("/stock/receive", opt=WRITE, include_in_schema=False)
async def receive_typed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Another row (what a scanner's Enter asks for), or book everything in."""
    form = await posted(request)
    typed = read_rows(form)
    if one(form, "verb") != "save":
        for row in typed.rows:
            row.quantity = row.quantity or ("1" if row.sku else "")
        return await form_page(request, db, caller, principal, "stock/receive.html", typed)
    words = place_of(request).words

    async def command(tx: Tx) -> StickerJob | None:
        await check_rows(tx, request, typed, least=1)
        if not typed.location:
            typed.errors["location"] = words.gettext(REQUIRED)
        if typed.wrong:
            return None
        place = from_text(LOCATION, typed.location)
        require_scope(principal, place)
        await sent_once(tx, form, now=now)
        goods = [
            Goods(row.sku, whole(row.quantity, least=1) or 0, row.lot or None, read_date(row.expires_on))
            for row in typed.filled
        ]
        await receive_goods(tx, goods, location_id=place, expected=typed.expected, now=now)
        return await print_goods_stickers(tx, labels_typed(typed), now=now) if typed.labels else None

    job = None
    try:
        job = await db.run(caller, command)
    except (FormSentBefore, LotExpiryDiffers, LotNeeded, TooManyStickers, UnknownSku) as refusal:
        typed.general = sentence(refusal, place_of(request).words)
    if typed.wrong:
        return await form_page(request, db, caller, principal, "stock/receive.html", typed)
    if job is not None:
        return Redirect(f"{sticker_path(job.id)}?said=received", status_code=303)
    return Redirect("/stock?said=received", status_code=303)


@get("/stock/adjust", opt=WRITE, include_in_schema=False)
async def adjust_form(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location: FromQuery[str] = "",
    sku: FromQuery[str] = "",
    lot: FromQuery[str] = "",
) -> Response[str]:
    """An empty form, or one for a row of a sku's page."""
    typed = Typed(location=location, rows=[TypedRow(sku=sku, lot=lot)] if sku else [])
    return await form_page(request, db, caller, principal, "stock/adjust.html", typed, reasons=REASONS)


@post("/stock/adjust", opt=WRITE, include_in_schema=False)
async def adjust_typed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Another row, or correct everything with one reason."""
    form = await posted(request)
    typed = read_rows(form)
    if one(form, "verb") == "save":
        try:
            await db.run(caller, lambda tx: _adjust(tx, request, principal, form, typed, now=now))
        except StockShort as refusal:
            _beside_rows(request, typed, refusal)
        except FormSentBefore as refusal:
            typed.general = sentence(refusal, place_of(request).words)
        if not typed.wrong:
            return Redirect("/stock?said=adjusted", status_code=303)
    return await form_page(request, db, caller, principal, "stock/adjust.html", typed, reasons=REASONS)


async def _adjust(
    tx: Tx, request: Asking, principal: Principal, form: FormMultiDict, typed: Typed, *, now: datetime
) -> None:
    words = place_of(request).words
    known = await check_rows(tx, request, typed, least=-MOST_UNITS)
    for name, value in (("location", typed.location), ("reason", typed.reason)):
        if not value:
            typed.errors[name] = words.gettext(REQUIRED)
    if typed.wrong:
        return
    place = from_text(LOCATION, typed.location)
    require_scope(principal, place)
    await sent_once(tx, form, now=now)
    wanted = [(known[row.sku].id, row.lot, None) for row in typed.filled if row.lot]
    lots = await find_or_make_lots(tx, wanted, now=now)
    changes = [
        (
            StockKey(known[row.sku].id, place, NIL, lots[known[row.sku].id, row.lot].id if row.lot else NIL),
            whole(row.quantity, least=-MOST_UNITS) or 0,
        )
        for row in typed.filled
    ]
    await adjust_stock(tx, changes, reason=typed.reason, now=now)
    typed.rows = []


def _beside_rows(request: Asking, typed: Typed, refusal: StockShort) -> None:
    words = place_of(request).words
    typed.general = sentence(refusal, words)
    free = {short.sku_id: short.free for short in refusal.shortfalls}
    for row in typed.filled:
        if row.sku_id in free and (whole(row.quantity, least=-MOST_UNITS) or 0) < 0:
            row.error = words.gettext("Hanya {free} unit yang bebas.").format(free=free[row.sku_id])


@get("/stock/count", opt=WRITE, include_in_schema=False)
async def count_form(request: Asking) -> Response[str]:
    """Download a sheet, fill it in, upload it."""
    return page(request, "stock/count.html", errors={}, results=None)


@get("/stock/count.csv", opt=READ, include_in_schema=False)
async def count_sheet(
    db: NamedDependency[Database], caller: NamedDependency[Caller], principal: NamedDependency[Principal]
) -> Response[str]:
    """What is on hand now, as a sheet to correct."""

    async def read(tx: Tx) -> Any:
        return await counted_rows(tx, locations=principal.location_ids)

    text = "".join(write_sheet(await db.run(caller, read)))
    return Response(
        "\ufeff" + text,
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="stok.csv"', "cache-control": "no-store"},
    )


@post("/stock/count", opt=WRITE, include_in_schema=False)
async def count_uploaded(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[str]:
    """Each row for itself; what was refused is told with its line."""
    words = place_of(request).words
    form = await posted(request)
    upload, reason = form.get("sheet"), one(form, "reason").strip()
    errors = {} if reason else {"reason": words.gettext(REQUIRED)}
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    rows: list[SheetRow] = []
    wrong: list[Wrong] = []
    try:
        rows, wrong = read_sheet(content)
    except NotASheet as fault:
        errors["sheet"] = words.gettext(fault.sentence)
    if errors:
        return page(request, "stock/count.html", status_code=422, errors=errors, results=None, reason=reason)

    async def command(tx: Tx) -> list[CountResult]:
        await sent_once(tx, form, now=now)
        await require_codes(tx, principal, {row.counted.location for row in rows})
        return await count_stock(tx, [row.counted for row in rows], reason=reason, now=now)

    results = await db.run(caller, command)
    told = [
        {
            "line": row.line,
            "sku": row.counted.sku,
            "place": row.counted.location,
            "change": result.change,
            "error": _why(result.refusal, request),
        }
        for row, result in zip(rows, results, strict=True)
        if result.change or result.refusal
    ]
    told += [
        {"line": one.line, "sku": "", "place": one.column, "change": 0, "error": words.gettext(one.sentence)}
        for one in wrong
    ]
    told.sort(key=lambda row: (not row["error"], row["line"]))
    return page(
        request,
        "stock/count.html",
        errors={},
        reason=reason,
        results={
            "rows": told[:MOST_ROWS],
            "changed": sum(bool(result.change) for result in results),
            "same": sum(not result.change and not result.refusal for result in results),
            "refused": sum(bool(result.refusal) for result in results) + len({one.line for one in wrong}),
        },
    )


def _why(refusal: Refusal | None, request: Asking) -> str:
    if refusal is None:
        return ""
    words = place_of(request).words
    if isinstance(refusal, StockShort):
        [short] = refusal.shortfalls
        return words.gettext("{promised} unit sudah dijanjikan; yang dihitung hanya {counted}.").format(
            promised=short.wanted, counted=short.free
        )
    return sentence(refusal, words)


handlers = [
    receive_form,
    receive_typed,
    adjust_form,
    adjust_typed,
    count_form,
    count_sheet,
    count_uploaded,
]
