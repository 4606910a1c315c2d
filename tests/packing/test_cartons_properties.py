"""Cartons that are proposed hold the goods, whatever these are."""

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.packing import Carton, Thing, holds, lay, suggest

sizes = st.tuples(*[st.integers(1, 400)] * 3)
things = st.lists(
    st.builds(Thing, size=sizes, units=st.integers(1, 6), weight_g=st.integers(0, 2_000)),
    min_size=1,
    max_size=5,
)


def carton(
    long: int, wide: int, high: int, *, carries_g: int = 10_000, code: str = "K", cost: int = 0
) -> Carton:
    number = UUID(int=long + wide + high + cost)
    return Carton(number, code, long, wide, high, weight_g=50, carries_g=carries_g, cost_minor=cost)


@st.composite
def some_cartons(draw: st.DrawFn) -> list[Carton]:
    return [
        carton(*draw(sizes), carries_g=draw(st.integers(1, 20_000)), code=f"K{turn}", cost=turn)
        for turn in range(draw(st.integers(1, 6)))
    ]


@given(things, some_cartons())
def test_what_is_proposed_has_a_place_for_every_unit_and_carries_them(
    goods: list[Thing], cartons: list[Carton]
) -> None:
    found = suggest(goods, cartons)
    if found is None:
        return
    assert sum(thing.weight_g * thing.units for thing in goods) <= found.carries_g
    laid = lay(goods, found)
    assert laid is not None
    assert sorted(sorted(one.size) for one in laid) == sorted(
        sorted(thing.size) for thing in goods for _ in range(thing.units)
    )
    inside = (found.length_mm, found.width_mm, found.height_mm)
    for one in laid:
        assert all(
            at >= 0 and at + side <= most for at, side, most in zip(one.at, one.size, inside, strict=True)
        )
    for one, other in combinations(laid, 2):
        assert any(
            a + long <= b or b + wide <= a
            for a, long, b, wide in zip(one.at, one.size, other.at, other.size, strict=True)
        )


@given(things, some_cartons())
def test_no_smaller_carton_that_is_known_to_hold_them_was_left(
    goods: list[Thing], cartons: list[Carton]
) -> None:
    found = suggest(goods, cartons)
    fitting = [one for one in cartons if holds(goods, one)]
    assert (found is None) == (not fitting)
    if found is not None:
        assert found.volume_mm3 == min(one.volume_mm3 for one in fitting)


@pytest.mark.parametrize(
    ("goods", "fits"),
    [
        ([Thing((100, 100, 100), 8, 1)], True),
        ([Thing((100, 100, 100), 9, 1)], False),
        ([Thing((200, 200, 50), 4, 1)], True),
        ([Thing((201, 10, 10), 1, 1)], False),
        ([Thing((50, 50, 50), 64, 1)], True),
    ],
)
def test_units_are_laid_without_waste_where_they_can_be(goods: list[Thing], fits: bool) -> None:
    assert holds(goods, carton(200, 200, 200)) is fits


def test_too_heavy_unknown_or_nothing_is_proposed_no_carton() -> None:
    kinds = [carton(500, 500, 500, carries_g=1_000)]
    assert suggest([Thing((10, 10, 10), 2, 501)], kinds) is None
    assert suggest([Thing((10, 10, 10), 2, 500)], kinds) == kinds[0]
    assert suggest([Thing((10, 0, 10), 1, 1)], kinds) is None
    assert suggest([], kinds) is None


def test_of_two_of_one_size_the_cheaper_is_proposed() -> None:
    dear, cheap = carton(200, 200, 200, code="A", cost=900), carton(200, 200, 200, code="B", cost=700)
    assert suggest([Thing((10, 10, 10), 1, 1)], [dear, cheap]) == cheap


def test_a_thousand_small_units_are_summed_with_air_between_them() -> None:
    things_ = [Thing((10, 10, 10), 1_000, 1)]
    assert not holds(things_, carton(100, 100, 100))
    assert holds(things_, carton(120, 120, 120))
    assert not holds([Thing((10, 10, 10), 1_000, 1), Thing((150, 5, 5), 1, 1)], carton(120, 120, 120))
