"""Customers in the dashboard: the list, one customer all around, entering and correcting."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.exceptions import ValidationException
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal, key_names, staff_names
from orderan.customers import (
    ADDRESS_PREFIX,
    PREFIX,
    Access,
    After,
    Card,
    Changes,
    CustomerState,
    EntryRefused,
    Field,
    PhoneTaken,
    Purpose,
    Reader,
    ReasonMissing,
    Revealed,
    Typed,
    accesses,
    addresses,
    consents,
    customer_card,
    duplicates,
    family,
    find_customers,
    give_consent,
    list_customers,
    register,
    retire_address,
    reveal,
    standing_consents,
    update,
    withdraw_consent,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import NIL, from_text, to_text
from orderan.orders import orders_of_customers, totals_of_customers
from orderan.payments import vouchers_of
from orderan.web.dashboard.customer_messages import told_of
from orderan.web.dashboard.customer_words import FIELDS, LIKENESSES, PURPOSES, doubted, field_errors
from orderan.web.dashboard.desk import scope_of
from orderan.web.dashboard.voucher_words import voucher_path
from orderan.web.errors import sentence
from orderan.web.forms import FormSentBefore, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

SHOWN: Final = 50
CHANGED_BY_HAND: Final = ("name", "phone", "email", "customer_group", "note")


def reader_of(principal: Principal) -> Reader:
    """Who may see personal data sees names whole; everybody else, initials."""
    return Reader(whole_names=principal.may(Permission.PERSONAL_READ))


def path_of(customer_id: UUID) -> str:
    return f"/customers/{to_text(PREFIX, customer_id)}"


@get("/customers", opt={"needs": Permission.CUSTOMERS_READ}, include_in_schema=False)
async def customers_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    q: FromQuery[str] = "",
    group: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """The newest first; or whoever fits what was typed."""
    reader = reader_of(principal)

    async def read(tx: Tx) -> list[Card]:
        if q.strip():
            return await find_customers(tx, keyring, q, limit=SHOWN, reader=reader)
        begin = None
        if after:
            last = await customer_card(tx, keyring, from_text(PREFIX, after))
            begin = After(last.created_at, last.id)
        return await list_customers(
            tx, keyring, after=begin, limit=SHOWN + 1, group=group or None, reader=reader
        )

    cards = await db.run(caller, read)
    older = to_text(PREFIX, cards[SHOWN - 1].id) if len(cards) > SHOWN else None
    return page(
        request,
        "customers/list.html",
        block="rows",
        now=now,
        customers=cards[:SHOWN],
        older=older,
        q=q,
        group=group,
        after=after,
        path_of=path_of,
        may_write=principal.may(Permission.CUSTOMERS_WRITE),
    )


@get("/customers/new", opt={"needs": Permission.CUSTOMERS_WRITE}, include_in_schema=False)
async def customer_form(request: Asking) -> Response[str]:
    """An empty form."""
    return page(request, "customers/form.html", **_form({}))


@post("/customers/new", opt={"needs": Permission.CUSTOMERS_WRITE}, include_in_schema=False)
async def customer_entered(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    data: Form,
) -> Response[Any]:
    """Register what was typed, or show the form again with what is doubtful."""
    typed = Typed(
        name=data.get("name", ""),
        phone=data.get("phone", ""),
        email=data.get("email", ""),
        customer_group=data.get("customer_group", ""),
        note=data.get("note", ""),
        insisted=_insisted(data),
    )
    try:
        customer = await db.run(
            caller, taken_once(data, lambda tx: register(tx, keyring, typed, now=now), now=now)
        )
    except (EntryRefused, FormSentBefore, PhoneTaken) as refusal:
        context = _form(data, **_refused(request, refusal))
        return page(request, "customers/form.html", status_code=422, **context)
    return Redirect(path_of(customer), status_code=303)


@get("/customers/{customer_id:str}/edit", opt={"needs": Permission.CUSTOMERS_WRITE}, include_in_schema=False)
async def customer_edit_form(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    customer_id: FromPath[str],
) -> Response[str]:
    """The form of one customer; contact fields are empty and stay as they are when left so."""
    customer = from_text(PREFIX, customer_id)
    card = await db.run(caller, lambda tx: customer_card(tx, keyring, customer, reader=reader_of(principal)))
    values = {"customer_group": card.customer_group or ""}
    return page(request, "customers/form.html", **_form(values, card=card))


@post("/customers/{customer_id:str}/edit", opt={"needs": Permission.CUSTOMERS_WRITE}, include_in_schema=False)
async def customer_changed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Change what was typed; what was left empty stays, unless it was marked to be cleared."""
    customer = from_text(PREFIX, customer_id)
    given = {name: _given(data, name) for name in CHANGED_BY_HAND} | {
        "customer_group": data.get("customer_group", "")
    }
    changes = Changes(**given, insisted=_insisted(data))
    try:
        await db.run(caller, lambda tx: update(tx, keyring, customer, changes, now=now))
    except (EntryRefused, PhoneTaken) as refusal:
        reader = reader_of(principal)
        card = await db.run(caller, lambda tx: customer_card(tx, keyring, customer, reader=reader))
        context = _form(data, card=card, **_refused(request, refusal))
        return page(request, "customers/form.html", status_code=422, **context)
    return Redirect(path_of(customer), status_code=303)


