"""Sums of a quote. Pure; nothing is rounded twice and the parts add up to the whole."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from orderan.kit.money import round_half_up, split_minor
from orderan.pricing.errors import DiscountTooLarge, NoShippingFee
from orderan.pricing.models import Discount, Quote, QuotedLine, ShippingTable, ToQuote

BASIS = 10_000
REST = "*"


class Priced(Protocol):
    """A price as a price list has it."""

    @property
    def rank(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def channel_id(self) -> UUID | None: ...
    @property
    def customer_group(self) -> str | None: ...
    @property
    def min_quantity(self) -> int: ...
    @property
    def valid_from(self) -> datetime: ...
    @property
    def amount_minor(self) -> int: ...


def best_price(
    prices: Iterable[Priced], *, currency: str, channel_id: UUID, group: str | None, quantity: int
) -> int | None:
    """The unit price: highest rank among lists for this buyer, then the largest quantity step
    reached, then the newest; None when no list has one.
    """
    fitting = [
        price
        for price in prices
        if price.currency == currency
        and price.channel_id in (None, channel_id)
        and price.customer_group in (None, group)
        and price.min_quantity <= quantity
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda price: (price.rank, price.min_quantity, price.valid_from)).amount_minor


def quote(
    lines: Sequence[ToQuote], discounts: Sequence[Discount], *, shipping_minor: int, tax_included: bool
) -> Quote:
    """Sum up an order.

    Tax of a line is taken on what is left after its discounts, on base_numerator /
    base_denominator of it (DPP nilai lain), rounded half up once per line; shipping carries no
    tax. With tax included the price already holds it and the total does not change.

    Raises:
        DiscountTooLarge: A discount exceeds the goods it is for.

    Source: UU 7/2021 (HPP) article 7; PMK 131/2024 articles 2 and 3 (12 % on 11/12 of the price).
    """
    goods = {line.line_no: line.quantity * line.unit_price_minor for line in lines}
    shares = _discounts_by_line(goods, discounts)
    quoted = []
    for line in lines:
        taken = sum(amount for _, _, amount in shares[line.line_no])
        tax = line_tax(goods[line.line_no] - taken, line, included=tax_included)
        quoted.append(QuotedLine(line.line_no, goods[line.line_no], taken, tax, tuple(shares[line.line_no])))
    return _summed(quoted, shipping_minor=shipping_minor, tax_included=tax_included)


def line_tax(net_minor: int, line: ToQuote, *, included: bool) -> int:
    """Tax on an amount: of it, or in it when prices include tax."""
    up = line.tax_rate_bp * line.base_numerator
    down = BASIS * line.base_denominator
    return round_half_up(net_minor * up, down + up if included else down)


def _discounts_by_line(
    goods: dict[int, int], discounts: Sequence[Discount]
) -> dict[int, list[tuple[str, str, int]]]:
    shares: dict[int, list[tuple[str, str, int]]] = {line_no: [] for line_no in goods}
    left = dict(goods)
    for discount in discounts:
        if discount.amount_minor < 0:
            message = f"a discount takes money off: {discount.code}"
            raise ValueError(message)
        if discount.line_no is None:
            parts = split_minor(discount.amount_minor, list(left.values()))
            cuts = dict(zip(left, parts, strict=True))
        else:
            cuts = {discount.line_no: discount.amount_minor}
        for line_no, amount in cuts.items():
            if amount > left.get(line_no, -1):
                raise DiscountTooLarge(discount.code)
            left[line_no] -= amount
            if amount:
                shares[line_no].append((discount.code, discount.payer, amount))
    return shares


def _summed(lines: Sequence[QuotedLine], *, shipping_minor: int, tax_included: bool) -> Quote:
    goods = sum(line.goods_minor for line in lines)
    discount = sum(line.discount_minor for line in lines)
    tax = sum(line.tax_minor for line in lines)
    return Quote(
        lines=tuple(lines),
        goods_minor=goods,
        discount_minor=discount,
        shipping_minor=shipping_minor,
        tax_minor=tax,
        rounding_minor=0,
        total_minor=goods - discount + shipping_minor + (0 if tax_included else tax),
        tax_included=tax_included,
    )


def shipping_fee(
    table: ShippingTable, service: str, *, village_code: str | None, weight_g: int, now: datetime
) -> int:
    """Fee of a service to a village: the first kilogram, then each begun one.

    The zone is that of the longest region code that begins the village code; `*` is the rest.

    Raises:
        NoShippingFee: No zone, or the zone has no fee for the service yet.
    """
    zone = _zone(table, village_code)
    for valid_from, first_kg, next_kg in table.fees.get((zone, service), ()) if zone else ():
        if valid_from <= now:
            kilograms = max(1, -(-weight_g // 1000))
            return first_kg + (kilograms - 1) * next_kg
    raise NoShippingFee(service, village_code)


def _zone(table: ShippingTable, village_code: str | None) -> UUID | None:
    code = village_code or ""
    while code:
        if code in table.zones:
            return table.zones[code]
        code = code.rpartition(".")[0]
    return table.zones.get(REST)
