"""Where a settlement and our ledger differ, and what of the difference the account's balance is off by. Pure.

For every payment: what the ledger has kept at the gateway = what was settled + what is still to be
settled + the gaps of its findings. `still_to_settle` and `judge` are two halves of that one sum.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from orderan.settlements.models import BankRow, Finding, Known, Line, LineKind, Reason, SettledRow

TOLERATED_MINOR: Final = 100
"""Rounding of fees and taxes; a larger difference is a person's to explain."""
TOLERATED_WORD: Final = "di bawah batas Rp100"
OF_RETURNS: Final = frozenset({Reason.REFUNDED_NOT_SETTLED, Reason.REFUND_NOT_KNOWN})
ASKS_AGAIN: Final = frozenset({Reason.NOT_KNOWN_AS_PAID, Reason.REFUND_NOT_KNOWN, Reason.AMOUNT_DIFFERS})
"""What the gateway's own word may settle: no file moves money, it only makes us ask."""
WORKING_DAYS: Final = 5
ARRIVES_WITHIN: Final = timedelta(days=4)
"""So long after a payout its money is on the bank account: a weekend and a bank's own day."""


def subject_of(reason: Reason, of: UUID) -> str:
    """One entry stands per subject."""
    return f"{reason}:{of}"


def judge(known: Known, lines: Sequence[Line]) -> list[Finding]:
    """Every way in which the lines of one payment and our ledger differ."""
    paid = [line for line in lines if line.kind == LineKind.PAYMENT]
    settled = sum(line.gross_minor for line in paid)
    returned = -sum(line.gross_minor for line in lines if line.kind == LineKind.REFUND)
    found = []
    if foreign := [line for line in lines if line.currency != known.currency]:
        found.append(_of_payment(known, Reason.OTHER_CURRENCY, 0, 0, foreign))
    if not lines:
        kept = known.captured_minor - known.returned_minor
        if kept > 0 and known.due:
            found.append(_of_payment(known, Reason.MISSING_IN_SETTLEMENT, kept, kept, lines))
        return found
    if (gap := known.captured_minor - settled) != 0 and (paid or known.due):
        found.append(_of_payment(known, _why(known, paid, gap), gap, gap, paid))
    if returned > known.returned_minor:
        beyond = returned - known.returned_minor
        found.append(_of_payment(known, Reason.REFUND_NOT_KNOWN, beyond, beyond, lines))
    elif known.returned_minor > returned and known.return_due:
        lacking = returned - known.returned_minor
        found.append(_of_payment(known, Reason.REFUNDED_NOT_SETTLED, lacking, lacking, lines))
    if len(paid) == 1 and known.fee_minor is not None:
        charged = paid[0].fee_minor + paid[0].tax_minor
        if abs(charged - known.fee_minor) > TOLERATED_MINOR:
            found.append(_of_payment(known, Reason.FEE_DIFFERS, charged - known.fee_minor, 0, paid))
    found += [one for line in lines if (one := adds_up(line, known)) is not None]
    return found


def _why(known: Known, paid: Sequence[Line], gap: int) -> Reason:
    if not paid:
        return Reason.MISSING_IN_SETTLEMENT
    if known.captured_minor == 0:
        return Reason.NOT_KNOWN_AS_PAID
    return Reason.PAID_TWICE if len(paid) > 1 and gap < 0 else Reason.AMOUNT_DIFFERS


def _of_payment(known: Known, reason: Reason, difference: int, gap: int, lines: Sequence[Line]) -> Finding:
    return Finding(
        subject=subject_of(reason, known.attempt_id),
        reason=reason,
        line_id=lines[-1].id if lines else None,
        attempt_id=known.attempt_id,
        order_id=known.order_id,
        difference_minor=difference,
        gap_minor=gap,
        currency=known.currency,
        payload={
            "reference": known.reference,
            "captured_minor": known.captured_minor,
            "returned_minor": known.returned_minor,
            "settled_minor": [line.gross_minor for line in lines],
            "fee_minor": [line.fee_minor + line.tax_minor for line in lines],
            "expected_fee_minor": known.fee_minor,
        },
    )


def adds_up(line: Line, known: Known | None = None) -> Finding | None:
    """What is wrong with a line by itself: its net is not its gross less fee and tax."""
    off = line.net_minor - (line.gross_minor - line.fee_minor - line.tax_minor)
    if abs(off) <= TOLERATED_MINOR:
        return None
    payload = {
        "reference": line.reference,
        "gross_minor": line.gross_minor,
        "fee_minor": line.fee_minor,
        "tax_minor": line.tax_minor,
        "net_minor": line.net_minor,
    }
    return Finding(
        subject_of(Reason.NET_DOES_NOT_ADD_UP, line.id),
        Reason.NET_DOES_NOT_ADD_UP,
        line.id,
        known.attempt_id if known else None,
        known.order_id if known else None,
        off,
        0,
        line.currency,
        payload,
    )


def stray(line: Line, reason: Reason) -> list[Finding]:
    """A line no payment of this account belongs to."""
    payload = {
        "reference": line.reference,
        "gateway_id": line.gateway_id,
        "gross_minor": line.gross_minor,
        "settled_on": line.settled_on.isoformat(),
    }
    gap = -line.gross_minor
    found = [
        Finding(subject_of(reason, line.id), reason, line.id, None, None, gap, gap, line.currency, payload)
    ]
    if (other := adds_up(line)) is not None:
        found.append(other)
    return found


def tolerated(finding: Finding) -> bool:
    """Whether a difference is too small for a person; it is kept all the same, so that sums hold."""
    return finding.reason is not Reason.OTHER_CURRENCY and abs(finding.difference_minor) <= TOLERATED_MINOR


def still_to_settle(known: Known, lines: Sequence[Line]) -> int:
    """What of a payment a later settlement will bring, or take."""
    if not lines:
        kept = known.captured_minor - known.returned_minor
        return 0 if known.due and kept > 0 else kept
    waiting = 0
    if not any(line.kind == LineKind.PAYMENT for line in lines) and not known.due:
        waiting += known.captured_minor
    returned = -sum(line.gross_minor for line in lines if line.kind == LineKind.REFUND)
    if known.returned_minor > returned and not known.return_due:
        waiting += returned - known.returned_minor
    return waiting


def usual_day(paid_on: date, working_days: int) -> date:
    """When money of a day is usually paid out; nothing is on Saturdays and Sundays."""
    day = paid_on
    for _ in range(working_days):
        day += timedelta(days=1)
        while day.weekday() >= WORKING_DAYS:
            day += timedelta(days=1)
    return day


def fingerprint(row: SettledRow) -> str:
    """What makes a line of a gateway the same line in another file."""
    return _hashed(
        row.kind,
        row.reference,
        row.gateway_id,
        row.gross_minor,
        row.fee_minor,
        row.tax_minor,
        row.net_minor,
        row.currency,
        row.settled_on,
        row.payout_reference,
    )


def bank_fingerprint(row: BankRow) -> str:
    """What makes a line of a bank the same line in another statement."""
    return _hashed(row.booked_on, row.amount_minor, row.currency, row.words, row.reference)


def _hashed(*parts: object) -> str:
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()


def numbered(prints: Iterable[str]) -> list[tuple[str, int]]:
    """Each print with how often it stood in the file so far: the same line twice in one file is two."""
    seen: Counter[str] = Counter()
    told = []
    for one in prints:
        seen[one] += 1
        told.append((one, seen[one]))
    return told


def payout_key(row: SettledRow) -> str:
    """Lines of one payout share it."""
    return row.payout_reference or row.settled_on.isoformat()
