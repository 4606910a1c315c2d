"""Changing an order in the dashboard: what is typed is previewed, then confirmed or declined."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.catalog import offers
from orderan.customers import addresses
from orderan.flows.change_order import (
    Preview,
    confirm,
    decline_change,
    edit_change,
    open_change,
    preview_actions,
)
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import (
    Action,
    AddLine,
    Change,
    Line,
    Order,
    OrderNotFound,
    SetAddress,
    SetDiscount,
    SetQuantity,
    SetShipping,
    load_orders,
    owed,
    standing_change,
    unshipped,
)
from orderan.pricing import shipping_table
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.order_detail import require_visible
from orderan.web.dashboard.order_looks import LABELS, reader_of
from orderan.web.errors import sentence
from orderan.web.forms import AmountUnreadable, amount_typed, count_typed, one, posted, total_said
from orderan.web.here import place_of
from orderan.web.pages import page

BARGAIN: Final = "manual"
"""Code of the discount that people grant by hand."""
NEW_LINES: Final = 3


@get("/orders/{order:str}/change", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def change_page(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """The form; a change that stands open is shown with its preview and who has it."""
    return await _shown(visit, order)


@post("/orders/{order:str}/change", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def change_typed(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Open a change with what was typed, or replace what the open one does."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> None:
        order_id = await require_visible(tx, visit.principal, order)
        found, lines = (await load_orders(tx, [order_id]))[order_id]
        actions, reason = actions_of(form, found, lines), one(form, "reason").strip()[:300]
        standing = await standing_change(tx, order_id)
        if one(form, "change") and standing is not None:
            await edit_change(
                tx, order_id, from_text("chg", one(form, "change")), actions, reason=reason, now=visit.now
            )
        else:
            await open_change(tx, order_id, actions, reason=reason, now=visit.now)

    try:
        await Runner(visit.db).run(visit.caller, work)
    except OrderNotFound:
        raise
    except Refusal as refused:
        return await _shown(visit, order, refused=refused, form=form)
    return Redirect(f"/orders/{order}/change", status_code=303)


@post("/orders/{order:str}/change/confirm", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def change_confirmed(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Do it, at the total that was shown."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> None:
        expected = total_said(one(form, "expected"))
        if expected is None:
            # Nobody confirms a total they were not shown.
            raise AmountUnreadable(one(form, "expected")[:40])
        order_id = await require_visible(tx, visit.principal, order)
        await confirm(
            tx, order_id, from_text("chg", one(form, "change")), expected_total_minor=expected, now=visit.now
        )

    try:
        await Runner(visit.db).run(visit.caller, work)
    except OrderNotFound:
        raise
    except Refusal as refused:
        return await _shown(visit, order, refused=refused)
    return Redirect(f"/orders/{order}?said=changed", status_code=303)


@post("/orders/{order:str}/change/decline", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def change_declined(visit: Visit, order: FromPath[str]) -> Redirect:
    """Close it; nothing happened."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> None:
        order_id = await require_visible(tx, visit.principal, order)
        await decline_change(tx, order_id, from_text("chg", one(form, "change")), now=visit.now)

    await Runner(visit.db).run(visit.caller, work)
    return Redirect(f"/orders/{order}?said=declined", status_code=303)


def actions_of(form: FormMultiDict, order: Order, lines: Sequence[Line]) -> list[Action]:
    """What was typed, as actions; what was left as it is, is none.

    Raises:
        CountUnreadable, AmountUnreadable: Something typed is no number.
    """
    actions: list[Action] = []
    for line in lines:
        typed = one(form, f"units_{line.line_no}").strip()
        if typed and (units := count_typed(typed)) != owed(line):
            actions.append(SetQuantity(line.line_no, units))
    for turn in range(NEW_LINES):
        sku = (one(form, f"sku_{turn}") or one(form, f"sku_{turn}_text")).strip().split(" ")[0]
        if sku:
            actions.append(AddLine(sku, count_typed(one(form, f"new_{turn}")) or 1))
    if (address := one(form, "address")) and from_text("adr", address) != order.address_id:
        actions.append(SetAddress(from_text("adr", address)))
    service = one(form, "service") or None
    if "service" in form and service != order.shipping_service:
        actions.append(SetShipping(service))
    amount = amount_typed(one(form, "discount"), order.currency)
    if amount != granted_by_hand(lines):
        actions.append(SetDiscount(BARGAIN, "merchant", amount))
    return actions


