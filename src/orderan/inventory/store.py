"""Writing stock: rows are locked in key order, counters and movements change together."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from orderan.inventory import bin_store
from orderan.inventory.models import Bucket, Claim, ClaimState, MovementKind, StockKey, StockRow
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Movement:
    """Units on their way from one account to another."""

    key: StockKey
    quantity: int
    from_location: UUID
    from_bucket: Bucket
    to_location: UUID
    to_bucket: Bucket
    cause_id: UUID | None = None
    reason: str | None = None


async def lock_sellable(tx: Tx, skus: Collection[UUID], *, now: datetime) -> list[StockRow]:
    """Lock every row of these skus at locations that sell, in key order.

    A lot is left out from the day it expires on, by the calendar of the place it lies at.
    """
    rows = await tx.all(
        """
        SELECT stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id, stock.expires_on,
               stock.on_hand + stock.oversell - stock.reserved - stock.allocated AS free,
               stock.oversell, location.rank, location.village_code, coalesce(stock_policy.safety, 0) AS safety
        FROM stock
        JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
        LEFT JOIN stock_policy ON stock_policy.shop_id = stock.shop_id AND stock_policy.sku_id = stock.sku_id
             AND stock_policy.location_id = stock.location_id
        WHERE stock.shop_id = %(shop)s AND stock.sku_id = ANY(%(skus)s) AND location.sells AND location.active
          AND (stock.expires_on IS NULL
               OR stock.expires_on > (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date)
        ORDER BY stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id
        FOR NO KEY UPDATE OF stock
        """,
        {"shop": tx.shop_id, "skus": list(skus), "now": now},
    )
    return [
        StockRow(
            key=StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id),
            free=row.free,
            expires_on=row.expires_on,
            rank=row.rank,
            village_code=row.village_code,
            safety=row.safety,
            oversell=row.oversell,
        )
        for row in rows
    ]


async def lock_rows(tx: Tx, keys: Collection[StockKey]) -> None:
    """Lock exactly these rows, in key order."""
    await tx.run(
        """
        SELECT 1
        FROM stock
        JOIN unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
             AS asked (sku_id, location_id, owner_id, lot_id)
             USING (sku_id, location_id, owner_id, lot_id)
        WHERE stock.shop_id = %(shop)s
        ORDER BY stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id
        FOR NO KEY UPDATE OF stock
        """,
        {"shop": tx.shop_id} | _columns(sorted(set(keys))),
    )


async def lock_every_row(tx: Tx, skus: Collection[UUID]) -> None:
    """Lock every row of these skus wherever they are, in key order."""
    await tx.run(
        """
        SELECT 1
        FROM stock
        WHERE shop_id = %(shop)s AND sku_id = ANY(%(skus)s)
        ORDER BY sku_id, location_id, owner_id, lot_id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "skus": list(skus)},
    )


async def ensure_rows(tx: Tx, keys: Collection[StockKey]) -> None:
    """Make the stock rows that are not there yet; a lot's expiry is copied onto its row."""
    await tx.run(
        """
        INSERT INTO stock (shop_id, sku_id, location_id, owner_id, lot_id, expires_on)
        SELECT %(shop)s, asked.sku_id, location_id, owner_id, lot_id, lot.expires_on
        FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
             AS asked (sku_id, location_id, owner_id, lot_id)
        LEFT JOIN lot ON lot.shop_id = %(shop)s AND lot.id = asked.lot_id
        ORDER BY asked.sku_id, location_id, owner_id, lot_id
        ON CONFLICT DO NOTHING
        """,
        {"shop": tx.shop_id} | _columns(sorted(set(keys))),
    )


def _columns(keys: Sequence[StockKey]) -> dict[str, list[UUID]]:
    return {
        "skus": [key.sku_id for key in keys],
        "locations": [key.location_id for key in keys],
        "owners": [key.owner_id for key in keys],
        "lots": [key.lot_id for key in keys],
    }


