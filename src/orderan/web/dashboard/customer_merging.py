"""Merging and erasing customers: both ask first, because neither can be undone."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.customers import PREFIX, Card, customer_card, duplicates, find_customers
from orderan.flows.erase_customer import OrdersUnderWay, erase_customer
from orderan.flows.merge_customers import merge_customers
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.orders import totals_of_customers
from orderan.web.dashboard.customers import Form, path_of, reader_of
from orderan.web.dashboard.desk import scope_of
from orderan.web.errors import sentence
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]
YES = "HAPUS"
"""What has to be typed, in either language, before a customer is erased."""


@get("/customers/{customer_id:str}/merge", opt={"needs": Permission.CUSTOMERS_WRITE}, include_in_schema=False)
async def merge_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    customer_id: FromPath[str],
    q: FromQuery[str] = "",
) -> Response[str]:
    """Likely twins, and whoever is searched for, to choose from."""
    customer = from_text(PREFIX, customer_id)
    context = await db.run(caller, lambda tx: _choices(tx, keyring, principal, customer_id=customer_id, q=q))
    return page(request, "customers/merge.html", path=path_of(customer), q=q, general="", **context)


async def _choices(
    tx: Tx, keyring: Keyring, principal: Principal, *, customer_id: str, q: str
) -> dict[str, Any]:
    reader = reader_of(principal)
    card = await customer_card(tx, keyring, from_text(PREFIX, customer_id), reader=reader)
    alike = [one.card for one in await duplicates(tx, keyring, card.id, reader=reader)]
    found = await find_customers(tx, keyring, q, limit=20, reader=reader) if q.strip() else []
    choices: dict[Any, Card] = {one.id: one for one in (*alike, *found) if one.id != card.id}
    return {
        "card": card,
        "choices": [{"id": to_text(PREFIX, one.id), "card": one} for one in choices.values()],
        "path_of": path_of,
    }


@post(
    "/customers/{customer_id:str}/merge", opt={"needs": Permission.CUSTOMERS_WRITE}, include_in_schema=False
)
async def merged(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Merge the chosen record into this one."""
    customer = from_text(PREFIX, customer_id)
    chosen = data.get("other", "")
    others = [from_text(PREFIX, chosen)] if chosen else []
    try:
        await db.run(caller, lambda tx: merge_customers(tx, keyring, customer, others, now=now))
    except Refusal as refusal:
        general = sentence(refusal, place_of(request).words)
        context = await db.run(
            caller, lambda tx: _choices(tx, keyring, principal, customer_id=customer_id, q="")
        )
        return page(
            request,
            "customers/merge.html",
            status_code=422,
            path=path_of(customer),
            q="",
            general=general,
            **context,
        )
    return Redirect(path_of(customer), status_code=303)


@get("/customers/{customer_id:str}/erase", opt={"needs": Permission.CUSTOMERS_ERASE}, include_in_schema=False)
async def erase_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    customer_id: FromPath[str],
) -> Response[str]:
    """What will be gone, what will stay, and the question."""
    customer = from_text(PREFIX, customer_id)
    context = await db.run(caller, lambda tx: _losses(tx, keyring, principal, customer_id))
    return page(
        request, "customers/erase.html", path=path_of(customer), errors={}, values={}, general="", **context
    )


async def _losses(tx: Tx, keyring: Keyring, principal: Principal, customer_id: str) -> dict[str, Any]:
    card = await customer_card(tx, keyring, from_text(PREFIX, customer_id))
    totals = await totals_of_customers(tx, [card.id], scope=scope_of(principal))
    return {"card": card, "totals": totals, "yes": YES}


@post(
    "/customers/{customer_id:str}/erase", opt={"needs": Permission.CUSTOMERS_ERASE}, include_in_schema=False
)
async def erased(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Erase, when the word was typed and a reason given."""
    customer = from_text(PREFIX, customer_id)
    spoken = place_of(request).words
    errors = {}
    if data.get("sure", "").strip().upper() != YES:
        errors["sure"] = spoken.gettext("Ketik %(word)s untuk melanjutkan.", word=YES)
    if not data.get("reason", "").strip():
        errors["reason"] = spoken.gettext("Tulis alasannya.")
    general = ""
    if not errors:
        reason = data["reason"]
        try:
            await db.run(caller, lambda tx: erase_customer(tx, customer, reason=reason, now=now))
            return Redirect(path_of(customer), status_code=303)
        except OrdersUnderWay as refusal:
            general = sentence(refusal, spoken)
    context = await db.run(caller, lambda tx: _losses(tx, keyring, principal, customer_id))
    return page(
        request,
        "customers/erase.html",
        status_code=422,
        path=path_of(customer),
        errors=errors,
        values=data,
        general=general,
        **context,
    )


handlers = [merge_page, merged, erase_page, erased]
