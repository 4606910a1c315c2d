"""Addresses and consents of a customer over the API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.customers import (
    ADDRESS_PREFIX,
    PREFIX,
    Purpose,
    TypedAddress,
    add_address,
    give_consent,
    retire_address,
    withdraw_consent,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.kit.runner import Runner
from orderan.web.api.customer_telling import (
    WRITE,
    Contact,
    CustomerWholeTold,
    Name,
    once,
)
from orderan.web.api.shapes import Asked, IdempotencyKey


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


handlers = [
    Router(
        "/api/v1/customers", route_handlers=[address_added, address_retired, consent_kept], tags=["customers"]
    )
]