def granted_by_hand(lines: Sequence[Line]) -> int:
    """The discount people granted on the whole order."""
    return sum(int(part[2]) for line in lines for part in line.discounts or () if part[0] == BARGAIN)


@dataclass(frozen=True, slots=True)
class _Typed:
    """The form's values: of an open change, of what was typed, or of the order as it stands."""

    units: dict[int, str]
    new: list[tuple[str, str]]
    address: str
    service: str
    discount: int | str
    reason: str


def _typed(order: Order, lines: Sequence[Line], change: Change | None, form: FormMultiDict | None) -> _Typed:
    if form is not None:
        return _Typed(
            {line.line_no: one(form, f"units_{line.line_no}") for line in lines},
            [
                (one(form, f"sku_{turn}") or one(form, f"sku_{turn}_text"), one(form, f"new_{turn}"))
                for turn in range(NEW_LINES)
            ],
            one(form, "address"),
            one(form, "service"),
            one(form, "discount"),
            one(form, "reason"),
        )
    units = {line.line_no: str(owed(line)) for line in lines}
    new: list[tuple[str, str]] = []
    address = to_text("adr", order.address_id) if order.address_id else ""
    service, discount = order.shipping_service or "", granted_by_hand(lines)
    for action in change.actions if change else ():
        match action:
            case SetQuantity():
                units[action.line_no] = str(action.quantity)
            case AddLine():
                new.append((action.sku, str(action.quantity)))
            case SetAddress():
                address = to_text("adr", action.address_id)
            case SetShipping():
                service = action.service or ""
            case SetDiscount():
                discount = action.amount_minor
    new += [("", "")] * (NEW_LINES - len(new))
    return _Typed(units, new, address, service, discount or "", change.reason if change else "")


async def _shown(
    visit: Visit,
    text: str,
    *,
    refused: Refusal | None = None,
    form: FormMultiDict | None = None,
) -> Response[Any]:
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        order_id = await require_visible(tx, visit.principal, text)
        order, lines = (await load_orders(tx, [order_id]))[order_id]
        change = await standing_change(tx, order_id)
        preview, fault = await _preview(tx, order_id, change, visit.now)
        names = await names_of(tx, [change.opened_by] if change else [], {})
        mine = (
            await addresses(tx, visit.keyring, [order.customer_id], reader=reader_of(visit.principal))
            if order.customer_id
            else []
        )
        return {
            "order": order,
            "lines": lines,
            "change": change,
            "change_id": to_text("chg", change.id) if change else "",
            "outdated": change is not None and change.base_version != order.version,
            "preview": preview,
            "short": await _short(tx, preview, visit.now),
            "fault": sentence(fault, words) if fault and refused is None else "",
            "opened_by": names.who(change.opened_by, words) if change else "",
            "addresses": [
                (to_text("adr", one.id), f"{one.recipient} · {one.line}, {one.area}")
                for one in mine
                if one.retired_at is None or one.id == order.address_id
            ],
            "services": sorted({service for _, service in (await shipping_table(tx)).fees}),
            "typed": _typed(order, lines, change, form),
            "unshipped": {line.line_no: unshipped(line) for line in lines},
            "owed": owed,
        }

    context = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "orders/change.html",
        now=visit.now,
        status_code=422 if refused else 200,
        general=sentence(refused, words) if refused else "",
        text_id=text,
        **context,
        **LABELS,
    )


async def _preview(
    tx: Tx, order_id: UUID, change: Change | None, now: datetime
) -> tuple[Preview | None, Refusal | None]:
    if change is None:
        return None, None
    try:
        return await preview_actions(tx, order_id, change.actions, now=now), None
    except Refusal as refusal:
        return None, refusal


async def _short(tx: Tx, preview: Preview | None, now: datetime) -> list[tuple[str, int, int]]:
    """Codes of what stock lacks: (code, wanted, there)."""
    if preview is None or not preview.shortfalls:
        return []
    by_number = {line.line_no: line.sku_code for line in preview.becomes.lines}
    known = await offers(tx, {by_number[number] for number in preview.becomes.more}, now=now)
    codes = {offer.sku_id: code for code, offer in known.items()}
    codes |= {
        part.sku_id: code for code, offer in known.items() for part in offer.parts if part.sku_id not in codes
    }
    return [(codes.get(short.sku_id, "?"), short.wanted, short.free) for short in preview.shortfalls]


handlers = [change_page, change_typed, change_confirmed, change_declined]
