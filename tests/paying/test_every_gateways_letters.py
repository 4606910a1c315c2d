"""What a stranger can do with the letters of any gateway: nothing. Refused or kept, never money, never a 500."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.conftest import House
from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan import gateways
from orderan.bench.storm import Storm
from orderan.flows.contest_chargeback import tend_chargebacks
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.gateway_news import hear_news
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.place_order import Placed
from orderan.gateways import GATEWAYS, Account, NoticeForged, NoticeUnreadable, Received, open_gateway
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.payments import Attempt, AttemptState, open_account
from orderan.sandbox.models import ChargeState, Letter, SimCharge
from orderan.sandbox.ports import BankDeed, HearsBanks

pytestmark = pytest.mark.anyio

METHOD = {"stripe": "card"}
TOWNS = [(gateway, METHOD.get(gateway, "va_bni")) for gateway in GATEWAYS] + [("snap", "qris")]
"""A bank's letters about a QR are others than about an account."""
SIGNED = {
    "midtrans": "signed",
    "xendit": "knows_the_token",
    "doku": "signed",
    "duitku": "same",
    "ipaymu": "signed",
    "stripe": "signed",
}
"""What of a gateway's `wire` says whether a letter is its own."""


@dataclass
class Town:
    """A shop with an account at every gateway and an order of 20,000 that waits at one of them."""

    name: str
    world: World
    storm: Storm
    keyring: Keyring
    accounts: dict[str, UUID]
    buyer: AsyncClient
    cashier: Cashier
    attempt: Attempt
    lie: Letter | None = None

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def charge(self) -> SimCharge:
        found = self.storm.gateways[self.name].book.find(self.attempt.reference)
        assert found is not None
        return found

    def letter(self, *, paid: bool = True, amount: int | None = None) -> Letter:
        """The gateway's own, well signed letter that this is paid.

        Args:
            paid: Whether it is true; else the gateway lies.
            amount: What the letter says was to be paid.
        """
        there, charge = self.storm.gateways[self.name], self.charge
        was = charge.state, charge.paid, charge.amount
        charge.amount = charge.amount if amount is None else amount
        there.book.pay(charge, charge.amount, now=self.storm.clock.at)
        letters = there.news(charge, now=self.storm.clock.at)
        if not paid:
            charge.state, charge.paid, charge.amount = was
        return letters[-1]

    async def deliver(self, letter: Letter, *, to: str | None = None, body: bytes | None = None) -> int:
        address = f"/notices/1/{to_text('gwa', self.accounts[to or self.name])}"
        answer = await self.buyer.post(
            address, content=letter.body if body is None else body, headers=dict(letter.headers)
        )
        return int(answer.status_code)

    async def work(self) -> None:
        await self.floor.run(lambda tx: hear_news(tx, now=self.storm.clock.at))
        while await self.cashier.ask_due(self.floor.caller):
            pass

    async def verdicts(self) -> list[tuple[str, int]]:
        rows = await self.floor.all("SELECT verdict, times FROM gateway_notice ORDER BY received_at, id")
        return [(row.verdict, row.times) for row in rows]

    async def captured(self) -> list[int]:
        rows = await self.floor.all("SELECT amount_minor FROM payment_event WHERE kind = 'captured'")
        return [row.amount_minor for row in rows]

    async def waits(self) -> list[str]:
        """What the inbox has for people."""
        rows = await self.floor.all("SELECT kind FROM exception_entry WHERE state = 'open' ORDER BY kind")
        return [row.kind for row in rows]

    async def nothing_moved(self) -> None:
        await self.work()
        assert await self.captured() == []
        [order] = await self.floor.all("SELECT money, commercial, paid_minor FROM sales_order")
        assert tuple(order) == ("pending", "awaiting_payment", 0)


