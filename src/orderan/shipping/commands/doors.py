"""Doors at which nobody took a parcel: opened, answered, told, over. The caller has locked their orders."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.shipping import store_doors as store
from orderan.shipping.doors import DoorWish, MissedDoor
from orderan.shipping.errors_doors import DoorNotFound, DoorOver
from orderan.shipping.events import DoorWished
from orderan.shipping.models import Parcel
from orderan.shipping.states import DOOR, DoorEvent, DoorState

DOOR_PREFIX: Final = "dor"


async def open_doors(tx: Tx, parcels: Sequence[Parcel], *, now: datetime) -> list[UUID]:
    """Nobody took these parcels; what was open of an earlier try is over. Returns the doors that are over."""
    over = await close_doors(tx, [parcel.id for parcel in parcels], now=now)
    doors = [
        MissedDoor(
            id=new_id(),
            order_id=parcel.order_id,
            parcel_id=parcel.id,
            state=str(DOOR.initial),
            wish=None,
            deliver_on=None,
            words_enc=None,
            missed_at=now,
            wished_at=None,
            moved_at=now,
            moved_by=tx.actor,
        )
        for parcel in parcels
    ]
    await store.insert_doors(tx, doors)
    return over


async def close_doors(tx: Tx, parcels: Collection[UUID], *, now: datetime) -> list[UUID]:
    """These parcels went on: what their buyers say about the last try changes nothing. Returns the doors."""
    return await store.end_doors(tx, parcels, becomes=str(DoorState.OVERTAKEN), now=now)


async def wish(
    tx: Tx,
    door: MissedDoor,
    wished: DoorWish,
    *,
    deliver_on: date | None = None,
    words_enc: bytes | None = None,
    now: datetime,
) -> MissedDoor:
    """Take the buyer's word about a locked door; it has one.

    Raises:
        DoorOver: It was answered, or the parcel went on.
    """
    if not DOOR.allows(DoorState(door.state), DoorEvent.WISH):
        raise DoorOver
    after = replace(
        door,
        state=str(DoorState.WISHED),
        wish=str(wished),
        deliver_on=deliver_on,
        words_enc=words_enc,
        wished_at=now,
        moved_at=now,
        moved_by=tx.actor,
    )
    await _save(tx, after, was=door.state)
    told = deliver_on.isoformat() if deliver_on else None
    await record(tx, door.order_id, DoorWished(door.id, door.parcel_id, str(wished), told), now=now)
    return after


async def tell_courier(tx: Tx, door: MissedDoor, *, now: datetime) -> MissedDoor:
    """Somebody passed the buyer's word on to the courier.

    Raises:
        IllegalMove: There is no word, or it was passed on.
    """
    becomes = DOOR.after(DoorState(door.state), DoorEvent.TELL)
    after = replace(door, state=str(becomes), moved_at=now, moved_by=tx.actor)
    await _save(tx, after, was=door.state)
    trace = Trace(
        "door.tell",
        "missed_door",
        to_text(DOOR_PREFIX, door.id),
        {"state": door.state},
        {"state": after.state, "wish": after.wish},
    )
    await leave(tx, trace, now=now)
    return after


async def locked_door(tx: Tx, door_id: UUID) -> MissedDoor:
    """A door, held until the end of the transaction.

    Raises:
        DoorNotFound: There is none.
    """
    door = await store.door_with_id(tx, door_id, lock=True)
    if door is None:
        raise DoorNotFound(to_text(DOOR_PREFIX, door_id))
    return door


async def _save(tx: Tx, door: MissedDoor, *, was: str) -> None:
    if not await store.save_door(tx, door, was=was):
        message = "a door moved while it was locked"
        raise AssertionError(message)
