"""Writing waves, their lists, and how a location picks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.picking.models import Cutoff, Method, PickingPolicy, PickList, Wave


async def put_policy(tx: Tx, location_id: UUID, policy: PickingPolicy) -> None:
    await tx.run(
        """
        INSERT INTO picking_policy (shop_id, location_id, method, slots, most_units, waiting_lists, automatic, elsewhere,
                                    substitute, partial)
        VALUES (%(shop)s, %(location)s, %(method)s, %(slots)s, %(most_units)s, %(waiting_lists)s, %(automatic)s,
                %(elsewhere)s, %(substitute)s, %(partial)s)
        ON CONFLICT ON CONSTRAINT picking_policy_pkey DO UPDATE
        SET method = excluded.method, slots = excluded.slots, most_units = excluded.most_units,
            waiting_lists = excluded.waiting_lists, automatic = excluded.automatic, elsewhere = excluded.elsewhere,
            substitute = excluded.substitute, partial = excluded.partial
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "method": policy.method,
            "slots": policy.slots,
            "most_units": policy.most_units,
            "waiting_lists": policy.waiting_lists,
            "automatic": policy.automatic,
            "elsewhere": policy.elsewhere,
            "substitute": policy.substitute,
            "partial": policy.partial,
        },
    )


async def insert_cutoff(tx: Tx, cutoff: Cutoff) -> bool:
    """False when the courier has one at that minute already."""
    return bool(
        await tx.run(
            """
            INSERT INTO courier_cutoff (shop_id, id, location_id, courier, services, closes_minute, lead_minutes, days)
            VALUES (%(shop)s, %(id)s, %(location)s, %(courier)s, %(services)s, %(closes)s, %(lead)s, %(days)s)
            ON CONFLICT ON CONSTRAINT courier_cutoff_once DO NOTHING
            """,
            {
                "shop": tx.shop_id,
                "id": cutoff.id,
                "location": cutoff.location_id,
                "courier": cutoff.courier,
                "services": list(cutoff.services),
                "closes": cutoff.closes_minute,
                "lead": cutoff.lead_minutes,
                "days": list(cutoff.days),
            },
        )
    )


async def delete_cutoff(tx: Tx, location_id: UUID, cutoff_id: UUID) -> int:
    return await tx.run(
        "DELETE FROM courier_cutoff WHERE shop_id = %(shop)s AND location_id = %(location)s AND id = %(id)s",
        {"shop": tx.shop_id, "location": location_id, "id": cutoff_id},
    )


async def insert_wave(tx: Tx, wave: Wave) -> None:
    await tx.run(
        """
        INSERT INTO wave (shop_id, id, location_id, state, method, courier, cutoff_at, made_by, orders, units, walk_cm,
                          alone_cm, released_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(location)s, %(state)s, %(method)s, %(courier)s, %(cutoff_at)s, %(made_by)s,
                %(orders)s, %(units)s, %(walk)s, %(alone)s, %(now)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": wave.id,
            "location": wave.location_id,
            "state": wave.state,
            "method": wave.method,
            "courier": wave.courier,
            "cutoff_at": wave.cutoff_at,
            "made_by": wave.made_by,
            "orders": wave.orders,
            "units": wave.units,
            "walk": wave.walk_cm,
            "alone": wave.alone_cm,
            "now": wave.released_at,
        },
    )


@dataclass(frozen=True, slots=True)
class OnList:
    """A task on a list."""

    list_id: UUID
    task_id: UUID
    zone: str
    slot: int


async def insert_lists(tx: Tx, lists: Sequence[PickList], tasks: Sequence[OnList]) -> None:
    await tx.run(
        """
        INSERT INTO pick_list (shop_id, id, wave_id, location_id, no, zone, state, walk_cm, moved_at)
        SELECT %(shop)s, id, wave_id, location_id, no, zone, state, walk_cm, moved_at
        FROM unnest(%(ids)s::uuid[], %(waves)s::uuid[], %(locations)s::uuid[], %(nos)s::int[], %(zones)s::text[],
                    %(states)s::text[], %(walks)s::bigint[], %(moved)s::timestamptz[])
             AS made (id, wave_id, location_id, no, zone, state, walk_cm, moved_at)
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in lists],
            "waves": [one.wave_id for one in lists],
            "locations": [one.location_id for one in lists],
            "nos": [one.no for one in lists],
            "zones": [one.zone for one in lists],
            "states": [one.state for one in lists],
            "walks": [one.walk_cm for one in lists],
            "moved": [one.moved_at for one in lists],
        },
    )
    await tx.run(
        """
        INSERT INTO pick_list_task (shop_id, list_id, task_id, zone, slot, live)
        SELECT %(shop)s, list_id, task_id, zone, slot, TRUE
        FROM unnest(%(lists)s::uuid[], %(tasks)s::uuid[], %(zones)s::text[], %(slots)s::int[])
             AS made (list_id, task_id, zone, slot)
        """,
        {
            "shop": tx.shop_id,
            "lists": [one.list_id for one in tasks],
            "tasks": [one.task_id for one in tasks],
            "zones": [one.zone for one in tasks],
            "slots": [one.slot for one in tasks],
        },
    )


