"""What an order needs now: one step, whose it is, by when. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from orderan.kit.errors import N_
from orderan.orders import (
    Change,
    Commercial,
    Headline,
    Hold,
    Line,
    Order,
    Terms,
    Verification,
    unshipped,
)

WAREHOUSE, FINANCE, CARE = N_("Gudang"), N_("Keuangan"), N_("Layanan pelanggan")


@dataclass(frozen=True, slots=True)
class Step:
    """The next step.

    Attributes:
        title, text: Translatable, filled in with `facts`; amounts among them are `(minor, currency)`.
        tone: act, wait, loss, done or calm.
        action: Which form or link the page puts beside it.
    """

    title: str
    tone: str
    text: str = ""
    who: str = ""
    by: datetime | None = None
    action: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


_TASKS: Final = (
    # The least advanced work decides.
    (
        "short",
        N_("Barang di rak kurang"),
        "loss",
        N_("Ambil dari tempat lain, kurangi pesanan, atau tunggu stok."),
    ),
    (
        "planned",
        N_("Lepas pekerjaan ke gudang"),
        "act",
        N_("Pesanan sudah diterima dan stoknya sudah dialokasikan."),
    ),
    ("released", N_("Ambil barang dari rak"), "act", ""),
    ("picking", N_("Selesaikan pengambilan barang"), "act", N_("Pengambilan sedang berjalan.")),
    ("picked", N_("Kemas barangnya"), "act", ""),
    ("packed", N_("Serahkan paket ke kurir"), "act", N_("Pindai atau ketik nomor resinya.")),
)


def next_step(
    order: Order,
    lines: Sequence[Line],
    *,
    holds: Sequence[Hold],
    change: Change | None,
    opened_by: str,
    tasks: Collection[str],
    promised_minor: int,
) -> Step:
    """The one thing this order needs now.

    Args:
        holds: Open ones.
        tasks: States of its live tasks.
        promised_minor: Refunds granted and not yet paid.
    """
    kept = order.paid_minor - order.refunded_minor
    if promised_minor:
        facts = {"amount": (promised_minor, order.currency)}
        return Step(
            N_("Kirim pengembalian dana %(amount)s"), "loss", who=FINANCE, action="refund", facts=facts
        )
    if order.commercial in (Commercial.CANCELLED, Commercial.EXPIRED):
        return _closed(order, kept)
    if change is not None:
        text = N_("Dimulai oleh %(who)s. Gudang menunggu sampai perubahan ini dikonfirmasi atau ditutup.")
        return Step(
            N_("Konfirmasi perubahan pesanan"),
            "act",
            text,
            by=None,
            action="change",
            facts={"who": opened_by},
        )
    if holds:
        return _held(holds[0], len(holds))
    if order.commercial == Commercial.ACCEPTED and not order.cleared:
        return _unsaid(order)
    if order.commercial == Commercial.AWAITING_PAYMENT:
        facts = {"amount": (order.due_minor, order.currency)}
        text = N_("Stok ditahan untuk pembeli sampai batas waktunya, lalu dilepas dengan sendirinya.")
        return Step(
            N_("Konfirmasi pembayaran %(amount)s"), "act", text, FINANCE, order.hold_until, "pay", facts
        )
    if (over := kept - order.kept_for_minor) > 0:
        facts = {"amount": (over, order.currency)}
        text = N_("Pembeli membayar lebih dari total pesanan.")
        return Step(N_("Kembalikan kelebihan %(amount)s"), "loss", text, FINANCE, action="grant", facts=facts)
    return _under_way(order, lines, tasks)


def _closed(order: Order, kept: int) -> Step:
    if kept > 0:
        facts = {"amount": (kept, order.currency)}
        text = N_("Pesanan ini sudah ditutup, tetapi uang pembeli masih di toko.")
        return Step(
            N_("Kembalikan %(amount)s ke pembeli"), "loss", text, FINANCE, action="grant", facts=facts
        )
    if order.commercial == Commercial.EXPIRED:
        text = N_("Kalau pembeli tetap membayar, pesanan hidup lagi selama stoknya ada.")
        return Step(N_("Tidak ada: pesanan kedaluwarsa dan stoknya sudah dilepas"), "calm", text)
    return Step(N_("Tidak ada: pesanan dibatalkan dan stoknya sudah dilepas"), "calm")


def _held(hold: Hold, count: int) -> Step:
    text = N_("“%(reason)s”") if count == 1 else N_("“%(reason)s” dan %(more)s alasan lain")
    facts = {"hold": hold.kind, "reason": hold.reason, "more": count - 1}
    return Step(N_("Periksa lalu lepas penahanan"), "wait", text, CARE, hold.expires_at, "release", facts)


def _unsaid(order: Order) -> Step:
    if order.wants_deposit:
        facts = {"amount": (order.deposit_due_minor, order.currency)}
        text = N_(
            "Pembelinya tidak terhubung. Bila uang muka tidak dibayar sampai batasnya, pesanan batal sendiri."
        )
        title = N_("Tunggu uang muka %(amount)s, atau hubungi sekali lagi")
        return Step(title, "wait", text, CARE, order.hold_until, "ask", facts)
    if order.verification == Verification.UNREACHABLE:
        text = N_("Semua cara sudah dicoba. Hubungi sekali lagi, lanjutkan tanpa konfirmasi, atau batalkan.")
        return Step(N_("Putuskan: pembelinya tidak terhubung"), "act", text, CARE, action="ask")
    text = N_("Barang belum boleh diambil dari rak sebelum pembelinya memastikan pesanan ini.")
    return Step(N_("Tunggu kata pembeli, atau telepon"), "wait", text, CARE, action="ask")


def _under_way(order: Order, lines: Sequence[Line], tasks: Collection[str]) -> Step:
    due = order.due_minor
    if order.terms == Terms.PREPAID and due > 0:
        facts = {"amount": (due, order.currency)}
        text = N_("Barang belum boleh diambil dari rak sebelum lunas.")
        return Step(N_("Tagih kekurangan %(amount)s"), "act", text, FINANCE, action="pay", facts=facts)
    if order.commercial == Commercial.ACCEPTED:
        for state, title, tone, text in _TASKS:
            if state in tasks:
                return Step(title, tone, text, WAREHOUSE, action="warehouse")
        if sum(unshipped(line) for line in lines) == 0:
            return _on_its_way(order, due)
        return Step(
            N_("Periksa: ada barang tanpa pekerjaan gudang"), "loss", "", WAREHOUSE, action="warehouse"
        )
    if due > 0:
        facts = {"amount": (due, order.currency)}
        return Step(N_("Tagih %(amount)s sesuai faktur"), "act", "", FINANCE, action="pay", facts=facts)
    return Step(N_("Tidak ada: pesanan selesai"), "done")


def _on_its_way(order: Order, due: int) -> Step:
    if order.headline == Headline.RETURNED:
        text = N_("Semua barangnya sudah kembali. Tuntaskan returnya dulu bila masih ada yang terbuka.")
        return Step(N_("Selesaikan pesanan"), "done", text, CARE, action="complete")
    if order.delivered_at is None:
        return Step(
            N_("Tunggu paket sampai"), "wait", N_("Kurir yang memegang langkah berikutnya."), action="parcels"
        )
    if due > 0 and order.terms == Terms.COD:
        facts = {"amount": (due, order.currency)}
        return Step(N_("Catat COD %(amount)s dari kurir"), "act", "", FINANCE, action="cod", facts=facts)
    text = N_("Barang sudah di tangan pembeli. Pesanan selesai dengan sendirinya setelah beberapa hari.")
    return Step(N_("Selesaikan pesanan"), "done", text, CARE, action="complete")
