"""Simulated messages over HTTP: our own clients send through them, people answer, providers break."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from socket import create_server
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar

from messaging.simulated import NOW, PHONE, a_text, delivered
from messaging.test_smtp import a_letter, client
from messaging.test_whatsapp import BUTTONS, TEMPLATE, a_chat
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.kit.public_network import PublicCaller
from orderan.messaging import (
    Account,
    Because,
    Chat,
    Lines,
    Messenger,
    News,
    NewsForged,
    OutcomeUnknown,
    Receipt,
    ReceiptState,
    Received,
    RefusedForNow,
    Reply,
    ReplyKind,
    SendFailed,
    further,
    open_messenger,
)
from orderan.sandbox.faults import Break, Faults, Weather, Window
from orderan.sandbox.keys import MESSENGERS, Cabinet
from orderan.sandbox.messages.crowd import BUSY_DAY, CROWDS, Crowd, Temper
from orderan.sandbox.messages.pages import WEATHER
from orderan.sandbox.messages.post_office import PostOffice, Unplayable
from orderan.sandbox.models import Letter
from orderan.sandbox.postman import Postman
from orderan.sandbox.server import build

pytestmark = pytest.mark.anyio
BASE = "http://sandbox.test"
NEWS = "http://127.0.0.1:8000/news/1"
PHONE_PAGE = f"/messages/phones/{PHONE[1:]}"


@dataclass
class Sandbox:
    app: Litestar
    clock: SetClock
    buyer: AsyncClient
    letters: list[tuple[str, Letter, Faults]] = field(default_factory=list)

    @property
    def office(self) -> PostOffice:
        return cast("PostOffice", self.app.state.post_office)

    def client(self, name: str) -> Messenger:
        transport = ASGITransport(cast("Any", self.app))
        lines = Lines(Caller(transport=transport, budget_s=2.0), PublicCaller(transport=transport))
        return open_messenger(Account(name, f"{BASE}/{name}", MESSENGERS[name]), lines, self.clock)

    async def settled(self) -> None:
        """Until every message under way has come to where it comes."""
        while self.office._under_way:
            await asyncio.gather(*self.office._under_way)

    def news(self, name: str) -> list[News]:
        reader = self.client(name)
        return [
            one
            for provider, letter, _ in self.letters
            if provider == name
            for one in reader.read_news(delivered(letter))
        ]

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        await self.buyer.get("/messages")
        token = self.buyer.cookies.get("orderan_sandbox_csrf", "")
        return await self.buyer.post(path, data={**fields, "_csrf_token": token})


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Sandbox]:
    clock = SetClock(NOW)
    cabinet = Cabinet(tmp_path / "sandbox.json")
    for name in ("whatsapp", "twilio_sms", "vonage_sms"):
        cabinet.register(name, NEWS)
    app = build(
        clock,
        base_url=BASE,
        secret="only-for-tests",
        cabinet=cabinet,
        mail=create_server(("127.0.0.1", 0)),
    )
    transport = ASGITransport(cast("Any", app))
    async with app.lifespan(), AsyncClient(transport=transport, base_url=BASE) as buyer:
        here = Sandbox(app, clock, buyer)
        here.office.step_s = 0.0

        def send(provider: Any, letters: list[Letter], faults: Faults) -> None:
            here.letters += [(provider.name, letter, faults) for letter in letters]

        monkeypatch.setattr(here.office.postman, "send", send)
        yield here


def states(news: list[News]) -> list[ReceiptState]:
    return [one.state for one in news if isinstance(one, Receipt)]


def replies(news: list[News]) -> list[Reply]:
    return [one for one in news if isinstance(one, Reply)]


@pytest.mark.parametrize("name", list(MESSENGERS))
async def test_our_own_client_sends_and_the_phone_shows_it(sandbox: Sandbox, name: str) -> None:
    sent = await sandbox.client(name).send(a_chat() if name == "whatsapp" else a_text())
    await sandbox.settled()
    wanted = [] if name == "zenziva" else [ReceiptState.SENT, ReceiptState.DELIVERED]
    assert states(sandbox.news(name)) == wanted
    assert {letter.about for _, letter, _ in sandbox.letters} <= {sent.provider_id}
    overview = (await sandbox.buyer.get("/messages")).text
    assert PHONE_PAGE in overview
    assert (await sandbox.buyer.get(PHONE_PAGE)).status_code == 200


async def test_a_person_reads_taps_and_writes(sandbox: Sandbox) -> None:
    sent = await sandbox.client("whatsapp").send(a_chat())
    await sandbox.settled()
    shown = (await sandbox.buyer.get(PHONE_PAGE)).text
    assert BUTTONS[0].id in shown
    assert "Ani" in shown
    assert states(sandbox.news("whatsapp"))[-1] is ReceiptState.READ

    assert (
        await sandbox.post(f"{PHONE_PAGE}/tap", message=sent.provider_id, payload=BUTTONS[1].id)
    ).status_code == 303
    await sandbox.post(f"{PHONE_PAGE}/tap", message=sent.provider_id, payload=BUTTONS[0].id)
    await sandbox.post(f"{PHONE_PAGE}/write", text="kirim besok ya")
    await sandbox.post(f"{PHONE_PAGE}/write", text="   ")

    tapped, written = replies(sandbox.news("whatsapp"))
    assert (tapped.kind, tapped.payload, tapped.in_reply_to, tapped.from_) == (
        ReplyKind.BUTTON,
        BUTTONS[1].id,
        sent.provider_id,
        PHONE,
    )
    assert (written.kind, written.text) == (ReplyKind.TEXT, "kirim besok ya")
    assert "kirim besok ya" in (await sandbox.buyer.get(PHONE_PAGE)).text


async def test_a_free_message_goes_only_inside_the_window(sandbox: Sandbox) -> None:
    free = Chat("Terima kasih", open=True)
    await sandbox.client("whatsapp").send(a_chat(free))
    await sandbox.settled()
    [refused] = sandbox.news("whatsapp")
    assert isinstance(refused, Receipt)
    assert (refused.state, refused.code, refused.for_good) == (ReceiptState.FAILED, "131047", False)

    sandbox.letters.clear()
    sandbox.office.write(PHONE, "halo", provider="whatsapp")
    await sandbox.client("whatsapp").send(a_chat(free))
    await sandbox.settled()
    assert states(sandbox.news("whatsapp")) == [ReceiptState.SENT, ReceiptState.DELIVERED]

    sandbox.letters.clear()
    sandbox.clock.at += timedelta(hours=24, seconds=1)
    await sandbox.client("whatsapp").send(a_chat(free))
    await sandbox.settled()
    assert states(sandbox.news("whatsapp")) == [ReceiptState.FAILED]


async def test_nothing_is_tapped_that_did_not_arrive(sandbox: Sandbox) -> None:
    sandbox.office.crowd = Crowd(off=1.0)
    sent = await sandbox.client("whatsapp").send(a_chat())
    await sandbox.settled()
    for number, payload in ((sent.provider_id, BUTTONS[0].id), ("none", "x")):
        with pytest.raises(Unplayable):
            sandbox.office.tap(number, payload)
    with pytest.raises(Unplayable):
        sandbox.office.write("+62800", "halo")
    assert (await sandbox.buyer.get("/messages/phones/62800")).status_code == 404
    assert (await sandbox.buyer.get("/messages/mail/9")).status_code == 404
    assert (await sandbox.buyer.get("/messages/mail/9/html")).status_code == 404


@pytest.mark.parametrize(
    ("crowd", "state", "payload"),
    [
        ("confirms", ReceiptState.READ, BUTTONS[0].id),
        ("cancels", ReceiptState.READ, BUTTONS[1].id),
        ("ignores", ReceiptState.READ, None),
        ("absent", ReceiptState.FAILED, None),
    ],
)
async def test_a_crowd_answers_as_it_is(
    sandbox: Sandbox, crowd: str, state: ReceiptState, payload: str | None
) -> None:
    await sandbox.post("/messages/crowd", crowd=crowd)
    await sandbox.client("whatsapp").send(a_chat())
    await sandbox.settled()
    news = sandbox.news("whatsapp")
    assert states(news)[-1] is state
    assert [one.payload for one in replies(news)] == ([] if payload is None else [payload])
    if crowd == "absent":
        assert cast("Receipt", news[-1]).for_good


async def test_a_crowd_without_buttons_writes(sandbox: Sandbox) -> None:
    sandbox.office.crowd = CROWDS["confirms"]
    await sandbox.client("vonage_sms").send(a_text())
    await sandbox.settled()
    assert [one.text for one in replies(sandbox.news("vonage_sms"))] == ["YA"]


def test_the_same_number_is_the_same_person_and_shares_are_kept() -> None:
    phones = [f"+62812{number:07d}" for number in range(4000)]
    tempers = [BUSY_DAY.temper(phone) for phone in phones]
    assert tempers == [BUSY_DAY.temper(phone) for phone in phones]
    assert tempers != [Crowd(seed=2, confirms=0.55, cancels=0.1).temper(phone) for phone in phones]
    assert tempers.count(Temper.CONFIRMS) / 4000 == pytest.approx(0.55, abs=0.03)
    assert tempers.count(Temper.ABSENT) / 4000 == pytest.approx(0.1, abs=0.02)
    assert Crowd().temper(PHONE) is Temper.PLAYED


@pytest.mark.parametrize("name", list(MESSENGERS))
@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        ("down", (SendFailed, RefusedForNow, OutcomeUnknown)),
        ("throttled", (RefusedForNow,)),
    ],
)
async def test_bad_weather_refuses_and_passes(
    sandbox: Sandbox, name: str, kind: str, trouble: tuple[type[Exception], ...]
) -> None:
    message = a_chat() if name == "whatsapp" else a_text()
    await sandbox.post("/messages/weather", provider=name, kind=kind, minutes="10")
    with pytest.raises(trouble) as refused:
        await sandbox.client(name).send(message)
    if kind == "throttled":
        assert cast("RefusedForNow", refused.value).because is Because.PACE
    assert sandbox.office.providers[name].tray.all() == []
    assert "o-tone-loss" in (await sandbox.buyer.get("/messages")).text

    await sandbox.post("/messages/weather", kind="clear")
    await sandbox.client(name).send(message)
    assert len(sandbox.office.providers[name].tray.all()) == 1


@pytest.mark.parametrize("name", list(MESSENGERS))
async def test_a_500_after_the_deed_leaves_doubt_and_the_message_is_out(sandbox: Sandbox, name: str) -> None:
    sandbox.office.weather.set(Window(name, Faults(breaks={Break.ERROR_AFTER: 1.0})))
    with pytest.raises(OutcomeUnknown):
        await sandbox.client(name).send(a_chat() if name == "whatsapp" else a_text())
    await sandbox.settled()
    assert len(sandbox.office.on(PHONE)) == 1
    # Where the provider repeats our reference, its receipts end the doubt.
    if name in {"whatsapp", "vonage_sms"}:
        assert {one.reference for one in sandbox.news(name) if isinstance(one, Receipt)} == {"msg-1"}


async def test_half_an_answer_leaves_doubt(sandbox: Sandbox) -> None:
    sandbox.office.weather.set(Window("whatsapp", Faults(breaks={Break.GARBLED: 1.0})))
    with pytest.raises(OutcomeUnknown):
        await sandbox.client("whatsapp").send(a_chat())


async def test_delivered_before_sent_ends_the_same(sandbox: Sandbox) -> None:
    sandbox.office.weather.set(Window("whatsapp", WEATHER["post_shuffled"]))
    await sandbox.client("whatsapp").send(a_chat())
    await sandbox.settled()
    told = states(sandbox.news("whatsapp"))
    assert told == [ReceiptState.DELIVERED, ReceiptState.SENT]
    stands = None
    for state in told:
        stands = further(stands, state)
    assert stands is ReceiptState.DELIVERED


@pytest.mark.parametrize("name", ["whatsapp", "twilio_sms", "vonage_sms"])
async def test_a_message_that_fails_on_its_way(sandbox: Sandbox, name: str) -> None:
    sandbox.office.weather.set(Window(name, WEATHER["failed_later"]))
    await sandbox.client(name).send(a_chat() if name == "whatsapp" else a_text())
    await sandbox.settled()
    news = sandbox.news(name)
    assert states(news) == [ReceiptState.SENT, ReceiptState.FAILED]
    assert not cast("Receipt", news[-1]).for_good


@pytest.mark.parametrize("kind", ["post_late", "post_lost", "post_doubled", "post_forged"])
async def test_the_postman_is_told_what_the_weather_is(sandbox: Sandbox, kind: str) -> None:
    sandbox.office.weather.set(Window("whatsapp", WEATHER[kind]))
    await sandbox.client("whatsapp").send(a_chat())
    await sandbox.settled()
    assert [faults for _, _, faults in sandbox.letters] == [WEATHER[kind]] * 2


async def test_whatsapp_asks_an_address_whether_it_is_ours(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def ask(url: str) -> bytes | None:
        asked.append(url)
        query = parse_qs(urlsplit(url).query)
        return query["hub.challenge"][0].encode() if "/right" in url else None

    monkeypatch.setattr(sandbox.office.postman, "ask", ask)
    path = "/messages/providers/whatsapp/address"
    wrong = await sandbox.post(path, address="http://127.0.0.1:8000/wrong")
    assert (wrong.status_code, "verifikasi" in wrong.text) == (422, True)
    elsewhere = await sandbox.post(path, address="https://elsewhere.test/right")
    assert (elsewhere.status_code, "Hanya alamat di mesin ini" in elsewhere.text) == (422, True)
    assert sandbox.office.cabinet.address("whatsapp") == NEWS
    assert (await sandbox.post(path, address="http://127.0.0.1:8000/right")).status_code == 303
    assert sandbox.office.cabinet.address("whatsapp") == "http://127.0.0.1:8000/right"
    assert parse_qs(urlsplit(asked[-1]).query)["hub.verify_token"] == ["sandbox-verify"]
    assert (await sandbox.post("/messages/providers/zenziva/address", address=NEWS)).status_code == 404


async def test_a_letter_is_shown_and_can_do_nothing(sandbox: Sandbox) -> None:
    port = sandbox.office.mail.port
    assert port is not None
    await client(port).send(a_letter())
    assert "Pesanan 101 — dikirim" in (await sandbox.buyer.get("/messages")).text
    page = await sandbox.buyer.get("/messages/mail/1")
    assert "List-Unsubscribe" in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    framed = await sandbox.buyer.get("/messages/mail/1/html")
    assert framed.text.strip() == "<p>Halo <b>Ani</b></p>"
    assert framed.headers["content-security-policy"].startswith("sandbox allow-popups; default-src 'none'")


async def test_a_page_of_the_sandbox_is_guarded(sandbox: Sandbox) -> None:
    unguarded = await sandbox.buyer.post("/messages/crowd", data={"crowd": "absent"})
    assert unguarded.status_code == 403
    await sandbox.post("/messages/crowd", crowd="nobody-knows")
    assert sandbox.office.crowd == CROWDS["played"]


async def test_words_of_people_are_no_markup(sandbox: Sandbox) -> None:
    await sandbox.client("zenziva").send(a_text("<script>x</script> https://toko.test/lacak/1"))
    shown = (await sandbox.buyer.get(PHONE_PAGE)).text
    assert "<script>x" not in shown
    assert 'href="https://toko.test/lacak/1"' in shown
    assert TEMPLATE.name not in shown


@pytest.mark.parametrize(("status", "answer"), [(200, b"1158201444"), (403, None), (302, None), (None, None)])
async def test_a_question_is_answered_by_a_200_alone(status: int | None, answer: bytes | None) -> None:
    def there(_: httpx2.Request) -> httpx2.Response:
        if status is None:
            raise httpx2.ConnectError("away")
        return httpx2.Response(status, content=b"1158201444", headers={"location": "https://elsewhere.test"})

    postman = Postman(Weather(), AsyncClient(transport=httpx2.MockTransport(there)))
    assert await postman.ask(NEWS) == answer
    await postman.close()


async def test_a_forged_letter_is_carried_as_one(sandbox: Sandbox) -> None:
    arrived: list[httpx2.Request] = []
    there = asyncio.Event()

    async def taken(request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        arrived.append(request)
        there.set()
        return httpx2.Response(200)

    postman = Postman(Weather(), AsyncClient(transport=httpx2.MockTransport(taken)))
    sandbox.office.postman = postman
    sandbox.office.weather.set(Window("whatsapp", WEATHER["post_forged"]))
    sandbox.office.write(PHONE, "halo", provider="whatsapp")
    await asyncio.wait_for(there.wait(), 5)
    await postman.close()
    headers = {name.lower(): value for name, value in arrived[0].headers.items()}
    with pytest.raises(NewsForged):
        sandbox.client("whatsapp").read_news(Received("POST", NEWS, headers, arrived[0].content))
