"""What is known of an inbox entry, in the reader's words and with the way to whatever it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from orderan.flows.bring_remittance import NOT_A_PAYMENT
from orderan.flows.collect_cod import NoSuchAwb, NotCod, NothingDue
from orderan.flows.views_inbox import EntryRow, skus_named
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_date, format_datetime, format_money, format_number
from orderan.kit.ids import to_text
from orderan.kit.text import GONE
from orderan.orders import GoodsStillOwed, MoneyStillDue, OnHold
from orderan.payments import METHODS, MoreThanThereIs, ReferenceUsed
from orderan.shipping import COURIERS
from orderan.web.dashboard.board_words import reasons_said
from orderan.web.dashboard.finance import UNREAD
from orderan.web.here import Here

CLOSED_BECAUSE: Final = {
    "told after all": N_("Ternyata pesannya sampai."),
    "sent again": N_("Pesannya dikirim lagi."),
    "moved on": N_("Sudah berlanjut."),
    "on its way": N_("Paketnya diantar lagi."),
    "delivered": N_("Paketnya sudah diterima."),
    "picking goes on": N_("Pengambilan dilanjutkan."),
    "total changed": N_("Total pesanan berubah."),
    "balanced": N_("Pembayarannya sudah cocok."),
    "taken from another location": N_("Barangnya diambil dari lokasi lain."),
    "cancelled": N_("Pesanannya dibatalkan."),
    "completed": N_("Pesanannya selesai."),
    "begun again": N_("Impornya dimulai lagi."),
    "file taken off": N_("Berkas impornya dibuang."),
    "refunded": N_("Dananya sudah dikembalikan."),
    "answered": N_("Buktinya sudah dikirim."),
    "buyer answered": N_("Pembelinya sudah menjawab."),
    "buyer asked again": N_("Pembelinya ditanya lagi."),
    "buyer waived": N_("Dilanjutkan tanpa konfirmasi pembeli."),
    "deposit paid": N_("Uang mukanya sudah dibayar."),
    "parcel moved on": N_("Paketnya sudah berlanjut."),
    "decided": N_("Bank sudah memutuskan."),
    "dispute decided": N_("Sengketanya sudah diputus."),
    "tried again": N_("Sudah dicoba lagi."),
    "withdrawn": N_("Janjinya ditarik."),
    "the rail is well again": N_("Jalurnya sudah normal lagi."),
    "signed well again": N_("Suratnya bertanda tangan benar lagi."),
    "the gateway takes us again": N_("Gateway menerima akun toko lagi."),
    "paid in full": N_("Setorannya sudah penuh."),
    "kept in part": N_("Pembelinya hanya mengambil sebagian."),
    "claimed from the courier": N_("Ditagih ke kurirnya."),
    "booked": N_("Setorannya sudah dibukukan."),
    "works again": N_("Sudah berjalan lagi."),
    "heard after all": N_("Surat-suratnya sudah terbaca."),
    "booked again": N_("Kurirnya sudah dipesan lagi."),
    "taken back": N_("Pesanan kurirnya ditarik."),
    "booked to the last unit": N_("Semua selisihnya sudah dicatat."),
    "courier told": N_("Kurirnya sudah diberi tahu."),
    "handed over": N_("Paketnya sudah diserahkan."),
    "settled by a person": N_("Sudah diurus dengan kurirnya."),
    "stock is above its reorder point again": N_("Stoknya sudah di atas titik pesan ulang."),
}
"""Why the system closes an entry, as it writes it down."""

AXES: Final = {
    "task_waiting": "task",
    "parcel_waiting": "parcel",
    "return_waiting": "return",
    "order_waiting": "commercial",
    "verification_waiting": "verification",
    "money_waiting": "money",
}
"""Whose states an entry's `state` is one of."""

