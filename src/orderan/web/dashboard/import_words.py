"""What the pages of order imports say: reasons to wait, steps, refusals of files and mappings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from orderan.importing import UNEXPECTED, Problem, Reason
from orderan.kit.errors import N_, catalogue
from orderan.kit.i18n import Words

REASONS: Final[Mapping[str, str]] = {
    Reason.WRONG_NUMBER_OF_COLUMNS: N_("Jumlah kolomnya tidak sama dengan judul"),
    Reason.BROKEN_QUOTES: N_("Tanda kutipnya tidak ditutup atau salah tempat"),
    Reason.MISSING_INVOICE: N_("Tanpa nomor faktur"),
    Reason.MISSING_SKU: N_("Tanpa kode barang"),
    Reason.UNREADABLE_QUANTITY: N_("Jumlahnya tidak terbaca"),
    Reason.FRACTIONAL_QUANTITY: N_("Jumlahnya pecahan"),
    Reason.QUANTITY_TOO_LARGE: N_("Jumlahnya terlalu besar"),
    Reason.UNREADABLE_PRICE: N_("Harganya tidak terbaca"),
    Reason.AMOUNT_TOO_LARGE: N_("Nilainya terlalu besar"),
    Reason.UNREADABLE_TIME: N_("Tanggalnya tidak terbaca"),
    Reason.UNKNOWN_CURRENCY: N_("Mata uangnya tidak dikenal"),
    Reason.TEXT_TOO_LONG: N_("Teksnya terlalu panjang"),
    Reason.ADJUSTMENT_INVOICE: N_("Penyesuaian pembukuan"),
    Reason.NOT_A_SALE: N_("Bukan penjualan (biaya bank, komisi, uji coba)"),
    Reason.ZERO_QUANTITY: N_("Jumlahnya nol"),
    Reason.NEGATIVE_QUANTITY: N_("Jumlahnya negatif tanpa pembatalan"),
    Reason.NEGATIVE_PRICE: N_("Harganya negatif"),
    Reason.ZERO_PRICE_WITHOUT_CUSTOMER: N_("Gratis dan tanpa pelanggan"),
    Reason.MISSING_CUSTOMER: N_("Tanpa pelanggan"),
    Reason.DUPLICATE_LINE: N_("Sama persis dengan baris sebelumnya"),
    Reason.SEVERAL_CUSTOMERS: N_("Satu faktur, beberapa pelanggan"),
    Reason.SEVERAL_CURRENCIES: N_("Satu faktur, beberapa mata uang"),
    Reason.SEVERAL_DATES: N_("Satu faktur, tanggal berjauhan"),
    Reason.INVOICE_TOO_LARGE: N_("Fakturnya lebih dari 20.000 baris"),
    Reason.CANCELLATION_WITH_POSITIVE_QUANTITY: N_("Pembatalan dengan jumlah positif"),
    Reason.CANCELLATION_WITHOUT_CUSTOMER: N_("Pembatalan tanpa pelanggan"),
    Reason.NOTHING_SOLD_TO_CANCEL: N_("Penjualan yang dibatalkan tidak ditemukan"),
    Reason.MORE_CANCELLED_THAN_SOLD: N_("Membatalkan lebih dari yang terjual"),
    Reason.MORE_REFUNDED_THAN_PAID: N_("Mengembalikan lebih dari yang dibayar"),
    Reason.DISCOUNT_WITHOUT_SALE: N_("Potongan yang tidak membatalkan penjualan"),
    Reason.INVOICE_CHANGED: N_("Fakturnya berubah dari impor sebelumnya"),
}

FIELDS: Final[Mapping[str, str]] = {
    "invoice": N_("Nomor faktur"),
    "sku": N_("Kode barang"),
    "quantity": N_("Jumlah"),
    "time": N_("Tanggal"),
    "price": N_("Harga satuan"),
    "customer": N_("Pelanggan"),
    "description": N_("Nama barang"),
    "country": N_("Negara"),
    "currency": N_("Mata uang"),
    "kind": N_("Jenis baris"),
}

STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "chosen": (N_("Menunggu Anda"), "act", "corner-down-left"),
    "waiting": (N_("Antre"), "wait", "hourglass"),
    "running": (N_("Berjalan"), "act", "loader"),
    "reading": (N_("Membaca berkas"), "act", "loader"),
    "ordering": (N_("Membuat pesanan"), "act", "loader"),
    "matching": (N_("Mencocokkan pembatalan"), "act", "loader"),
    "finished": (N_("Selesai"), "done", "circle-check"),
    "failed": (N_("Berhenti"), "loss", "alert-circle"),
}

_STOPPED: Final = N_(
    "Impor berhenti karena kesalahan kami (%(fault)s). Yang sudah masuk tidak hilang: mulai lagi, dan impor diteruskan dari sana."
)


def reason_said(reason: str, spoken: Words) -> str:
    """Why a line waits."""
    return spoken.gettext(REASONS[reason]) if reason in REASONS else reason


def problem_said(problem: Problem, spoken: Words) -> str:
    """One thing wrong with a file or a mapping."""
    where, what = problem.where, problem.what
    gettext = spoken.gettext
    if found := re.fullmatch(r"no such column: (.+)", what):
        return gettext(
            N_("Kolom untuk %(field)s tidak ada: %(names)s."),
            field=_field(where, spoken),
            names=found[1].replace(" or ", ", "),
        )
    if found := re.fullmatch(r"several such columns: (.+)", what):
        return gettext(N_("Ada beberapa kolom untuk %(field)s."), field=_field(where, spoken))
    if found := re.fullmatch(r"none of the first (\d+) lines can be read: (.+)", what):
        reasons = ", ".join(reason_said(one, spoken) for one in found[2].split(", "))
        return gettext(
            N_(
                "Tak satu pun dari %(lines)s baris pertama bisa dibaca: %(reasons)s. Pemetaannya bukan untuk berkas ini."
            ),
            lines=found[1],
            reasons=reasons,
        )
    if what in {"the file is empty", "the workbook is empty"}:
        return gettext(N_("Berkasnya kosong."))
    if what == "not there":
        return gettext(N_("Berkasnya sudah tidak tersimpan. Unggah lagi."))
    if found := re.fullmatch(r"(\S+|no ending): not (.+)", what):
        return gettext(N_("Yang bisa dibaca: %(endings)s."), endings=found[2])
    if where == "heading":
        return gettext(N_("Judul kolom di berkas: %(names)s."), names=what)
    return f"{where}: {what}"


def problems_said(problems: Iterable[Problem], spoken: Words) -> list[str]:
    return [problem_said(problem, spoken) for problem in problems]


def _field(where: str, spoken: Words) -> str:
    return spoken.gettext(FIELDS[where]) if where in FIELDS else where


def fault_said(fault: Mapping[str, Any], spoken: Words) -> tuple[str, Sequence[str]]:
    """Why an import stopped, in a sentence, and everything that is wrong."""
    if fault["code"] == UNEXPECTED:
        return spoken.gettext(_STOPPED, fault=fault["facts"]["fault"]), ()
    problems = problems_said((Problem(where, what) for where, what in fault["problems"]), spoken)
    for kind in catalogue():
        if kind.code == fault["code"]:
            return spoken.gettext(kind.sentence).format(**fault["facts"]), problems
    return str(fault["code"]), problems
