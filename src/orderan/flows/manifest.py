"""A courier's driver at the door: every label is scanned into the van, and what was scanned leaves at once.

    open    one pick-up of a courier at a location at a time, whichever phone opens it
    scan    each label is named at once: it goes along, or why it does not; twice scanned it counts once
    close   what is ready and was not scanned is named and has to be confirmed as left behind; what was scanned and
            may not leave any more has to come out of the van first; then all of it is handed over, in one transaction

The manifest is locked before orders, tasks and bookings, and by nobody who holds one of these: a scan waits for a close
and then finds the manifest over, and a cancellation comes either before the close, which names it, or after it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.flows.hand_over import hand_over_many
from orderan.flows.packed_right import seen_at_table
from orderan.flows.pick_task import Within, lock_work
from orderan.flows.shipments import cash_of_tasks
from orderan.fulfilment import Box, lines_of_tasks
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import orders_by_id
from orderan.shipping import (
    MANIFEST_PREFIX,
    Label,
    Manifest,
    ManifestEmpty,
    ManifestEvent,
    ManifestNotFound,
    ManifestScan,
    Parcel,
    ParcelsChanged,
    ParcelsMissing,
    ScanVerdict,
    bare_awb,
    end_manifest,
    find_manifest,
    judge_label,
    keep_scans,
    locked_manifest,
    scans_on,
    take_off,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a scan; `again` where the label was on the manifest already."""

    scan: ManifestScan
    again: bool


async def manifest_at(tx: Tx, manifest_id: UUID, *, within: Within = None) -> Manifest:
    """A manifest.

    Raises:
        ManifestNotFound: The shop has none of this id, or it is at a location outside `within`.
    """
    found = await find_manifest(tx, manifest_id)
    if found is None or (within is not None and found.location_id not in within):
        raise ManifestNotFound(to_text(MANIFEST_PREFIX, manifest_id))
    return found


async def scan_labels(
    tx: Tx, manifest_id: UUID, sent: Sequence[str], *, within: Within = None, now: datetime
) -> list[Answer]:
    """Labels were scanned; each is kept and named, those that do not go along too.

    Args:
        sent: As scanners sent them.

    Raises:
        ManifestNotFound, ManifestOver: Nothing was kept.
    """
    await manifest_at(tx, manifest_id, within=within)
    manifest = await locked_manifest(tx, manifest_id)
    awbs = list(dict.fromkeys(awb for awb in map(bare_awb, sent) if awb))
    before = {scan.awb for scan in await scans_on(tx, manifest_id) if scan.verdict is ScanVerdict.READY}
    labels = await _labels(tx, manifest, awbs)
    scans = [
        ManifestScan(awb, judge_label(labels[awb], manifest), labels[awb].task_id, tx.actor, now)
        for awb in awbs
    ]
    await keep_scans(tx, manifest, scans)
    return [Answer(scan, scan.verdict is ScanVerdict.READY and scan.awb in before) for scan in scans]


async def take_label_off(tx: Tx, manifest_id: UUID, sent: str, *, within: Within = None) -> None:
    """A parcel stays here after all.

    Raises:
        ManifestNotFound, ManifestOver, LabelNotOnManifest: Nothing changed.
    """
    await manifest_at(tx, manifest_id, within=within)
    await take_off(tx, manifest_id, bare_awb(sent))


async def close_manifest(
    tx: Tx,
    manifest_id: UUID,
    *,
    left_behind: Collection[str] = (),
    within: Within = None,
    now: datetime,
) -> list[Parcel]:
    """Hand over everything that was scanned; returns the parcels.

    Args:
        left_behind: Tracking numbers that are ready and, as somebody says, stay here.

    Raises:
        ManifestNotFound, ManifestOver: It is over.
        ManifestEmpty: Nothing that goes along was scanned.
        ParcelsChanged: Scanned ones may not leave any more.
        ParcelsMissing: Others are ready, were not scanned, and nobody said that they stay.
        AwbUsed, StockShort, ClaimMissing: As `hand_over` refuses; nothing was handed over.
    """
    await manifest_at(tx, manifest_id, within=within)
    manifest = await locked_manifest(tx, manifest_id)
    scanned = [scan for scan in await scans_on(tx, manifest_id) if scan.verdict is ScanVerdict.READY]
    if not scanned:
        raise ManifestEmpty
    await lock_work(tx, {scan.task_id for scan in scanned if scan.task_id is not None})
    labels = await _labels(tx, manifest, [scan.awb for scan in scanned])
    judged = [(scan.awb, judge_label(labels[scan.awb], manifest)) for scan in scanned]
    changed = [(awb, verdict) for awb, verdict in judged if verdict is not ScanVerdict.READY]
    if changed:
        raise ParcelsChanged(tuple(sorted(changed)))
    behind = [one for one in await ready_for(tx, manifest) if one.awb not in labels]
    confirmed = set(map(bare_awb, left_behind))
    if unsaid := [one.awb for one in behind if one.awb not in confirmed]:
        raise ParcelsMissing(tuple(unsaid))
    stay = [ManifestScan(one.awb, ScanVerdict.LEFT_BEHIND, one.task_id, tx.actor, now) for one in behind]
    await keep_scans(tx, manifest, stay)
    boxes = [(scan.task_id, Box(manifest.courier, scan.awb)) for scan in scanned if scan.task_id is not None]
    parcels = await hand_over_many(tx, boxes, now=now)
    await end_manifest(tx, manifest, ManifestEvent.CLOSE, now=now)
    return parcels