_OPEN: Final = {
    "claim_waiting": N_("Klaim ke kurir belum selesai"),
    "hold_waiting": N_("Masih ditahan"),
    "change_waiting": N_("Perubahan belum dikonfirmasi"),
    "refund_waiting": N_("Dijanjikan, belum dibayar"),
    "settlement_waiting": N_("Belum dijelaskan"),
    "payout_unseen": N_("Belum terlihat di rekening koran"),
    "suspected": N_("Dugaan yang belum dipastikan"),
    "open": N_("Berlangsung"),
    "recovered": N_("Pulih, belum ditutup"),
    "approval_waiting": N_("Belum disetujui orang kedua"),
    "payment_try_waiting": N_("Percobaan bayar belum selesai"),
    "refund_try_waiting": N_("Dikirim lewat gateway, belum sampai"),
    "payout_waiting": N_("Belum dibayar ke rekening pembeli"),
    "chargeback_waiting": N_("Belum diputus bank"),
    "review_waiting": N_("Belum diperiksa"),
    "appeal_waiting": N_("Belum dijawab"),
    "training_waiting": N_("Belum selesai dilatih"),
    "draft": N_("Belum dikirim"),
    "in_transit": N_("Dalam perjalanan"),
    "counting": N_("Sedang dihitung"),
    "counted": N_("Menunggu persetujuan"),
}
_BLOCKED: Final[Mapping[str, str]] = {
    OnHold.code: N_("Pesanannya ditahan."),
    GoodsStillOwed.code: N_("Masih ada barang yang belum dikirim."),
    MoneyStillDue.code: N_("Masih ada tagihan yang belum dibayar."),
    NoSuchAwb.code: N_("Tidak ada paket kurir ini dengan nomor resi itu."),
    NotCod.code: N_("Paketnya bukan pesanan bayar di tempat."),
    NothingDue.code: N_("Tidak ada lagi uang yang harus disetor untuk paket ini."),
    MoreThanThereIs.code: N_("Setorannya melebihi uang yang tercatat untuk paket ini."),
    ReferenceUsed.code: N_("Setoran ini sudah pernah dicatat."),
    NOT_A_PAYMENT: N_("Barisnya bukan setoran."),
    **{str(why): said for why, said in UNREAD.items()},
}


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that is known.

    Attributes:
        lines: What is said, one line each, with the address of a page about it ("" for none).
        axis, value: A state to be shown as such instead of words.
    """

    label: str
    lines: tuple[tuple[str, str], ...] = ()
    axis: str = ""
    value: str = ""


async def known_of(tx: Tx, row: EntryRow, place: Here) -> list[Known]:
    """What the entry says, its ids turned into names and links."""
    missing = row.payload.get("missing") or []
    skus = await skus_named(tx, [UUID(one["sku_id"]) for one in missing])
    told = [
        known for known in (_told(name, value, row, place) for name, value in row.payload.items()) if known
    ]
    if missing:
        lines = [
            (
                f"{format_number(one['units'], place.locale)} × {skus[UUID(one['sku_id'])]}",
                _sku(one["sku_id"]),
            )
            for one in missing
            if UUID(one["sku_id"]) in skus
        ]
        told.append(Known(place.words.gettext("Yang kurang"), tuple(lines)))
    if row.subject_kind == "transfer" and row.subject_id is not None:
        said = place.words.gettext("Buka pemindahan stok")
        told.append(
            Known(
                place.words.gettext("Pemindahan stok"),
                ((said, f"/stock/transfers/{to_text('trf', row.subject_id)}"),),
            )
        )
    if row.subject_kind == "rail" and row.subject_id is not None:
        told += _of_rail(row, row.subject_id, place)
    if row.subject_kind == "settlement":
        said = place.words.gettext("Buka daftar selisih")
        told.append(Known(place.words.gettext("Settlement"), ((said, "/payments/settlements"),)))
    return told


def _of_rail(row: EntryRow, rail_id: UUID, place: Here) -> list[Known]:
    spoken = place.words
    method = METHODS.get(row.payload["method"])
    gateway = row.payload["gateway"]
    said = spoken.gettext(
        "%(method)s lewat %(account)s",
        method=spoken.gettext(method.name) if method else row.payload["method"],
        account=GATEWAY_NAMES.get(gateway, gateway),
    )
    why = tuple((line, "") for line in reasons_said(row.payload["reasons"], spoken))
    there = Known(spoken.gettext("Jalur"), ((said, f"/payments/gateways/{to_text('ral', rail_id)}"),))
    return [there, Known(spoken.gettext("Kenapa"), why)] if why else [there]


def note_told(row: EntryRow, spoken: Words) -> str:
    """Why it was closed: a person's own words, or the system's in the reader's language."""
    note = row.closing_note or ""
    return spoken.gettext(CLOSED_BECAUSE[note]) if note in CLOSED_BECAUSE else note


