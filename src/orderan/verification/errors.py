"""Refusals of verification."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class PolicyNotUsable(Refusal):
    """A policy that cannot be followed; every fault is told at once.

    Attributes:
        faults: Each as `place: fault`, such as `steps.2.tries: out_of_range`; steps and rules count from 1.
    """

    faults: tuple[str, ...]

    code = "verification_policy_not_usable"
    kind = Kind.INVALID
    sentence = N_("Kebijakan konfirmasi belum benar: {faults}.")


@dataclass(eq=False)
class PolicyMovedOn(Refusal):
    """Another version was written since this one was read; nothing was changed."""

    expected: int
    version: int

    code = "verification_policy_moved_on"
    kind = Kind.CONFLICT
    sentence = N_("Kebijakan konfirmasi sudah diubah menjadi versi {version}. Muat ulang, lalu ubah lagi.")


@dataclass(eq=False)
class NotBeingAsked(Refusal):
    """The order's buyer is not asked, or has been: there is nothing to answer."""

    order: str
    verification: str

    code = "order_not_being_verified"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan {order} tidak sedang menunggu konfirmasi pembelinya.")


class DepositDemanded(NotBeingAsked):
    """A deposit is wanted of this order, and its buyer's yes is none; nothing changed."""

    code = "deposit_demanded"
    sentence = N_("Pesanan {order} menunggu uang mukanya, bukan kata pembelinya.")


@dataclass(eq=False)
class AnswerUnknown(Refusal):
    """No attempt gave out this token, or its time is long over."""

    code = "verification_answer_unknown"
    kind = Kind.NOT_FOUND
    sentence = N_("Tautan konfirmasi ini tidak berlaku lagi.")


@dataclass(eq=False)
class BuyerTaken(Refusal):
    """A colleague has this buyer in hand; nothing changed."""

    code = "buyer_taken"
    kind = Kind.CONFLICT
    sentence = N_("Pembeli ini sedang dihubungi rekan lain. Ambil pesanan yang lain dulu.")


@dataclass(eq=False)
class NotOnTheList(Refusal):
    """The buyer is not to be called by somebody of the shop now, so the call cannot be put off."""

    order: str

    code = "order_not_on_the_list"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan {order} sedang tidak ada di daftar telepon.")


@dataclass(eq=False)
class LaterThanDeadline(Refusal):
    """A call is put off to a moment that is over, or past the time there is to ask; nothing changed."""

    code = "verification_later_unusable"
    kind = Kind.INVALID
    sentence = N_("Pilih waktu yang belum lewat dan sebelum batas konfirmasi pesanan ini.")


@dataclass(eq=False)
class WhyMissing(Refusal):
    """An order is refused or let go by somebody of the shop, who has to say why; nothing changed."""

    code = "verification_why_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis alasannya. Alasan ini tersimpan di riwayat pesanan.")


@dataclass(eq=False)
class DayOver(Refusal):
    """The parcel arrived, is on its way to the buyer no more, or was answered for so already; nothing changed."""

    order: str

    code = "delivery_day_over"
    kind = Kind.CONFLICT
    sentence = N_("Paket pesanan {order} tidak sedang menunggu jawaban pembelinya.")


@dataclass(eq=False)
class DayUnusable(Refusal):
    """A parcel is put off to a day that is not one of the next two weeks; nothing changed.

    Attributes:
        day: As it was given, YYYY-MM-DD.
    """

    day: str

    code = "delivery_day_unusable"
    kind = Kind.INVALID
    sentence = N_("Pilih hari mulai besok sampai dua minggu lagi.")
