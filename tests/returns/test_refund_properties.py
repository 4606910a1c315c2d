"""Whatever comes back in whatever parts and turn, and whatever is refunded by hand between, all of it is what was paid."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderan.flows.refund_parts import came_back, parts_for
from orderan.flows.refund_parts import given as given_for
from orderan.kit.ids import NIL, new_id
from orderan.orders import Line
from orderan.payments import MoneyKind, Refund, RefundLine, RefundState, cash_of, cover_back, refundable
from orderan.pricing import Discount, ToQuote, quote
from orderan.returns import GoodsReturn, ReturnLine, ReturnState, ReturnWithLines, worth

# A busy machine is slow at drawing; that says nothing about what holds.
patient = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Paid:
    """An order that was paid and delivered, and what was given back for it so far.

    Attributes:
        total: What its buyer paid, shipping included.
    """

    lines: Sequence[Line]
    shipping: int
    total: int
    tax_included: bool
    refunds: list[Refund] = field(default_factory=list)
    returns: list[ReturnWithLines] = field(default_factory=list)
    clock: datetime = START

    def tick(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock

    def receive(self, line_no: int, units: int) -> int:
        """A return of units arrives; which one it is."""
        at, made = self.tick(), new_id()
        arrived = GoodsReturn(
            made,
            len(self.returns) + 1,
            NIL,
            ReturnState.RECEIVED,
            "",
            None,
            None,
            "",
            at,
            at,
            None,
            None,
            at,
            None,
        )
        line = ReturnLine(made, line_no, units, units, units, 0, "", None)
        self.returns.append(ReturnWithLines(arrived, (line,)))
        return len(self.returns) - 1

    def settle(self, which: int) -> None:
        """Grant the refund of a return that arrived, as it is proposed."""
        found = self.returns[which]
        at = found.goods_return.received_at
        earlier = [one for one in self.returns if (one.goods_return.received_at or START) < (at or START)]
        gave = given_for(
            self.lines,
            self.refunds,
            of_returns={one.goods_return.refund_id for one in self.returns},
            before=at,
        )
        before = came_back(earlier)
        for line_no, units in gave.by_hand.items():
            before[line_no] += units
        back = [(line.line_no, line.received) for line in found.lines]
        parts = worth(
            self.lines, back, refunded_before=before, given_minor=gave.minor, tax_included=self.tax_included
        )
        refund = self._grant(parts, 0)
        self.returns[which] = replace(found, goods_return=replace(found.goods_return, refund_id=refund))

    def by_hand(self, line_no: int, units: int) -> None:
        self._grant(
            parts_for(
                self.lines, {line_no: units}, self.refunds, self.returns, tax_included=self.tax_included
            ),
            0,
        )

    def shipping_back(self) -> None:
        self._grant([], self.shipping)

    def withdraw(self, which: int) -> None:
        self.refunds[which] = replace(self.refunds[which], state=RefundState.WITHDRAWN)

    def _grant(self, lines: Sequence[RefundLine], shipping: int) -> UUID:
        amount = sum(line.amount_minor for line in lines) + shipping
        made = Refund(
            new_id(), NIL, amount, "IDR", "", tuple(lines), RefundState.GRANTED, "", self.tick(),
            shipping_minor=shipping,
        )  # fmt: skip
        self.refunds.append(made)
        return made.id

    @property
    def given(self) -> int:
        return sum(one.amount_minor for one in self.refunds if one.state != RefundState.WITHDRAWN)

    def given_for(self, line: Line) -> int:
        return sum(
            part.amount_minor
            for one in self.refunds
            if one.state != RefundState.WITHDRAWN
            for part in one.lines
            if part.line_no == line.line_no
        )

    def cost_of(self, line: Line) -> int:
        return line.goods_minor - line.discount_minor + (0 if self.tax_included else line.tax_minor)


@st.composite
def orders(draw: st.DrawFn) -> Paid:
    """Lines at odd prices, discounts on a line and on all of them, PPN in the price or on top, shipping."""
    wanted = [
        ToQuote(
            line_no, draw(st.integers(1, 6)), draw(st.integers(1, 2_000_003)), 100, "ppn", draw(rate), 11, 12
        )
        for line_no in range(1, draw(st.integers(1, 3)) + 1)
    ]
    goods = sum(line.quantity * line.unit_price_minor for line in wanted)
    first = wanted[0].quantity * wanted[0].unit_price_minor
    on_line = draw(st.integers(0, first))
    discounts = [
        Discount("LINE", "shop", on_line, wanted[0].line_no),
        Discount("ALL", "platform", draw(st.integers(0, goods - on_line)), None),
    ]
    included = draw(st.booleans())
    found = quote(wanted, discounts, shipping_minor=draw(st.integers(0, 50_000)), tax_included=included)
    lines = [
        Line(
            order_id=NIL,
            line_no=line.line_no,
            sku_id=NIL,
            sku_code="kopi",
            title="Kopi",
            unit_price_minor=asked.unit_price_minor,
            quantity=asked.quantity,
            goods_minor=line.goods_minor,
            discount_minor=line.discount_minor,
            tax_minor=line.tax_minor,
            tax_class="ppn",
            tax_rate_bp=asked.tax_rate_bp,
            shipped=asked.quantity,
            delivered=asked.quantity,
        )
        for asked, line in zip(wanted, found.lines, strict=True)
    ]
    return Paid(lines, found.shipping_minor, found.total_minor, included)


soon = st.booleans()
rate = st.sampled_from([0, 1100, 1200])


@patient
@given(orders(), st.data())
def test_every_unit_given_back_once_in_any_way_and_turn_comes_to_what_was_paid(
    paid: Paid, data: st.DataObject
) -> None:
    """Returned or refunded by hand, judged long after others that came later: nothing is over, nothing is missing."""
    steps = []
    for line in paid.lines:
        left = line.quantity
        while left:
            units = data.draw(st.integers(1, left))
            steps.append((line.line_no, units, data.draw(st.booleans())))
            left -= units
    waiting: list[int] = []
    for line_no, units, returned in data.draw(st.permutations(steps)):
        if returned:
            waiting.append(paid.receive(line_no, units))
        else:
            paid.by_hand(line_no, units)
        while waiting:
            if data.draw(soon):
                break
            paid.settle(waiting.pop(data.draw(st.integers(0, len(waiting) - 1))))
        assert paid.given <= paid.total - paid.shipping
    for which in data.draw(st.permutations(waiting)):
        paid.settle(which)

    assert [paid.given_for(line) for line in paid.lines] == [paid.cost_of(line) for line in paid.lines]
    paid.shipping_back()
    assert paid.given == paid.total
    assert min(part.amount_minor for one in paid.refunds for part in one.lines) >= 0


@patient
@given(orders(), st.data())
def test_a_line_never_gives_back_more_than_it_cost_whatever_is_refunded_twice_or_withdrawn(
    paid: Paid, data: st.DataObject
) -> None:
    """A unit that was refunded by hand may come back all the same, and a promise be taken back."""
    for _ in range(data.draw(st.integers(1, 8))):
        line = data.draw(st.sampled_from(paid.lines))
        units = data.draw(st.integers(1, line.quantity))
        match data.draw(st.sampled_from(["hand", "return", "withdraw"])):
            case "hand":
                paid.by_hand(line.line_no, units)
            case "return":
                paid.settle(paid.receive(line.line_no, units))
            case _ if paid.refunds:
                paid.withdraw(data.draw(st.integers(0, len(paid.refunds) - 1)))
        for one in paid.lines:
            assert 0 <= paid.given_for(one) <= paid.cost_of(one)
    assert paid.given <= paid.total


@patient
@given(
    st.integers(0, 10_000_019),
    st.integers(1, 3_000_017),
    st.lists(st.tuples(st.integers(0, 2_000_003), st.booleans()), max_size=6),
)
def test_what_a_promotion_covered_is_not_paid_out_and_all_of_the_money_is(
    money: int, cover: int, steps: list[tuple[int, bool]]
) -> None:
    """Each part is paid at once or promised for later; the rest of the order comes back last."""
    sums = {MoneyKind.CAPTURED: money, MoneyKind.PROMOTION_GRANTED: cover}
    left, promised, given_back = money + cover, 0, 0
    for worth_minor, at_once in [*((min(units, left), now) for units, now in steps), (money + cover, True)]:
        units = min(worth_minor, left)
        left -= units
        cash = cash_of(units, sums, promised_minor=promised, last=not left)
        assert 0 <= cash <= refundable(sums, promised_minor=promised)
        given_back += cash
        if at_once:
            back = cover_back(cash, sums)
            sums[MoneyKind.REFUNDED] = sums.get(MoneyKind.REFUNDED, 0) + cash
            sums[MoneyKind.PROMOTION_RETURNED] = sums.get(MoneyKind.PROMOTION_RETURNED, 0) + back
        else:
            promised += cash
    assert given_back == money
