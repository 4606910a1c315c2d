"""What a driver does: leave, come to a door, hand over or not, come back."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.fleet import store, views
from orderan.fleet.commands.plan import move_run
from orderan.fleet.errors import (
    FailureUnexplained,
    ReceiverMissing,
    RunNotFound,
    StopNotFound,
    StopsAhead,
)
from orderan.fleet.events import StopMoved
from orderan.fleet.models import Run, RunStop
from orderan.fleet.states import AHEAD, STOP, RunEvent, RunState, StopEvent, StopState
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import to_text
from orderan.kit.states import IllegalMove
from orderan.routes import Point

RUN_PREFIX: Final = "run"
STOP_PREFIX: Final = "stp"
FAILURES: Final = ("nobody_home", "wrong_address", "refused", "no_cash", "closed", "other")
"""Why a parcel was not handed over."""
STALE: Final = timedelta(minutes=30)
"""Where a van was before that says nothing of where it is."""

Within = Collection[UUID] | None


async def run_for(
    tx: Tx, run_id: UUID, *, driver_id: UUID | None = None, within: Within = None, lock: bool = False
) -> Run:
    """A run.

    Args:
        driver_id: Whose it has to be; None is anybody's.
        within: Locations of whoever asks; None is all.

    Raises:
        RunNotFound: The shop has no such run, or it is not theirs to see.
    """
    run = (await store.lock_runs(tx, [run_id])).get(run_id) if lock else await views.run_of(tx, run_id)
    if (
        run is None
        or (driver_id is not None and run.driver_id != driver_id)
        or (within is not None and run.location_id not in within)
    ):
        raise RunNotFound(to_text(RUN_PREFIX, run_id))
    return run


async def stop_for(tx: Tx, run: Run, stop_id: UUID) -> RunStop:
    """A stop of a run.

    Raises:
        StopNotFound: The run has no such stop.
    """
    stop = await views.stop_of(tx, stop_id)
    if stop is None or stop.run_id != run.id:
        raise StopNotFound(to_text(STOP_PREFIX, stop_id))
    return stop


async def approach(tx: Tx, run: Run, stop: RunStop, *, now: datetime) -> None:
    """The van goes there next; the stop that was next waits again. The caller has locked the run.

    Raises:
        IllegalMove: The van is not out, or the stop was made.
    """
    _is_out(run, StopEvent.APPROACH)
    if stop.state is StopState.NEXT:
        return
    STOP.after(stop.state, StopEvent.APPROACH)
    for other in await views.stops_of(tx, [run.id]):
        if other.state is StopState.NEXT:
            await _move(tx, other, StopEvent.POSTPONE, now=now)
    await _move(tx, stop, StopEvent.APPROACH, now=now)


async def approach_first(tx: Tx, run: Run, *, now: datetime) -> RunStop | None:
    """The van goes to whatever is first in turn, unless it is on its way already; None when nothing is ahead."""
    ahead = [stop for stop in await views.stops_of(tx, [run.id]) if stop.state in AHEAD]
    coming = next((stop for stop in ahead if stop.state is StopState.NEXT), None)
    if coming is None and ahead:
        coming = ahead[0]
        await _move(tx, coming, StopEvent.APPROACH, now=now)
    return coming


async def hand_in(
    tx: Tx,
    run: Run,
    stop: RunStop,
    *,
    received_by: str,
    sealed_name: bytes,
    sealed_photo: bytes | None,
    collected_minor: int,
    now: datetime,
) -> None:
    """The parcel was handed over, with its proof. The caller has locked the run and moved the parcel.

    Raises:
        ReceiverMissing: Nobody is named.
        IllegalMove: The van is not out, or the stop was made.
    """
    if not received_by:
        raise ReceiverMissing
    _is_out(run, StopEvent.DELIVER)
    await _move(tx, stop, StopEvent.DELIVER, now=now)
    await store.put_proof(tx, stop.id, sealed_name, sealed_photo)
    if collected_minor:
        await store.note_collected(tx, stop.id, collected_minor)


async def miss(tx: Tx, run: Run, stop: RunStop, *, reason: str, now: datetime) -> None:
    """The parcel was not handed over and stays in the van. The caller has locked the run and moved the parcel.

    Raises:
        FailureUnexplained: Nobody says why.
        IllegalMove: The van is not out, or the stop was made.
    """
    if reason not in FAILURES:
        raise FailureUnexplained
    _is_out(run, StopEvent.FAIL)
    await _move(tx, stop, StopEvent.FAIL, reason=reason, now=now)


async def come_back(tx: Tx, run: Run, *, now: datetime) -> None:
    """The van is at its depot again. The caller has locked the run.

    Raises:
        StopsAhead: Parcels in it were neither handed over nor tried.
        IllegalMove: It was not out.
    """
    ahead = sum(stop.state in AHEAD for stop in await views.stops_of(tx, [run.id]))
    if ahead:
        raise StopsAhead(ahead)
    await move_run(tx, run, RunEvent.RETURN, now=now)


async def see_van(tx: Tx, run: Run, point: Point, *, now: datetime) -> None:
    """The driver's telephone says where the van is; of a van that is not out nobody needs to know."""
    if run.state is RunState.OUT:
        await store.put_position(tx, run.van_id, point, now=now)


def _is_out(run: Run, event: StopEvent) -> None:
    if run.state is not RunState.OUT:
        raise IllegalMove(machine=STOP.name, state=str(run.state), event=str(event))


async def _move(tx: Tx, stop: RunStop, event: StopEvent, *, reason: str | None = None, now: datetime) -> None:
    becomes = STOP.after(stop.state, event)
    moved = await store.set_stops(tx, [stop.id], was=stop.state, becomes=becomes, reason=reason, now=now)
    if moved != 1:
        raise IllegalMove(machine=STOP.name, state=str(stop.state), event=str(event))
    fact = StopMoved(stop.id, stop.parcel_id, str(stop.state), str(becomes), reason)
    await record_all(tx, [Fact(stop.run_id, fact)], now=now)
    await store.touch(tx, stop.run_id)
