"""Refusals of pricing."""

from dataclasses import dataclass
from typing import Self

from orderan.kit.errors import N_, Kind, Refusal
from orderan.pricing.models import Quote, QuotedLine


@dataclass(eq=False)
class NoPrice(Refusal):
    """No price list of the channel and customer has a price for these skus now."""

    skus: tuple[str, ...]

    code = "no_price"
    kind = Kind.INVALID
    sentence = N_("Belum ada harga untuk SKU: {skus}.")


@dataclass(eq=False)
class NoShippingFee(Refusal):
    """The zone table has no fee for this service to this place."""

    service: str
    village_code: str | None

    code = "no_shipping_fee"
    kind = Kind.INVALID
    sentence = N_("Belum ada ongkir layanan “{service}” untuk alamat itu.")


@dataclass(eq=False)
class DiscountTooLarge(Refusal):
    """A discount is more than what it is taken off, or names a line that is not there."""

    discount: str

    code = "discount_too_large"
    kind = Kind.INVALID
    sentence = N_("Potongan “{discount}” melebihi nilai barangnya.")


@dataclass(eq=False)
class TotalChanged(Refusal):
    """The total is not the one the buyer was shown; the new one needs their consent.

    Carries the whole new quote, so that nobody has to ask a second time.
    """

    expected_minor: int
    total_minor: int
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    rounding_minor: int
    tax_included: bool
    lines: tuple[QuotedLine, ...]

    code = "total_changed"
    kind = Kind.CONFLICT
    sentence = N_("Totalnya berubah. Tunjukkan total baru kepada pembeli.")

    @classmethod
    def to(cls, quote: Quote, *, expected_minor: int) -> Self:
        """The refusal that carries this quote."""
        return cls(
            expected_minor=expected_minor,
            total_minor=quote.total_minor,
            goods_minor=quote.goods_minor,
            discount_minor=quote.discount_minor,
            shipping_minor=quote.shipping_minor,
            tax_minor=quote.tax_minor,
            rounding_minor=quote.rounding_minor,
            tax_included=quote.tax_included,
            lines=quote.lines,
        )


@dataclass(eq=False)
class NoSuchZone(Refusal):
    """The shop has no zone of this id."""

    code = "zone_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Zona itu tidak ada.")


@dataclass(eq=False)
class ZoneCodeTaken(Refusal):
    """Another zone of the shop has the code."""

    zone: str

    code = "zone_code_taken"
    kind = Kind.CONFLICT
    sentence = N_("Kode zona “{zone}” sudah dipakai.")


@dataclass(eq=False)
class AreaTaken(Refusal):
    """Areas that belong to another zone already; one area has one fee."""

    areas: tuple[str, ...]

    code = "area_taken"
    kind = Kind.CONFLICT
    sentence = N_("Wilayah ini sudah ada di zona lain: {areas}.")
