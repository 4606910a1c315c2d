"""One refund: what is to be done next and by whom, how it goes back, and how it was tried."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.approve_refund import approve_refund, refuse_refund
from orderan.flows.execute_refund import Refunder, WayBack
from orderan.flows.pay_out import begin_payout
from orderan.flows.refund_vouchers import refund_to_voucher
from orderan.flows.views_money_back import PayoutRow, payout_list
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.orders import load_orders, require_sight
from orderan.payments import (
    METHODS,
    AmountNotPositive,
    Approval,
    Attempt,
    PayoutState,
    ReasonMissing,
    Refund,
    RefundInTheAir,
    RefundTry,
    Voucher,
    agreed,
    approve_above,
    attempts_of,
    find_refund,
    set_approval_limit,
    tries_of,
)
from orderan.web.dashboard.desk import Visit, scope_of, told
from orderan.web.dashboard.money_back_words import PAYOUT_STATES, TRY_STATES, payout_path, refund_path
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.payments import BESIDE as BESIDE_MONEY
from orderan.web.dashboard.payments import NOTHING_SENT, common
from orderan.web.dashboard.voucher_words import voucher_path
from orderan.web.forms import (
    AmountUnreadable,
    FormSentBefore,
    Sent,
    amount_typed,
    one,
    posted,
    refused,
    sent_once,
)
from orderan.web.here import place_of
from orderan.web.pages import page

APPROVALS: Final = {
    "waiting": N_("Menunggu orang kedua"),
    "approved": N_("Disetujui"),
    "refused": N_("Ditolak"),
}
BESIDE: Final[dict[type[Refusal], str]] = {
    **BESIDE_MONEY,
    ReasonMissing: "reason",
}
BESIDE_LIMIT: Final[dict[type[Refusal], str]] = {AmountNotPositive: "above", AmountUnreadable: "above"}
IN_THE_AIR: Final = frozenset({"asking", "unknown", "waiting", "pending"})
OVER: Final = frozenset({"paid", "cancelled"})


@dataclass(frozen=True, slots=True)
class Part:
    """A line the refund is for."""

    title: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A try with the payment it sends back."""

    one: RefundTry
    attempt: Attempt | None


@dataclass(frozen=True, slots=True)
class Told:
    """A voucher whose code is told this once."""

    voucher: Voucher
    code: str


@dataclass(frozen=True, slots=True)
class Known:
    """All that the page shows of a refund."""

    refund: Refund
    number: int
    limit: int | None
    parts: list[Part]
    tries: list[Tried]
    payouts: list[PayoutRow]
    way: WayBack | None
    names: Names

    @property
    def beside_minor(self) -> int:
        """What of it is neither for a line nor for shipping: goodwill."""
        parts = sum(part.amount_minor for part in self.parts) + self.refund.shipping_minor
        return max(self.refund.amount_minor - parts, 0)

    @property
    def step(self) -> str:
        """What is to be done next."""
        refund = self.refund
        if refund.state != "granted":
            return refund.state
        if not agreed(refund, self.limit):
            return "approval"
        if any(tried.one.state in IN_THE_AIR for tried in self.tries):
            return "in_the_air"
        if any(payout.state not in OVER for payout in self.payouts):
            return "payout"
        if self.way is not None and self.way.voucher_minor == refund.left_minor:
            return "voucher"
        if self.way is not None and self.way.pieces:
            return "failed" if any(tried.one.state == "failed" for tried in self.tries) else "send"
        return "pay_out"


async def _known(tx: Tx, visit: Visit, refunder: Refunder, refund_id: UUID) -> Known:
    refund = await find_refund(tx, refund_id)
    await require_sight(tx, scope_of(visit.principal), [refund.order_id])
    [(order, lines)] = (await load_orders(tx, [refund.order_id])).values()
    titles = {line.line_no: line.title for line in lines}
    attempts = {attempt.id: attempt for attempt in await attempts_of(tx, refund.order_id)}
    people = [refund.granted_by, refund.judged_by or "", refund.closed_by or ""]
    payouts = await payout_list(tx, scope_of(visit.principal), states=list(PayoutState), refund_id=refund_id)
    return Known(
        refund,
        order.number,
        await approve_above(tx),
        [Part(titles.get(part.line_no, ""), part.quantity, part.amount_minor) for part in refund.lines],
        [Tried(tried, attempts.get(tried.attempt_id)) for tried in await tries_of(tx, refund_id)],
        payouts,
        await refunder.way_back(tx, refund) if refund.state == "granted" else None,
        await names_of(tx, people, {}),
    )


