"""Payments in the dashboard: transfers to confirm, cash at couriers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission, Principal
from orderan.flows.collect_cod import cash_to_collect, cash_to_remit, collect_cod, remit_cod
from orderan.flows.views_money import awaited_payments, cash_by_courier, cash_rows
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.kit.text import NumberMistyped, read_number
from orderan.orders import LineNotFound
from orderan.payments import (
    AmountNotPositive,
    MoreThanThereIs,
    ReferenceUsed,
    RefundPartsTooMuch,
    RefundTooLarge,
    RefundUnitsTooMany,
    VerdictWordMissing,
)
from orderan.shipping import COURIERS, UNDER_WAY
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import MOST_ROWS, Asking, Flash, scope_of, told
from orderan.web.forms import AmountUnreadable, CountUnreadable, Sent, many, one, posted
from orderan.web.here import place_of
from orderan.web.pages import page

SHOWN: Final = 50
NOTHING_SENT: Final = Sent()
BESIDE: Final[dict[type[Refusal], str]] = {
    AmountNotPositive: "amount",
    AmountUnreadable: "amount",
    MoreThanThereIs: "amount",
    RefundTooLarge: "amount",
    RefundPartsTooMuch: "amount",
    RefundUnitsTooMany: "units",
    CountUnreadable: "units",
    LineNotFound: "units",
    ReferenceUsed: "reference",
    VerdictWordMissing: "word",
}
"""Beside which field a refusal stands."""
METHODS: Final = {
    "bank_transfer": N_("Transfer bank"),
    "cash": N_("Tunai"),
    "cod": N_("Bayar di tempat (COD)"),
}
LEDGER_KINDS: Final = {
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
    "credited": N_("Tidak ditagih lagi, uangnya kembali"),
    "promotion_granted": N_("Ditanggung promo pembayaran"),
    "promotion_withdrawn": N_("Batal ditanggung promo"),
    "promotion_returned": N_("Promo kembali ke penanggungnya"),
}
REFUND_STATES: Final = {
    "granted": (N_("Dijanjikan"), "wait", "hourglass"),
    "executed": (N_("Sudah dibayar"), "done", "circle-check"),
    "withdrawn": (N_("Ditarik"), "calm", "ban"),
}


def path_of(order_id: UUID) -> str:
    """The page of one order's money."""
    return f"/payments/orders/{to_text('ord', order_id)}"


def common(principal: Principal) -> dict[str, Any]:
    """What every page of payments is given."""
    return {
        "path_of": path_of,
        "methods": METHODS,
        "courier_names": {one.code: one.name for one in COURIERS.values()},
        "may_write": principal.may(Permission.PAYMENTS_WRITE),
        "may_pay_back": principal.may(Permission.REFUNDS_EXECUTE),
        "may_grant": principal.may(Permission.REFUNDS_GRANT),
        "refund_states": REFUND_STATES,
        "sees_finance": principal.channel_ids is None and principal.location_ids is None,
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
        **common(principal),
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
        under_way=UNDER_WAY,
        **common(principal),
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


handlers = [transfers_page, cash_page, cash_booked]
