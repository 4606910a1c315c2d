"""On the day a parcel comes its buyer is asked whether somebody is home, and whoever brings it hears of the answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.asking import PHONE, Office
from fulfilment.working import an_order, inbox, pay, shipped
from given import a_shop
from orderan.auditor import audit
from orderan.flows.ask_on_the_day import advance_days, ask_about
from orderan.flows.asking_steps import NotAsked
from orderan.flows.deliver import move_on
from orderan.flows.hear_buyer import hear_answer
from orderan.flows.hear_day import answer_day_by_hand
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.events import sequence
from orderan.orders import Order, lock_orders
from orderan.shipping import Parcel, ParcelEvent, parcels_of
from orderan.verification import (
    AttemptEvent,
    DayOver,
    DayPolicy,
    DayState,
    DayUnusable,
    NotOnTheList,
    Policy,
    Rule,
    Step,
    Verdict,
    Way,
    When,
    attempts_of_days,
    days_due,
    keep_policy,
    last_days,
)
from orderan.worker import Rounds, VerificationRounds

pytestmark = pytest.mark.anyio

NOBODY_ASKED = (Rule("semua", When(), Verdict.WAIVE),)
CALL = Step(Way.CALL, tries=2, answer_minutes=10, spacing_minutes=30)
TODAY, TOMORROW = date(2026, 11, 11), date(2026, 11, 12)
AWBS = ("002589984055", "002589984063", "002589984071", "002589984089")


@pytest.fixture
async def office(floor: ShopFloor, keyring: Keyring, now: Any, database_url: str) -> AsyncIterator[Office]:
    office = Office(await a_shop(floor, now, stock={"kopi": 50}), keyring, SetClock(now))
    yield office
    await office.floor.run(sequence)
    found = audit(database_url, now=office.clock.at).findings
    assert [one for one in found if one.check.startswith("verification.")] == []


async def asks(office: Office, *steps: Step, **others: Any) -> None:
    day = DayPolicy(steps=steps, from_hour=7, to_hour=20, **others)
    policy = Policy(rules=NOBODY_ASKED, on_the_day=day)
    await office.floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=office.clock.at))


async def out(office: Office, awb: str = AWBS[0], phone: str = PHONE) -> tuple[Order, Parcel]:
    """A COD order whose parcel has just gone out for delivery."""
    order = await office.order(phone)
    [parcel] = await shipped(office.world, order, awb=awb, now=office.clock.at)
    await moves(office, parcel, ParcelEvent.GO_OUT)
    return order, parcel


async def moves(office: Office, parcel: Parcel, event: ParcelEvent) -> None:
    await office.floor.run(lambda tx: move_on(tx, [parcel.id], event, now=office.clock.at))


async def by_hand(office: Office, parcel: Parcel, event: AttemptEvent, **others: Any) -> None:
    await office.floor.run(lambda tx: answer_day_by_hand(tx, parcel.id, event, now=office.clock.at, **others))


async def stands(
    office: Office, parcel: Parcel
) -> tuple[str | None, date | None, list[tuple[str, str | None]]]:
    """How the parcel's day stands, the day its buyer wants it, and every try with what was answered."""
    day = (await office.floor.run(lambda tx: last_days(tx, [parcel.id]))).get(parcel.id)
    tries = await office.floor.run(lambda tx: attempts_of_days(tx, [day.id])) if day else []
    found = await office.floor.run(lambda tx: parcels_of(tx, parcel.order_id))
    [wanted] = [one.deliver_on for one in found if one.id == parcel.id]
    return day and str(day.state), wanted, [(str(one.state), one.answer) for one in tries]


async def told(office: Office, order_id: UUID) -> list[tuple[str, str | None]]:
    """What other systems heard of the door: (answer, the day it is wanted)."""
    rows = await office.floor.all(
        "SELECT payload FROM event WHERE entity_id = %(id)s AND kind = 'shipping.delivery_expected.v1' ORDER BY seq",
        id=order_id,
    )
    return [(row.payload["answer"], row.payload["deliver_on"]) for row in rows]


