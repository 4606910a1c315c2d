"""A batch is served together: first come first, then places are changed where both become cheaper."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ShopFloor
from given import BANDUNG, JAKARTA, SURABAYA, World, a_shop
from inventory.stocked import key_of
from inventory.test_replaying_properties import as_stored, pools, wants
from orderan.bench.sourcing import optimal_minor
from orderan.inventory import (
    ClaimState,
    Demand,
    Pool,
    Receipt,
    StockKey,
    StockRow,
    StockShort,
    Taken,
    Want,
    receive_stock,
    resource,
    serve,
    sourced,
    take_stock,
)
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, new_id
from orderan.sourcing import (
    FIRST_RULES,
    PlaceRule,
    SourcingRules,
    change_draft,
    keep_trial,
    plain_rules,
    put_live,
)
from orderan.sourcing.rules_trial import Playing

SKU, OTHER = UUID(int=1), UUID(int=2)
NEAR, FAR = UUID(int=101), UUID(int=102)


def row(sku: UUID, place: UUID, village: str, free: int, *, owner: UUID = NIL) -> StockRow:
    return StockRow(StockKey(sku, place, owner, NIL), free, None, 0, village, 0)


def places(taken: object) -> set[UUID]:
    assert isinstance(taken, Taken), taken
    return {claim.key.location_id for claim in taken.claims}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    pools(),
    st.lists(st.tuples(wants, st.sampled_from([JAKARTA, BANDUNG, SURABAYA, None])), min_size=2, max_size=6),
    st.integers(0, 120_000),
)
def test_a_batch_takes_what_is_there_once_serves_whom_a_queue_would_and_can_be_replayed(
    rows: list[StockRow], asked: list[tuple[list[Want], str | None]], split: int
) -> None:
    rules = replace(FIRST_RULES, split_minor=split)
    demands = [Demand(new_id(), of, village) for of, village in asked]
    in_turn = Pool([replace(one) for one in rows], rules)
    queue = [in_turn.take(demand) for demand in demands]

    served = serve(Pool([replace(one) for one in rows], rules), demands)

    assert [isinstance(one, Taken) for one in served] == [isinstance(one, Taken) for one in queue]
    assert _cost(served) <= _cost(queue)
    free = {one.key: one.free for one in rows}
    for demand, taken in zip(demands, served, strict=True):
        if not isinstance(taken, Taken):
            continue
        for claim in taken.claims:
            free[claim.key] -= claim.quantity
        wanted = [(want.line_no, want.sku_id, want.quantity) for want in demand.wants]
        got: dict[tuple[int, UUID], int] = {}
        for claim in taken.claims:
            at = claim.line_no, claim.key.sku_id
            got[at] = got.get(at, 0) + claim.quantity
        assert [(line, sku, got[line, sku]) for line, sku, _ in wanted] == wanted
        again = resource(as_stored(sourced(demand, taken).inputs))
        assert again is not None
        assert again.outcome == as_stored(sourced(demand, taken).outcome)
    assert all(left >= min(0, one.free) for one, left in zip(rows, free.values(), strict=True))


def _cost(outcomes: Sequence[object]) -> int:
    return sum(one.cost_minor for one in outcomes if isinstance(one, Taken))


def test_who_could_come_from_anywhere_leaves_the_near_unit_to_who_cannot() -> None:
    rows = [row(SKU, NEAR, JAKARTA, 1), row(SKU, FAR, SURABAYA, 1)]
    stranger, neighbour = (
        Demand(new_id(), [Want(1, SKU, 1)], "91.01.01.1001"),
        Demand(new_id(), [Want(1, SKU, 1)], JAKARTA),
    )

    first, second = serve(Pool(rows), [stranger, neighbour])

    assert (places(first), places(second)) == ({FAR}, {NEAR})
    assert _cost([first, second]) == optimal_minor(
        [row(SKU, NEAR, JAKARTA, 1), row(SKU, FAR, SURABAYA, 1)], [stranger, neighbour], FIRST_RULES
    )


def test_a_batch_that_may_not_choose_again_is_served_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(SKU, NEAR, JAKARTA, 1), row(SKU, FAR, SURABAYA, 1)]
    demands = [Demand(new_id(), [Want(1, SKU, 1)], village) for village in ("91.01.01.1001", JAKARTA)]
    asked: list[Demand] = []
    monkeypatch.setattr("orderan.inventory.rules_batch.CHOICES", 0)
    monkeypatch.setattr(Pool, "hold", lambda _pool, demand, **_under: asked.append(demand))

    first, second = serve(Pool(rows), demands)

    assert (places(first), places(second), asked) == ({NEAR}, {FAR}, [])


def test_a_full_place_serves_what_nobody_else_has_and_says_why_it_was_passed_by() -> None:
    rules = SourcingRules(places={NEAR: PlaceRule(orders_a_day=1)})
    rows = [row(SKU, NEAR, JAKARTA, 5), row(SKU, FAR, SURABAYA, 1), row(OTHER, NEAR, JAKARTA, 1)]
    pool = Pool(rows, rules, {NEAR: 0})
    wanted = [[Want(1, SKU, 1)], [Want(1, SKU, 1)], [Want(1, SKU, 1)], [Want(1, OTHER, 1)]]

    answers = [pool.take(Demand(new_id(), one, JAKARTA)) for one in wanted]

    assert [places(one) for one in answers] == [{NEAR}, {FAR}, {NEAR}, {NEAR}]
    assert [isinstance(one, Taken) and "full" in one.reasons for one in answers] == [False, True, True, True]


def test_goods_of_merchants_go_first_where_the_rules_say_so() -> None:
    merchant = UUID(int=7)
    for first, owners in ((False, [NIL]), (True, [merchant])):
        rows = [row(SKU, NEAR, JAKARTA, 2), row(SKU, NEAR, JAKARTA, 2, owner=merchant)]
        taken = Pool(rows, SourcingRules(owners_first=first)).take(
            Demand(new_id(), [Want(1, SKU, 2)], JAKARTA)
        )
        assert isinstance(taken, Taken)
        assert [claim.key.owner_id for claim in taken.claims] == owners


@pytest.mark.anyio
async def test_rules_that_are_live_decide_and_a_place_counts_its_orders_by_its_own_day(
    floor: ShopFloor, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 10}, places={"JKT": JAKARTA, "SBY": SURABAYA})
    await floor.run(
        lambda tx: receive_stock(tx, [Receipt(world.skus["kopi"], world.locations["SBY"], 10)], now=now)
    )
    limited = SourcingRules(places={world.locations["JKT"]: PlaceRule(orders_a_day=2)})
    await floor.run(lambda tx: _follow(tx, limited, now=now))

    assert await _served(world, now, 3) == ["JKT", "JKT", "SBY"]
    together = await asyncio.gather(*(_served(world, now, 1) for _ in range(3)))
    assert together == [["SBY"]] * 3
    assert await _served(world, now + timedelta(days=1), 1) == ["JKT"]
    assert await floor.all("SELECT orders FROM served_day ORDER BY day") == [(2,), (1,)]
    short = await floor.run(
        lambda tx: take_stock(
            tx, [(Demand(new_id(), [Want(1, world.skus["kopi"], 99)]), ClaimState.ALLOCATED)], now=now
        )
    )
    assert isinstance(short[0], StockShort)
    assert key_of(world, "kopi").location_id == world.locations["JKT"]


async def _served(world: World, now: datetime, orders: int) -> list[str]:
    demands = [
        (Demand(new_id(), [Want(1, world.skus["kopi"], 1)], JAKARTA), ClaimState.ALLOCATED)
        for _ in range(orders)
    ]
    answers = await world.floor.run(lambda tx: take_stock(tx, demands, now=now))
    codes = {location: code for code, location in world.locations.items()}
    return [codes[next(iter(places(one)))] for one in answers]


async def _follow(tx: Tx, rules: SourcingRules, *, now: datetime) -> None:
    draft = await change_draft(tx, plain_rules(rules), expected=0, now=now)
    trial = Playing().result(since=now, until=now, most=1, more=False)
    await keep_trial(tx, draft.revision, trial, against=None, days=1, now=now)
    await put_live(tx, expected=draft.revision, note="uji", now=now)
