"""What is sent in place of what is missing is told to whoever let it, once, and not once the order is over."""

from dataclasses import replace
from datetime import datetime

import pytest

from conftest import ShopFloor
from fulfilment.working import pay, the_task
from given import a_buyer, asked, place
from notifications.telling import Town, a_policy, a_town
from orderan.auditor import audit
from orderan.catalog import set_substitutes
from orderan.flows.cancel_order import cancel_order
from orderan.flows.pick_task import release_tasks, start_picking
from orderan.flows.place_order import Placed, PlacementLine
from orderan.flows.preview_message import preview
from orderan.flows.rescue_pick import Missing, Rescue, rescue
from orderan.flows.telling_words import Voice
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL
from orderan.notifications import Kind, default_template
from orderan.orders import Order
from orderan.shops import shop_by_id

pytestmark = pytest.mark.anyio


@pytest.fixture
async def town(floor: ShopFloor, keyring: Keyring, now: datetime) -> Town:
    """Teh may stand in for kopi."""
    town = await a_town(floor, keyring, now, teh=5)
    await floor.run(lambda tx: set_substitutes(tx, town.world.skus["kopi"], ["teh"], now=now))
    return town


async def substituted(town: Town) -> Order:
    wanted = replace(asked(buyer=a_buyer()), lines=[PlacementLine("kopi", 2, may_substitute=True)])
    [placed] = await place(town.world, town.keyring, wanted, now=town.now)
    assert isinstance(placed, Placed)
    order = placed.order
    await pay(town.world, order, now=town.now)
    task = await the_task(town.world, order)
    for step in (release_tasks, start_picking):
        await town.floor.run(lambda tx, step=step: step(tx, [task], now=town.now))
    await town.tell()
    town.posts["whatsapp"].out.clear()
    gone = Missing(1, town.world.skus["kopi"], NIL, NIL, 1, None)
    done, _ = await town.floor.run(lambda tx: rescue(tx, task, gone, now=town.now))
    assert done is Rescue.SUBSTITUTE
    return order


async def test_a_buyer_hears_once_what_is_sent_in_place_of_what(town: Town, database_url: str) -> None:
    order = await substituted(town)

    await town.tell()
    await town.floor.run(
        lambda tx: tx.run("DELETE FROM event_cursor WHERE shop_id = %(s)s", {"s": tx.shop_id})
    )
    await town.tell()

    [letter] = town.posts["whatsapp"].out
    assert letter.kind == "substituted"
    names = await town.floor.all(
        "SELECT title FROM order_line WHERE order_id = %(id)s ORDER BY line_no", id=order.id
    )
    kopi, teh = (row.title for row in names)
    assert letter.text.index(kopi) < letter.text.index(teh)
    total = f"Rp{order.total_minor:,}".replace(",", ".")
    assert total in letter.text
    assert audit(database_url, now=town.now).findings == []


async def test_it_is_not_told_of_an_order_that_was_cancelled_meanwhile(town: Town) -> None:
    order = await substituted(town)
    await town.floor.run(lambda tx: cancel_order(tx, order.id, reason="tidak jadi", now=town.now))

    await town.tell()

    assert town.posts["whatsapp"].kinds() == ["cancelled"]
    assert ("substituted", "suppressed", "overtaken") in await town.messages()


async def test_its_words_are_shown_with_a_real_one(town: Town) -> None:
    await substituted(town)

    async def shown(tx: Tx, channel: str, locale: str) -> str:
        voice = Voice(await shop_by_id(tx, tx.shop_id), town.messenger.links, a_policy())
        template = default_template(Kind.SUBSTITUTED, channel, locale)
        found = await preview(tx, template, voice, order_id=None, buyer="Ani", now=town.now)
        return found.words.text

    for locale in ("id", "en"):
        for channel in ("email", "sms"):
            text = await town.floor.run(lambda tx, c=channel, lo=locale: shown(tx, c, lo))
            assert "{{" not in text
            assert "Rp" in text
