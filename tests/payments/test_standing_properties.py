"""What holds of money for every history."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderan.payments import (
    Money,
    MoneyKind,
    cash_of,
    cover_back,
    refundable,
    room_for,
    share_of_line,
    standing,
)
from orderan.payments.rules import summed

# A busy machine is slow at drawing; that says nothing about what holds.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVENTS = st.lists(st.tuples(st.sampled_from(list(MoneyKind)), st.integers(1, 10_000_000)), max_size=30)


def possible(events: list[tuple[MoneyKind, int]]) -> list[tuple[MoneyKind, int]]:
    """The events of a list that the ledger would take, one after the other."""
    taken: list[tuple[MoneyKind, int]] = []
    for kind, amount in events:
        room = room_for(kind, summed(taken))
        if room is None or amount <= room:
            taken.append((kind, amount))
    return taken


@patient
@given(EVENTS, st.data(), st.integers(0, 10_000_000), st.sampled_from(["prepaid", "cod", "invoice"]))
def test_any_order_of_events_gives_the_same_standing(
    events: list[tuple[MoneyKind, int]], data: st.DataObject, total: int, terms: str
) -> None:
    shuffled = data.draw(st.permutations(events))

    assert standing(summed(shuffled), total_minor=total, terms=terms) == standing(
        summed(events), total_minor=total, terms=terms
    )


@patient
@given(EVENTS, st.integers(0, 10_000_000))
def test_what_goes_back_never_exceeds_what_came_in(events: list[tuple[MoneyKind, int]], total: int) -> None:
    taken: list[tuple[MoneyKind, int]] = []
    for event in possible(events):
        taken.append(event)
        stands = standing(summed(taken), total_minor=total, terms="prepaid")
        assert 0 <= stands.refunded_minor <= stands.paid_minor
        assert 0 <= stands.remitted_minor <= stands.collected_minor <= stands.paid_minor


@patient
@given(EVENTS, st.lists(st.integers(1, 10_000_000), max_size=10))
def test_promises_and_payments_back_together_never_exceed_what_came_in(
    events: list[tuple[MoneyKind, int]], asked: list[int]
) -> None:
    sums = summed(possible(events))
    promised = 0
    for amount in asked:
        if amount <= refundable(sums, promised_minor=promised):
            promised += amount
    stands = standing(sums, total_minor=0, terms="prepaid")
    assert stands.refunded_minor + promised <= stands.paid_minor


@patient
@given(EVENTS, st.integers(1, 10_000_000))
def test_paid_means_paid(events: list[tuple[MoneyKind, int]], total: int) -> None:
    stands = standing(summed(possible(events)), total_minor=total, terms="prepaid")
    asked = max(total - stands.forgone_minor - stands.covered_minor, 0)
    if stands.state in {Money.PAID, Money.COD_COLLECTED, Money.COD_REMITTED}:
        assert stands.paid_minor == asked
    if stands.state is Money.OVERPAID:
        assert stands.paid_minor > asked
    if stands.state in {Money.UNPAID, Money.PENDING, Money.COD_DUE}:
        assert stands.paid_minor == 0


@patient
@given(st.integers(0, 1_000_000_000), st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_a_line_given_back_bit_by_bit_adds_up_to_the_whole(net: int, steps: list[int]) -> None:
    quantity = sum(steps)
    before, parts = 0, []
    for units in steps:
        parts.append(share_of_line(net, quantity, units=units, before=before))
        before += units

    assert sum(parts) == net
    assert min(parts) >= 0


@patient
@given(EVENTS, st.integers(1, 10_000_000), st.integers(0, 10_000_000))
def test_a_promotion_lessens_what_is_asked_and_never_adds_to_what_may_be_paid_back(
    events: list[tuple[MoneyKind, int]], cover: int, total: int
) -> None:
    before = summed(possible(events))
    after = before | {MoneyKind.PROMOTION_GRANTED: before.get(MoneyKind.PROMOTION_GRANTED, 0) + cover}

    assert refundable(after, promised_minor=0) == refundable(before, promised_minor=0)
    without = standing(before, total_minor=total, terms="prepaid")
    covered = standing(after, total_minor=total, terms="prepaid")
    assert (covered.paid_minor, covered.refunded_minor) == (without.paid_minor, without.refunded_minor)
    assert covered.covered_minor == without.covered_minor + cover
    assert without.balance_minor <= covered.balance_minor <= without.balance_minor + cover


@patient
@given(
    st.integers(1, 10_000_000), st.integers(1, 10_000_000), st.lists(st.integers(1, 10_000_000), max_size=8)
)
def test_goods_given_back_in_steps_pay_back_the_money_and_give_back_the_cover_whole(
    paid: int, cover: int, steps: list[int]
) -> None:
    sums = {MoneyKind.CAPTURED: paid, MoneyKind.PROMOTION_GRANTED: cover}
    money_left, cover_left = paid, cover
    for worth in [*steps, paid + cover]:
        money = cash_of(worth, sums, promised_minor=0)
        back = cover_back(money, sums)
        assert 0 <= money <= money_left
        assert 0 <= back <= cover_left
        money_left, cover_left = money_left - money, cover_left - back
        sums |= {MoneyKind.REFUNDED: paid - money_left, MoneyKind.PROMOTION_RETURNED: cover - cover_left}

    assert (money_left, cover_left) == (0, 0)


def test_a_promotion_of_a_tenth_by_hand() -> None:
    sums = {MoneyKind.CAPTURED: 90_000, MoneyKind.PROMOTION_GRANTED: 10_000}
    stands = standing(sums, total_minor=100_000, terms="prepaid")

    assert (stands.state, stands.paid_minor, stands.covered_minor) == (Money.PAID, 90_000, 10_000)
    assert stands.balance_minor == 0
    assert refundable(sums, promised_minor=0) == 90_000
    assert cash_of(40_000, sums, promised_minor=0) == 36_000
    assert cash_of(40_000, sums, promised_minor=36_000) == 36_000
    assert cash_of(60_000, sums, promised_minor=36_000) == 54_000
    assert cash_of(70_000, {MoneyKind.CAPTURED: 90_000}, promised_minor=36_000) == 70_000
    all_back = {MoneyKind.REFUNDED: 90_000, MoneyKind.PROMOTION_RETURNED: 10_000}
    assert cash_of(1, sums | all_back, promised_minor=0) == 0
    assert cover_back(36_000, sums) == 4_000
    assert cover_back(36_000, sums, over_minor=36_000) == 0
    assert room_for(MoneyKind.PROMOTION_WITHDRAWN, sums) == 10_000
    assert room_for(MoneyKind.PROMOTION_RETURNED, sums | {MoneyKind.PROMOTION_WITHDRAWN: 4_000}) == 6_000
