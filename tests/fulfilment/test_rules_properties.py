"""What holds of picking and counting for every input."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderan.fulfilment import Pick, Readiness, TaskLine, obstacles
from orderan.fulfilment.rules import Units, progress, spread
from orderan.kit.ids import NIL, new_id
from orderan.orders import Line

# A busy machine is slow at drawing; that says nothing about what holds.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ORDER, TASK = new_id(), new_id()
SKUS = [new_id() for _ in range(3)]
NOW = datetime(2026, 11, 11, tzinfo=UTC)


def a_line(number: int, quantity: int, cancelled: int = 0) -> Line:
    return Line(ORDER, number, SKUS[0], "kopi", "Kopi", 1, quantity, 0, 0, 0, "ppn", 0, cancelled=cancelled)


LINES = st.lists(
    st.builds(
        lambda sku, quantity, picked: TaskLine(
            TASK, 1, sku, NIL, new_id(), quantity, min(picked, quantity), 0
        ),
        st.sampled_from(SKUS),
        st.integers(1, 9),
        st.integers(0, 9),
    ),
    max_size=6,
)


@patient
@given(LINES, st.sampled_from(SKUS), st.integers(1, 30))
def test_a_pick_is_spread_whole_over_open_lines_of_its_sku_or_not_at_all(
    lines: list[TaskLine], sku: UUID, quantity: int
) -> None:
    found = spread(lines, Pick(sku, quantity))

    left = sum(line.left for line in lines if line.sku_id == sku)
    if found is None:
        assert quantity > left
        return
    assert sum(units for _, units in found) == quantity
    assert all(line.sku_id == sku and 0 < units <= line.left for line, units in found)
    assert len({id(line) for line, _ in found}) == len(found)


@patient
@given(
    st.integers(1, 20),
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.data(),
)
def test_a_bundle_is_as_far_as_its_least_advanced_part_and_never_further_than_ordered(
    quantity: int, per_bundle: list[int], data: st.DataObject
) -> None:
    units = []
    for each in per_bundle:
        planned = each * quantity
        picked = data.draw(st.integers(0, planned))
        packed = data.draw(st.integers(0, picked))
        shipped = data.draw(st.integers(0, packed))
        delivered = data.draw(st.integers(0, shipped))
        units.append(Units(ORDER, 1, new_id(), planned, picked, packed, shipped, delivered))

    [done] = progress([a_line(1, quantity)], units)

    assert done.picked == min(unit.picked // each for unit, each in zip(units, per_bundle, strict=True))
    assert 0 <= done.delivered <= done.shipped <= done.packed <= done.picked <= quantity


@patient
@given(st.integers(1, 20), st.integers(0, 20), st.integers(1, 5))
def test_a_service_goes_with_the_last_of_the_goods(quantity: int, shipped: int, fee: int) -> None:
    shipped = min(shipped, quantity)
    goods = Units(ORDER, 1, SKUS[0], quantity, quantity, quantity, shipped, 0)

    _, service = progress([a_line(1, quantity), a_line(2, fee)], [goods])

    assert service.shipped == (fee if shipped == quantity else 0)
    assert service.packed == fee


@patient
@given(
    st.sampled_from(["draft", "awaiting_payment", "accepted", "completed", "cancelled", "expired"]),
    st.sampled_from(["prepaid", "cod", "invoice"]),
    st.sampled_from(["unpaid", "partly_paid", "paid", "overpaid", "unknown", "partly_refunded"]),
    st.sampled_from(["not_needed", "waiting", "confirmed", "refused", "unreachable", "waived"]),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 100),
    st.lists(st.tuples(st.sampled_from(["fraud", "address"]), st.text(max_size=5)), max_size=3),
    st.booleans(),
)
def test_nothing_stands_in_the_way_exactly_when_everything_is_right(
    commercial: str,
    terms: str,
    money: str,
    verification: str,
    total: int,
    paid: int,
    refunded: int,
    holds: list[tuple[str, str]],
    change: bool,
) -> None:
    refunded = min(refunded, paid)
    order = Readiness(commercial, terms, money, verification, total, paid, refunded, "IDR", holds, change)

    reasons = obstacles(order)

    paid_up = terms in {"cod", "invoice"} or (money != "unknown" and paid - refunded >= total)
    right = (
        commercial == "accepted"
        and paid_up
        and verification in {"not_needed", "confirmed", "waived"}
        and not holds
        and not change
    )
    assert (reasons == ()) == right
    assert [reason.what for reason in reasons if reason.code == "hold"] == [kind for kind, _ in holds]
