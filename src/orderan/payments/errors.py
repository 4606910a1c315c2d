"""Refusals of money as the ledger books it."""

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
