"""How a customer is told: masked unless who asks may see, and once per idempotency key."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.customers import (
    ADDRESS_PREFIX,
    PREFIX,
    AddressCard,
    Card,
    CustomerState,
    Purpose,
    Reader,
    addresses,
    consents,
    customer_card,
    family,
    standing_consents,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Answer, Runner
from orderan.web.api.answering import require_key
from orderan.web.api.shapes import REFUSED, Problem, Told, answers, key_of
from orderan.web.errors import STATUS, refusal_problem, request_id_of, words_of

Name = Annotated[str, Field(max_length=200)]
Contact = Annotated[str, Field(max_length=300)]

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
        await require_key(tx, principal)
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
