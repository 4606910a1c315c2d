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
