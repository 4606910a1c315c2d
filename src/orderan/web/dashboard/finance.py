"""Finance in the dashboard: where settlements and the ledger differ, and what every account comes to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import NotAllowed, Permission, Principal
from orderan.flows.views_finance import Difference, differences
from orderan.flows.views_settling import Balance, balances
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.payments import Owed, owed_on_vouchers
from orderan.settlements import ENTRY_PREFIX, Proof, Reason, Unread, WordMissing, explain, last_proofs
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Asking
from orderan.web.dashboard.order_export import written
from orderan.web.forms import Sent, one, posted, refused, whole_rupiah
from orderan.web.pages import page

READ: Final = {"needs": Permission.PAYMENTS_READ}
WRITE: Final = {"needs": Permission.PAYMENTS_WRITE}
HOME: Final = "/payments/settlements"
SHOWN: Final = 50
MOST_EXPORTED: Final = 100_000
NOTHING_SENT: Final = Sent()
REASONS: Final = {
    Reason.ROW_UNREADABLE: N_("Baris tidak terbaca"),
    Reason.UNKNOWN_PAYMENT: N_("Pembayaran tidak dikenal"),
    Reason.OTHER_ACCOUNT: N_("Milik akun gateway lain"),
    Reason.OTHER_CURRENCY: N_("Mata uang lain"),
    Reason.NOT_KNOWN_AS_PAID: N_("Belum tercatat lunas"),
    Reason.AMOUNT_DIFFERS: N_("Jumlah berbeda"),
    Reason.PAID_TWICE: N_("Dibayar dua kali"),
    Reason.MISSING_IN_SETTLEMENT: N_("Belum ada di settlement"),
    Reason.REFUNDED_NOT_SETTLED: N_("Pengembalian belum dipotong"),
    Reason.REFUND_NOT_KNOWN: N_("Pengembalian tidak tercatat"),
    Reason.FEE_DIFFERS: N_("Biaya berbeda"),
    Reason.NET_DOES_NOT_ADD_UP: N_("Jumlah bersih tidak cocok"),
}
UNREAD: Final = {
    Unread.NO_REFERENCE: N_("Tidak ada nomor referensi."),
    Unread.NO_AMOUNT: N_("Tidak ada jumlah uang."),
    Unread.AMOUNT_UNREADABLE: N_("Jumlah uangnya tidak terbaca."),
    Unread.AMOUNT_AMBIGUOUS: N_("Titik atau koma pada jumlahnya bisa dibaca dua cara."),
    Unread.AMOUNT_NOT_WHOLE: N_("Jumlahnya bukan rupiah bulat."),
    Unread.NO_DATE: N_("Tidak ada tanggal."),
    Unread.DATE_UNREADABLE: N_("Tanggalnya tidak terbaca."),
    Unread.CURRENCY_NOT_KEPT: N_("Mata uangnya bukan mata uang toko."),
    Unread.ROW_TORN: N_("Barisnya terpotong."),
}
STATES: Final = {"open": N_("Terbuka"), "explained": N_("Dijelaskan"), "gone": N_("Sudah beres")}


def whole_shop(principal: Principal) -> None:
    """A settlement is of every channel and place, so whoever sees only a part may not look.

    Raises:
        NotAllowed: The person is kept to some channels or locations.
    """
    if principal.channel_ids is not None or principal.location_ids is not None:
        raise NotAllowed(str(Permission.PAYMENTS_READ))


def path_of(entry_id: UUID) -> str:
    return f"{HOME}/{to_text(ENTRY_PREFIX, entry_id)}"


def loop_id(entry: UUID) -> str:
    """What tells the dialogs of the rows apart."""
    return entry.hex[-12:]


@get(HOME, opt=READ, include_in_schema=False)
async def differences_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    tab: FromQuery[str] = "open",
    reason: FromQuery[str] = "",
    gateway: FromQuery[str] = "",
    least: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Where settlements and the ledger differ, and what every account comes to."""
    return await desk(
        request, db, caller, principal, now, tab=tab, reason=reason, gateway=gateway, least=least, after=after
    )


