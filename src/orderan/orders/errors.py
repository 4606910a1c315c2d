"""Refusals of orders."""

from dataclasses import dataclass
from uuid import UUID

from orderan.kit.errors import Kind, N_, Refusal


@dataclass(eq=False)
class OrderNotFound(Refusal):
    """The shop has no such order, or it is outside the caller's scope."""

    order: str

    code = "order_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pesanan “{order}” tidak ditemukan.")


@dataclass(eq=False)
class AlreadyPlaced(Refusal):
    """The channel's order id or the cart became an order before; that one stands."""

    order_id: UUID

    code = "already_placed"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini sudah pernah dibuat.")
