"""Words of returns that buyers and staff share."""

from collections.abc import Mapping
from typing import Final

from orderan.kit.errors import N_
from orderan.returns import Cause, Remedy

CAUSES: Final[Mapping[Cause, str]] = {
    Cause.DAMAGED: N_("Rusak waktu datang"),
    Cause.DEFECTIVE: N_("Barangnya tidak berfungsi"),
    Cause.WRONG_ITEM: N_("Barangnya lain dari yang dipesan"),
    Cause.NOT_AS_DESCRIBED: N_("Tidak sesuai keterangan"),
    Cause.INCOMPLETE: N_("Tidak lengkap"),
    Cause.WRONG_SIZE: N_("Ukurannya tidak pas"),
    Cause.CHANGED_MIND: N_("Berubah pikiran"),
}

WAYS: Final[Mapping[Remedy, str]] = {
    Remedy.REFUND: N_("Uang kembali"),
    Remedy.CREDIT: N_("Saldo di toko ini"),
    Remedy.EXCHANGE: N_("Ditukar barang lain"),
}