def _given(data: dict[str, str], name: str) -> str | None:
    if data.get(f"clear_{name}"):
        return ""
    return data.get(name, "").strip() or None


def _insisted(data: dict[str, str]) -> frozenset[str]:
    return frozenset({"email"} if data.get("insist_email") else ())


def _form(values: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "values": values,
        "card": None,
        "errors": {},
        "doubted": set(),
        "general": "",
        "holder": "",
    } | more


def _refused(request: Asking, refusal: Refusal) -> dict[str, Any]:
    """What a form shows of a refusal: beside fields where it is about fields."""
    spoken = place_of(request).words
    if isinstance(refusal, EntryRefused):
        return {
            "errors": field_errors(refusal.complaints, spoken),
            "doubted": doubted(refusal.complaints),
        }
    holder = f"/customers/{refusal.customer}" if isinstance(refusal, PhoneTaken) else ""
    return {"general": sentence(refusal, spoken), "holder": holder}


@get("/customers/{customer_id:str}", opt={"needs": Permission.CUSTOMERS_READ}, include_in_schema=False)
async def customer_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
) -> Response[str]:
    """One customer all around."""
    customer = from_text(PREFIX, customer_id)
    context = await db.run(caller, lambda tx: around(tx, keyring, principal, customer))
    return page(request, "customers/detail.html", now=now, **context)


async def around(
    tx: Tx, keyring: Keyring, principal: Principal, customer_id: UUID, **more: Any
) -> dict[str, Any]:
    """Everything the page of a customer shows; records merged into it count as it."""
    reader = reader_of(principal)
    card = await customer_card(tx, keyring, customer_id, reader=reader)
    people = await family(tx, customer_id)
    sees_orders, scope = principal.may(Permission.ORDERS_READ), scope_of(principal)
    sees_log = principal.may(Permission.AUDIT_READ)
    seen = await accesses(tx, people) if sees_log else []
    return {
        "card": card,
        "active": card.state is CustomerState.ACTIVE,
        "merged": len(people) - 1,
        "addresses": await addresses(tx, keyring, people, reader=reader),
        "standing": standing_consents(await consents(tx, people)),
        "alike": await duplicates(tx, keyring, customer_id, reader=reader),
        "orders": await orders_of_customers(tx, people, scope=scope) if sees_orders else [],
        "totals": await totals_of_customers(tx, people, scope=scope) if sees_orders else [],
        "seen": seen,
        "who": await _who(tx, seen),
        "sees_log": sees_log,
        "sees_orders": sees_orders,
        "may_write": principal.may(Permission.CUSTOMERS_WRITE),
        "may_reveal": principal.may(Permission.PERSONAL_READ),
        "may_erase": principal.may(Permission.CUSTOMERS_ERASE),
        "revealed": None,
        "general": "",
        "purposes": PURPOSES,
        "fields": FIELDS,
        "likenesses": LIKENESSES,
        "path_of": path_of,
        "order_path": lambda order: f"/orders/{to_text('ord', order)}",
        "address_id": lambda address: to_text(ADDRESS_PREFIX, address),
        **await told_of(tx, people),
        **await _purse(tx, principal, customer_id),
    } | more


