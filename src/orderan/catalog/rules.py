"""Decisions and sums of the catalogue; pure."""

from collections.abc import Iterable
from datetime import date

from orderan.catalog.models import TaxRate


def rates_on(rates: Iterable[TaxRate], day: date) -> dict[str, TaxRate]:
    """The rate of each tax class on a day of the shop's own calendar: the newest that began by then.

    Tax changes at midnight where the shop is, which is 17:00 UTC of the day before in Jakarta.
    """
    valid = [rate for rate in rates if rate.valid_from <= day]
    return {rate.tax_class: rate for rate in sorted(valid, key=lambda rate: rate.valid_from)}
