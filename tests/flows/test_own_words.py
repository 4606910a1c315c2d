"""Buyers who write instead of tapping: a plain word is an answer, anything else is read by a person."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ShopFloor
from flows.asking import Office
from given import a_shop
from orderan.auditor import audit
from orderan.flows.call_words import Topic
from orderan.flows.cancel_order import cancel_order
from orderan.flows.erase_customer import erase_customer
from orderan.flows.hear_buyer import waive_verification
from orderan.flows.reply_words import meant
from orderan.flows.views_asking import unsaid_orders
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.events import sequence
from orderan.orders import EVERYTHING, Order
from orderan.sandbox.keys import MESSENGERS
from orderan.verification import AttemptEvent, Silence, Step, Way

pytestmark = pytest.mark.anyio
YES, NO, LATER = AttemptEvent.CONFIRM, AttemptEvent.REFUSE, AttemptEvent.PUT_OFF


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ya", YES),
        ("iya kak, benar 🙏", YES),
        ("Ya, saya yang pesan", YES),
        ("Betul sekali min", YES),
        ("YES I DID", YES),
        ("Bukan saya!", NO),
        ("tidak ya kak", NO),
        ("gak jadi kak, maaf", NO),
        ("Saya tidak memesan ini", NO),
        ("bukan, saya ga pesan", NO),
        ("batal aja ya min", NO),
        ("no, not me", NO),
        # What is not plain is for a person.
        ("ya tidak", None),
        ("jangan dibatalkan", None),
        ("gak jadi batal", None),
        ("tidak salah", None),
        ("iya tapi ganti alamat", None),
        ("ya sudah", None),
        ("oke", None),
        ("besok saja", None),
        ("kak", None),
        ("👍", None),
        ("", None),
    ],
)
def test_what_is_written_of_an_order(text: str, said: AttemptEvent | None) -> None:
    assert meant(text, Topic.ORDER) is said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ada", YES),
        ("iya kak ada di rumah", YES),
        ("Di rumah", YES),
        ("tidak ada orang", NO),
        ("gak di rumah", NO),
        ("besok saja ya", LATER),
        ("Antar besok", LATER),
        ("tomorrow please", LATER),
        ("titip tetangga", None),
        ("ada, tapi sore", None),
        ("lusa", None),
        ("batal", None),
    ],
)
def test_what_is_written_of_a_parcels_day(text: str, said: AttemptEvent | None) -> None:
    assert meant(text, Topic.DAY) is said


@given(st.text(max_size=60), st.sampled_from(list(Topic)))
def test_whatever_is_written_is_an_answer_or_none_and_never_a_yes_with_a_no_in_it(
    text: str, topic: Topic
) -> None:
    assert meant(text, topic) in {YES, NO, LATER, None}
    assert meant(f"{text} tidak", topic) is not YES
    assert meant(f"jangan {text}", topic) is None


@pytest.fixture
async def office(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> AsyncIterator[Office]:
    office = Office(await a_shop(floor, now, stock={"kopi": 50}), keyring, SetClock(now))
    await office.opens("whatsapp")
    await office.asks_by(Step(Way.WHATSAPP, tries=1, answer_minutes=120), silence=Silence.CANCEL)
    yield office
    await office.floor.run(sequence)
    assert audit(database_url, now=office.clock.at).findings == []


async def writes(office: Office, text: str) -> None:
    await office.writes(office.written("whatsapp", text))
    await office.works()


async def asked(office: Office) -> Order:
    order = await office.order()
    await office.works()
    return order


async def said(office: Office, order: Order) -> str | None:
    [attempt] = await office.attempts(order.id)
    return attempt.note


async def entries(office: Office) -> list[tuple[str, str | None]]:
    rows = await office.floor.all(
        "SELECT state, closing_note FROM exception_entry WHERE kind = 'buyer_wrote' ORDER BY opened_at"
    )
    return [(row.state, row.closing_note) for row in rows]


async def test_words_nobody_can_take_for_an_answer_wait_for_a_person_until_there_is_one(
    office: Office,
) -> None:
    order = await asked(office)
    await writes(office, "Iya kak, tapi alamatnya\nganti ya")
    await writes(office, "jadi ke rumah ibu")
    await writes(office, "jadi ke rumah ibu")
    assert await said(office, order) == "Iya kak, tapi alamatnya ganti ya / jadi ke rumah ibu"
    assert (await office.stands(order.id)).verification == "waiting"
    assert await entries(office) == [("open", None)]

    await writes(office, "iya benar kak")
    assert (await office.stands(order.id)).verification == "confirmed"
    assert await entries(office) == [("resolved", "buyer answered")]
    await writes(office, "makasih")
    assert await entries(office) == [("resolved", "buyer answered")]


async def test_whoever_wrote_was_not_silent_and_keeps_their_order(office: Office) -> None:
    order = await asked(office)
    await writes(office, "bisa ganti warna?")
    await office.works(hours=25)
    held = await office.stands(order.id)
    assert (held.verification, held.commercial) == ("unreachable", "accepted")
    assert await entries(office) == [("open", None)]
    await office.floor.run(
        lambda tx: waive_verification(tx, order.id, reason="sudah ditelepon", now=office.clock.at)
    )
    assert await entries(office) == [("resolved", "buyer waived")]


async def test_a_yes_to_two_questions_and_a_voice_are_kept_with_what_was_asked(office: Office) -> None:
    one, other = await asked(office), await asked(office)
    await writes(office, "Ya")
    assert (await said(office, one), await said(office, other)) == ("Ya", "Ya")
    assert (await office.stands(one.id)).verification == "waiting"
    await office.floor.run(lambda tx: cancel_order(tx, other.id, reason="batal", now=office.clock.at))
    [letter] = office.written("whatsapp", "suara")
    body = letter.body.replace(b'"text": {"body": "suara"}', b'"audio": {"id": "1"}').replace(
        b'"type": "text"', b'"type": "audio"'
    )
    signature = hmac.new(MESSENGERS["whatsapp"]["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    voice = replace(
        letter, body=body, headers={**letter.headers, "x-hub-signature-256": f"sha256={signature}"}
    )
    assert await office.writes([voice]) == [200]
    await office.works()
    assert await said(office, one) == "Ya / […]"

    [row] = await office.floor.run(
        lambda tx: unsaid_orders(tx, EVERYTHING, order_id=one.id, limit=1, now=office.clock.at)
    )
    assert row.wrote == "Ya / […]"


async def test_silence_still_costs_whoever_is_silent_their_order(office: Office) -> None:
    order = await asked(office)
    await office.works(hours=25)
    assert (await office.stands(order.id)).commercial == "cancelled"
    assert await entries(office) == []


async def test_long_words_are_cut_and_forgotten_with_their_buyer(office: Office) -> None:
    order = await asked(office)
    await writes(office, "alamat " * 100)
    note = await said(office, order)
    assert note is not None
    assert len(note) == 300
    assert order.customer_id is not None
    buyer = order.customer_id

    async def leave(tx: Tx) -> None:
        await cancel_order(tx, order.id, reason="batal", now=office.clock.at)
        await erase_customer(tx, buyer, reason="permintaan", now=office.clock.at)

    await office.floor.run(leave)
    assert await said(office, order) == "–"
    assert await entries(office) == [("resolved", "–")]
