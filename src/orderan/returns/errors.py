"""Refusals of returns."""

from dataclasses import dataclass
from typing import Any

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class ReturnNotFound(Refusal):
    """The shop has no such return, or it is outside the caller's scope."""

    goods_return: str

    code = "return_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Retur “{goods_return}” tidak ditemukan.")


@dataclass(eq=False)
class NotReturnable(Refusal):
    """More units than were shipped and are not coming back already.

    Attributes:
        lines: (line number, wanted, at most).
    """

    lines: tuple[tuple[int, int, int], ...]

    code = "not_returnable"
    kind = Kind.CONFLICT
    sentence = N_("Jumlah retur lebih besar dari yang dikirim dan belum diretur.")

    def facts(self) -> dict[str, Any]:
        return {
            "lines": [
                {"line_no": line_no, "wanted": wanted, "at_most": at_most}
                for line_no, wanted, at_most in self.lines
            ]
        }


@dataclass(eq=False)
class NothingToReturn(Refusal):
    """No line, or no unit, was named."""

    code = "nothing_to_return"
    kind = Kind.INVALID
    sentence = N_("Pilih setidaknya satu barang.")


@dataclass(eq=False)
class CountsDiffer(Refusal):
    """What was received or inspected does not fit what the return says.

    Attributes:
        lines: (line number, told, expected at most or exactly).
    """

    lines: tuple[tuple[int, int, int], ...]

    code = "return_counts_differ"
    kind = Kind.INVALID
    sentence = N_("Jumlahnya tidak cocok dengan retur ini.")

    def facts(self) -> dict[str, Any]:
        return {
            "lines": [
                {"line_no": line_no, "told": told, "expected": expected}
                for line_no, told, expected in self.lines
            ]
        }


@dataclass(eq=False)
class RefundStillOpen(Refusal):
    """The refund granted for a return is neither paid nor withdrawn, so the return stays open."""

    refund: str

    code = "refund_still_open"
    kind = Kind.CONFLICT
    sentence = N_("Pengembalian dananya belum dibayar atau ditarik.")


@dataclass(eq=False)
class ReturnPolicyNotUsable(Refusal):
    """A policy of returns that cannot hold; every fault is told at once.

    Attributes:
        faults: Each as `field: fault`.
    """

    faults: tuple[str, ...]

    code = "return_policy_not_usable"
    kind = Kind.INVALID
    sentence = N_("Kebijakan retur belum benar: {faults}.")


@dataclass(eq=False)
class ReturnPolicyMovedOn(Refusal):
    """Somebody wrote another version of the policy meanwhile; nothing was kept."""

    expected: int
    version: int

    code = "return_policy_moved_on"
    kind = Kind.CONFLICT
    sentence = N_("Kebijakan retur sudah diubah orang lain (versi {version}). Tidak ada yang disimpan.")


@dataclass(eq=False)
class NotByPolicy(Refusal):
    """The shop's policy does not take this back, or not any more; nothing was opened.

    Attributes:
        lines: (line number, wanted, at most by the policy).
    """

    lines: tuple[tuple[int, int, int], ...]

    code = "not_by_return_policy"
    kind = Kind.CONFLICT
    sentence = N_(
        "Menurut kebijakan toko barang ini tidak bisa diretur sebanyak itu, atau waktunya sudah lewat."
    )

    def facts(self) -> dict[str, Any]:
        return {
            "lines": [
                {"line_no": line_no, "wanted": wanted, "at_most": at_most}
                for line_no, wanted, at_most in self.lines
            ]
        }


@dataclass(eq=False)
class CauseNotAccepted(Refusal):
    """The shop takes nothing back for this reason."""

    cause: str

    code = "return_cause_not_accepted"
    kind = Kind.INVALID
    sentence = N_("Toko tidak menerima retur dengan alasan itu.")


@dataclass(eq=False)
class CauseUnexplained(Refusal):
    """For this reason the buyer says in words what is wrong."""

    cause: str

    code = "return_cause_unexplained"
    kind = Kind.INVALID
    sentence = N_("Ceritakan apa yang salah, supaya toko bisa memeriksanya.")


@dataclass(eq=False)
class WayNotOffered(Refusal):
    """The shop's policy does not give this for what comes back."""

    way: str

    code = "return_way_not_offered"
    kind = Kind.INVALID
    sentence = N_("Toko tidak menawarkan pilihan itu untuk retur.")


@dataclass(eq=False)
class CreditOfNobody(Refusal):
    """Credit is put on a customer's name, and this order names none."""

    code = "return_credit_of_nobody"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini tidak mencatat pembelinya, jadi tidak bisa diganti saldo.")


@dataclass(eq=False)
class NotExchangeable(Refusal):
    """Another thing was to be had for lines, and there is none that fits.

    Attributes:
        lines: (line number, wanted sku); the sku is empty where none was chosen.
    """

    lines: tuple[tuple[int, str], ...]

    code = "not_exchangeable"
    kind = Kind.CONFLICT
    sentence = N_("Pilih barang pengganti yang bisa ditukar untuk setiap barang yang kembali.")

    def facts(self) -> dict[str, Any]:
        return {"lines": [{"line_no": line_no, "sku": sku} for line_no, sku in self.lines]}


@dataclass(eq=False)
class TooManyPhotos(Refusal):
    """More pictures than one form takes; none was kept.

    Attributes:
        sent, at_most: How many came, and how many may.
    """

    sent: int
    at_most: int

    code = "too_many_photos"
    kind = Kind.INVALID
    sentence = N_("Paling banyak {at_most} foto sekali kirim.")


@dataclass(eq=False)
class PhotosOfNobody(Refusal):
    """Pictures are sealed under their buyer's key, and the order names none any more; nothing was kept."""

    code = "return_photos_of_nobody"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini tidak mencatat pembelinya, jadi fotonya tidak bisa disimpan.")
