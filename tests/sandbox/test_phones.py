"""The telephones of the sandbox over HTTP: our own client calls, a person answers at the page."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar

from orderan.kit.clock import SetClock
from orderan.sandbox.keys import PHONES, Cabinet, NotHere
from orderan.sandbox.phones.exchange import Exchange
from orderan.sandbox.phones.models import Stage
from orderan.sandbox.phones.trunk import Trunk
from orderan.sandbox.server import build
from orderan.telephony import (
    Account,
    Caller,
    CallNews,
    CallState,
    Farewell,
    OutcomeUnknown,
    Prompt,
    Received,
    Telephone,
    TelephoneFailed,
    open_telephone,
)
from telephony.phoning import NOW, an_asked

pytestmark = pytest.mark.anyio
BASE = "http://sandbox.test"
HERE = "http://127.0.0.1:8000/phones/1"


@dataclass
class Sandbox:
    app: Litestar
    clock: SetClock
    person: AsyncClient
    news: list[CallNews] = field(default_factory=list)

    @property
    def exchange(self) -> Exchange:
        return cast("Exchange", self.app.state.exchange)

    @property
    def cabinet(self) -> Cabinet:
        return cast("Cabinet", self.exchange.registry)

    def client(self, name: str) -> Telephone:
        caller = Caller(transport=ASGITransport(cast("Any", self.app)))
        account = Account(name, f"{BASE}/{name}", self.cabinet.telephones()[name])
        return open_telephone(account, caller, self.clock)

    async def call(self, name: str) -> str:
        placed = await self.client(name).place(an_asked(ask_url=f"{HERE}/ask", news_url=f"{HERE}/news"))
        await self.exchange.settle()
        return f"/phones/{name}/{placed.call_id}"

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        await self.person.get("/phones")
        token = self.person.cookies.get("orderan_sandbox_csrf", "")
        return await self.person.post(path, data={**fields, "_csrf_token": token})

    async def shows(self, path: str) -> str:
        answer = await self.person.get(path)
        assert answer.status_code == 200
        return answer.text

    def shop(self, name: str) -> Any:
        """What answers the questions of one provider: asks once, then says thanks."""
        answered: list[str] = []

        async def answer(request: httpx2.Request) -> httpx2.Response:
            telephone = self.client(name)
            headers = {key.lower(): value for key, value in request.headers.items()}
            received = Received(request.method, str(request.url), headers, await request.aread())
            if request.url.path.endswith("/news"):
                self.news.append(telephone.read_news(received))
                return httpx2.Response(204)
            heard = telephone.read_ask(received)
            if heard.digits:
                answered.append(heard.digits)
            said = Farewell("Terima kasih.", "id") if answered else Prompt("Tekan satu untuk setuju.", "id")
            spoken = telephone.speak(said, heard)
            return httpx2.Response(
                spoken.status, headers={"content-type": spoken.media_type}, content=spoken.body
            )

        return answer


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    clock = SetClock(NOW)
    app = build(clock, base_url=BASE, secret="only-for-tests", cabinet=Cabinet(tmp_path / "sandbox.json"))
    transport = ASGITransport(cast("Any", app))
    async with app.lifespan(), AsyncClient(transport=transport, base_url=BASE) as person:
        yield Sandbox(app, clock, person)


def answering(sandbox: Sandbox, name: str) -> None:
    sandbox.cabinet.register("exotel", f"{HERE}/ask?token={PHONES['exotel']['hook_token']}")
    shop = httpx2.MockTransport(sandbox.shop(name))
    sandbox.exchange.trunk = Trunk(AsyncClient(transport=shop))


@pytest.mark.parametrize("name", list(PHONES))
async def test_a_person_answers_hears_and_presses(sandbox: Sandbox, name: str) -> None:
    answering(sandbox, name)
    page = await sandbox.call(name)
    assert page in await sandbox.shows("/phones")
    assert "Angkat" in await sandbox.shows(page)

    assert (await sandbox.post(page, deed="answer")).status_code == 303
    heard = await sandbox.shows(page)
    assert "Tekan satu untuk setuju." in heard
    assert 'value="#"' in heard
    await sandbox.post(page, key="1")

    over = await sandbox.shows(page)
    assert ("Terima kasih." in over, "hx-trigger" in over, 'name="key"' in over) == (True, False, False)
    truth = await sandbox.client(name).look_up(page.rsplit("/", 1)[-1])
    assert truth is not None
    assert truth.state is CallState.COMPLETED
    assert CallState.COMPLETED in {news.state for news in sandbox.news}


@pytest.mark.parametrize(
    ("deed", "stage"),
    [("busy", Stage.BUSY), ("ignore", Stage.NO_ANSWER), ("fail", Stage.FAILED), ("machine", Stage.TALKING)],
)
async def test_a_ringing_telephone_may_be_left_alone(sandbox: Sandbox, deed: str, stage: Stage) -> None:
    answering(sandbox, "twilio")
    page = await sandbox.call("twilio")
    await sandbox.post(page, deed=deed)
    [call] = sandbox.exchange.calls()
    assert (call.stage, call.machine) == (stage, deed == "machine")


async def test_silence_and_hanging_up_are_keys_too(sandbox: Sandbox) -> None:
    answering(sandbox, "vonage")
    page = await sandbox.call("vonage")
    await sandbox.post(page, deed="answer")
    await sandbox.post(page, deed="silence")
    await sandbox.post(page, deed="hang_up")
    [call] = sandbox.exchange.calls()
    assert (call.stage, call.pressed) == (Stage.COMPLETED, [])
    assert [line.who for line in call.lines] == ["voice", "voice"]


async def test_what_cannot_be_done_changes_nothing(sandbox: Sandbox) -> None:
    answering(sandbox, "twilio")
    page = await sandbox.call("twilio")
    for fields in ({"deed": "hang_up"}, {"key": "1"}, {"key": "Z"}, {"deed": "silence"}, {}):
        assert (await sandbox.post(page, **fields)).status_code == 303
    [call] = sandbox.exchange.calls()
    assert (call.stage, call.lines) == (Stage.RINGING, [])
    assert (await sandbox.person.get("/phones/twilio/none")).status_code == 404
    assert (await sandbox.person.get("/phones/none/none")).status_code == 404
    assert (await sandbox.post("/phones/twilio/none", deed="answer")).status_code == 404
    unguarded = await sandbox.person.post(page, data={"deed": "busy"})
    assert (unguarded.status_code, call.stage) == (403, Stage.RINGING)


async def test_parts_of_the_pages_are_watched_alone(sandbox: Sandbox) -> None:
    answering(sandbox, "twilio")
    page = await sandbox.call("twilio")
    swap = {"hx-request": "true"}
    ringing = (await sandbox.person.get("/phones/ringing", headers=swap)).text
    screen = (await sandbox.person.get(f"{page}/screen", headers=swap)).text
    assert (page in ringing, "<html" in ringing) == (True, False)
    assert ("Angkat" in screen, "<html" in screen) == (True, False)


async def test_a_crowd_is_chosen_takes_the_calls_and_goes_again(sandbox: Sandbox) -> None:
    answering(sandbox, "twilio")
    await sandbox.post("/phones/crowd", crowd="willing", seed="7")
    crowd = sandbox.exchange.crowd
    assert crowd is not None
    assert crowd.seed == 7
    assert '<option value="willing" selected' in await sandbox.shows("/phones")
    crowd.thinks = (0.0, 0.0)
    await sandbox.call("twilio")
    await sandbox.exchange.tick()
    [call] = sandbox.exchange.calls()
    assert (call.stage, call.pressed) == (Stage.COMPLETED, ["1"])
    await sandbox.post("/phones/crowd", crowd="people")
    assert sandbox.exchange.crowd is None


async def test_bad_weather_is_had_at_one_provider_and_cleared(sandbox: Sandbox) -> None:
    answering(sandbox, "twilio")
    await sandbox.post("/phones/weather", provider="twilio", kind="too_many", minutes="5")
    assert "429" in await sandbox.shows("/phones")
    with pytest.raises(TelephoneFailed):
        await sandbox.call("twilio")
    await sandbox.post("/phones/weather", provider="twilio", kind="error_after", minutes="x")
    with pytest.raises(OutcomeUnknown):
        await sandbox.call("twilio")
    await sandbox.exchange.settle()
    answering(sandbox, "vonage")
    await sandbox.call("vonage")
    await sandbox.post("/phones/weather", kind="clear")
    answering(sandbox, "twilio")
    await sandbox.call("twilio")
    assert len(sandbox.exchange.calls()) == 3


async def test_a_flow_asks_on_this_machine_only(sandbox: Sandbox) -> None:
    refused = await sandbox.post("/phones/address", address="https://elsewhere.test/ask")
    assert (refused.status_code, sandbox.cabinet.address("exotel")) == (422, None)
    assert "Hanya alamat di mesin ini" in refused.text
    assert (await sandbox.post("/phones/address", address=f"{HERE}/ask?token=x")).status_code == 303
    assert sandbox.cabinet.address("exotel") == f"{HERE}/ask?token=x"
    with pytest.raises(NotHere):
        sandbox.cabinet.register("twilio", f"{HERE}/ask")


async def test_a_provider_that_is_told_to_call_by_a_stranger_calls_nobody(sandbox: Sandbox) -> None:
    for name, path in (
        ("exotel", "/v1/Accounts/sandbox/Calls/connect.json"),
        ("twilio", "/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls.json"),
        ("vonage", "/v1/calls"),
    ):
        for headers in ({}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer a.b.c"}):
            answer = await sandbox.person.post(f"/{name}{path}", content=b"{}", headers=headers)
            assert answer.status_code == 401
    assert sandbox.exchange.calls() == []


async def test_news_that_is_not_taken_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from orderan.sandbox.models import Letter

    monkeypatch.setattr("orderan.sandbox.phones.trunk.AGAIN_S", (0.0, 0.0))
    statuses, done = [503, 500, 200], asyncio.Event()

    async def answer(_: httpx2.Request) -> httpx2.Response:
        status = statuses.pop(0)
        if not statuses:
            done.set()
        return httpx2.Response(status)

    trunk = Trunk(AsyncClient(transport=httpx2.MockTransport(answer)))
    await trunk.tell([Letter("twilio", "x", "https://toko.test/news", {}, b"")])
    await asyncio.wait_for(done.wait(), 5)
    await trunk.close()
    assert statuses == []


async def test_a_shop_that_cannot_be_reached_is_no_answer(sandbox: Sandbox) -> None:
    async def away(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    sandbox.exchange.trunk = Trunk(AsyncClient(transport=httpx2.MockTransport(away)))
    page = await sandbox.call("twilio")
    await sandbox.post(page, deed="answer")
    assert "tidak terbaca" in await sandbox.shows(page)
    [call] = sandbox.exchange.calls()
    assert call.stage is Stage.COMPLETED
    await sandbox.exchange.close()
