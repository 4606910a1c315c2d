"""Writing phones and what they say."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.picking.models import Device, Heard, Outcome, Scan


async def insert_device(tx: Tx, device_id: UUID, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO pick_device (shop_id, id, actor, seq, opened_at, heard_at)
        VALUES (%(shop)s, %(id)s, %(actor)s, 0, %(now)s, %(now)s)
        """,
        {"shop": tx.shop_id, "id": device_id, "actor": tx.actor, "now": now},
    )


async def lock_device(tx: Tx, device_id: UUID) -> Device | None:
    row = await tx.maybe(
        """
        SELECT id, actor, seq FROM pick_device WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": device_id},
    )
    return None if row is None else Device(*row)


async def heard_before(tx: Tx, device_id: UUID, seq: int) -> tuple[str, Heard] | None:
    """The signature of a scan that was heard, and what became of it."""
    row = await tx.maybe(
        """
        SELECT signature, outcome, code, facts
        FROM pick_event
        WHERE shop_id = %(shop)s AND device_id = %(device)s AND seq = %(seq)s
        """,
        {"shop": tx.shop_id, "device": device_id, "seq": seq},
    )
    if row is None:
        return None
    return row.signature, Heard(seq, Outcome(row.outcome), row.code, row.facts, again=True)


async def insert_scan(
    tx: Tx, device_id: UUID, scan: Scan, heard: Heard, *, happened_at: datetime, now: datetime
) -> None:
    """Write down a scan and count its phone on."""
    await tx.run(
        """
        INSERT INTO pick_event (shop_id, device_id, seq, kind, list_id, task_id, line_no, sku_id, owner_id, lot_id, bin_id,
                                quantity, scanned, happened_at, heard_at, actor, signature, outcome, code, facts)
        VALUES (%(shop)s, %(device)s, %(seq)s, %(kind)s, %(list)s, %(task)s, %(line)s, %(sku)s, %(owner)s, %(lot)s,
                %(bin)s, %(quantity)s, %(scanned)s, %(happened)s, %(now)s, %(actor)s, %(signature)s, %(outcome)s,
                %(code)s, %(facts)s)
        """,
        {
            "shop": tx.shop_id,
            "device": device_id,
            "seq": scan.seq,
            "kind": scan.kind,
            "list": scan.list_id,
            "task": scan.task_id,
            "line": scan.line_no,
            "sku": scan.sku_id,
            "owner": scan.owner_id,
            "lot": scan.lot_id,
            "bin": scan.bin_id,
            "quantity": scan.quantity,
            "scanned": scan.scanned,
            "happened": happened_at,
            "now": now,
            "actor": tx.actor,
            "signature": scan.signature,
            "outcome": heard.outcome,
            "code": heard.code,
            "facts": Jsonb(dict(heard.facts)),
        },
    )
    await tx.run(
        "UPDATE pick_device SET seq = %(seq)s, heard_at = %(now)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": device_id, "seq": scan.seq, "now": now},
    )