@pytest.fixture(params=TOWNS, ids=" ".join)
async def town(
    request: pytest.FixtureRequest, floor: ShopFloor, keyring: Keyring, house: House, now: datetime
) -> AsyncIterator[Town]:
    name, method = request.param
    storm = Storm(house.clock, 1)
    world = await a_shop(floor, now, stock={"kopi": 5})
    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)
    assert isinstance(placed, Placed)
    links = PayLinks("https://toko.test", keyring)
    accounts = {}
    for gateway in GATEWAYS:
        account = await floor.run(
            lambda tx, gateway=gateway: open_account(
                tx,
                keyring,
                gateway=gateway,
                name=gateway,
                base_url=f"https://{gateway}.test",
                credentials=storm.credentials(gateway),
                methods=[method] if gateway == name else [],
                now=now,
            )
        )
        accounts[gateway] = account.id
        storm.registers(gateway, links.notifications(1, account.id))
    async with gateways.Caller(transport=storm.transport) as reach, house.browser() as buyer:
        clients = GatewayClients(keyring, house.clock, reach)
        cashier = Cashier(floor.db, house.clock, links, clients.of_rail)
        attempt = await cashier.charge(floor.caller, placed.order.id, method)
        assert (attempt.gateway, attempt.state) == (name, AttemptState.OFFERED)
        yield Town(name, world, storm, keyring, accounts, buyer, cashier, attempt)


async def test_a_genuine_letter_however_often_is_one_payment(town: Town) -> None:
    letter = town.letter()
    for _ in range(3):
        assert await town.deliver(letter) == 200
        await town.work()

    assert await town.verdicts() == [("genuine", 3)]
    assert await town.captured() == [20_000]


async def test_a_genuine_letter_sent_again_days_later_is_no_other_payment(town: Town) -> None:
    letter = town.letter()
    assert await town.deliver(letter) == 200
    await town.work()

    town.storm.clock.at += timedelta(days=10)
    # Stripe signs a repetition anew: an old signature is a copy somebody kept.
    assert await town.deliver(letter) == (403 if town.name == "stripe" else 200)
    await town.work()

    assert await town.captured() == [20_000]


async def test_a_lie_repeated_when_the_charge_is_over_moves_nothing_either(town: Town) -> None:
    letter = town.letter(paid=False)
    assert await town.deliver(letter) == 200
    await town.nothing_moved()
    town.charge.state = ChargeState.EXPIRED
    assert await town.deliver(letter) == 200
    await town.work()

    assert await town.verdicts() == [("genuine", 2)]
    assert await town.captured() == []


async def test_a_forged_letter_is_refused_and_kept(town: Town) -> None:
    forged = town.storm.gateways[town.name].forged(town.letter(paid=False))

    assert await town.deliver(forged) == 403
    await town.nothing_moved()
    assert await town.verdicts() == [("forged", 1)]


async def test_a_letter_that_was_cut_off_moves_nothing(town: Town) -> None:
    letter = town.letter(paid=False)
    for turn, share in enumerate((0, 0.5, 0.97, 0.998), 1):
        body = letter.body[: int(len(letter.body) * share)]
        assert body != letter.body

        status = await town.deliver(letter, body=body)

        told = await town.verdicts()
        verdict, times = told[-1]
        assert (status, verdict, times) in {(403, "forged", 1), (200, "unreadable", 1), (200, "genuine", 1)}
        assert len(told) == turn
        assert (verdict == "genuine") <= (town.name in {"xendit", "duitku", "ipaymu"})
        await town.nothing_moved()


@pytest.mark.parametrize("amount", [19_999, 9_000_000])
async def test_another_amount_in_the_gateways_own_hand_moves_nothing(town: Town, amount: int) -> None:
    assert await town.deliver(town.letter(paid=False, amount=amount)) == 200
    await town.nothing_moved()
    assert await town.verdicts() == [("genuine", 1)]


async def test_another_amount_written_over_it_moves_nothing(town: Town) -> None:
    letter = town.letter(paid=False)
    body = letter.body.replace(b"20000", b"10000")
    assert body != letter.body

    status = await town.deliver(letter, body=body)

    assert status == (200 if town.name == "xendit" else 403)
    await town.nothing_moved()


async def test_a_letter_to_another_account_is_nobodys_there(town: Town) -> None:
    letter = town.letter()
    for other in GATEWAYS:
        if other != town.name:
            assert await town.deliver(letter, to=other) in {200, 403}
    assert {verdict for verdict, _ in await town.verdicts()} <= {"forged", "unreadable"}
    await town.nothing_moved()


