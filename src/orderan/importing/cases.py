"""What a person finds in the exception inbox: lines of one invoice that wait for one reason.

One entry per invoice and reason, because that is what one repair settles: whoever looks up whose
invoice it was has the answer for all its lines. The payload holds each line as it was read, or as
it was written where it could not be read, and is what comes back corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from orderan.importing.models import AnyLine, FaultyLine, Reason
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck

KIND = "import_lines"

# Lines under no invoice have nothing in common; so many of them make one entry.
LOOSE_BLOCK = 100

_LOOK = N_("Perbaiki isi baris, lalu kirim ulang.")
_WHO = N_("Isi pelanggannya, lalu kirim ulang; atau tutup bila bukan penjualan.")
_BOOKS = N_("Bukan penjualan: catat di pembukuan, lalu tutup.")
_SALE = N_("Impor penjualan yang dibatalkan ini, lalu kirim ulang; atau tutup.")
_TWICE = N_("Tentukan apakah baris ini memang terjual dua kali: kirim ulang, atau tutup.")

NEXT_STEP: Mapping[Reason, str] = {
    Reason.ADJUSTMENT_INVOICE: _BOOKS,
    Reason.NOT_A_SALE: _BOOKS,
    Reason.NEGATIVE_PRICE: _BOOKS,
    Reason.DISCOUNT_WITHOUT_SALE: _BOOKS,
    Reason.NEGATIVE_QUANTITY: N_("Catat sebagai penyesuaian stok, lalu tutup."),
    Reason.ZERO_PRICE_WITHOUT_CUSTOMER: _WHO,
    Reason.MISSING_CUSTOMER: _WHO,
    Reason.CANCELLATION_WITHOUT_CUSTOMER: _WHO,
    Reason.SEVERAL_CUSTOMERS: _WHO,
    Reason.DUPLICATE_LINE: _TWICE,
    Reason.INVOICE_CHANGED: _TWICE,
    Reason.NOTHING_SOLD_TO_CANCEL: _SALE,
    Reason.MORE_CANCELLED_THAN_SOLD: _SALE,
    Reason.MORE_REFUNDED_THAN_PAID: _SALE,
}


def cases(
    waiting: Iterable[tuple[str, AnyLine, Reason]],
    *,
    run_id: UUID,
    channel: str,
    currency: str,
) -> list[Stuck]:
    """Entries for lines that wait, as (invoice, line, reason); an empty invoice means none.

    Args:
        currency: Of entries whose own lines do not say one.
    """
    grouped: dict[tuple[str, Reason], list[AnyLine]] = {}
    for invoice, line, reason in waiting:
        block = invoice or f"#{line.number // LOOSE_BLOCK}"
        grouped.setdefault((block, reason), []).append(line)
    # A block may be cut by the edge of a batch, and an invoice may come again in another file: the first
    # line's number keeps the parts apart, so that no part is taken for one that was told before.
    return [
        Stuck(
            kind=KIND,
            reason=reason,
            subject_kind="import_run",
            subject_id=run_id,
            dedupe_key=f"import:{run_id}:{block}:{reason}:{lines[0].number}",
            payload={
                "run_id": str(run_id),
                "channel": channel,
                "invoice": "" if block.startswith("#") else block,
                "lines": [written(line) for line in lines],
            },
            money_minor=abs(sum(line.minor or 0 for line in lines)),
            currency=next((line.currency for line in lines if line.currency), currency),
            deadline=None,
            next_step=NEXT_STEP.get(reason, _LOOK),
        )
        for (block, reason), lines in grouped.items()
    ]


def written(line: AnyLine) -> dict[str, Any]:
    """A line as a person sees and corrects it: plain text under the names of the mapping.

    A line that could not be read stands there as the file writes it (`as_written`), decimal
    commas and all; any other in one plain form: decimal points, ISO times.
    """
    if isinstance(line, FaultyLine):
        return {"number": line.number, "as_written": True, "invoice": line.invoice or "", **line.raw}
    return {
        "number": line.number,
        "as_written": False,
        "cancelling": line.cancelling,
        "invoice": line.invoice,
        "sku": line.sku,
        "description": line.description or "",
        "quantity": str(line.quantity),
        "time": line.at.isoformat(),
        "price": format(line.price, "f"),
        "customer": line.customer or "",
        "country": line.country or "",
        "currency": line.currency,
    }
