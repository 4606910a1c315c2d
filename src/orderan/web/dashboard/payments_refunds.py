"""Refunds that were promised and refunds that are paid, over all orders."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.execute_refund import Refunder
from orderan.flows.refund_order import execute_refund, withdraw_refund
from orderan.flows.views_money import RefundRow, refund_list
from orderan.flows.views_money_back import stands_of_refunds
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text
from orderan.orders import require_sight
from orderan.payments import approve_above, find_refund
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Asking, Visit, scope_of
from orderan.web.dashboard.money_back_words import Waits, refund_path, waits_for
from orderan.web.dashboard.payments import METHODS, NOTHING_SENT, REFUND_STATES, common
from orderan.web.dashboard.refund_detail import BESIDE, refund_shown
from orderan.web.forms import Sent, one, posted, refused
from orderan.web.pages import page

SHOWN: Final = 50


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

    async def read(tx: Tx) -> tuple[list[RefundRow], dict[UUID, Waits]]:
        found = await refund_list(
            tx, scope_of(principal), states=[chosen], after=read_cursor(after), limit=SHOWN + 1
        )
        if chosen != "granted":
            return found, {}
        makers = {row.id: row.granted_by for row in found}
        limit = await approve_above(tx)
        stands = await stands_of_refunds(tx, makers)
        return found, {
            refund: waits_for(one, limit, own=makers[refund] == principal.actor)
            for refund, one in stands.items()
        }

    rows, waits = await db.run(caller, read)
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
        waits=waits,
        refund_path=refund_path,
        **common(principal),
    )


@post(
    "/payments/refunds/{refund_id:str}/execute",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
    status_code=200,
)
async def refund_paid(
    visit: NamedDependency[Visit], refunder: NamedDependency[Refunder], refund_id: FromPath[str]
) -> Response[Any]:
    """The money left the shop."""
    form = await posted(visit.request)
    refund = from_text("rfd", refund_id)

    async def command(tx: Tx) -> None:
        await require_sight(tx, scope_of(visit.principal), [(await find_refund(tx, refund)).order_id])
        method = one(form, "method") if one(form, "method") in METHODS else "bank_transfer"
        reference = one(form, "reference").strip()[:120] or None
        await execute_refund(tx, refund, method=method, reference=reference, now=visit.now)

    return await _answered(visit, refunder, refund, command, form, "pay")


@post(
    "/payments/refunds/{refund_id:str}/withdraw",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def refund_withdrawn(
    visit: NamedDependency[Visit], refunder: NamedDependency[Refunder], refund_id: FromPath[str]
) -> Response[Any]:
    """It will not be paid after all."""
    form = await posted(visit.request)
    refund = from_text("rfd", refund_id)

    async def command(tx: Tx) -> None:
        await require_sight(tx, scope_of(visit.principal), [(await find_refund(tx, refund)).order_id])
        await withdraw_refund(tx, refund, reason=one(form, "reason").strip()[:300], now=visit.now)

    return await _answered(visit, refunder, refund, command, form, "withdraw")


async def _answered(
    visit: Visit,
    refunder: Refunder,
    refund: UUID,
    command: Callable[[Tx], Awaitable[None]],
    form: FormMultiDict,
    name: str,
) -> Response[Any]:
    """Back to where the form stood: the refund's own page, or the dialog of its row."""
    on_its_page = one(form, "at") == "refund"
    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        if on_its_page:
            sent = refused(visit.request, name, form, refusal, BESIDE)
            return await refund_shown(visit, refunder, refund, sent=sent)
        sent = refused(visit.request, f"{name}-{loop_id(refund)}", form, refusal, BESIDE)
        return await refunds_desk(
            visit.request, visit.db, visit.caller, visit.principal, visit.now, tab="granted", sent=sent
        )
    return Redirect(refund_path(refund) if on_its_page else "/payments/refunds", status_code=303)


handlers = [refunds_page, refund_paid, refund_withdrawn]
