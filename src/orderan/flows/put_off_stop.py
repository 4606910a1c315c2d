"""A parcel its buyer wants on another day is taken off the tour it is on; it stays in the van, or at the depot.

Orders are locked before runs, as everywhere: the caller has locked the parcel's order.
"""

from datetime import datetime
from uuid import UUID

from orderan.fleet import (
    AHEAD,
    RunState,
    StopState,
    approach_first,
    run_for,
    skip_stops,
    stops_ahead,
    stops_of,
)
from orderan.flows.plan_runs import plan_again_by_itself
from orderan.kit.db import Tx


async def put_off_stop(tx: Tx, parcel_id: UUID, *, now: datetime) -> None:
    """Bring it today no more; nothing happens where no van was to, or its stop was made at this moment.

    A van that is out goes on to its next door, and what else it has ahead is put in order anew.
    """
    for ahead in await stops_ahead(tx, [parcel_id]):
        run = await run_for(tx, ahead.run_id, lock=True)
        left = [stop for stop in await stops_of(tx, [run.id]) if stop.state in AHEAD]
        stop = next((stop for stop in left if stop.id == ahead.id), None)
        if stop is None:
            continue
        await skip_stops(tx, [stop], now=now)
        if run.state is RunState.OUT:
            await approach_first(tx, run, now=now)
        if sum(one.state is StopState.PLANNED for one in left if one.id != stop.id) > 1:
            await plan_again_by_itself(tx, run, now=now)
