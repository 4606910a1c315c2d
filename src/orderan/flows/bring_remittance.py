"""A courier's remittance file: what can be booked is, and the rest is told.

row    booked once, whatever file tells it again; one that cannot be booked waits in the inbox, and is tried
       again when its file comes again
short  a delivered parcel that was paid below what the courier owes for it opens one claim, which is settled
       once a later file brings the rest
part   what is lacking may be the price of whole units: a file cannot say that a buyer kept the others only. What it
       brings was collected then, the rest stays due, and the claim says so; see `accept_part`
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.flows.collect_cod import Cash, lacking_for, owed_for, remit_cod
from orderan.flows.parcel_goods import priced_at, units_in
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.orders import lines_of
from orderan.returns import coming_back
from orderan.settlements import LineKind, ReadSettlement, SettledRow, drop_rows, take_remittance
from orderan.shipping import courier, parcels_of

SHORT: Final = "short"
MAYBE_PART: Final = "maybe_part"
"""What is lacking is the price of whole units, which the buyer may not have kept."""
NOT_A_PAYMENT: Final = "not_a_payment"
"""Why a row that takes money back is not booked."""
NEXT_STEPS: Final = {
    SHORT: N_("Ajukan klaim ke kurir dengan nomor resi ini; setoran susulan menutupnya sendiri."),
    MAYBE_PART: N_(
        "Yang kurang persis seharga barang ini. Tanyakan kurir apakah pembeli hanya mengambil sebagian: bila ya, catat di "
        "halaman paketnya; bila tidak, ajukan klaim."
    ),
}
CLAIM_WITHIN: Final = timedelta(days=7)
"""When a claim should be with the courier: their agreements give a week or two, and the shorter is safe."""


@dataclass(frozen=True, slots=True)
class Remitted:
    """What came of a file.

    Attributes:
        known_before: Rows that were booked before, from this file or another.
        refused: Rows that wait in the inbox.
        short: Claims that are open for its parcels.
    """

    file_id: UUID
    booked: int
    known_before: int
    refused: int
    skipped: int
    short: int


async def bring_remittance(
    tx: Tx, courier_code: str, name: str, read: ReadSettlement, *, now: datetime
) -> Remitted:
    """Book a file.

    Args:
        read: Its rows; the reference of each is a tracking number, gross is the cash of its parcel.

    Raises:
        UnknownCourier: No courier has this code.
    """
    courier(courier_code)
    file_id, fresh = await take_remittance(tx, courier_code, name, read, now=now)
    sums: dict[tuple[str, str], list[SettledRow]] = {}
    for row in fresh:
        sums.setdefault((_statement(row, read), row.reference or ""), []).append(row)
    brings = {awb: 0 for _, awb in sorted(sums)}
    for (_, awb), fresh_rows in sums.items():
        brings[awb] += sum(row.gross_minor for row in fresh_rows)
    parts = await _parts(tx, courier_code, brings) if brings else {}
    awbs = sorted(brings.keys() - parts.keys())
    owed = await owed_for(tx, courier_code, awbs, now=now) if awbs else {}
    owed |= {awb: brings[awb] + part.lacking_minor for awb, part in parts.items()}
    refused: dict[int, tuple[str, str]] = {
        row.row_no: (row.reference or "", NOT_A_PAYMENT)
        for row in read.lines
        if row.kind is not LineKind.PAYMENT or not row.reference
    }
    refused |= {row.row_no: ("", str(row.reason)) for row in read.unread}
    booked: set[int] = set()
    paid: dict[str, int] = {}
    for statement in dict.fromkeys(name for name, _ in sums):
        named = [awb for said, awb in sums if said == statement]
        cash = [Cash(awb, sum(row.gross_minor for row in sums[statement, awb])) for awb in named]
        answers = await remit_cod(tx, courier_code, statement, cash, now=now)
        for line, answer in zip(cash, answers, strict=True):
            rows = {row.row_no for row in sums[statement, line.awb]}
            if isinstance(answer, Refusal):
                refused |= dict.fromkeys(rows, (line.awb, answer.code))
            else:
                booked |= rows
                paid[line.awb] = paid.get(line.awb, 0) + (line.amount_minor or 0)
    await drop_rows(tx, file_id, refused)
    lacking = {awb: owed[awb] - amount for awb, amount in paid.items() if awb in owed}
    currency = next((row.currency for row in read.lines), "IDR")
    await _claim(tx, courier_code, lacking, parts, currency=currency, now=now)
    await _tell_rest(tx, courier_code, file_id, refused, paid, now=now)
    known = sum(row.row_no not in booked and row.row_no not in refused for row in read.lines)
    short = sum(amount > 0 for amount in lacking.values())
    return Remitted(file_id, len(booked), known, len(refused), read.skipped, short)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a parcel its buyer may not have kept, by the price.

    Attributes:
        untaken: As it is shown: units and titles.
    """

    parcel_id: UUID
    order_id: UUID
    lacking_minor: int
    untaken: str


