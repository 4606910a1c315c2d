"""What holds for every count: which figures are right, what is booked, whose goods are missing."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from orderan.inventory import CountOff, StockKey, bookable
from orderan.kit.ids import NIL
from orderan.stocktake import Row, Tolerance, must_recount, off, shared

UNITS = st.integers(0, 50)
SKUS = [UUID(int=number) for number in (1, 2)]
BINS = [None, UUID(int=11), UUID(int=12)]


def key(sku: UUID = SKUS[0], owner: UUID = NIL) -> StockKey:
    return StockKey(sku, UUID(int=9), owner, NIL)


@given(UNITS, UNITS, UNITS)
def test_a_figure_the_book_had_while_somebody_counted_is_right_and_any_other_is_off_from_the_nearest(
    counted: int, before: int, after: int
) -> None:
    difference = off(counted, before, after)
    low, high = sorted((before, after))
    assert low <= counted - difference <= high
    assert (difference == 0) == (low <= counted <= high)
    assert abs(difference) == min(abs(counted - figure) for figure in range(low, high + 1))


def test_more_units_or_more_worth_than_the_tolerance_needs_another_person() -> None:
    assert not must_recount(-2, 10_000, Tolerance(units=2))
    assert must_recount(-3, 10_000, Tolerance(units=2))
    assert must_recount(2, 10_000, Tolerance(units=2, minor=19_999))
    assert not must_recount(2, 10_000, Tolerance(units=2, minor=20_000))
    assert must_recount(1, 0, Tolerance())


@given(UNITS, st.lists(st.tuples(UNITS, UNITS), min_size=1, max_size=3))
def test_units_are_shared_over_owners_and_what_is_missing_is_our_own(
    counted: int, partners: list[tuple[int, int]]
) -> None:
    rows = [
        Row(key(owner=UUID(int=100 + index)), 0, before, None, after)
        for index, (before, after) in enumerate(partners)
    ]
    rows.append(Row(key(), 0, 5, None, 5))
    found = shared(counted, rows)
    assert sum(found) == counted
    assert min(found) >= 0
    of_partners = [max(pair) for pair in partners]
    if counted >= sum(of_partners):
        assert found[:-1] == of_partners
    else:
        assert found[-1] == 0


@given(
    st.lists(
        st.builds(
            CountOff,
            st.sampled_from(BINS),
            st.sampled_from([key(sku) for sku in SKUS]),
            st.integers(-30, 30).filter(bool),
        ),
        max_size=6,
        unique_by=lambda one: (one.bin_id, one.key),
    ),
    st.lists(UNITS, min_size=6, max_size=6),
    st.lists(st.integers(-5, 60), min_size=2, max_size=2),
)
def test_what_is_booked_is_never_more_than_was_found_off_than_lies_there_or_than_nobody_was_promised(
    changes: list[CountOff], units: list[int], free: list[int]
) -> None:
    keys = [key(sku) for sku in SKUS]
    spots = [(bin_id, one) for bin_id in BINS for one in keys]
    inside = dict(zip(spots, units, strict=True))
    spare = dict(zip(keys, free, strict=True))
    booked = bookable(changes, inside=inside, free=spare)
    for change, done in zip(changes, booked, strict=True):
        assert min(0, change.change) <= done <= max(0, change.change)
        if change.change > 0:
            assert done == change.change
        assert inside[change.bin_id, change.key] + done >= 0
    for one in keys:
        moved = sum(done for change, done in zip(changes, booked, strict=True) if change.key == one)
        assert spare[one] + moved >= min(spare[one], 0)
        held = [
            change
            for change, done in zip(changes, booked, strict=True)
            if change.key == one and done != change.change
        ]
        for change in held:
            left = inside[change.bin_id, one] + booked[changes.index(change)]
            assert left == 0 or spare[one] + moved <= 0