@pytest.mark.parametrize("provider", ["exotel", "twilio", "vonage"])
async def test_a_call_asks_and_each_key_reaches_the_parcel(
    office: Office, provider: str, database_url: str
) -> None:
    await office.opens(provider)
    await asks(office, CALL)
    phones = [f"+62812345678{at:02}" for at in range(4)]
    parcels = [await out(office, awb, phone) for awb, phone in zip(AWBS, phones, strict=True)]
    await office.works()
    await office.works()
    calls = {call.number: call for call in office.exchange.calls()}
    assert sorted(calls) == sorted(phones)
    for phone, keys in zip(phones, ("1", "2", "83", "7"), strict=True):
        await office.exchange.pick_up(calls[phone])
        for key in keys:
            await office.exchange.press(calls[phone], key)
    await office.works(seconds=20)

    said = [line.text for line in calls[phones[0]].lines if line.who == "voice"]
    assert said[0].startswith("Halo, ini Toko Uji. Paket Anda, dari pesanan nomor")
    assert "Siapkan dua puluh ribu rupiah tunai untuk kurir." in said[0]
    assert "kopi" not in said[0].lower()
    assert said[1] == "Terima kasih. Kurir kami beri tahu bahwa ada orang di rumah."
    home, later, nobody, wrong = [await stands(office, parcel) for _, parcel in parcels]
    assert home == ("home", None, [("confirmed", "1")])
    assert later == ("another_day", TOMORROW, [("put_off", "2")])
    assert nobody == ("nobody", None, [("refused", "3")])
    assert (wrong[0], wrong[2][0][0]) == ("asked", "asked")
    assert await told(office, parcels[0][0].id) == [("home", None)]
    assert await told(office, parcels[1][0].id) == [("another_day", "2026-11-12")]
    assert [one for one in await inbox(office.world) if one[0] == "nobody_home"] == [
        ("nobody_home", "nobody", 20_000)
    ]
    # What a buyer says of the day decides nothing about their order.
    assert (await office.stands(parcels[2][0].id)).commercial == "accepted"
    assert audit(database_url, now=office.clock.at).findings == []


async def test_a_call_of_the_day_is_recorded_where_its_step_says_so_and_not_made_for_a_parcel_that_is_there(
    office: Office,
) -> None:
    await office.opens("twilio")
    await asks(office, replace(CALL, record=True, by_number=True))
    await out(office)
    await office.works()
    call = office.ringing()
    await office.exchange.pick_up(call)
    heard = next(line.text for line in call.lines if line.who == "voice")
    assert heard.startswith("Percakapan ini direkam. Halo, ini Toko Uji. Paket Anda")
    assert "Tekan satu bila ada orang di rumah" in heard

    _, arrived = await out(office, AWBS[1])
    due = await office.floor.run(lambda tx: days_due(tx, now=office.clock.at, limit=9))
    ways = await office.floor.run(office.askers.of)
    [late] = await office.floor.run(lambda tx: advance_days(tx, due, ways, now=office.clock.at))
    await moves(office, arrived, ParcelEvent.DELIVER)
    with pytest.raises(NotAsked, match="needless"):
        await ways[Way.CALL].ask(office.floor.caller, late.attempt, late.token)
    assert len(office.exchange.calls()) == 1


async def test_a_whatsapp_button_a_plain_word_and_a_link_answer_too(office: Office) -> None:
    await office.opens("whatsapp")
    await asks(office, Step(Way.WHATSAPP, answer_minutes=60))
    _, parcel = await out(office)
    await office.works()
    [sent] = office.messages["whatsapp"].tray.all()
    words = [payload.partition(":")[0] for payload, _ in sent.buttons]
    assert words == ["home", "later", "nobody"]
    payload = sent.buttons[1][0]
    assert await office.writes(office.written("whatsapp", "Antar besok", to=sent, tapped=payload)) == [200]
    await office.works()
    assert await stands(office, parcel) == ("another_day", TOMORROW, [("put_off", "later")])

    _, other = await out(office, AWBS[1])
    await office.works()
    await office.writes(office.written("whatsapp", "Ya."))
    await office.works()
    assert await stands(office, other) == ("home", None, [("confirmed", "home")])


async def test_silence_ends_with_the_hours_and_warns_before_the_courier_is_there(office: Office) -> None:
    await office.opens("twilio")
    await asks(office, CALL)
    order, parcel = await out(office)
    await office.works()
    for wait in (31, 0):
        await office.exchange.decline(office.ringing())
        await office.works()
        await office.works(minutes=wait)
    assert await stands(office, parcel) == ("unreachable", None, [("missed", "busy"), ("missed", "busy")])
    assert await told(office, order.id) == [("unreachable", None)]
    assert ("nobody_home", "unreachable", 20_000) in await inbox(office.world)

    # A late word still counts while the parcel is on the road, and takes the warning back.
    await by_hand(office, parcel, AttemptEvent.CONFIRM, note="Menelepon sendiri")
    assert (await stands(office, parcel))[0] == "home"
    assert [one for one in await inbox(office.world) if one[0] == "nobody_home"] == []
    assert await told(office, order.id) == [("unreachable", None), ("home", None)]


async def test_once_a_day_under_retries_and_again_on_the_day_that_was_wished(office: Office) -> None:
    await office.opens("twilio")
    await asks(office, CALL)
    order, parcel = await out(office)

    async def again() -> int:
        async def work(tx: Any) -> int:
            await lock_orders(tx, [order.id])
            return await ask_about(tx, [parcel.id], now=office.clock.at)

        found: int = await office.floor.run(work)
        return found

    assert sum(await asyncio.gather(*(again() for _ in range(4)))) == 0
    await office.works()
    await by_hand(office, parcel, AttemptEvent.PUT_OFF, put_off_to=TOMORROW + timedelta(days=1))
    await moves(office, parcel, ParcelEvent.FAIL)
    await moves(office, parcel, ParcelEvent.GO_OUT)
    await office.works(hours=20)
    rows = await office.floor.all("SELECT day, state FROM delivery_day ORDER BY day")
    # It went out a day before the wish: nobody is asked again for that.
    assert [tuple(row) for row in rows] == [(TODAY, "another_day")]

    await office.works(hours=28)
    rows = await office.floor.all("SELECT day, state FROM delivery_day ORDER BY day")
    assert [tuple(row) for row in rows] == [(TODAY, "another_day"), (TOMORROW + timedelta(days=1), "asked")]
    calls = [call for call in office.exchange.calls() if call.number == PHONE]
    assert len(calls) == 2


