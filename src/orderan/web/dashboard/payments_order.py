"""One order's money in the dashboard: what came in, what went back, what can be done now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission
from orderan.flows.agree_deposit import agree_deposit
from orderan.flows.confirm_payment import confirm_payment
from orderan.flows.judge_payment import judge_payment
from orderan.flows.refund_order import promise_parts
from orderan.flows.refund_parts import units_left_of
from orderan.flows.views_money_back import ChargebackRow, PayoutRow, chargeback_list, payout_list
from orderan.gateways import GATEWAY_NAMES
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.orders import Commercial, Line, Moment, Order, Terms, load_orders, require_sight
from orderan.payments import (
    IN_THE_AIR,
    Attempt,
    ChargebackState,
    MoneyEvent,
    MoneyKind,
    PayoutState,
    attempts_of,
    judged_from,
    money_of,
)
from orderan.payments import METHODS as WAYS
from orderan.settlements import settled_of_order
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.money_back_words import (
    CHARGEBACK_STATES,
    PAYOUT_STATES,
    chargeback_path,
    payout_path,
    refund_path,
)
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.order_timeline import told
from orderan.web.dashboard.order_why import routings
from orderan.web.dashboard.order_words import METHODS as EVERY_METHOD
from orderan.web.dashboard.payments import BESIDE, LEDGER_KINDS, METHODS, NOTHING_SENT, common, path_of
from orderan.web.forms import Sent, amount_typed, one, posted, refund_typed, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page

TRIES: Final = {
    "asking": N_("Gateway sedang ditanya"),
    "unknown": N_("Gateway tidak menjawab"),
    "held": N_("Ditahan pemeriksa gateway"),
}
"""What is said of a try that is in the air."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page of an order's money tells.

    Attributes:
        lines: Those with units no refund is for, and how many.
    """

    order: Order
    lines: list[tuple[Line, int]]
    money: Any
    settled: Any
    payouts: list[PayoutRow]
    cases: list[ChargebackRow]
    chosen: list[Moment]
    tries: list[Attempt]
    names: Names


@get("/payments/orders/{order_id:str}", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def money_page(
    visit: NamedDependency[Visit],
    order_id: FromPath[str],
) -> Response[str]:
    """One order's money: what came in, what went back, what can be done now."""
    return await money(visit, from_text("ord", order_id))


async def money(
    visit: Visit,
    order_id: UUID,
    *,
    sent: Sent = NOTHING_SENT,
) -> Response[str]:
    """The page, with whatever was typed and what was wrong with it."""
    scope = scope_of(visit.principal)

    async def read(tx: Tx) -> _Shown:
        await require_sight(tx, scope, [order_id])
        order, lines = (await load_orders(tx, [order_id]))[order_id]
        left = await units_left_of(tx, order_id)
        chosen = routings(await decisions.about(tx, order_id))
        return _Shown(
            order,
            [(line, left[line.line_no]) for line in lines if left[line.line_no]],
            money=await money_of(tx, order_id, total_minor=order.total_minor, terms=order.terms),
            settled=await settled_of_order(tx, order_id),
            payouts=await payout_list(tx, scope, states=list(PayoutState), order_id=order_id),
            cases=await chargeback_list(tx, scope, states=list(ChargebackState), order_id=order_id),
            chosen=chosen,
            tries=[one for one in await attempts_of(tx, order_id) if one.state in IN_THE_AIR],
            names=await names_of(tx, [], {}, chosen),
        )

    shown = await visit.db.run(visit.caller, read)
    order = shown.order
    return page(
        visit.request,
        "payments/order.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        order=order,
        refund_lines=shown.lines,
        money=shown.money,
        settled=shown.settled,
        routed=[
            told(one, place_of(visit.request).words, shown.names, order.currency) for one in shown.chosen
        ],
        tries=[(one, judged_from(one)) for one in shown.tries],
        judging={
            to_text("pay", one.id) for one in shown.tries if (judged_from(one) or visit.now) <= visit.now
        },
        tries_said=TRIES,
        ways=WAYS,
        gateways=GATEWAY_NAMES,
        to_text=to_text,
        payouts=shown.payouts,
        payout_states=PAYOUT_STATES,
        payout_path=payout_path,
        cases=shown.cases,
        chargeback_states=CHARGEBACK_STATES,
        chargeback_path=chargeback_path,
        refund_path=refund_path,
        due=max(order.due_minor, 0),
        may_begin=order.terms == Terms.PREPAID and order.commercial == Commercial.AWAITING_PAYMENT,
        kinds=LEDGER_KINDS,
        ledger_methods=EVERY_METHOD,
        path=path_of(order_id),
        order_path=f"/orders/{to_text('ord', order_id)}",
        **common(visit.principal),
    )


