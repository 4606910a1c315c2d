"""Letters of couriers are heard: read, matched with parcels, followed; one that breaks us holds up no other.

take      letters that wait, oldest first, each once
read      each for itself
book      what a letter tells of a booking: its number that came later, another price, that nobody will carry it; a
          parcel that left by a booking is known by the courier's name for it as well, without its number
follow    all of them together, see `follow_parcels`; where that breaks, each alone
later     one that broke is heard again, ever later, so that it moves its parcel once we are mended; a person sees
          meanwhile that word of this courier is missing
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.couriers import Notice, NoticeUnreadable, NotOffered, Status
from orderan.flows.courier_clients import CourierClients, OpenCourier
from orderan.flows.follow_parcels import Told, follow
from orderan.flows.hear_bookings import hear_bookings
from orderan.kit import inbox, telemetry
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.kit.together import apart
from orderan.orders import Order, lock_orders
from orderan.shipping import (
    PREFIX,
    Parcel,
    Renamed,
    Source,
    WaitingLetter,
    accounts_with_broken_letters,
    bookings_named,
    hear_later,
    mark_heard,
    open_courier_letter,
    parcels_with,
    take_letters,
)

BATCH: Final = 500
AGAIN: Final = timedelta(minutes=5)
"""After the first time; twice as long after each other one."""
LONGEST_WAIT: Final = timedelta(days=1)
KIND: Final = "courier_letters_unreadable"

_log = telemetry.log("orderan.couriers")


@dataclass(frozen=True, slots=True)
class _Read:
    """A letter and what it says; `serves` are the couriers whose parcels its account follows."""

    letter: WaitingLetter
    serves: frozenset[str]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class _Meant:
    """What notices are about: parcels by number, the turn of a notice with its booking, and their locked orders."""

    parcels: Mapping[str, Sequence[Parcel]]
    bookings: Sequence[tuple[int, UUID]]
    orders: Mapping[UUID, Order]


async def hear_couriers(tx: Tx, clients: CourierClients, *, now: datetime) -> int:
    """Hear what waits of a shop's couriers; returns how many letters were looked at."""
    waiting = await take_letters(tx, limit=BATCH, now=now)
    if not waiting:
        return 0
    broken: dict[UUID, WaitingLetter] = {}
    couriers = {
        account_id: await apart(tx, clients.of_account(tx, account_id))
        for account_id in sorted({one.account_id for one in waiting})
    }
    read: list[_Read] = []
    for letter in waiting:
        found, fault = _read(tx.shop_id, *couriers[letter.account_id], letter)
        if fault is not None:
            _tell(letter, fault)
            broken[letter.id] = letter
        elif found is not None:
            read.append(found)
    _, fault = await apart(tx, _hear(tx, read, now=now))
    if fault is not None:
        # In the order of orders once for all, as every batch does it: two workers do not wait for each other.
        await _lock(tx, [(one, notice) for one in read for notice in one.notices])
        for one in read:
            _, fault = await apart(tx, _hear(tx, [one], now=now))
            if fault is not None:
                _tell(one.letter, fault)
                broken[one.letter.id] = one.letter
    await mark_heard(tx, [one.id for one in waiting if one.id not in broken], now=now)
    await _set_aside(tx, waiting, list(broken.values()), now=now)
    return len(waiting)


def _read(
    shop_id: int, courier: OpenCourier | None, broken: Exception | None, letter: WaitingLetter
) -> tuple[_Read | None, Exception | None]:
    """What a letter says, None where its account was opened for something else since; and what broke it.

    Args:
        broken: What broke the account itself, of which there is no courier then.
    """
    if courier is None:
        return None, broken
    try:
        body = open_courier_letter(shop_id, courier.key, letter.letter)
        notices = courier.client.read_notice(body)
    except (NoticeUnreadable, NotOffered):
        return None, None
    except Exception as fault:  # noqa: BLE001 - it is told, and holds up no other
        return None, fault
    return _Read(letter, courier.client.serves, tuple(notices)), None


