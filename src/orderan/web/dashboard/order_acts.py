"""What is done to an order from its page: notes, tags, holds, cancelling and completing."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from orderan.access import Permission
from orderan.flows.cancel_order import cancel_order
from orderan.flows.complete_orders import complete_order
from orderan.flows.hold_order import hold_order, let_continue
from orderan.kit.db import Tx
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
    RefundPartsTooMuch,
    RefundTooLarge,
    RefundUnitsTooMany,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.order_detail import require_visible, shown
from orderan.web.forms import (
    AmountUnreadable,
    CountUnreadable,
    DateUnreadable,
    count_typed,
    moment_typed,
    numbered,
    one,
    posted,
    refused,
)
from orderan.web.once import once
from orderan.web.principal import may_judge

BESIDE: Final[dict[type[Refusal], str]] = {
    AmountNotPositive: "amount",
    AmountUnreadable: "amount",
    MoreThanThereIs: "amount",
    RefundTooLarge: "amount",
    RefundPartsTooMuch: "amount",
    RefundUnitsTooMany: "units",
    ReferenceUsed: "reference",
    EmptyNote: "body",
    TagUnusable: "add",
    DateUnreadable: "expires_at",
    CountUnreadable: "units",
    LineNotFound: "units",
    UnitsNotOpen: "units",
    NothingChanged: "units",
}
"""Beside which field a refusal stands."""


Doing = Callable[[Tx, UUID, FormMultiDict], Awaitable[Any]]


async def did(visit: Visit, text: str, said: str, doing: Doing, *, form_name: str) -> Response[Any]:
    """Do something to an order and go back to it; a refusal shows the page with what was typed."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> str:
        await doing(tx, await require_visible(tx, visit.principal, text), form)
        return f"/orders/{text}?said={said}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except OrderNotFound:
        raise
    except Refusal as refusal:
        return await shown(visit, text, sent=refused(visit.request, form_name, form, refusal, BESIDE))


@post("/orders/{order:str}/notes", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def noted(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Write a note."""

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        await add_note(tx, order_id, one(form, "body"), now=visit.now)

    return await did(visit, order, "noted", doing, form_name="note")


@post("/orders/{order:str}/tags", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def tagged(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Put tags on, or take one off."""

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        add = [tag for tag in one(form, "add").split(",") if tag.strip()]
        remove = [tag for tag in [one(form, "remove")] if tag]
        found = (await lock_orders(tx, [order_id]))[order_id]
        await tag_orders(tx, [found], add=add, remove=remove, now=visit.now)

    return await did(visit, order, "tagged", doing, form_name="tag")


@post("/orders/{order:str}/holds", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def held(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Hold it, with a reason and perhaps an end."""

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        kind = one(form, "kind") if one(form, "kind") in set(HoldKind) else HoldKind.OTHER
        reason = one(form, "reason").strip()[:300] or "–"
        expires_at = moment_typed(one(form, "expires_at"), visit.principal.zone)
        await hold_order(tx, order_id, kind, reason=reason, expires_at=expires_at, now=visit.now)

    return await did(visit, order, "held", doing, form_name="hold")


@post(
    "/orders/{order:str}/holds/{hold:str}/release",
    opt={"needs": Permission.ORDERS_WRITE},
    include_in_schema=False,
)
async def released(visit: Visit, order: FromPath[str], hold: FromPath[str]) -> Response[Any]:
    """Take one hold off."""
    hold_id = from_text("hld", hold)

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        reason = one(form, "reason").strip()[:300] or None
        judges = may_judge(visit.principal)
        await let_continue(tx, order_id, hold_id, reason=reason, judges=judges, now=visit.now)

    return await did(visit, order, "released", doing, form_name=f"release-{hold}")


@post("/orders/{order:str}/cancel", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def cancelled(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Cancel everything, or the units typed beside the lines."""

    async def doing(tx: Tx, order_id: UUID, form: FormMultiDict) -> None:
        reason = one(form, "reason").strip()[:300]
        units = None if one(form, "whole") else _units(form)
        await cancel_order(tx, order_id, units=units, reason=reason, now=visit.now)

    return await did(visit, order, "cancelled", doing, form_name="cancel")


def _units(form: FormMultiDict) -> list[Units]:
    counts = {line_no: count_typed(typed) for line_no, typed in numbered(form, "units_").items()}
    return [Units(line_no, count) for line_no, count in counts.items() if count]


@post("/orders/{order:str}/complete", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def completed(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Complete it by hand."""

    async def doing(tx: Tx, order_id: UUID, _form: FormMultiDict) -> None:
        await complete_order(tx, order_id, now=visit.now)

    return await did(visit, order, "completed", doing, form_name="complete")


handlers = [noted, tagged, held, released, cancelled, completed]
