"""Reading waves, lists and what pickers did."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.picking.models import Cutoff, Method, PickingPolicy, PickList, Wave
from orderan.picking.store import wave_of


async def policy_of(tx: Tx, location_id: UUID) -> PickingPolicy:
    """How a location picks; the usual way where nobody said another."""
    row = await tx.maybe(
        """
        SELECT method, slots, most_units, waiting_lists, automatic, elsewhere, substitute, partial
        FROM picking_policy
        WHERE shop_id = %(shop)s AND location_id = %(location)s
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return PickingPolicy() if row is None else PickingPolicy(Method(row.method), *row[1:])


async def automatic_places(tx: Tx) -> list[UUID]:
    """Locations whose waves the worker releases."""
    rows = await tx.all(
        """
        SELECT location_id FROM picking_policy WHERE shop_id = %(shop)s AND automatic ORDER BY location_id
        """,
        {"shop": tx.shop_id},
    )
    return [row.location_id for row in rows]


async def cutoffs_of(tx: Tx, location_id: UUID) -> list[Cutoff]:
    """When couriers leave a location, the earliest of the day first."""
    rows = await tx.all(
        """
        SELECT id, location_id, courier, services, closes_minute, lead_minutes, days
        FROM courier_cutoff
        WHERE shop_id = %(shop)s AND location_id = %(location)s
        ORDER BY closes_minute, courier
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return [Cutoff(*row) for row in rows]


async def find_list(tx: Tx, list_id: UUID) -> PickList | None:
    row = await tx.maybe(
        """
        SELECT id, wave_id, location_id, no, zone, state, picker, walk_cm, taken_at, moved_at
        FROM pick_list
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": list_id},
    )
    return None if row is None else PickList(*row)


