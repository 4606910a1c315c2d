"""The sandbox over HTTP: our own client pays through it, in good weather and in bad."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar

from gateways.simulated import NOW, a_charge
from orderan.gateways import (
    Account,
    Caller,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    Outcome,
    Received,
    RefundAsked,
    RefundOutcome,
    open_gateway,
)
from orderan.kit.clock import SetClock
from orderan.sandbox.faults import NONE, Weather
from orderan.sandbox.keys import NAMES, REGISTERED, Cabinet, NotHere
from orderan.sandbox.models import Letter
from orderan.sandbox.postman import Postman
from orderan.sandbox.server import WEATHER, build
from orderan.sandbox.street import Street

pytestmark = pytest.mark.anyio
BASE = "http://sandbox.test"
CARDS_ONLY = {"stripe": "card"}
"""Gateways without accounts to pay into: the buyer pays on a page."""


@dataclass
class Sandbox:
    app: Litestar
    clock: SetClock
    buyer: AsyncClient
    letters: list[Letter] = field(default_factory=list)

    @property
    def street(self) -> Street:
        return cast("Street", self.app.state.street)

    def client(self, name: str) -> Gateway:
        caller = Caller(transport=ASGITransport(cast("Any", self.app)))
        return open_gateway(
            Account(name, f"{BASE}/{name}", self.street.cabinet.credentials()[name]), caller, self.clock
        )

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        await self.buyer.get("/")
        token = self.buyer.cookies.get("orderan_sandbox_csrf", "")
        return await self.buyer.post(path, data={**fields, "_csrf_token": token})

    async def acts(self, name: str, reference: str, deed: str) -> None:
        charge = self.street.gateways[name].book.find(reference)
        assert charge is not None
        await self.post(f"/gateways/{name}/{charge.id}", deed=deed)


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Sandbox]:
    clock = SetClock(NOW)
    app = build(clock, base_url=BASE, secret="only-for-tests", cabinet=Cabinet(tmp_path / "sandbox.json"))
    transport = ASGITransport(cast("Any", app))
    async with app.lifespan(), AsyncClient(transport=transport, base_url=BASE) as buyer:
        here = Sandbox(app, clock, buyer)

        def send(_gateway: object, letters: list[Letter], _faults: object) -> None:
            here.letters += letters

        monkeypatch.setattr(here.street.postman, "send", send)
        yield here


@pytest.mark.parametrize("name", NAMES)
async def test_our_own_client_charges_and_sees_the_payment(sandbox: Sandbox, name: str) -> None:
    gateway = sandbox.client(name)
    method = CARDS_ONLY.get(name, "va_bni")
    charged = await gateway.charge(a_charge(method))
    assert charged.instrument is not None
    if name in CARDS_ONLY:
        assert (charged.instrument.url or "").startswith(f"{BASE}/page/")
    else:
        assert charged.instrument.number

    await sandbox.acts(name, "ord-101-1", "pay")

    truth = await gateway.look_up(reference="ord-101-1", gateway_id=charged.gateway_id, method=method)
    assert (truth.outcome, truth.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    # Xendit and a bank's SNAP write to the address registered with them, and nobody told them one.
    assert [letter.url for letter in sandbox.letters] == (
        [] if name in REGISTERED else ["https://toko.test/notify/1"]
    )
    assert "ord-101-1" in (await sandbox.buyer.get(f"/gateways/{name}")).text


DISPUTED = 'value="dispute"'


@pytest.mark.parametrize("name", ["midtrans", "stripe"])
async def test_a_bank_takes_a_card_back_and_the_gateway_writes_of_it(sandbox: Sandbox, name: str) -> None:
    gateway = sandbox.client(name)
    charged = await gateway.charge(a_charge("card"))
    assert charged.instrument is not None
    page = str(charged.instrument.url)
    assert DISPUTED not in (await sandbox.buyer.get(page)).text
    await sandbox.post(page, deed="dispute")
    assert sandbox.letters == []
    await sandbox.post(page, deed="pay")
    assert DISPUTED in (await sandbox.buyer.get(page)).text
    assert DISPUTED in (await sandbox.buyer.get(f"/gateways/{name}")).text

    for _ in range(2):
        await sandbox.post(page, deed="dispute")

    _paid, letter = sandbox.letters
    notice = gateway.read_notice(Received("/notify/1", _lower(letter.headers), letter.body))
    truth = await gateway.look_up(reference="ord-101-1", gateway_id=charged.gateway_id, method="card")
    assert (notice.claims, truth.outcome, truth.disputed_minor) == (
        Outcome.DISPUTED,
        Outcome.DISPUTED,
        150_000,
    )
    assert DISPUTED not in (await sandbox.buyer.get(page)).text
    assert truth.gateway_id is not None
    with pytest.raises(GatewayRefused):
        await gateway.refund(
            RefundAsked("rfd-1", "ord-101-1", truth.gateway_id, "card", 10_000, "IDR", "rusak")
        )


@pytest.mark.parametrize(("deed", "outcome"), [("win", Outcome.SUCCEEDED), ("lose", Outcome.DISPUTED)])
async def test_money_comes_back_when_the_shop_wins_and_only_cards_are_disputed(
    sandbox: Sandbox, deed: str, outcome: Outcome
) -> None:
    gateway = sandbox.client("stripe")
    charged = await gateway.charge(a_charge("card"))
    for done in ("pay", "dispute", deed, deed):
        await sandbox.acts("stripe", "ord-101-1", done)
    truth = await gateway.look_up(reference="ord-101-1", gateway_id=charged.gateway_id, method="card")
    assert (len(sandbox.letters), truth.outcome) == (3, outcome)

    there = sandbox.street.gateways["midtrans"]
    await sandbox.client("midtrans").charge(a_charge("qris"))
    await sandbox.acts("midtrans", "ord-101-1", "pay")
    [charge] = there.book.all()
    assert sandbox.street.bank_may(there, charge) == ()


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.mark.parametrize("method", ["card", "gopay", "dana"])
async def test_addresses_of_the_gateway_lead_to_pages_here(sandbox: Sandbox, method: str) -> None:
    gateway = sandbox.client("midtrans")
    charged = await gateway.charge(a_charge(method))
    assert charged.instrument is not None
    page = str(charged.instrument.url)
    assert page.startswith(f"{BASE}/page/")

    shown = await sandbox.buyer.get(page)
    assert (shown.status_code, "150.000" in shown.text) == (200, True)
    await sandbox.post(page, deed="pay")

    truth = await gateway.look_up(reference="ord-101-1", gateway_id=charged.gateway_id, method=method)
    assert truth.outcome is Outcome.SUCCEEDED


async def test_what_cannot_be_done_changes_nothing(sandbox: Sandbox) -> None:
    gateway = sandbox.client("midtrans")
    await gateway.charge(a_charge("va_bni"))
    await sandbox.acts("midtrans", "ord-101-1", "reverse")
    assert sandbox.letters == []
    assert (await sandbox.buyer.get("/page/none")).status_code == 404
    assert (await sandbox.post("/gateways/midtrans/none", deed="pay")).status_code == 404
    assert (await sandbox.buyer.get("/gateways/none")).status_code == 404
    unguarded = await sandbox.buyer.post("/weather", data={"kind": "down", "gateway": "midtrans"})
    assert unguarded.status_code == 403


async def test_bad_weather_is_had_for_its_time_and_cleared(sandbox: Sandbox) -> None:
    gateway = sandbox.client("midtrans")
    await sandbox.post("/weather", gateway="midtrans", kind="down", minutes="10")
    assert "503" in (await sandbox.buyer.get("/")).text
    with pytest.raises(GatewayFailed):
        await gateway.charge(a_charge("va_bni"))
    with pytest.raises(GatewayFailed):
        await gateway.look_up(reference="ord-101-1", gateway_id=None, method="va_bni")

    sandbox.clock.at += timedelta(minutes=10)
    truth = await gateway.look_up(reference="ord-101-1", gateway_id=None, method="va_bni")
    assert truth.outcome is Outcome.ABSENT

    await sandbox.post("/weather", gateway="midtrans", kind="down", minutes="600")
    await sandbox.post("/weather", kind="clear")
    assert (await gateway.charge(a_charge("va_bni"))).outcome is Outcome.PENDING


async def test_only_the_method_that_broke_is_broken(sandbox: Sandbox) -> None:
    await sandbox.post("/weather", gateway="midtrans", kind="banks_away", method="bank_transfer.bca")
    gateway = sandbox.client("midtrans")
    with pytest.raises(GatewayFailed):
        await gateway.charge(a_charge("va_bca"))
    assert (await gateway.charge(a_charge("va_bni", "ord-102-1"))).outcome is Outcome.PENDING


@pytest.mark.parametrize(("kind", "copies"), [("post_lost", 0), ("post_doubled", 2), ("down", 1)])
async def test_letters_are_carried_as_the_weather_has_it(kind: str, copies: int, tmp_path: Path) -> None:
    arrived: list[bytes] = []
    all_there = asyncio.Event()

    async def taken(request: httpx2.Request) -> httpx2.Response:
        arrived.append(await request.aread())
        if len(arrived) == copies:
            all_there.set()
        return httpx2.Response(200)

    postman = Postman(Weather(), AsyncClient(transport=httpx2.MockTransport(taken)))
    street = Street(BASE, lambda: NOW, Cabinet(tmp_path / "sandbox.json"))
    letter = Letter("midtrans", "x", "https://toko.test/notify", {}, b"{}")
    postman.send(street.gateways["midtrans"], [letter], WEATHER[kind])
    if copies:
        await asyncio.wait_for(all_there.wait(), 5)
    await postman.close()
    assert len(arrived) == copies


async def test_a_letter_that_is_not_taken_is_sent_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("orderan.sandbox.postman.AGAIN_S", (0.0, 0.0))
    statuses = [503, 500, 200]
    done = asyncio.Event()

    async def answer(_: httpx2.Request) -> httpx2.Response:
        status = statuses.pop(0)
        if not statuses:
            done.set()
        return httpx2.Response(status)

    postman = Postman(Weather(), AsyncClient(transport=httpx2.MockTransport(answer)))
    letter = Letter("midtrans", "x", "https://toko.test/notify", {}, b"{}")
    postman.send(
        Street(BASE, lambda: NOW, Cabinet(tmp_path / "sandbox.json")).gateways["midtrans"], [letter], NONE
    )
    await asyncio.wait_for(done.wait(), 5)
    await postman.close()
    assert statuses == []


@pytest.mark.parametrize("name", ["snap", "xendit"])
async def test_word_goes_to_the_registered_address_of_this_machine(sandbox: Sandbox, name: str) -> None:
    address = "http://127.0.0.1:8000/notices/1/gwa_x"
    refused = await sandbox.post(f"/gateways/{name}/address", address="https://elsewhere.test/notices")
    assert refused.status_code == 422
    assert "Hanya alamat di mesin ini" in refused.text
    assert sandbox.street.cabinet.address(name) is None

    assert (await sandbox.post(f"/gateways/{name}/address", address=address)).status_code == 303
    charged = await sandbox.client(name).charge(a_charge("va_bni"))
    assert charged.outcome is Outcome.PENDING
    [charge] = sandbox.street.gateways[name].book.all()
    await sandbox.post(f"/gateways/{name}/{charge.id}", deed="pay")

    assert [letter.url for letter in sandbox.letters] == [address]
    assert address in (await sandbox.buyer.get(f"/gateways/{name}")).text


async def test_gateways_that_are_told_in_each_request_have_no_address(sandbox: Sandbox) -> None:
    assert 'name="address"' not in (await sandbox.buyer.get("/gateways/midtrans")).text
    with pytest.raises(NotHere):
        sandbox.street.cabinet.register("midtrans", "http://127.0.0.1/x")


async def test_two_that_make_the_file_at_once_have_the_same_keys(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "sandbox.json"
    made = await asyncio.gather(*(asyncio.to_thread(Cabinet(file).credentials) for _ in range(4)))
    assert all(one == made[0] for one in made)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


async def test_a_refund_is_done_once_the_bank_gave_it_back(sandbox: Sandbox) -> None:
    gateway = sandbox.client("midtrans")
    charged = await gateway.charge(a_charge("gopay"))
    await sandbox.acts("midtrans", "ord-101-1", "pay")
    asked = RefundAsked("rfd-1", "ord-101-1", charged.gateway_id, "gopay", 150_000, "IDR", "rfd")

    assert (await gateway.refund(asked)).outcome is RefundOutcome.PENDING
    assert "Bank mengembalikan dana" in (await sandbox.buyer.get("/gateways/midtrans")).text
    await sandbox.acts("midtrans", "ord-101-1", "return")

    assert (await gateway.refund(asked)).outcome is RefundOutcome.DONE
    assert "Bank mengembalikan dana" not in (await sandbox.buyer.get("/gateways/midtrans")).text
