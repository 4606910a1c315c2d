"""What can be done to an order over the API: cancel, hold, note, tag, complete, change."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import AwareDatetime, Field

from orderan.access import Permission, Principal
from orderan.flows.agree_deposit import agree_deposit
from orderan.flows.cancel_order import cancel_order
from orderan.flows.complete_orders import complete_order
from orderan.flows.hold_order import hold_order, let_continue
from orderan.kit.db import Tx
from orderan.kit.ids import from_text
from orderan.kit.runner import Runner
from orderan.orders import (
    HoldKind,
    Units,
    add_note,
    lock_orders,
    tag_orders,
)
from orderan.web.api.answering import once
from orderan.web.api.order_told import OrderWholeTold, seen, whole
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey
from orderan.web.principal import may_judge

Reason = Annotated[str, Field(min_length=1, max_length=300)]


LineNo = Annotated[int, Field(ge=1, le=100_000)]


Quantity = Annotated[int, Field(ge=1, le=1_000_000)]


Tag = Annotated[str, Field(min_length=1, max_length=40)]


class UnitsAsked(Asked):
    """Units of a line."""

    line: LineNo
    quantity: Quantity


class CancelAsked(Asked):
    """What to cancel: these units, or everything when no lines are named."""

    reason: Reason
    lines: Annotated[tuple[UnitsAsked, ...] | None, Field(min_length=1, max_length=200)] = None


class HoldAsked(Asked):
    """A reason to wait; it comes off by itself at `expires_at`."""

    kind: HoldKind
    reason: Reason
    expires_at: AwareDatetime | None = None


class ReleaseAsked(Asked):
    """Why it may go on."""

    reason: Annotated[str | None, Field(max_length=300)] = None


class NoteAsked(Asked):
    """A note for colleagues."""

    body: Annotated[str, Field(min_length=1, max_length=4_000)]


class TagsAsked(Asked):
    """Tags to put on and to take off."""

    add: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()
    remove: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()


class DepositAsked(Asked):
    """With how much of its money the order is accepted, minor units."""

    amount: Annotated[int, Field(ge=1, le=1_000_000_000_000)]


class CompleteAsked(Asked):
    """Why it is complete already."""

    reason: Annotated[str | None, Field(max_length=300)] = None


Doing = Callable[[Tx, UUID], Awaitable[Any]]


async def step_done(
    request: Request[Any, Any, Any],
    principal: Principal,
    runner: Runner,
    key: str,
    order_id: str,
    doing: Doing,
    now: datetime,
) -> OrderWholeTold:
    async def command(tx: Tx) -> OrderWholeTold:
        found = await seen(tx, principal, order_id)
        await doing(tx, found)
        return await whole(tx, found)

    return await once(request, principal, runner, key, command, now=now)


@post(
    "/{order_id:str}/cancel",
    summary="Cancel an order, or units of it",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def order_cancelled(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: CancelAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """The least advanced units go first; shipped ones are refused, they come back as a return."""
    units = None if data.lines is None else [Units(one.line, one.quantity) for one in data.lines]

    async def doing(tx: Tx, found: UUID) -> None:
        await cancel_order(tx, found, units=units, reason=data.reason, now=now)

    return await step_done(request, principal, runner, idempotency_key, order_id, doing, now)


@post(
    "/{order_id:str}/holds",
    summary="Hold an order",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=201,
    responses=REFUSED,
)
async def order_held(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: HoldAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """Picking does not start while a hold stands."""

    async def command(tx: Tx) -> OrderWholeTold:
        found = await seen(tx, principal, order_id)
        await hold_order(tx, found, data.kind, reason=data.reason, expires_at=data.expires_at, now=now)
        return await whole(tx, found)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/{order_id:str}/holds/{hold_id:str}/release",
    summary="Release a hold",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def hold_released(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    hold_id: FromPath[str],
    data: ReleaseAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """Others may still stand. The hold of a doubted order needs `trust.write` besides."""

    async def doing(tx: Tx, found: UUID) -> None:
        judges = may_judge(principal)
        await let_continue(tx, found, from_text("hld", hold_id), reason=data.reason, judges=judges, now=now)

    return await step_done(request, principal, runner, idempotency_key, order_id, doing, now)


@post(
    "/{order_id:str}/notes",
    summary="Write a note",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=201,
    responses=REFUSED,
)
async def note_written(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: NoteAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """It stands in the timeline."""

    async def command(tx: Tx) -> OrderWholeTold:
        found = await seen(tx, principal, order_id)
        await add_note(tx, found, data.body, now=now)
        return await whole(tx, found)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/{order_id:str}/tags",
    summary="Put tags on and take tags off",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def order_tagged(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: TagsAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """Tags are kept in lower case."""

    async def doing(tx: Tx, found: UUID) -> None:
        order = (await lock_orders(tx, [found]))[found]
        await tag_orders(tx, [order], add=data.add, remove=data.remove, now=now)

    return await step_done(request, principal, runner, idempotency_key, order_id, doing, now)


@post(
    "/{order_id:str}/deposit",
    summary="Agree on a deposit",
    opt={"needs": Permission.PAYMENTS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def order_begins_with(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: DepositAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """The order is accepted once so much is paid; the rest is asked for before the goods go."""

    async def doing(tx: Tx, found: UUID) -> None:
        await agree_deposit(tx, found, data.amount, now=now)

    return await step_done(request, principal, runner, idempotency_key, order_id, doing, now)


@post(
    "/{order_id:str}/complete",
    summary="Complete an order",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def order_completed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: CompleteAsked,
    idempotency_key: IdempotencyKey,
) -> OrderWholeTold:
    """By hand, without waiting for the shop's days after delivery."""

    async def doing(tx: Tx, found: UUID) -> None:
        await complete_order(tx, found, reason=data.reason, now=now)

    return await step_done(request, principal, runner, idempotency_key, order_id, doing, now)


routes: Final[list[Any]] = [
    order_cancelled,
    order_held,
    hold_released,
    note_written,
    order_tagged,
    order_begins_with,
    order_completed,
]
"""Mounted at /api/v1/orders by orderan.web.api.orders."""
