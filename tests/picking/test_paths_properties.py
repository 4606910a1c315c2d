"""Walks: the shortest one against every order of the spots, and trolleys against every way to fill them."""

from itertools import pairwise, permutations
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from orderan.picking import Job, Spot, distance, s_shape, shortest, trolleys, walk_of

DEPTH = 1_000
TABLE = (0, 0)
spots = st.tuples(
    st.integers(0, 4).map(lambda aisle: aisle * 300), st.integers(0, 10).map(lambda bay: bay * 100)
)


def walked(order: list[Spot]) -> int:
    way = [TABLE, *order, TABLE]
    return sum(distance(one, other, depth_cm=DEPTH) for one, other in pairwise(way))


@settings(max_examples=150)
@given(st.lists(spots, min_size=1, max_size=6))
def test_no_order_of_the_spots_is_shorter_and_the_one_named_is_as_short(places: list[Spot]) -> None:
    found = shortest(places, depth_cm=DEPTH)

    assert sorted(found.order) == list(range(len(places)))
    assert found.length_cm == walked([places[turn] for turn in found.order])
    assert found.length_cm == min(walked(list(order)) for order in permutations(set(places)))


@given(st.lists(spots, max_size=30))
def test_an_s_is_never_shorter_than_the_shortest(places: list[Spot]) -> None:
    assert s_shape(places, depth_cm=DEPTH) >= shortest(places, depth_cm=DEPTH).length_cm


def test_an_s_is_as_long_as_by_hand() -> None:
    assert s_shape([], depth_cm=DEPTH) == 0
    assert s_shape([(300, 200), (600, 900)], depth_cm=DEPTH) == 2 * 600 + 2 * DEPTH
    assert s_shape([(0, 200), (300, 100), (600, 700)], depth_cm=DEPTH) == 2 * 600 + 2 * DEPTH + 2 * 700


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.lists(spots, max_size=3), st.integers(1, 9)), min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(4, 20),
)
def test_every_order_is_on_one_trolley_and_none_is_overfull(
    orders: list[tuple[list[Spot], int]], slots: int, most_units: int
) -> None:
    jobs = [Job(UUID(int=no), places, units) for no, (places, units) in enumerate(orders)]

    found = trolleys(jobs, depth_cm=DEPTH, slots=slots, most_units=most_units)

    assert sorted(job.task_id for trolley in found for job in trolley.jobs) == [job.task_id for job in jobs]
    for trolley in found:
        assert len(trolley.jobs) <= slots
        assert len(trolley.jobs) == 1 or sum(job.units for job in trolley.jobs) <= most_units
    alone = sum(walk_of([job], depth_cm=DEPTH) for job in jobs)
    assert sum(trolley.walk_cm for trolley in found) <= alone


def test_two_orders_of_one_aisle_and_two_of_another_are_walked_in_pairs() -> None:
    places = [(0, 900), (1_200, 900), (0, 800), (1_200, 800)]
    jobs = [Job(UUID(int=no), [place], 1) for no, place in enumerate(places)]

    found = trolleys(jobs, depth_cm=DEPTH, slots=2, most_units=9)

    pairs = {frozenset(job.task_id.int for job in trolley.jobs) for trolley in found}
    assert pairs == {frozenset({0, 2}), frozenset({1, 3})}
