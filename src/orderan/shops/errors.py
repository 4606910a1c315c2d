"""Refusals of shops."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class UnknownShop(Refusal):
    """No shop has this code or number."""

    shop: str

    code = "unknown_shop"
    kind = Kind.NOT_FOUND
    sentence = N_("Toko “{shop}” tidak ada.")


@dataclass(eq=False)
class UnknownChannel(Refusal):
    """No active channel of the shop has this code."""

    channel: str

    code = "unknown_channel"
    kind = Kind.INVALID
    sentence = N_("Kanal “{channel}” tidak ada atau tidak aktif.")


@dataclass(eq=False)
class CodeTaken(Refusal):
    """Another shop or channel has this code."""

    taken: str

    code = "code_taken"
    kind = Kind.CONFLICT
    sentence = N_("Kode “{taken}” sudah dipakai.")


@dataclass(eq=False)
class TaxNumberWrong(Refusal):
    """The NPWP is not one: wrong length, or its check digit does not fit."""

    tax_number: str

    code = "tax_number_wrong"
    kind = Kind.INVALID
    sentence = N_("NPWP “{tax_number}” salah ketik. Isi 15 atau 16 angka.")


@dataclass(eq=False)
class ZoneUnknown(Refusal):
    """No time zone has this name."""

    zone: str

    code = "time_zone_unknown"
    kind = Kind.INVALID
    sentence = N_("Zona waktu “{zone}” tidak dikenal.")


@dataclass(eq=False)
class NameEmpty(Refusal):
    """A shop or channel needs a name."""

    code = "name_empty"
    kind = Kind.INVALID
    sentence = N_("Nama harus diisi.")


@dataclass(eq=False)
class CodeUnusable(Refusal):
    """A code is 1 to 32 lower-case letters, digits, dashes or underscores."""

    given: str

    code = "code_unusable"
    kind = Kind.INVALID
    sentence = N_("Kode “{given}” tidak bisa dipakai: 1 sampai 32 huruf kecil, angka, tanda - atau _.")


@dataclass(eq=False)
class HoldOutOfRange(Refusal):
    """An unpaid order holds stock between a minute and thirty days."""

    code = "hold_out_of_range"
    kind = Kind.INVALID
    sentence = N_("Lama menahan stok antara 1 menit dan 30 hari (43.200 menit).")


@dataclass(eq=False)
class DaysOutOfRange(Refusal):
    """An order completes 0 to 365 days after delivery."""

    code = "days_out_of_range"
    kind = Kind.INVALID
    sentence = N_("Pesanan selesai 0 sampai 365 hari setelah diterima.")


@dataclass(eq=False)
class NoSuchChannel(Refusal):
    """The shop has no channel of this id."""

    code = "channel_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Kanal itu tidak ada.")