async def move(
    tx: Tx, kind: MovementKind, movements: Sequence[Movement], *, counted: Collection[UUID], now: datetime
) -> None:
    """Write movements and change the counters of both ends accordingly.

    Args:
        counted: Locations that keep counters; the other ends are accounts only. The rows must
            exist and be locked.
    """
    if not movements:
        return
    await tx.send(
        """
        INSERT INTO movement (shop_id, id, sku_id, owner_id, lot_id, quantity, from_location, from_bucket,
                              to_location, to_bucket, kind, cause_id, reason, actor, occurred_at)
        SELECT %(shop)s, id, sku_id, owner_id, lot_id, quantity, from_location, from_bucket,
               to_location, to_bucket, %(kind)s, cause_id, reason, %(actor)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[],
                    %(quantities)s::bigint[], %(from_locations)s::uuid[], %(from_buckets)s::text[],
                    %(to_locations)s::uuid[], %(to_buckets)s::text[], %(causes)s::uuid[], %(reasons)s::text[])
             AS moved (id, sku_id, owner_id, lot_id, quantity, from_location, from_bucket,
                       to_location, to_bucket, cause_id, reason)
        """,
        {
            "shop": tx.shop_id,
            "kind": kind,
            "actor": tx.actor,
            "now": now,
            "ids": [new_id() for _ in movements],
            "skus": [movement.key.sku_id for movement in movements],
            "owners": [movement.key.owner_id for movement in movements],
            "lots": [movement.key.lot_id for movement in movements],
            "quantities": [movement.quantity for movement in movements],
            "from_locations": [movement.from_location for movement in movements],
            "from_buckets": [movement.from_bucket for movement in movements],
            "to_locations": [movement.to_location for movement in movements],
            "to_buckets": [movement.to_bucket for movement in movements],
            "causes": [movement.cause_id for movement in movements],
            "reasons": [movement.reason for movement in movements],
        },
    )
    changes = _changes(movements, frozenset(counted))
    await _count(tx, changes)
    # What a picker took was taken out of its bins before; of anything else the bins have to be told.
    if fewer := [key for key, sums in changes.items() if sums[0] < 0]:
        await bin_store.empty_bins(tx, fewer, now=now)


_COUNTERS: dict[Bucket, tuple[int, ...]] = {
    # on_hand, reserved, allocated, damaged, quarantine, incoming
    Bucket.FREE: (1, 0, 0, 0, 0, 0),
    Bucket.RESERVED: (1, 1, 0, 0, 0, 0),
    Bucket.ALLOCATED: (1, 0, 1, 0, 0, 0),
    Bucket.DAMAGED: (0, 0, 0, 1, 0, 0),
    Bucket.QUARANTINE: (0, 0, 0, 0, 1, 0),
    Bucket.INCOMING: (0, 0, 0, 0, 0, 1),
}


def _changes(movements: Iterable[Movement], counted: frozenset[UUID]) -> dict[StockKey, list[int]]:
    changes: dict[StockKey, list[int]] = {}
    for movement in movements:
        for location, bucket, sign in (
            (movement.from_location, movement.from_bucket, -movement.quantity),
            (movement.to_location, movement.to_bucket, movement.quantity),
        ):
            if location in counted:
                key = movement.key
                if location != key.location_id:
                    key = key._replace(location_id=location)
                sums = changes.setdefault(key, [0] * 6)
                for index, weight in enumerate(_COUNTERS[bucket]):
                    sums[index] += sign * weight
    return changes


async def _count(tx: Tx, changes: dict[StockKey, list[int]]) -> None:
    keys = sorted(changes)
    await tx.send(
        """
        UPDATE stock
        SET on_hand = stock.on_hand + change.on_hand,
            binned = least(stock.binned, stock.on_hand + change.on_hand),
            reserved = stock.reserved + change.reserved,
            allocated = stock.allocated + change.allocated,
            damaged = stock.damaged + change.damaged,
            quarantine = stock.quarantine + change.quarantine,
            incoming = stock.incoming + change.incoming
        FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[],
                    %(c0)s::bigint[], %(c1)s::bigint[], %(c2)s::bigint[], %(c3)s::bigint[], %(c4)s::bigint[],
                    %(c5)s::bigint[])
             AS change (sku_id, location_id, owner_id, lot_id, on_hand, reserved, allocated, damaged,
                        quarantine, incoming)
        WHERE stock.shop_id = %(shop)s AND stock.sku_id = change.sku_id
          AND stock.location_id = change.location_id AND stock.owner_id = change.owner_id
          AND stock.lot_id = change.lot_id
        """,
        {"shop": tx.shop_id}
        | _columns(keys)
        | {f"c{index}": [changes[key][index] for key in keys] for index in range(6)},
        must=(len(keys), "a movement touched a stock row that does not exist"),
    )


