"""Refusals of shipping."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class UnknownCourier(Refusal):
    """No courier has this code."""

    courier: str

    code = "unknown_courier"
    kind = Kind.INVALID
    sentence = N_("Kurir “{courier}” tidak dikenal.")


@dataclass(eq=False)
class AwbMistyped(Refusal):
    """The number does not look like one of this courier's.

    Attributes:
        fits: Codes of couriers whose numbers look like it.
    """

    awb: str
    courier: str
    fits: tuple[str, ...]

    code = "awb_mistyped"
    kind = Kind.INVALID
    sentence = N_("“{awb}” bukan nomor resi {courier}. Periksa lagi, atau pilih kurir yang lain.")


@dataclass(eq=False)
class AwbUsed(Refusal):
    """Another parcel of this courier has the number; nothing was handed over."""

    awb: str
    courier: str

    code = "awb_used"
    kind = Kind.CONFLICT
    sentence = N_("Nomor resi “{awb}” sudah dipakai paket lain.")


@dataclass(eq=False)
class ParcelNotFound(Refusal):
    """The shop has no such parcel, or it left from a location outside the caller's scope."""

    parcel: str

    code = "parcel_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Paket “{parcel}” tidak ditemukan.")
