"""Payments in the dashboard: transfers to confirm, cash at couriers, refunds to pay, one order's money."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.collect_cod import cash_to_collect, cash_to_remit, collect_cod, remit_cod
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.flows.settle_payment import settle_payment
from orderan.flows.views_money import awaited_payments, cash_by_courier, cash_rows, refund_list
from orderan.flows.views_sight import require_sight
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.text import NumberMistyped, read_number
from orderan.orders import load_orders
from orderan.payments import (
    AmountNotPositive,
    MoneyEvent,
    MoneyKind,
    MoreThanThereIs,
    ReferenceUsed,
    RefundTooLarge,
    find_refund,
    money_of,
)
from orderan.shipping import COURIERS
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import MOST_ROWS, Asking, Flash, scope_of, told
from orderan.web.forms import Sent, amount_of, many, one, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page

SHOWN: Final = 50
NOTHING_SENT: Final = Sent()
BESIDE: Final[dict[type[Refusal], str]] = {
    AmountNotPositive: "amount",
    MoreThanThereIs: "amount",
    RefundTooLarge: "amount",
    ReferenceUsed: "reference",
}
"""Beside which field a refusal stands."""
METHODS: Final = {
    "bank_transfer": N_("Transfer bank"),
    "cash": N_("Tunai"),
    "cod": N_("Bayar di tempat (COD)"),
}
KINDS: Final = {
    "pending": N_("Menunggu"),
    "pending_cleared": N_("Tidak lagi menunggu"),
    "unknown": N_("Belum diketahui"),
    "unknown_cleared": N_("Sudah diketahui"),
    "captured": N_("Uang masuk"),
    "capture_reversed": N_("Uang masuk dibatalkan"),
    "cod_collected": N_("COD ditagih kurir"),
    "cod_remitted": N_("COD disetor kurir"),
    "refunded": N_("Dana dikembalikan"),
    "refund_reversed": N_("Pengembalian dana batal"),
    "forgone": N_("Tidak ditagih, barang kembali"),
}
REFUND_STATES: Final = {
    "granted": (N_("Dijanjikan"), "wait", "hourglass"),
    "executed": (N_("Sudah dibayar"), "done", "circle-check"),
    "withdrawn": (N_("Ditarik"), "calm", "ban"),
}


def path_of(order_id: UUID) -> str:
    """The page of one order's money."""
    return f"/payments/orders/{to_text('ord', order_id)}"


def _common(principal: Principal) -> dict[str, Any]:
    return {
        "path_of": path_of,
        "methods": METHODS,
        "courier_names": {one.code: one.name for one in COURIERS.values()},
        "may_write": principal.may(Permission.PAYMENTS_WRITE),
        "may_pay_back": principal.may(Permission.REFUNDS_EXECUTE),
        "may_grant": principal.may(Permission.REFUNDS_GRANT),
        "refund_states": REFUND_STATES,
    }


@get("/payments", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def transfers_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Orders that wait for a transfer, those that expire first on top."""
    number, flashes = None, []
    if q.strip():
        try:
            number = read_number(q)
        except NumberMistyped as refusal:
            flashes = [("loss", told(refusal, place_of(request).words))]
    scope = scope_of(principal)
    rows = await db.run(
        caller,
        lambda tx: awaited_payments(tx, scope, number=number, after=read_cursor(after), limit=SHOWN + 1),
    )
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        request,
        "payments/transfers.html",
        now=now,
        flashes=flashes,
        rows=rows[:SHOWN],
        older=cursor_of(last.hold_until, last.id) if last else None,
        after=after,
        q=q,
        **_common(principal),
    )


@get("/payments/cod", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def cash_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    tab: FromQuery[str] = "cod_due",
    courier: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Cash at the door, by courier and by how far it is."""
    return await cash_desk(request, db, caller, principal, now, tab=tab, courier=courier, after=after)


async def cash_desk(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    *,
    tab: str,
    courier: str,
    after: str = "",
    flashes: list[Flash] | None = None,
    ticked: Collection[str] = (),
    status: int = 200,
) -> Response[str]:
    """The ledger of cash, with what is to be said on top of it."""
    chosen = tab if tab in {"cod_due", "cod_collected", "cod_remitted"} else "cod_due"
    scope = scope_of(principal)

    async def read(tx: Tx) -> tuple[list[Any], list[Any]]:
        rows = await cash_rows(
            tx, scope, money=[chosen], courier=courier or None, after=read_cursor(after), limit=SHOWN + 1
        )
        return list(await cash_by_courier(tx, scope)), list(rows)

    couriers, rows = await db.run(caller, read)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        request,
        "payments/cod.html",
        status_code=status,
        now=now,
        flashes=flashes or [],
        couriers=couriers,
        rows=[{"id": f"{row.courier}:{row.awb}", "row": row} for row in rows[:SHOWN]],
        older=cursor_of(last.shipped_at, last.order_id) if last else None,
        after=after,
        tab=chosen,
        courier=courier,
        ticked=ticked,
        **_common(principal),
    )


