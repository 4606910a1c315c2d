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


@dataclass(eq=False)
class NotDispatched(Refusal):
    """More would come back than was dispatched to the holder and is still with the customer."""

    holder_id: UUID
    shortfalls: tuple[Shortfall, ...]

    code = "not_dispatched"
    kind = Kind.CONFLICT
    sentence = N_("Barang yang kembali lebih banyak daripada yang pernah dikirim.")

    def facts(self) -> dict[str, Any]:
        return {
            "holder_id": str(self.holder_id),
            "shortfalls": [
                {"sku_id": str(short.sku_id), "returned": short.wanted, "with_customer": short.free}
                for short in self.shortfalls
            ],
        }


@dataclass(eq=False)
class UnknownSku(Refusal):
    """The shop has no such sku, or it holds no stock of its own: a bundle or a service."""

    skus: tuple[str, ...]

    code = "unknown_stocked_sku"
    kind = Kind.INVALID
    sentence = N_("SKU tidak ada atau tidak punya stok sendiri.")


@dataclass(eq=False)
class LotNeeded(Refusal):
    """These skus are kept by lot; goods without one cannot be booked in."""

    skus: tuple[str, ...]

    code = "lot_needed"
    kind = Kind.INVALID
    sentence = N_("SKU ini dicatat per lot; isi kode lotnya.")


@dataclass(eq=False)
class LotExpiryDiffers(Refusal):
    """The lot is known with another expiry date."""

    lot: str
    expires_on: str | None

    code = "lot_expiry_differs"
    kind = Kind.CONFLICT
    sentence = N_("Lot “{lot}” sudah tercatat dengan tanggal kedaluwarsa lain.")


@dataclass(eq=False)
class LocationCodeTaken(Refusal):
    """Another location of the shop has the code."""

    taken: str

    code = "location_code_taken"
    kind = Kind.CONFLICT
    sentence = N_("Kode lokasi “{taken}” sudah dipakai.")


@dataclass(eq=False)
class LocationCannotSell(Refusal):
    """Only warehouses and stores sell."""

    location_kind: str

    code = "location_cannot_sell"
    kind = Kind.INVALID
    sentence = N_("Hanya gudang dan toko yang bisa menjual.")


@dataclass(eq=False)
class LocationBusy(Refusal):
    """Units are promised from there, or goods are on the way to or from it."""

    location: str
    promised: int
    transfers: int

    code = "location_busy"
    kind = Kind.CONFLICT
    sentence = N_("Lokasi “{location}” masih punya stok yang dijanjikan atau transfer yang berjalan.")


@dataclass(eq=False)
class OversellInUse(Refusal):
    """More units than that are already sold beyond what is on hand."""

    asked: int
    in_use: int

    code = "oversell_in_use"
    kind = Kind.CONFLICT
    sentence = N_("{in_use} unit sudah terjual melebihi stok; izin tidak bisa lebih rendah dari itu.")


@dataclass(eq=False)
class UnknownTransfer(Refusal):
    """The shop has no such transfer."""

    transfer_id: UUID

    code = "unknown_transfer"
    kind = Kind.NOT_FOUND
    sentence = N_("Transfer itu tidak ada.")


@dataclass(eq=False)
class TransferEmpty(Refusal):
    """A transfer needs two places and at least one unit."""

    code = "transfer_empty"
    kind = Kind.INVALID
    sentence = N_("Transfer perlu dua lokasi berbeda dan paling sedikit satu barang.")


@dataclass(eq=False)
class MoreThanSent(Refusal):
    """More was received and lost on a line than is still under way."""

    line_no: int
    under_way: int
    told: int

    code = "more_than_sent"
    kind = Kind.CONFLICT
    sentence = N_("Baris {line_no}: {told} dilaporkan, tetapi hanya {under_way} yang dalam perjalanan.")


@dataclass(eq=False)
class LossNeedsReason(Refusal):
    """Goods were lost and nobody said how."""

    code = "loss_needs_reason"
    kind = Kind.INVALID
    sentence = N_("Tulis alasan untuk barang yang hilang atau rusak.")
