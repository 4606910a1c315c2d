"""Letters of couriers are heard: read, matched with parcels, followed; one that breaks us holds up no other.

take      letters that wait, oldest first, each once
read      each for itself
follow    all of them together, see `follow_parcels`; where that breaks, each alone
later     one that broke is heard again, ever later, so that it moves its parcel once we are mended; a person sees
          meanwhile that word of this courier is missing
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.couriers import Notice, NoticeUnreadable, NotOffered
from orderan.flows.courier_clients import CourierClients, OpenCourier
from orderan.flows.follow_parcels import Told, follow
from orderan.kit import inbox, telemetry
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.kit.together import apart
from orderan.orders import lock_orders
from orderan.shipping import (
    PREFIX,
    Parcel,
    Source,
    WaitingLetter,
    accounts_with_broken_letters,
    behind,
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
    told = await _told(tx, read)
    everything = [one for some in told.values() for one in some]
    _, fault = await apart(tx, follow(tx, everything, now=now))
    if fault is not None:
        # In the order of orders once for all, as every batch does it: two workers do not wait for each other.
        places = await behind(tx, {one.parcel_id for one in everything})
        await lock_orders(tx, {order_id for order_id, _ in places.values()})
        for one in read:
            _, fault = await apart(tx, follow(tx, told[one.letter.id], now=now))
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


async def _told(tx: Tx, read: Sequence[_Read]) -> dict[UUID, list[Told]]:
    """What each letter says of parcels of ours, by the letter."""
    parcels: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in await parcels_with(tx, {one.awb for of in read for one in of.notices if one.awb}):
        parcels[parcel.awb].append(parcel)
    return {
        one.letter.id: [
            Told(
                parcel.id,
                notice.steps if notice.proven else None,
                one.letter.account_id,
                Source.LETTER,
                one.letter.received_at,
            )
            for notice in one.notices
            for parcel in parcels.get(notice.awb or "", ())
            if (parcel.courier == notice.courier if notice.courier else parcel.courier in one.serves)
        ]
        for one in read
    }


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
