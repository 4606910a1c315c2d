"""Every reason terms of promised days are turned down."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class PromiseTermsNotUsable(Refusal):
    """Terms no day can be promised by; every fault is told at once.

    Attributes:
        faults: Each as `field: fault`.
    """

    faults: tuple[str, ...]

    code = "promise_terms_not_usable"
    kind = Kind.INVALID
    sentence = N_("Aturan janji sampai belum benar: {faults}.")


@dataclass(eq=False)
class PromiseTermsMovedOn(Refusal):
    """Somebody wrote another version of the terms meanwhile; nothing was kept."""

    expected: int
    version: int

    code = "promise_terms_moved_on"
    kind = Kind.CONFLICT
    sentence = N_("Aturan janji sampai sudah diubah orang lain (versi {version}). Tidak ada yang disimpan.")
