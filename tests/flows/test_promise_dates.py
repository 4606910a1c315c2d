"""Days are promised by what parcels took, kept with their reason, and told of before they are over."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, packed
from given import BANDUNG, JAKARTA, World, a_buyer, a_shop, asked, place
from orderan.flows.cancel_order import cancel_order
from orderan.flows.deliver import move_on
from orderan.flows.hand_over import hand_over
from orderan.flows.learn_lead_times import learn_lead_times, learn_nightly
from orderan.flows.place_order import Placed
from orderan.flows.promise_dates import FOLLOWED, promise_again, promise_of
from orderan.flows.watch_promises import KIND, watch_promises
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.events import read_log, sequence
from orderan.orders import Order, Terms
from orderan.shipping import (
    Parcel,
    ParcelEvent,
    PromiseTerms,
    PromiseTermsMovedOn,
    PromiseTermsNotUsable,
    keep_promise_terms,
    promises_of,
)

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
MANY = 10_000


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 100})


async def promise(world: World, *, now: datetime) -> int:
    """Everything that happened so far, read by whoever promises days."""

    async def work(tx: Tx) -> int:
        await sequence(tx)
        facts = [fact for fact in await read_log(tx, after=0, limit=1000) if fact.kind in FOLLOWED]
        return await promise_of(tx, facts, now=now)

    made: int = await world.floor.run(work)
    return made


async def promised(world: World, order: Order) -> list[Any]:
    found: list[Any] = await world.floor.run(lambda tx: promises_of(tx, [order.id]))
    return found


async def leave(world: World, keyring: Keyring, order: Order, *, now: datetime) -> Parcel:
    task = await packed(world, order, now=now)
    [parcel] = await world.floor.run(
        lambda tx: hand_over(tx, task, [Box("jne", "JP1234567890", "reg")], now=now)
    )
    made: Parcel = parcel
    return made


async def to_bandung(world: World, keyring: Keyring, *, now: datetime) -> Order:
    [placed] = await place(
        world,
        keyring,
        asked(("kopi", 1), buyer=a_buyer(village=BANDUNG, phone="+6281234567891"), terms=Terms.COD),
        now=now,
    )
    assert isinstance(placed, Placed)
    return placed.order


async def entries(world: World) -> list[tuple[str, str]]:
    rows = await world.floor.all(
        "SELECT reason, state FROM exception_entry WHERE shop_id = %(shop)s AND kind = %(kind)s ORDER BY opened_at, id",
        kind=KIND,
    )
    return [(row.reason, row.state) for row in rows]


async def facts(world: World) -> int:
    told: int = await world.floor.value(
        "SELECT count(*) FROM event WHERE shop_id = %(shop)s AND kind = 'shipping.delivery_late.v1'"
    )
    return told


async def arrived(world: World, order: Order, days: Sequence[int], *, many: int, now: datetime) -> None:
    """So many parcels like the order's that arrived, taking these days in turn."""
    await world.floor.run(
        lambda tx: tx.run(
            """
            INSERT INTO parcel (shop_id, id, order_id, task_id, courier, service, awb, state, contents, weight_g,
                                created_at, shipped_at, delivered_at)
            SELECT parcel.shop_id, gen_random_uuid(), parcel.order_id, parcel.task_id, parcel.courier, parcel.service,
                   'PAST' || turn, 'delivered', '[]', 100, left_at, left_at,
                   left_at + (%(days)s::int[])[1 + turn %% cardinality(%(days)s::int[])] * interval '1 day'
            FROM parcel
            CROSS JOIN generate_series(1, %(many)s) AS turn
            CROSS JOIN LATERAL (SELECT %(now)s::timestamptz - interval '60 days'
                                       - (turn %% 60) * interval '1 day' AS left_at) AS went
            WHERE parcel.shop_id = %(shop)s AND parcel.order_id = %(order)s
            """,
            {"shop": tx.shop_id, "order": order.id, "days": list(days), "many": many, "now": now},
        )
    )


