"""A parcel that could not be handed over: its buyer says what is to be done, by a link that takes one word.

failed      a door is opened with the failed try, and the message about it leads there
wished      another day, elsewhere, or not any more: somebody of the shop tells the courier, as the inbox says;
own vans leave it out until the day by themselves
told        somebody did
overtaken   it is on its way to the door again, arrived, turned round or is gone: no word counts any more
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.customers import seals_for
from orderan.flows.pick_task import Within
from orderan.flows.put_off_stop import put_off_stop
from orderan.flows.views_days import doors_of
from orderan.fulfilment import lock_tasks
from orderan.kit import inbox
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.orders import Order, lock_orders, orders_by_id
from orderan.shipping import (
    DOOR_PREFIX,
    OWN_FLEET,
    DoorNotFound,
    DoorState,
    DoorWish,
    MissedDoor,
    Parcel,
    WishDayUnusable,
    WishUnusable,
    WishWordsUnusable,
    close_doors,
    door_with_id,
    expect_parcel,
    last_door,
    locked_door,
    open_doors,
    parcels_of,
    tell_courier,
    wish,
)

KIND: Final = "door_wish"
OFFERED_DAYS: Final = 7
"""So many days from tomorrow on may be chosen: couriers keep a parcel about a week."""
SHORTEST, LONGEST = 10, 500
TABLE: Final = "missed_door"
"""Of sealed words, as it is bound into their ciphertext."""
STEPS: Final[Mapping[DoorWish, str]] = {
    DoorWish.ANOTHER_DAY: N_("Minta kurir mengantar lagi pada hari yang dipilih pembeli."),
    DoorWish.OTHER_ADDRESS: N_("Sampaikan alamat baru pembeli ke kurir."),
    DoorWish.SEND_BACK: N_("Pembeli tidak jadi: minta kurir mengirim balik paketnya."),
}


@dataclass(frozen=True, slots=True)
class Door:
    """A missed door as its page shows it.

    Attributes:
        days: That may be chosen, the first first.
    """

    door: MissedDoor
    parcel: Parcel
    number: int
    days: tuple[date, ...]

    @property
    def open(self) -> bool:
        """Whether a word still decides something."""
        return self.door.state == DoorState.WAITING


async def missed(tx: Tx, parcels: Sequence[Parcel], *, now: datetime) -> None:
    """Nobody took these parcels of locked orders: their buyers may say what is to be done."""
    await _settle(tx, await open_doors(tx, parcels, now=now), note="parcel moved on", now=now)


async def went_on(tx: Tx, parcels: Collection[UUID], *, now: datetime) -> None:
    """These parcels of locked orders are on their way to their doors again, or will never be."""
    await _settle(tx, await close_doors(tx, parcels, now=now), note="parcel moved on", now=now)


async def door_seen(tx: Tx, door_id: UUID, *, now: datetime) -> Door:
    """A missed door; nothing is locked.

    Raises:
        DoorNotFound: There is none.
    """
    door = await door_with_id(tx, door_id)
    if door is None:
        raise DoorNotFound(to_text(DOOR_PREFIX, door_id))
    return await _seen(tx, door, now=now)


async def door_of_parcel(tx: Tx, parcel_id: UUID, *, now: datetime) -> Door | None:
    """The last missed door of a parcel."""
    door = await last_door(tx, parcel_id)
    return None if door is None else await _seen(tx, door, now=now)


async def _seen(tx: Tx, door: MissedDoor, *, now: datetime) -> Door:
    parcel = next(one for one in await parcels_of(tx, door.order_id) if one.id == door.parcel_id)
    order = (await orders_by_id(tx, [door.order_id]))[door.order_id]
    zone = (await doors_of(tx, [parcel.id]))[parcel.id].zone
    return Door(door, parcel, order.number, _days(now, zone))


def _days(now: datetime, zone: str) -> tuple[date, ...]:
    today = now.astimezone(ZoneInfo(zone)).date()
    return tuple(today + timedelta(days=ahead) for ahead in range(1, OFFERED_DAYS + 1))


async def wish_at_door(
    tx: Tx,
    keyring: Keyring,
    door_id: UUID,
    wished: DoorWish | None,
    *,
    deliver_on: date | None = None,
    words: str = "",
    now: datetime,
) -> MissedDoor:
    """The buyer says what is to be done; once.

    Args:
        deliver_on: Of another day, which.
        words: Of another address, where, in their words; sealed with their key.

    Raises:
        DoorNotFound, DoorOver: There is none, it was answered, or the parcel went on.
        WishUnusable, WishDayUnusable, WishWordsUnusable: Of what they said; nothing changed.
    """
    seen = await door_seen(tx, door_id, now=now)
    order = (await lock_orders(tx, [seen.door.order_id]))[seen.door.order_id]
    door = await locked_door(tx, door_id)
    if wished is None:
        raise WishUnusable
    if wished is DoorWish.ANOTHER_DAY and deliver_on not in seen.days:
        raise WishDayUnusable
    text = words.strip()
    sealed = None
    if wished is DoorWish.OTHER_ADDRESS:
        if not SHORTEST <= len(text) <= LONGEST:
            raise WishWordsUnusable
        sealed = await _shut(tx, keyring, order, text)
    after = await wish(
        tx,
        door,
        wished,
        deliver_on=deliver_on if wished is DoorWish.ANOTHER_DAY else None,
        words_enc=sealed,
        now=now,
    )
    if after.deliver_on is not None:
        await expect_parcel(tx, seen.parcel, str(wished), deliver_on=after.deliver_on, now=now)
        await put_off_stop(tx, door.parcel_id, now=now)
        if seen.parcel.courier == OWN_FLEET:
            return await tell_courier(tx, after, now=now)
    await inbox.report(tx, [_entry(after, seen.parcel, order, now=now)], now=now)
    return after


async def words_of(tx: Tx, keyring: Keyring, door: MissedDoor) -> str:
    """Where its buyer wants it, in their words; empty where they said none or were erased."""
    if not door.words_enc:
        return ""
    order = (await orders_by_id(tx, [door.order_id]))[door.order_id]
    seals = await seals_for(tx, keyring, [order.customer_id] if order.customer_id else [])
    seal = seals.get(order.customer_id) if order.customer_id else None
    return (seal.open(TABLE, "words", door.words_enc) or "") if seal else ""


async def pass_on(tx: Tx, door_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Somebody told the courier what its buyer wants.

    Raises:
        DoorNotFound: There is none, or its parcel left from a location outside `within`.
        IllegalMove: Nothing was said, or it was passed on already.
    """
    seen = await door_seen(tx, door_id, now=now)
    await lock_orders(tx, [seen.door.order_id])
    if within is not None:
        await lock_tasks(tx, {seen.parcel.task_id}, within=within)
    await tell_courier(tx, await locked_door(tx, door_id), now=now)
    await _settle(tx, [door_id], note="courier told", now=now)


async def _shut(tx: Tx, keyring: Keyring, order: Order, text: str) -> bytes:
    seals = await seals_for(tx, keyring, [order.customer_id] if order.customer_id else [])
    seal = seals.get(order.customer_id) if order.customer_id else None
    return seal.shut(TABLE, "words", text) if seal else b""


async def _settle(tx: Tx, doors: Collection[UUID], *, note: str, now: datetime) -> None:
    if doors:
        await inbox.settle(tx, [_key(door) for door in doors], note=note, now=now)


def _key(door_id: UUID) -> str:
    return f"{KIND}:{door_id}"


def _entry(door: MissedDoor, parcel: Parcel, order: Order, *, now: datetime) -> Stuck:
    return Stuck(
        kind=KIND,
        reason=door.wish or "",
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=_key(door.id),
        payload={
            "number": order.number,
            "courier": parcel.courier,
            "awb": parcel.awb,
            "parcel": to_text("pcl", parcel.id),
        },
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=now + timedelta(days=1),
        next_step=STEPS[DoorWish(door.wish or "")],
    )
