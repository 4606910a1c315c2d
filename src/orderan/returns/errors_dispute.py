"""Refusals of parcels that come back, and of quarrels over them."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class DisputeOpen(Refusal):
    """What came is not what was issued, and nobody has decided yet; nothing is paid back before."""

    goods_return: str

    code = "return_dispute_open"
    kind = Kind.CONFLICT
    sentence = N_("Retur ini dalam sengketa. Putuskan sengketanya dulu.")


@dataclass(eq=False)
class DecidedForShop(Refusal):
    """The dispute was decided for the shop, so nothing is paid back."""

    goods_return: str

    code = "return_dispute_for_shop"
    kind = Kind.CONFLICT
    sentence = N_("Sengketa retur ini dimenangkan toko, jadi tidak ada yang dikembalikan.")


@dataclass(eq=False)
class DisputeNotFound(Refusal):
    """No dispute is about this return."""

    goods_return: str

    code = "return_dispute_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Retur ini tidak dalam sengketa.")


@dataclass(eq=False)
class WordsMissing(Refusal):
    """Nothing was written, so that nobody would know why."""

    code = "return_dispute_words_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis bukti atau alasannya.")


@dataclass(eq=False)
class ReturnAwbTaken(Refusal):
    """Another return is sent with this number."""

    awb: str

    code = "return_awb_taken"
    kind = Kind.CONFLICT
    sentence = N_("Nomor resi {awb} sudah dipakai retur lain.")


@dataclass(eq=False)
class ReturnAwbUnusable(Refusal):
    """No number a courier would give: 6 to 40 letters and digits."""

    code = "return_awb_unusable"
    kind = Kind.INVALID
    sentence = N_("Tulis nomor resinya, 6 sampai 40 huruf dan angka.")


@dataclass(eq=False)
class ReturnShipmentFixed(Refusal):
    """The parcel arrived, or the buyer has a number already: it is not changed any more."""

    goods_return: str

    code = "return_shipment_fixed"
    kind = Kind.CONFLICT
    sentence = N_("Nomor resi retur ini tidak bisa diubah lagi.")


@dataclass(eq=False)
class DamagedOnSale(Refusal):
    """Units that came damaged are to be sold again.

    Attributes:
        lines: (line number, to be sold, sound at most).
    """

    lines: tuple[tuple[int, int, int], ...]

    code = "damaged_return_on_sale"
    kind = Kind.CONFLICT
    sentence = N_("Barang yang diterima rusak masuk karantina, tidak dijual lagi.")

    def facts(self) -> dict[str, object]:
        return {
            "lines": [
                {"line_no": line_no, "to_stock": to_stock, "at_most": at_most}
                for line_no, to_stock, at_most in self.lines
            ]
        }
