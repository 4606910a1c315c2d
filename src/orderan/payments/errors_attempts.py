"""Refusals of tries to pay: beginning one, judging what became of it."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


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
