"""The places chosen are the cheapest that have everything: held against every set there is."""

from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.sourcing import (
    FIRST_RULES,
    Offering,
    PlaceRule,
    SourcingRules,
    choose,
    cost_of,
    plain_rules,
    read_rules,
)
from orderan.sourcing.errors import SourcingRulesNotUsable

WANTED = (3, 2, 1)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Offering], int]:
    """Up to seven places, the cheapest first, that have some of three skus."""
    costs = sorted(draw(st.lists(st.integers(0, 9), min_size=1, max_size=7)))
    has = [tuple(draw(st.integers(0, want)) for want in WANTED) for _ in costs]
    offering = [Offering(cost, one) for cost, one in zip(costs, has, strict=True) if any(one)]
    return offering, draw(st.integers(0, 9))


def best(offering: list[Offering], split: int) -> int | None:
    """What the cheapest of all sets costs."""
    sets = (
        chosen for size in range(1, len(offering) + 1) for chosen in combinations(range(len(offering)), size)
    )
    costs = [
        cost_of(offering, chosen, split)
        for chosen in sets
        if all(sum(offering[at].has[sku] for at in chosen) >= want for sku, want in enumerate(WANTED))
    ]
    return min(costs, default=None)


@given(cases())
def test_no_other_set_of_places_is_cheaper(case: tuple[list[Offering], int]) -> None:
    offering, split = case

    chosen = choose(offering, WANTED, split_minor=split)

    cost = None if chosen is None else cost_of(offering, chosen, split)
    assert cost == best(offering, split)


def test_an_order_that_is_to_stay_whole_stays_whole_at_any_price() -> None:
    offering = [Offering(0, (3, 0, 0)), Offering(1, (0, 2, 1)), Offering(50, WANTED)]

    assert choose(offering, WANTED, split_minor=5) == (0, 1)
    assert choose(offering, WANTED, split_minor=5, whole=True) == (2,)
    assert choose(offering[:2], WANTED, split_minor=5, whole=True) == (0, 1)


def test_so_many_places_that_sets_cannot_be_tried_serve_without_those_nobody_misses() -> None:
    offering = [Offering(at, (1,)) for at in range(40)]

    chosen = choose(offering, (30,), split_minor=1)

    assert chosen is not None
    assert len(chosen) == 30
    assert choose(offering, (41,), split_minor=1) is None


@pytest.mark.parametrize(
    ("plain", "fault"),
    [
        ([], "rules: not_an_object"),
        ({"bonus": 1}, "bonus: not_known"),
        ({"way_minor": [1, 2, 3]}, "way_minor: not_five"),
        ({"way_minor": [5, 4, 3, 2, "x"]}, "way_minor.4: not_an_amount"),
        ({"way_minor": [5, 4, 3, 2, 9]}, "way_minor.4: nearer_costs_more"),
        ({"split_minor": -1}, "split_minor: not_an_amount"),
        ({"whole_below_minor": True}, "whole_below_minor: not_an_amount"),
        ({"owners_first": 1}, "owners_first: not_yes_or_no"),
        ({"places": {"x": {}}}, "places.x: location_not_there"),
        (
            {"places": {"00000000-0000-0000-0000-000000000001": {"orders_a_day": 0}}},
            "places.00000000-0000-0000-0000-000000000001.orders_a_day: not_a_number_of_orders",
        ),
    ],
)
def test_rules_that_cannot_be_followed_are_refused_by_the_place_of_the_fault(plain: Any, fault: str) -> None:
    with pytest.raises(SourcingRulesNotUsable) as refused:
        read_rules(plain)

    assert refused.value.faults == (fault,)


def test_rules_come_back_as_they_were_kept() -> None:
    rules = SourcingRules(
        (9, 7, 5, 3, 1),
        12,
        100,
        owners_first=True,
        places={UUID(int=1): PlaceRule(4, 20), UUID(int=2): PlaceRule(0, 1)},
    )

    assert read_rules(plain_rules(rules)) == rules
    assert read_rules(plain_rules(FIRST_RULES)) == read_rules({}) == FIRST_RULES
