"""Settlement files held against our ledger.

    read       the file, outside any transaction: a pure function of its bytes
    bring      one transaction: the file once, its lines once, the payouts they make up
    match      each line to the try it is of, by our reference or the gateway's id
    judge      every payment the file speaks of, and those it should have spoken of, against the ledger
    write      differences open as entries or vanish; a payment the gateway speaks of and we do not
               know as paid is asked for, so that only the gateway's own word moves money

Everything is done over sets: a file of 10,000 lines is a dozen statements.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.flows.views_settling import (
    attempts_by_name,
    attempts_touched,
    attempts_unsettled,
    standing_of_attempts,
)
from orderan.kit.db import Tx
from orderan.payments import METHODS, Fee, call_for_news, fees_on
from orderan.settlements import (
    ASKS_AGAIN,
    Book,
    Brought,
    Finding,
    Known,
    Line,
    ReadSettlement,
    ReadStatement,
    Reason,
    attempts_of_file,
    attempts_with_entries,
    books,
    bring_settlement,
    bring_statement,
    judge,
    let_vanish,
    lines_of_attempts,
    lock_book,
    lock_matching,
    match_payouts,
    note_reconciled,
    save_findings,
    set_attempts,
    stray,
    unmatched_lines,
    usual_day,
)
from orderan.shops import shop_by_id

LOOKED_BACK: Final = timedelta(days=60)
"""What was paid longer ago and is in no file has had its entry for weeks."""
NIGHTLY: Final = timedelta(hours=20)
OVERLAP: Final = timedelta(hours=1)
"""A payment booked while the last run read was not seen by it."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of holding an account against its ledger.

    Attributes:
        matched: Lines that found their payment now.
        changed: Entries opened or brought up to date.
        vanished: Entries whose trouble is gone.
        asked: Payments whose gateway is asked next.
    """

    matched: int = 0
    changed: int = 0
    vanished: int = 0
    asked: int = 0


async def settle_file(
    tx: Tx, account_id: UUID, name: str, read: ReadSettlement, *, now: datetime
) -> tuple[Brought, Reconciled | None]:
    """Take a gateway's file in and hold its account against the ledger; None when it was here before.

    Raises:
        AccountNotFound: No such account.
    """
    await lock_matching(tx)
    shop = await shop_by_id(tx, tx.shop_id)
    brought, new = await bring_settlement(tx, account_id, name, read, currency=shop.currency, now=now)
    if not new:
        return brought, None
    outcome = await reconcile(tx, account_id, file_id=brought.id, now=now)
    await match_payouts(tx)
    return brought, outcome


async def settle_statement(
    tx: Tx, name: str, read: ReadStatement, *, now: datetime
) -> tuple[Brought, int | None]:
    """Take a bank's file in and look for its payouts: how many were found, None when it was here before."""
    await lock_matching(tx)
    shop = await shop_by_id(tx, tx.shop_id)
    brought, new = await bring_statement(tx, name, read, currency=shop.currency, now=now)
    return brought, (await match_payouts(tx) if new else None)


async def reconcile(tx: Tx, account_id: UUID, *, file_id: UUID | None = None, now: datetime) -> Reconciled:
    """Hold an account against its ledger: what a file tells of, or, without one, what moved since the last time.

    Payments that should have been in a file by now, and those with an open entry, are looked at each time.
    """
    book = await lock_book(tx, account_id)
    zone = ZoneInfo((await shop_by_id(tx, tx.shop_id)).time_zone)
    lost = await unmatched_lines(tx, account_id)
    named, findings = await _match(tx, account_id, lost)
    scope = {attempt for attempt, _ in named.values()}
    scope |= await attempts_with_entries(tx, account_id)
    if file_id is not None:
        scope |= await attempts_of_file(tx, file_id)
    else:
        last = (book.reconciled_at or now - LOOKED_BACK) - OVERLAP
        scope |= await attempts_touched(tx, account_id, since=last, returned_since=now - LOOKED_BACK)
    if book.covered_from is not None:
        scope |= await attempts_unsettled(tx, account_id, since=now - LOOKED_BACK)
    known = await _known(tx, scope, book, zone)
    lines = await lines_of_attempts(tx, scope)
    for one in known:
        findings += judge(one, lines.get(one.attempt_id, ()))
    changed = await save_findings(tx, account_id, findings, now=now) if findings else 0
    vanished = await let_vanish(
        tx,
        attempts=scope,
        lines=[line.id for line in lost],
        still=[finding.subject for finding in findings],
        now=now,
    )
    asked = await _ask(tx, findings, now=now)
    if file_id is None:
        await note_reconciled(tx, account_id, now=now)
    return Reconciled(len(named), changed, vanished, asked)


