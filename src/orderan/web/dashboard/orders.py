"""Orders in the dashboard: the list with its filters, views, export, and actions on many at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.customers import Card, customer_cards
from orderan.flows.bulk_orders import AT_ONCE
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import (
    Found,
    Listed,
    Row,
    delete_view,
    insert_view,
    list_orders,
    tags_of_many,
    understand,
)
from orderan.web.dashboard.order_filters import (
    PAGE,
    PARAMETERS,
    TABS,
    Asked,
    Choices,
    asked_for,
    chips,
    choices,
    scope_of,
    write_key,
)
from orderan.web.dashboard.order_looks import LABELS, path_of, reader_of
from orderan.web.forms import one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]
SHOWN: Final = 50


@get("/orders", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def orders_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """The newest first, narrowed by what stands in the address."""
    place = place_of(request, now=now)
    said = request.query_params.get("said", "")

    async def read(tx: Tx) -> tuple[Choices, Asked, Found | None, Listed, dict[UUID, Card]]:
        known = await choices(tx, principal)
        asked = asked_for(place.query, known, principal.zone, now=now)
        found = await understand(tx, keyring, asked.text, asked.filters) if asked.text else None
        filters = found.filters if found else asked.filters
        listed = await list_orders(
            tx, filters, scope=scope_of(principal), after=asked.after, before=asked.before, limit=SHOWN
        )
        listed = await _with_tags(tx, listed)
        return known, asked, found, listed, await cards_of(tx, keyring, principal, listed.rows)

    known, asked, found, listed, cards = await db.run(caller, read)
    if found and found.by == "number" and len(listed.rows) == 1:
        return Redirect(path_of(listed.rows[0].id), status_code=303)
    query = urlencode([(name, value) for name, value in place.query if name in PARAMETERS])
    return page(
        request,
        "orders/list.html",
        block="rows",
        now=now,
        rows=[_shown(row, cards) for row in listed.rows],
        older=write_key(listed.older),
        newer=write_key(listed.newer),
        paged=asked.after is not None or asked.before is not None,
        looked_back_to=listed.looked_back_to,
        found=found,
        q=asked.text,
        given=asked,
        chips=chips(place, known),
        tabs=_tabs(known, query, place.words),
        known=known,
        query=query,
        export_href=f"/orders/export.csv?{query}" if query else "/orders/export.csv",
        said=said,
        may_write=principal.may(Permission.ORDERS_WRITE),
        may_import=principal.may(Permission.IMPORTS_WRITE),
        may_pay=principal.may(Permission.PAYMENTS_WRITE),
        may_share=principal.may(Permission.SETTINGS_WRITE),
        at_once=AT_ONCE,
        **LABELS,
    )


async def _with_tags(tx: Tx, listed: Listed) -> Listed:
    tags = await tags_of_many(tx, [row.id for row in listed.rows])
    return replace(listed, rows=tuple(replace(row, tags=tags.get(row.id, ())) for row in listed.rows))


async def cards_of(tx: Tx, keyring: Keyring, principal: Principal, rows: Sequence[Row]) -> dict[UUID, Card]:
    people = {row.customer_id for row in rows if row.customer_id}
    return await customer_cards(tx, keyring, people, reader=reader_of(principal))


def _shown(row: Row, cards: dict[UUID, Card]) -> dict[str, Any]:
    card = cards.get(row.customer_id) if row.customer_id else None
    return {
        "row": row,
        "id": to_text("ord", row.id),
        "buyer": card.name if card else "",
        "href": path_of(row.id),
    }


def _tabs(known: Choices, query: str, spoken: Words) -> list[dict[str, Any]]:
    views = [(spoken.gettext(label), its) for label, its in TABS]
    views += [(view.name, view.query) for view in known.views]
    made = [
        {
            "label": label,
            "href": f"/orders?{its}" if its else "/orders",
            "count": None,
            "current": its == query,
        }
        for label, its in views
    ]
    if not any(view["current"] for view in made):
        made.append(
            {
                "label": spoken.gettext("Hasil filter"),
                "href": f"/orders?{query}",
                "count": None,
                "current": True,
            }
        )
    return made


@post("/orders/views", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def keep_view(
    request: Asking, principal: Principal, caller: Caller, runner: Runner, now: datetime
) -> Redirect:
    """Keep the filters of the list under a name, for oneself or for everybody."""
    form = await posted(request)
    query, name = one(form, "query"), one(form, "name").strip()[:60]
    shared = bool(one(form, "shared")) and principal.may(Permission.SETTINGS_WRITE)
    staff = None if shared else principal.staff_id
    if name:
        await runner.run(
            caller,
            taken_once(
                form,
                lambda tx: insert_view(tx, page=PAGE, staff_id=staff, name=name, query=query, now=now),
                now=now,
            ),
        )
    return Redirect(f"/orders?{query}", status_code=303)


@post("/orders/views/{view_id:str}/forget", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def forget_view(
    principal: Principal, caller: Caller, runner: Runner, view_id: FromPath[str]
) -> Redirect:
    """Take a saved view off."""
    found = from_text("viw", view_id)
    shared = principal.may(Permission.SETTINGS_WRITE)
    await runner.run(
        caller, lambda tx: delete_view(tx, found, staff_id=principal.staff_id, shared_too=shared)
    )
    return Redirect("/orders", status_code=303)


handlers = [orders_page, keep_view, forget_view]
