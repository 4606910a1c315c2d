"""Refusals of pick-ups."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal
from orderan.shipping.manifests import ScanVerdict


@dataclass(eq=False)
class ManifestNotFound(Refusal):
    """The shop has no such manifest, or it is at a location outside the caller's scope."""

    manifest: str

    code = "manifest_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Manifes “{manifest}” tidak ditemukan.")


@dataclass(eq=False)
class ManifestOver(Refusal):
    """It was closed or dropped; nothing is scanned onto it or taken off any more."""

    code = "manifest_over"
    kind = Kind.CONFLICT
    sentence = N_("Manifes ini sudah ditutup. Buka manifes baru untuk jemputan berikutnya.")


@dataclass(eq=False)
class ManifestEmpty(Refusal):
    """Nothing was scanned that goes along; nothing was handed over."""

    code = "manifest_empty"
    kind = Kind.CONFLICT
    sentence = N_("Belum ada paket yang dipindai ke manifes ini.")


@dataclass(eq=False)
class ParcelsMissing(Refusal):
    """Parcels that are ready for this courier were not scanned, and nobody said that they stay; nothing was handed over.

    Attributes:
        awbs: All of them.
    """

    awbs: tuple[str, ...]

    code = "parcels_missing"
    kind = Kind.CONFLICT
    sentence = N_(
        "Masih ada paket yang siap tetapi belum dipindai. Pindai, atau pastikan bahwa memang ditinggal."
    )


@dataclass(eq=False)
class ParcelsChanged(Refusal):
    """Parcels that were scanned may not leave any more: take them out of the van and off the manifest; nothing was
    handed over.

    Attributes:
        parcels: (tracking number, what it is now).
    """

    parcels: tuple[tuple[str, ScanVerdict], ...]

    code = "parcels_changed"
    kind = Kind.CONFLICT
    sentence = N_("Ada paket yang sejak dipindai tidak boleh berangkat lagi. Keluarkan dulu dari manifes.")

    def facts(self) -> dict[str, object]:
        return {"parcels": [{"awb": awb, "verdict": str(verdict)} for awb, verdict in self.parcels]}


@dataclass(eq=False)
class LabelNotOnManifest(Refusal):
    """The manifest has no such label."""

    awb: str

    code = "label_not_on_manifest"
    kind = Kind.NOT_FOUND
    sentence = N_("Resi “{awb}” tidak ada di manifes ini.")
