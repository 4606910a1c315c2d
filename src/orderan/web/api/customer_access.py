"""Whole personal data over the API, and who has looked at it."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from orderan.access import Permission
from orderan.customers import (
    ADDRESS_PREFIX,
    PREFIX,
    Revealed,
    accesses,
    customer_card,
    family,
    reveal,
)
from orderan.customers import Field as Shown
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.web.api.customer_telling import (
    READ,
    WRITE,
)
from orderan.web.api.shapes import Told


class AccessTold(Told):
    """Somebody read personal data unmasked."""

    fields: list[str]
    purpose: str
    actor: str
    at: datetime


class AccessesTold(Told):
    """The last times somebody read whole data."""

    data: list[AccessTold]


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
) -> AccessesTold:
    """The last hundred, the newest first."""
    customer = from_text(PREFIX, customer_id)

    async def read(tx: Tx) -> AccessesTold:
        card = await customer_card(tx, keyring, customer)
        seen = await accesses(tx, await family(tx, card.id))
        return AccessesTold(
            data=[
                AccessTold(fields=list(one.fields), purpose=one.purpose, actor=one.actor, at=one.at)
                for one in seen
            ]
        )

    return await db.run(caller, read)


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


handlers = [Router("/api/v1/customers", route_handlers=[personal_read, accesses_listed], tags=["customers"])]
