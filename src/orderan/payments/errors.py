"""Refusals of money."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class ReferenceUsed(Refusal):
    """This reference of this method was booked before; booking it again would count money twice."""

    method: str
    reference: str

    code = "payment_reference_used"
    kind = Kind.CONFLICT
    sentence = N_("Referensi “{reference}” sudah pernah dicatat.")


@dataclass(eq=False)
class AmountNotPositive(Refusal):
    """Money events carry an amount above zero; the kind gives the sign."""

    amount_minor: int

    code = "amount_not_positive"
    kind = Kind.INVALID
    sentence = N_("Jumlah uang harus lebih dari nol.")


@dataclass(eq=False)
class CurrencyDiffers(Refusal):
    """The event is in another currency than its order."""

    currency: str
    order_currency: str

    code = "currency_differs"
    kind = Kind.INVALID
    sentence = N_("Pesanan ini dalam {order_currency}, bukan {currency}.")


@dataclass(eq=False)
class MoreThanThereIs(Refusal):
    """It would take back or pass on more than came in.

    Attributes:
        what: The kind of event.
        at_most_minor: What is left for it.
    """

    what: str
    amount_minor: int
    at_most_minor: int
    currency: str

    code = "more_than_there_is"
    kind = Kind.CONFLICT
    sentence = N_("Jumlah itu lebih besar dari yang tersisa.")


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
class RefundNotFound(Refusal):
    """The shop has no such refund."""

    refund: str

    code = "refund_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pengembalian dana “{refund}” tidak ditemukan.")


@dataclass(eq=False)
class AttemptInTheAir(Refusal):
    """What became of an earlier try to get this order's money is not known yet; no second one may begin."""

    number: str

    code = "attempt_in_the_air"
    kind = Kind.CONFLICT
    sentence = N_(
        "Pembayaran pesanan {number} sedang kami periksa. Tunggu sebentar sebelum mencoba cara lain."
    )


@dataclass(eq=False)
class PaymentUndecided(Refusal):
    """A try to get this order's money is in the air: what was confirmed by hand may be its money."""

    number: str

    code = "payment_undecided"
    kind = Kind.CONFLICT
    sentence = N_(
        "Pembayaran daring pesanan {number} belum jelas nasibnya, jadi uang ini bisa tercatat dua kali. "
        "Putuskan dulu di halaman uang pesanan, atau nyatakan di sana bahwa ini uang lain."
    )


@dataclass(eq=False)
class NothingToJudge(Refusal):
    """What became of the try is known: nobody has to say it."""

    reference: str

    code = "attempt_not_to_judge"
    kind = Kind.CONFLICT
    sentence = N_("Nasib percobaan bayar {reference} sudah jelas.")


@dataclass(eq=False)
class JudgedTooEarly(Refusal):
    """The gateway still has time to say what became of the try."""

    reference: str

    code = "attempt_judged_too_early"
    kind = Kind.CONFLICT
    sentence = N_(
        "Gateway masih ditanya tentang {reference}. Putuskan sendiri hanya bila ia tak kunjung menjawab."
    )


@dataclass(eq=False)
class VerdictWordMissing(Refusal):
    """Whoever reads the ledger has to know how it was found out."""

    code = "verdict_word_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis dari mana Anda mengetahuinya.")


@dataclass(eq=False)
class NoSuchAccount(Refusal):
    """The shop has no such gateway account."""

    account: str

    code = "gateway_account_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Akun gateway “{account}” tidak ditemukan.")


@dataclass(eq=False)
class GatewayAddressUnusable(Refusal):
    """Secrets and money travel there: it must be https, or this machine."""

    address: str

    code = "gateway_address_unusable"
    kind = Kind.INVALID
    sentence = N_("“{address}” tidak bisa dipakai: alamat gateway harus diawali https://.")


@dataclass(eq=False)
class CredentialsMissing(Refusal):
    """The gateway cannot be called without all of its secrets."""

    missing: str

    code = "gateway_credentials_missing"
    kind = Kind.INVALID
    sentence = N_("Isi juga {missing}.")


