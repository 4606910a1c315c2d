"""What raises "where is my order" is told before it is asked: failed tries, other days, ways back, changes, returns."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest

from conftest import ShopFloor
from fulfilment.working import delivered, pay, shipped
from given import a_buyer, asked, place
from notifications.telling import Town, a_policy, a_town
from orderan.auditor import audit
from orderan.flows.cancel_order import cancel_order
from orderan.flows.deliver import move_on
from orderan.flows.hear_day import answer_day_by_hand
from orderan.flows.place_order import Placed
from orderan.flows.preview_message import preview
from orderan.flows.settle_return import ask_return, decide_return, receive_goods_back
from orderan.flows.telling_words import Voice
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.notifications import Kind, default_template
from orderan.orders import Units
from orderan.returns import ReturnEvent, Wanted
from orderan.shipping import Parcel, ParcelEvent
from orderan.shops import shop_by_id
from orderan.verification import AttemptEvent

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture
async def town(floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str) -> AsyncIterator[Town]:
    town = await a_town(floor, keyring, now)
    yield town
    assert audit(database_url, now=town.now).findings == []


async def on_the_road(town: Town) -> Parcel:
    """A parcel of a paid order, of which everything so far was told."""
    order = await town.order()
    await pay(town.world, order, now=town.now)
    [parcel] = await shipped(town.world, order, now=town.now)
    await town.tell()
    town.posts["whatsapp"].out.clear()
    return parcel


async def moved(town: Town, parcel: Parcel, event: ParcelEvent) -> None:
    town.later(HOUR)
    await town.floor.run(lambda tx: move_on(tx, [parcel.id], event, now=town.now))


async def told(town: Town) -> list[str]:
    await town.tell()
    return town.posts["whatsapp"].kinds()


async def test_each_time_nobody_took_a_parcel_is_told_and_heard_twice_it_is_told_once(
    town: Town,
) -> None:
    parcel = await on_the_road(town)
    await moved(town, parcel, ParcelEvent.GO_OUT)
    await moved(town, parcel, ParcelEvent.FAIL)
    assert await told(town) == ["attempt_failed"], "what it overtook is not true any more"
    assert "002589984055" in town.posts["whatsapp"].out[-1].text
    await moved(town, parcel, ParcelEvent.GO_OUT)
    await moved(town, parcel, ParcelEvent.FAIL)
    assert await told(town) == ["attempt_failed", "attempt_failed"]

    await town.floor.run(
        lambda tx: tx.run("DELETE FROM event_cursor WHERE shop_id = %(s)s", {"s": tx.shop_id})
    )
    assert await told(town) == ["attempt_failed", "attempt_failed"]


async def test_a_try_that_failed_is_not_told_once_the_parcel_arrived_or_is_out_again(town: Town) -> None:
    first = await on_the_road(town)
    await moved(town, first, ParcelEvent.FAIL)
    await moved(town, first, ParcelEvent.DELIVER)
    assert await told(town) == ["delivered"]
    assert ("attempt_failed", "suppressed", "overtaken") in await town.messages()


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        ([ParcelEvent.SEND_BACK], ["coming_back"]),
        ([ParcelEvent.LOSE], ["parcel_lost"]),
        ([ParcelEvent.DAMAGE], ["parcel_lost"]),
        ([ParcelEvent.GO_OUT, ParcelEvent.FAIL, ParcelEvent.SEND_BACK], ["coming_back"]),
        ([ParcelEvent.SEND_BACK, ParcelEvent.LOSE], ["parcel_lost"]),
        # Couriers take a parcel to their hub for the night.
        ([ParcelEvent.GO_OUT, ParcelEvent.FAIL, ParcelEvent.MOVE], ["attempt_failed"]),
    ],
)
async def test_of_what_befell_a_parcel_the_last_that_is_true_is_told(
    town: Town, events: list[ParcelEvent], kinds: list[str]
) -> None:
    parcel = await on_the_road(town)
    for event in events:
        await moved(town, parcel, event)
    assert await told(town) == kinds


async def test_the_day_a_parcel_was_put_off_to_is_told_each_time_it_changes(town: Town) -> None:
    parcel = await on_the_road(town)

    async def put_off(day: date) -> None:
        await town.floor.run(
            lambda tx: answer_day_by_hand(tx, parcel.id, AttemptEvent.PUT_OFF, put_off_to=day, now=town.now)
        )

    today = town.now.date()
    await put_off(today + timedelta(days=2))
    await put_off(today + timedelta(days=3))
    assert await told(town) == ["postponed"], "only the day that holds is told"
    assert f"{today.day + 3} Nov" in town.posts["whatsapp"].out[-1].text
    await put_off(today + timedelta(days=5))
    assert await told(town) == ["postponed", "postponed"]
    assert f"{today.day + 5} Nov" in town.posts["whatsapp"].out[-1].text


async def test_that_somebody_is_home_is_no_news_to_the_buyer_who_said_so(town: Town) -> None:
    parcel = await on_the_road(town)
    await town.floor.run(
        lambda tx: answer_day_by_hand(tx, parcel.id, AttemptEvent.CONFIRM, note="telepon", now=town.now)
    )
    assert await told(town) == []


async def test_an_order_that_changed_is_told_with_its_new_total_and_a_cancelled_one_only_as_cancelled(
    town: Town, keyring: Keyring
) -> None:
    orders = []
    for name, phone in (("Ani", "+6281234567891"), ("Budi", "+6281234567892")):
        [placed] = await place(
            town.world, keyring, asked(("kopi", 3), buyer=a_buyer(name, phone)), now=town.now
        )
        assert isinstance(placed, Placed)
        orders.append(placed.order)
        await pay(town.world, placed.order, now=town.now)
    await town.tell()
    town.posts["whatsapp"].out.clear()
    for order in orders:
        await town.floor.run(
            lambda tx, order=order: cancel_order(
                tx, order.id, units=[Units(1, 1)], reason="rusak", now=town.now
            )
        )
    await town.floor.run(lambda tx: cancel_order(tx, orders[1].id, reason="tidak jadi", now=town.now))

    assert sorted(await told(town)) == ["cancelled", "changed"]
    [text] = [one.text for one in town.posts["whatsapp"].out if one.kind == "changed"]
    total = await town.floor.value("SELECT total_minor FROM sales_order WHERE id = %(id)s", id=orders[0].id)
    assert f"Rp{total:,}".replace(",", ".") in text
    assert ("changed", "suppressed", "overtaken") in await town.messages()

    await town.floor.run(
        lambda tx: cancel_order(tx, orders[0].id, units=[Units(1, 1)], reason="rusak", now=town.now)
    )
    assert (await told(town))[-1] == "changed"
    assert (await told(town)).count("changed") == 2


async def test_a_return_is_told_as_refused_or_as_arrived(town: Town) -> None:
    order = await town.order()
    await pay(town.world, order, now=town.now)
    await delivered(town.world, order, now=town.now)
    await town.tell()
    town.posts["whatsapp"].out.clear()

    async def asks(tx: Tx) -> object:
        made = await ask_return(tx, order.id, [Wanted(1, 1)], reason="rusak", now=town.now)
        return made.id

    refused = await town.floor.run(asks)
    await town.floor.run(lambda tx: decide_return(tx, refused, ReturnEvent.REJECT, now=town.now))
    assert await told(town) == ["return_refused"]
    taken = await town.floor.run(asks)
    await town.floor.run(lambda tx: decide_return(tx, taken, ReturnEvent.APPROVE, now=town.now))
    await town.floor.run(
        lambda tx: receive_goods_back(
            tx, taken, {1: 1}, location_id=town.world.locations["JKT"], now=town.now
        )
    )
    # It was brought before anybody was told that it may be.
    assert await told(town) == ["return_refused", "return_received"]


async def test_each_of_these_kinds_is_shown_with_a_real_order(town: Town) -> None:
    parcel = await on_the_road(town)
    await town.floor.run(lambda tx: answer_day_by_hand(tx, parcel.id, AttemptEvent.PUT_OFF, now=town.now))
    kinds = (Kind.ATTEMPT_FAILED, Kind.POSTPONED, Kind.COMING_BACK, Kind.PARCEL_LOST, Kind.CHANGED)

    async def shown(tx: Tx, kind: Kind) -> str:
        voice = Voice(await shop_by_id(tx, tx.shop_id), town.messenger.links, a_policy())
        template = default_template(kind, "whatsapp", "en")
        found = await preview(tx, template, voice, order_id=None, buyer="Ani", now=town.now)
        return found.words.text

    for kind in kinds:
        text = await town.floor.run(lambda tx, kind=kind: shown(tx, kind))
        assert ("002589984055" in text) is (kind is not Kind.CHANGED), kind