async def drop_manifest(tx: Tx, manifest_id: UUID, *, within: Within = None, now: datetime) -> None:
    """The driver left without it; everything stays here.

    Raises:
        ManifestNotFound, ManifestOver: It is over.
    """
    await manifest_at(tx, manifest_id, within=within)
    await end_manifest(tx, await locked_manifest(tx, manifest_id), ManifestEvent.DROP, now=now)


@dataclass(frozen=True, slots=True)
class Ready:
    """A packed task that is booked with a manifest's courier."""

    awb: str
    task_id: UUID
    number: int


async def ready_for(tx: Tx, manifest: Manifest) -> list[Ready]:
    """What is packed at a manifest's location and booked with its courier, the longest packed first."""
    rows = await tx.all(
        """
        SELECT booking.awb, booking.task_id, sales_order.number
        FROM courier_booking AS booking
        JOIN task ON task.shop_id = booking.shop_id AND task.id = booking.task_id
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        WHERE booking.shop_id = %(shop)s AND booking.state = 'booked' AND booking.courier = %(courier)s
          AND booking.awb IS NOT NULL AND task.state = 'packed' AND task.location_id = %(location)s
        ORDER BY task.packed_at, task.id
        """,
        {"shop": tx.shop_id, "courier": manifest.courier, "location": manifest.location_id},
    )
    return [Ready(*row) for row in rows]


async def _labels(tx: Tx, manifest: Manifest, awbs: Sequence[str]) -> dict[str, Label]:
    """What is known of these tracking numbers; of a number two couriers gave, this manifest's own counts."""
    rows = await tx.all(
        """
        SELECT wanted.awb, booking.state AS booking_state, booking.courier, booking.task_id, booking.order_id,
               booking.cod_minor, task.location_id, task.state AS task_state,
               EXISTS (SELECT FROM parcel
                       WHERE parcel.shop_id = %(shop)s AND parcel.courier = coalesce(booking.courier, %(courier)s)
                         AND parcel.awb = wanted.awb) AS gone
        FROM unnest(%(awbs)s::text[]) AS wanted (awb)
        LEFT JOIN LATERAL (
            SELECT one.state, one.courier, one.task_id, one.order_id, one.cod_minor
            FROM courier_booking AS one
            WHERE one.shop_id = %(shop)s AND one.awb = wanted.awb
            ORDER BY one.courier = %(courier)s DESC, one.state = 'booked' DESC, one.wanted_at DESC
            LIMIT 1
        ) AS booking ON TRUE
        LEFT JOIN task ON task.shop_id = %(shop)s AND task.id = booking.task_id
        """,
        {"shop": tx.shop_id, "courier": manifest.courier, "awbs": list(awbs)},
    )
    packed = [row for row in rows if row.task_state == "packed"]
    held, parcels = await _held(tx, packed)
    return {
        row.awb: Label(
            row.awb,
            row.booking_state,
            row.courier,
            row.task_id,
            row.location_id,
            row.task_state,
            left=row.gone,
            held=row.task_id in held,
            parcels=parcels.get(row.task_id, 1),
        )
        for row in rows
    }


async def _held(tx: Tx, packed: Sequence[Any]) -> tuple[set[UUID], dict[UUID, int]]:
    """Packed tasks the table has not let go of or whose cash differs from what was booked, and their parcels."""
    tasks = [row.task_id for row in packed]
    if not tasks:
        return set(), {}
    seen = await seen_at_table(tx, tasks, await lines_of_tasks(tx, tasks))
    orders = await orders_by_id(tx, {row.order_id for row in packed})
    cash = await cash_of_tasks(tx, list(orders.values()))
    held = {
        row.task_id for row in packed if seen[row.task_id].why or row.cod_minor != cash.get(row.task_id, 0)
    }
    return held, {task: len(one.parcels) for task, one in seen.items() if one.parcels}
