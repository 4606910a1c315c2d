"""Where the pages about money that goes back are, how they call each thing, and whom it waits for."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from orderan.flows.views_money_back import RefundStands
from orderan.kit.errors import N_
from orderan.kit.ids import to_text

PAYOUT_STATES: Final = {
    "waiting": (N_("Menunggu rekening"), "wait", "hourglass"),
    "entered": (N_("Periksa rekening"), "act", "eye"),
    "approved": (N_("Siap ditransfer"), "act", "circle-check"),
    "exported": (N_("Di berkas transfer"), "wait", "clock"),
    "paid": (N_("Sudah ditransfer"), "done", "circle-check"),
    "cancelled": (N_("Dibatalkan"), "calm", "ban"),
}
PAYOUT_WAITS: Final = {
    "waiting": N_("menunggu pembeli"),
    "entered": N_("menunggu keuangan"),
    "approved": N_("menunggu keuangan"),
    "exported": N_("menunggu bank"),
}
CHARGEBACK_STATES: Final = {
    "open": (N_("Perlu dijawab"), "act", "alert-triangle"),
    "evidence_sent": (N_("Menunggu putusan bank"), "wait", "hourglass"),
    "expired": (N_("Lewat batas waktu"), "loss", "clock"),
    "won": (N_("Menang"), "done", "circle-check"),
    "lost": (N_("Kalah"), "loss", "ban"),
}
TRY_STATES: Final = {
    "asking": (N_("Sedang dikirim"), "wait", "hourglass"),
    "unknown": (N_("Sedang diperiksa"), "wait", "hourglass"),
    "waiting": (N_("Dikirim setelah setelmen"), "wait", "clock"),
    "pending": (N_("Diproses gateway"), "wait", "clock"),
    "done": (N_("Terkirim"), "done", "circle-check"),
    "failed": (N_("Gagal"), "loss", "ban"),
}
EVIDENCE_KINDS: Final = {
    "delivery": N_("Bukti kirim"),
    "invoice": N_("Faktur"),
    "conversation": N_("Percakapan"),
    "note": N_("Catatan"),
}


def refund_path(refund: UUID) -> str:
    return f"/payments/refunds/{to_text('rfd', refund)}"


def payout_path(payout: UUID) -> str:
    return f"/payments/refunds/payouts/{to_text('pto', payout)}"


def chargeback_path(chargeback: UUID) -> str:
    return f"/payments/chargebacks/{to_text('cbk', chargeback)}"


@dataclass(frozen=True, slots=True)
class Waits:
    """What a refund waits for: a badge, whom, and whether a person may pay it by hand meanwhile."""

    badge: tuple[str, str, str]
    whom: str
    by_hand: bool = False


def waits_for(refund: RefundStands, limit: int | None, *, own: bool) -> Waits:
    """What a granted refund waits for, and whom.

    Args:
        limit: Above it a second person agrees.
        own: Whoever looks granted it, so it is not theirs to judge.
    """
    asked = refund.approval == "waiting"
    above = refund.approval == "not_needed" and limit is not None and refund.amount_minor > limit
    if asked or above:
        whom = N_("menunggu orang lain") if own else N_("menunggu orang kedua")
        return Waits((N_("Perlu persetujuan"), "wait" if own else "act", "eye"), whom)
    if refund.in_the_air:
        return Waits((N_("Sedang dikirim"), "wait", "hourglass"), N_("menunggu gateway"))
    if refund.payout is not None:
        early = refund.payout in {"waiting", "entered"}
        return Waits(PAYOUT_STATES[refund.payout], PAYOUT_WAITS[refund.payout], by_hand=early)
    if refund.failed:
        failed = (N_("Gateway gagal mengirim"), "loss", "alert-triangle")
        return Waits(failed, N_("menunggu keuangan"), by_hand=True)
    ready = (N_("Siap dikembalikan"), "act", "receipt-refund")
    return Waits(ready, N_("menunggu keuangan"), by_hand=True)
