"""Refusals of the packing table."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orderan.kit.errors import N_, Kind, Refusal
from orderan.packing.rules import Obstacle


@dataclass(eq=False)
class PackingNotOpen(Refusal):
    """Nobody is packing the task at the table; what was packed is opened again first."""

    code = "packing_not_open"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini sedang tidak dikemas. Buka lagi kemasannya dulu.")


@dataclass(eq=False)
class PackingBlocked(Refusal):
    """Something of it is not as it should be; it was not closed.

    Attributes:
        obstacles: All of them.
        may_override: Whether whoever asks could close it with a reason.
    """

    obstacles: tuple[Obstacle, ...]

    code = "packing_blocked"
    kind = Kind.CONFLICT
    sentence = N_("Belum bisa ditutup: isi, berat, atau fotonya belum cocok.")

    def facts(self) -> dict[str, Any]:
        return {"obstacles": [one.plain() for one in self.obstacles]}


@dataclass(eq=False)
class PackedWrong(Refusal):
    """Orders may not leave: they stand open at the packing table, were never there though the shop asks for it, or
    what is in their parcels is not what is to be sent any more.

    Attributes:
        orders: (task id, order number, why): `open`, `unchecked` or `outdated`.
    """

    orders: tuple[tuple[UUID, int, str], ...]

    code = "packed_wrong"
    kind = Kind.CONFLICT
    sentence = N_("Belum boleh keluar: selesaikan dulu di meja kemas.")

    def facts(self) -> dict[str, Any]:
        return {
            "orders": [
                {"task_id": str(task), "number": number, "reason": why} for task, number, why in self.orders
            ]
        }


@dataclass(eq=False)
class ParcelsDiffer(Refusal):
    """The table packed another number of parcels than are handed over."""

    packed: int
    given: int

    code = "parcels_differ"
    kind = Kind.CONFLICT
    sentence = N_("Di meja kemas ada {packed} paket, yang diserahkan {given}.")


@dataclass(eq=False)
class ParcelNotPacked(Refusal):
    """The packing has no parcel of this number, or may have no more."""

    number: int

    code = "parcel_not_packed"
    kind = Kind.NOT_FOUND
    sentence = N_("Paket ke-{number} tidak ada di meja kemas.")


@dataclass(eq=False)
class UnitNotInside(Refusal):
    """The parcel holds no such unit to take out."""

    sku: str

    code = "unit_not_inside"
    kind = Kind.CONFLICT
    sentence = N_("“{sku}” tidak ada di dalam paket ini.")


@dataclass(eq=False)
class WeightUnreadable(Refusal):
    """A scale shows no such weight."""

    typed: str

    code = "weight_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan berat dalam gram.")


@dataclass(eq=False)
class OverrideUnexplained(Refusal):
    """Whoever closes a packing in spite of an obstacle says why."""

    code = "override_unexplained"
    kind = Kind.INVALID
    sentence = N_("Tulis alasannya, paling sedikit 5 huruf.")


@dataclass(eq=False)
class OverrideNotAllowed(Refusal):
    """Closing in spite of an obstacle takes a permission this person does not have."""

    code = "override_not_allowed"
    kind = Kind.FORBIDDEN
    sentence = N_("Hanya yang berwenang boleh menutup kemasan yang tidak cocok.")


@dataclass(eq=False)
class CartonNotFound(Refusal):
    """The shop has no such carton, or does not pack in it any more."""

    carton: str

    code = "carton_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Kardus “{carton}” tidak ada.")


@dataclass(eq=False)
class CartonUnusable(Refusal):
    """A carton cannot be so; nothing changed.

    Attributes:
        field: Which of its fields.
    """

    field: str

    code = "carton_unusable"
    kind = Kind.INVALID
    sentence = N_("Isian kardus “{field}” tidak bisa begitu.")


@dataclass(eq=False)
class CartonTwice(Refusal):
    """The shop has a carton of this code."""

    carton: str

    code = "carton_twice"
    kind = Kind.CONFLICT
    sentence = N_("Kardus “{carton}” sudah ada.")


@dataclass(eq=False)
class PackingPolicyUnusable(Refusal):
    """A tolerance cannot be so; nothing changed.

    Attributes:
        field: Which of its fields.
    """

    field: str

    code = "packing_policy_unusable"
    kind = Kind.INVALID
    sentence = N_("Isian “{field}” tidak bisa begitu.")
