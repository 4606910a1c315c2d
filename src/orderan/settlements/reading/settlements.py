"""Settlement files of gateways, read into lines; what cannot be read waits as it was written."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from orderan.settlements.models import (
    LineKind,
    ReadSettlement,
    SavedMapping,
    SettledRow,
    Unread,
    UnreadRow,
)
from orderan.settlements.reading.formats import (
    BACK,
    MAPPED,
    NOT_OURS,
    NOT_YET,
    PAID,
    SettlementFormat,
)
from orderan.settlements.reading.table import Table, bare, table_of
from orderan.settlements.reading.values import Unreadable, amount_of, day_first, day_of, decimal_sign_of

MOST_NAME = 120
MONEY_COLUMNS = ("gross", "fee", "tax", "net")


def as_format(mapping: SavedMapping) -> SettlementFormat:
    """A mapping of the shop's own as a format."""
    sign = None if mapping.decimal_sign == "auto" else mapping.decimal_sign
    columns = {ours: (theirs,) for ours, theirs in mapping.columns.items()}
    return SettlementFormat(MAPPED, columns, decimal_sign=sign, falls_to=None)


def missing_of(places: frozenset[str]) -> Sequence[str]:
    """What of our columns a settlement file must have and does not."""
    lacking = [name for name in ("gross", "settled_on") if name not in places]
    if not places & {"reference", "gateway_id"}:
        lacking.append("reference")
    return lacking


def read_settlement(
    name: str, content: bytes, how: SettlementFormat, *, zone: ZoneInfo, currency: str = "IDR"
) -> ReadSettlement:
    """Read a settlement file whole.

    Raises:
        FileTooLarge, FileRefused, ColumnsMissing: It cannot be read; nothing was taken.
    """
    table = table_of(name, content, how.columns, missing_of)
    if "line_type" in table.places:
        table = _folded(table)
    reading = _Reading(table, how, zone, currency)
    lines, unread, skipped = [], [], 0
    for row_no, row in table.rows:
        try:
            line = reading.line(row_no, row)
        except Unreadable as fault:
            unread.append(UnreadRow(row_no, fault.reason, table.payload(row)))
            continue
        if line is None:
            skipped += 1
        else:
            lines.append(line)
    digest = hashlib.sha256(content).hexdigest()
    return ReadSettlement(digest, how.code, tuple(lines), tuple(unread), skipped)


class _Reading:
    """One file while its rows are read: how it writes numbers and days is told by all of it."""

    def __init__(self, table: Table, how: SettlementFormat, zone: ZoneInfo, currency: str) -> None:
        self._table = table
        self._zone = zone
        self._currency = currency
        cells = (cell for ours in MONEY_COLUMNS for cell in table.column(ours))
        self._sign = how.decimal_sign or decimal_sign_of(cells) or how.falls_to
        self._first = day_first(table.column("settled_on"))

    def line(self, row_no: int, row: Sequence[str]) -> SettledRow | None:
        """A line, or None for a row that is no payment and no refund or is not settled yet."""
        cell = self._table.cell
        kind_word = bare(cell(row, "kind"))
        status = bare(cell(row, "status"))
        if kind_word in NOT_OURS or status not in PAID:
            return None
        settlement_status = bare(cell(row, "settlement_status"))
        settled = cell(row, "settled_on")
        if settlement_status in NOT_YET or (not settled and settlement_status):
            return None
        reference = cell(row, "reference")[:MOST_NAME] or None
        gateway_id = cell(row, "gateway_id")[:MOST_NAME] or None
        if reference is None and gateway_id is None:
            raise Unreadable(Unread.NO_REFERENCE)
        currency = (cell(row, "currency") or self._currency).upper()
        if currency != self._currency:
            raise Unreadable(Unread.CURRENCY_NOT_KEPT)
        gross = self._whole(self._number(row, "gross", needed=True))
        back = kind_word in BACK or status in BACK - {"refund", "partialrefund"} or gross < 0
        if gross == 0:
            raise Unreadable(Unread.NO_AMOUNT)
        if not settled:
            raise Unreadable(Unread.NO_DATE)
        gross = -abs(gross) if back else gross
        fee, tax, net = self._costs(row, gross)
        return SettledRow(
            row_no=row_no,
            kind=LineKind.REFUND if back else LineKind.PAYMENT,
            reference=reference,
            gateway_id=gateway_id,
            method=cell(row, "method")[:MOST_NAME] or None,
            gross_minor=gross,
            fee_minor=fee,
            tax_minor=tax,
            net_minor=net,
            currency=currency,
            settled_on=day_of(settled, zone=self._zone, first=self._first),
            payout_reference=cell(row, "payout_reference")[:MOST_NAME] or None,
        )

    def _costs(self, row: Sequence[str], gross: int) -> tuple[int, int, int]:
        """Fee, tax on it and net; a fee is written above or below zero, and the net tells which is meant."""
        fee, tax = self._number(row, "fee"), self._number(row, "tax")
        net = self._number(row, "net")
        if net is not None and gross < 0:
            net = -abs(net)
        if fee is None and net is not None:
            return _rounded(gross - net - (tax or 0)), _rounded(tax or Decimal()), _rounded(net)
        fee, tax = abs(fee or Decimal()), abs(tax or Decimal())
        if net is None:
            return _rounded(fee), _rounded(tax), gross - _rounded(fee) - _rounded(tax)
        # A refund's fee is charged by some gateways and given back by others; none says so in a column.
        if gross < 0 and abs(gross + fee + tax - net) < abs(gross - fee - tax - net):
            fee, tax = -fee, -tax
        return _rounded(fee), _rounded(tax), _rounded(net)

    def _number(self, row: Sequence[str], ours: str, *, needed: bool = False) -> Decimal | None:
        text = self._table.cell(row, ours)
        if not text or text == "-":
            if needed:
                raise Unreadable(Unread.NO_AMOUNT)
            return None
        return amount_of(text, self._sign)[0]

    @staticmethod
    def _whole(number: Decimal | None) -> int:
        assert number is not None
        if number != number.to_integral_value():
            raise Unreadable(Unread.AMOUNT_NOT_WHOLE)
        return int(number)


def _rounded(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_HALF_UP))


_PARTS: Mapping[str, str] = {
    "transaction": "gross",
    "fee": "fee",
    "vat": "tax",
    "transactionreversal": "gross",
    "feereversal": "fee",
    "vatreversal": "tax",
}


def _folded(table: Table) -> Table:
    """A report with a row each for a payment, its fee and the tax on that, folded into one row for the three."""
    places = {**table.places, "fee": len(table.heading), "tax": len(table.heading) + 1}
    heading = (*table.heading, "fee", "tax")
    width = len(table.heading)
    folded: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    for row_no, row in table.rows:
        line_type = bare(table.cell(row, "line_type"))
        part = _PARTS.get(line_type)
        back = line_type.endswith("reversal")
        name = (table.cell(row, "reference"), table.cell(row, "gateway_id"), table.cell(row, "kind"))
        key: tuple[str, ...] = (*name, str(back)) if part else (*name, str(row_no))
        if part == "gross" and key in folded and folded[key][1][places["gross"]]:
            key = (*key, str(row_no))
        if key not in folded:
            cells = [*row[:width], *[""] * max(width - len(row), 0), "", ""]
            cells[places["gross"]] = ""
            folded[key] = (row_no, cells)
        cells = folded[key][1]
        cells[places[part or "gross"]] = table.cell(row, "gross")
    rows = tuple((row_no, tuple(cells)) for row_no, cells in folded.values())
    return Table(heading, places, rows)