async def test_a_letter_to_another_account_at_the_same_gateway_is_nobodys_there(town: Town) -> None:
    letter = town.letter()
    theirs = Storm(town.storm.clock, 2).credentials(town.name)
    if town.name != "snap":
        theirs = {name: f"{secret}-9" for name, secret in theirs.items()}
    other = await town.floor.run(
        lambda tx: open_account(
            tx,
            town.keyring,
            gateway=town.name,
            name="lain",
            base_url=f"https://{town.name}.test",
            credentials=theirs,
            methods=[],
            now=town.storm.clock.at,
        )
    )
    town.accounts["lain"] = other.id

    assert await town.deliver(letter, to="lain") == 403
    assert {verdict for verdict, _ in await town.verdicts()} == {"forged"}
    await town.nothing_moved()


async def test_a_letter_without_any_one_of_its_headers_moves_nothing(town: Town) -> None:
    letter = town.letter(paid=False)
    for name in letter.headers:
        lacking = {other: value for other, value in letter.headers.items() if other != name}

        assert await town.deliver(replace(letter, headers=lacking)) in {200, 403}

    await town.nothing_moved()


async def test_a_letter_about_nothing_of_ours_is_kept_answered_and_asks_nobody(town: Town) -> None:
    letter = town.letter()
    await town.floor.run(
        lambda tx: tx.run("UPDATE payment_attempt SET reference = 'lain', gateway_id = NULL, ask_at = NULL")
    )

    for _ in range(2):
        assert await town.deliver(letter) == 200
        assert await town.floor.run(lambda tx: hear_news(tx, now=town.storm.clock.at)) == (1, [])
    assert await town.floor.run(lambda tx: hear_news(tx, now=town.storm.clock.at)) == (0, [])
    await town.nothing_moved()

    [kept] = await town.floor.all("SELECT verdict, times, attempt_id, body FROM gateway_notice")
    assert (kept.verdict, kept.times, kept.attempt_id) == ("genuine", 2, None)
    assert bytes(kept.body) == letter.body
    assert await town.waits() == ["letters_of_nobody"]


async def test_letters_about_a_payment_of_ours_and_its_refund_wait_for_nobody(town: Town) -> None:
    assert await town.deliver(town.letter()) == 200
    await town.work()
    there = town.storm.gateways[town.name]
    there.book.refund(town.charge, "sebagian", 5_000, "rusak", now=town.storm.clock.at)
    for letter in there.news(town.charge, now=town.storm.clock.at):
        assert await town.deliver(letter) == 200
        await town.work()

    assert [kind for kind in await town.waits() if kind.startswith("letters")] == []


@pytest.mark.parametrize("town", [("stripe", "card")], indirect=True, ids=" ".join)
async def test_a_dispute_the_gateway_writes_of_opens_a_case_and_its_end_closes_it(town: Town) -> None:
    there, now = town.storm.gateways[town.name], town.storm.clock.at
    assert isinstance(there, HearsBanks)
    assert await town.deliver(town.letter()) == 200
    await town.work()
    for deed, state in ((BankDeed.DISPUTE, "open"), (BankDeed.WIN, "won")):
        there.bank_does(town.charge, deed, now=now)
        [letter] = there.news(town.charge, now=now)
        assert await town.deliver(letter) == 200
        await town.work()
        await town.floor.run(lambda tx: tend_chargebacks(tx, now=now))
        [case] = await town.floor.all("SELECT state, amount_minor FROM chargeback")
        assert tuple(case) == (state, 20_000)

    assert [kind for kind in await town.waits() if kind.startswith("letters")] == []
    rows = await town.floor.all("SELECT kind FROM payment_event WHERE kind LIKE 'capture%%' ORDER BY seq")
    assert [row.kind for row in rows] == ["captured", "capture_reversed", "captured"]


