"""Settlement files and bank statements in the dashboard: bring one in, and see what came of it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Principal
from orderan.flows.reconcile import settle_file, settle_statement
from orderan.flows.views_finance import gateway_accounts
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.settlements import (
    CAMT,
    FILE_PREFIX,
    FORMATS,
    SETTLEMENT_COLUMNS,
    STATEMENT_COLUMNS,
    AccountNotFound,
    Brought,
    ColumnsMissing,
    FileKind,
    FileNotFound,
    FileRefused,
    MappingNotFound,
    ReadSettlement,
    ReadStatement,
    SavedMapping,
    SettlementFormat,
    as_format,
    file_by_id,
    files,
    keep_mapping,
    mappings,
    read_camt,
    read_settlement,
    read_statement,
)
from orderan.shops import shop_by_id
from orderan.web.dashboard.desk import Asking
from orderan.web.dashboard.finance import HOME, NOTHING_SENT, READ, WRITE, whole_shop
from orderan.web.errors import sentence
from orderan.web.forms import Sent, one, posted, refused
from orderan.web.here import place_of
from orderan.web.pages import page

FILES: Final = f"{HOME}/files"
ACCOUNT_PREFIX: Final = "gwa"
MAPPED_PREFIX: Final = "mapping:"
BY_NAMES: Final = "names"
FORMAT_NAMES: Final = {
    "midtrans": "Midtrans",
    "xendit": N_("Xendit, laporan transaksi"),
    "xendit_balance": N_("Xendit, laporan saldo"),
    "doku": "DOKU",
}
COLUMN_NAMES: Final = {
    "reference": N_("Referensi"),
    "gateway_id": N_("ID transaksi gateway"),
    "kind": N_("Jenis transaksi"),
    "status": N_("Status"),
    "settlement_status": N_("Status settlement"),
    "method": N_("Cara bayar"),
    "gross": N_("Jumlah kotor"),
    "fee": N_("Biaya"),
    "tax": N_("Pajak atas biaya"),
    "net": N_("Jumlah bersih"),
    "currency": N_("Mata uang"),
    "settled_on": N_("Tanggal pencairan"),
    "payout_reference": N_("Referensi pencairan"),
    "booked_on": N_("Tanggal"),
    "amount": N_("Jumlah uang"),
    "credit": N_("Kredit"),
    "debit": N_("Debit"),
    "side": N_("Arah, debit atau kredit"),
    "words": N_("Keterangan"),
    "account": N_("Nomor rekening"),
}
WHY: Final = {
    "empty": N_("Berkasnya kosong."),
    "not_csv": N_("Isinya bukan teks CSV dan bukan XLSX."),
    "not_xlsx": N_("Berkas XLSX-nya tidak utuh."),
    "not_xml": N_("Isinya bukan XML yang utuh."),
    "doctype": N_("Berkasnya memuat DOCTYPE, yang tidak pernah dipakai bank."),
    "not_camt": N_("Isinya bukan rekening koran CAMT.053."),
}
KINDS: Final = {"settlement": N_("Settlement"), "statement": N_("Rekening koran")}


@get(FILES, opt=WRITE, include_in_schema=False)
async def files_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Forms for files, and what was brought in lately."""
    return await desk(request, db, caller, principal)


async def desk(
    request: Asking, db: Database, caller: Caller, principal: Principal, *, sent: Sent = NOTHING_SENT
) -> Response[Any]:
    """The page, with the form that was refused as it was sent."""
    whole_shop(principal)

    async def read(tx: Tx) -> tuple[Any, ...]:
        return (
            await gateway_accounts(tx),
            await mappings(tx, FileKind.SETTLEMENT),
            await mappings(tx, FileKind.STATEMENT),
            await files(tx),
        )

    accounts, settling, banking, brought = await db.run(caller, read)
    return page(
        request,
        "finance/files.html",
        status_code=422 if sent.refused else 200,
        sent=sent,
        accounts=[
            (to_text(ACCOUNT_PREFIX, row.id), f"{GATEWAY_NAMES.get(row.gateway, row.gateway)}: {row.name}")
            for row in accounts
        ],
        format_names=FORMAT_NAMES,
        settling=[(f"{MAPPED_PREFIX}{mapping.name}", mapping.name) for mapping in settling],
        banking=[(f"{MAPPED_PREFIX}{mapping.name}", mapping.name) for mapping in banking],
        files=brought,
        kinds=KINDS,
        file_path=file_path,
        columns=dict.fromkeys((*SETTLEMENT_COLUMNS, *STATEMENT_COLUMNS)),
        column_names=COLUMN_NAMES,
        camt=CAMT,
        by_names=BY_NAMES,
    )


def file_path(file: Brought) -> str:
    return f"{FILES}/{to_text(FILE_PREFIX, file.id)}"


