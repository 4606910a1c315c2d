"""Every reason a claim to a courier is turned down by us."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class ClaimNotFound(Refusal):
    """No claim of this id."""

    claim_id: str

    code = "claim_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Klaim ini tidak ada.")


@dataclass(eq=False)
class ParcelNotClaimable(Refusal):
    """No courier can be asked for this parcel: it did not leave yet, or the shop's own people carry it."""

    awb: str

    code = "parcel_not_claimable"
    kind = Kind.CONFLICT
    sentence = N_(
        "Paket {awb} belum diserahkan, atau dibawa kurir toko sendiri: tidak ada yang bisa diklaim."
    )


@dataclass(eq=False)
class ClaimThereAlready(Refusal):
    """The parcel has a claim; no second was opened."""

    claim_id: str

    code = "claim_there_already"
    kind = Kind.CONFLICT
    sentence = N_("Paket ini sudah punya klaim.")


@dataclass(eq=False)
class ClaimKindUnknown(Refusal):
    """A claim is for a parcel that was lost or damaged."""

    code = "claim_kind_unknown"
    kind = Kind.INVALID
    sentence = N_("Pilih: hilang atau rusak.")


@dataclass(eq=False)
class ClaimWithoutEvidence(Refusal):
    """Nothing speaks for the claim yet; it was not filed."""

    code = "claim_without_evidence"
    kind = Kind.CONFLICT
    sentence = N_("Tulis dulu buktinya: foto, berita acara, atau kabar kurir yang bisa dirujuk.")


@dataclass(eq=False)
class ClaimAmountUnusable(Refusal):
    """An amount a courier cannot have agreed to or paid: nothing, or more than is claimed."""

    most_minor: int

    code = "claim_amount_unusable"
    kind = Kind.INVALID
    sentence = N_("Tulis jumlah antara 1 dan {most_minor} rupiah.")


@dataclass(eq=False)
class EvidenceUnusable(Refusal):
    """Evidence is said in one to two thousand letters."""

    code = "claim_evidence_unusable"
    kind = Kind.INVALID
    sentence = N_("Tulis buktinya dalam 1 sampai 2.000 huruf.")


@dataclass(eq=False)
class ClaimDaysUnusable(Refusal):
    """A courier takes claims within one day to a year."""

    code = "claim_days_unusable"
    kind = Kind.INVALID
    sentence = N_("Tulis 1 sampai 365 hari untuk kurir yang dikenal.")
