"""SNAP: both signatures, and our client against a provider that answers as the standard says."""

import asyncio
import base64
import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.simulated import BASE, NOW, a_charge, delivered, opened
from orderan.gateways import (
    Account,
    Caller,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    InstrumentKind,
    MethodNotOffered,
    NoticeForged,
    NoticeUnreadable,
    Outcome,
    OutcomeUnknown,
    Received,
    RefundAsked,
    RefundOutcome,
    acknowledged,
    open_gateway,
)
from orderan.gateways.snap import wire
from orderan.gateways.snap.mapping import OFFERS
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.snap import SnapSimulator
from orderan.sandbox.gateways.snap_wire import Wrong, moment_of
from orderan.sandbox.models import ChargeState, SimCharge

pytestmark = pytest.mark.anyio

OUR_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOTIFY = "https://toko.test/notify/1"
CREDENTIALS = {
    "flavour": "bi",
    "client_id": "CL-101",
    "client_secret": "snap_secret_test",
    "private_key": OUR_KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode(),
    "public_key": "",
    "partner_id": "P-101",
    "channel_id": "95221",
    "partner_service_id": "   88899",
    "merchant_id": "M-101",
}
DOKU = CREDENTIALS | {"flavour": "doku", "terminal_id": "A01", "postal_code": "40111"}
THERE_KEY = SnapSimulator(CREDENTIALS)
"""One key of theirs for all tests: making one takes a while."""


class Desk:
    """Our client and their simulator, with a clock."""

    def __init__(self, credentials: dict[str, str] = CREDENTIALS) -> None:
        self.clock = SetClock(NOW)
        self.there = SnapSimulator(credentials, notify_url=NOTIFY)
        self.there._key = THERE_KEY._key
        self.here, self.went = opened(
            self.there, credentials | {"public_key": self.there.public_key}, self.clock
        )

    def charge_there(self, reference: str = "ord-101-1") -> SimCharge:
        found = self.there.book.find(reference)
        assert found is not None
        return found

    async def stands(self, method: str = "va_bca", gateway_id: str | None = None) -> Any:
        return await self.here.look_up(reference="ord-101-1", gateway_id=gateway_id, method=method)

    def news(self) -> list[Received]:
        return [delivered(letter) for letter in self.there.news(self.charge_there(), now=self.clock.at)]

    def paths(self) -> list[str]:
        return [request.path.rpartition("/")[2] for request in self.went]


