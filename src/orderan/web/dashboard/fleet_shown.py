"""Runs of own vans as pages show them: what stands behind each stop, and where it is on a map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.access import Principal
from orderan.fleet import (
    AHEAD,
    RUN_PREFIX,
    STOP_PREFIX,
    Position,
    Run,
    RunState,
    RunStop,
    StopState,
    Van,
    areas,
    drivers_of,
    nearest_area,
    positions,
    runs_of_day,
    stops_of,
    vans_of,
)
from orderan.flows.views_fleet import Carried, carried, door_points
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.routes import Point
from orderan.web.dashboard.fleet_map import Dot, Picture, picture
from orderan.web.dashboard.fleet_words import STOPS


@dataclass(frozen=True, slots=True)
class StopShown:
    """A stop with the parcel behind it, and where it is."""

    stop: RunStop
    row: Carried
    point: Point | None
    late: bool

    @property
    def id(self) -> str:
        return to_text(STOP_PREFIX, self.stop.id)


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run with its van, its driver and its stops."""

    run: Run
    van: Van
    driver: str
    stops: Sequence[StopShown]
    seen: Position | None
    hidden: int = 0

    @property
    def path(self) -> str:
        return run_path(self.run.id)

    @property
    def made(self) -> int:
        return sum(one.stop.state not in AHEAD for one in self.stops)

    @property
    def late(self) -> int:
        return sum(one.late for one in self.stops)

    @property
    def failed(self) -> int:
        return sum(one.stop.state is StopState.FAILED for one in self.stops)

    @property
    def cash_minor(self) -> int:
        return sum(one.stop.collected_minor for one in self.stops)


def run_path(run_id: UUID) -> str:
    return f"/fleet/runs/{to_text(RUN_PREFIX, run_id)}"


def may_see_row(principal: Principal, row: Carried) -> bool:
    """A van carries what every channel sold; whoever is kept to some sees only theirs."""
    return principal.channel_ids is None or row.channel_id in principal.channel_ids


async def known_points(tx: Tx, keyring: Keyring, rows: Sequence[Carried]) -> dict[UUID, Point]:
    """Where doors are, or the middle of their regions; without those nobody knows anything of."""
    pinned = await door_points(tx, keyring, rows)
    middles = await areas(tx)
    found = {}
    for row in rows:
        point = pinned.get(row.parcel_id) or nearest_area(middles, row.village_code)
        if point is not None:
            found[row.parcel_id] = point
    return found


async def shown_runs(
    tx: Tx,
    keyring: Keyring,
    principal: Principal,
    location_id: UUID,
    *,
    day: date,
    now: datetime,
    only: UUID | None = None,
) -> list[RunShown]:
    """Runs of a day at a location, with what stands behind each stop."""
    runs = [run for run in await runs_of_day(tx, location_id, day) if only in (None, run.id)]
    stops = await stops_of(tx, [run.id for run in runs])
    rows = await carried(tx, {stop.parcel_id for stop in stops})
    points = await known_points(tx, keyring, list(rows.values()))
    vans = {van.id: van for van in await vans_of(tx, location_id)}
    names = {named.driver.staff_id: named.name for named in await drivers_of(tx, location_id)}
    seen = await positions(tx, list(vans))
    shown = []
    for run in runs:
        mine = [stop for stop in stops if stop.run_id == run.id]
        visible = [stop for stop in mine if may_see_row(principal, rows[stop.parcel_id])]
        last = seen.get(run.van_id)
        shown.append(
            RunShown(
                run,
                vans[run.van_id],
                names.get(run.driver_id, ""),
                [
                    StopShown(stop, rows[stop.parcel_id], points.get(stop.parcel_id), _late(stop, now))
                    for stop in visible
                ],
                last if run.state is RunState.OUT else None,
                len(mine) - len(visible),
            )
        )
    return shown


def _late(stop: RunStop, now: datetime) -> bool:
    return stop.state in AHEAD and (stop.is_late or now > stop.closes_at)


def drawn_runs(
    spoken: Words,
    depot: Point,
    runs: Sequence[RunShown],
    rows: Sequence[Carried],
    points: Mapping[UUID, Point],
) -> Picture | None:
    """A map of runs that are planned or out, and of parcels that wait for one."""
    dots = [Dot(depot, "depot", "", spoken.gettext(N_("Titik awal")))]
    ways = []
    open_runs = [shown for shown in runs if shown.run.state in {RunState.PLANNED, RunState.OUT}]
    for line, shown in enumerate(open_runs):
        way = [depot]
        for placed in shown.stops:
            stop = placed.stop
            if placed.point is None:
                continue
            tone = "loss" if placed.late or stop.state is StopState.FAILED else "calm"
            if stop.state is StopState.DELIVERED:
                tone = "done"
            title = f"{stop.turn}. {placed.row.number} · {spoken.gettext(STOPS[stop.state][0])}"
            dots.append(Dot(placed.point, "stop", str(stop.turn), title, tone, line))
            way.append(placed.point)
        if shown.seen is not None:
            dots.append(Dot(shown.seen.point, "van", shown.van.name, shown.van.name, "act", line))
        ways.append([*way, depot])
    dots += [
        Dot(
            points[row.parcel_id],
            "stop",
            "",
            spoken.gettext(N_("Menunggu mobil: %(n)s"), n=row.number),
            "wait",
        )
        for row in rows
        if row.parcel_id in points
    ]
    return picture(dots, ways)
