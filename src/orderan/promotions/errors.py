"""Refusals of payment promotions."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class PromotionNotFound(Refusal):
    """The shop has no such promotion."""

    promotion: str

    code = "promotion_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Promo pembayaran “{promotion}” tidak ditemukan.")


@dataclass(eq=False)
class PromotionDoesNotApply(Refusal):
    """It does not hold for this order paid this way now; nothing was reserved.

    Attributes:
        reason: One of the words of `Reason`.
        left_minor: What its budget still has, when that is too little: a use is granted whole or not at all.
    """

    promotion: str
    reason: str
    left_minor: int | None

    code = "promotion_does_not_apply"
    kind = Kind.CONFLICT
    sentence = N_("Promo “{promotion}” tidak berlaku untuk pembayaran ini.")


@dataclass(eq=False)
class PromotionWorthChanged(Refusal):
    """It is worth another amount than the buyer was shown; nothing was reserved."""

    promotion: str
    shown_minor: int
    worth_minor: int

    code = "promotion_worth_changed"
    kind = Kind.CONFLICT
    sentence = N_("Nilai promo “{promotion}” berubah. Tunjukkan nilai barunya kepada pembeli.")


@dataclass(eq=False)
class PromotionTermsWrong(Refusal):
    """What is written cannot be a promotion; nothing was kept.

    Attributes:
        wrong: Every part that is wrong: `name`, `worth`, `months`, `payers`, `validity`, `hours`, `limits`,
            `card_ranges`, `methods`.
    """

    wrong: tuple[str, ...]

    code = "promotion_terms_wrong"
    kind = Kind.INVALID
    sentence = N_("Isian promo belum benar: {wrong}.")


@dataclass(eq=False)
class PromotionEnded(Refusal):
    """It is over; what it said is kept as it was."""

    promotion: str

    code = "promotion_ended"
    kind = Kind.CONFLICT
    sentence = N_("Promo “{promotion}” sudah berakhir dan tidak bisa diubah.")


@dataclass(eq=False)
class PromotionChanged(Refusal):
    """Somebody else changed it since it was read; nothing was kept."""

    promotion: str

    code = "promotion_changed"
    kind = Kind.CONFLICT
    sentence = N_(
        "Promo “{promotion}” diubah orang lain sejak Anda membukanya. Periksa isinya, lalu simpan lagi."
    )


@dataclass(eq=False)
class LimitBelowTaken(Refusal):
    """The new budget or quota is less than what redemptions have taken already."""

    taken_minor: int
    taken_count: int

    code = "promotion_limit_below_taken"
    kind = Kind.CONFLICT
    sentence = N_("Anggaran atau kuota baru lebih kecil dari yang sudah terpakai.")


@dataclass(eq=False)
class RedemptionNotFound(Refusal):
    """The shop has no such use of a promotion."""

    redemption: str

    code = "redemption_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pemakaian promo “{redemption}” tidak ditemukan.")


@dataclass(eq=False)
class NothingOwed(Refusal):
    """No cashback of this use is owed to the buyer."""

    redemption: str

    code = "no_cashback_owed"
    kind = Kind.CONFLICT
    sentence = N_("Tidak ada cashback yang masih harus dibayarkan.")