@pytest.fixture(params=[CREDENTIALS, DOKU], ids=["bi", "doku"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(request.param)


@pytest.mark.parametrize("text", ["soon", "2026-11-11T10:00:00"])
def test_a_moment_that_says_nothing_is_a_field_of_the_wrong_format(text: str) -> None:
    with pytest.raises(Wrong) as refused:
        moment_of({"expiredDate": text}, "expiredDate")
    assert (refused.value.status, refused.value.case) == (400, "01")


def test_the_symmetric_vectors() -> None:
    assert (
        wire.symmetric(
            "fdppqbF5wq7vVegyvsV1CROMv646nJ7A",
            "POST:/v1.0/debit/payment-host-to-host:gp9HjjEj813Y9JGoqwOeOPWbnt4CupvIJbU1Mmu4a11MNDZ7Sg5u9a:"
            "56fa5f4999ad8014de49d7898c1d1d53472569db8999de3c1b752a0dd181e98c:2020-01-01T00:00:00+07:00",
        )
        == "FSlidRHe4ow9qppNifGVQNcdv67lBjgCiP0BHylh+IKXo4fs2rHaGsFNUY0N8t0rPlZs4iAHAOCDklnCccwuJw=="
    )
    at = wire.timestamp(datetime.fromisoformat("2024-01-01T00:00:00+00:00"))
    text = wire.request_text(
        "POST", "/v1.0/qr/qr-mpm-query", "tok123", b'{ "originalPartnerReferenceNo": "ORDER-101" }\n', at
    )
    assert text == (
        "POST:/v1.0/qr/qr-mpm-query:tok123:"
        "4a18564b1e1bdd37d61701e6e76570898fff55d1c2425c21f98bc53b1f456265:2024-01-01T07:00:00+07:00"
    )
    assert wire.symmetric("snap_secret_test", text) == (
        "gdOkAKYwVbE1PMAArJ7lali60EbF7FbrLpf+OK+6tq1lsMQO9AY/qHE4AUQsf32rGrjOB3MQzwcpByZppMKS6g=="
    )


def test_the_asymmetric_signature_is_of_the_client_and_the_time() -> None:
    told = wire.token_headers(OUR_KEY, "CL-101", now=NOW)
    assert told["x-timestamp"] == "2026-11-11T11:00:00+07:00"
    OUR_KEY.public_key().verify(
        base64.b64decode(told["x-signature"]),
        b"CL-101|2026-11-11T11:00:00+07:00",
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    assert wire.asymmetric_holds(
        OUR_KEY.public_key(), "CL-101|2026-11-11T11:00:00+07:00", told["x-signature"]
    )
    assert not wire.asymmetric_holds(OUR_KEY.public_key(), "CL-102|2026", told["x-signature"])
    assert not wire.asymmetric_holds(OUR_KEY.public_key(), "x", "é")


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_minifying_takes_the_blanks_and_nothing_else(told: object) -> None:
    tight = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
    assert wire.minified(json.dumps(told, indent=2, ensure_ascii=False).encode()) == tight


def test_a_name_is_written_in_letters_they_take() -> None:
    assert [wire.holder(name) for name in ("José & Budi", "Toko (A)", "王")] == [
        "Jose Budi",
        "Toko A",
        "Pelanggan",
    ]


@pytest.mark.parametrize("method", sorted(OFFERS))
async def test_every_method_gives_the_buyer_something_to_pay_with(method: str) -> None:
    desk = Desk()
    charged = await desk.here.charge(a_charge(method))

    assert charged.outcome is Outcome.PENDING
    assert charged.instrument is not None
    assert charged.instrument.expires_at == NOW + timedelta(hours=24)
    assert charged.gateway_id == desk.charge_there().id
    if method == "qris":
        assert charged.instrument.kind is InstrumentKind.QR
        assert charged.instrument.qr == desk.charge_there().number
    else:
        assert charged.instrument.kind is InstrumentKind.VIRTUAL_ACCOUNT
        assert charged.instrument.number == desk.charge_there().number == charged.gateway_id
    assert b"notify" not in desk.went[-1].body
    truth = await desk.stands(method, charged.gateway_id)
    assert (truth.outcome, truth.amount_minor, truth.paid_minor) == (Outcome.PENDING, 150_000, 0)


async def test_what_a_provider_has_not_is_not_asked_of_it() -> None:
    bare = Desk({**DOKU, "terminal_id": "", "postal_code": ""})
    for method in ("va_seabank", "qris", "gopay"):
        with pytest.raises(MethodNotOffered):
            await bare.here.charge(a_charge(method))
    assert bare.went == []


async def test_one_token_serves_until_shortly_before_its_end(desk: Desk) -> None:
    await asyncio.gather(desk.stands(), desk.stands())
    assert desk.paths().count("b2b") == 1
    desk.clock.at = NOW + timedelta(seconds=839)
    await desk.stands()
    assert desk.paths().count("b2b") == 1
    desk.clock.at = NOW + timedelta(seconds=840)
    await desk.stands()
    assert desk.paths().count("b2b") == 2
    desk.there.forget_tokens()
    assert (await desk.stands()).outcome is Outcome.ABSENT
    assert desk.paths()[-3:] == ["status", "b2b", "status"]


async def test_a_token_that_does_not_come_fails_all_who_wait_and_is_asked_for_again() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return httpx2.Response(500, content=b'{"responseCode":"5007300"}')

    caller = Caller(transport=httpx2.MockTransport(answer))
    here = open_gateway(Account("snap", BASE, CREDENTIALS), caller, SetClock(NOW))
    both = [here.charge(a_charge("va_bca")), here.charge(a_charge("va_bca", reference="ord-101-2"))]

    ends = await asyncio.gather(*both, return_exceptions=True)

    assert [type(end) for end in ends] == [GatewayFailed, GatewayFailed]
    assert asked == ["/v1.0/access-token/b2b"]
    with pytest.raises(GatewayFailed):
        await here.charge(a_charge("va_bca"))
    assert asked == ["/v1.0/access-token/b2b"] * 2


async def test_a_wrong_key_or_secret_is_refused_and_nothing_is_made() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    for wrong in ({"private_key": pem}, {"private_key": "none"}, {"client_secret": "x"}, {"partner_id": "P"}):
        there = SnapSimulator(CREDENTIALS)
        here, _ = opened(there, CREDENTIALS | wrong, SetClock(NOW))
        with pytest.raises(GatewayRefused):
            await here.charge(a_charge("va_bca"))
        assert there.book.all() == []


async def test_a_repeated_charge_is_the_first_one(desk: Desk) -> None:
    first = await desk.here.charge(a_charge("va_bca"))
    assert await desk.here.charge(a_charge("va_bca")) == first
    desk.clock.at = NOW + timedelta(hours=14)
    again = await desk.here.charge(a_charge("va_bca"))
    assert (again.gateway_id, again.instrument) == (first.gateway_id, first.instrument)
    with pytest.raises(GatewayRefused):
        await desk.here.charge(a_charge("va_bca", amount_minor=99_000))
    assert [charge.amount for charge in desk.there.book.all()] == [150_000]


def scripted(*answers: tuple[int, bytes] | Exception) -> Gateway:
    """Gives a token, then these answers one after another."""
    left = iter(answers)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("b2b"):
            body = b'{"responseCode":"2007300","accessToken":"t","expiresIn":"900"}'
            return httpx2.Response(200, content=body)
        told = next(left)
        if isinstance(told, Exception):
            raise told
        return httpx2.Response(told[0], content=told[1])

    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_gateway(Account("snap", BASE, CREDENTIALS), caller, SetClock(NOW))


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((400, b'{"responseCode":"4002702"}'), GatewayRefused),
        ((429, b'{"responseCode":"4292700"}'), GatewayFailed),
        ((500, b'{"responseCode":"5002700"}'), OutcomeUnknown),
        ((504, b'{"responseCode":"5042700"}'), OutcomeUnknown),
        ((502, b'{"responseCode":"2002700"}'), OutcomeUnknown),
        ((200, b'{"responseCode":"2002700"}'), OutcomeUnknown),
        ((200, b'{"responseCode":"2002700","virtualAccountData":{"trxId":"x"}}'), OutcomeUnknown),
        ((200, b'{"responseCode":"20'), OutcomeUnknown),
        ((200, b"[]"), OutcomeUnknown),
        ((404, b"<html>"), OutcomeUnknown),
        (httpx2.ReadError("cut"), OutcomeUnknown),
        (httpx2.ConnectError("away"), GatewayFailed),
    ],
)
async def test_an_answer_that_is_none_is_never_taken_for_yes_or_for_no(
    answer: tuple[int, bytes] | Exception, failure: type[Exception]
) -> None:
    with pytest.raises(failure) as told:
        await scripted(answer).charge(a_charge("va_bca"))
    assert type(told.value) is failure


async def test_a_call_that_may_still_be_on_its_way_is_not_refused() -> None:
    gone = (404, b'{"responseCode":"4042612"}')
    with pytest.raises(OutcomeUnknown):
        await scripted((409, b'{"responseCode":"4092700"}'), gone).charge(a_charge("va_bca"))
    with pytest.raises(GatewayRefused):
        await scripted((409, b'{"responseCode":"4092701"}'), gone).charge(a_charge("va_bca"))


@pytest.mark.parametrize(
    ("body", "gateway_id", "outcome"),
    [
        (b'{"responseCode":"4042601"}', None, Outcome.ABSENT),
        (b'{"responseCode":"4042601"}', "888991", Outcome.PENDING),
        (b'{"responseCode":"4042612"}', "888991", Outcome.CANCELLED),
        (b'{"responseCode":"4042619"}', "888991", Outcome.EXPIRED),
        (b'{"responseCode":"4042614"}', "888991", None),
        (b'{"responseCode":"2002600","virtualAccountData":{"paymentFlagStatus":"77"}}', None, None),
        (b'{"responseCode":"2002600","virtualAccountData":{"paymentFlagStatus":"00"}}', None, None),
        (b"[]", None, None),
    ],
)
async def test_how_an_account_stands_is_never_guessed(
    body: bytes, gateway_id: str | None, outcome: Outcome | None
) -> None:
    here = scripted((404 if b'"404' in body else 200, body))
    asked = here.look_up(reference="ord-101-1", gateway_id=gateway_id, method="va_bca")
    if outcome is None:
        with pytest.raises(GatewayFailed):
            await asked
    else:
        assert (await asked).outcome is outcome


async def test_paid_and_expired_are_told(desk: Desk) -> None:
    first = await desk.here.charge(a_charge("va_bca"))
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)
    truth = await desk.stands(gateway_id=first.gateway_id)
    assert (truth.outcome, truth.amount_minor, truth.paid_minor) == (Outcome.SUCCEEDED, 150_000, 150_000)
    await desk.here.charge(a_charge("qris", reference="ord-101-2"))
    desk.clock.at = NOW + timedelta(days=2)
    gone = await desk.here.look_up(reference="ord-101-2", gateway_id=None, method="qris")
    assert (gone.outcome, gone.paid_minor) == (Outcome.EXPIRED, 0)