async def desk(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    *,
    tab: str = "open",
    reason: str = "",
    gateway: str = "",
    least: str = "",
    after: str = "",
    sent: Sent = NOTHING_SENT,
) -> Response[str]:
    """The list, with what was typed and refused in the dialog of a row."""
    whole_shop(principal)
    chosen = tab if tab in STATES else "open"

    async def read(tx: Tx) -> tuple[list[Difference], list[Balance], dict[UUID, Proof], Owed]:
        rows = await differences(
            tx, **_filters(chosen, reason, gateway, least), after=read_cursor(after), limit=SHOWN + 1
        )
        return rows, await balances(tx), await last_proofs(tx), await owed_on_vouchers(tx, now=now)

    rows, proofs, proved, owed = await db.run(caller, read)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        request,
        "finance/differences.html",
        status_code=422 if sent.refused else 200,
        sent=sent,
        rows=rows[:SHOWN],
        older=cursor_of(last.opened_at, last.id) if last else None,
        proofs=proofs,
        owed=owed,
        proved_at=max((one.proved_at for one in proved.values()), default=None),
        proved_adrift_minor=sum(abs(one.adrift_minor) for one in proved.values()),
        tab=chosen,
        reason=reason,
        gateway=gateway,
        least=least,
        states=STATES,
        reasons={str(code): said for code, said in REASONS.items()},
        unread={str(code): said for code, said in UNREAD.items()},
        gateways=GATEWAY_NAMES,
        path_of=path_of,
        loop_id=loop_id,
        order_path=lambda order: f"/payments/orders/{to_text('ord', order)}",
        may_write=principal.may(Permission.PAYMENTS_WRITE),
    )


def _filters(tab: str, reason: str, gateway: str, least: str) -> dict[str, Any]:
    return {
        "states": [tab],
        "reason": reason or None,
        "gateway": gateway or None,
        "at_least_minor": whole_rupiah(least) or 0,
    }


@post(f"{HOME}/{{entry_id:str}}/explain", opt=WRITE, include_in_schema=False, status_code=200)
async def difference_explained(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    entry_id: FromPath[str],
) -> Response[Any]:
    """A person says what a difference is."""
    whole_shop(principal)
    form = await posted(request)
    entry = from_text(ENTRY_PREFIX, entry_id)
    try:
        await db.run(caller, lambda tx: explain(tx, entry, one(form, "word"), now=now))
    except Refusal as refusal:
        sent = refused(request, f"explain-{loop_id(entry)}", form, refusal, {WordMissing: "word"})
        return await desk(request, db, caller, principal, now, sent=sent)
    return Redirect(HOME, status_code=303)


@get(f"{HOME}/export.csv", opt=READ, include_in_schema=False)
async def differences_exported(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    tab: FromQuery[str] = "open",
    reason: FromQuery[str] = "",
    gateway: FromQuery[str] = "",
    least: FromQuery[str] = "",
) -> Response[str]:
    """The differences of a filter as a file."""
    whole_shop(principal)
    filters = _filters(tab if tab in STATES else "open", reason, gateway, least)
    rows = await db.run(caller, lambda tx: differences(tx, **filters, limit=MOST_EXPORTED))
    heading = ("id", "reason", "state", "difference", "gap", "currency", "order", "reference", "gateway", "account",
               "file", "opened_at", "moved_at", "moved_by", "word")  # fmt: skip
    cells = [
        (
            to_text(ENTRY_PREFIX, row.id), row.reason, row.state, row.difference_minor, row.gap_minor, row.currency,
            row.number, row.payload.get("reference"), row.gateway, row.account, row.file, row.opened_at.isoformat(),
            row.moved_at.isoformat(), row.moved_by, row.word,
        )
        for row in rows
    ]  # fmt: skip
    return as_file(f"differences-{now:%Y%m%d}.csv", heading, cells)


def as_file(name: str, heading: Iterable[str], rows: Iterable[Iterable[Any]]) -> Response[str]:
    """Rows as a CSV to keep; a cell a spreadsheet would run is defused."""
    table = [list(heading), *([_cell(cell) for cell in row] for row in rows)]
    return Response(
        written(table),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


handlers = [differences_page, difference_explained, differences_exported]