@get("/payments/refunds/{refund_id:str}", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def refund_page(
    visit: NamedDependency[Visit], refunder: NamedDependency[Refunder], refund_id: FromPath[str]
) -> Response[str]:
    """One refund, its next step on top."""
    return await refund_shown(visit, refunder, from_text("rfd", refund_id))


async def refund_shown(
    visit: Visit, refunder: Refunder, refund: UUID, *, sent: Sent = NOTHING_SENT
) -> Response[str]:
    """The page, with what was typed and refused in one of its forms."""
    known = await visit.db.run(visit.caller, lambda tx: _known(tx, visit, refunder, refund))
    spoken = place_of(visit.request).words
    return page(
        visit.request,
        "payments/refund.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        known=known,
        refund=known.refund,
        step=known.step,
        path=refund_path(refund),
        own=known.refund.granted_by == visit.principal.actor,
        who=lambda actor: known.names.who(actor, spoken),
        approvals=APPROVALS,
        judged=known.refund.approval != Approval.NOT_NEEDED,
        try_states=TRY_STATES,
        payout_states=PAYOUT_STATES,
        payout_path=payout_path,
        gateways=GATEWAY_NAMES,
        rails=METHODS,
        **common(visit.principal),
    )


@post(
    "/payments/refunds/{refund_id:str}/step",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
    status_code=200,
)
async def refund_stepped(
    visit: NamedDependency[Visit], refunder: NamedDependency[Refunder], refund_id: FromPath[str]
) -> Response[Any]:
    """Agree to it, refuse it, send it through its gateways, ask them, or begin to pay it out, as the button says."""
    form = await posted(visit.request)
    refund = from_text("rfd", refund_id)
    step = one(form, "step")
    goes_to = refund_path(refund)

    async def command(tx: Tx) -> str | Told:
        await require_sight(tx, scope_of(visit.principal), [(await find_refund(tx, refund)).order_id])
        await sent_once(tx, form, now=visit.now)
        return await _stepped(tx, refund, step, form, now=visit.now)

    try:
        led = await visit.db.run(visit.caller, command)
        if isinstance(led, Told):
            return page(
                visit.request,
                "payments/voucher_code.html",
                headers={"cache-control": "no-store"},
                voucher=led.voucher,
                code=led.code,
                voucher_path=voucher_path,
                **common(visit.principal),
            )
        goes_to = led
        if step == "send":
            await refunder.send(visit.caller, refund)
        elif step == "ask":
            for tried in await visit.db.run(visit.caller, lambda tx: tries_of(tx, refund)):
                if tried.state in IN_THE_AIR:
                    await refunder.ask(visit.caller, tried)
    except FormSentBefore:
        # A double click: the first one did it, and the page says what came of it.
        return Redirect(goes_to, status_code=303)
    except Refusal as refusal:
        sent = refused(visit.request, step, form, refusal, BESIDE)
        return await refund_shown(visit, refunder, refund, sent=sent)
    return Redirect(goes_to, status_code=303)


async def _stepped(tx: Tx, refund: UUID, step: str, form: Any, *, now: datetime) -> str | Told:
    """Do what the button says as far as no gateway is asked; where it leads, or the code to tell."""
    match step:
        case "approve":
            await approve_refund(tx, refund, now=now)
        case "refuse":
            await refuse_refund(tx, refund, reason=one(form, "reason").strip()[:300], now=now)
        case "send" if any(tried.state in IN_THE_AIR for tried in await tries_of(tx, refund)):
            raise RefundInTheAir(to_text("rfd", refund))
        case "voucher":
            _, voucher, code = await refund_to_voucher(tx, refund, now=now)
            if voucher is not None and code is not None:
                return Told(voucher, code)
        case "payout":
            return payout_path((await begin_payout(tx, refund, now=now)).id)
    return refund_path(refund)


@get("/payments/refunds/limit", opt={"needs": Permission.SETTINGS_WRITE}, include_in_schema=False)
async def limit_page(visit: NamedDependency[Visit]) -> Response[str]:
    """Above which amount a second person agrees."""
    return _limit(visit, await visit.db.run(visit.caller, approve_above))


@post(
    "/payments/refunds/limit",
    opt={"needs": Permission.SETTINGS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def limit_set(visit: NamedDependency[Visit]) -> Response[Any]:
    """Set it; nothing typed asks nobody."""
    form = await posted(visit.request)
    typed = one(form, "above").strip()
    try:
        above = amount_typed(typed, "IDR") if typed else None
        await visit.db.run(visit.caller, lambda tx: set_approval_limit(tx, above, now=visit.now))
    except Refusal as refusal:
        at = BESIDE_LIMIT.get(type(refusal), "above")
        return _limit(visit, typed, {at: told(refusal, place_of(visit.request).words)})
    return Redirect("/payments/refunds", status_code=303)


def _limit(visit: Visit, above: int | str | None, errors: dict[str, str] | None = None) -> Response[str]:
    return page(
        visit.request,
        "payments/refund_limit.html",
        status_code=422 if errors else 200,
        above=above,
        errors=errors or {},
    )


handlers = [refund_page, refund_stepped, limit_page, limit_set]
