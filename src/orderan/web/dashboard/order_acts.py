"""What is done to an order from its page: notes, tags, holds, cancelling and completing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, post
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.flows.cancel_order import cancel_order
from orderan.flows.complete_orders import complete_order
from orderan.flows.hold_order import hold_order, let_continue
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text
from orderan.orders import (
    EmptyNote,
    HoldKind,
    LineNotFound,
    NothingChanged,
    OrderNotFound,
    TagUnusable,
    Units,
    UnitsNotOpen,
    add_note,
    lock_orders,
    tag_orders,
)
from orderan.payments import (
    AmountNotPositive,
    MoreThanThereIs,
    ReferenceUsed,
    RefundTooLarge,
)
from orderan.web.dashboard.order_detail import require_visible, shown
from orderan.web.forms import one, posted, refused
from orderan.web.once import once

Asking = Request[Any, Any, Any]
BESIDE: Final[dict[type[Refusal], str]] = {
    AmountNotPositive: "amount",
    MoreThanThereIs: "amount",
    RefundTooLarge: "amount",
    ReferenceUsed: "reference",
    EmptyNote: "body",
    TagUnusable: "add",
    LineNotFound: "units",
    UnitsNotOpen: "units",
    NothingChanged: "units",
}
"""Beside which field a refusal stands."""


Doing = Callable[[Tx, UUID], Awaitable[Any]]


async def did(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    text: str,
    said: str,
    doing: Doing,
    *,
    form_name: str,
) -> Response[Any]:
    """Do something to an order and go back to it; a refusal shows the page with what was typed."""
    form = await posted(request)

    async def work(tx: Tx) -> str:
        await doing(tx, await require_visible(tx, principal, text))
        return f"/orders/{text}?said={said}"

    try:
        return await once(request, db, caller, form, work, now=now)
    except OrderNotFound:
        raise
    except Refusal as refusal:
        sent = refused(request, form_name, form, refusal, BESIDE)
        return await shown(request, principal, caller, db, keyring, now, text, sent=sent)


@post("/orders/{order:str}/notes", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def noted(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
) -> Response[Any]:
    """Write a note."""
    body = one(await posted(request), "body")
    return await did(
        request,
        principal,
        caller,
        db,
        keyring,
        now,
        order,
        "noted",
        lambda tx, order_id: add_note(tx, order_id, body, now=now),
        form_name="note",
    )


@post("/orders/{order:str}/tags", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def tagged(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
) -> Response[Any]:
    """Put tags on, or take one off."""
    form = await posted(request)
    add = [tag for tag in one(form, "add").split(",") if tag.strip()]
    remove = [tag for tag in [one(form, "remove")] if tag]

    async def doing(tx: Tx, order_id: UUID) -> None:
        found = (await lock_orders(tx, [order_id]))[order_id]
        await tag_orders(tx, [found], add=add, remove=remove, now=now)

    return await did(request, principal, caller, db, keyring, now, order, "tagged", doing, form_name="tag")


@post("/orders/{order:str}/holds", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def held(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
) -> Response[Any]:
    """Hold it, with a reason and perhaps an end."""
    form = await posted(request)
    kind = one(form, "kind") if one(form, "kind") in set(HoldKind) else HoldKind.OTHER
    reason = one(form, "reason").strip()[:300] or "–"
    expires_at = local_moment(one(form, "expires_at"), principal.zone)
    return await did(
        request,
        principal,
        caller,
        db,
        keyring,
        now,
        order,
        "held",
        lambda tx, order_id: hold_order(tx, order_id, kind, reason=reason, expires_at=expires_at, now=now),
        form_name="hold",
    )


def local_moment(text: str, zone: str) -> datetime | None:
    """A moment typed on the person's own clock."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except ValueError:
        return None


@post(
    "/orders/{order:str}/holds/{hold:str}/release",
    opt={"needs": Permission.ORDERS_WRITE},
    include_in_schema=False,
)
async def released(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
    hold: FromPath[str],
) -> Response[Any]:
    """Take one hold off."""
    reason = one(await posted(request), "reason").strip()[:300] or None
    hold_id = from_text("hld", hold)
    return await did(
        request,
        principal,
        caller,
        db,
        keyring,
        now,
        order,
        "released",
        lambda tx, order_id: let_continue(tx, order_id, hold_id, reason=reason, now=now),
        form_name=f"release-{hold}",
    )


@post("/orders/{order:str}/cancel", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def cancelled(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
) -> Response[Any]:
    """Cancel everything, or the units typed beside the lines."""
    form = await posted(request)
    reason = one(form, "reason").strip()[:300]
    units = None
    if not one(form, "whole"):
        typed = {name.removeprefix("units_"): one(form, name) for name in form if name.startswith("units_")}
        units = [
            Units(int(no), int(many))
            for no, many in typed.items()
            if no.isdigit() and many.isdigit() and int(many)
        ]
    return await did(
        request,
        principal,
        caller,
        db,
        keyring,
        now,
        order,
        "cancelled",
        lambda tx, order_id: cancel_order(tx, order_id, units=units, reason=reason, now=now),
        form_name="cancel",
    )


@post("/orders/{order:str}/complete", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def completed(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
    order: FromPath[str],
) -> Response[Any]:
    """Complete it by hand."""
    return await did(
        request,
        principal,
        caller,
        db,
        keyring,
        now,
        order,
        "completed",
        lambda tx, order_id: complete_order(tx, order_id, now=now),
        form_name="complete",
    )


handlers = [noted, tagged, held, released, cancelled, completed]
