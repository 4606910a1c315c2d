"""Refusals of stock."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orderan.inventory.models import Shortfall
from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class StockShort(Refusal):
    """There is not enough of these skus; nothing was taken."""

    shortfalls: tuple[Shortfall, ...]

    code = "stock_short"
    kind = Kind.CONFLICT
    sentence = N_("Stok tidak cukup.")

    def facts(self) -> dict[str, Any]:
        return {
            "shortfalls": [
                {"sku_id": str(short.sku_id), "wanted": short.wanted, "available": short.free}
                for short in self.shortfalls
            ]
        }


@dataclass(eq=False)
class ClaimMissing(Refusal):
    """The holder has no such open claim, or fewer units of it."""

    holder_id: UUID

    code = "claim_missing"
    kind = Kind.CONFLICT
    sentence = N_("Stok untuk pesanan ini sudah dilepas atau dikirim.")


@dataclass(eq=False)
class UnknownLocation(Refusal):
    """The shop has no such location, or it holds no counted stock."""

    location: str

    code = "unknown_location"
    kind = Kind.NOT_FOUND
    sentence = N_("Lokasi “{location}” tidak ada.")
