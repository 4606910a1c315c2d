"""A choice of places made again from what was kept of it is the same choice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from given import BANDUNG, JAKARTA, SURABAYA
from orderan.inventory import Demand, StockKey, Taken, Want, replaying, resource, rules, sourced
from orderan.inventory.models import StockRow
from orderan.inventory.rules import MOST_WEIGHED, Pool
from orderan.kit.ids import NIL, new_id

SKUS = [UUID(int=number) for number in range(1, 4)]
VILLAGES = [JAKARTA, BANDUNG, SURABAYA, None]
DAY = date(2026, 1, 1)


def as_stored(value: Any) -> Any:
    """Through JSON and back, as the database gives it."""
    return msgspec.json.decode(msgspec.json.encode(value))


@st.composite
def pools(draw: st.DrawFn) -> list[StockRow]:
    """Rows of three skus at up to twenty places, with lots, owners and safety stock."""
    rows = []
    for place in range(draw(st.integers(1, 20))):
        rank, village = draw(st.integers(0, 3)), draw(st.sampled_from(VILLAGES))
        for sku in draw(st.sets(st.sampled_from(SKUS))):
            safety = draw(st.integers(0, 2))
            for lot in range(draw(st.integers(1, 3))):
                expires = draw(st.none() | st.integers(0, 3))
                rows.append(
                    StockRow(
                        key=StockKey(
                            sku,
                            UUID(int=100 + place),
                            draw(st.sampled_from([NIL, UUID(int=7)])),
                            UUID(int=200 + lot) if lot else NIL,
                        ),
                        free=draw(st.integers(-1, 6)),
                        expires_on=None if expires is None else DAY + timedelta(days=expires),
                        rank=rank,
                        village_code=village,
                        safety=safety,
                    )
                )
    return rows


wants = st.lists(
    st.builds(Want, line_no=st.integers(1, 3), sku_id=st.sampled_from(SKUS), quantity=st.integers(1, 9)),
    min_size=1,
    max_size=4,
    unique_by=lambda want: (want.line_no, want.sku_id),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pools(), st.lists(st.tuples(wants, st.sampled_from(VILLAGES)), min_size=1, max_size=4))
def test_what_was_kept_of_a_choice_is_enough_to_make_it_again(
    rows: list[StockRow], asked: list[tuple[list[Want], str | None]]
) -> None:
    pool = Pool(rows)
    for of, village in asked:
        demand = Demand(new_id(), of, village)
        taken = pool.take(demand)
        if not isinstance(taken, Taken):
            continue
        made = sourced(demand, taken)

        again = resource(as_stored(made.inputs))

        assert again is not None
        assert again.outcome == as_stored(made.outcome)
        assert list(again.reasons) == list(made.reasons)


def test_of_many_places_those_that_decided_are_kept_and_a_few_more() -> None:
    rows = [
        StockRow(
            StockKey(SKUS[0], UUID(int=100 + rank), NIL, NIL), 1 if rank < 20 else 9, None, rank, None, 0
        )
        for rank in range(40)
    ]
    nearest, whole, split = (
        Pool([replace(row) for row in rows]).take(Demand(new_id(), [Want(1, SKUS[0], units)]))
        for units in (1, 9, 12)
    )

    kept = [len(taken.weighed.places) for taken in (nearest, whole, split) if isinstance(taken, Taken)]
    assert kept == [MOST_WEIGHED, 21, 26]


def test_a_choice_by_another_rule_comes_out_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = UUID(int=101), UUID(int=102)
    rows = [
        StockRow(StockKey(SKUS[0], place, NIL, NIL), 5, None, 0, village, 0)
        for place, village in ((near, JAKARTA), (far, SURABAYA))
    ]
    demand = Demand(new_id(), [Want(1, SKUS[0], 2)], JAKARTA)
    taken = Pool(rows).take(demand)
    assert isinstance(taken, Taken)
    made = sourced(demand, taken)
    monkeypatch.setattr(rules, "nearness", lambda here, there: 0 if here == there else 1)
    monkeypatch.setattr(replaying, "SOURCING_RULE", "farthest_whole@2")

    again = resource(as_stored(made.inputs))

    assert made.outcome == {"locations": [str(near)], "units": [[1, 0, 2]]}
    assert again is not None
    assert (again.rule, again.outcome) == (
        "farthest_whole@2",
        {"locations": [str(far)], "units": [[1, 1, 2]]},
    )


def test_a_choice_kept_before_its_inputs_were_cannot_be_made_again() -> None:
    assert resource({"village_code": JAKARTA}) is None
