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


@dataclass(eq=False)
class AnswerUnknown(Refusal):
    """No attempt gave out this token, or its time is long over."""

    code = "verification_answer_unknown"
    kind = Kind.NOT_FOUND
    sentence = N_("Tautan konfirmasi ini tidak berlaku lagi.")
