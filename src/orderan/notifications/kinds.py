"""What is known of every kind of message: what it may say, how urgent it is, what makes it untrue."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Final

from orderan.kit.errors import N_
from orderan.notifications.models import Channel, Kind


class Need(StrEnum):
    """How much a person has to know it.

    MUST    it is about their money or their goods: they can close a channel, but not all talk of it
    MAY     they can do without
    ASKED   it offers or asks something: only on channels they agreed to (UU PDP, articles 20 to 22)
    """

    MUST = auto()
    MAY = auto()
    ASKED = auto()


@dataclass(frozen=True, slots=True)
class Nature:
    """Of a kind.

    Attributes:
        name: As staff read it.
        urgent: It is told at night too: whoever hears of it in the morning hears too late.
        vital: Where nobody knows whether it arrived, it is told once more, on another channel.
        places: What its words may name, beside what every kind may.
    """

    name: str
    need: Need
    urgent: bool = False
    vital: bool = False
    places: tuple[str, ...] = ()


EVERYWHERE: Final = ("buyer", "shop", "number", "link")
"""What every message of an order may name: whom it is for, who speaks, the order's number, its page."""

PLACE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "amount": N_("jumlah uang"),
        "awb": N_("nomor resi"),
        "buyer": N_("nama pembeli"),
        "courier": N_("kurir"),
        "day": N_("hari yang diminta"),
        "link": N_("tautan halaman pesanan"),
        "method": N_("cara bayar"),
        "number": N_("nomor pesanan"),
        "pay_code": N_("nomor untuk membayar"),
        "pay_how": N_("cara bayar dan nomornya"),
        "promised": N_("hari yang dijanjikan"),
        "pay_other": N_("cara bayar lain, juga rekening toko"),
        "return_number": N_("nomor retur"),
        "shop": N_("nama toko"),
        "track_link": N_("tautan lacak kurir"),
        "until": N_("batas waktu"),
        "missing_ware": N_("nama barang yang kurang"),
        "ware": N_("nama barang"),
    }
)
"""Every place by name, and what stands there."""

NATURES: Final[Mapping[Kind, Nature]] = MappingProxyType(
    {
        Kind.PAY_NOW: Nature(
            N_("Menunggu pembayaran"), Need.MUST, urgent=True, vital=True, places=("amount", "until")
        ),
        Kind.PAY_WITH: Nature(
            N_("Cara membayar"),
            Need.MUST,
            urgent=True,
            vital=True,
            places=("amount", "until", "method", "pay_code"),
        ),
        Kind.PAY_SOON: Nature(N_("Pengingat pembayaran"), Need.MAY, places=("amount", "until", "pay_how")),
        Kind.TROUBLE: Nature(
            N_("Cara bayar terganggu"), Need.MUST, urgent=True, vital=True, places=("method", "pay_other")
        ),
        Kind.RECOVERED: Nature(
            N_("Cara bayar pulih"), Need.MUST, urgent=True, vital=True, places=("method", "until")
        ),
        Kind.EXPIRED: Nature(N_("Batas bayar lewat"), Need.MUST),
        Kind.PAID_LATE: Nature(N_("Dibayar setelah ditutup"), Need.MUST, vital=True, places=("amount",)),
        Kind.ACCEPTED: Nature(N_("Pesanan diterima"), Need.MUST, places=("amount",)),
        Kind.PACKED: Nature(N_("Pesanan dikemas"), Need.MAY),
        Kind.SHIPPED: Nature(N_("Pesanan dikirim"), Need.MUST, places=("courier", "awb", "track_link")),
        Kind.OUT_FOR_DELIVERY: Nature(
            N_("Paket diantar hari ini"), Need.MAY, urgent=True, places=("courier", "awb", "track_link")
        ),
        Kind.DELAYED: Nature(N_("Mungkin terlambat"), Need.MAY, places=("promised",)),
        Kind.DELIVERED: Nature(N_("Pesanan sampai"), Need.MAY),
        Kind.ATTEMPT_FAILED: Nature(
            N_("Paket gagal diantar"), Need.MUST, places=("courier", "awb", "track_link")
        ),
        Kind.POSTPONED: Nature(
            N_("Antaran diundur"), Need.MAY, places=("courier", "awb", "day", "track_link")
        ),
        Kind.COMING_BACK: Nature(
            N_("Paket kembali ke toko"), Need.MUST, places=("courier", "awb", "track_link")
        ),
        Kind.PARCEL_LOST: Nature(
            N_("Paket hilang atau rusak"), Need.MUST, vital=True, places=("courier", "awb")
        ),
        Kind.CHANGED: Nature(N_("Pesanan berubah"), Need.MUST, places=("amount",)),
        Kind.SUBSTITUTED: Nature(
            N_("Barang diganti"), Need.MUST, vital=True, places=("amount", "missing_ware", "ware")
        ),
        Kind.CANCELLED: Nature(N_("Pesanan dibatalkan"), Need.MUST, vital=True),
        Kind.REFUNDED: Nature(N_("Dana dikembalikan"), Need.MUST, vital=True, places=("amount",)),
        Kind.RETURN_APPROVED: Nature(N_("Retur disetujui"), Need.MUST, vital=True, places=("return_number",)),
        Kind.RETURN_REFUSED: Nature(N_("Retur ditolak"), Need.MUST, vital=True, places=("return_number",)),
        Kind.RETURN_RECEIVED: Nature(N_("Barang retur sampai"), Need.MAY, places=("return_number",)),
        Kind.REVIEW: Nature(N_("Minta ulasan"), Need.ASKED),
        # They asked for this very message, so that no other consent is needed.
        Kind.BACK_IN_STOCK: Nature(N_("Barang tersedia lagi"), Need.MAY, places=("ware",)),
    }
)

