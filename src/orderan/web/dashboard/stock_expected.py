"""Goods on their way from a supplier, in the dashboard."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.access import Principal
from orderan.inventory import StockShort, expect_stock, expected_goods, forget_expected
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.i18n import local_date
from orderan.kit.ids import from_text
from orderan.web.api.expected import promised
from orderan.web.dashboard.stock import WRITE, Asking, whole
from orderan.web.dashboard.stock_forms import (
    REQUIRED,
    Typed,
    TypedRow,
    check_rows,
    form_page,
    read_date,
    read_rows,
)
from orderan.web.errors import sentence
from orderan.web.forms import FormSentBefore, one, posted, sent_once
from orderan.web.here import place_of
from orderan.web.stock_scope import LOCATION, require_scope

TEMPLATE = "stock/expected.html"


async def _page(
    request: Asking, db: Database, caller: Caller, principal: Principal, now: datetime, typed: Typed
) -> Response[str]:
    waited = await db.run(caller, lambda tx: expected_goods(tx, locations=principal.location_ids))
    today = local_date(now, place_of(request).zone)
    return await form_page(request, db, caller, principal, TEMPLATE, typed, waited=waited, today=today)


@get("/stock/expected", opt=WRITE, include_in_schema=False)
async def expected_form(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: FromQuery[str] = "",
) -> Response[str]:
    """An empty form, and what is still to come."""
    typed = Typed(rows=[TypedRow(sku=sku)] if sku else [])
    return await _page(request, db, caller, principal, now, typed)


@post("/stock/expected", opt=WRITE, include_in_schema=False)
async def expected_typed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Another row, note what will come, or note that it will not."""
    form = await posted(request)
    typed, verb = read_rows(form), one(form, "verb")
    words = place_of(request).words
    typed.supplier, typed.due_on = one(form, "supplier").strip()[:120], one(form, "due_on").strip()
    due_on = read_date(typed.due_on)
    if typed.due_on and due_on is None:
        typed.errors["due_on"] = words.gettext("Tulis tanggal sebagai 2027-01-31.")
    if verb not in {"save", "forget"}:
        for row in typed.rows:
            row.quantity = row.quantity or ("1" if row.sku else "")
        return await _page(request, db, caller, principal, now, typed)

    async def command(tx: Tx) -> None:
        await check_rows(tx, request, typed, least=1, lots=False)
        if not typed.location:
            typed.errors["location"] = words.gettext(REQUIRED)
        if typed.wrong:
            return
        place = from_text(LOCATION, typed.location)
        require_scope(principal, place)
        await sent_once(tx, form, now=now)
        asked = [(row.sku, whole(row.quantity, least=1) or 0) for row in typed.filled]
        rows = await promised(tx, asked, place)
        if verb == "forget":
            await forget_expected(tx, rows, now=now)
        else:
            await expect_stock(tx, rows, supplier=typed.supplier, due_on=due_on, now=now)

    try:
        await db.run(caller, command)
    except (FormSentBefore, StockShort) as refusal:
        typed.general = sentence(refusal, words)
    if typed.wrong:
        return await _page(request, db, caller, principal, now, typed)
    return Redirect(f"/stock?said={'forgotten' if verb == 'forget' else 'expected'}", status_code=303)


handlers: list[Any] = [expected_form, expected_typed]
