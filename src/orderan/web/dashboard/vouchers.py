"""Vouchers: money buyers have with the shop; who issued it, who agreed, and where it went."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import NotAllowed, Permission
from orderan.customers import Card, Reader, customer_card
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.i18n import local_date
from orderan.kit.ids import from_text, to_text
from orderan.orders import load_orders
from orderan.payments import (
    AmountNotPositive,
    Owed,
    Voucher,
    VoucherEvent,
    VoucherMove,
    VoucherNotFound,
    VoucherOver,
    VoucherReasonMissing,
    VoucherState,
    find_voucher,
    issue_voucher,
    move_voucher,
    moves_of_voucher,
    owed_on_vouchers,
    voucher_by_id,
    vouchers_in,
)
from orderan.shops import shop_by_id
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.finance import whole_shop
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.payments import NOTHING_SENT, common
from orderan.web.dashboard.voucher_words import MOVES, STATES, look_of, voucher_path
from orderan.web.forms import (
    AmountUnreadable,
    DateUnreadable,
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

HOME: Final = "/payments/vouchers"
SHOWN: Final = 50
BESIDE: Final[dict[type[Refusal], str]] = {
    AmountNotPositive: "amount",
    AmountUnreadable: "amount",
    DateUnreadable: "until",
    VoucherOver: "until",
    VoucherReasonMissing: "reason",
}
STEPS: Final = {
    "approve": VoucherEvent.APPROVE,
    "decline": VoucherEvent.DECLINE,
    "block": VoucherEvent.BLOCK,
    "unblock": VoucherEvent.UNBLOCK,
}


@get(HOME, opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def vouchers_page(
    visit: NamedDependency[Visit], tab: FromQuery[str] = "active", after: FromQuery[str] = ""
) -> Response[str]:
    """Vouchers by where they stand, and what the shop owes on them."""
    whole_shop(visit.principal)
    chosen = tab if tab in set(VoucherState) else "active"

    async def read(tx: Tx) -> tuple[list[Voucher], Owed, dict[UUID, Card]]:
        rows = await vouchers_in(tx, [chosen], limit=SHOWN + 1, after=read_cursor(after))
        return rows, await owed_on_vouchers(tx, now=visit.now), await _holders(tx, visit, rows)

    rows, owed, holders = await visit.db.run(visit.caller, read)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    currency = rows[0].currency if rows else "IDR"
    return page(
        visit.request,
        "payments/vouchers.html",
        now=visit.now,
        rows=rows[:SHOWN],
        owed=owed,
        currency=currency,
        holders=holders,
        older=cursor_of(last.issued_at, last.id) if last else None,
        after=after,
        tab=chosen,
        **_common(visit),
    )


async def _holders(tx: Tx, visit: Visit, rows: list[Voucher]) -> dict[UUID, Card]:
    reader = Reader(whole_names=visit.principal.may(Permission.PERSONAL_READ))
    ids = {row.customer_id for row in rows if row.customer_id is not None}
    return {found: await customer_card(tx, visit.keyring, found, reader=reader) for found in sorted(ids)}


def _common(visit: Visit) -> dict[str, Any]:
    return {
        "states": STATES,
        "look_of": lambda row: look_of(row, visit.now),
        "voucher_path": voucher_path,
        "customer_path": lambda found: f"/customers/{to_text('cus', found)}",
        **common(visit.principal),
    }


@get(f"{HOME}/new", opt={"needs": Permission.REFUNDS_GRANT}, include_in_schema=False)
async def voucher_form(visit: NamedDependency[Visit], customer: FromQuery[str] = "") -> Response[str]:
    """An empty form: for a customer, or for whoever brings the code."""
    whole_shop(visit.principal)
    return await _form(visit, customer, NOTHING_SENT)


async def _form(visit: Visit, customer: str, sent: Sent) -> Response[str]:
    reader = Reader(whole_names=visit.principal.may(Permission.PERSONAL_READ))
    card = None
    if customer:
        found = from_text("cus", customer)
        card = await visit.db.run(
            visit.caller, lambda tx: customer_card(tx, visit.keyring, found, reader=reader)
        )
    return page(
        visit.request,
        "payments/voucher_form.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent.of("new"),
        customer=customer,
        card=card,
        year=(local_date(visit.now, visit.principal.zone) + timedelta(days=365)).isoformat(),
        **_common(visit),
    )


@post(f"{HOME}/new", opt={"needs": Permission.REFUNDS_GRANT}, include_in_schema=False, status_code=200)
async def voucher_issued(visit: NamedDependency[Visit]) -> Response[Any]:
    """Issue it; a code is in this answer and nowhere else."""
    whole_shop(visit.principal)
    form = await posted(visit.request)
    customer = one(form, "customer")

    async def command(tx: Tx) -> tuple[Voucher, str | None]:
        await sent_once(tx, form, now=visit.now)
        shop = await shop_by_id(tx, tx.shop_id)
        return await issue_voucher(
            tx,
            amount_minor=amount_typed(one(form, "amount"), shop.currency),
            currency=shop.currency,
            customer_id=from_text("cus", customer) if customer else None,
            reason=one(form, "reason"),
            valid_until=_last_moment(one(form, "until"), visit.principal.zone),
            now=visit.now,
        )

    try:
        made, code = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        return await _form(visit, customer, refused(visit.request, "new", form, refusal, BESIDE))
    if code is None:
        return Redirect(voucher_path(made.id), status_code=303)
    return page(
        visit.request,
        "payments/voucher_code.html",
        headers={"cache-control": "no-store"},
        voucher=made,
        code=code,
        **_common(visit),
    )


def _last_moment(typed: str, zone: str) -> datetime | None:
    """The end of the day that was typed, on the person's clock; nothing typed is None."""
    if not typed.strip():
        return None
    try:
        day = datetime.fromisoformat(typed.strip()).date()
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise DateUnreadable(typed.strip()[:40]) from fault


