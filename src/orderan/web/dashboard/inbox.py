"""The exception inbox: what is stuck, what it costs, what to do about it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.close_entry import close_entries
from orderan.flows.views_inbox import EntryRow, KindCount, closed_entries, entry_kinds, entry_list, one_entry
from orderan.importing import LINES_KIND, RUN_KIND, UPLOAD_PREFIX, StillWaiting, resubmit
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.shops import shop_by_id
from orderan.web.dashboard.courier_claims import claim_path
from orderan.web.dashboard.desk import Asking, Flash, each, scope_of, told
from orderan.web.dashboard.fleet_shown import run_path
from orderan.web.dashboard.import_words import reason_said
from orderan.web.dashboard.inbox_facts import Known, known_of, note_told
from orderan.web.dashboard.inbox_lines import corrections_of, lines_shown
from orderan.web.dashboard.incidents import path_of as incident_path
from orderan.web.dashboard.money_back_words import chargeback_path, payout_path, refund_path
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.order_looks import cash
from orderan.web.dashboard.trust import MODELS, denial_path, review_path
from orderan.web.dashboard.voucher_words import voucher_path
from orderan.web.forms import many, one, posted, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page

SHOWN: Final = 50
KINDS: Final = {
    "payment_over": N_("Lebih bayar"),
    "payment_under": N_("Kurang bayar"),
    "payment_after_close": N_("Dibayar setelah ditutup"),
    "task_short": N_("Barang kurang"),
    "task_waiting": N_("Gudang terlambat"),
    "parcel_waiting": N_("Paket terlambat"),
    "parcel_silent": N_("Kurir diam"),
    "promise_at_risk": N_("Janji sampai terancam"),
    "fleet_stop_failed": N_("Antaran sendiri gagal"),
    "fleet_cash_differs": N_("Uang sopir selisih"),
    "fleet_run_waiting": N_("Perjalanan armada menunggu"),
    "fleet_planning_waiting": N_("Rute belum selesai dihitung"),
    "courier_contradicts": N_("Kabar kurir bertentangan"),
    "courier_word": N_("Kata kurir belum dikenal"),
    "courier_letters_unreadable": N_("Kabar kurir tidak terbaca"),
    "courier_not_booked": N_("Kurir gagal dipesan"),
    "courier_keeps_booking": N_("Kurir tidak membatalkan"),
    "booking_waiting": N_("Pemesanan kurir menggantung"),
    "parcel_lost": N_("Paket hilang"),
    "parcel_damaged": N_("Paket rusak"),
    "claim_waiting": N_("Klaim ke kurir menunggu"),
    "door_wish": N_("Kata pembeli soal antaran gagal"),
    "nobody_home": N_("Rumah mungkin kosong"),
    "return_waiting": N_("Retur menunggu"),
    "return_dispute": N_("Sengketa retur"),
    "refund_waiting": N_("Dana belum dikembalikan"),
    "voucher_waiting": N_("Voucher menunggu persetujuan"),
    "approval_waiting": N_("Pengembalian dana menunggu persetujuan"),
    "payment_differs": N_("Kabar gateway tidak cocok"),
    "payment_try_waiting": N_("Percobaan bayar belum selesai"),
    "rail_trouble": N_("Cara bayar terganggu"),
    "gateway_refuses_us": N_("Gateway menolak akun toko"),
    "incident_waiting": N_("Gangguan menunggu"),
    "refund_try_waiting": N_("Pengembalian dana belum sampai"),
    "refund_failed": N_("Pengembalian dana gagal"),
    "refund_differs": N_("Jumlah pengembalian dana berbeda"),
    "refund_beyond": N_("Dana dikembalikan dua kali"),
    "payout_waiting": N_("Pembayaran ke rekening menunggu"),
    "chargeback_waiting": N_("Sengketa belum diputus"),
    "chargeback_due": N_("Batas waktu sengketa"),
    "chargeback_beyond": N_("Dana ditarik dua kali"),
    "cashback_beyond": N_("Cashback terlanjur dibayar"),
    "order_waiting": N_("Pesanan tertahan"),
    "verification_waiting": N_("Konfirmasi menunggu"),
    "buyer_not_asked": N_("Pembeli belum sempat ditanya"),
    "buyer_wrote": N_("Pembeli membalas dengan kata sendiri"),
    "recording_kept": N_("Rekaman belum terhapus"),
    "review_waiting": N_("Pemeriksaan pesanan menunggu"),
    "appeal_waiting": N_("Keberatan menunggu"),
    "training_waiting": N_("Latihan model menunggu"),
    "change_waiting": N_("Perubahan menunggu"),
    "hold_waiting": N_("Penahanan terlalu lama"),
    "transfer_waiting": N_("Pemindahan stok menunggu"),
    "stock_take_waiting": N_("Stok opname menunggu"),
    "stock_take_short": N_("Stok opname kurang"),
    "cod_short": N_("Setoran kurir kurang"),
    "remittance_row": N_("Baris setoran kurir"),
    "settlement_waiting": N_("Selisih settlement"),
    "payout_unseen": N_("Pencairan belum masuk bank"),
    "balance_adrift": N_("Saldo gateway tidak cocok"),
    "letters_unreadable": N_("Surat gateway tidak terbaca"),
    "letters_refused": N_("Surat gateway ditolak"),
    "letters_of_nobody": N_("Kabar uang tak dikenal"),
    "message_untold": N_("Pesan tidak sampai"),
    "delivery_waiting": N_("Jalur pesan tersendat"),
    "money_waiting": N_("Uang di perjalanan"),
    "completion_blocked": N_("Belum bisa diselesaikan"),
    "low_stock": N_("Stok menipis"),
    "import_lines": N_("Baris impor"),
    "import_run": N_("Impor"),
    "job_failed": N_("Pekerjaan gagal"),
    "sweep_failed": N_("Kerja latar gagal"),
}

MONEY_BACK: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "refund_waiting": lambda told: refund_path(UUID(told["id"])),
    "approval_waiting": lambda told: refund_path(UUID(told["id"])),
    "refund_failed": lambda told: f"/payments/refunds/{told['refund']}",
    "payout_waiting": lambda told: payout_path(UUID(told["id"])),
    "chargeback_waiting": lambda told: chargeback_path(UUID(told["id"])),
    "chargeback_due": lambda told: f"/payments/chargebacks/{told['chargeback']}",
    "return_dispute": lambda told: f"/returns/{told['return']}/dispute",
    "door_wish": lambda told: f"/shipping/{told['parcel']}/door",
    "cashback_beyond": lambda told: f"/payments/promotions/{told['promotion']}",
}
"""Entries about one thing with a page of its own, by what they tell of it."""

TIED: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "review_waiting": lambda told: review_path(UUID(told["id"])),
    "appeal_waiting": lambda told: denial_path(UUID(told["id"])),
    "training_waiting": lambda _: MODELS,
    "voucher_waiting": lambda told: voucher_path(UUID(told["id"])),
    "claim_waiting": lambda told: claim_path(UUID(told["id"])),
}
"""The same, of pages that are closed to whoever sees only a part of the shop."""
OPENED_BY: Final = {"claim_waiting": Permission.SHIPPING_READ}
"""What opens them, where it is not what opens the pages of trust."""

ELSEWHERE: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "rail": lambda _: "/payments/gateways",
    "incident": lambda told: incident_path(UUID(told["id"])),
    "settlement": lambda _: "/payments/settlements",
    "payouts": lambda _: "/payments/payouts",
    "gateway_account": lambda told: f"/settings/gateways/{told['account']}",
    "stock_take": lambda told: f"/stock/takes/{told.get('stock_take') or to_text('stk', UUID(told['id']))}",
    "parcel": lambda told: f"/shipping/{told['parcel']}/part" if "parcel" in told else "",
    "reach_account": lambda told: f"/settings/reach/{told['account']}",
    "courier_account": lambda _: "/shipping",
    "run": lambda told: f"/fleet/runs/{told['run']}" if "run" in told else run_path(UUID(told["id"])),
    "planning": lambda _: "/fleet",
    "message": lambda told: f"/messages/{told['message']}",
    "delivery": lambda _: "/messages",
}
"""Entries about no order: where their subject is."""


def path_of(entry_id: UUID) -> str:
    return f"/inbox/{to_text('exc', entry_id)}"


@get("/inbox", opt={"needs": Permission.INBOX_READ}, include_in_schema=False)
async def inbox_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    kind: FromQuery[str] = "",
    by: FromQuery[str] = "money",
    after: FromQuery[str] = "",
    tab: FromQuery[str] = "open",
) -> Response[str]:
    """What is stuck, by what it costs or by when it is too late; or what was closed, the last first."""
    if tab == "closed":
        return await closed(request, db, caller, principal, now, kind=kind, after=after)
    return await inbox(request, db, caller, principal, now, kind=kind, by=by, after=after)


async def closed(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    *,
    kind: str,
    after: str,
) -> Response[str]:
    """Closed entries: when, by whom and why."""
    last = from_text("exc", after) if after else None

    async def read(tx: Tx) -> tuple[list[EntryRow], Names]:
        rows = await closed_entries(tx, scope_of(principal), kind=kind or None, after=last, limit=SHOWN + 1)
        return rows, await names_of(tx, sorted({row.closed_by for row in rows if row.closed_by}), {})

    rows, names = await db.run(caller, read)
    spoken = place_of(request).words
    return page(
        request,
        "inbox/closed.html",
        now=now,
        kinds=KINDS,
        kind=kind,
        rows=[(row, names.who(row.closed_by or "", spoken), note_told(row, spoken)) for row in rows[:SHOWN]],
        older=to_text("exc", rows[SHOWN - 1].id) if len(rows) > SHOWN else None,
        after=after,
        path_of=path_of,
    )


async def inbox(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    *,
    kind: str,
    by: str,
    after: str = "",
    flashes: list[Flash] | None = None,
    status: int = 200,
) -> Response[str]:
    """The list, with what is to be said on top of it."""
    scope = scope_of(principal)
    order = by if by in {"money", "deadline"} else "money"
    last = from_text("exc", after) if after else None

    async def read(tx: Tx) -> tuple[list[KindCount], list[EntryRow]]:
        rows = await entry_list(
            tx,
            scope,
            state="open",
            kind=kind or None,
            by=order,
            after=last,
            limit=SHOWN + 1,
        )
        return list(await entry_kinds(tx, scope, now=now)), rows

    kinds, rows = await db.run(caller, read)
    return page(
        request,
        "inbox/list.html",
        status_code=status,
        now=now,
        flashes=flashes or [],
        kinds=kinds,
        names=KINDS,
        total=sum(one.many for one in kinds),
        kind=kind,
        by=order,
        cases=[{"id": to_text("exc", row.id), "row": row} for row in rows[:SHOWN]],
        older=to_text("exc", rows[SHOWN - 1].id) if len(rows) > SHOWN else None,
        after=after,
        path_of=path_of,
        cash=cash,
        may_write=principal.may(Permission.INBOX_WRITE),
    )


@get("/inbox/{entry_id:str}", opt={"needs": Permission.INBOX_READ}, include_in_schema=False)
async def entry_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    entry_id: FromPath[str],
) -> Response[str]:
    """One entry with everything that is known of it."""
    return await entry(request, db, caller, principal, now, from_text("exc", entry_id))


async def entry(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    entry_id: UUID,
    *,
    flashes: list[Flash] | None = None,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response[str]:
    """The page of an entry, with what is to be said on top of it."""
    place = place_of(request, now=now)

    async def read(tx: Tx) -> tuple[EntryRow, list[Known], Names, dict[str, Any] | None]:
        found = await one_entry(tx, scope_of(principal), entry_id)
        names = await names_of(tx, [found.closed_by] if found.closed_by else [], {})
        if found.kind != LINES_KIND:
            return found, await known_of(tx, found, place), names, None
        lines = await lines_shown(tx, found, request, typed=typed or {}, wrong=wrong or {})
        return found, [], names, lines

    row, known, names, lines = await db.run(caller, read)
    about = row.subject_id if row.subject_kind == "order" else None
    return page(
        request,
        "inbox/detail.html",
        status_code=status,
        now=now,
        flashes=flashes or [],
        entry=row,
        names=KINDS,
        known=known,
        closed_by=names.who(row.closed_by, place.words) if row.closed_by else "",
        closing_note=note_told(row, place.words),
        path=path_of(row.id),
        order_path=f"/orders/{to_text('ord', about)}" if about else "",
        repair=_repair(row, principal),
        note=(typed or {}).get("note", ""),
        lines=lines,
        cash=cash,
        may_repair=principal.may(Permission.IMPORTS_WRITE),
        may_write=principal.may(Permission.INBOX_WRITE),
    )


def _repair(row: EntryRow, principal: Principal) -> str:
    """The page where the trouble is mended, where there is one and they may open it."""
    if row.kind in TIED:
        needs = OPENED_BY.get(row.kind, Permission.TRUST_READ)
        opens = principal.sees_whole_shop and principal.may(needs)
        return TIED[row.kind](row.payload) if opens else ""
    if row.kind == RUN_KIND and row.subject_id is not None:
        return f"/orders/import/{to_text(UPLOAD_PREFIX, row.subject_id)}"
    if row.subject_kind == "sku" and row.subject_id is not None:
        return f"/stock/items/{to_text('sku', row.subject_id)}"
    if row.subject_kind == "transfer" and row.subject_id is not None:
        return f"/stock/transfers/{to_text('trf', row.subject_id)}"
    if row.subject_kind in ELSEWHERE:
        return ELSEWHERE[row.subject_kind](row.payload)
    if row.subject_kind != "order" or row.subject_id is None:
        return ""
    if row.kind in MONEY_BACK:
        return MONEY_BACK[row.kind](row.payload)
    if row.kind in {
        "payment_over",
        "payment_under",
        "payment_after_close",
        "money_waiting",
        "payment_differs",
        "payment_try_waiting",
        "refund_try_waiting",
        "refund_differs",
        "refund_beyond",
        "chargeback_beyond",
    }:
        return f"/payments/orders/{to_text('ord', row.subject_id)}"
    if row.kind in {"task_waiting", "task_short"}:
        task = row.payload.get("task") or to_text("tsk", UUID(row.payload["id"]))
        return f"/warehouse/tasks/{task}"
    if row.kind == "return_waiting":
        return f"/returns/{to_text('ret', UUID(row.payload['id']))}"
    if row.kind == "parcel_waiting":
        return f"/shipping?q={row.payload['awb']}"
    return f"/orders/{to_text('ord', row.subject_id)}"


@post("/inbox/bulk", opt={"needs": Permission.INBOX_WRITE}, include_in_schema=False, status_code=200)
async def entries_closed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """The ticked entries are done with, each for itself."""
    form = await posted(request)
    outcome = "dismissed" if one(form, "outcome") == "dismissed" else "resolved"
    note = one(form, "note")
    scope = scope_of(principal)

    async def step(tx: Tx, entry_id: UUID) -> None:
        await close_entries(tx, scope, [entry_id], state=outcome, note=note, now=now)

    ids = [from_text("exc", ticked) for ticked in many(form, "entry")]
    flashes = (await each(request, db, caller, ids, step)).flashes(
        request,
        lambda spoken, done: spoken.ngettext("%(num)s perkara ditutup.", "%(num)s perkara ditutup.", done),
    )
    return await inbox(
        request, db, caller, principal, now, kind=one(form, "kind"), by=one(form, "by"), flashes=flashes
    )


@post(
    "/inbox/{entry_id:str}/close",
    opt={"needs": Permission.INBOX_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def entry_closed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    entry_id: FromPath[str],
) -> Response[Any]:
    """Done with, and why."""
    form = await posted(request)
    found = from_text("exc", entry_id)
    outcome = "dismissed" if one(form, "outcome") == "dismissed" else "resolved"
    scope = scope_of(principal)
    try:
        await db.run(
            caller,
            lambda tx: close_entries(tx, scope, [found], state=outcome, note=one(form, "note"), now=now),
        )
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(request).words))]
        return await entry(
            request, db, caller, principal, now, found, flashes=flashes, status=422, typed=typed_in(form)
        )
    return Redirect("/inbox", status_code=303)


@post(
    "/inbox/{entry_id:str}/resubmit",
    opt={"needs": Permission.IMPORTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def lines_resubmitted(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    entry_id: FromPath[str],
) -> Response[Any]:
    """Send the lines of an entry in again, corrected or not: all of them, or nothing changes."""
    form = await posted(request)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    found = from_text("exc", entry_id)
    scope = scope_of(principal)

    async def command(tx: Tx) -> None:
        row = await one_entry(tx, scope, found)
        corrections = corrections_of(row, typed) if row.kind == LINES_KIND else {}
        shop = await shop_by_id(tx, tx.shop_id)
        await resubmit(tx, shop, found, corrections, now=now)

    spoken = place_of(request).words
    wrong: dict[str, str] = {}
    try:
        await db.run(caller, command)
    except StillWaiting as refusal:
        wrong = {
            problem.where.removeprefix("line "): reason_said(problem.what, spoken)
            for problem in refusal.problems
        }
        flashes = [("loss", told(refusal, spoken))]
    except Refusal as refusal:
        flashes = [("loss", told(refusal, spoken))]
    else:
        return Redirect(path_of(found), status_code=303)
    return await entry(
        request, db, caller, principal, now, found, flashes=flashes, status=422, typed=typed, wrong=wrong
    )


handlers = [inbox_page, entry_page, entries_closed, entry_closed, lines_resubmitted]
