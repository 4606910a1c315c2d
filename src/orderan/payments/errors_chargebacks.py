"""Refusals of chargebacks."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class ChargebackNotFound(Refusal):
    """The shop has no such chargeback."""

    chargeback: str

    code = "chargeback_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Sengketa “{chargeback}” tidak ditemukan.")


@dataclass(eq=False)
class ChargebackOpen(Refusal):
    """This payment has a chargeback that is not decided yet."""

    attempt: str

    code = "chargeback_open"
    kind = Kind.CONFLICT
    sentence = N_("Pembayaran ini sudah punya sengketa yang belum selesai.")


@dataclass(eq=False)
class EvidenceMissing(Refusal):
    """An answer to the bank without anything in it."""

    code = "evidence_missing"
    kind = Kind.CONFLICT
    sentence = N_("Tambahkan bukti dulu sebelum menandai buktinya terkirim.")


@dataclass(eq=False)
class EvidenceFileUnreadable(Refusal):
    """The bytes are of none of the kinds a bank takes, whatever the name says."""

    code = "evidence_file_unreadable"
    kind = Kind.INVALID
    sentence = N_("Berkas itu bukan PDF, JPEG, PNG, atau WebP.")


@dataclass(eq=False)
class EvidenceFileTooLarge(Refusal):
    """A file above the limit."""

    most_mb: int

    code = "evidence_file_too_large"
    kind = Kind.INVALID
    sentence = N_("Berkas bukti paling besar {most_mb} MB.")


@dataclass(eq=False)
class EvidenceFilesTooMany(Refusal):
    """A chargeback has as many files as one may have."""

    most: int

    code = "evidence_files_too_many"
    kind = Kind.CONFLICT
    sentence = N_("Satu sengketa paling banyak memuat {most} berkas.")


@dataclass(eq=False)
class EvidenceOfNobody(Refusal):
    """Its buyer was erased: nothing that shows them is kept any more, not even for a bank."""

    code = "evidence_of_nobody"
    kind = Kind.CONFLICT
    sentence = N_(
        "Data pembelinya sudah dihapus, jadi berkas tentangnya tidak disimpan. Kirim langsung ke bank, lalu tulis rujukannya di sini."
    )


@dataclass(eq=False)
class EvidenceFileNotFound(Refusal):
    """This evidence has no file, or its buyer was erased and the file with them."""

    evidence: str

    code = "evidence_file_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Berkas bukti “{evidence}” tidak ada.")
