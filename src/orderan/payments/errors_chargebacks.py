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