@dataclass(eq=False)
class SecretsStayBehind(Refusal):
    """An account that moves to another host needs its secrets typed anew: those it has are not sent there."""

    missing: str

    code = "gateway_secrets_stay_behind"
    kind = Kind.INVALID
    sentence = N_(
        "Alamat itu di server lain. Isi lagi {missing}: rahasia yang tersimpan tidak dikirim ke sana."
    )


@dataclass(eq=False)
class AccountNameUnusable(Refusal):
    """An account needs a name of 1 to 60 characters that no other account has."""

    name: str

    code = "gateway_account_name_unusable"
    kind = Kind.INVALID
    sentence = N_("Nama akun “{name}” kosong, terlalu panjang, atau sudah dipakai.")


@dataclass(eq=False)
class NoSuchRail(Refusal):
    """The shop has no such rail."""

    rail: str

    code = "rail_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Jalur pembayaran “{rail}” tidak ditemukan.")


@dataclass(eq=False)
class RailPaused(Refusal):
    """Somebody took the rail out of use: no new payment begins on it."""

    rail: str

    code = "rail_paused"
    kind = Kind.CONFLICT
    sentence = N_("Jalur pembayaran ini sedang dijeda.")


@dataclass(eq=False)
class RailNotPaused(Refusal):
    """The rail is in use already."""

    rail: str

    code = "rail_not_paused"
    kind = Kind.CONFLICT
    sentence = N_("Jalur pembayaran ini sudah dipakai.")


@dataclass(eq=False)
class PauseReasonMissing(Refusal):
    """Whoever finds the rail paused has to know why."""

    code = "pause_reason_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis kenapa jalur ini dijeda.")


@dataclass(eq=False)
class PauseOverBefore(Refusal):
    """The pause would be over before it begins."""

    code = "pause_over_before"
    kind = Kind.INVALID
    sentence = N_("Jeda harus berakhir sesudah sekarang.")


@dataclass(eq=False)
class FeeOutOfRange(Refusal):
    """A fee is not below zero, a rate at most 100 percent."""

    code = "rail_fee_out_of_range"
    kind = Kind.INVALID
    sentence = N_("Biaya tidak boleh di bawah nol, dan persentase paling banyak 100.")


@dataclass(eq=False)
class NoSuchAttempt(Refusal):
    """The shop has no such try."""

    attempt: str

    code = "attempt_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Percobaan pembayaran “{attempt}” tidak ditemukan.")


@dataclass(eq=False)
class NoRail(Refusal):
    """No open rail carries the method, or every one of them failed."""

    method: str

    code = "no_rail"
    kind = Kind.CONFLICT
    sentence = N_("Cara bayar “{method}” sedang tidak bisa dipakai. Pilih cara lain.")


@dataclass(eq=False)
class NothingToPay(Refusal):
    """The order asks for no money now."""

    number: str

    code = "nothing_to_pay"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan {number} tidak menunggu pembayaran.")


@dataclass(eq=False)
class PartDoesNotFit(Refusal):
    """No such part of what is due can be paid this way.

    Attributes:
        least_minor, most_minor: Of the method, and at most what is due.
    """

    amount_minor: int
    least_minor: int
    most_minor: int

    code = "part_does_not_fit"
    kind = Kind.CONFLICT
    sentence = N_("Jumlah itu tidak bisa dibayar dengan cara ini.")


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


@dataclass(eq=False)
class ChargebackNotFound(Refusal):
    """The shop has no such chargeback."""

    chargeback: str

    code = "chargeback_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Sengketa “{chargeback}” tidak ditemukan.")


@dataclass(eq=False)
class ChargebackOpen(Refusal):
    """This payment has a chargeback that is not decided yet."""

    attempt: str

    code = "chargeback_open"
    kind = Kind.CONFLICT
    sentence = N_("Pembayaran ini sudah punya sengketa yang belum selesai.")


@dataclass(eq=False)
class EvidenceMissing(Refusal):
    """An answer to the bank without anything in it."""

    code = "evidence_missing"
    kind = Kind.CONFLICT
    sentence = N_("Tambahkan bukti dulu sebelum menandai buktinya terkirim.")