async def test_a_charge_is_taken_back_unless_it_was_paid_meanwhile(desk: Desk) -> None:
    first = await desk.here.charge(a_charge("va_bca"))
    asked: dict[str, Any] = {"reference": "ord-101-1", "gateway_id": first.gateway_id, "method": "va_bca"}
    assert (await desk.here.cancel(**asked)).outcome is Outcome.CANCELLED
    assert (await desk.here.look_up(**asked)).outcome is Outcome.CANCELLED

    second = await desk.here.charge(a_charge("va_bca", reference="ord-101-2"))
    desk.there.book.pay(desk.charge_there("ord-101-2"), 150_000, now=NOW)
    kept = await desk.here.cancel(reference="ord-101-2", gateway_id=second.gateway_id, method="va_bca")
    assert (kept.outcome, kept.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    none = await desk.here.cancel(reference="ord-999-1", gateway_id=None, method="va_bca")
    assert none.outcome is Outcome.ABSENT
    await desk.here.charge(a_charge("qris", reference="ord-101-3"))
    qr = await desk.here.cancel(reference="ord-101-3", gateway_id=None, method="qris")
    assert qr.outcome is Outcome.PENDING


async def test_a_refund_is_made_once_per_key_and_no_more_than_there_is(desk: Desk) -> None:
    charged = await desk.here.charge(a_charge("qris"))
    back = RefundAsked("rfd-1", "ord-101-1", charged.gateway_id, "qris", 50_000, "IDR", "rusak")
    with pytest.raises(GatewayRefused):
        await desk.here.refund(back)
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)

    first = await desk.here.refund(back)
    desk.clock.at = NOW + timedelta(hours=14)
    again = await desk.here.refund(back)

    assert (first.outcome, first.amount_minor) == (RefundOutcome.DONE, 50_000)
    assert (again.gateway_id, again.amount_minor) == (first.gateway_id, 50_000)
    assert desk.charge_there().refunded == 50_000
    truth = await desk.stands("qris")
    assert (truth.outcome, truth.paid_minor, truth.refunded_minor) == (Outcome.REFUNDED, 150_000, 50_000)
    for wrong in ({"key": "rfd-2", "amount_minor": 100_001}, {"method": "va_bca"}):
        with pytest.raises(GatewayRefused):
            await desk.here.refund(replace(back, **wrong))
    assert desk.charge_there().refunded == 50_000


