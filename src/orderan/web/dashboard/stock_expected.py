"""Goods on their way from a supplier, in the dashboard."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.access import Principal
from orderan.inventory import StockShort, expect_stock, forget_expected
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.web.api.expected import promised
from orderan.web.dashboard.stock import WRITE, Asking, whole
from orderan.web.dashboard.stock_forms import (
    REQUIRED,
    Typed,
    TypedRow,
    check_rows,
    form_page,
    read_rows,
)
from orderan.web.errors import sentence
from orderan.web.forms import FormSentBefore, one, posted, sent_once
from orderan.web.here import place_of
from orderan.web.stock_scope import LOCATION, require_scope

TEMPLATE = "stock/expected.html"


@get("/stock/expected", opt=WRITE, include_in_schema=False)
async def expected_form(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    sku: FromQuery[str] = "",
) -> Response[str]:
    """An empty form."""
    typed = Typed(rows=[TypedRow(sku=sku)] if sku else [])
    return await form_page(request, db, caller, principal, TEMPLATE, typed)


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
    if verb not in {"save", "forget"}:
        for row in typed.rows:
            row.quantity = row.quantity or ("1" if row.sku else "")
        return await form_page(request, db, caller, principal, TEMPLATE, typed)

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
        await (forget_expected if verb == "forget" else expect_stock)(tx, rows, now=now)

    try:
        await db.run(caller, command)
    except (FormSentBefore, StockShort) as refusal:
        typed.general = sentence(refusal, words)
    if typed.wrong:
        return await form_page(request, db, caller, principal, TEMPLATE, typed)
    return Redirect(f"/stock?said={'forgotten' if verb == 'forget' else 'expected'}", status_code=303)


handlers: list[Any] = [expected_form, expected_typed]