async def waves(
    tx: Tx,
    locations: Collection[UUID] | None,
    *,
    only: UUID | None = None,
    state: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Wave]:
    """Waves at these locations, the newest first."""
    rows = await tx.all(
        """
        SELECT id, location_id, state, method, courier, cutoff_at, made_by, orders, units, walk_cm, alone_cm, released_at,
               moved_at
        FROM wave
        WHERE shop_id = %(shop)s
          AND (%(locations)s::uuid[] IS NULL OR location_id = ANY(%(locations)s::uuid[]))
          AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
          AND (%(state)s::text IS NULL OR state = %(state)s::text)
          AND (%(at)s::timestamptz IS NULL OR (released_at, id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY released_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "locations": None if locations is None else list(locations),
            "only": only,
            "state": state,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    return [wave_of(row) for row in rows]


async def lists_waiting(tx: Tx, location_id: UUID) -> int:
    """Lists of a location that no picker took yet."""
    found: int = await tx.value(
        """
        SELECT count(*)::int AS many FROM pick_list
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND state = 'open'
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return found


async def was_released(tx: Tx, location_id: UUID, courier: str, cutoff_at: datetime) -> bool:
    """Whether there was a wave for this very departure of a courier."""
    row = await tx.maybe(
        """
        SELECT 1 AS one FROM wave
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND courier = %(courier)s AND cutoff_at = %(at)s
          AND state <> 'dropped'
        LIMIT 1
        """,
        {"shop": tx.shop_id, "location": location_id, "courier": courier, "at": cutoff_at},
    )
    return row is not None


async def live_on(tx: Tx, tasks: Collection[UUID]) -> set[UUID]:
    """Those of these tasks that are on a list."""
    rows = await tx.all(
        """
        SELECT DISTINCT task_id FROM pick_list_task
        WHERE shop_id = %(shop)s AND live AND task_id = ANY(%(tasks)s)
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return {row.task_id for row in rows}


async def slots_of(tx: Tx, list_id: UUID) -> dict[UUID, int]:
    """Tasks that are walked with a list, each with its slot."""
    rows = await tx.all(
        """
        SELECT task_id, slot FROM pick_list_task WHERE shop_id = %(shop)s AND list_id = %(list)s AND live
        """,
        {"shop": tx.shop_id, "list": list_id},
    )
    return {row.task_id: row.slot for row in rows}


async def zones_walked(tx: Tx, tasks: Collection[UUID]) -> dict[UUID, list[str]]:
    """Zones in which lists are walked for these tasks, of each the first list's first."""
    rows = await tx.all(
        """
        SELECT pick_list_task.task_id, array_agg(pick_list.zone ORDER BY pick_list.no) AS zones
        FROM pick_list_task
        JOIN pick_list ON pick_list.shop_id = pick_list_task.shop_id AND pick_list.id = pick_list_task.list_id
        WHERE pick_list_task.shop_id = %(shop)s AND pick_list_task.live AND pick_list_task.task_id = ANY(%(tasks)s)
        GROUP BY pick_list_task.task_id
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return {row.task_id: list(row.zones) for row in rows}


async def lists_with(tx: Tx, tasks: Collection[UUID]) -> list[UUID]:
    """Lists that are walked for any of these tasks."""
    rows = await tx.all(
        """
        SELECT DISTINCT list_id FROM pick_list_task
        WHERE shop_id = %(shop)s AND live AND task_id = ANY(%(tasks)s)
        ORDER BY list_id
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return [row.list_id for row in rows]


async def last_hand(tx: Tx, task_id: UUID, line_no: int, sku_id: UUID, lot_id: UUID) -> str | None:
    """Who took units of a line last, by what phones said."""
    row = await tx.maybe(
        """
        SELECT actor FROM pick_event
        WHERE shop_id = %(shop)s AND task_id = %(task)s AND line_no = %(line)s AND sku_id = %(sku)s AND lot_id = %(lot)s
          AND kind = 'pick' AND outcome = 'accepted'
        ORDER BY heard_at DESC, device_id, seq DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id, "task": task_id, "line": line_no, "sku": sku_id, "lot": lot_id},
    )
    return None if row is None else row.actor


@dataclass(frozen=True, slots=True)
class PickerScore:
    """What a picker did in a time.

    Attributes:
        lines: Scans that took units; a scan for many units is one.
        worked_s: From scan to scan, pauses of more than ten minutes left out.
        wrong: Scans of something that was not asked for; it never left the shelf.
        conflicts: Units that somebody else had taken.
    """

    actor: str
    lines: int
    units: int
    worked_s: float
    wrong: int
    short: int
    conflicts: int

    @property
    def lines_per_hour(self) -> float | None:
        return self.lines * 3600 / self.worked_s if self.worked_s else None

    @property
    def accuracy(self) -> float | None:
        """Share of scans that were of what was asked for; None is nobody knows."""
        scans = self.lines + self.wrong
        return self.lines / scans if scans else None


async def picker_scores(tx: Tx, locations: Collection[UUID] | None, *, since: datetime) -> list[PickerScore]:
    """Pickers who scanned something at these locations, the most lines first."""
    rows = await tx.all(
        """
        WITH heard AS (
            SELECT pick_event.actor, pick_event.kind, pick_event.outcome, pick_event.quantity,
                   extract(epoch FROM pick_event.happened_at - lag(pick_event.happened_at) OVER (
                       PARTITION BY pick_event.actor ORDER BY pick_event.happened_at, pick_event.device_id, pick_event.seq))
                       AS pause_s
            FROM pick_event
            JOIN pick_list ON pick_list.shop_id = pick_event.shop_id AND pick_list.id = pick_event.list_id
            WHERE pick_event.shop_id = %(shop)s AND pick_event.heard_at >= %(since)s
              AND (%(locations)s::uuid[] IS NULL OR pick_list.location_id = ANY(%(locations)s::uuid[]))
        )
        SELECT actor,
               count(*) FILTER (WHERE kind = 'pick' AND outcome = 'accepted')::int AS lines,
               coalesce(sum(quantity) FILTER (WHERE kind = 'pick' AND outcome = 'accepted'), 0)::int AS units,
               coalesce(sum(pause_s) FILTER (WHERE pause_s <= 600), 0)::float8 AS worked_s,
               count(*) FILTER (WHERE kind = 'wrong')::int AS wrong,
               count(*) FILTER (WHERE kind = 'short' AND outcome = 'accepted')::int AS short,
               count(*) FILTER (WHERE outcome = 'conflict')::int AS conflicts
        FROM heard
        GROUP BY actor
        ORDER BY lines DESC, actor
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "locations": None if locations is None else list(locations),
        },
    )
    return [PickerScore(*row) for row in rows]