@post(
    "/payments/orders/{order_id:str}/confirm",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def payment_confirmed(
    visit: NamedDependency[Visit],
    order_id: FromPath[str],
) -> Response[Any]:
    """A person saw the money on the account, or in their hand."""
    order = from_text("ord", order_id)
    form = await posted(visit.request)
    method = one(form, "method") if one(form, "method") in METHODS else "bank_transfer"

    async def command(tx: Tx) -> str:
        await require_sight(tx, scope_of(visit.principal), [order])
        row, _ = (await load_orders(tx, [order]))[order]
        event = MoneyEvent(
            order,
            MoneyKind.COD_COLLECTED if method == "cod" else MoneyKind.CAPTURED,
            method,
            amount_typed(one(form, "amount"), row.currency),
            row.currency,
            one(form, "reference").strip()[:120] or None,
            one(form, "note").strip()[:500] or None,
        )
        await confirm_payment(tx, event, besides=bool(one(form, "besides")), now=visit.now)
        return path_of(order)

    return await _money_answered(visit, order, command, form, "confirm")


@post(
    "/payments/orders/{order_id:str}/tries/{attempt_id:str}",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def try_judged(
    visit: NamedDependency[Visit],
    order_id: FromPath[str],
    attempt_id: FromPath[str],
) -> Response[Any]:
    """A person found out what became of a try the gateway says nothing of."""
    order, attempt = from_text("ord", order_id), from_text("pay", attempt_id)
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        await require_sight(tx, scope_of(visit.principal), [order])
        charged = one(form, "verdict") == "charged"
        await judge_payment(tx, order, attempt, charged=charged, word=one(form, "word"), now=visit.now)
        return path_of(order)

    return await _money_answered(visit, order, command, form, attempt_id)


@post(
    "/payments/orders/{order_id:str}/deposit",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def deposit_agreed(
    visit: NamedDependency[Visit],
    order_id: FromPath[str],
) -> Response[Any]:
    """The order begins with a part of its money."""
    order = from_text("ord", order_id)
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        await require_sight(tx, scope_of(visit.principal), [order])
        row, _ = (await load_orders(tx, [order]))[order]
        await agree_deposit(tx, order, amount_typed(one(form, "amount"), row.currency), now=visit.now)
        return path_of(order)

    return await _money_answered(visit, order, command, form, "deposit")


@post(
    "/payments/orders/{order_id:str}/refund",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def refund_granted(
    visit: NamedDependency[Visit],
    order_id: FromPath[str],
) -> Response[Any]:
    """Promise money back; somebody pays it later."""
    order = from_text("ord", order_id)
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        await require_sight(tx, scope_of(visit.principal), [order])
        row, _ = (await load_orders(tx, [order]))[order]
        units, shipping, amount = refund_typed(form, row.currency)
        reason = one(form, "reason").strip()[:300]
        await promise_parts(
            tx,
            order,
            units=units,
            shipping_minor=shipping,
            amount_minor=amount,
            reason=reason,
            now=visit.now,
        )
        return path_of(order)

    return await _money_answered(visit, order, command, form, "refund")


async def _money_answered(
    visit: Visit,
    order: UUID,
    command: Callable[[Tx], Awaitable[str]],
    form: FormMultiDict,
    name: str,
) -> Response[Any]:
    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        sent = refused(visit.request, name, form, refusal, BESIDE)
        return await money(visit, order, sent=sent)


handlers = [money_page, payment_confirmed, try_judged, deposit_agreed, refund_granted]
