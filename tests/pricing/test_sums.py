"""Worked examples: PPN as the rules have it, discounts and their payers, shipping by weight.

UU 7/2021 (HPP) article 7 sets 12 %; PMK 131/2024 articles 2 and 3 take it on 11/12 of the price of
ordinary goods (so 11 % in effect) and on the whole price of luxury goods. Tax is rounded half up
once per line, to the rupiah.
"""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from orderan.catalog import TaxRate, rates_on
from orderan.kit.i18n import local_date
from orderan.pricing import (
    Discount,
    DiscountTooLarge,
    NoShippingFee,
    ShippingTable,
    ToQuote,
    quote,
    shipping_fee,
)


def line(number: int, quantity: int, unit: int, *, rate: int = 1200, up: int = 11, down: int = 12) -> ToQuote:
    return ToQuote(number, quantity, unit, 500, "ppn", rate, up, down)


def luxury(number: int, quantity: int, unit: int) -> ToQuote:
    return line(number, quantity, unit, up=1, down=1)


@pytest.mark.parametrize(
    ("unit", "tax"),
    [
        (10_000_000, 1_100_000),  # the ministry's own example: 12 % x 11/12 x 10,000,000
        (12_000, 1_320),
        (1, 0),
        (5, 1),  # 0.55
        (4, 0),  # 0.44
        (50, 6),  # 5.5 goes up
        (999_999, 110_000),  # 109,999.89
    ],
)
def test_ordinary_goods_bear_eleven_percent_on_top(unit: int, tax: int) -> None:
    made = quote([line(1, 1, unit)], [], shipping_minor=0, tax_included=False)
    assert made.tax_minor == tax
    assert made.total_minor == unit + tax


@pytest.mark.parametrize(
    ("unit", "tax"),
    [
        (11_100_000, 1_100_000),
        (111, 11),
        (20_000, 1_982),  # 11/111 x 20,000 = 1,981.98
        (50, 5),  # 4.95
    ],
)
def test_a_price_that_holds_the_tax_is_not_changed_by_it(unit: int, tax: int) -> None:
    made = quote([line(1, 1, unit)], [], shipping_minor=0, tax_included=True)
    assert made.tax_minor == tax
    assert made.total_minor == unit


def test_luxury_goods_bear_twelve_percent_of_the_whole_price() -> None:
    outside = quote([luxury(1, 1, 500_000_000)], [], shipping_minor=0, tax_included=False)
    inside = quote([luxury(1, 1, 560_000_000)], [], shipping_minor=0, tax_included=True)
    assert outside.tax_minor == inside.tax_minor == 60_000_000


def test_tax_is_rounded_once_per_line_and_not_per_unit() -> None:
    # Three units of 5: 0.55 each would round to 1, three times; the line's 1.65 is 2.
    assert quote([line(1, 3, 5)], [], shipping_minor=0, tax_included=False).tax_minor == 2
    # Two lines are two roundings: 0.55 and 0.55 are 1 and 1.
    two = quote([line(1, 1, 5), line(2, 1, 5)], [], shipping_minor=0, tax_included=False)
    assert two.tax_minor == 2


def test_a_discount_lowers_the_base_of_the_tax() -> None:
    made = quote(
        [line(1, 1, 100_000)], [Discount("HEMAT", "merchant", 10_000)], shipping_minor=0, tax_included=False
    )
    assert made.tax_minor == 9_900
    assert made.total_minor == 99_900


def test_an_order_discount_is_shared_by_value_to_the_rupiah_and_keeps_its_payer() -> None:
    lines = [line(1, 1, 10_000), line(2, 1, 10_000), line(3, 1, 10_000)]
    off = [Discount("RP100", "platform", 100), Discount("BARIS", "brand", 1_000, 2)]

    made = quote(lines, off, shipping_minor=9_000, tax_included=True)

    assert [one.discounts for one in made.lines] == [
        (("RP100", "platform", 34),),
        (("RP100", "platform", 33), ("BARIS", "brand", 1_000)),
        (("RP100", "platform", 33),),
    ]
    assert made.discount_minor == 1_100
    assert made.total_minor == 30_000 - 1_100 + 9_000


@pytest.mark.parametrize(
    "off", [Discount("A", "bank", 10_001), Discount("A", "bank", 5_001, 2), Discount("A", "bank", 1, 9)]
)
def test_no_discount_is_larger_than_what_it_is_for(off: Discount) -> None:
    with pytest.raises(DiscountTooLarge):
        quote([line(1, 1, 5_000), line(2, 1, 5_000)], [off], shipping_minor=0, tax_included=True)


def test_the_rate_of_a_class_is_that_of_the_shops_own_day() -> None:
    rates = [
        TaxRate("ppn", date(2025, 1, 1), 1200, 11, 12),
        TaxRate("ppn", date(2022, 4, 1), 1100, 1, 1),
        TaxRate("ppn_mewah", date(2025, 1, 1), 1200, 1, 1),
    ]
    before = datetime(2024, 12, 31, 16, 59, tzinfo=UTC)
    after = datetime(2024, 12, 31, 17, 0, tzinfo=UTC)  # midnight in Jakarta

    assert rates_on(rates, local_date(before, "Asia/Jakarta")) == {"ppn": rates[1]}
    assert rates_on(rates, local_date(after, "Asia/Jakarta")) == {"ppn": rates[0], "ppn_mewah": rates[2]}


def test_shipping_is_the_zones_fee_by_begun_kilograms() -> None:
    jawa, timur = uuid4(), uuid4()
    long_ago, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    table = ShippingTable(
        {"31": jawa, "35.78": jawa, "*": timur},
        {
            (jawa, "reg"): [(later, 10_000, 8_000), (long_ago, 9_000, 7_000)],
            (timur, "reg"): [(long_ago, 40_000, 30_000)],
        },
    )

    def fee(village: str | None, weight_g: int, day: int = 5, month: int = 11) -> int:
        now = datetime(2026, month, day, tzinfo=UTC)
        return shipping_fee(table, "reg", village_code=village, weight_g=weight_g, now=now)

    assert fee("31.71.01.1001", 0) == 10_000
    assert fee("31.71.01.1001", 1_000) == 10_000
    assert fee("31.71.01.1001", 1_001) == 18_000
    assert fee("31.71.01.1001", 1_001, month=10) == 16_000
    assert fee("35.78.01.1001", 500) == 10_000
    assert fee("35.77.01.1001", 2_500) == 100_000
    assert fee(None, 1) == 40_000
    with pytest.raises(NoShippingFee):
        shipping_fee(table, "kilat", village_code=None, weight_g=1, now=later)