async def test_news_repeats_itself_under_one_key_and_is_answered_in_its_own_words(desk: Desk) -> None:
    charged = await desk.here.charge(a_charge("va_bca"))
    assert desk.news() == []
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)
    [paid] = desk.news()
    [later] = desk.news()

    first, again = desk.here.read_notice(paid), desk.here.read_notice(later)

    assert (first.reference, first.gateway_id, first.claims) == (
        "ord-101-1",
        charged.gateway_id,
        Outcome.SUCCEEDED,
    )
    assert first.dedupe_key == again.dedupe_key
    answer = acknowledged(desk.here, first)
    told = json.loads(answer.body)
    assert (answer.status, told["responseCode"]) == (200, "2002500")
    assert told["virtualAccountData"]["virtualAccountNo"] == json.loads(paid.body)["virtualAccountNo"]


async def test_news_of_a_qr_tells_paid_from_paid_back(desk: Desk) -> None:
    await desk.here.charge(a_charge("qris"))
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)
    [paid] = desk.news()
    desk.there.book.refund(desk.charge_there(), "r", 150_000, "", now=NOW)
    [back] = desk.news()

    first, second = desk.here.read_notice(paid), desk.here.read_notice(back)

    assert (first.claims, second.claims) == (Outcome.SUCCEEDED, Outcome.REFUNDED)
    assert first.dedupe_key != second.dedupe_key
    assert json.loads(acknowledged(desk.here, first).body)["responseCode"] == "2005200"