async def _hear(tx: Tx, read: Sequence[_Read], *, now: datetime) -> None:
    """Bookings and parcels of ours move by what letters say of them."""
    said = [(one, notice) for one in read for notice in one.notices]
    meant = await _lock(tx, said)
    bookings = await hear_bookings(
        tx,
        [(_renamed(*said[turn]), booking) for turn, booking in meant.bookings],
        meant.orders,
        now=now,
    )
    left = {turn: bookings[booking].parcel_id for turn, booking in meant.bookings}
    told = []
    for turn, (one, notice) in enumerate(said):
        ids = {
            parcel.id
            for parcel in meant.parcels.get(notice.awb or "", ())
            if (parcel.courier == notice.courier if notice.courier else parcel.courier in one.serves)
        }
        if (named_so := left.get(turn)) is not None:
            ids.add(named_so)
        steps = notice.steps if notice.proven else None
        letter = one.letter
        told += [
            Told(parcel, steps, letter.account_id, Source.LETTER, letter.received_at)
            for parcel in sorted(ids)
        ]
    await follow(tx, told, now=now)


async def _lock(tx: Tx, said: Sequence[tuple[_Read, Notice]]) -> _Meant:
    """Find what notices are about and lock its orders in one go, so that two who hear at once wait for each other."""
    parcels: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in await parcels_with(tx, {notice.awb for _, notice in said if notice.awb}):
        parcels[parcel.awb].append(parcel)
    named = await bookings_named(tx, [_renamed(one, notice) for one, notice in said])
    orders = {parcel.order_id for some in parcels.values() for parcel in some}
    locked = await lock_orders(tx, orders | {order_id for *_, order_id in named})
    return _Meant(parcels, [(turn, booking) for turn, booking, _ in named], locked)


def _renamed(read: _Read, notice: Notice) -> Renamed:
    """What a letter tells of a booking; one that proves nothing tells nothing but which one to ask about."""
    account_id = read.letter.account_id
    if not notice.proven:
        return Renamed(account_id, notice.reference, notice.key)
    ended = next((step.word or step.code for step in notice.steps if step.status is Status.CANCELLED), None)
    return Renamed(
        account_id,
        notice.reference,
        notice.key,
        awb=notice.awb,
        routing_code=notice.routing_code,
        cost_minor=notice.cost_minor,
        ended=ended,
        proven=True,
    )


def _tell(letter: WaitingLetter, fault: Exception) -> None:
    _log.error(
        "a courier's letter breaks us", letter=str(letter.id), account=str(letter.account_id), exc_info=fault
    )


async def _set_aside(
    tx: Tx, waiting: Sequence[WaitingLetter], broken: Sequence[WaitingLetter], *, now: datetime
) -> None:
    """Letters that broke wait longer and a person sees it, until those of their account were heard after all."""
    if broken:
        waits = [(one.id, now + min(AGAIN * 2**one.tries, LONGEST_WAIT)) for one in broken]
        await hear_later(tx, waits)
        accounts = {one.account_id for one in broken}
        await inbox.report(tx, [_stuck(account_id) for account_id in sorted(accounts)], now=now)
    if again := {one.account_id for one in waiting if one.tries}:
        heard = again - await accounts_with_broken_letters(tx)
        await inbox.settle(tx, [_key(one) for one in sorted(heard)], note="heard after all", now=now)


def _key(account_id: UUID) -> str:
    return f"courier_letters_broken:{account_id}"


def _stuck(account_id: UUID) -> Stuck:
    return Stuck(
        kind=KIND,
        reason="broken",
        subject_kind="courier_account",
        subject_id=account_id,
        dedupe_key=_key(account_id),
        payload={"account": to_text(PREFIX, account_id)},
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=N_(
            "Cocokkan paket dari kurir ini dengan dasbornya. Satu kabarnya gagal dibaca karena kesalahan Orderan dan "
            "dicoba lagi sendiri; beri tahu pengelolanya."
        ),
    )