async def test_nothing_is_moved_once_the_parcel_arrived_and_none_that_turned_round_is_asked(
    office: Office,
) -> None:
    await office.opens("zenziva")
    await asks(office, Step(Way.SMS, answer_minutes=60))
    order, parcel = await out(office)
    back_order, back = await out(office, AWBS[1], "+6281298765432")
    await moves(office, back, ParcelEvent.SEND_BACK)
    await office.works()
    assert await stands(office, back) == ("overtaken", None, [])
    [text] = [one.text for one in office.messages["zenziva"].tray.all()]
    token = text.partition(f"/ya/{office.floor.shop.shop_id}-")[2]
    await moves(office, parcel, ParcelEvent.DELIVER)
    with pytest.raises(DayOver):
        await office.floor.run(
            lambda tx: hear_answer(tx, token, AttemptEvent.CONFIRM, answer="home", now=office.clock.at)
        )
    with pytest.raises(DayOver):
        await by_hand(office, parcel, AttemptEvent.CONFIRM)
    assert await stands(office, parcel) == ("overtaken", None, [("overtaken", None)])
    assert await told(office, order.id) == await told(office, back_order.id) == []


async def test_who_died_after_the_call_was_placed_asks_nobody_twice(office: Office) -> None:
    """The answer to the call is lost: what the provider has is found by our own name for it."""
    await office.opens("twilio")
    await asks(office, CALL)
    _, parcel = await out(office)
    rounds = VerificationRounds(Rounds(office.floor.db, office.clock), office.askers)

    async def turn() -> None:
        await rounds.once()
        await rounds.finish()
        await office.exchange.settle()

    await asyncio.gather(turn(), turn())
    assert len(office.exchange.calls()) == 1
    await office.floor.all("UPDATE verification_attempt SET state = 'sending', provider = NULL RETURNING id")
    await turn()
    assert len(office.exchange.calls()) == 1
    await office.exchange.pick_up(office.ringing())
    await office.exchange.press(office.ringing(), "1")
    await turn()
    assert await stands(office, parcel) == ("home", None, [("confirmed", "1")])


async def test_agents_call_too_and_what_is_written_down_is_checked(office: Office) -> None:
    await asks(office, Step(Way.AGENT, tries=1, answer_minutes=60))
    _, parcel = await out(office)
    with pytest.raises(NotOnTheList):
        await by_hand(office, parcel, AttemptEvent.MISS)
    await office.works()
    assert await stands(office, parcel) == ("asked", None, [("asked", None)])
    for wrong in (TODAY, TODAY + timedelta(days=15)):
        with pytest.raises(DayUnusable):
            await by_hand(office, parcel, AttemptEvent.PUT_OFF, put_off_to=wrong)
    await by_hand(office, parcel, AttemptEvent.MISS, note="tidak diangkat")
    assert (await stands(office, parcel))[0] == "unreachable"
    await by_hand(office, parcel, AttemptEvent.PUT_OFF)
    assert (await stands(office, parcel))[:2] == ("another_day", TOMORROW)
    with pytest.raises(DayOver):
        await by_hand(office, parcel, AttemptEvent.PUT_OFF)
    await by_hand(office, parcel, AttemptEvent.REFUSE)
    assert (await stands(office, parcel))[:2] == ("nobody", None)


async def test_at_night_the_question_waits_for_the_morning_and_who_paid_is_asked_where_the_policy_says(
    office: Office,
) -> None:
    await office.opens("twilio")
    await asks(office, CALL)
    office.clock.at += timedelta(hours=10)
    _, parcel = await out(office)
    [day] = (await office.floor.run(lambda tx: last_days(tx, [parcel.id]))).values()
    assert (day.day, day.state) == (TOMORROW, DayState.WAITING)
    paid = await an_order(office.world, office.keyring, ("kopi", 1), now=office.clock.at)
    await pay(office.world, paid, now=office.clock.at)
    [theirs] = await shipped(office.world, paid, awb=AWBS[1], now=office.clock.at)
    await moves(office, theirs, ParcelEvent.GO_OUT)
    await office.works()
    assert office.exchange.calls() == []
    await office.works(hours=11)
    assert len(office.exchange.calls()) == 1
    assert (await stands(office, theirs))[0] is None

    policy = Policy(rules=NOBODY_ASKED, on_the_day=DayPolicy(everyone=True, steps=(CALL,)))
    await office.floor.run(lambda tx: keep_policy(tx, policy, expected=2, now=office.clock.at))
    await moves(office, theirs, ParcelEvent.FAIL)
    await moves(office, theirs, ParcelEvent.GO_OUT)
    assert (await stands(office, theirs))[0] == "waiting"
