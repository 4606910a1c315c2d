"""Units that come back one return after another are each given back once, in goods and in money."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderan.kit.ids import NIL, new_id
from orderan.orders import Line
from orderan.returns import Sent, goods_of, worth

# A busy machine is slow at drawing; that says nothing about what holds.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KOPI, GULA = new_id(), new_id()
LOTS = [new_id() for _ in range(4)]


@patient
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.integers(1, 3),
    st.data(),
)
def test_parts_of_a_line_come_back_as_they_went_out_whatever_the_steps(
    lots: list[int], per_bundle: int, data: st.DataObject
) -> None:
    shipped = sum(lots)
    sent = [Sent(1, KOPI, NIL, LOTS[turn], units) for turn, units in enumerate(lots)]
    sent += [Sent(1, GULA, NIL, NIL, shipped * per_bundle, each=per_bundle)]
    # A part of a unit whose rest did not leave yet: it stays with the buyer.
    ahead = data.draw(st.integers(0, 3))
    sent += [Sent(1, GULA, NIL, LOTS[0], ahead, each=per_bundle)] if ahead else []
    before, back = 0, []
    while before < shipped:
        units = data.draw(st.integers(1, shipped - before))
        back += goods_of(sent, before=before, units=units)
        before += units

    sums: dict[tuple[object, object], int] = {}
    for row in back:
        sums[row.sku_id, row.lot_id] = sums.get((row.sku_id, row.lot_id), 0) + row.quantity
    assert sums == {
        (row.sku_id, row.lot_id): row.quantity for row in sent if (row.sku_id, row.lot_id) != (GULA, LOTS[0])
    }


def a_line(quantity: int, cancelled: int, net_minor: int) -> Line:
    """A line of which all that was not cancelled was delivered, at a net price."""
    bought = quantity - cancelled
    return Line(
        order_id=NIL,
        line_no=1,
        sku_id=KOPI,
        sku_code="kopi",
        title="Kopi",
        unit_price_minor=10_000,
        quantity=quantity,
        goods_minor=net_minor + 1_000,
        discount_minor=1_000,
        tax_minor=0,
        tax_class="ppn",
        tax_rate_bp=1200,
        shipped=bought,
        delivered=bought,
        cancelled=cancelled,
    )


@patient
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 20), st.integers(0, 10**9), st.data()
)
def test_what_was_kept_of_a_line_is_worth_its_whole_net_whatever_the_steps_and_the_turn(
    steps: list[int], cancelled: int, net_minor: int, data: st.DataObject
) -> None:
    line = a_line(sum(steps) + cancelled, cancelled, net_minor)
    before, parts = 0, []
    for units in steps:
        parts.append((units, before))
        before += units

    amounts = [
        one.amount_minor
        for units, earlier in data.draw(st.permutations(parts))
        for one in worth([line], [(1, units)], refunded_before={1: earlier}, tax_included=True)
    ]

    assert sum(amounts) == net_minor
    assert min(amounts) >= 0
