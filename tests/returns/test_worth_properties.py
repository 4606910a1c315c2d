"""Units that come back one return after another are each given back once, in goods and in money."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderan.kit.ids import NIL, new_id
from orderan.returns import Sent, goods_of

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
    sent += [Sent(1, GULA, NIL, NIL, shipped * per_bundle)]
    before, back = 0, []
    while before < shipped:
        units = data.draw(st.integers(1, shipped - before))
        back += goods_of(sent, shipped=shipped, before=before, units=units)
        before += units

    sums: dict[tuple[object, object], int] = {}
    for row in back:
        sums[row.sku_id, row.lot_id] = sums.get((row.sku_id, row.lot_id), 0) + row.quantity
    assert sums == {(row.sku_id, row.lot_id): row.quantity for row in sent}
