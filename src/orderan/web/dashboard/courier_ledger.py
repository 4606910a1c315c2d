"""Cash at couriers as a ledger: what each owes, paid, kept and is late with; their remittance files are brought here."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.flows.bring_remittance import bring_remittance
from orderan.flows.views_courier_cash import CourierLedger, courier_ledger
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.settlements import (
    COURIER,
    FileKind,
    MappingNotFound,
    ReadSettlement,
    SavedMapping,
    SettlementFormat,
    as_format,
    mappings,
    read_settlement,
)
from orderan.shops import shop_by_id
from orderan.web.dashboard.courier_words import courier_names
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.finance import NOTHING_SENT, READ, WRITE, as_file, whole_shop
from orderan.web.dashboard.finance_files import MAPPED_PREFIX, file_given, said
from orderan.web.dashboard.payments import common
from orderan.web.forms import Sent, one, posted
from orderan.web.here import place_of
from orderan.web.pages import page

HERE: Final = "/payments/cod/couriers"
SPAN: Final = timedelta(days=90)
"""Of what was paid and kept; what is owed has no beginning."""
COLUMNS: Final = (
    "courier", "currency", "due", "collected", "remitted", "fee", "short", "late", "days_0_3", "days_4_7", "days_8_14",
    "days_15_up",
)  # fmt: skip


@get(HERE, opt=READ, include_in_schema=False)
async def ledger_page(
    visit: NamedDependency[Visit],
    booked: FromQuery[int] = -1,
    known: FromQuery[int] = 0,
    waiting: FromQuery[int] = 0,
    short: FromQuery[int] = 0,
) -> Response[Any]:
    """The ledger, and what came of the file just brought."""
    came = {"booked": booked, "known": known, "waiting": waiting, "short": short} if booked >= 0 else None
    return await _shown(visit, NOTHING_SENT, came)


@get(f"{HERE}/export.csv", opt=READ, include_in_schema=False)
async def ledger_exported(visit: NamedDependency[Visit]) -> Response[str]:
    """The ledger as a file."""
    whole_shop(visit.principal)
    rows = await visit.db.run(visit.caller, lambda tx: _ledger(tx, visit))
    cells = [
        (
            row.courier,
            row.currency,
            row.due_minor,
            row.collected_minor,
            row.remitted_minor,
            row.fee_minor,
            row.short_minor,
            row.late_minor,
            row.days_3,
            row.days_7,
            row.days_14,
            row.older,
        )
        for row in rows
    ]
    return as_file(f"couriers-{visit.now:%Y%m%d}.csv", COLUMNS, cells)


@post(HERE, opt=WRITE, include_in_schema=False)
async def remittance_given(visit: NamedDependency[Visit]) -> Response[Any]:
    """Book a courier's remittance file; the same file again tries only what was not booked."""
    whole_shop(visit.principal)
    form = await posted(visit.request)
    try:
        name, content = await file_given(form)

        async def look(tx: Tx) -> tuple[SettlementFormat, ZoneInfo, str]:
            shop = await shop_by_id(tx, tx.shop_id)
            how = _format(one(form, "format"), await mappings(tx, FileKind.SETTLEMENT))
            return how, ZoneInfo(shop.time_zone), shop.currency

        how, zone, currency = await visit.db.run(visit.caller, look)

        def work() -> ReadSettlement:
            return read_settlement(name, content, how, zone=zone, currency=currency)

        read = await asyncio.to_thread(work)
        done = await visit.db.run(
            visit.caller, lambda tx: bring_remittance(tx, one(form, "courier"), name, read, now=visit.now)
        )
    except Refusal as refusal:
        return await _shown(visit, said(visit.request, "remittance", form, refusal), None)
    told = f"booked={done.booked}&known={done.known_before}&waiting={done.refused}&short={done.short}"
    return Redirect(f"{HERE}?{told}", status_code=303)


def _format(wanted: str, kept: list[SavedMapping]) -> SettlementFormat:
    if not wanted.startswith(MAPPED_PREFIX):
        return COURIER
    name = wanted.removeprefix(MAPPED_PREFIX)
    for mapping in kept:
        if mapping.name == name:
            return as_format(mapping)
    raise MappingNotFound(name)


async def _ledger(tx: Tx, visit: Visit) -> list[CourierLedger]:
    return await courier_ledger(tx, since=visit.now - SPAN, now=visit.now)


async def _shown(visit: Visit, sent: Sent, came: dict[str, int] | None) -> Response[Any]:
    whole_shop(visit.principal)

    async def read(tx: Tx) -> tuple[list[CourierLedger], list[SavedMapping]]:
        return await _ledger(tx, visit), list(await mappings(tx, FileKind.SETTLEMENT))

    rows, kept = await visit.db.run(visit.caller, read)
    spoken = place_of(visit.request).words
    by_names = [(COURIER.code, spoken.gettext("CSV atau XLSX, kolom dikenali dari namanya"))]
    return page(
        visit.request,
        "payments/couriers.html",
        status_code=422 if sent.refused else 200,
        sent=sent,
        came=came,
        rows=rows,
        formats=by_names + [(f"{MAPPED_PREFIX}{mapping.name}", mapping.name) for mapping in kept],
        couriers=list(courier_names(place_of(visit.request).words).items()),
        **common(visit.principal),
    )


handlers: list[Any] = [ledger_page, ledger_exported, remittance_given]
