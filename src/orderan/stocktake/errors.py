"""Refusals of stock-takes."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class TakeNotFound(Refusal):
    """The shop has no such stock-take, or it is at a location outside the caller's scope."""

    take: str

    code = "stock_take_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Stok opname “{take}” tidak ditemukan.")


@dataclass(eq=False)
class AreaNotFound(Refusal):
    """The stock-take has no such bin or stretch of goods."""

    area: str

    code = "stock_take_area_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Bagian “{area}” tidak ada di stok opname ini.")


@dataclass(eq=False)
class NothingToCount(Refusal):
    """There is nothing of what was asked for; no stock-take was opened."""

    code = "nothing_to_count"
    kind = Kind.INVALID
    sentence = N_("Tidak ada yang bisa dihitung dengan pilihan ini.")


@dataclass(eq=False)
class CountedElsewhere(Refusal):
    """Another stock-take counts the same already; two would book one difference twice.

    Attributes:
        labels: Bins or skus, at most ten of them.
    """

    labels: tuple[str, ...]

    code = "counted_elsewhere"
    kind = Kind.CONFLICT
    sentence = N_("Sedang dihitung di stok opname lain: {labels}.")


@dataclass(eq=False)
class AreaOfAnother(Refusal):
    """Somebody else counts it; nothing changed."""

    counter: str

    code = "stock_take_area_of_another"
    kind = Kind.CONFLICT
    sentence = N_("Bagian ini sedang dihitung orang lain.")


@dataclass(eq=False)
class CountedBefore(Refusal):
    """A second count is another person's: who counted it once knows what they counted."""

    code = "counted_before"
    kind = Kind.FORBIDDEN
    sentence = N_("Anda sudah menghitung bagian ini. Hitung ulang dilakukan orang lain.")


@dataclass(eq=False)
class NotAllCounted(Refusal):
    """These goods were not counted; where there are none, that is counted as 0.

    Attributes:
        skus: At most ten of them.
    """

    skus: tuple[str, ...]

    code = "not_all_counted"
    kind = Kind.INVALID
    sentence = N_("Belum dihitung: {skus}. Isi 0 bila tidak ada.")


@dataclass(eq=False)
class NotInTake(Refusal):
    """These goods are not counted here: the stock-take is of others, or another area has them."""

    sku: str

    code = "not_in_stock_take"
    kind = Kind.CONFLICT
    sentence = N_("{sku} tidak dihitung di bagian ini. Taruh di tempatnya, atau hitung di bagiannya.")


@dataclass(eq=False)
class ApprovedByCounter(Refusal):
    """Whoever counted does not approve; somebody else does."""

    code = "approved_by_counter"
    kind = Kind.FORBIDDEN
    sentence = N_("Anda ikut menghitung. Orang lain yang menyetujui.")


@dataclass(eq=False)
class ToleranceUnreadable(Refusal):
    """A tolerance is a number of units and an amount, neither below zero."""

    code = "stock_take_tolerance"
    kind = Kind.INVALID
    sentence = N_("Toleransi diisi bilangan bulat, 0 atau lebih.")
