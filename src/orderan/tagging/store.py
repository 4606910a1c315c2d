"""SQL that writes sessions, tags and notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from orderan.kit.db import Tx
from orderan.tagging.models import ContainerLine, TagClaim, TagSession


class SeenRow(NamedTuple):
    """A tag as it is kept: a unit, a container, or what could not be read."""

    epc: str
    gtin: str | None
    serial: str | None
    sscc: str | None
    fault: str | None
    reads: int
    first_at: datetime
    last_at: datetime


async def insert_session(tx: Tx, session: TagSession) -> None:
    await tx.run(
        """
        INSERT INTO tag_session (shop_id, id, purpose, target_id, location_id, opened_by, opened_at)
        VALUES (%(shop)s, %(id)s, %(purpose)s, %(target)s, %(location)s, %(by)s, %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": session.id,
            "purpose": session.purpose,
            "target": session.target_id,
            "location": session.location_id,
            "by": session.opened_by,
            "at": session.opened_at,
        },
    )


async def add_seen(tx: Tx, session_id: UUID, rows: Sequence[SeenRow]) -> None:
    """The caller sorts them by EPC, so that readers who hear the same tags at once wait for each other."""
    await tx.run(
        """
        INSERT INTO tag_seen (shop_id, session_id, epc, gtin, serial, sscc, fault, reads, first_at, last_at)
        SELECT %(shop)s, %(session)s, epc, gtin, serial, sscc, fault, reads, first_at, last_at
        FROM unnest(%(epcs)s::text[], %(gtins)s::text[], %(serials)s::text[], %(ssccs)s::text[], %(faults)s::text[],
                    %(reads)s::bigint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
             AS heard (epc, gtin, serial, sscc, fault, reads, first_at, last_at)
        ON CONFLICT (shop_id, session_id, epc) DO UPDATE
        SET reads = tag_seen.reads + excluded.reads, first_at = least(tag_seen.first_at, excluded.first_at),
            last_at = greatest(tag_seen.last_at, excluded.last_at)
        """,
        {
            "shop": tx.shop_id,
            "session": session_id,
            "epcs": [row.epc for row in rows],
            "gtins": [row.gtin for row in rows],
            "serials": [row.serial for row in rows],
            "ssccs": [row.sscc for row in rows],
            "faults": [row.fault for row in rows],
            "reads": [row.reads for row in rows],
            "firsts": [row.first_at for row in rows],
            "lasts": [row.last_at for row in rows],
        },
    )


async def set_booked(tx: Tx, session_id: UUID, units: int, *, now: datetime) -> None:
    await tx.run(
        """
        UPDATE tag_session SET booked_by = %(by)s, booked_at = %(now)s, booked_units = %(units)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND booked_at IS NULL
        """,
        {"shop": tx.shop_id, "id": session_id, "by": tx.actor, "now": now, "units": units},
    )


async def insert_units(tx: Tx, session: TagSession, claims: Sequence[TagClaim], *, now: datetime) -> set[str]:
    """EPCs of those that were not there."""
    rows = await tx.all(
        """
        INSERT INTO tag_unit (shop_id, epc, sku_id, lot_id, location_id, session_id, received_at)
        SELECT %(shop)s, epc, sku_id, lot_id, %(location)s, %(session)s, %(now)s
        FROM unnest(%(epcs)s::text[], %(skus)s::uuid[], %(lots)s::uuid[]) AS claimed (epc, sku_id, lot_id)
        ON CONFLICT (shop_id, epc) DO NOTHING
        RETURNING epc
        """,
        _of(tx, session, claims, now),
    )
    return {row.epc for row in rows}


async def move_units(tx: Tx, session: TagSession, claims: Sequence[TagClaim], *, now: datetime) -> set[str]:
    """EPCs of those that still belong to the session they belonged to when the caller looked."""
    rows = await tx.all(
        """
        UPDATE tag_unit
        SET sku_id = claimed.sku_id, lot_id = claimed.lot_id, location_id = %(location)s, session_id = %(session)s,
            received_at = %(now)s
        FROM unnest(%(epcs)s::text[], %(skus)s::uuid[], %(lots)s::uuid[], %(before)s::uuid[])
             AS claimed (epc, sku_id, lot_id, before_id)
        WHERE tag_unit.shop_id = %(shop)s AND tag_unit.epc = claimed.epc AND tag_unit.session_id = claimed.before_id
        RETURNING tag_unit.epc
        """,
        _of(tx, session, claims, now),
    )
    return {row.epc for row in rows}


def _of(tx: Tx, session: TagSession, claims: Sequence[TagClaim], now: datetime) -> dict[str, object]:
    return {
        "shop": tx.shop_id,
        "location": session.location_id,
        "session": session.id,
        "now": now,
        "epcs": [one.epc for one in claims],
        "skus": [one.sku_id for one in claims],
        "lots": [one.lot_id for one in claims],
        "before": [one.before for one in claims],
    }


async def put_notice(tx: Tx, sscc: str, *, now: datetime) -> bool:
    """Whether the carton is still to come; its notice is locked."""
    row = await tx.maybe(
        """
        INSERT INTO container_notice (shop_id, sscc, told_by, told_at)
        VALUES (%(shop)s, %(sscc)s, %(by)s, %(now)s)
        ON CONFLICT (shop_id, sscc) DO UPDATE SET told_by = excluded.told_by, told_at = excluded.told_at
        WHERE container_notice.received_at IS NULL
        RETURNING sscc
        """,
        {"shop": tx.shop_id, "sscc": sscc, "by": tx.actor, "now": now},
    )
    return row is not None


async def replace_lines(tx: Tx, sscc: str, lines: Sequence[ContainerLine]) -> None:
    await tx.run(
        "DELETE FROM container_notice_line WHERE shop_id = %(shop)s AND sscc = %(sscc)s",
        {"shop": tx.shop_id, "sscc": sscc},
    )
    await tx.run(
        """
        INSERT INTO container_notice_line (shop_id, sscc, line_no, sku_id, lot, expires_on, quantity)
        SELECT %(shop)s, %(sscc)s, line_no, sku_id, lot, expires_on, quantity
        FROM unnest(%(skus)s::uuid[], %(lots)s::text[], %(expiries)s::date[], %(quantities)s::bigint[])
             WITH ORDINALITY AS told (sku_id, lot, expires_on, quantity, line_no)
        """,
        {
            "shop": tx.shop_id,
            "sscc": sscc,
            "skus": [one.sku_id for one in lines],
            "lots": [one.lot for one in lines],
            "expiries": [one.expires_on for one in lines],
            "quantities": [one.quantity for one in lines],
        },
    )


async def take_notices(tx: Tx, session: TagSession, ssccs: Sequence[str], *, now: datetime) -> list[str]:
    rows = await tx.all(
        """
        UPDATE container_notice SET session_id = %(session)s, received_at = %(now)s
        WHERE shop_id = %(shop)s AND received_at IS NULL
          AND sscc IN (SELECT sscc FROM container_notice
                       WHERE shop_id = %(shop)s AND sscc = ANY(%(ssccs)s) AND received_at IS NULL
                       ORDER BY sscc FOR UPDATE)
        RETURNING sscc
        """,
        {"shop": tx.shop_id, "session": session.id, "ssccs": list(ssccs), "now": now},
    )
    return sorted(row.sscc for row in rows)
