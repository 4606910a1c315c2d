"""Plans are made of what waits, and applied only to what they were made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from conftest import ShopFloor
from fleet.driving import Fleet, a_fleet, an_own_parcel
from orderan.auditor import audit
from orderan.customers import erase
from orderan.fleet import NobodyDrives, NothingWaits, NotMovable, PlanningUnderWay, keep_area, move_stop
from orderan.flows.deliver import move_on
from orderan.flows.drive_run import break_down, leave
from orderan.flows.fleet_distances import Distances, Matrix
from orderan.flows.plan_runs import plan_again, plan_day
from orderan.flows.solve_runs import PLANNING_KIND
from orderan.flows.views_fleet import carried, door_points
from orderan.kit import decisions
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Terms
from orderan.routes import Point
from orderan.shipping import ParcelEvent

pytestmark = pytest.mark.anyio

NORTH, SOUTH, EAST = (0.02, 0.0), (-0.02, 0.0), (0.0, 0.03)


async def test_what_waits_becomes_a_run_and_what_stays_says_why(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH, SOUTH, None)

    assert await fleet.plan() is None

    run, stops = await fleet.the_run()
    assert (str(run.state), run.van_id, run.driver_id) == ("planned", fleet.vans[0], fleet.drivers[0])
    assert [stop.turn for stop in stops] == [1, 2]
    assert {stop.parcel_id for stop in stops} == {parcel.id for _, parcel in fleet.parcels[:2]}
    assert all(stop.cash_minor == 10_000 and stop.pinned for stop in stops)
    [planning] = await floor.all("SELECT id, state, outcome FROM fleet_planning WHERE shop_id = %(shop)s")
    assert (planning.state, planning.outcome["stops"], planning.outcome["stays"]) == ("applied", 2, 1)
    [decision] = await fleet.do(lambda tx: decisions.about(tx, planning.id))
    assert decision.kind == PLANNING_KIND
    assert decision.outcome["left"] == {str(fleet.parcels[2][1].id): "no_point"}
    assert decision.inputs["distances"] == "globe"
    # The middle of its region is a place too, and is told apart.
    await fleet.do(lambda tx: keep_area(tx, "31.71", Point(-6.18, 106.83), now=now))
    assert await fleet.plan() is None
    again, stops = await fleet.the_run()
    assert again.id != run.id
    assert [stop.pinned for stop in stops].count(False) == 1
    assert audit(database_url, now=now).findings == []


async def test_nobody_to_drive_and_nothing_to_bring_are_told(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH, vans=0)
    assert isinstance(await fleet.plan(), NobodyDrives)
    [(_, parcel)] = fleet.parcels
    await fleet.do(lambda tx: move_on(tx, [parcel.id], ParcelEvent.DELIVER, now=now))
    assert isinstance(await fleet.plan(), NothingWaits)
    rows = await floor.all("SELECT state, refusal FROM fleet_planning ORDER BY asked_at, id")
    assert sorted(tuple(row) for row in rows) == [
        ("refused", "fleet_nobody_drives"),
        ("refused", "fleet_nothing_waits"),
    ]


@dataclass(frozen=True, slots=True)
class Meanwhile(Distances):
    """Somebody does something while distances are asked for, the first time."""

    fleet: Fleet | None = None
    done: list[str] | None = None

    async def between(self, points: Sequence[Point], *, factor: float) -> tuple[tuple[Matrix, Matrix], str]:
        assert self.fleet is not None
        assert self.done is not None
        if not self.done:
            self.done.append("delivered")
            parcel = self.fleet.parcels[0][1]
            now = self.fleet.now
            await self.fleet.do(lambda tx: move_on(tx, [parcel.id], ParcelEvent.DELIVER, now=now))
        return await Distances.between(self, points, factor=factor)


async def test_what_changed_while_it_was_solved_is_solved_anew(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH, SOUTH)
    done: list[str] = []

    assert await fleet.plan(distances=Meanwhile(fleet=fleet, done=done)) is None

    _, stops = await fleet.the_run()
    assert done == ["delivered"]
    assert [stop.parcel_id for stop in stops] == [fleet.parcels[1][1].id]


async def test_the_same_is_asked_for_once_and_a_job_that_runs_twice_plans_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH, SOUTH)
    made = await fleet.do(lambda tx: plan_day(tx, fleet.place, weather="rain", now=now))
    with pytest.raises(PlanningUnderWay):
        await fleet.do(lambda tx: plan_day(tx, fleet.place, weather="rain", now=now))
    assert await fleet.solve(made.id) is None
    run, _ = await fleet.the_run()

    assert await fleet.solve(made.id) is None

    assert [one.id for one, _ in await fleet.runs()] == [run.id]
    assert await floor.value("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'fleet.plan'") == 1


@dataclass(frozen=True, slots=True)
class Beside(Distances):
    """The same job runs beside this one, and is done before it."""

    fleet: Fleet | None = None
    planning_id: UUID | None = None

    async def between(self, points: Sequence[Point], *, factor: float) -> tuple[tuple[Matrix, Matrix], str]:
        assert self.fleet is not None
        assert self.planning_id is not None
        assert await self.fleet.solve(self.planning_id) is None
        return await Distances.between(self, points, factor=factor)


async def test_a_job_that_runs_beside_itself_plans_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH, SOUTH)
    made = await fleet.do(lambda tx: plan_day(tx, fleet.place, weather="clear", now=now))

    assert await fleet.solve(made.id, distances=Beside(fleet=fleet, planning_id=made.id)) is None

    assert len(await fleet.runs()) == 1
    assert await floor.value("SELECT state FROM fleet_planning") == "applied"


async def test_a_van_that_left_is_left_alone_and_later_parcels_take_another(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH, vans=2)
    await fleet.plan()
    first, stops = await fleet.the_run()
    await fleet.do(lambda tx: leave(tx, first.id, driver_id=None, now=now))
    late = await an_own_parcel(fleet.world, keyring, "Rini", "+6281234567899", Terms.PREPAID, now)
    await fleet.do(lambda tx: keep_area(tx, "31.71", Point(-6.19, 106.83), now=now))

    assert await fleet.plan() is None

    by_id = {run.id: (run, stops) for run, stops in await fleet.runs()}
    out, out_stops = by_id.pop(first.id)
    assert (str(out.state), [one.id for one in out_stops]) == ("out", [one.id for one in stops])
    [(second, second_stops)] = by_id.values()
    assert second.van_id != first.van_id
    assert [stop.parcel_id for stop in second_stops] == [late[1].id]
    with pytest.raises(NotMovable):
        await fleet.do(lambda tx: move_stop(tx, second_stops[0].id, first.id, now=now))
    # It breaks down on the road: its parcel waits again, and it is not planned with.
    assert await fleet.do(lambda tx: break_down(tx, first.id, now=now)) == 1
    assert await fleet.plan() is None
    planned = [(run, stops) for run, stops in await fleet.runs() if str(run.state) == "planned"]
    assert [run.van_id for run, _ in planned] == [second.van_id]
    assert {stop.parcel_id for stop in planned[0][1]} == {fleet.parcels[0][1].id, late[1].id}
    assert audit(database_url, now=now).findings == []


async def test_a_stop_goes_to_another_van_and_its_run_is_put_in_order_again(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH, SOUTH, EAST, vans=2, capacity=2)
    await fleet.plan()
    (one, one_stops), (other, other_stops) = sorted(await fleet.runs(), key=lambda found: len(found[1]))
    assert (len(one_stops), len(other_stops)) == (1, 2)

    moved = await fleet.do(lambda tx: move_stop(tx, other_stops[0].id, one.id, now=now))
    planning = await fleet.do(lambda tx: plan_again(tx, one.id, now=now))
    assert await fleet.solve(planning.id) is None

    by_id = {run.id: stops for run, stops in await fleet.runs()}
    assert moved.run_id == other.id
    assert {stop.parcel_id for stop in by_id[one.id]} == {one_stops[0].parcel_id, moved.parcel_id}
    assert [stop.turn for stop in by_id[one.id]] == [1, 2]
    assert len(by_id[other.id]) == 1


async def test_the_door_of_somebody_who_was_erased_is_known_no_more(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, NORTH)
    [(order, parcel)] = fleet.parcels

    async def known(tx: Tx) -> set[UUID]:
        rows = list((await carried(tx, [parcel.id])).values())
        return set(await door_points(tx, keyring, rows))

    assert await fleet.do(known) == {parcel.id}
    assert order.customer_id is not None
    await fleet.do(lambda tx: move_on(tx, [parcel.id], ParcelEvent.DELIVER, now=now))
    await fleet.do(lambda tx: erase(tx, order.customer_id, reason="diminta", now=now))
    assert await fleet.do(known) == set()
