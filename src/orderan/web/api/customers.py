"""Customers over the API. What is told is masked; whole data has its own, logged, address."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.customers import (
    ADDRESS_PREFIX,
    PREFIX,
    AddressCard,
    After,
    Card,
    Changes,
    CustomerState,
    Purpose,
    Reader,
    Revealed,
    Typed,
    TypedAddress,
    accesses,
    add_address,
    addresses,
    consents,
    customer_card,
    duplicates,
    family,
    find_customers,
    give_consent,
    list_customers,
    merge,
    register,
    retire_address,
    reveal,
    standing_consents,
    update,
    withdraw_consent,
)
from orderan.customers import Field as Shown
from orderan.flows.erase_customer import erase_customer
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Answer, Runner
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Problem, Told, answers, key_of
from orderan.web.errors import STATUS, refusal_problem, request_id_of, words_of

MOST_LISTED = 200
MOST_MERGED = 20

Insisted = Annotated[
    tuple[Literal["email"], ...],
    Field(description="Fields whose unlikely value was confirmed by the person", max_length=1),
]
Name = Annotated[str, Field(max_length=200)]
Contact = Annotated[str, Field(max_length=300)]
Group = Annotated[str, Field(max_length=60)]
Note = Annotated[str, Field(max_length=2000)]


class CustomerAsked(Asked):
    """A customer to register: a name, and a phone or an e-mail."""

    name: Name
    phone: Contact = ""
    email: Contact = ""
    customer_group: Group = ""
    external_id: Annotated[str, Field(max_length=100)] = ""
    note: Note = ""
    insisted: Insisted = ()


class CustomerChangesAsked(Asked):
    """What to change; what is absent stays, an empty text clears."""

    name: Name | None = None
    phone: Contact | None = None
    email: Contact | None = None
    customer_group: Group | None = None
    note: Note | None = None
    insisted: Insisted = ()


class CustomerAddressAsked(Asked):
    """An address. Names of areas, where given, must agree with the village code."""

    recipient: Name
    phone: Contact
    line: Annotated[str, Field(max_length=400)]
    village_code: Annotated[str, Field(max_length=13)]
    postcode: Annotated[str, Field(max_length=10)] = ""
    label: Annotated[str, Field(max_length=40)] = ""
    province: Contact = ""
    city: Contact = ""
    district: Contact = ""
    village: Contact = ""


class ConsentAsked(Asked):
    """A consent given or withdrawn, and where that was said."""

    purpose: Purpose
    granted: bool
    source: Annotated[str, Field(min_length=1, max_length=200)]


class MergeAsked(Asked):
    """Records of the same person, to become part of this one."""

    others: Annotated[list[str], Field(min_length=1, max_length=MOST_MERGED)]


class EraseAsked(Asked):
    """Why; kept in the audit trail, so it must not name the person."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class AddressTold(Told):
    """An address; recipient, phone and street are masked."""

    id: str
    label: str
    recipient: str
    phone: str
    line: str
    village_code: str | None
    postcode: str | None
    area: str
    retired_at: datetime | None


class ConsentTold(Told):
    """What counts today for one purpose."""

    purpose: Purpose
    granted: bool
    source: str
    at: datetime


class CustomerTold(Told):
    """A customer; phone and e-mail are masked."""

    id: str
    name: str
    phone: str | None
    email: str | None
    customer_group: str | None
    external_id: str | None
    state: CustomerState
    merged_into: str | None
    created_at: datetime
    updated_at: datetime


class CustomerWholeTold(CustomerTold):
    """A customer with its addresses in use and the consents that count today."""

    addresses: list[AddressTold]
    consents: list[ConsentTold]


class CustomersTold(Told):
    """A page of customers; `next` is the `after` of the following page."""

    items: list[CustomerTold]
    next: str | None


class DuplicateTold(Told):
    """Another record that may be the same person, and why."""

    customer: CustomerTold
    likeness: list[str]


class AccessTold(Told):
    """Somebody read personal data unmasked."""

    fields: list[str]
    purpose: str
    actor: str
    at: datetime


class WholeAddressTold(Told):
    """An address unmasked."""

    id: str
    recipient: str
    phone: str
    line: str
    area: str
    postcode: str | None


class PersonalTold(Told):
    """Personal data unmasked; what was not asked for is null."""

    name: str | None
    phone: str | None
    email: str | None
    note: str | None
    addresses: list[WholeAddressTold] | None


