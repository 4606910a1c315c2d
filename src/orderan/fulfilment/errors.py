"""Refusals of the warehouse."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orderan.fulfilment.rules import Reason
from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class TaskNotFound(Refusal):
    """The shop has no such task, or it is at a location outside the caller's scope."""

    task: str

    code = "task_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Tugas gudang “{task}” tidak ditemukan.")


@dataclass(eq=False)
class TaskNotShort(Refusal):
    """Only what was reported missing is taken from elsewhere."""

    state: str

    code = "task_not_short"
    kind = Kind.CONFLICT
    sentence = N_("Laporkan dulu barang yang kurang, baru ambil dari lokasi lain.")


@dataclass(eq=False)
class PickingBlocked(Refusal):
    """Picking cannot start; every reason of every order that stands in the way, nothing was started.

    Attributes:
        orders: (order id, order number, its reasons).
    """

    orders: tuple[tuple[UUID, int, tuple[Reason, ...]], ...]

    code = "picking_blocked"
    kind = Kind.CONFLICT
    sentence = N_("Belum bisa diambil dari rak: masih ada yang menahan pesanan ini.")

    def facts(self) -> dict[str, Any]:
        return {
            "orders": [
                {
                    "order_id": str(order_id),
                    "number": number,
                    "reasons": [reason.plain() for reason in reasons],
                }
                for order_id, number, reasons in self.orders
            ]
        }


@dataclass(eq=False)
class NothingLikeThatToPick(Refusal):
    """The task has no open line for this sku, or fewer units of it than were said to be picked."""

    sku: str
    units: int
    left: int

    code = "nothing_like_that_to_pick"
    kind = Kind.CONFLICT
    sentence = N_("“{sku}” tidak ada dalam daftar ambil ini, atau sudah cukup (sisa {left}).")


@dataclass(eq=False)
class PickIncomplete(Refusal):
    """Units are still on the shelf: pick them, or report the task short.

    Attributes:
        missing: (sku id, units).
    """

    missing: tuple[tuple[UUID, int], ...]

    code = "pick_incomplete"
    kind = Kind.CONFLICT
    sentence = N_("Masih ada barang yang belum diambil. Ambil dulu, atau laporkan kurang.")

    def facts(self) -> dict[str, Any]:
        return {"missing": [{"sku_id": str(sku), "units": units} for sku, units in self.missing]}


@dataclass(eq=False)
class ContentsDiffer(Refusal):
    """The parcels together do not hold exactly what the task packed.

    Attributes:
        differences: (line number, sku id, packed, in the parcels).
    """

    differences: tuple[tuple[int, UUID, int, int], ...]

    code = "contents_differ"
    kind = Kind.INVALID
    sentence = N_("Isi paket tidak sama dengan yang dikemas.")

    def facts(self) -> dict[str, Any]:
        return {
            "differences": [
                {"line_no": line_no, "sku_id": str(sku), "packed": packed, "in_parcels": units}
                for line_no, sku, packed, units in self.differences
            ]
        }


@dataclass(eq=False)
class UnitsHandedOver(Refusal):
    """Units to be withdrawn, or parts of a bundle, are with a courier already."""

    line_no: int
    units: int

    code = "units_handed_over"
    kind = Kind.CONFLICT
    sentence = N_("Sebagian barang baris {line_no} sudah diserahkan ke kurir, jadi hanya bisa diretur.")
