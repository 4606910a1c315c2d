"""Writing packings, their parcels and what was scanned."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.packing.models import Carton, PackedUnit, Packing, PackingPolicy, Scanned, ScanOutcome


async def lock_packings(tx: Tx, tasks: Collection[UUID]) -> dict[UUID, Packing]:
    """The packing of each of these tasks that has one, locked in task order; the caller has locked the tasks."""
    rows = await tx.all(
        """
        SELECT id, task_id, order_id, location_id, state, opened_by, opened_at, moved_at, closed_by, override_why
        FROM packing
        WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s) AND state <> 'dropped'
        ORDER BY task_id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return {row.task_id: Packing(*row) for row in rows}


async def insert_packing(tx: Tx, packing: Packing) -> None:
    await tx.run(
        """
        INSERT INTO packing (shop_id, id, task_id, order_id, location_id, state, opened_by, opened_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(task)s, %(order)s, %(location)s, %(state)s, %(actor)s, %(now)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": packing.id,
            "task": packing.task_id,
            "order": packing.order_id,
            "location": packing.location_id,
            "state": packing.state,
            "actor": packing.opened_by,
            "now": packing.opened_at,
        },
    )


async def set_state(
    tx: Tx,
    packings: Collection[UUID],
    *,
    was: str,
    becomes: str,
    closed_by: str | None = None,
    override_why: str | None = None,
    now: datetime,
) -> int:
    """Move packings that are in the state they have to be in; returns how many."""
    return await tx.run(
        """
        UPDATE packing
        SET state = %(becomes)s, moved_at = %(now)s, closed_by = %(closed_by)s, override_why = %(why)s
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND state = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "ids": list(packings),
            "was": was,
            "becomes": becomes,
            "closed_by": closed_by,
            "why": override_why,
            "now": now,
        },
    )


async def insert_parcel(tx: Tx, packing_id: UUID, no: int) -> None:
    await tx.run(
        "INSERT INTO packing_parcel (shop_id, packing_id, no) VALUES (%(shop)s, %(packing)s, %(no)s)",
        {"shop": tx.shop_id, "packing": packing_id, "no": no},
    )


async def delete_parcel(tx: Tx, packing_id: UUID, no: int) -> int:
    """Take an empty parcel away; its units are gone already, or the statement fails."""
    return await tx.run(
        "DELETE FROM packing_parcel WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND no = %(no)s",
        {"shop": tx.shop_id, "packing": packing_id, "no": no},
    )


async def set_carton(tx: Tx, packing_id: UUID, no: int, carton_id: UUID | None) -> int:
    return await tx.run(
        """
        UPDATE packing_parcel SET carton_id = %(carton)s
        WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND no = %(no)s
        """,
        {"shop": tx.shop_id, "packing": packing_id, "no": no, "carton": carton_id},
    )


async def set_weight(tx: Tx, packing_id: UUID, no: int, weight_g: int | None) -> int:
    return await tx.run(
        """
        UPDATE packing_parcel SET weight_g = %(weight)s
        WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND no = %(no)s
        """,
        {"shop": tx.shop_id, "packing": packing_id, "no": no, "weight": weight_g},
    )


async def set_photo(tx: Tx, packing_id: UUID, no: int, photo: bytes) -> int:
    return await tx.run(
        """
        UPDATE packing_parcel SET photo_enc = %(photo)s
        WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND no = %(no)s
        """,
        {"shop": tx.shop_id, "packing": packing_id, "no": no, "photo": photo},
    )


async def add_units(tx: Tx, units: Sequence[PackedUnit]) -> None:
    """Put units into parcels, each key once."""
    await tx.run(
        """
        INSERT INTO packing_unit (shop_id, packing_id, parcel_no, line_no, sku_id, owner_id, lot_id, quantity)
        SELECT %(shop)s, packing_id, parcel_no, line_no, sku_id, owner_id, lot_id, quantity
        FROM unnest(%(packings)s::uuid[], %(parcels)s::int[], %(lines)s::int[], %(skus)s::uuid[], %(owners)s::uuid[],
                    %(lots)s::uuid[], %(quantities)s::int[])
             AS put (packing_id, parcel_no, line_no, sku_id, owner_id, lot_id, quantity)
        ON CONFLICT ON CONSTRAINT packing_unit_pkey
        DO UPDATE SET quantity = packing_unit.quantity + excluded.quantity
        """,
        {
            "shop": tx.shop_id,
            "packings": [unit.packing_id for unit in units],
            "parcels": [unit.parcel_no for unit in units],
            "lines": [unit.line_no for unit in units],
            "skus": [unit.sku_id for unit in units],
            "owners": [unit.owner_id for unit in units],
            "lots": [unit.lot_id for unit in units],
            "quantities": [unit.quantity for unit in units],
        },
    )