READ = {
    400: answers(Problem, "Not the shape this document promises; every wrong field at once"),
    401: answers(Problem, "No valid API key"),
    403: answers(Problem, "The key lacks the permission"),
    404: answers(Problem, "There is none of this id"),
    503: answers(Problem, "Too busy or the database is away; nothing was changed"),
}
WRITE = READ | {
    409: answers(Problem, "Turned down: phone_taken, customer_not_active, ..."),
    413: REFUSED[413],
    422: answers(Problem, "entry_refused: every doubtful field, with a suggestion if any"),
}


@get(
    "/",
    summary="List or search customers",
    opt={"needs": Permission.CUSTOMERS_READ},
    responses=READ | {422: answers(Problem, "No customer has the id given as `after`")},
)
async def customers_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    q: Annotated[str, QueryParameter(max_length=120, description="Phone, e-mail or words of the name")] = "",
    group: Annotated[str, QueryParameter(max_length=60)] = "",
    after: Annotated[str, QueryParameter(max_length=40, description="`next` of the page before")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_LISTED)] = 50,
) -> CustomersTold:
    """The newest first, by pages; or, with `q`, whoever fits it, by name."""
    reader = reader_of(principal)

    async def read(tx: Tx) -> CustomersTold:
        if q.strip():
            found = await find_customers(tx, keyring, q, limit=limit, reader=reader)
            return CustomersTold(items=[told(card) for card in found], next=None)
        begin = None
        if after:
            last = await customer_card(tx, keyring, from_text(PREFIX, after))
            begin = After(last.created_at, last.id)
        cards = await list_customers(
            tx, keyring, after=begin, limit=limit + 1, group=group or None, reader=reader
        )
        more = to_text(PREFIX, cards[limit - 1].id) if len(cards) > limit else None
        return CustomersTold(items=[told(card) for card in cards[:limit]], next=more)

    return await db.run(caller, read)


@post("/", summary="Register a customer", opt={"needs": Permission.CUSTOMERS_WRITE}, responses=WRITE)
async def customer_registered(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    data: CustomerAsked,
    idempotency_key: IdempotencyKey,
) -> CustomerWholeTold:
    """A phone that is known already is refused with the id of whoever has it."""
    typed = Typed(
        name=data.name,
        phone=data.phone,
        email=data.email,
        customer_group=data.customer_group,
        external_id=data.external_id,
        note=data.note,
        insisted=frozenset(data.insisted),
    )

    async def command(tx: Tx) -> UUID:
        return await register(tx, keyring, typed, now=now)

    return await once(request, principal, runner, keyring, idempotency_key, command, now=now, status=201)


@get("/{customer_id:str}", summary="One customer", opt={"needs": Permission.CUSTOMERS_READ}, responses=READ)
async def customer_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    customer_id: FromPath[str],
) -> CustomerWholeTold:
    """Masked, with addresses in use and the consents that count today."""
    customer = from_text(PREFIX, customer_id)
    return await db.run(caller, lambda tx: whole(tx, keyring, customer, principal))


@patch(
    "/{customer_id:str}",
    summary="Correct a customer",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    responses=WRITE,
)
async def customer_corrected(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: CustomerChangesAsked,
) -> CustomerWholeTold:
    """Changes what is given; the same request again changes nothing."""
    customer = from_text(PREFIX, customer_id)
    changes = Changes(
        name=data.name,
        phone=data.phone,
        email=data.email,
        customer_group=data.customer_group,
        note=data.note,
        insisted=frozenset(data.insisted),
    )

    async def command(tx: Tx) -> CustomerWholeTold:
        await update(tx, keyring, customer, changes, now=now)
        return await whole(tx, keyring, customer, principal)

    return await db.run(caller, command)


@post(
    "/{customer_id:str}/addresses",
    summary="Add an address",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    responses=WRITE,
)
async def address_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: CustomerAddressAsked,
    idempotency_key: IdempotencyKey,
) -> CustomerWholeTold:
    """The same address again is the same address; a retired one comes back."""
    customer = from_text(PREFIX, customer_id)
    typed = TypedAddress(**data.model_dump())

    async def command(tx: Tx) -> UUID:
        await add_address(tx, keyring, customer, typed, now=now)
        return customer

    return await once(request, principal, runner, keyring, idempotency_key, command, now=now, status=201)