async def lock_wave(tx: Tx, wave_id: UUID) -> Wave | None:
    row = await tx.maybe(
        """
        SELECT id, location_id, state, method, courier, cutoff_at, made_by, orders, units, walk_cm, alone_cm, released_at,
               moved_at
        FROM wave
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": wave_id},
    )
    return None if row is None else wave_of(row)


def wave_of(row: Any) -> Wave:
    return Wave(row[0], row[1], row[2], Method(row[3]), *row[4:13])


async def set_wave_state(tx: Tx, wave: Wave, becomes: str, *, now: datetime) -> int:
    return await tx.run(
        """
        UPDATE wave SET state = %(becomes)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
        {"shop": tx.shop_id, "id": wave.id, "was": wave.state, "becomes": becomes, "now": now},
    )


async def lists_of(tx: Tx, wave_id: UUID) -> list[PickList]:
    """Lists of a wave by number; whoever moves them has locked the wave."""
    rows = await tx.all(
        """
        SELECT id, wave_id, location_id, no, zone, state, picker, walk_cm, taken_at, moved_at
        FROM pick_list
        WHERE shop_id = %(shop)s AND wave_id = %(wave)s
        ORDER BY no
        """,
        {"shop": tx.shop_id, "wave": wave_id},
    )
    return [PickList(*row) for row in rows]


async def set_list_states(
    tx: Tx, lists: Collection[PickList], becomes: str, *, picker: str | None, now: datetime
) -> int:
    """Move lists that are as they were read; the tasks on one that ends may be put on another."""
    moved = await tx.run(
        """
        UPDATE pick_list
        SET state = %(becomes)s, moved_at = %(now)s, picker = coalesce(%(picker)s, picker),
            taken_at = CASE WHEN %(becomes)s = 'taken' THEN coalesce(taken_at, %(now)s) ELSE taken_at END
        FROM unnest(%(ids)s::uuid[], %(states)s::text[]) AS was (id, state)
        WHERE pick_list.shop_id = %(shop)s AND pick_list.id = was.id AND pick_list.state = was.state
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in lists],
            "states": [one.state for one in lists],
            "becomes": becomes,
            "picker": picker,
            "now": now,
        },
    )
    if becomes in {"done", "dropped"}:
        await tx.run(
            "UPDATE pick_list_task SET live = FALSE WHERE shop_id = %(shop)s AND list_id = ANY(%(lists)s)",
            {"shop": tx.shop_id, "lists": [one.id for one in lists]},
        )
    return moved


async def take_off(tx: Tx, list_id: UUID, tasks: Collection[UUID]) -> None:
    """These tasks are not walked with this list any more."""
    await tx.run(
        """
        UPDATE pick_list_task SET live = FALSE
        WHERE shop_id = %(shop)s AND list_id = %(list)s AND task_id = ANY(%(tasks)s)
        """,
        {"shop": tx.shop_id, "list": list_id, "tasks": list(tasks)},
    )
