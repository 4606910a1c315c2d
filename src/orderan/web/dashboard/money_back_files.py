"""Refunds and chargebacks as files to keep, of the tab that is seen."""

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission
from orderan.flows.views_money_back_rows import (
    ChargebackKept,
    RefundKept,
    chargeback_rows,
    refund_rows,
)
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.web.dashboard.chargebacks import states_of
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.finance import MOST_EXPORTED, as_file
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.payments import REFUND_STATES
from orderan.web.here import place_of

READ: Final = {"needs": Permission.PAYMENTS_READ}
REFUND_HEADING: Final = (
    "id", "order", "state", "amount", "units", "goods", "shipping", "paid", "currency", "reason", "granted_by",
    "granted_at", "approval", "judged_by", "closed_by", "closed_at", "method", "reference",
)  # fmt: skip
CHARGEBACK_HEADING: Final = (
    "id", "order", "state", "amount", "currency", "reason", "taken", "reference", "opened_by", "opened_at",
    "deadline", "moved_at", "evidence", "files",
)  # fmt: skip


@get("/payments/refunds/export.csv", opt=READ, include_in_schema=False)
async def refunds_exported(visit: NamedDependency[Visit], tab: FromQuery[str] = "granted") -> Response[str]:
    """Refunds with what they are for."""
    states = [tab if tab in REFUND_STATES else "granted"]
    spoken = place_of(visit.request).words

    async def read(tx: Tx) -> tuple[list[RefundKept], Names]:
        rows = await refund_rows(tx, scope_of(visit.principal), states=states, limit=MOST_EXPORTED)
        told = {who for row in rows for who in (row.granted_by, row.judged_by, row.closed_by) if who}
        return rows, await names_of(tx, sorted(told), {})

    rows, names = await visit.db.run(visit.caller, read)

    def who(actor: str | None) -> str:
        return names.who(actor, spoken) if actor else ""

    cells: list[tuple[Any, ...]] = [
        (
            to_text("rfd", row.id), row.number, row.state, row.amount_minor, row.units, row.goods_minor,
            row.shipping_minor, row.paid_minor, row.currency, row.reason, who(row.granted_by),
            row.granted_at.isoformat(), row.approval, who(row.judged_by), who(row.closed_by),
            row.closed_at.isoformat() if row.closed_at else "", row.method, row.reference,
        )
        for row in rows
    ]  # fmt: skip
    return as_file(f"refunds-{visit.now:%Y%m%d}.csv", REFUND_HEADING, cells)


@get("/payments/chargebacks/export.csv", opt=READ, include_in_schema=False)
async def chargebacks_exported(
    visit: NamedDependency[Visit], tab: FromQuery[str] = "undecided"
) -> Response[str]:
    """Chargebacks with how much was said to the bank."""
    spoken = place_of(visit.request).words

    async def read(tx: Tx) -> tuple[list[ChargebackKept], Names]:
        scope = scope_of(visit.principal)
        rows = await chargeback_rows(tx, scope, states=states_of(tab), limit=MOST_EXPORTED)
        return rows, await names_of(tx, sorted({row.opened_by for row in rows}), {})

    rows, names = await visit.db.run(visit.caller, read)
    cells: list[tuple[Any, ...]] = [
        (
            to_text("cbk", row.id), row.number, row.state, row.amount_minor, row.currency, row.reason,
            "yes" if row.taken else "no", row.reference, names.who(row.opened_by, spoken),
            row.opened_at.isoformat(), row.deadline.isoformat(), row.moved_at.isoformat(), row.evidence, row.files,
        )
        for row in rows
    ]  # fmt: skip
    return as_file(f"chargebacks-{visit.now:%Y%m%d}.csv", CHARGEBACK_HEADING, cells)


handlers = [refunds_exported, chargebacks_exported]
