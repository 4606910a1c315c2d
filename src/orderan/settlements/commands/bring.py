"""Take a file in: once by its content, and each of its lines once by what it says."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import psycopg

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.settlements import store, store_bank, store_entries
from orderan.settlements.errors import AccountNotFound
from orderan.settlements.events import FileBrought
from orderan.settlements.models import Brought, FileKind, ReadSettlement, ReadStatement

FILE_PREFIX = "stf"
MOST_NAME = 200


async def bring_settlement(
    tx: Tx, account_id: UUID, name: str, read: ReadSettlement, *, currency: str, now: datetime
) -> tuple[Brought, bool]:
    """Take a gateway's file in; the file as it was brought, and whether that was now.

    The book of the account is locked from here on, so that two files of it are reconciled one after
    the other.

    Raises:
        AccountNotFound: No such account.
    """
    try:
        async with tx.savepoint():
            await store.lock_book(tx, account_id)
    except psycopg.errors.ForeignKeyViolation as missing:
        raise AccountNotFound(to_text("gwa", account_id)) from missing
    made, new = await _begin(tx, FileKind.SETTLEMENT, account_id, name, read, now=now)
    if not new:
        return made, False
    written = 0
    if read.lines:
        payouts = await store.insert_payouts(tx, account_id, read.lines)
        written = await store.insert_lines(tx, made.id, account_id, read.lines, payouts)
        await store.sum_payouts(tx, payouts.values())
        await store_bank.part_payouts(tx, payouts.values())
        await store.cover(tx, account_id, {line.settled_on for line in read.lines})
    return await _end(tx, made, read, written, currency=currency, now=now), True


async def bring_statement(
    tx: Tx, name: str, read: ReadStatement, *, currency: str, now: datetime
) -> tuple[Brought, bool]:
    """Take a bank's file in; the file as it was brought, and whether that was now."""
    made, new = await _begin(tx, FileKind.STATEMENT, None, name, read, now=now)
    if not new:
        return made, False
    written = await store_bank.insert_bank_lines(tx, made.id, read.lines) if read.lines else 0
    return await _end(tx, made, read, written, currency=currency, now=now), True


async def _begin(
    tx: Tx,
    kind: FileKind,
    account_id: UUID | None,
    name: str,
    read: ReadSettlement | ReadStatement,
    *,
    now: datetime,
) -> tuple[Brought, bool]:
    made = Brought(
        id=new_id(),
        kind=kind,
        account_id=account_id,
        format=read.format,
        name=name.strip()[:MOST_NAME] or "-",
        digest=read.digest,
        rows=len(read.lines) + len(read.unread) + read.skipped,
        lines=len(read.lines),
        known_before=0,
        skipped=read.skipped,
        unread=len(read.unread),
        brought_by=tx.actor,
        brought_at=now,
    )
    if await store.insert_file(tx, made):
        return made, True
    before = await store.file_of_digest(tx, kind, read.digest)
    assert before is not None
    return before, False


async def _end(
    tx: Tx,
    made: Brought,
    read: ReadSettlement | ReadStatement,
    written: int,
    *,
    currency: str,
    now: datetime,
) -> Brought:
    counted = replace(made, lines=written, known_before=len(read.lines) - written)
    await store.recount_file(tx, made.id, lines=counted.lines, known_before=counted.known_before)
    if read.unread:
        await store_entries.insert_unread(
            tx, made.id, made.account_id, read.unread, currency=currency, now=now
        )
    told = FileBrought(made.kind, made.account_id, counted.lines, counted.known_before, counted.unread)
    await record(tx, made.id, told, now=now)
    after = {"name": made.name, "rows": made.rows, "lines": counted.lines, "unread": counted.unread}
    await leave(
        tx,
        Trace(f"settlement.{made.kind}", "settlement_file", to_text(FILE_PREFIX, made.id), after=after),
        now=now,
    )
    return counted
