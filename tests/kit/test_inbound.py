"""A message from outside is applied once, however often and however close together it is sent."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from inventory.racing import Meeting, Work, race
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.inbound import fresh, sweep_inbound
from orderan.shops import open_shop

pytestmark = pytest.mark.anyio

Look = Callable[..., Awaitable[set[str]]]
SEEN = "SELECT message_id FROM inbound WHERE shop_id = %(shop)s AND source = %(source)s"


async def only_looked(tx: Tx, source: str, ids: Collection[str], *, now: datetime) -> set[str]:
    """Without the guard: whatever stands there already, and no note of what is applied now."""
    seen = {row.message_id for row in await tx.all(SEEN, {"shop": tx.shop_id, "source": source})}
    return set(ids) - seen


def applying(meeting: Meeting, look: Look, now: datetime) -> Work:
    async def work(tx: Tx) -> int:
        new = await look(tx, "kurir", ["m-1", "m-2"], now=now)
        await meeting.stop()
        return len(new)

    return work


async def test_of_two_deliveries_at_once_one_is_fresh(floor: ShopFloor, now: datetime) -> None:
    meeting = Meeting(floor)

    assert sorted(await race(floor, *[applying(meeting, fresh, now)] * 2)) == [0, 2]


async def test_control_without_the_note_both_apply_it(floor: ShopFloor, now: datetime) -> None:
    meeting = Meeting(floor)

    assert await race(floor, *[applying(meeting, only_looked, now)] * 2) == [2, 2]


async def test_a_message_whose_application_failed_is_as_new_as_before(
    floor: ShopFloor, now: datetime
) -> None:
    async def fails(tx: Tx) -> None:
        assert await fresh(tx, "kurir", ["m-1"], now=now) == {"m-1"}
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await floor.run(fails)

    assert await floor.run(lambda tx: fresh(tx, "kurir", ["m-1", "m-1", "m-2"], now=now)) == {"m-1", "m-2"}
    assert await floor.run(lambda tx: fresh(tx, "kurir", ["m-2", "m-3"], now=now)) == {"m-3"}


async def test_senders_and_shops_number_their_messages_by_themselves(
    floor: ShopFloor, db: Database, now: datetime
) -> None:
    other = await db.run(
        Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="lain", name="Toko Lain", now=now)
    )
    await floor.run(lambda tx: fresh(tx, "kurir", ["m-1"], now=now))

    assert await floor.run(lambda tx: fresh(tx, "bank", ["m-1"], now=now)) == {"m-1"}
    theirs = Caller(other.shop_id, "system:test")
    assert await db.run(theirs, lambda tx: fresh(tx, "kurir", ["m-1"], now=now)) == {"m-1"}


async def test_old_messages_are_let_go_and_young_ones_stay(floor: ShopFloor, now: datetime) -> None:
    for days in (91, 90, 89):
        at = now - timedelta(days=days)
        await floor.run(lambda tx, at=at, days=days: fresh(tx, "kurir", [f"m-{days}"], now=at))

    assert await floor.run(lambda tx: sweep_inbound(tx, before=now - timedelta(days=90))) == 1

    left = await floor.all("SELECT message_id FROM inbound WHERE shop_id = %(shop)s ORDER BY message_id")
    assert [row.message_id for row in left] == ["m-89", "m-90"]