@get(f"{HOME}/{{voucher_id:str}}", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def voucher_page(visit: NamedDependency[Visit], voucher_id: FromPath[str]) -> Response[str]:
    """One voucher, its next step on top."""
    whole_shop(visit.principal)
    return await _page(visit, from_text("vch", voucher_id))


async def _page(visit: Visit, voucher_id: UUID, *, sent: Sent = NOTHING_SENT) -> Response[str]:
    async def read(
        tx: Tx,
    ) -> tuple[Voucher, list[VoucherMove], dict[UUID, int], dict[UUID, Card], Names]:
        found = await voucher_by_id(tx, voucher_id)
        if found is None:
            raise VoucherNotFound(to_text("vch", voucher_id))
        moves = await moves_of_voucher(tx, voucher_id)
        orders = await load_orders(tx, [move.order_id for move in moves if move.order_id is not None])
        actors = [found.issued_by, found.judged_by or "", *(move.actor for move in moves)]
        return (
            found,
            moves,
            {order_id: order.number for order_id, (order, _) in orders.items()},
            await _holders(tx, visit, [found]),
            await names_of(tx, actors, {}),
        )

    found, moves, numbers, holders, names = await visit.db.run(visit.caller, read)
    spoken = place_of(visit.request).words
    return page(
        visit.request,
        "payments/voucher.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        voucher=found,
        moves=moves,
        numbers=numbers,
        holder=holders.get(found.customer_id) if found.customer_id else None,
        move_words=MOVES,
        own=found.issued_by == visit.principal.actor,
        who=lambda actor: names.who(actor, spoken),
        refund_path=lambda refund: f"/payments/refunds/{to_text('rfd', refund)}",
        **_common(visit),
    )


@post(
    f"{HOME}/{{voucher_id:str}}/step",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
    status_code=200,
)
async def voucher_stepped(visit: NamedDependency[Visit], voucher_id: FromPath[str]) -> Response[Any]:
    """Agree to it, decline it, block it or let it be spent again, as the button says."""
    whole_shop(visit.principal)
    form = await posted(visit.request)
    found = from_text("vch", voucher_id)
    event = STEPS.get(one(form, "step"))
    if event is None:
        raise NotAllowed(str(Permission.REFUNDS_EXECUTE))

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await move_voucher(tx, await find_voucher(tx, found), event, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except FormSentBefore:
        return Redirect(voucher_path(found), status_code=303)
    except VoucherNotFound:
        raise
    except Refusal as refusal:
        return await _page(visit, found, sent=refused(visit.request, "step", form, refusal, {}))
    return Redirect(voucher_path(found), status_code=303)


handlers = [vouchers_page, voucher_form, voucher_issued, voucher_page, voucher_stepped]
