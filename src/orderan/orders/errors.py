"""Refusals of orders."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class OrderNotFound(Refusal):
    """The shop has no such order, or it is outside the caller's scope."""

    order: str

    code = "order_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pesanan “{order}” tidak ditemukan.")