def signed(body: bytes) -> Received:
    """These bytes, signed by the provider."""
    at = "2026-11-11T11:00:00+07:00"
    text = f"POST:/notify/1:{hashlib.sha256(wire.minified(body)).hexdigest()}:{at}"
    made = THERE_KEY._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    told = {"x-timestamp": at, "x-partner-id": "P-101", "x-signature": base64.b64encode(made).decode()}
    return Received("/notify/1", told, body)


async def test_forged_and_foreign_news_is_refused_and_half_a_document_waits(desk: Desk) -> None:
    await desk.here.charge(a_charge("va_bca"))
    desk.there.book.move(desk.charge_there(), ChargeState.PAID, from_={ChargeState.PENDING}, now=NOW)
    [letter] = desk.there.news(desk.charge_there(), now=NOW)
    good = delivered(letter)
    for forged in (
        delivered(desk.there.forged(letter)),
        replace(good, body=good.body.replace(b"150000", b"1")),
        replace(good, path="/notify/2"),
        replace(good, headers={**good.headers, "x-partner-id": "P-102"}),
        replace(good, headers={**good.headers, "x-timestamp": "2026"}),
        replace(good, headers={}),
    ):
        with pytest.raises(NoticeForged):
            desk.here.read_notice(forged)
    here = Desk().here
    for half in (b"{", b"", b"[]", b"{}", b'{"virtualAccountNo":"   888991"}'):
        with pytest.raises(NoticeUnreadable):
            here.read_notice(signed(half))
    with pytest.raises(NoticeForged):
        here.read_notice(signed(b'{"merchantId":"M-102","originalPartnerReferenceNo":"ord-101-1"}'))


@settings(deadline=None, max_examples=100)
@given(
    st.binary(max_size=200),
    st.dictionaries(
        st.sampled_from(["x-timestamp", "x-signature", "x-partner-id", "authorization"]), st.text(max_size=30)
    ),
)
def test_whatever_comes_is_forged(body: bytes, headers: dict[str, str]) -> None:
    for here in (BI_HERE, DOKU_HERE):
        with pytest.raises(NoticeForged):
            here.read_notice(Received("/notify/1", headers, body))


BI_HERE, DOKU_HERE = Desk().here, Desk(DOKU).here


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(
            ["virtualAccountNo", "trxId", "paidAmount", "originalReferenceNo", "refundHistory", "merchantId"]
        ),
        st.none() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_what_is_signed_is_news_forged_or_unreadable_and_nothing_else(told: dict[str, Any]) -> None:
    try:
        notice = BI_HERE.read_notice(signed(json.dumps(told).encode()))
    except (NoticeForged, NoticeUnreadable):
        return
    assert notice.reference is not None or notice.gateway_id is not None


def test_what_is_not_taken_is_sent_again() -> None:
    assert (BI_HERE.acknowledgement(taken=True).status, BI_HERE.acknowledgement(taken=False).status) == (
        200,
        500,
    )