def _told(name: str, value: Any, row: EntryRow, place: Here) -> Known | None:
    spoken = place.words
    if value in (None, "", GONE) or name not in _LABELS:
        return None
    label = spoken.gettext(_LABELS[name])
    if name == "state":
        return _state(label, value, row, spoken)
    if name == "refusal":
        return Known(label, ((spoken.gettext(_BLOCKED[value]) if value in _BLOCKED else str(value), ""),))
    return Known(label, ((_written(name, value, row, place), _href(name, value, row)),))


def _state(label: str, value: str, row: EntryRow, spoken: Words) -> Known:
    if row.kind in AXES:
        return Known(label, axis=AXES[row.kind], value=value)
    said = _OPEN.get(row.kind) or _OPEN.get(value)
    return Known(label, ((spoken.gettext(said) if said else value, ""),))


_LABELS: Final[Mapping[str, str]] = {
    "number": N_("Nomor pesanan"),
    "place": N_("Lokasi"),
    "location": N_("Lokasi"),
    "courier": N_("Kurir"),
    "awb": N_("Nomor resi"),
    "promised_on": N_("Dijanjikan sampai"),
    "state": N_("Status"),
    "since": N_("Sejak"),
    "note": N_("Catatan"),
    "paid_minor": N_("Dibayar"),
    "total_minor": N_("Total"),
    "task": N_("Tugas gudang"),
    "row": N_("Baris berkas"),
    "sku": N_("SKU"),
    "title": N_("Barang"),
    "free": N_("Stok bebas"),
    "incoming": N_("Akan datang"),
    "reorder_point": N_("Titik pesan ulang"),
    "refusal": N_("Yang menghalangi"),
    "source": N_("Sumber"),
    "part": N_("Bagian"),
    "fault": N_("Kesalahan"),
    "job": N_("Nomor pekerjaan"),
    "attempts": N_("Percobaan"),
    "differences": N_("Banyaknya selisih"),
    "payouts": N_("Banyaknya pencairan"),
    "gateway_account": N_("Akun gateway"),
    "provider": N_("Penyedia"),
    "call": N_("Panggilan"),
    "untaken": N_("Mungkin tidak diambil"),
}


def _written(name: str, value: Any, row: EntryRow, place: Here) -> str:
    match name:
        case "paid_minor" | "total_minor":
            return format_money(int(value), row.currency, place.locale)
        case "since":
            return format_datetime(datetime.fromisoformat(str(value)), place.zone, place.locale)
        case "promised_on":
            return format_date(date.fromisoformat(str(value)), place.locale)
        case "courier" if value in COURIERS:
            return place.words.gettext(COURIERS[value].name)
        case "task" if str(value).startswith("tsk_"):
            return place.words.gettext("Buka tugas")
        case "free" | "incoming" | "reorder_point" | "attempts":
            return format_number(int(value), place.locale)
        case _:
            return str(value)


def _href(name: str, value: Any, row: EntryRow) -> str:
    match name:
        case "number" if row.subject_kind == "order" and row.subject_id is not None:
            return f"/orders/{to_text('ord', row.subject_id)}"
        case "awb":
            return f"/shipping?q={value}"
        case "task" if str(value).startswith("tsk_"):
            return f"/warehouse/tasks/{value}"
        case "sku" if row.subject_kind == "sku" and row.subject_id is not None:
            return f"/stock/items/{to_text('sku', row.subject_id)}"
        case _:
            return ""


def _sku(sku_id: str) -> str:
    return f"/stock/items/{to_text('sku', UUID(sku_id))}"
