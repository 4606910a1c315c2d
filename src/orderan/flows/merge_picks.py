"""What pickers' phones say, heard in order and once, also long after it happened.

pick     units are counted off the shelf; a task that is complete is finished, and so is a list
taken    somebody else took them meanwhile: nothing moves, and the phone tells its picker to put them back
short    see `rescue_pick`
wrong    only counted: the phone refused it by itself

Each scan is a transaction of its own, so that one that is refused holds up none after it. A scan that is
not signed by its phone, or before which one is missing, ends the batch: what comes after is not heard.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec

from orderan.flows.pick_task import Within, finish_tasks, pick
from orderan.flows.release_wave import end_walked
from orderan.flows.rescue_pick import Missing, rescue
from orderan.flows.views_waves import names_of
from orderan.fulfilment import (
    NothingLikeThatToPick,
    Pick,
    TaskNotFound,
    TaskState,
    lines_of_tasks,
    lock_tasks,
)
from orderan.inventory import BinBlocked, BinShort, UnknownBin, list_bins
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.kit.states import IllegalMove
from orderan.picking import (
    DeviceNotFound,
    Heard,
    ListNotFound,
    Outcome,
    PickList,
    Scan,
    ScanForged,
    ScanKind,
    ScanOutOfTurn,
    TakenByAnother,
    find_list,
    hear,
    last_hand,
    lists_with,
)

Said = Heard | Refusal
_ENDS = (DeviceNotFound, ScanForged, ScanOutOfTurn)


async def merge_picks(
    db: Database,
    caller: Caller,
    device_id: UUID,
    scans: Sequence[Scan],
    *,
    key: str,
    within: Within = None,
    now: datetime,
) -> list[Said]:
    """Hear scans of a phone, the lowest number first; what became of each, up to the first that is not to be heard.

    Args:
        key: The phone's, hex.

    Returns:
        The last is a refusal where the phone is unknown, a scan is forged, or one before it is missing.
    """
    answers: list[Said] = []
    for scan in sorted(scans, key=lambda scan: scan.seq):
        try:
            heard = await _hear(db, caller, device_id, scan, key=key, within=within, now=now)
        except _ENDS as refusal:
            return [*answers, refusal]
        answers.append(heard)
    return answers


async def _hear(
    db: Database, caller: Caller, device_id: UUID, scan: Scan, *, key: str, within: Within, now: datetime
) -> Heard:
    async def doing(tx: Tx, scan: Scan) -> Heard:
        return await _do(tx, scan, within=within, now=now)

    try:
        return await db.run(caller, lambda tx: hear(tx, device_id, scan, doing, key=key, now=now))
    except _ENDS:
        raise
    except Refusal as refusal:
        facts = msgspec.to_builtins(refusal.facts(), enc_hook=str)
        conflict = Heard(scan.seq, Outcome.CONFLICT, refusal.code, facts)

        async def refused(_tx: Tx, _scan: Scan) -> Heard:
            return conflict

        return await db.run(caller, lambda tx: hear(tx, device_id, scan, refused, key=key, now=now))


async def _do(tx: Tx, scan: Scan, *, within: Within, now: datetime) -> Heard:
    one = await find_list(tx, scan.list_id)
    if one is None or (within is not None and one.location_id not in within):
        raise ListNotFound(to_text("pkl", scan.list_id))
    if scan.kind is ScanKind.WRONG:
        return Heard(scan.seq, Outcome.ACCEPTED)
    if scan.task_id is None or scan.line_no is None or scan.sku_id is None:
        raise TaskNotFound("")
    if scan.owner_id is None or scan.lot_id is None:
        raise TaskNotFound(to_text("tsk", scan.task_id))
    if scan.kind is ScanKind.SHORT:
        gone = Missing(scan.line_no, scan.sku_id, scan.owner_id, scan.lot_id, scan.quantity, scan.bin_id)
        done, facts = await rescue(tx, scan.task_id, gone, within=within, now=now)
        await _end(tx, scan.task_id, one, now=now)
        return Heard(scan.seq, Outcome.ACCEPTED, done, facts)
    return await _pick(tx, scan, one, scan.task_id, within=within, now=now)


async def _pick(tx: Tx, scan: Scan, one: PickList, task_id: UUID, *, within: Within, now: datetime) -> Heard:
    assert scan.sku_id is not None
    units = Pick(scan.sku_id, scan.quantity, line_no=scan.line_no, lot_id=scan.lot_id)
    try:
        async with tx.savepoint():
            code = await _off_its_bin(tx, task_id, units, scan.bin_id, within=within, now=now)
    except NothingLikeThatToPick as refusal:
        # In the savepoint nothing was counted; what is still wanted of the units is taken, the rest goes back.
        if refusal.left:
            some = replace(units, quantity=refusal.left)
            await _off_its_bin(tx, task_id, some, scan.bin_id, within=within, now=now)
            await _finish(tx, task_id, one, within=within, now=now)
        over = await _taken(tx, scan, one, task_id, scan.quantity - refusal.left)
        return Heard(scan.seq, Outcome.CONFLICT, over.code, over.facts() | {"taken": refusal.left})
    except IllegalMove as refusal:
        raise await _taken(tx, scan, one, task_id, scan.quantity) from refusal
    await _finish(tx, task_id, one, within=within, now=now)
    return Heard(scan.seq, Outcome.ACCEPTED, code)


async def _off_its_bin(
    tx: Tx, task_id: UUID, units: Pick, bin_id: UUID | None, *, within: Within, now: datetime
) -> str:
    """Count units; from wherever else the book has them where it has none in the bin the picker took them from.

    The picker has them in hand, so that the book is wrong and not the picker; a count finds by how much.
    """
    try:
        async with tx.savepoint():
            await pick(tx, task_id, [units], bin_id=bin_id, within=within, now=now)
    except (BinShort, BinBlocked, UnknownBin) as refusal:
        await pick(tx, task_id, [units], within=within, now=now)
        return refusal.code
    return ""


async def _taken(tx: Tx, scan: Scan, one: PickList, task_id: UUID, units: int) -> TakenByAnother:
    assert scan.line_no is not None
    assert scan.sku_id is not None
    assert scan.lot_id is not None
    by = await last_hand(tx, task_id, scan.line_no, scan.sku_id, scan.lot_id)
    name = (await names_of(tx, [by])).get(by, "") if by else ""
    bins = await list_bins(tx, one.location_id, only=[scan.bin_id]) if scan.bin_id else []
    return TakenByAnother(name, bins[0].code if bins else "", units)


async def _finish(tx: Tx, task_id: UUID, one: PickList, *, within: Within, now: datetime) -> None:
    if not any(line.left for line in await lines_of_tasks(tx, [task_id])):
        await finish_tasks(tx, [task_id], within=within, now=now)
    await _end(tx, task_id, one, now=now)


async def _end(tx: Tx, task_id: UUID, one: PickList, *, now: datetime) -> None:
    """End what nothing is left to walk for: the list a scan was made with, and others of its task."""
    [task] = (await lock_tasks(tx, [task_id])).values()
    complete = task.state != TaskState.PICKING
    for list_id in sorted({one.id, *(await lists_with(tx, [task_id]) if complete else ())}):
        await end_walked(tx, list_id, now=now)