@delete(
    "/{customer_id:str}/addresses/{address_id:str}",
    summary="Retire an address",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    status_code=204,
    responses=WRITE,
)
async def address_retired(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    address_id: FromPath[str],
) -> None:
    """It is offered no longer; orders that went there keep it."""
    customer, address = from_text(PREFIX, customer_id), from_text(ADDRESS_PREFIX, address_id)
    await db.run(caller, lambda tx: retire_address(tx, customer, address, now=now))


@post(
    "/{customer_id:str}/consents",
    summary="Keep a consent or its withdrawal",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    responses=WRITE,
)
async def consent_kept(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: ConsentAsked,
    idempotency_key: IdempotencyKey,
) -> CustomerWholeTold:
    """The newest per purpose counts; none is ever overwritten."""
    customer = from_text(PREFIX, customer_id)

    async def command(tx: Tx) -> UUID:
        verb = give_consent if data.granted else withdraw_consent
        await verb(tx, customer, data.purpose, source=data.source, now=now)
        return customer

    return await once(request, principal, runner, keyring, idempotency_key, command, now=now, status=201)


@post(
    "/{customer_id:str}/merge",
    summary="Merge other records of this person into this one",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    status_code=200,
    responses=WRITE,
)
async def customers_merged(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: MergeAsked,
    idempotency_key: IdempotencyKey,
) -> CustomerWholeTold:
    """Orders keep the record they were placed with; the survivor shows them all."""
    customer = from_text(PREFIX, customer_id)
    others = [from_text(PREFIX, other) for other in data.others]

    async def command(tx: Tx) -> UUID:
        await merge(tx, keyring, customer, others, now=now)
        return customer

    return await once(request, principal, runner, keyring, idempotency_key, command, now=now, status=200)


@post(
    "/{customer_id:str}/erase",
    summary="Erase a customer's personal data",
    opt={"needs": Permission.CUSTOMERS_ERASE},
    status_code=200,
    responses=WRITE,
)
async def customer_erased(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    data: EraseAsked,
    idempotency_key: IdempotencyKey,
) -> CustomerWholeTold:
    """The key is destroyed and cannot be made again; orders and totals stay."""
    customer = from_text(PREFIX, customer_id)

    async def command(tx: Tx) -> UUID:
        await erase_customer(tx, customer, reason=data.reason, now=now)
        return customer

    return await once(request, principal, runner, keyring, idempotency_key, command, now=now, status=200)


@get(
    "/{customer_id:str}/personal",
    summary="Personal data, unmasked",
    opt={"needs": Permission.PERSONAL_READ},
    responses=WRITE,
)
async def personal_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    customer_id: FromPath[str],
    purpose: Annotated[str, QueryParameter(min_length=1, max_length=200, description="Why; it is kept")],
    fields: FromQuery[list[Shown]],
) -> PersonalTold:
    """Who read what, when and why is kept. A GET, so that no copy stays under an idempotency key."""
    customer = from_text(PREFIX, customer_id)
    seen = await db.run(caller, lambda tx: reveal(tx, keyring, customer, fields, purpose=purpose, now=now))
    return _personal(seen)


@get(
    "/{customer_id:str}/accesses",
    summary="Who read this customer's data unmasked",
    opt={"needs": Permission.AUDIT_READ},
    responses=READ,
)
async def accesses_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    customer_id: FromPath[str],
) -> list[AccessTold]:
    """The last hundred, the newest first."""
    customer = from_text(PREFIX, customer_id)

    async def read(tx: Tx) -> list[AccessTold]:
        card = await customer_card(tx, keyring, customer)
        seen = await accesses(tx, await family(tx, card.id))
        return [
            AccessTold(fields=list(one.fields), purpose=one.purpose, actor=one.actor, at=one.at)
            for one in seen
        ]

    return await db.run(caller, read)


@get(
    "/{customer_id:str}/duplicates",
    summary="Other records that may be the same person",
    opt={"needs": Permission.CUSTOMERS_READ},
    responses=READ,
)
async def duplicates_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    customer_id: FromPath[str],
) -> list[DuplicateTold]:
    """By the same e-mail, or the same name with an address in the same village."""
    customer = from_text(PREFIX, customer_id)

    async def read(tx: Tx) -> list[DuplicateTold]:
        card = await customer_card(tx, keyring, customer)
        found = await duplicates(tx, keyring, card.id, reader=reader_of(principal))
        return [
            DuplicateTold(customer=told(one.card), likeness=[reason.value for reason in one.likeness])
            for one in found
        ]

    return await db.run(caller, read)


