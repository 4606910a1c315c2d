"""Refusals of payouts to a bank account."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class PayoutNotFound(Refusal):
    """The shop has no such payout."""

    payout: str

    code = "payout_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pembayaran keluar “{payout}” tidak ditemukan.")


@dataclass(eq=False)
class PayoutOpen(Refusal):
    """The refund is being paid out to a bank account; it goes no other way meanwhile."""

    refund: str

    code = "payout_open"
    kind = Kind.CONFLICT
    sentence = N_("Pengembalian dana ini sedang dibayar ke rekening pembeli.")


@dataclass(eq=False)
class UnknownBank(Refusal):
    """No bank of our list has this code."""

    bank: str

    code = "unknown_bank"
    kind = Kind.INVALID
    sentence = N_("Pilih bank dari daftar.")


@dataclass(eq=False)
class AccountMistyped(Refusal):
    """Not a number an account of this bank can have."""

    bank: str
    least: int
    most: int

    code = "account_mistyped"
    kind = Kind.INVALID
    sentence = N_("Nomor rekening {bank} terdiri dari {least} sampai {most} angka.")


@dataclass(eq=False)
class HolderMissing(Refusal):
    """A bank account has a holder."""

    code = "holder_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis nama pemilik rekening.")


@dataclass(eq=False)
class SecondLookNeeded(Refusal):
    """The holder is called otherwise than the buyer; whoever approves says that they saw it."""

    payout: str

    code = "second_look_needed"
    kind = Kind.CONFLICT
    sentence = N_("Nama pemilik rekening berbeda dari nama pembeli. Pastikan dulu, lalu setujui.")


@dataclass(eq=False)
class OwnPayout(Refusal):
    """Who typed the account cannot be the one who approves it."""

    payout: str

    code = "own_payout"
    kind = Kind.FORBIDDEN
    sentence = N_("Anda sendiri yang mengisi rekening ini. Orang lain yang harus menyetujuinya.")


@dataclass(eq=False)
class LinkNotGood(Refusal):
    """No open link is called so: mistyped, used, or too old; which of them is not told."""

    code = "payout_link_not_good"
    kind = Kind.NOT_FOUND
    sentence = N_("Tautan ini tidak berlaku lagi. Minta tautan baru kepada toko.")