async def take_unit(tx: Tx, unit: PackedUnit, units: int) -> None:
    """Take units out of a parcel; of a row that holds as many nothing is left."""
    facts = {
        "shop": tx.shop_id,
        "packing": unit.packing_id,
        "no": unit.parcel_no,
        "line": unit.line_no,
        "sku": unit.sku_id,
        "owner": unit.owner_id,
        "lot": unit.lot_id,
        "units": units,
    }
    if units >= unit.quantity:
        await tx.run(
            """
            DELETE FROM packing_unit
            WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND parcel_no = %(no)s AND line_no = %(line)s
              AND sku_id = %(sku)s AND owner_id = %(owner)s AND lot_id = %(lot)s
            """,
            facts,
        )
        return
    await tx.run(
        """
        UPDATE packing_unit SET quantity = quantity - %(units)s
        WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND parcel_no = %(no)s AND line_no = %(line)s
          AND sku_id = %(sku)s AND owner_id = %(owner)s AND lot_id = %(lot)s
        """,
        facts,
    )


async def insert_scan(tx: Tx, packing_id: UUID, parcel_no: int, scan: Scanned, *, now: datetime) -> None:
    """Keep a scan and what became of it, whichever it was."""
    await tx.run(
        """
        INSERT INTO packing_scan (shop_id, packing_id, id, parcel_no, scanned, outcome, sku_id, serial, quantity, actor,
                                  happened_at)
        VALUES (%(shop)s, %(packing)s, %(id)s, %(no)s, %(text)s, %(outcome)s, %(sku)s, %(serial)s, %(quantity)s,
                %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "packing": packing_id,
            "id": new_id(),
            "no": parcel_no,
            "text": scan.text[:200],
            "outcome": scan.outcome,
            "sku": scan.goods.sku_id if scan.goods else None,
            "serial": scan.serial or None,
            "quantity": scan.quantity,
            "actor": tx.actor,
            "now": now,
        },
    )


async def forget_serials(tx: Tx, packing_id: UUID, sku_id: UUID) -> None:
    """Units of a sku went out again: whichever it was may be scanned anew."""
    await tx.run(
        """
        UPDATE packing_scan SET outcome = %(out)s
        WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND sku_id = %(sku)s AND outcome = 'right'
          AND serial IS NOT NULL
        """,
        {"shop": tx.shop_id, "packing": packing_id, "sku": sku_id, "out": ScanOutcome.TAKEN_OUT},
    )


async def put_policy(tx: Tx, policy: PackingPolicy) -> None:
    await tx.run(
        """
        INSERT INTO packing_policy (shop_id, required, weigh, photo, tolerance_g, tolerance_bp)
        VALUES (%(shop)s, %(required)s, %(weigh)s, %(photo)s, %(tolerance_g)s, %(tolerance_bp)s)
        ON CONFLICT ON CONSTRAINT packing_policy_pkey DO UPDATE
        SET required = excluded.required, weigh = excluded.weigh, photo = excluded.photo,
            tolerance_g = excluded.tolerance_g, tolerance_bp = excluded.tolerance_bp
        """,
        {
            "shop": tx.shop_id,
            "required": policy.required,
            "weigh": policy.weigh,
            "photo": policy.photo,
            "tolerance_g": policy.tolerance_g,
            "tolerance_bp": policy.tolerance_bp,
        },
    )


async def insert_carton(tx: Tx, carton: Carton) -> bool:
    """False when the shop has one of this code already."""
    return bool(
        await tx.run(
            """
            INSERT INTO carton (shop_id, id, code, length_mm, width_mm, height_mm, weight_g, carries_g, cost_minor, active)
            VALUES (%(shop)s, %(id)s, %(code)s, %(length)s, %(width)s, %(height)s, %(weight)s, %(carries)s, %(cost)s, TRUE)
            ON CONFLICT ON CONSTRAINT carton_code_once DO NOTHING
            """,
            {
                "shop": tx.shop_id,
                "id": carton.id,
                "code": carton.code,
                "length": carton.length_mm,
                "width": carton.width_mm,
                "height": carton.height_mm,
                "weight": carton.weight_g,
                "carries": carton.carries_g,
                "cost": carton.cost_minor,
            },
        )
    )


async def set_carton_active(tx: Tx, carton_id: UUID, *, active: bool) -> int:
    """How many changed: a carton that is so already does not."""
    return await tx.run(
        "UPDATE carton SET active = %(active)s WHERE shop_id = %(shop)s AND id = %(id)s AND active <> %(active)s",
        {"shop": tx.shop_id, "id": carton_id, "active": active},
    )
