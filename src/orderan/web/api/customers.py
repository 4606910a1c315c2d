"""Customers over the API. What is told is masked; whole data has its own, logged, address."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.customers import (
    PREFIX,
    After,
    Changes,
    Typed,
    customer_card,
    duplicates,
    find_customers,
    list_customers,
    register,
    update,
)
from orderan.flows.erase_customer import erase_customer
from orderan.flows.merge_customers import merge_customers
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.customer_telling import (
    READ,
    WRITE,
    Contact,
    CustomerTold,
    CustomerWholeTold,
    Name,
    once,
    reader_of,
    told,
    whole,
)
from orderan.web.api.shapes import Asked, IdempotencyKey, Problem, Told, answers

MOST_LISTED = 200


MOST_MERGED = 20


Insisted = Annotated[
    tuple[Literal["email"], ...],
    Field(description="Fields whose unlikely value was confirmed by the person", max_length=1),
]


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


class MergeAsked(Asked):
    """Records of the same person, to become part of this one."""

    others: Annotated[list[str], Field(min_length=1, max_length=MOST_MERGED)]


class EraseAsked(Asked):
    """Why; kept in the audit trail, so it must not name the person."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class CustomersTold(Told):
    """A page of customers."""

    data: list[CustomerTold]
    next_cursor: str | None


class DuplicateTold(Told):
    """Another record that may be the same person, and why."""

    customer: CustomerTold
    likeness: list[str]


class DuplicatesTold(Told):
    """Records that may be the same person."""

    data: list[DuplicateTold]


@get(
    "/",
    summary="List or search customers",
    opt={"needs": Permission.CUSTOMERS_READ},
    responses=READ | {422: answers(Problem, "No customer has the id given as `cursor`")},
)
async def customers_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    principal: NamedDependency[Principal],
    q: Annotated[str, QueryParameter(max_length=120, description="Phone, e-mail or words of the name")] = "",
    group: Annotated[str, QueryParameter(max_length=60)] = "",
    after: Annotated[
        str, QueryParameter(name="cursor", max_length=40, description="`next_cursor` of the page before")
    ] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_LISTED)] = 50,
) -> CustomersTold:
    """The newest first, by pages; or, with `q`, whoever fits it, by name."""
    reader = reader_of(principal)

    async def read(tx: Tx) -> CustomersTold:
        if q.strip():
            found = await find_customers(tx, keyring, q, limit=limit, reader=reader)
            return CustomersTold(data=[told(card) for card in found], next_cursor=None)
        begin = None
        if after:
            last = await customer_card(tx, keyring, from_text(PREFIX, after))
            begin = After(last.created_at, last.id)
        cards = await list_customers(
            tx, keyring, after=begin, limit=limit + 1, group=group or None, reader=reader
        )
        more = to_text(PREFIX, cards[limit - 1].id) if len(cards) > limit else None
        return CustomersTold(data=[told(card) for card in cards[:limit]], next_cursor=more)

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
        await merge_customers(tx, keyring, customer, others, now=now)
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
) -> DuplicatesTold:
    """By the same e-mail, or the same name with an address in the same village."""
    customer = from_text(PREFIX, customer_id)

    async def read(tx: Tx) -> DuplicatesTold:
        card = await customer_card(tx, keyring, customer)
        found = await duplicates(tx, keyring, card.id, reader=reader_of(principal))
        return DuplicatesTold(
            data=[
                DuplicateTold(customer=told(one.card), likeness=[reason.value for reason in one.likeness])
                for one in found
            ]
        )

    return await db.run(caller, read)


handlers = [
    Router(
        "/api/v1/customers",
        route_handlers=[
            customers_listed,
            customer_registered,
            customer_read,
            customer_corrected,
            customers_merged,
            customer_erased,
            duplicates_listed,
        ],
        tags=["customers"],
    )
]