@post("/payments/cod", opt={"needs": Permission.PAYMENTS_WRITE}, include_in_schema=False, status_code=200)
async def cash_booked(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """The ticked orders' cash: the courier has it, or paid it to us under a statement's reference."""
    form = await posted(request)
    spoken = place_of(request).words
    tab, statement = one(form, "tab"), one(form, "statement").strip()[:120]
    parts = [row.partition(":") for row in many(form, "parcel")[:MOST_ROWS]]
    ticked = [(courier, awb) for courier, _, awb in parts]
    if tab == "cod_collected" and ticked and not statement:
        said = spoken.gettext("Isi nomor setoran kurir lebih dulu.")
        return await cash_desk(
            request,
            db,
            caller,
            principal,
            now,
            tab=tab,
            courier=one(form, "courier"),
            flashes=[("loss", said)],
            ticked=many(form, "parcel"),
            status=422,
        )
    scope = scope_of(principal)

    async def command(tx: Tx) -> list[Any]:
        answers: list[Any] = []
        if tab == "cod_collected":
            for courier, cash in sorted((await cash_to_remit(tx, ticked)).items()):
                answers += await remit_cod(tx, courier, statement, cash, scope, now=now)
        else:
            for courier, cash in sorted((await cash_to_collect(tx, ticked)).items()):
                answers += await collect_cod(tx, courier, cash, scope, now=now)
        return answers

    try:
        answers = await db.run(caller, command)
    except Refusal as refusal:
        answers = [refusal]
    lost = [told(answer, spoken) for answer in answers if isinstance(answer, Refusal)]
    done = len(answers) - len(lost)
    said = spoken.ngettext("%(num)s setoran COD dicatat.", "%(num)s setoran COD dicatat.", done)
    flashes: list[Flash] = [("done", said)] if done else []
    flashes += [("loss", line) for line in dict.fromkeys(lost)]
    return await cash_desk(
        request, db, caller, principal, now, tab=tab, courier=one(form, "courier"), flashes=flashes
    )


@get("/payments/refunds", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def refunds_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    tab: FromQuery[str] = "granted",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Refunds that were promised, and those that are paid."""
    return await refunds_desk(request, db, caller, principal, now, tab=tab, after=after)


def loop_id(refund: UUID) -> str:
    """What tells the dialogs of the rows apart."""
    return refund.hex[-12:]


async def refunds_desk(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    *,
    tab: str,
    after: str = "",
    sent: Sent = NOTHING_SENT,
) -> Response[str]:
    """The list, with what was typed and refused in the dialog of a row."""
    chosen = tab if tab in REFUND_STATES else "granted"
    rows = await db.run(
        caller,
        lambda tx: refund_list(
            tx, scope_of(principal), states=[chosen], after=read_cursor(after), limit=SHOWN + 1
        ),
    )
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        request,
        "payments/refunds.html",
        status_code=409 if sent.refused else 200,
        now=now,
        sent=sent,
        rows=rows[:SHOWN],
        older=cursor_of(last.granted_at, last.id) if last else None,
        after=after,
        tab=chosen,
        loop_id=loop_id,
        refund_path=lambda refund: f"/payments/refunds/{to_text('rfd', refund)}",
        **_common(principal),
    )


@post(
    "/payments/refunds/{refund_id:str}/execute",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
    status_code=200,
)
async def refund_paid(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    refund_id: FromPath[str],
) -> Response[Any]:
    """The money left the shop."""
    form = await posted(request)
    refund = from_text("rfd", refund_id)

    async def command(tx: Tx) -> None:
        await require_sight(tx, scope_of(principal), [(await find_refund(tx, refund)).order_id])
        method = one(form, "method") if one(form, "method") in METHODS else "bank_transfer"
        reference = one(form, "reference").strip()[:120] or None
        await execute_refund(tx, refund, method=method, reference=reference, now=now)

    return await _refund_answered(
        request, db, caller, principal, now, command, form, f"pay-{loop_id(refund)}"
    )


@post(
    "/payments/refunds/{refund_id:str}/withdraw",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def refund_withdrawn(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    refund_id: FromPath[str],
) -> Response[Any]:
    """It will not be paid after all."""
    form = await posted(request)
    refund = from_text("rfd", refund_id)

    async def command(tx: Tx) -> None:
        await require_sight(tx, scope_of(principal), [(await find_refund(tx, refund)).order_id])
        await withdraw_refund(tx, refund, reason=one(form, "reason").strip()[:300], now=now)

    return await _refund_answered(
        request, db, caller, principal, now, command, form, f"withdraw-{loop_id(refund)}"
    )


async def _refund_answered(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    command: Any,
    form: FormMultiDict,
    name: str,
) -> Response[Any]:
    try:
        await db.run(caller, command)
    except Refusal as refusal:
        sent = refused(request, name, form, refusal, BESIDE)
        return await refunds_desk(request, db, caller, principal, now, tab="granted", sent=sent)
    return Redirect("/payments/refunds", status_code=303)


@get("/payments/orders/{order_id:str}", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def money_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
) -> Response[str]:
    """One order's money: what came in, what went back, what can be done now."""
    return await money(request, db, caller, principal, now, from_text("ord", order_id))


async def money(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    order_id: UUID,
    *,
    sent: Sent = NOTHING_SENT,
) -> Response[str]:
    """The page, with whatever was typed and what was wrong with it."""

    async def read(tx: Tx) -> tuple[Any, Any]:
        await require_sight(tx, scope_of(principal), [order_id])
        order, _ = (await load_orders(tx, [order_id]))[order_id]
        return order, await money_of(tx, order_id, total_minor=order.total_minor, terms=order.terms)

    order, found = await db.run(caller, read)
    return page(
        request,
        "payments/order.html",
        status_code=409 if sent.refused else 200,
        now=now,
        sent=sent,
        order=order,
        money=found,
        due=max(order.due_minor, 0),
        kinds=KINDS,
        path=path_of(order_id),
        order_path=f"/orders/{to_text('ord', order_id)}",
        **_common(principal),
    )


@post(
    "/payments/orders/{order_id:str}/confirm",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def payment_confirmed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
) -> Response[Any]:
    """A person saw the money on the account, or in their hand."""
    order = from_text("ord", order_id)
    form = await posted(request)
    method = one(form, "method") if one(form, "method") in METHODS else "bank_transfer"

    async def command(tx: Tx) -> str:
        await require_sight(tx, scope_of(principal), [order])
        row, _ = (await load_orders(tx, [order]))[order]
        event = MoneyEvent(
            order,
            MoneyKind.COD_COLLECTED if method == "cod" else MoneyKind.CAPTURED,
            method,
            amount_of(one(form, "amount"), row.currency) or 0,
            row.currency,
            one(form, "reference").strip()[:120] or None,
            one(form, "note").strip()[:500] or None,
        )
        await settle_payment(tx, event, now=now)
        return path_of(order)

    return await _money_answered(request, db, caller, principal, now, order, command, form, "confirm")


@post(
    "/payments/orders/{order_id:str}/refund",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def refund_granted(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
) -> Response[Any]:
    """Promise money back; somebody pays it later."""
    order = from_text("ord", order_id)
    form = await posted(request)

    async def command(tx: Tx) -> str:
        await require_sight(tx, scope_of(principal), [order])
        row, _ = (await load_orders(tx, [order]))[order]
        amount = amount_of(one(form, "amount"), row.currency) or 0
        reason = one(form, "reason").strip()[:300]
        await promise_refund(tx, order, amount_minor=amount, reason=reason, now=now)
        return path_of(order)

    return await _money_answered(request, db, caller, principal, now, order, command, form, "refund")


async def _money_answered(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    order: UUID,
    command: Callable[[Tx], Awaitable[str]],
    form: FormMultiDict,
    name: str,
) -> Response[Any]:
    try:
        return await once(request, db, caller, form, command, now=now)
    except Refusal as refusal:
        sent = refused(request, name, form, refusal, BESIDE)
        return await money(request, db, caller, principal, now, order, sent=sent)


handlers = [
    transfers_page,
    cash_page,
    cash_booked,
    refunds_page,
    refund_paid,
    refund_withdrawn,
    money_page,
    payment_confirmed,
    refund_granted,
]