async def reconcile_nightly(tx: Tx, *, now: datetime) -> int:
    """Hold one account that was not looked at for a day against its ledger; returns how many it was."""
    for book in await books(tx):
        if book.reconciled_at is None or book.reconciled_at <= now - NIGHTLY:
            await reconcile(tx, book.account_id, now=now)
            return 1
    return 0


async def _match(
    tx: Tx, account_id: UUID, lost: Sequence[Line]
) -> tuple[dict[UUID, tuple[UUID, UUID]], list[Finding]]:
    """The try and order of each line that has one, and what is to be said of the others."""
    if not lost:
        return {}, []
    rows = await attempts_by_name(
        tx,
        references={line.reference for line in lost if line.reference},
        gateway_ids={line.gateway_id for line in lost if line.gateway_id},
    )
    by_reference = {row.reference: row for row in rows}
    by_gateway_id = {row.gateway_id: row for row in rows if row.account_id == account_id}
    named: dict[UUID, tuple[UUID, UUID]] = {}
    findings: list[Finding] = []
    for line in lost:
        row: Any = by_reference.get(line.reference) or by_gateway_id.get(line.gateway_id)
        if row is None:
            findings += stray(line, Reason.UNKNOWN_PAYMENT)
        elif row.account_id != account_id:
            findings += stray(line, Reason.OTHER_ACCOUNT)
        else:
            named[line.id] = (row.id, row.order_id)
    if named:
        await set_attempts(tx, named)
    return named, findings


async def _known(tx: Tx, scope: Collection[UUID], book: Book, zone: ZoneInfo) -> list[Known]:
    """What the ledger has of payments, with what their rails cost on the day they were paid."""
    rows = await standing_of_attempts(tx, scope, zone=zone.key)
    fees = {day: await fees_on(tx, day) for day in sorted({row.paid_on for row in rows if row.paid_on})}
    return [
        Known(
            attempt_id=row.id,
            order_id=row.order_id,
            reference=row.reference,
            currency=row.currency,
            captured_minor=row.captured,
            returned_minor=row.returned,
            due=_due(book, row.paid_on, row.method),
            return_due=_due(book, row.returned_on, row.method),
            fee_minor=_fee(fees.get(row.paid_on, {}).get(row.rail_id), row.captured),
        )
        for row in rows
    ]


def _due(book: Book, on: date | None, method: str) -> bool:
    """Whether files tell of the day on which this usually settles, and of one after it."""
    if on is None or book.covered_from is None or book.covered_until is None or method not in METHODS:
        return False
    return book.covered_from <= usual_day(on, METHODS[method].settles_in_days) < book.covered_until


def _fee(fee: Fee | None, amount_minor: int) -> int | None:
    return None if fee is None or amount_minor <= 0 else sum(fee.of(amount_minor))


async def _ask(tx: Tx, findings: Iterable[Finding], *, now: datetime) -> int:
    doubtful = {
        finding.attempt_id
        for finding in findings
        if finding.reason in ASKS_AGAIN and finding.attempt_id is not None
    }
    return await call_for_news(tx, doubtful, now=now) if doubtful else 0
