"""That an order is packed is told where the shop wants it: once, when all of it is, and not after it left."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import packed, pay, shipped, tasks
from given import a_buyer, asked, place
from notifications.telling import Town, a_policy, a_town
from orderan.auditor import audit
from orderan.flows.cancel_order import cancel_order
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.place_order import Placed
from orderan.flows.preview_message import preview
from orderan.flows.telling_words import Voice
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.notifications import Kind, default_template
from orderan.orders import Order
from orderan.shops import shop_by_id

pytestmark = pytest.mark.anyio
TELLS = a_policy("whatsapp", silent=frozenset())


@pytest.fixture
async def town(floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str) -> AsyncIterator[Town]:
    town = await a_town(floor, keyring, now, policy=TELLS)
    yield town
    assert audit(database_url, now=town.now).findings == []


async def paid(town: Town) -> Order:
    order = await town.order()
    await pay(town.world, order, now=town.now)
    await town.tell()
    town.posts["whatsapp"].out.clear()
    return order


async def told(town: Town) -> list[str]:
    await town.tell()
    return town.posts["whatsapp"].kinds()


async def test_a_packed_order_is_told_once_however_often_the_fact_is_heard(town: Town) -> None:
    order = await paid(town)
    await packed(town.world, order, now=town.now)
    assert await told(town) == ["packed"]
    assert f"{order.number} sudah dikemas" in town.posts["whatsapp"].out[-1].text
    await town.floor.run(
        lambda tx: tx.run("DELETE FROM event_cursor WHERE shop_id = %(s)s", {"s": tx.shop_id})
    )
    assert await told(town) == ["packed"]


async def test_what_left_or_was_cancelled_is_not_told_as_packed(town: Town) -> None:
    gone = await paid(town)
    await shipped(town.world, gone, now=town.now)
    assert await told(town) == ["shipped"]

    called_off = await paid(town)
    await packed(town.world, called_off, now=town.now)
    await town.floor.run(lambda tx: cancel_order(tx, called_off.id, reason="batal", now=town.now))
    assert "packed" not in await told(town)


async def test_an_order_packed_in_two_places_is_told_when_the_second_is_done(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now, policy=TELLS, stock=1, second=1)
    [placed] = await place(town.world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)
    assert isinstance(placed, Placed)
    await pay(town.world, placed.order, now=now)
    await town.tell()
    town.posts["whatsapp"].out.clear()
    first, second = await tasks(town.world, placed.order)
    await pack_one(town, first)
    assert await told(town) == []
    town.later(timedelta(minutes=20))
    assert await told(town) == []
    await pack_one(town, second)
    town.later(timedelta(minutes=20))
    assert await told(town) == ["packed"]


async def pack_one(town: Town, task: UUID) -> None:
    async def command(tx: Tx) -> None:
        await release_tasks(tx, [task], now=town.now)
        await start_picking(tx, [task], now=town.now)
        await finish_tasks(tx, [task], take_all=True, now=town.now)
        await pack(tx, [task], now=town.now)

    await town.floor.run(command)


async def test_a_shop_that_does_not_want_it_keeps_nothing_of_it(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now)
    order = await paid(town)
    await packed(town.world, order, now=town.now)
    assert await told(town) == []
    assert "packed" not in {kind for kind, _, _ in await town.messages()}


@pytest.mark.parametrize("language", ["id", "en"])
async def test_its_words_are_shown_with_a_real_order(town: Town, language: str) -> None:
    order = await paid(town)

    async def shown(tx: Tx) -> str:
        voice = Voice(await shop_by_id(tx, tx.shop_id), town.messenger.links, TELLS)
        template = default_template(Kind.PACKED, "whatsapp", language)
        found = await preview(tx, template, voice, order_id=None, buyer="Ani", now=town.now)
        return found.words.text

    assert str(order.number) in await town.floor.run(shown)