@post(FILES, opt=WRITE, include_in_schema=False)
async def settlement_given(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Take a gateway's file in and hold its account against the ledger."""
    whole_shop(principal)
    form = await posted(request)
    try:
        name, content = await file_given(form)
        account = _account(one(form, "account"))
        how, zone, currency = await db.run(caller, lambda tx: _settlement_format(tx, one(form, "format")))

        def work() -> ReadSettlement:
            return read_settlement(name, content, how, zone=zone, currency=currency)

        read = await asyncio.to_thread(work)
        brought, outcome = await db.run(caller, lambda tx: settle_file(tx, account, name, read, now=now))
    except Refusal as refusal:
        sent = said(request, "settlement", form, refusal)
        return await desk(request, db, caller, principal, sent=sent)
    return Redirect(file_path(brought) + ("?again=1" if outcome is None else ""), status_code=303)


@post(f"{HOME}/statements", opt=WRITE, include_in_schema=False)
async def statement_given(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Take a bank's file in and look for the payouts in it."""
    whole_shop(principal)
    form = await posted(request)
    try:
        name, content = await file_given(form)
        wanted = one(form, "format")
        account = one(form, "bank_account").strip()[:64] or "-"

        async def look(tx: Tx) -> tuple[SavedMapping | None, ZoneInfo, str]:
            shop = await shop_by_id(tx, tx.shop_id)
            named = wanted.startswith(MAPPED_PREFIX)
            mapping = await _mapping(tx, FileKind.STATEMENT, wanted) if named else None
            return mapping, ZoneInfo(shop.time_zone), shop.currency

        mapping, zone, currency = await db.run(caller, look)

        def work() -> ReadStatement:
            if wanted == CAMT:
                return read_camt(name, content, account=account, zone=zone, currency=currency)
            return read_statement(name, content, mapping, account=account, zone=zone, currency=currency)

        read = await asyncio.to_thread(work)
        brought, found = await db.run(caller, lambda tx: settle_statement(tx, name, read, now=now))
    except Refusal as refusal:
        sent = said(request, "statement", form, refusal)
        return await desk(request, db, caller, principal, sent=sent)
    return Redirect(file_path(brought) + ("?again=1" if found is None else ""), status_code=303)


@post(f"{HOME}/mappings", opt=WRITE, include_in_schema=False)
async def mapping_given(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep which column of a file holds what."""
    whole_shop(principal)
    form = await posted(request)
    kind = FileKind.STATEMENT if one(form, "kind") == FileKind.STATEMENT else FileKind.SETTLEMENT
    known = STATEMENT_COLUMNS if kind is FileKind.STATEMENT else SETTLEMENT_COLUMNS
    columns = {ours: one(form, f"column_{ours}") for ours in known}
    sign = one(form, "decimal_sign") or "auto"
    try:
        await db.run(
            caller, lambda tx: keep_mapping(tx, kind, one(form, "name"), columns, decimal_sign=sign, now=now)
        )
    except Refusal as refusal:
        sent = refused(request, "mapping", form, refusal, {})
        return await desk(request, db, caller, principal, sent=sent)
    return Redirect(FILES, status_code=303)


@get(f"{FILES}/{{file_id:str}}", opt=READ, include_in_schema=False)
async def file_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    file_id: FromPath[str],
    again: FromQuery[str] = "",
) -> Response[Any]:
    """What came of a file: every row of it is one of four counts."""
    whole_shop(principal)
    wanted = from_text(FILE_PREFIX, file_id)
    found = await db.run(caller, lambda tx: file_by_id(tx, wanted))
    if found is None:
        raise FileNotFound(file_id)
    return page(request, "finance/file.html", file=found, again=bool(again), kinds=KINDS)


async def file_given(form: FormMultiDict) -> tuple[str, bytes]:
    """The file of a form: its name and what is in it.

    Raises:
        FileRefused: There is none.
    """
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise FileRefused("-", "empty", "")
    return upload.filename, await upload.read()


def _account(text: str) -> Any:
    try:
        return from_text(ACCOUNT_PREFIX, text)
    except NotAnId:
        raise AccountNotFound(text) from None


async def _settlement_format(tx: Tx, wanted: str) -> tuple[SettlementFormat, ZoneInfo, str]:
    shop = await shop_by_id(tx, tx.shop_id)
    zone = ZoneInfo(shop.time_zone)
    if wanted in FORMATS:
        return FORMATS[wanted], zone, shop.currency
    return as_format(await _mapping(tx, FileKind.SETTLEMENT, wanted)), zone, shop.currency


async def _mapping(tx: Tx, kind: FileKind, wanted: str) -> SavedMapping:
    name = wanted.removeprefix(MAPPED_PREFIX)
    for mapping in await mappings(tx, kind):
        if mapping.name == name:
            return mapping
    raise MappingNotFound(name)


def said(request: Asking, name: str, form: FormMultiDict, refusal: Refusal) -> Sent:
    """A refused file, with what of it shows why beside its field."""
    spoken = place_of(request).words
    told = sentence(refusal, spoken)
    typed: Mapping[str, str] = {key: value for key, value in form.items() if isinstance(value, str)}
    if isinstance(refusal, FileRefused):
        told = f"{told} {spoken.gettext(WHY[refusal.why])}"
    if isinstance(refusal, ColumnsMissing):
        lacking = ", ".join(spoken.gettext(COLUMN_NAMES[column]) for column in refusal.columns)
        told = spoken.gettext(
            N_("Kolom ini tidak ada di berkas: %(columns)s. Buat pemetaan kolom di bawah."), columns=lacking
        )
    if isinstance(refusal, AccountNotFound | MappingNotFound):
        return Sent(name, typed, general=told)
    return Sent(name, typed, {"file": told})


handlers = [files_page, settlement_given, statement_given, mapping_given, file_page]
