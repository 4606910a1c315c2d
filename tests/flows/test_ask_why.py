"""Whoever said no by WhatsApp may say why, by a row of a list; nobody is asked twice, and nobody has to answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest

from conftest import ShopFloor
from flows.asking import Office
from given import a_shop
from orderan.auditor import audit
from orderan.flows.asking_words import WHY_ROWS, WHYS, why_chat
from orderan.flows.hear_buyer import answer_by_hand
from orderan.flows.reach_clients import ReachClients
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.events import sequence
from orderan.kit.ids import new_id
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Lines
from orderan.messaging.whatsapp.wire import too_long
from orderan.orders import Order
from orderan.sandbox.messages.models import SimMessage
from orderan.verification import AttemptEvent, Step, Way

pytestmark = pytest.mark.anyio


@pytest.fixture
async def office(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> AsyncIterator[Office]:
    office = Office(await a_shop(floor, now, stock={"kopi": 50}), keyring, SetClock(now))
    await office.opens("whatsapp")
    await office.asks_by(Step(Way.WHATSAPP, tries=1, answer_minutes=120), Step(Way.AGENT))
    yield office
    await office.floor.run(sequence)
    assert audit(database_url, now=office.clock.at).findings == []


def newest(office: Office) -> SimMessage:
    message = office.messages["whatsapp"].tray.newest()
    assert message is not None
    return message


def lists(office: Office) -> list[SimMessage]:
    return [one for one in office.messages["whatsapp"].tray.all() if one.listed]


async def refused(office: Office) -> Order:
    """An order whose buyer tapped no; what they are asked next is under way."""
    order = await office.order()
    await office.works()
    question = newest(office)
    no = next(payload for payload, _ in question.buttons if payload.startswith("no:"))
    office.clock.at += timedelta(minutes=1)
    await office.writes(office.written("whatsapp", "Bukan saya", to=question, tapped=no))
    await office.works()
    return order


async def reason(office: Office, order: Order) -> str | None:
    [attempt] = await office.attempts(order.id)
    return attempt.note


@pytest.mark.parametrize("wrote_before", [False, True])
async def test_a_no_by_either_kind_of_button_is_asked_why_and_the_row_that_is_chosen_is_kept(
    office: Office, *, wrote_before: bool
) -> None:
    if wrote_before:
        # Inside the day the question itself goes freely, and its button comes back in the other shape.
        await office.order()
        await office.works()
        await office.writes(office.written("whatsapp", "Halo kak"))
    order = await refused(office)
    assert (await office.stands(order.id)).commercial == "cancelled"
    [asked] = lists(office)
    assert asked.free
    assert [title for _, title in asked.buttons] == list(WHY_ROWS["id"])
    assert f"pesanan {order.number} kami batalkan" in asked.text

    office.clock.at += timedelta(minutes=2)
    row = dict(zip(WHYS, asked.buttons, strict=True))["twice"]
    tapped = office.written("whatsapp", row[1], to=asked, tapped=row[0])
    assert await office.writes(tapped + tapped) == [200, 200]
    await office.works()
    before = " / Halo kak" if wrote_before else ""
    assert await reason(office, order) == WHYS["twice"] + before
    other = asked.buttons[0]
    await office.writes(office.written("whatsapp", other[1], to=asked, tapped=other[0]))
    await office.works()
    assert await reason(office, order) == WHYS["twice"] + before, "the first reason stays"
    assert len(lists(office)) == 1


async def test_a_typed_no_is_asked_too_and_who_does_not_answer_is_left_alone(office: Office) -> None:
    order = await office.order()
    await office.works()
    await office.writes(office.written("whatsapp", "Bukan!"))
    await office.works()
    assert len(lists(office)) == 1
    await office.works(hours=20)
    assert (len(lists(office)), await reason(office, order)) == (1, None)


async def test_two_workers_at_once_ask_once_and_a_late_one_asks_nobody(office: Office) -> None:
    order = await office.order()
    await office.works()
    await office.writes(office.written("whatsapp", "Tidak"))
    await office.floor.run(office._hears)
    workers = (office.asks_why().work_due(office.floor.caller) for _ in range(2))
    assert sorted(await asyncio.gather(*workers)) == [0, 1]
    assert len(lists(office)) == 1

    await office.order()
    await office.works()
    await office.writes(office.written("whatsapp", "Tidak"))
    await office.floor.run(office._hears)
    await office.works(minutes=31)
    assert len(lists(office)) == 1
    assert (await office.stands(order.id)).verification == "refused"


async def test_a_reason_counts_from_the_buyers_own_number_and_of_a_no_only(office: Office) -> None:
    order = await refused(office)
    [asked] = lists(office)
    key, title = asked.buttons[0]
    said = SimMessage("whatsapp", "in.stranger", "+6281111111111", title, office.clock.at, theirs=True)
    stranger = office.messages["whatsapp"].written(replace(said, answered=key), to=asked)
    payloads = (
        "why:bored:" + key.rpartition(":")[2],
        "why:twice:x",
        "why:twice",
        f"why:twice:{new_id().hex}",
    )
    made_up = [one for text in payloads for one in office.written("whatsapp", title, to=asked, tapped=text)]
    assert await office.writes([*stranger, *made_up]) == [200] * 5
    await office.works()
    assert await reason(office, order) is None

    meant = await office.order()
    await office.works()
    yes = next(payload for payload, _ in newest(office).buttons if payload.startswith("yes:"))
    await office.writes(office.written("whatsapp", "Ya", to=newest(office), tapped=yes))
    await office.works()
    [attempt] = await office.attempts(meant.id)
    of_it = f"why:twice:{attempt.id.hex}"
    await office.writes(office.written("whatsapp", title, to=asked, tapped=of_it))
    await office.works()
    assert (await reason(office, meant), (await office.stands(meant.id)).verification) == (None, "confirmed")
    assert len(lists(office)) == 1


async def test_a_provider_that_is_down_costs_a_reason_and_nothing_else(office: Office) -> None:
    order = await office.order()
    await office.works()
    await office.writes(office.written("whatsapp", "Tidak"))
    await office.floor.run(office._hears)
    down = Caller(transport=httpx2.MockTransport(lambda _: httpx2.Response(503)))
    office.clients = ReachClients(office.keyring, office.clock, Lines(down, PublicCaller()))
    assert await office.asks_why().work_due(office.floor.caller) == 1
    assert await office.asks_why().work_due(office.floor.caller) == 0
    assert (await office.stands(order.id)).commercial == "cancelled"


async def test_a_no_that_somebody_heard_on_the_telephone_asks_nobody(office: Office) -> None:
    order = await office.order()
    await office.works(hours=3)
    await office.floor.run(
        lambda tx: answer_by_hand(tx, order.id, AttemptEvent.REFUSE, note="ganda", now=office.clock.at)
    )
    await office.works()
    assert lists(office) == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_list_fits_what_whatsapp_takes(language: str) -> None:
    chat = why_chat("Toko Kopi Nusantara Sejahtera", 1_234_567, language, new_id())
    assert too_long(chat) is None
    assert chat.menu is not None
    assert [row.id.split(":")[1] for row in chat.menu.rows] == list(WHYS)