_ENDED: Final = frozenset({Kind.CANCELLED, Kind.EXPIRED})

OVERTAKEN_BY: Final[Mapping[Kind, frozenset[Kind]]] = MappingProxyType(
    {
        Kind.PAY_NOW: _ENDED | {Kind.ACCEPTED, Kind.PAY_WITH},
        Kind.PAY_WITH: _ENDED,
        Kind.PAY_SOON: _ENDED | {Kind.ACCEPTED},
        Kind.TROUBLE: _ENDED,
        Kind.RECOVERED: _ENDED,
        Kind.EXPIRED: frozenset({Kind.ACCEPTED, Kind.PAID_LATE}),
        Kind.PAID_LATE: frozenset({Kind.ACCEPTED, Kind.REFUNDED}),
        Kind.ACCEPTED: frozenset({Kind.CANCELLED}),
        Kind.PACKED: frozenset({Kind.CANCELLED, Kind.SHIPPED, Kind.DELIVERED}),
        Kind.SHIPPED: frozenset({Kind.CANCELLED, Kind.DELIVERED}),
        Kind.OUT_FOR_DELIVERY: frozenset({Kind.CANCELLED, Kind.DELIVERED}),
        Kind.DELAYED: frozenset({Kind.CANCELLED, Kind.DELIVERED}),
        Kind.ATTEMPT_FAILED: frozenset({Kind.CANCELLED, Kind.DELIVERED}),
        Kind.POSTPONED: frozenset({Kind.CANCELLED, Kind.DELIVERED}),
        Kind.COMING_BACK: frozenset({Kind.CANCELLED}),
        Kind.PARCEL_LOST: frozenset({Kind.CANCELLED}),
        Kind.CHANGED: _ENDED,
        Kind.SUBSTITUTED: _ENDED,
        Kind.REVIEW: frozenset({Kind.CANCELLED, Kind.REFUNDED, Kind.RETURN_APPROVED}),
    }
)
"""Once one of these was made about the same topic, the kind is not told any more, in whatever order they come."""

OVERTAKEN_ON_SUBJECT: Final[Mapping[Kind, frozenset[Kind]]] = MappingProxyType(
    {
        Kind.TROUBLE: frozenset({Kind.RECOVERED}),
        Kind.SHIPPED: frozenset({Kind.OUT_FOR_DELIVERY}),
        Kind.OUT_FOR_DELIVERY: frozenset({Kind.COMING_BACK, Kind.PARCEL_LOST}),
        Kind.COMING_BACK: frozenset({Kind.PARCEL_LOST}),
    }
)
"""The same about the same thing only: a second parcel may still be on its way."""

QUIET: Final = frozenset({Channel.EMAIL})
"""Channels that wake nobody: they have no quiet hours."""

ROOM: Final[Mapping[str, int]] = MappingProxyType(
    {
        Channel.EMAIL: 10_000,
        Channel.WHATSAPP: 1_024,
        Channel.SMS: 480,
        Channel.PUSH: 480,
        Channel.WEBHOOK: 10_000,
    }
)
"""Longest template of a channel, in characters: a WhatsApp body ends at 1,024, three segments of an SMS near 480,
and a lock screen shows no more than that."""

TITLED: Final = frozenset({Channel.EMAIL, Channel.PUSH})
"""Channels that show a subject before the words."""


def places_of(kind: Kind) -> frozenset[str]:
    """What the words of a kind may name; what is about no order has no number."""
    everywhere = (place for place in EVERYWHERE if place != "number" or kind is not Kind.BACK_IN_STOCK)
    return frozenset((*everywhere, *NATURES[kind].places))
