"""Refusals of refunds: granting, agreeing, sending back."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class RefundTooLarge(Refusal):
    """More than was taken in and not yet given or promised back; nothing was granted."""

    amount_minor: int
    at_most_minor: int
    currency: str

    code = "refund_too_large"
    kind = Kind.CONFLICT
    sentence = N_("Pengembalian dana itu lebih besar dari uang yang masih ada pada pesanan ini.")


@dataclass(eq=False)
class RefundPartsTooMuch(Refusal):
    """Its lines and its shipping come to more than the refund itself."""

    parts_minor: int
    amount_minor: int
    currency: str

    code = "refund_parts_too_much"
    kind = Kind.INVALID
    sentence = N_("Barang dan ongkirnya lebih besar dari jumlah yang dikembalikan.")


@dataclass(eq=False)
class RefundUnitsTooMany(Refusal):
    """More units of a line than were ordered and are not refunded yet."""

    line_no: int
    asked: int
    left: int

    code = "refund_units_too_many"
    kind = Kind.CONFLICT
    sentence = N_("Barang baris {line_no} tinggal {left} yang belum dikembalikan dananya.")


@dataclass(eq=False)
class RefundNotFound(Refusal):
    """The shop has no such refund."""

    refund: str

    code = "refund_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pengembalian dana “{refund}” tidak ditemukan.")


@dataclass(eq=False)
class ApprovalNeeded(Refusal):
    """The refund is above the shop's limit, and nobody but who granted it has agreed yet."""

    amount_minor: int
    limit_minor: int
    currency: str

    code = "approval_needed"
    kind = Kind.CONFLICT
    sentence = N_("Pengembalian dana ini harus disetujui orang kedua sebelum dibayar.")


@dataclass(eq=False)
class RefundHeld(Refusal):
    """Something is to be cleared up first; until then nothing of it leaves the shop."""

    refund: str
    reason: str

    code = "refund_held"
    kind = Kind.CONFLICT
    sentence = N_("Pengembalian dana ini ditahan sampai sengketa returnya diputus.")


@dataclass(eq=False)
class OwnRefund(Refusal):
    """Who grants a refund cannot be the second person who agrees to it."""

    refund: str

    code = "own_refund"
    kind = Kind.FORBIDDEN
    sentence = N_("Anda sendiri yang menjanjikan pengembalian dana ini. Orang lain yang harus menilainya.")


@dataclass(eq=False)
class RefundInTheAir(Refusal):
    """A gateway was asked to send it back, and what became of that is not known yet."""

    refund: str

    code = "refund_in_the_air"
    kind = Kind.CONFLICT
    sentence = N_(
        "Pengembalian dana ini sedang dikirim lewat gateway. Tunggu hasilnya sebelum mengambil langkah lain."
    )


@dataclass(eq=False)
class RefundPartlyPaid(Refusal):
    """A part of it left the shop already; what is left is paid, it is not taken back."""

    paid_minor: int
    amount_minor: int
    currency: str

    code = "refund_partly_paid"
    kind = Kind.CONFLICT
    sentence = N_("Sebagian dari pengembalian dana ini sudah dikirim, jadi tidak bisa ditarik lagi.")


@dataclass(eq=False)
class NoWayBack(Refusal):
    """No gateway can send this refund back; somebody pays it out.

    Attributes:
        left_minor: What of it is to be paid out.
    """

    left_minor: int
    currency: str

    code = "no_way_back"
    kind = Kind.CONFLICT
    sentence = N_("Gateway tidak bisa mengembalikan uang ini. Bayar ke rekening pembeli.")


@dataclass(eq=False)
class ReasonMissing(Refusal):
    """Saying no needs a reason that whoever asked can read."""

    code = "refund_reason_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis alasannya.")