async def _parts(tx: Tx, courier_code: str, brings: Mapping[str, int]) -> dict[str, Part]:
    """Parcels that lack the price of whole units, of orders of which nothing is on its way back."""
    found = {}
    for awb, (parcel, order, lacking) in (await lacking_for(tx, courier_code, brings)).items():
        lines = await lines_of(tx, order.id)
        coming = await coming_back(tx, order.id)
        if any(line.returned for line in lines) or any(coming.values()):
            continue
        inside = units_in(parcel, await parcels_of(tx, order.id), lines, coming)
        untaken = priced_at(lacking, inside, lines, tax_included=order.tax_included)
        if untaken is not None:
            said = ", ".join(
                f"{untaken[one.line_no]} × {one.title}" for one in lines if one.line_no in untaken
            )
            found[awb] = Part(parcel.id, order.id, lacking, said)
    return found


def _statement(row: SettledRow, read: ReadSettlement) -> str:
    """Of which payment of the courier's a row is; files of one day are told apart by their content."""
    return f"{row.payout_reference or row.settled_on.isoformat()}#{read.digest[:12]}"


def claim_key(courier_code: str, awb: str) -> str:
    """One claim per parcel."""
    return f"cod_short:{courier_code}:{awb}"


async def _claim(
    tx: Tx,
    courier_code: str,
    lacking: Mapping[str, int],
    parts: Mapping[str, Part],
    *,
    currency: str,
    now: datetime,
) -> None:
    claims = [
        Stuck(
            kind="cod_short",
            reason=MAYBE_PART if awb in parts else SHORT,
            subject_kind="parcel",
            subject_id=None,
            dedupe_key=claim_key(courier_code, awb),
            payload={"courier": courier_code, "awb": awb} | _untaken(parts.get(awb)),
            money_minor=amount,
            currency=currency,
            deadline=now + CLAIM_WITHIN,
            next_step=NEXT_STEPS[MAYBE_PART if awb in parts else SHORT],
        )
        for awb, amount in sorted(lacking.items())
        if amount > 0
    ]
    await inbox.report(tx, claims, now=now)
    # The courier is asked for it, and not the buyer.
    told = [f"payment_under:{part.order_id}" for awb, part in parts.items() if awb in lacking]
    await inbox.settle(tx, told, note="claimed from the courier", now=now)
    whole = [claim_key(courier_code, awb) for awb, amount in sorted(lacking.items()) if amount <= 0]
    await inbox.settle(tx, whole, note="paid in full", now=now)


def _untaken(part: Part | None) -> dict[str, str]:
    return {} if part is None else {"parcel": to_text("pcl", part.parcel_id), "untaken": part.untaken}


def _row_key(courier_code: str, file_id: UUID, row_no: int, awb: str) -> str:
    """One entry per parcel; a row that names none has its own."""
    return f"remittance_row:{courier_code}:{awb}" if awb else f"remittance_row:{file_id}:{row_no}"


async def _tell_rest(
    tx: Tx,
    courier_code: str,
    file_id: UUID,
    refused: Mapping[int, tuple[str, str]],
    paid: Collection[str],
    *,
    now: datetime,
) -> None:
    """One entry for what could not be booked; a parcel's goes once it is."""
    entries = {
        _row_key(courier_code, file_id, row_no, awb): Stuck(
            kind="remittance_row",
            reason=why,
            subject_kind="remittance",
            subject_id=file_id,
            dedupe_key=_row_key(courier_code, file_id, row_no, awb),
            payload={"courier": courier_code, "awb": awb, "row": row_no, "refusal": why},
            money_minor=0,
            currency="IDR",
            deadline=None,
            next_step=N_(
                "Perbaiki sebabnya, lalu unggah berkas yang sama lagi: hanya baris ini yang dicoba."
            ),
        )
        for row_no, (awb, why) in sorted(refused.items())
    }
    await inbox.report(tx, list(entries.values()), now=now)
    done = [_row_key(courier_code, file_id, 0, awb) for awb in sorted(paid)]
    await inbox.settle(tx, done, note="booked", now=now)