async def test_ten_thousand_parcels_are_learned_from_in_one_statement(
    world: World, keyring: Keyring, now: datetime
) -> None:
    order = await to_bandung(world, keyring, now=now)
    await leave(world, keyring, order, now=now)
    every_day = PromiseTerms(carries_on=(1, 2, 3, 4, 5, 6, 7))
    await world.floor.run(lambda tx: keep_promise_terms(tx, every_day, expected=0, now=now))
    # Of ten parcels nine took two days and one took seven.
    await arrived(world, order, [2, 2, 2, 2, 2, 2, 2, 2, 2, 7], many=MANY, now=now)
    began = time.perf_counter()
    learned = await world.floor.run(lambda tx: learn_lead_times(tx, now=now))
    assert time.perf_counter() - began < 5
    assert learned == 8
    rows = await world.floor.all(
        "SELECT courier, service, origin, area, parcels, days FROM lead_time WHERE shop_id = %(shop)s"
    )
    assert {row.parcels for row in rows} == {MANY}
    assert {tuple(row.days) for row in rows} == {(2, 2, 2, 2, 2, 7)}
    assert ("jne", "reg", JAKARTA[:5], BANDUNG[:8]) in {tuple(row)[:4] for row in rows}
    # Learned a moment ago: the next round leaves it alone, the next night does not.
    assert await world.floor.run(lambda tx: learn_nightly(tx, now=now)) == 0
    assert await world.floor.run(lambda tx: learn_nightly(tx, now=now + DAY)) == 8


async def test_sundays_and_days_off_are_no_days_on_the_road(
    world: World, keyring: Keyring, now: datetime
) -> None:
    order = await to_bandung(world, keyring, now=now)
    await leave(world, keyring, order, now=now)
    # A week on the road has six working days, whenever it began.
    await arrived(world, order, [7], many=60, now=now)
    await world.floor.run(lambda tx: learn_lead_times(tx, now=now))
    rows = await world.floor.all("SELECT days FROM lead_time WHERE shop_id = %(shop)s")
    assert {tuple(row.days) for row in rows} == {(6, 6, 6, 6, 6, 6)}


async def test_a_day_is_promised_when_it_is_accepted_and_again_when_it_leaves_and_says_why(
    world: World, keyring: Keyring, now: datetime
) -> None:
    order = await to_bandung(world, keyring, now=now)
    assert await promise(world, now=now) == 1
    assert await promise(world, now=now) == 0
    [first] = await promised(world, order)
    assert (first.parcel_id, first.source) == (None, "table")

    parcel = await leave(world, keyring, order, now=now)
    await arrived(world, order, [1], many=30, now=now)
    await world.floor.run(lambda tx: learn_lead_times(tx, now=now))
    assert await promise(world, now=now) == 1
    [again, of_parcel] = await promised(world, order)
    assert again == first
    assert (of_parcel.parcel_id, of_parcel.source) == (parcel.id, "measured")
    assert of_parcel.promised_on < first.promised_on

    made = await world.floor.all(
        "SELECT inputs, outcome FROM decision WHERE shop_id = %(shop)s AND kind = 'promise' ORDER BY id"
    )
    assert [one.outcome["promised_on"] for one in made] == [
        first.promised_on.isoformat(),
        of_parcel.promised_on.isoformat(),
    ]
    assert all(promise_again(one.inputs).outcome == one.outcome for one in made)
    assert made[1].outcome["rests_on"]["parcels"] == 30