async def insert_claims(tx: Tx, claims: Sequence[Claim], state: ClaimState) -> None:
    """Make claims, or add to those of the same line and stock row, which must be in the same state."""
    await tx.send(
        """
        INSERT INTO claim (shop_id, holder_id, line_no, sku_id, location_id, owner_id, lot_id, state, quantity)
        SELECT %(shop)s, holder_id, line_no, sku_id, location_id, owner_id, lot_id, %(state)s, quantity
        FROM unnest(%(holders)s::uuid[], %(lines)s::int[], %(skus)s::uuid[], %(locations)s::uuid[],
                    %(owners)s::uuid[], %(lots)s::uuid[], %(quantities)s::bigint[])
             AS made (holder_id, line_no, sku_id, location_id, owner_id, lot_id, quantity)
        ON CONFLICT ON CONSTRAINT claim_pkey DO UPDATE
        SET quantity = claim.quantity + excluded.quantity
        WHERE claim.state = excluded.state
        """,
        {
            "shop": tx.shop_id,
            "state": state,
            "holders": [claim.holder_id for claim in claims],
            "lines": [claim.line_no for claim in claims],
            "quantities": [claim.quantity for claim in claims],
        }
        | _columns([claim.key for claim in claims]),
        must=(len(claims), "a line holds a claim of another state on the same stock row"),
    )


_CLAIM: LiteralString = """
SELECT holder_id, line_no, sku_id, location_id, owner_id, lot_id, quantity, state
FROM claim
WHERE shop_id = %(shop)s AND holder_id = ANY(%(holders)s)
ORDER BY holder_id, line_no, sku_id, location_id, owner_id, lot_id
"""


async def claims_of(tx: Tx, holders: Collection[UUID], *, state: ClaimState | None = None) -> list[Claim]:
    """Open claims of these holders; the caller has locked the holders."""
    rows = await tx.all(_CLAIM, {"shop": tx.shop_id, "holders": list(holders)})
    return [
        Claim(
            row.holder_id,
            row.line_no,
            StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id),
            row.quantity,
        )
        for row in rows
        if state is None or row.state == state
    ]


async def shrink_claims(tx: Tx, claims: Sequence[Claim]) -> None:
    """Take units off open claims; a claim of which nothing is left is gone."""
    params = {
        "shop": tx.shop_id,
        "holders": [claim.holder_id for claim in claims],
        "lines": [claim.line_no for claim in claims],
        "quantities": [claim.quantity for claim in claims],
    } | _columns([claim.key for claim in claims])
    gone = await tx.run(
        """
        DELETE FROM claim
        USING unnest(%(holders)s::uuid[], %(lines)s::int[], %(skus)s::uuid[], %(locations)s::uuid[],
                     %(owners)s::uuid[], %(lots)s::uuid[], %(quantities)s::bigint[])
              AS part (holder_id, line_no, sku_id, location_id, owner_id, lot_id, quantity)
        WHERE claim.shop_id = %(shop)s AND claim.holder_id = part.holder_id AND claim.line_no = part.line_no
          AND claim.sku_id = part.sku_id AND claim.location_id = part.location_id
          AND claim.owner_id = part.owner_id AND claim.lot_id = part.lot_id
          AND claim.quantity = part.quantity
        """,
        params,
    )
    if gone < len(claims):
        gone += await tx.run(
            """
            UPDATE claim
            SET quantity = claim.quantity - part.quantity
            FROM unnest(%(holders)s::uuid[], %(lines)s::int[], %(skus)s::uuid[], %(locations)s::uuid[],
                        %(owners)s::uuid[], %(lots)s::uuid[], %(quantities)s::bigint[])
                 AS part (holder_id, line_no, sku_id, location_id, owner_id, lot_id, quantity)
            WHERE claim.shop_id = %(shop)s AND claim.holder_id = part.holder_id AND claim.line_no = part.line_no
              AND claim.sku_id = part.sku_id AND claim.location_id = part.location_id
              AND claim.owner_id = part.owner_id AND claim.lot_id = part.lot_id
              AND claim.quantity > part.quantity
            """,
            params,
        )
    if gone != len(claims):
        message = "claims changed while their holder was locked"
        raise AssertionError(message)


async def set_claims_allocated(tx: Tx, holders: Collection[UUID]) -> None:
    await tx.run(
        """
        UPDATE claim SET state = 'allocated'
        WHERE shop_id = %(shop)s AND holder_id = ANY(%(holders)s) AND state = 'reserved'
        """,
        {"shop": tx.shop_id, "holders": list(holders)},
    )


async def forget_words(tx: Tx, causes: Collection[UUID]) -> None:
    """Take the reasons out of movements that these caused; units, places and moments stay."""
    await tx.run(
        """
        UPDATE movement SET reason = NULL
        WHERE shop_id = %(shop)s AND cause_id = ANY(%(causes)s) AND reason IS NOT NULL
        """,
        {"shop": tx.shop_id, "causes": list(causes)},
    )
