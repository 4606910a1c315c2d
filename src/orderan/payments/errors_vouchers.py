"""Refusals of vouchers."""

from dataclasses import dataclass
from datetime import datetime

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class VoucherNotFound(Refusal):
    """The shop has no such voucher, or nobody could have this code."""

    voucher: str

    code = "voucher_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Voucher “{voucher}” tidak ditemukan.")


@dataclass(eq=False)
class VoucherUnusable(Refusal):
    """It is blocked, not agreed yet, over, empty, or of another currency."""

    voucher: str

    code = "voucher_unusable"
    kind = Kind.CONFLICT
    sentence = N_("Voucher ini tidak bisa dipakai: sudah habis, lewat masa berlakunya, atau diblokir.")


@dataclass(eq=False)
class NoVoucher(Refusal):
    """The buyer has nothing on a voucher."""

    order: str

    code = "no_voucher"
    kind = Kind.CONFLICT
    sentence = N_("Tidak ada saldo voucher untuk pesanan ini.")


@dataclass(eq=False)
class VoucherLeavesTooLittle(Refusal):
    """What would be left after it no way to pay takes."""

    least_minor: int
    currency: str

    code = "voucher_leaves_too_little"
    kind = Kind.CONFLICT
    sentence = N_("Sisanya terlalu kecil untuk dibayar dengan cara lain.")


@dataclass(eq=False)
class VoucherNotOff(Refusal):
    """The order went ahead with it: it comes back with a refund."""

    order: str

    code = "voucher_not_off"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini sudah berjalan; voucher kembali lewat pengembalian dana.")


@dataclass(eq=False)
class VoucherOver(Refusal):
    """It would be over before it is issued."""

    valid_until: datetime

    code = "voucher_over"
    kind = Kind.INVALID
    sentence = N_("Masa berlakunya harus sesudah sekarang.")


@dataclass(eq=False)
class VoucherReasonMissing(Refusal):
    """Nobody would know why the shop owes this."""

    code = "voucher_reason_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis untuk apa voucher ini.")


@dataclass(eq=False)
class OwnVoucher(Refusal):
    """Who issued it cannot be the second person."""

    code = "own_voucher"
    kind = Kind.FORBIDDEN
    sentence = N_("Orang lain dari yang menerbitkan harus menyetujuinya.")


@dataclass(eq=False)
class NotByHand(Refusal):
    """What a voucher pays, or gets back, is booked with its balance and no other way."""

    code = "voucher_not_by_hand"
    kind = Kind.INVALID
    sentence = N_("Voucher dibukukan lewat saldonya, bukan dengan tangan.")
