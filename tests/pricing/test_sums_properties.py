"""What holds of every quote: nothing is lost, nothing is charged twice, every rupiah has a payer."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orderan.pricing import Discount, DiscountTooLarge, Quote, ToQuote, quote

PAYERS = ("merchant", "platform", "brand", "bank", "courier")
RATES = st.sampled_from([(0, 1, 1), (1100, 1, 1), (1200, 11, 12), (1200, 1, 1), (725, 3, 7)])


@st.composite
def baskets(draw: st.DrawFn) -> tuple[list[ToQuote], list[Discount]]:
    count = draw(st.integers(1, 6))
    lines = []
    for number in range(1, count + 1):
        rate, up, down = draw(RATES)
        quantity, unit = draw(st.integers(1, 1_000)), draw(st.integers(0, 50_000_000))
        lines.append(ToQuote(number, quantity, unit, 500, "any", rate, up, down))
    goods = sum(one.quantity * one.unit_price_minor for one in lines)
    off = st.builds(
        Discount,
        code=st.sampled_from(["A", "B", "C"]),
        payer=st.sampled_from(PAYERS),
        amount_minor=st.integers(0, max(1, goods // 2)),
        line_no=st.none() | st.integers(1, count),
    )
    return lines, draw(st.lists(off, max_size=6))


def quoted(basket: tuple[list[ToQuote], list[Discount]], shipping: int, included: bool) -> Quote:
    try:
        return quote(*basket, shipping_minor=shipping, tax_included=included)
    except DiscountTooLarge:
        assume(False)
        raise


@given(baskets(), st.integers(0, 10_000_000), st.booleans())
def test_the_parts_add_up_to_the_total(
    basket: tuple[list[ToQuote], list[Discount]], shipping: int, included: bool
) -> None:
    made = quoted(basket, shipping, included)

    assert made.goods_minor == sum(one.quantity * one.unit_price_minor for one in basket[0])
    assert made.goods_minor == sum(line.goods_minor for line in made.lines)
    assert made.discount_minor == sum(line.discount_minor for line in made.lines)
    assert made.tax_minor == sum(line.tax_minor for line in made.lines)
    extra = 0 if included else made.tax_minor
    assert made.total_minor == (
        made.goods_minor - made.discount_minor + shipping + extra + made.rounding_minor
    )


@given(baskets(), st.booleans())
def test_every_discount_is_given_whole_by_the_one_who_pays_it(
    basket: tuple[list[ToQuote], list[Discount]], included: bool
) -> None:
    made = quoted(basket, 0, included)
    given_by: dict[tuple[str, str], int] = {}
    for one in basket[1]:
        given_by[one.code, one.payer] = given_by.get((one.code, one.payer), 0) + one.amount_minor
    shared: dict[tuple[str, str], int] = {}
    for line in made.lines:
        assert line.discount_minor == sum(amount for _, _, amount in line.discounts)
        for code, payer, amount in line.discounts:
            shared[code, payer] = shared.get((code, payer), 0) + amount

    assert shared == {key: amount for key, amount in given_by.items() if amount}


@given(baskets(), st.booleans())
def test_no_line_costs_less_than_nothing_and_its_tax_is_within_half_a_rupiah(
    basket: tuple[list[ToQuote], list[Discount]], included: bool
) -> None:
    made = quoted(basket, 0, included)
    for asked, line in zip(basket[0], made.lines, strict=True):
        net = line.goods_minor - line.discount_minor
        assert net >= 0
        rate = Fraction(asked.tax_rate_bp * asked.base_numerator, 10_000 * asked.base_denominator)
        exact = net * rate / (1 + rate) if included else net * rate
        assert abs(line.tax_minor - exact) <= Fraction(1, 2)
        assert 0 <= line.tax_minor <= max(net, 1)


@given(baskets())
def test_included_and_added_tax_agree_on_what_the_goods_cost_without(
    basket: tuple[list[ToQuote], list[Discount]],
) -> None:
    added = quoted(basket, 0, included=False)
    for asked, line in zip(basket[0], added.lines, strict=True):
        gross = line.goods_minor - line.discount_minor + line.tax_minor
        [inside] = quote(
            [ToQuote(1, 1, gross, 0, "any", asked.tax_rate_bp, asked.base_numerator, asked.base_denominator)],
            [],
            shipping_minor=0,
            tax_included=True,
        ).lines
        assert abs(inside.tax_minor - line.tax_minor) <= 1


@given(baskets(), st.integers(0, 1_000_000), st.booleans())
def test_an_order_discount_larger_than_the_goods_is_refused_and_one_equal_to_them_leaves_nothing(
    basket: tuple[list[ToQuote], list[Discount]], shipping: int, included: bool
) -> None:
    lines, _ = basket
    goods = sum(one.quantity * one.unit_price_minor for one in lines)
    whole = quote(lines, [Discount("ALL", "bank", goods)], shipping_minor=shipping, tax_included=included)
    assert whole.total_minor == shipping
    assert whole.tax_minor == 0
    with pytest.raises(DiscountTooLarge) as refused:
        quote(lines, [Discount("MORE", "bank", goods + 1)], shipping_minor=shipping, tax_included=included)
    assert refused.value.discount == "MORE"