async def _purse(tx: Tx, principal: Principal, customer_id: UUID) -> dict[str, Any]:
    """What the customer has on vouchers, for whoever sees the money of the whole shop."""
    whole = principal.channel_ids is None and principal.location_ids is None
    sees = principal.may(Permission.PAYMENTS_READ) and whole
    return {
        "sees_vouchers": sees,
        "vouchers": await vouchers_of(tx, customer_id) if sees else [],
        "may_issue": sees and principal.may(Permission.REFUNDS_GRANT),
        "voucher_path": voucher_path,
        "customer_key": to_text(PREFIX, customer_id),
    }


async def _who(tx: Tx, seen: list[Access]) -> dict[str, str]:
    """Names of the people and programs in the log, by actor; the rest of them as they stand."""
    ids: dict[str, list[UUID]] = {"staff": [], "key": []}
    for access in seen:
        kind, _, text = access.actor.partition(":")
        if kind in ids and len(text) == len(str(NIL)):
            ids[kind].append(UUID(text))
    people, programs = await staff_names(tx, ids["staff"]), await key_names(tx, ids["key"])
    return {f"staff:{one}": name for one, name in people.items()} | {
        f"key:{one}": name for one, name in programs.items()
    }


@post(
    "/customers/{customer_id:str}/reveal",
    opt={"needs": Permission.PERSONAL_READ},
    include_in_schema=False,
    status_code=200,
)
async def customer_revealed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: Form,
) -> Response[str]:
    """The page with the fields asked for unmasked; the reading is kept with its reason."""
    customer = from_text(PREFIX, customer_id)
    wanted = [field for field in Field if data.get(f"field_{field.value}")] or list(Field)
    purpose = data.get("purpose", "")

    async def read(tx: Tx) -> dict[str, Any]:
        seen: Revealed | None = None
        general = ""
        try:
            seen = await reveal(tx, keyring, customer, wanted, purpose=purpose, now=now)
        except ReasonMissing as refusal:
            general = sentence(refusal, place_of(request).words)
        return await around(tx, keyring, principal, customer, revealed=seen, general=general)

    context = await db.run(caller, read)
    return page(
        request,
        "customers/detail.html",
        status_code=422 if context["general"] else 200,
        headers={"cache-control": "no-store"},
        now=now,
        **context,
    )


@post(
    "/customers/{customer_id:str}/consents",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    include_in_schema=False,
)
async def consent_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: Form,
) -> Redirect:
    """Keep a consent or a withdrawal that was told to us."""
    customer = from_text(PREFIX, customer_id)
    if data.get("purpose") not in set(Purpose):
        raise ValidationException
    purpose = Purpose(data["purpose"])
    verb = give_consent if data.get("granted") == "yes" else withdraw_consent
    source = data.get("source", "")
    await db.run(
        caller, taken_once(data, lambda tx: verb(tx, customer, purpose, source=source, now=now), now=now)
    )
    return Redirect(f"{path_of(customer)}#consents", status_code=303)


@post(
    "/customers/{customer_id:str}/addresses/{address_id:str}/retire",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    include_in_schema=False,
)
async def address_retired(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    address_id: FromPath[str],
) -> Redirect:
    """Offer an address no longer."""
    customer, address = from_text(PREFIX, customer_id), from_text(ADDRESS_PREFIX, address_id)
    await db.run(caller, lambda tx: retire_address(tx, customer, address, now=now))
    return Redirect(f"{path_of(customer)}#addresses", status_code=303)


handlers = [
    customers_page,
    customer_form,
    customer_entered,
    customer_edit_form,
    customer_changed,
    customer_page,
    customer_revealed,
    consent_changed,
    address_retired,
]