async def test_refused_letters_wait_for_a_person_until_one_is_signed_well(town: Town) -> None:
    letter = town.letter()
    forged = town.storm.gateways[town.name].forged(letter)
    for _ in range(2):
        assert await town.deliver(forged) == 403
    await town.work()
    assert await town.waits() == ["letters_refused"]

    assert await town.deliver(letter) == 200
    await town.work()
    assert await town.waits() == []
    [entry] = await town.floor.all("SELECT closing_note FROM exception_entry")
    assert entry.closing_note == "signed well again"

    # Who has our key to check with writes to us: what is refused beside it is a stranger's.
    changed = town.storm.gateways[town.name].forged(replace(letter, body=letter.body + b" "))
    assert await town.deliver(changed) == 403
    await town.work()
    assert await town.waits() == []
    # An hour later nobody wrote for so long that our key may be the wrong one.
    town.storm.clock.at += timedelta(hours=1, seconds=1)
    assert await town.deliver(changed) == 403
    assert await town.waits() == ["letters_refused"]


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@pytest.mark.parametrize("town", TOWNS[:2], indirect=True, ids=" ".join)
async def test_a_member_that_no_signature_covers_may_be_anything(town: Town) -> None:
    letter = town.letter(paid=False)
    for member in ("refunds", "refund_amount", "transaction", "order", "data", "metadata"):
        for odd in (True, 5, 1.5, "x", {"a": 1}, [5]):
            body = json.dumps(json.loads(letter.body) | {member: odd}).encode()
            assert (member, odd, await town.deliver(letter, body=body)) == (member, odd, 200)
    await town.nothing_moved()


CHANGES = st.lists(st.tuples(st.integers(0, 30), st.booleans(), ANYTHING), min_size=1, max_size=3)
"""Of a letter: which member, whether the one within it, and what stands there instead."""
SELDOM = ("data", "metadata", "order", "payment_id", "refund", "refunds", "transaction")
"""Members that only some of a gateway's letters have."""
FUZZED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(changes=CHANGES, body=st.none() | st.binary(max_size=400) | ANYTHING.map(json.dumps).map(str.encode))
@settings(max_examples=10, deadline=None, suppress_health_check=FUZZED)
async def test_whatever_is_made_of_a_letter_is_refused_or_kept_and_never_breaks(
    town: Town, changes: list[tuple[int, bool, Any]], body: bytes | None
) -> None:
    letter = _letter_of(town)

    status = await town.deliver(letter, body=_changed(letter, changes) if body is None else body)

    assert status in {200, 403}
    await town.nothing_moved()


@given(changes=CHANGES)
@settings(max_examples=60, deadline=None, suppress_health_check=FUZZED)
async def test_whatever_a_gateway_signs_is_read_or_said_to_be_unreadable(
    town: Town, changes: list[tuple[int, bool, Any]]
) -> None:
    letter = _letter_of(town)
    name = town.name
    told = town.storm.credentials(name)
    client: Any = open_gateway(
        Account(name, "https://gateway.test", told), gateways.Caller(), town.storm.clock
    )
    headers = {key.lower(): value for key, value in letter.headers.items()}
    with pytest.MonkeyPatch.context() as patch:
        if name == "snap":
            patch.setattr(client, "_signed", lambda _: True)
        else:
            wire = import_module(f"orderan.gateways.{name}.wire")
            patch.setattr(wire, SIGNED[name], lambda *_, **__: True)
        try:
            notice = client.read_notice(
                Received(urlsplit(letter.url).path, headers, _changed(letter, changes))
            )
        except (NoticeForged, NoticeUnreadable):
            return
    assert isinstance(notice.dedupe_key, str)
    assert notice.reference is None or isinstance(notice.reference, str)
    assert notice.gateway_id is None or isinstance(notice.gateway_id, str)


def _letter_of(town: Town) -> Letter:
    """One lie for all examples: what is drawn from it must not depend on the example before."""
    if town.lie is None:
        town.lie = town.letter(paid=False)
    return town.lie


def _changed(letter: Letter, changes: list[tuple[int, bool, Any]]) -> bytes:
    """The letter with some of its members replaced."""
    try:
        told = json.loads(letter.body)
    except ValueError:
        fields = dict(parse_qsl(letter.body.decode(), keep_blank_values=True))
        for place, _, value in changes:
            fields[sorted(fields)[place % len(fields)]] = str(value)
        return urlencode(fields, errors="replace").encode()
    for place, within, value in changes:
        where = told
        names = sorted({*where, *SELDOM})
        key = names[place % len(names)]
        if within and isinstance(where.get(key), dict) and where[key]:
            where = where[key]
            key = sorted(where)[place % len(where)]
        where[key] = value
    return json.dumps(told).encode()
