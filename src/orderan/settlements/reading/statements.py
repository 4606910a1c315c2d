"""Bank statements as a mapped CSV, read into the lines that brought money."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from orderan.settlements.models import BankRow, ReadStatement, SavedMapping, Unread, UnreadRow
from orderan.settlements.reading.formats import MAPPED, STATEMENT_NAMES
from orderan.settlements.reading.table import Table, bare, table_of
from orderan.settlements.reading.values import Unreadable, amount_of, day_first, day_of, decimal_sign_of

MOST_WORDS = 300
_OUT = frozenset({"db", "dr", "d", "debit", "debet", "out", "keluar"})


def missing_of(places: frozenset[str]) -> Sequence[str]:
    """What of our columns a statement must have and does not."""
    lacking = [] if "booked_on" in places else ["booked_on"]
    return lacking if places & {"amount", "credit"} else [*lacking, "amount"]


def read_statement(
    name: str,
    content: bytes,
    mapping: SavedMapping | None,
    *,
    account: str,
    zone: ZoneInfo,
    currency: str = "IDR",
) -> ReadStatement:
    """Read a bank statement whole.

    Args:
        mapping: None looks for the names banks give their columns.
        account: The bank account it is of, where no column says so.

    Raises:
        FileTooLarge, FileRefused, ColumnsMissing: It cannot be read; nothing was taken.
    """
    columns: Mapping[str, Sequence[str]] = STATEMENT_NAMES
    sign = None
    if mapping is not None:
        columns = {ours: (theirs,) for ours, theirs in mapping.columns.items()}
        sign = None if mapping.decimal_sign == "auto" else mapping.decimal_sign
    table = table_of(name, content, columns, missing_of)
    sign = sign or decimal_sign_of(
        cell for ours in ("amount", "credit", "debit") for cell in table.column(ours)
    )
    first = day_first(table.column("booked_on"))
    lines: list[BankRow] = []
    unread: list[UnreadRow] = []
    skipped = 0
    for row_no, row in table.rows:
        try:
            amount = _came(table, row, sign)
            if amount is None:
                skipped += 1
                continue
            line = BankRow(
                row_no=row_no,
                bank_account=(table.cell(row, "account") or account)[:64],
                booked_on=_day(table, row, zone, first),
                amount_minor=_whole(amount),
                currency=_currency(table, row, currency),
                words=table.cell(row, "words")[:MOST_WORDS],
                reference=table.cell(row, "reference")[:120] or None,
            )
        except Unreadable as fault:
            unread.append(UnreadRow(row_no, fault.reason, table.payload(row)))
            continue
        lines.append(line)
    return ReadStatement(hashlib.sha256(content).hexdigest(), MAPPED, tuple(lines), tuple(unread), skipped)


def _came(table: Table, row: Sequence[str], sign: str | None) -> Decimal | None:
    """What a row brought; None where it took, or moved nothing."""
    text = table.cell(row, "credit")
    if not text and "amount" in table.places:
        text = table.cell(row, "amount")
        if bare(table.cell(row, "side")) in _OUT:
            return None
        if not text:
            raise Unreadable(Unread.NO_AMOUNT)
    if not text or text == "-":
        if table.cell(row, "debit") not in {"", "-"}:
            return None
        raise Unreadable(Unread.NO_AMOUNT)
    amount, side = amount_of(text, sign)
    return amount if amount > 0 and side != "out" else None


def _whole(amount: Decimal) -> int:
    if amount != amount.to_integral_value():
        raise Unreadable(Unread.AMOUNT_NOT_WHOLE)
    return int(amount)


def _day(table: Table, row: Sequence[str], zone: ZoneInfo, first: bool) -> date:
    text = table.cell(row, "booked_on")
    if not text:
        raise Unreadable(Unread.NO_DATE)
    return day_of(text, zone=zone, first=first)


def _currency(table: Table, row: Sequence[str], currency: str) -> str:
    told = (table.cell(row, "currency") or currency).upper()
    if told != currency:
        raise Unreadable(Unread.CURRENCY_NOT_KEPT)
    return told
