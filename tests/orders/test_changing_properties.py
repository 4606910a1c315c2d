"""What holds for every sequence of edits: the sums add up, and going back gives everything back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from orderan.kit.ids import new_id
from orderan.orders import (
    AddLine,
    Article,
    Becomes,
    ChangeContext,
    Line,
    Order,
    SetDiscount,
    SetQuantity,
    SetShipping,
    Tax,
    fold,
    least_advanced,
    owed,
    unshipped,
)
from orderan.orders.changes import from_plain, to_plain
from orderan.orders.commands.versions import snapshot
from orderan.orders.models import Action
from orderan.orders.rules import cancelled_by, specs_of, summed, with_more, without
from orderan.pricing import Discount, DiscountTooLarge, ToQuote, quote

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
PPN = Tax(1200, 11, 12)
SKUS = {
    code: (new_id(), price, weight)
    for code, price, weight in (("a", 9_999, 350), ("b", 17, 0), ("c", 125_000, 990))
}
SERVICES = {None: 0, "REG": 9_000, "ONS": 17_000}


def article(code: str, _quantity: int) -> Article:
    sku_id, price, _ = SKUS[code]
    return Article(sku_id, code, code, price, "ppn", PPN)


def fee(service: str | None, _address: UUID | None, weight_g: int) -> int:
    return SERVICES[service] * max(1, -(-weight_g // 1000))


CONTEXT = ChangeContext(article, fee, {sku_id: weight for sku_id, _, weight in SKUS.values()})


@st.composite
def orders(draw: st.DrawFn) -> tuple[Order, list[Line]]:
    """An order as placement writes it."""
    included = draw(st.booleans())
    asked = draw(
        st.lists(st.tuples(st.sampled_from(sorted(SKUS)), st.integers(1, 9)), min_size=1, max_size=4)
    )
    to_quote = [
        ToQuote(number, units, SKUS[code][1], SKUS[code][2], "ppn", 1200, 11, 12)
        for number, (code, units) in enumerate(asked, 1)
    ]
    goods = sum(line.quantity * line.unit_price_minor for line in to_quote)
    vouchers = [Discount("V", "merchant", draw(st.integers(0, goods)))]
    service = draw(st.sampled_from(list(SERVICES)))
    weight = sum(line.quantity * line.weight_g for line in to_quote)
    sums = quote(to_quote, vouchers, shipping_minor=fee(service, None, weight), tax_included=included)
    order_id = new_id()
    lines = [
        Line(
            order_id=order_id,
            line_no=line.line_no,
            sku_id=SKUS[code][0],
            sku_code=code,
            title=code,
            unit_price_minor=SKUS[code][1],
            quantity=units,
            goods_minor=line.goods_minor,
            discount_minor=line.discount_minor,
            tax_minor=line.tax_minor,
            tax_class="ppn",
            tax_rate_bp=1200,
            tax_base_numerator=11,
            tax_base_denominator=12,
            discounts=[list(part) for part in line.discounts] or None,
        )
        for (code, units), line in zip(asked, sums.lines, strict=True)
    ]
    order = Order(
        shop_id=1,
        id=order_id,
        number=18,
        channel_id=new_id(),
        external_id=None,
        cart_id=None,
        kind="b2c",
        terms="prepaid",
        customer_id=None,
        address_id=None,
        currency="IDR",
        commercial="accepted",
        money="paid",
        verification="not_needed",
        headline="accepted",
        open_holds=0,
        goods_minor=sums.goods_minor,
        discount_minor=sums.discount_minor,
        shipping_minor=sums.shipping_minor,
        tax_minor=sums.tax_minor,
        rounding_minor=0,
        total_minor=sums.total_minor,
        paid_minor=sums.total_minor,
        refunded_minor=0,
        tax_included=included,
        shipping_service=service,
        units=sum(units for _, units in asked),
        version=1,
        note=None,
        placed_by="staff:test",
        placed_at=NOW,
        hold_until=None,
        accepted_at=NOW,
        delivered_at=None,
        closed_at=None,
    )
    return order, lines


def done(order: Order, lines: Sequence[Line], becomes: Becomes) -> tuple[Order, list[Line]]:
    """What confirming stores, without the database."""
    before = {line.line_no: line for line in lines}
    after = []
    for line in becomes.lines:
        if units := becomes.fewer.get(line.line_no):
            after.append(without(line, least_advanced(before[line.line_no], units)))
        elif units := becomes.more.get(line.line_no):
            after.append(with_more(line, units, new=line.line_no in becomes.new, allocated=False))
        else:
            after.append(line)
    sums = becomes.sums
    changed = replace(
        order,
        goods_minor=sums.goods_minor,
        discount_minor=sums.discount_minor,
        shipping_minor=sums.shipping_minor,
        tax_minor=sums.tax_minor,
        total_minor=sums.total_minor,
        units=sums.units,
        version=order.version + 1,
        shipping_service=becomes.shipping_service,
    )
    return changed, after


@st.composite
def edits(draw: st.DrawFn, order: Order, lines: Sequence[Line]) -> Action:
    """An edit this order can bear."""
    numbers = st.sampled_from([line.line_no for line in lines])
    match draw(st.sampled_from(("more", "set", "add", "discount", "service"))):
        case "add":
            return AddLine(draw(st.sampled_from(sorted(SKUS))), draw(st.integers(1, 5)))
        case "service":
            return SetShipping(draw(st.sampled_from(list(SERVICES))))
        case "discount" if roomy := [line.line_no for line in lines if has_room(line)]:
            number = draw(st.sampled_from(roomy))
            line = next(one for one in lines if one.line_no == number)
            return SetDiscount(
                "TAWAR", "merchant", draw(st.integers(0, owed(line) * line.unit_price_minor)), line.line_no
            )
        case _:
            number = draw(numbers)
            others = any(owed(line) for line in lines if line.line_no != number)
            return SetQuantity(number, draw(st.integers(0 if others else 1, 12)))


def has_room(line: Line) -> bool:
    """Whether its discounts could be granted today.

    A line that was made smaller keeps what it was granted, for when it grows again; once taken off,
    that much cannot be granted to the few units that are left.
    """
    granted = sum(spec.amount_minor for spec in specs_of(line))
    return owed(line) > 0 and granted <= owed(line) * line.unit_price_minor


def inverse(action: Action, order: Order, lines: Sequence[Line]) -> Action:
    """What undoes an action done to these lines."""
    by_number = {line.line_no: line for line in lines}
    match action:
        case AddLine():
            return SetQuantity(max(by_number) + 1, 0)
        case SetQuantity():
            return SetQuantity(action.line_no, owed(by_number[action.line_no]))
        case SetDiscount():
            assert action.line_no is not None
            granted = [spec for spec in specs_of(by_number[action.line_no]) if spec.code == action.code]
            return SetDiscount(
                action.code, "merchant", sum(spec.amount_minor for spec in granted), action.line_no
            )
        case _:
            return SetShipping(order.shipping_service)


def adds_up(order: Order, lines: Sequence[Line]) -> None:
    sums = summed(
        lines, shipping_minor=order.shipping_minor, rounding_minor=0, tax_included=order.tax_included
    )
    assert (sums.goods_minor, sums.discount_minor, sums.tax_minor, sums.total_minor, sums.units) == (
        order.goods_minor,
        order.discount_minor,
        order.tax_minor,
        order.total_minor,
        order.units,
    )
    for line in lines:
        assert 0 <= line.discount_minor <= line.goods_minor
        assert line.discount_minor == sum(int(entry[2]) for entry in line.discounts or ())
        assert 0 <= line.cancelled <= line.quantity


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_edits_followed_by_their_inverses_leave_nothing_to_pay_or_give_back(data: st.DataObject) -> None:
    order, lines = data.draw(orders())
    first_total = order.total_minor
    way_back: list[Action] = []
    shown = []
    for _ in range(data.draw(st.integers(1, 6))):
        action = data.draw(edits(order, lines))
        try:
            becomes = fold(order, lines, [action], CONTEXT)
        except DiscountTooLarge:
            continue
        shown.append((snapshot(order, lines), order, lines))
        way_back.append(inverse(action, order, lines))
        order, lines = done(order, lines, becomes)
        assert becomes.difference_minor == order.total_minor - shown[-1][1].total_minor
        adds_up(order, lines)
    for action in reversed(way_back):
        order, lines = done(order, lines, fold(order, lines, [action], CONTEXT))
        adds_up(order, lines)

    assert order.total_minor == first_total
    assert order.paid_minor - order.total_minor == 0
    for kept, was, its_lines in shown:
        assert kept == snapshot(was, its_lines)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_edits_in_one_set_or_one_by_one_give_the_same_order(data: st.DataObject) -> None:
    order, lines = data.draw(orders())
    actions: list[Action] = []
    step_order, step_lines = order, lines
    for _ in range(data.draw(st.integers(1, 4))):
        action = data.draw(edits(step_order, step_lines))
        try:
            becomes = fold(step_order, step_lines, [action], CONTEXT)
        except DiscountTooLarge:
            continue
        step_order, step_lines = done(step_order, step_lines, becomes)
        actions.append(from_plain(to_plain(action)))
    if not actions:
        return

    at_once, _ = done(order, lines, fold(order, lines, actions, CONTEXT))

    assert at_once.total_minor == step_order.total_minor
    assert at_once.units == step_order.units


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_cancelling_never_makes_an_order_dearer_and_never_loses_a_rupiah(data: st.DataObject) -> None:
    order, lines = data.draw(orders())
    while any(unshipped(line) for line in lines):
        number = data.draw(st.sampled_from([line.line_no for line in lines if unshipped(line)]))
        line = next(one for one in lines if one.line_no == number)
        units = data.draw(st.integers(1, unshipped(line)))
        after = cancelled_by(line, least_advanced(line, units), included=order.tax_included)
        assert after.goods_minor == owed(after) * line.unit_price_minor
        assert 0 <= after.discount_minor <= line.discount_minor
        assert after.goods_minor - after.discount_minor <= line.goods_minor - line.discount_minor
        assert after.tax_minor == PPN.of(
            after.goods_minor - after.discount_minor, included=order.tax_included
        )
        lines = [after if one.line_no == number else one for one in lines]
    assert all((line.goods_minor, line.discount_minor, line.tax_minor) == (0, 0, 0) for line in lines)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_cancelling_units_and_setting_fewer_are_the_same_to_the_rupiah(data: st.DataObject) -> None:
    order, lines = data.draw(orders())
    for _ in range(data.draw(st.integers(0, 3))):
        try:
            order, lines = done(order, lines, fold(order, lines, [data.draw(edits(order, lines))], CONTEXT))
        except DiscountTooLarge:
            continue
    standing = sum(owed(line) for line in lines)
    # Something stays: an order of which nothing stands is cancelled, never changed.
    lessened = [line for line in lines if unshipped(line) and standing > 1]
    if not lessened:
        return
    line = data.draw(st.sampled_from(lessened))
    units = data.draw(st.integers(0 if standing > owed(line) else 1, owed(line) - 1))

    cancelled = cancelled_by(line, least_advanced(line, owed(line) - units), included=order.tax_included)
    becomes = fold(order, lines, [SetQuantity(line.line_no, units)], CONTEXT)

    [changed] = [one for one in done(order, lines, becomes)[1] if one.line_no == line.line_no]
    assert cancelled == changed
