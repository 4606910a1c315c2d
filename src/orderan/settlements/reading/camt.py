"""Bank statements in CAMT.053 (ISO 20022), read into the lines that brought money.

Elements are known by their names without the namespace, so that every version of the message is read.
A document type is refused before anything of it is followed: an entity that names another by the
thousand, or a file of this machine, is never unfolded.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Never
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from zoneinfo import ZoneInfo

from orderan.settlements.errors import FileRefused, FileTooLarge
from orderan.settlements.models import BankRow, ReadStatement, Unread, UnreadRow
from orderan.settlements.reading.formats import CAMT
from orderan.settlements.reading.statements import MOST_WORDS
from orderan.settlements.reading.table import MOST_BYTES, MOST_ROWS
from orderan.settlements.reading.values import MOST_DIGITS, Unreadable, day_of

DEEPEST: Final = 40
NO_XML: Final = "not_xml"
A_DOCTYPE: Final = "doctype"
NO_CAMT: Final = "not_camt"


class _Refused(Exception):
    """What the parser stops at."""


def parsed(name: str, content: bytes) -> Element:
    """The tree of a document.

    Raises:
        FileTooLarge: More bytes than a file may have.
        FileRefused: It is no XML, declares a document type, or is deeper than any statement.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES)
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def refuse(*_: object) -> Never:
        raise _Refused

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise _Refused
        builder.start(tag.rpartition("}")[2], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition("}")[2])

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
        return builder.close()
    except _Refused:
        raise FileRefused(name, A_DOCTYPE if depth == 0 else NO_XML, "") from None
    except (expat.ExpatError, AssertionError, LookupError, ValueError) as fault:
        raise FileRefused(name, NO_XML, str(fault)[:120]) from None


def read_camt(
    name: str, content: bytes, *, account: str, zone: ZoneInfo, currency: str = "IDR"
) -> ReadStatement:
    """Read a statement whole.

    Args:
        account: The bank account it is of, where the statement does not say so.

    Raises:
        FileTooLarge, FileRefused: It cannot be read; nothing was taken.
    """
    root = parsed(name, content)
    statements = list(root.iter("Stmt"))
    if not statements:
        raise FileRefused(name, NO_CAMT, root.tag[:80])
    lines: list[BankRow] = []
    unread: list[UnreadRow] = []
    skipped = row_no = 0
    for statement in statements:
        of = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id") or account
        for entry in statement.findall("Ntry"):
            row_no += 1
            if row_no > MOST_ROWS:
                raise FileTooLarge(MOST_ROWS)
            if not _brought(entry):
                skipped += 1
                continue
            try:
                lines.append(_line(row_no, entry, of[:64], zone, currency))
            except Unreadable as fault:
                unread.append(UnreadRow(row_no, fault.reason, _payload(entry)))
    return ReadStatement(hashlib.sha256(content).hexdigest(), CAMT, tuple(lines), tuple(unread), skipped)


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _brought(entry: Element) -> bool:
    """Whether an entry is booked and brought money; a reversal of a debit brings some too, and is no payout."""
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    reversal = _text(entry, "RvslInd").casefold() in {"true", "1"}
    return _text(entry, "CdtDbtInd") == "CRDT" and status in {"", "BOOK"} and not reversal


def _line(row_no: int, entry: Element, account: str, zone: ZoneInfo, currency: str) -> BankRow:
    amount = entry.find("Amt")
    if amount is None or not (amount.text or "").strip():
        raise Unreadable(Unread.NO_AMOUNT)
    told = amount.get("Ccy", currency).upper()
    if told != currency:
        raise Unreadable(Unread.CURRENCY_NOT_KEPT)
    reference = next((text for text in _references(entry) if text and text != "NOTPROVIDED"), None)
    return BankRow(
        row_no=row_no,
        bank_account=account,
        booked_on=_day(entry, zone),
        amount_minor=_whole((amount.text or "").strip()),
        currency=told,
        words=" ".join(_words(entry))[:MOST_WORDS],
        reference=reference[:120] if reference else None,
    )


def _whole(text: str) -> int:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable(Unread.AMOUNT_UNREADABLE) from None
    if not number.is_finite() or number <= 0 or number.adjusted() >= MOST_DIGITS:
        raise Unreadable(Unread.AMOUNT_UNREADABLE)
    if number != number.to_integral_value():
        raise Unreadable(Unread.AMOUNT_NOT_WHOLE)
    return int(number)


def _day(entry: Element, zone: ZoneInfo) -> date:
    for path in ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"):
        if text := _text(entry, path):
            return day_of(text, zone=zone, first=True)
    raise Unreadable(Unread.NO_DATE)


def _references(entry: Element) -> Iterator[str]:
    for path in ("NtryDtls/TxDtls/Refs/EndToEndId", "NtryDtls/TxDtls/Refs/InstrId", "NtryRef", "AcctSvcrRef"):
        yield _text(entry, path)


def _words(entry: Element) -> Iterator[str]:
    for path in ("NtryDtls/TxDtls/RmtInf/Ustrd", "NtryDtls/TxDtls/RmtInf/Strd/CdtrRefInf/Ref"):
        yield from (one.text.strip() for one in entry.findall(path) if one.text and one.text.strip())
    if more := _text(entry, "AddtlNtryInf"):
        yield more


def _payload(entry: Element) -> dict[str, str]:
    return {
        path: text[:MOST_WORDS]
        for path in ("Amt", "CdtDbtInd", "BookgDt/Dt", "BookgDt/DtTm", "NtryRef", "AddtlNtryInf")
        if (text := _text(entry, path))
    }