async def test_what_has_not_left_in_time_is_told_once_and_closes_by_itself(
    world: World, keyring: Keyring, now: datetime
) -> None:
    order = await to_bandung(world, keyring, now=now)
    await promise(world, now=now)
    [first] = await promised(world, order)
    assert await world.floor.run(lambda tx: watch_promises(tx, now=now)) == 0
    late = now + (first.leaves_on - now.date() + DAY)
    assert await world.floor.run(lambda tx: watch_promises(tx, now=late)) == 1
    assert await world.floor.run(lambda tx: watch_promises(tx, now=late)) == 0
    assert (await entries(world), await facts(world)) == ([("not_left", "open")], 1)

    over = now + (first.promised_on - now.date() + DAY)
    await world.floor.run(lambda tx: watch_promises(tx, now=over))
    # Another reason brings the entry up to date; the buyer was told.
    assert (await entries(world), await facts(world)) == ([("missed", "open")], 1)

    await world.floor.run(lambda tx: cancel_order(tx, order.id, reason="x", now=over))
    await world.floor.run(lambda tx: watch_promises(tx, now=over))
    assert await entries(world) == [("missed", "resolved")]
    [closed] = await promised(world, order)
    assert (closed.closed_at, closed.kept) == (over, None)


async def test_a_parcel_that_is_slow_is_told_of_before_its_day_is_over_and_judged_when_it_comes(
    world: World, keyring: Keyring, now: datetime
) -> None:
    order = await to_bandung(world, keyring, now=now)
    parcel = await leave(world, keyring, order, now=now)
    await promise(world, now=now)
    [of_parcel] = [one for one in await promised(world, order) if one.parcel_id]
    ids = [parcel.id]
    last_morning = now + (of_parcel.promised_on - now.date())
    await world.floor.run(lambda tx: move_on(tx, ids, ParcelEvent.MOVE, now=now))
    await world.floor.run(lambda tx: watch_promises(tx, now=last_morning - DAY))
    assert await entries(world) == []
    await world.floor.run(lambda tx: watch_promises(tx, now=last_morning + timedelta(hours=3)))
    assert ("slow", "open") in await entries(world)

    came = last_morning + timedelta(hours=4)
    await world.floor.run(lambda tx: move_on(tx, ids, ParcelEvent.DELIVER, now=came))
    await world.floor.run(lambda tx: watch_promises(tx, now=came))
    assert {state for _, state in await entries(world)} == {"resolved"}
    assert [one.kept for one in await promised(world, order) if one.parcel_id] == [True]


async def test_a_parcel_that_comes_back_did_not_keep_its_promise(
    world: World, keyring: Keyring, now: datetime
) -> None:
    order = await to_bandung(world, keyring, now=now)
    parcel = await leave(world, keyring, order, now=now)
    await promise(world, now=now)
    await world.floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.SEND_BACK, now=now))
    await world.floor.run(lambda tx: watch_promises(tx, now=now))
    assert [one.kept for one in await promised(world, order) if one.parcel_id] == [False]


async def test_terms_are_versions_and_a_second_hand_is_refused(world: World, now: datetime) -> None:
    surer = PromiseTerms(percent=95)

    async def keep(terms: PromiseTerms, expected: int) -> int:
        kept: int = await world.floor.run(
            lambda tx: keep_promise_terms(tx, terms, expected=expected, now=now)
        )
        return kept

    assert await keep(surer, 0) == 1
    assert await keep(surer, 1) == 1
    with pytest.raises(PromiseTermsMovedOn):
        await keep(PromiseTerms(), 0)
    with pytest.raises(PromiseTermsNotUsable):
        await keep(PromiseTerms(percent=81), 1)
    assert await world.floor.value("SELECT count(*) FROM promise_terms WHERE shop_id = %(shop)s") == 1


async def test_an_order_that_is_picked_up_is_promised_no_day(
    world: World, keyring: Keyring, now: datetime
) -> None:
    order = await an_order(world, keyring, ("kopi", 1), now=now)
    await world.floor.run(
        lambda tx: tx.run(
            "UPDATE sales_order SET address_id = NULL WHERE shop_id = %(shop)s AND id = %(id)s",
            {"shop": tx.shop_id, "id": order.id},
        )
    )
    assert await promise(world, now=now) == 0
