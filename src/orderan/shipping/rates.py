"""What carrying costs, and how we know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

from orderan.couriers import Rate


class RateSource(StrEnum):
    """Where an offer comes from.

    LIVE    the courier said so, just now
    CACHED  it said so before, for the same districts and kilograms
    OLD     as cached, and too long ago: it did not answer this time
    TABLE   the shop's own table of fees, where nobody was asked or answered
    """

    LIVE = auto()
    CACHED = auto()
    OLD = auto()
    TABLE = auto()


@dataclass(frozen=True, slots=True)
class Lane:
    """What offers are kept by.

    Attributes:
        origin, destination: Kecamatan codes, or postcodes where no area is known.
    """

    origin: str
    destination: str
    weight_kg: int
    cod: bool
    insured: bool


@dataclass(frozen=True, slots=True)
class KeptRate:
    """An offer as it was kept, with the worth and the cash it was asked for."""

    account_id: UUID
    rate: Rate
    value_minor: int
    cod_minor: int
    asked_at: datetime

    def for_other(self, *, value_minor: int, cod_minor: int) -> Rate:
        """The offer for goods of another worth and another cash: what depends on these in proportion, rounded up."""
        return Rate(
            self.rate.courier,
            self.rate.service,
            self.rate.cost_minor,
            _scaled(self.rate.insurance_minor, value_minor, self.value_minor),
            _scaled(self.rate.cod_fee_minor, cod_minor, self.cod_minor),
            self.rate.cod,
            self.rate.least_days,
            self.rate.most_days,
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who would carry a parcel.

    Attributes:
        account_id: None for the shop's own table, which books nobody.
        as_of: When it was said; None of a table.
    """

    account_id: UUID | None
    rate: Rate
    source: RateSource
    as_of: datetime | None = None

    @property
    def total_minor(self) -> int:
        """What it comes to as far as it says."""
        return self.rate.cost_minor + (self.rate.insurance_minor or 0) + (self.rate.cod_fee_minor or 0)


def _scaled(fee_minor: int | None, wanted: int, asked: int) -> int | None:
    if fee_minor is None or asked in {wanted, 0}:
        return fee_minor
    return -(-fee_minor * wanted // asked)