def reader_of(principal: Principal) -> Reader:
    """Who may see personal data sees names whole; everybody else, initials."""
    return Reader(whole_names=principal.may(Permission.PERSONAL_READ))


def told(card: Card) -> CustomerTold:
    """A customer as the API tells it."""
    return CustomerTold(**_facts(card))


def _facts(card: Card) -> dict[str, Any]:
    return {
        "id": to_text(PREFIX, card.id),
        "name": card.name,
        "phone": card.phone,
        "email": card.email,
        "customer_group": card.customer_group,
        "external_id": card.external_id,
        "state": card.state,
        "merged_into": to_text(PREFIX, card.merged_into) if card.merged_into else None,
        "created_at": card.created_at,
        "updated_at": card.updated_at,
    }


async def whole(tx: Tx, keyring: Keyring, customer_id: UUID, principal: Principal) -> CustomerWholeTold:
    """A customer with addresses and consents, those of records merged into it included."""
    reader = reader_of(principal)
    card = await customer_card(tx, keyring, customer_id, reader=reader)
    people = await family(tx, customer_id)
    in_use = [one for one in await addresses(tx, keyring, people, reader=reader) if one.retired_at is None]
    standing = standing_consents(await consents(tx, people))
    return CustomerWholeTold(
        **_facts(card),
        addresses=[_address_told(one) for one in in_use],
        consents=[
            ConsentTold(purpose=one.purpose, granted=one.granted, source=one.source, at=one.at)
            for one in standing.values()
            if one is not None
        ],
    )


def _address_told(card: AddressCard) -> AddressTold:
    return AddressTold(
        id=to_text(ADDRESS_PREFIX, card.id),
        label=card.label,
        recipient=card.recipient,
        phone=card.phone,
        line=card.line,
        village_code=card.village_code,
        postcode=card.postcode,
        area=card.area,
        retired_at=card.retired_at,
    )


def _personal(seen: Revealed) -> PersonalTold:
    return PersonalTold(
        name=seen.name,
        phone=seen.phone,
        email=seen.email,
        note=seen.note,
        addresses=None
        if seen.addresses is None
        else [
            WholeAddressTold(
                id=to_text(ADDRESS_PREFIX, one.id),
                recipient=one.recipient,
                phone=one.phone,
                line=one.line,
                area=one.area,
                postcode=one.postcode,
            )
            for one in seen.addresses
        ],
    )


async def once(
    request: Request[Any, Any, Any],
    principal: Principal,
    runner: Runner,
    keyring: Keyring,
    idempotency_key: str,
    command: Callable[[Tx], Awaitable[UUID]],
    *,
    now: datetime,
    status: int,
) -> CustomerWholeTold:
    """Run a command under its idempotency key and tell the customer it was about.

    What is kept is who it was about and no word of them: a name kept under a key would outlive an
    erasure. A repeat does nothing and tells the customer as they are by then.
    """
    spoken, request_id = words_of(request), request_id_of(request)
    caller = principal.caller(request_id)

    async def answered(tx: Tx) -> Answer:
        return Answer(status, msgspec.json.encode({"id": to_text(PREFIX, await command(tx))}))

    def refused(refusal: Refusal) -> Answer:
        document = refusal_problem(refusal, spoken, request_id=request_id)
        return Answer(STATUS[refusal.kind], msgspec.json.encode(document))

    key = await key_of(request, principal, idempotency_key)
    answer = await runner.once(caller, key, answered, refused=refused, now=now)
    if answer.status >= 400:
        problem = Response(answer.body, status_code=answer.status, media_type="application/problem+json")
        return cast("CustomerWholeTold", problem)
    customer = from_text(PREFIX, msgspec.json.decode(answer.body, type=_Kept).id)
    told = await runner.db.run(caller, lambda tx: whole(tx, keyring, customer, principal))
    return cast(
        "CustomerWholeTold",
        Response(told.model_dump_json().encode(), status_code=answer.status, media_type="application/json"),
    )


class _Kept(msgspec.Struct):
    id: str


handlers = [
    Router(
        "/api/v1/customers",
        route_handlers=[
            customers_listed,
            customer_registered,
            customer_read,
            customer_corrected,
            address_added,
            address_retired,
            consent_kept,
            customers_merged,
            customer_erased,
            personal_read,
            accesses_listed,
            duplicates_listed,
        ],
        tags=["customers"],
    )
]
