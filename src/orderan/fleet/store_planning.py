"""Writing and reading of plans that were asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.fleet.models import Planning
from orderan.fleet.states import PlanningState
from orderan.kit.db import Tx

COLUMNS: Final[LiteralString] = (
    "id, location_id, run_id, weather, state, asked_at, moved_at, refusal, outcome"
)


def as_planning(row: Any) -> Planning:
    """A row of the planning table."""
    columns = row._asdict()
    return Planning(**columns | {"state": PlanningState(columns["state"])})


async def insert_planning(tx: Tx, made: Planning) -> bool:
    """Write one that was asked for; False where one of the same is under way."""
    written = await tx.run(
        """
        INSERT INTO fleet_planning (shop_id, id, location_id, run_id, weather, state, asked_by, asked_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(location)s, %(run)s, %(weather)s, 'asked', %(actor)s, %(now)s, %(now)s)
        ON CONFLICT DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "location": made.location_id,
            "run": made.run_id,
            "weather": made.weather,
            "actor": tx.actor,
            "now": made.asked_at,
        },
    )
    return written == 1


async def give_up(tx: Tx, location_id: UUID, *, before: datetime, why: str, now: datetime) -> int:
    """End those of a location that nobody finished since a moment; returns how many."""
    return await tx.run(
        """
        UPDATE fleet_planning SET state = 'refused', refusal = %(why)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND state = 'asked' AND asked_at < %(before)s
        """,
        {"shop": tx.shop_id, "location": location_id, "before": before, "why": why, "now": now},
    )


async def end_planning(
    tx: Tx,
    planning_id: UUID,
    *,
    becomes: PlanningState,
    refusal: str | None,
    outcome: Mapping[str, Any] | None,
    now: datetime,
) -> int:
    """Write what came of one that is still asked for; returns how many."""
    return await tx.run(
        """
        UPDATE fleet_planning
        SET state = %(becomes)s, refusal = %(refusal)s, outcome = %(outcome)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'asked'
        """,
        {
            "shop": tx.shop_id,
            "id": planning_id,
            "becomes": becomes,
            "refusal": refusal,
            "outcome": None if outcome is None else Jsonb(dict(outcome)),
            "now": now,
        },
    )


async def planning_of(tx: Tx, planning_id: UUID) -> Planning | None:
    """One, without a lock."""
    row = await tx.maybe(
        f"SELECT {COLUMNS} FROM fleet_planning WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": planning_id},
    )
    return None if row is None else as_planning(row)


async def last_planning(tx: Tx, location_id: UUID) -> Planning | None:
    """What was asked for last at a location."""
    row = await tx.maybe(
        f"""
        SELECT {COLUMNS} FROM fleet_planning
        WHERE shop_id = %(shop)s AND location_id = %(location)s
        ORDER BY asked_at DESC, id DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return None if row is None else as_planning(row)


async def plannings_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Those that stand in a state since before its moment: id, state, since."""
    return await tx.all(
        """
        SELECT fleet_planning.id, fleet_planning.state, fleet_planning.asked_at AS since
        FROM fleet_planning
        JOIN unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS bound (state, before)
             ON bound.state = fleet_planning.state AND fleet_planning.asked_at < bound.before
        WHERE fleet_planning.shop_id = %(shop)s AND fleet_planning.state = 'asked'
        ORDER BY fleet_planning.asked_at, fleet_planning.id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
