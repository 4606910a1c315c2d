"""Xendit: its words, and our client against a Xendit that answers as theirs does."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.simulated import BASE, NOW, a_charge, delivered, opened
from orderan.gateways import (
    Account,
    Caller,
    Charged,
    Fault,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    Instrument,
    InstrumentKind,
    MethodNotOffered,
    NoticeForged,
    NoticeUnreadable,
    Outcome,
    OutcomeUnknown,
    Payer,
    Received,
    RefundAsked,
    RefundOutcome,
    Truth,
    credentials_of,
    open_gateway,
)
from orderan.gateways.xendit import wire
from orderan.gateways.xendit.mapping import OFFERS, OUTCOMES, moment, rupiah
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.xendit import XenditSimulator
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest

pytestmark = pytest.mark.anyio

CREDENTIALS = {"secret_key": "xnd_development_TEST", "callback_token": "token-101"}
REFERENCE = "ord-101-1"
ENDS = NOW + timedelta(hours=24)
LATER = NOW + timedelta(minutes=5)
KINDS = {
    "qris": InstrumentKind.QR,
    "shopeepay": InstrumentKind.DEEPLINK,
    "indomaret": InstrumentKind.PAYMENT_CODE,
    "alfamart": InstrumentKind.PAYMENT_CODE,
}


class Desk:
    """Our client and their simulator, with a clock."""

    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.there = XenditSimulator(CREDENTIALS)
        self.there.webhook_url = "https://toko.test/notify/1"
        self.here, self.went = opened(self.there, CREDENTIALS, self.clock)

    async def charge(self, method: str = "va_bca", reference: str = REFERENCE) -> Charged:
        return await self.here.charge(a_charge(method, reference))

    def kept(self, reference: str = REFERENCE) -> SimCharge:
        found = self.there.book.find(reference)
        assert found is not None
        return found

    def pay(self, reference: str = REFERENCE) -> None:
        charge = self.kept(reference)
        self.there.book.pay(charge, charge.amount, now=self.clock.at)

    async def stands(
        self, method: str = "va_bca", reference: str = REFERENCE, gateway_id: str | None = None
    ) -> Truth:
        return await self.here.look_up(reference=reference, gateway_id=gateway_id, method=method)

    def letters(self) -> list[Letter]:
        return self.there.news(self.kept(), now=self.clock.at)

    def asks(self, method: str, path: str, body: dict[str, Any], **headers: str) -> SimReply:
        """A request that is not our client's."""
        plain = wire.headers(CREDENTIALS["secret_key"]) | headers
        return self.there.answer(
            SimRequest(method, path, plain, json.dumps(body).encode()), now=self.clock.at
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def answering(answer: Any) -> Gateway:
    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_gateway(Account("xendit", BASE, CREDENTIALS), caller, SetClock(NOW))


def saying(status: int, told: object) -> Gateway:
    """Our client over a Xendit that always says the same."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return answering(lambda _: httpx2.Response(status, content=body))


# Words


def test_what_every_request_carries() -> None:
    assert wire.headers("xnd_development_TEST", key="ord-101-1") == {
        "authorization": "Basic eG5kX2RldmVsb3BtZW50X1RFU1Q6",
        "accept": "application/json",
        "content-type": "application/json",
        "api-version": "2024-11-11",
        "idempotency-key": "ord-101-1",
    }
    assert "idempotency-key" not in wire.headers("xnd_development_TEST")
    assert credentials_of("xendit") == ("secret_key", "callback_token")


def test_a_virtual_account_is_asked_for_as_they_read_it() -> None:
    asked = replace(a_charge("va_bca"), payer=Payer("Toko Ani & Co. (Depok)"))

    assert json.loads(wire.charge_body(asked, "BCA_VIRTUAL_ACCOUNT")) == {
        "reference_id": "ord-101-1",
        "type": "PAY",
        "country": "ID",
        "currency": "IDR",
        "request_amount": 150_000,
        "capture_method": "AUTOMATIC",
        "channel_code": "BCA_VIRTUAL_ACCOUNT",
        "channel_properties": {
            "display_name": "Toko Ani Co Depok",
            "expires_at": "2026-11-12T04:00:00Z",
        },
        "description": "Pesanan 101",
    }


@pytest.mark.parametrize(
    ("method", "properties"),
    [
        ("qris", {"expires_at": "2026-11-12T04:00:00Z"}),
        ("indomaret", {"payer_name": "Ani Lestari", "expires_at": "2026-11-12T04:00:00Z"}),
        (
            "dana",
            {
                "success_return_url": "https://toko.test/bayar/101",
                "failure_return_url": "https://toko.test/bayar/101",
            },
        ),
        (
            "ovo",
            {
                "account_mobile_number": "+6281234567890",
                "success_return_url": "https://toko.test/bayar/101",
                "failure_return_url": "https://toko.test/bayar/101",
            },
        ),
    ],
)
def test_each_kind_of_channel_is_told_what_it_needs(method: str, properties: dict[str, str]) -> None:
    told = json.loads(wire.charge_body(a_charge(method), OFFERS[method].code))
    assert told["channel_properties"] == properties


def test_pay_later_is_told_who_buys_what() -> None:
    told = json.loads(wire.charge_body(a_charge("kredivo"), "KREDIVO"))

    assert told["customer"] == {
        "type": "INDIVIDUAL",
        "reference_id": b"ord-101-1".hex(),
        "individual_detail": {"given_names": "Ani Lestari"},
        "email": "ani@contoh.test",
        "mobile_number": "+6281234567890",
    }
    assert told["items"] == [
        {
            "reference_id": "1",
            "type": "PHYSICAL_PRODUCT",
            "name": "Kopi Gayo",
            "net_unit_amount": 150_000,
            "quantity": 1,
            "category": "GENERAL",
        }
    ]


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        (44_000, 44_000),
        (44_000.0, 44_000),
        ("44000", 44_000),
        ("44000.00", 44_000),
        (44_000.5, None),
        ("-1", None),
        (float("nan"), None),
        ("inf", None),
        ("x", None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_an_amount_is_whole_rupiah_or_none(told: object, amount: int | None) -> None:
    assert rupiah(told) == amount


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-11T04:00:00.250Z", NOW + timedelta(milliseconds=250)),
        ("2026-11-11T04:00:00Z", NOW),
        ("2026-11-11T11:00:00+07:00", NOW),
        ("2026-11-11T04:00:00", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_time_is_aware_or_none(text: object, at: datetime | None) -> None:
    assert moment(text) == at


def test_the_words_of_the_books_and_no_other() -> None:
    assert OUTCOMES == {
        "ACCEPTING_PAYMENTS": Outcome.PENDING,
        "REQUIRES_ACTION": Outcome.PENDING,
        "PENDING": Outcome.PENDING,
        "AUTHORIZED": Outcome.HELD,
        "SUCCEEDED": Outcome.SUCCEEDED,
        "FAILED": Outcome.DECLINED,
        "CANCELED": Outcome.CANCELLED,
        "EXPIRED": Outcome.EXPIRED,
    }


# Charging


@pytest.mark.parametrize("method", sorted(OFFERS))
async def test_every_method_gives_the_buyer_something_to_pay_with(desk: Desk, method: str) -> None:
    charged = await desk.charge(method)

    virtual = InstrumentKind.VIRTUAL_ACCOUNT if method.startswith("va_") else InstrumentKind.REDIRECT
    assert charged.outcome is Outcome.PENDING
    assert charged.instrument is not None
    assert charged.instrument.kind is KINDS.get(method, virtual)
    assert charged.instrument.number or charged.instrument.qr or charged.instrument.url
    assert charged.instrument.expires_at == ENDS
    assert desk.kept().method == OFFERS[method].code
    assert desk.there.method_of(desk.went[-1]) == OFFERS[method].code
    assert (await desk.stands(method, gateway_id=charged.gateway_id)).outcome is Outcome.PENDING


async def test_no_card_number_comes_near_us(desk: Desk) -> None:
    await desk.charge("card")

    [request] = desk.went
    assert request.path == "/sessions"
    assert "card" not in json.loads(request.body)
    assert "channel_properties" not in json.loads(request.body)
    assert json.loads(request.body)["allowed_payment_channels"] == ["CARDS"]


async def test_what_cannot_be_charged_is_not_sent(desk: Desk) -> None:
    with pytest.raises(MethodNotOffered):
        await desk.charge("va_saqu")
    with pytest.raises(GatewayRefused, match="currency"):
        await desk.here.charge(replace(a_charge("va_bca"), currency="USD"))
    with pytest.raises(GatewayRefused, match="phone_missing"):
        await desk.here.charge(replace(a_charge("ovo"), payer=Payer("Ani")))
    assert desk.went == []


async def test_a_wallet_that_only_asks_on_its_owners_phone_is_a_push() -> None:
    told = {"payment_request_id": "pr-1", "status": "REQUIRES_ACTION", "actions": []}

    charged = await saying(201, told).charge(a_charge("ovo"))

    assert charged.instrument == Instrument(InstrumentKind.PUSH, expires_at=ENDS)


async def test_what_they_say_of_the_end_goes_before_what_was_asked() -> None:
    told = {
        "payment_request_id": "pr-1",
        "status": "requires_action",
        "channel_properties": {"expires_at": "2026-11-11T04:30:00Z"},
        "actions": [
            7,
            {"descriptor": "DEEPLINK_URL", "value": "gojek://1"},
            {"descriptor": "web_url", "value": "https://checkout.test/1"},
        ],
    }

    charged = await saying(201, told).charge(a_charge("gopay"))

    half_past = datetime(2026, 11, 11, 4, 30, tzinfo=UTC)
    assert charged.instrument == Instrument(
        InstrumentKind.REDIRECT, url="https://checkout.test/1", expires_at=half_past
    )


@pytest.mark.parametrize("method", ["va_bca", "card"])
async def test_the_same_charge_asked_again_is_made_once(desk: Desk, method: str) -> None:
    first, again = await desk.charge(method), await desk.charge(method)

    assert again == first
    assert len(desk.there.book.all()) == 1
    with pytest.raises(GatewayRefused):
        await desk.here.charge(a_charge(method, amount_minor=99_000))
    assert len(desk.there.book.all()) == 1


async def test_without_the_key_the_same_reference_is_charged_twice(desk: Desk) -> None:
    """The control: references are not unique there."""
    for _ in range(2):
        body = json.loads(wire.charge_body(a_charge("va_bca"), "BCA_VIRTUAL_ACCOUNT"))
        assert desk.asks("POST", "/v3/payment_requests", body).status == 201

    assert len(desk.there.book.all()) == 2
    with pytest.raises(GatewayFailed, match="several"):
        await desk.stands()


async def test_a_taken_key_is_what_was_made_under_it(desk: Desk) -> None:
    first = await desk.charge()

    again = await desk.here.charge(replace(a_charge("va_bca"), description="Pesanan 101 lagi"))

    assert (again.gateway_id, again.instrument) == (first.gateway_id, first.instrument)
    for other in (a_charge("va_bni"), a_charge("va_bca", amount_minor=1_000)):
        with pytest.raises(GatewayRefused, match="something else"):
            await desk.here.charge(other)
    assert len(desk.there.book.all()) == 1


@pytest.mark.parametrize("listed", [(500, {}), (200, {"data": []}), (404, {"error_code": "NOT_FOUND"})])
async def test_a_taken_key_whose_charge_is_not_found_may_be_anything(listed: tuple[int, object]) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(409, json={"error_code": "IDEMPOTENCY_ERROR"})
        return httpx2.Response(listed[0], json=listed[1])

    with pytest.raises(OutcomeUnknown):
        await answering(answer).charge(a_charge("va_bca"))


@pytest.mark.parametrize(
    ("status", "told", "failure", "fault"),
    [
        (400, {"error_code": "API_VALIDATION_ERROR"}, GatewayRefused, None),
        (401, {"error_code": "INVALID_API_KEY"}, GatewayRefused, None),
        (403, {"error_code": "INVALID_MERCHANT_SETTINGS"}, GatewayRefused, None),
        (400, {"error_code": "PAYMENT_REQUEST_RATE_LIMITED"}, GatewayFailed, Fault.BUSY),
        (429, b"slow down", GatewayFailed, Fault.BUSY),
        (503, {"error_code": "CHANNEL_UNAVAILABLE"}, GatewayFailed, Fault.BANK),
        (503, {"error_code": "ISSUER_UNAVAILABLE"}, GatewayFailed, Fault.BANK),
        (503, {"error_code": "SERVER_ERROR"}, OutcomeUnknown, Fault.SERVER),
        (500, {"error_code": "SERVER_ERROR"}, OutcomeUnknown, Fault.SERVER),
        (502, b"<html>", OutcomeUnknown, Fault.GARBLED),
        (403, b"<html>", OutcomeUnknown, Fault.GARBLED),
        (408, {"error_code": "TIMEOUT_ERROR"}, OutcomeUnknown, Fault.SERVER),
        (201, b'{"payment_request_id": "pr-', OutcomeUnknown, Fault.GARBLED),
        (201, [], OutcomeUnknown, Fault.GARBLED),
        (201, {"payment_request_id": "pr-1"}, OutcomeUnknown, Fault.GARBLED),
        (201, {"status": "REQUIRES_ACTION"}, OutcomeUnknown, Fault.GARBLED),
        (
            201,
            {"payment_request_id": "pr-1", "status": "REQUIRES_ACTION"},
            OutcomeUnknown,
            Fault.GARBLED,
        ),
        (201, {"payment_request_id": "pr-1", "status": "TELEPORTED"}, OutcomeUnknown, Fault.GARBLED),
        (
            201,
            {"payment_request_id": "pr-1", "status": "FAILED", "failure_code": "CHANNEL_UNAVAILABLE"},
            GatewayFailed,
            Fault.BANK,
        ),
    ],
)
async def test_an_answer_that_is_none_is_never_taken_for_yes_or_for_no(
    status: int, told: object, failure: type[Exception], fault: Fault | None
) -> None:
    with pytest.raises(failure) as failed:
        await saying(status, told).charge(a_charge("va_bca"))

    assert type(failed.value) is failure
    assert getattr(failed.value, "fault", None) is fault


@pytest.mark.parametrize(
    "told",
    [
        {"payment_session_id": "ps-1", "status": "ACTIVE"},
        {"payment_link_url": "https://xen.to/1", "status": "ACTIVE"},
        {"payment_session_id": "ps-1", "payment_link_url": "https://xen.to/1", "status": "NEW"},
    ],
)
async def test_half_a_page_is_none(told: dict[str, str]) -> None:
    with pytest.raises(OutcomeUnknown):
        await saying(201, told).charge(a_charge("card"))


async def test_no_answer_may_have_been_a_yes_and_no_connection_was_none() -> None:
    def cut_off(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("cut")

    def away(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    back = RefundAsked("rfd-1", REFERENCE, "pr-1", "gopay", 1_000, "IDR", "rusak")
    with pytest.raises(OutcomeUnknown):
        await answering(cut_off).charge(a_charge("va_bca"))
    with pytest.raises(GatewayFailed):
        await answering(away).charge(a_charge("va_bca"))
    for broken in (cut_off, away):
        with pytest.raises(GatewayFailed):
            await answering(broken).look_up(reference=REFERENCE, gateway_id="pr-1", method="va_bca")
        # The question before a refund is only a question.
        with pytest.raises(GatewayFailed):
            await answering(broken).refund(back)


async def test_a_bank_that_is_away_stops_its_own_channel_only(desk: Desk) -> None:
    desk.there.away.add("BCA_VIRTUAL_ACCOUNT")

    with pytest.raises(GatewayFailed) as failed:
        await desk.charge("va_bca")

    assert (failed.value.code, failed.value.fault) == ("CHANNEL_UNAVAILABLE", Fault.BANK)
    assert desk.there.book.all() == []
    assert (await desk.charge("va_bni")).outcome is Outcome.PENDING


async def test_more_than_they_take_a_minute_is_busy_and_nothing_was_made(desk: Desk) -> None:
    desk.there.most_a_minute = 1
    await desk.charge(reference="ord-101-1")

    with pytest.raises(GatewayFailed) as failed:
        await desk.charge(reference="ord-102-1")

    assert (failed.value.code, failed.value.fault) == ("RATE_LIMIT_EXCEEDED", Fault.BUSY)
    assert len(desk.there.book.all()) == 1
    told = desk.asks("POST", "/v3/payment_requests", {})
    assert told.headers["rate-limit-reset"] == "60.0"
    desk.clock.at += timedelta(minutes=1)
    assert (await desk.charge(reference="ord-102-1")).outcome is Outcome.PENDING


# The truth


async def test_a_payment_from_the_number_to_the_money(desk: Desk) -> None:
    charged = await desk.charge()
    desk.clock.at = LATER
    desk.pay()

    truth = await desk.stands(gateway_id=charged.gateway_id)

    assert truth == Truth(
        REFERENCE,
        charged.gateway_id,
        Outcome.SUCCEEDED,
        150_000,
        "IDR",
        paid_minor=150_000,
        at=LATER,
        raw=truth.raw,
    )
    assert replace(await desk.stands(), raw=truth.raw) == truth


@pytest.mark.parametrize(
    ("state", "ours", "reason"),
    [
        (ChargeState.EXPIRED, Outcome.EXPIRED, None),
        (ChargeState.CANCELLED, Outcome.CANCELLED, None),
        (ChargeState.DECLINED, Outcome.DECLINED, "USER_DECLINED_PAYMENT"),
        (ChargeState.HELD, Outcome.HELD, None),
    ],
)
async def test_every_end_is_told_as_it_is(
    desk: Desk, state: ChargeState, ours: Outcome, reason: str | None
) -> None:
    charged = await desk.charge("dana")
    desk.kept().state, desk.kept().changed_at = state, NOW

    truth = await desk.stands("dana", gateway_id=charged.gateway_id)

    assert (truth.outcome, truth.paid_minor, truth.reason) == (ours, 0, reason)


async def test_money_after_the_end_is_told(desk: Desk) -> None:
    charged = await desk.charge()
    desk.clock.at = ENDS
    assert (await desk.stands(gateway_id=charged.gateway_id)).outcome is Outcome.EXPIRED

    desk.there.book.pay(desk.kept(), 150_000, now=ENDS, late=True)

    truth = await desk.stands(gateway_id=charged.gateway_id)
    assert (truth.outcome, truth.paid_minor) == (Outcome.SUCCEEDED, 150_000)


async def test_what_they_never_heard_of_is_absent(desk: Desk) -> None:
    for method, gateway_id in (
        ("va_bca", None),
        ("va_bca", "pr-nobody"),
        ("card", None),
        ("card", "ps-nobody"),
        ("card", "pr-nobody"),
    ):
        truth = await desk.stands(method, gateway_id=gateway_id)
        assert (truth.outcome, truth.gateway_id, truth.paid_minor) == (Outcome.ABSENT, None, 0)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, {"error_code": "NOT_FOUND"}),
        (404, b"<html>"),
        (200, {"data": [], "has_more": True}),
        (200, {"data": None}),
        (200, {}),
        (200, b"half"),
        (500, {"error_code": "SERVER_ERROR"}),
        (200, {"data": [{"reference_id": REFERENCE, "status": "SUCCEEDED"}]}),
    ],
)
async def test_a_list_that_is_none_says_nothing_of_a_charge(status: int, told: object) -> None:
    with pytest.raises(GatewayFailed):
        await saying(status, told).look_up(reference=REFERENCE, gateway_id=None, method="va_bca")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "TELEPORTED"},
        {"status": None},
        {"request_amount": "many"},
        {"request_amount": 150_000.5},
        {"payment_request_id": None},
        {"reference_id": "ord-999-1"},
    ],
)
async def test_what_is_not_understood_is_no_answer(change: dict[str, object]) -> None:
    told = {
        "payment_request_id": "pr-1",
        "reference_id": REFERENCE,
        "request_amount": "150000.00",
        "status": "succeeded",
    }
    right = await saying(200, told).look_up(reference=REFERENCE, gateway_id="pr-1", method="va_bca")
    assert (right.outcome, right.paid_minor, right.currency) == (Outcome.SUCCEEDED, 150_000, "IDR")

    with pytest.raises(GatewayFailed) as failed:
        await saying(200, told | change).look_up(reference=REFERENCE, gateway_id="pr-1", method="va_bca")
    assert failed.value.fault is Fault.GARBLED


async def test_another_currency_and_amount_are_told_as_they_are() -> None:
    told = {
        "payment_request_id": "pr-1",
        "reference_id": REFERENCE,
        "request_amount": 7,
        "currency": "USD",
        "status": "SUCCEEDED",
    }
    truth = await saying(200, told).look_up(reference=REFERENCE, gateway_id="pr-1", method="va_bca")
    assert (truth.amount_minor, truth.paid_minor, truth.currency) == (7, 7, "USD")


async def test_a_page_becomes_a_payment_once_somebody_pays(desk: Desk) -> None:
    page = await desk.charge("card")
    assert page.gateway_id.startswith("ps-")
    waits = await desk.stands("card", gateway_id=page.gateway_id)
    assert (waits.outcome, waits.gateway_id, waits.amount_minor) == (
        Outcome.PENDING,
        page.gateway_id,
        150_000,
    )
    # A declined card leaves the page open for another.
    desk.kept().state = ChargeState.DECLINED
    assert (await desk.stands("card", gateway_id=page.gateway_id)).outcome is Outcome.PENDING

    desk.kept().state = ChargeState.PENDING
    desk.pay()

    paid = await desk.stands("card", gateway_id=page.gateway_id)
    assert (paid.outcome, paid.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    assert paid.gateway_id is not None
    assert paid.gateway_id.startswith("pr-")
    assert await desk.stands("card", gateway_id=paid.gateway_id) == paid


async def test_a_page_that_ran_out_is_over(desk: Desk) -> None:
    page = await desk.charge("card")
    desk.clock.at = ENDS
    assert (await desk.stands("card", gateway_id=page.gateway_id)).outcome is Outcome.EXPIRED


@pytest.mark.parametrize(
    "change",
    [
        {"status": "COMPLETED"},
        {"status": "NEW"},
        {"amount": None},
        {"reference_id": "ord-999-1"},
    ],
)
async def test_a_page_that_is_not_understood_is_no_answer(change: dict[str, object]) -> None:
    told = {"reference_id": REFERENCE, "status": "ACTIVE", "amount": 150_000} | change
    with pytest.raises(GatewayFailed):
        await saying(200, told).look_up(reference=REFERENCE, gateway_id="ps-1", method="card")


# Taking back


@pytest.mark.parametrize("method", ["va_bca", "card"])
async def test_a_charge_is_taken_back_unless_it_was_paid_meanwhile(desk: Desk, method: str) -> None:
    gone = await desk.charge(method)
    kept = await desk.charge(method, "ord-102-1")
    desk.pay("ord-102-1")

    over = await desk.here.cancel(reference=REFERENCE, gateway_id=gone.gateway_id, method=method)
    paid = await desk.here.cancel(reference="ord-102-1", gateway_id=kept.gateway_id, method=method)

    assert (over.outcome, desk.kept().state) == (Outcome.CANCELLED, ChargeState.CANCELLED)
    assert (paid.outcome, paid.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    none = await desk.here.cancel(reference="ord-999-1", gateway_id=None, method=method)
    assert none.outcome is Outcome.ABSENT


async def test_a_charge_whose_id_was_lost_is_taken_back_all_the_same(desk: Desk) -> None:
    await desk.charge()
    gone = await desk.here.cancel(reference=REFERENCE, gateway_id=None, method="va_bca")
    assert (gone.outcome, desk.kept().state) == (Outcome.CANCELLED, ChargeState.CANCELLED)


@pytest.mark.parametrize(
    ("status", "told", "failure"),
    [
        (401, {"error_code": "INVALID_API_KEY"}, GatewayRefused),
        (429, {}, GatewayFailed),
        (500, {"error_code": "SERVER_ERROR"}, OutcomeUnknown),
    ],
)
async def test_a_cancel_that_was_not_answered_is_not_told_as_one(
    status: int, told: object, failure: type[Exception]
) -> None:
    with pytest.raises(failure) as failed:
        await saying(status, told).cancel(reference=REFERENCE, gateway_id="pr-1", method="va_bca")
    assert type(failed.value) is failure


# Paying back


@pytest.mark.parametrize("method", ["gopay", "card"])
async def test_a_refund_is_made_once_per_key_and_no_more_than_there_is(desk: Desk, method: str) -> None:
    charged = await desk.charge(method)
    back = RefundAsked("rfd-1", REFERENCE, charged.gateway_id, method, 50_000, "IDR", "rusak")
    with pytest.raises(GatewayRefused):
        await desk.here.refund(back)
    assert desk.kept().refunds == []
    desk.pay()

    first, again = await desk.here.refund(back), await desk.here.refund(back)
    desk.clock.at += timedelta(days=3)
    late = await desk.here.refund(back)

    assert (first.key, first.outcome, first.amount_minor) == ("rfd-1", RefundOutcome.PENDING, 50_000)
    assert first.gateway_id == again.gateway_id == late.gateway_id
    assert desk.kept().refunded == 50_000
    # Accepted is not paid back yet.
    waits = await desk.stands(method, gateway_id=charged.gateway_id)
    assert (waits.outcome, waits.refunded_minor) == (Outcome.SUCCEEDED, 0)

    desk.kept().refunds[0].confirmed = True
    done = await desk.stands(method, gateway_id=charged.gateway_id)
    assert (done.outcome, done.paid_minor, done.refunded_minor) == (Outcome.REFUNDED, 150_000, 50_000)
    assert (await desk.here.refund(back)).outcome is RefundOutcome.DONE
    for wrong in (
        replace(back, key="rfd-2", amount_minor=100_001),
        replace(back, amount_minor=1_000),
        replace(back, method="va_bca"),
    ):
        with pytest.raises(GatewayRefused):
            await desk.here.refund(wrong)
    assert desk.kept().refunded == 50_000


async def test_a_refund_the_bank_could_not_make_was_none(desk: Desk) -> None:
    charged = await desk.charge("gopay")
    desk.pay()
    back = RefundAsked("rfd-1", REFERENCE, charged.gateway_id, "gopay", 50_000, "IDR", "rusak")
    await desk.here.refund(back)
    desk.kept().refunds[0].failed = True

    assert (await desk.here.refund(back)).outcome is RefundOutcome.FAILED
    truth = await desk.stands("gopay", gateway_id=charged.gateway_id)
    assert (truth.outcome, truth.refunded_minor) == (Outcome.SUCCEEDED, 0)


async def test_a_part_or_a_day_too_much_is_refused(desk: Desk) -> None:
    charged = await desk.charge("qris")
    desk.pay()
    back = RefundAsked("rfd-1", REFERENCE, charged.gateway_id, "qris", 50_000, "IDR", "rusak")
    with pytest.raises(GatewayRefused, match="PARTIAL_REFUND_NOT_SUPPORTED"):
        await desk.here.refund(back)
    desk.clock.at += timedelta(days=30, seconds=1)
    with pytest.raises(GatewayRefused, match="INELIGIBLE_TRANSACTION_STATUS"):
        await desk.here.refund(replace(back, amount_minor=150_000))
    with pytest.raises(MethodNotOffered):
        await desk.here.refund(replace(back, method="va_saqu"))
    assert desk.kept().refunds == []


async def test_refunds_beyond_one_page_are_all_counted(desk: Desk) -> None:
    charged = await desk.charge("gopay")
    desk.pay()
    for turn in range(12):
        await desk.here.refund(
            RefundAsked(f"rfd-{turn}", REFERENCE, charged.gateway_id, "gopay", 1_000, "IDR", "rusak")
        )
        desk.kept().refunds[-1].confirmed = True

    truth = await desk.stands("gopay", gateway_id=charged.gateway_id)

    assert truth.refunded_minor == 12_000


async def test_a_refund_whose_answer_was_lost_is_found_again(desk: Desk) -> None:
    charged = await desk.charge("gopay")
    desk.pay()
    body = {"payment_request_id": charged.gateway_id, "reference_id": "rfd-1", "amount": 50_000}
    assert desk.asks("POST", "/refunds", body).status == 200

    found = await desk.here.refund(
        RefundAsked("rfd-1", REFERENCE, charged.gateway_id, "gopay", 50_000, "IDR", "rusak")
    )

    assert (found.gateway_id, found.amount_minor) == (desk.kept().refunds[0].id, 50_000)
    assert len(desk.kept().refunds) == 1


@pytest.mark.parametrize(
    ("posted", "failure"),
    [
        ((200, {"id": "rfd-1", "status": "NEW", "amount": 1_000}), OutcomeUnknown),
        ((200, {"id": "rfd-1", "status": "PENDING"}), OutcomeUnknown),
        ((200, []), OutcomeUnknown),
        ((500, {"error_code": "SERVER_ERROR"}), OutcomeUnknown),
        ((409, {"error_code": "DUPLICATE_ERROR"}), OutcomeUnknown),
        ((400, {"error_code": "REFUND_IN_PROGRESS"}), GatewayFailed),
        ((503, {"error_code": "TEMPORARILY_UNAVAILABLE"}), GatewayFailed),
        ((400, {"error_code": "INSUFFICIENT_BALANCE"}), GatewayRefused),
        ((403, {"error_code": "REFUND_NOT_SUPPORTED"}), GatewayRefused),
    ],
)
async def test_a_refund_that_is_not_understood_is_neither_done_nor_not(
    posted: tuple[int, object], failure: type[Exception]
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(posted[0], json=posted[1])
        return httpx2.Response(200, json={"data": [], "has_more": False})

    with pytest.raises(failure) as failed:
        await answering(answer).refund(
            RefundAsked("rfd-1", REFERENCE, "pr-1", "gopay", 1_000, "IDR", "rusak")
        )
    assert type(failed.value) is failure


# News


async def test_news_names_the_charge_and_repeats_itself_under_one_key(desk: Desk) -> None:
    charged = await desk.charge("gopay")
    assert desk.letters() == []
    desk.pay()
    [paid] = desk.letters()
    desk.clock.at = LATER
    [resent] = desk.letters()
    await desk.here.refund(
        RefundAsked("rfd-1", REFERENCE, charged.gateway_id, "gopay", 50_000, "IDR", "rusak")
    )
    desk.kept().refunds[0].confirmed = True
    _, refunded = desk.letters()
    desk.kept().refunds[0].failed = True
    _, failed = desk.letters()

    first, again, back, not_back = (
        desk.here.read_notice(delivered(one)) for one in (paid, resent, refunded, failed)
    )

    assert (first.reference, first.gateway_id, first.claims) == (
        REFERENCE,
        charged.gateway_id,
        Outcome.SUCCEEDED,
    )
    assert paid.body != resent.body
    assert again == first
    # A refund's reference is the refund's own.
    assert (back.reference, back.gateway_id, back.claims) == (None, charged.gateway_id, Outcome.REFUNDED)
    assert (not_back.gateway_id, not_back.claims) == (charged.gateway_id, None)
    assert len({first.dedupe_key, back.dedupe_key, not_back.dedupe_key}) == 3


@pytest.mark.parametrize(
    ("state", "claims"),
    [
        (ChargeState.EXPIRED, Outcome.EXPIRED),
        (ChargeState.DECLINED, Outcome.DECLINED),
        (ChargeState.HELD, Outcome.HELD),
    ],
)
async def test_news_of_every_end(desk: Desk, state: ChargeState, claims: Outcome) -> None:
    charged = await desk.charge("dana")
    desk.kept().state = state
    [letter] = desk.letters()
    notice = desk.here.read_notice(delivered(letter))
    assert (notice.reference, notice.gateway_id, notice.claims) == (
        REFERENCE,
        charged.gateway_id,
        claims,
    )


async def test_a_page_is_news_twice(desk: Desk) -> None:
    page = await desk.charge("card")
    desk.pay()
    truth = await desk.stands("card", gateway_id=page.gateway_id)

    paid, completed = (desk.here.read_notice(delivered(one)) for one in desk.letters())

    for notice in (paid, completed):
        assert (notice.reference, notice.gateway_id, notice.claims) == (
            REFERENCE,
            truth.gateway_id,
            Outcome.SUCCEEDED,
        )
    assert paid.dedupe_key != completed.dedupe_key


@pytest.mark.parametrize("state", [ChargeState.PENDING, ChargeState.DECLINED])
async def test_a_page_that_ran_out_is_news_of_the_page(desk: Desk, state: ChargeState) -> None:
    page = await desk.charge("card")
    desk.kept().state = state
    desk.there.book.expire(now=ENDS)
    [letter] = desk.letters()
    notice = desk.here.read_notice(delivered(letter))
    assert (notice.reference, notice.gateway_id, notice.claims) == (
        REFERENCE,
        page.gateway_id,
        Outcome.EXPIRED,
    )


def test_a_refund_written_twice_and_a_reference_that_is_not_ours() -> None:
    inner = {"id": "rfd-1", "payment_request_id": "pr-1", "status": "SUCCEEDED", "reference_id": "r-1"}
    nested = {"event": "refund.succeeded", "data": {"event": "refund.succeeded", "data": inner}}
    older = {
        "event": "payment.succeeded",
        "data": {"payment_request_id": "pr-1", "reference_id": "theirs", "status": "SUCCEEDED"},
    }

    for told in (nested, older):
        notice = Desk().here.read_notice(signed(told))
        assert (notice.reference, notice.gateway_id) == (None, "pr-1")


def signed(told: object) -> Received:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Received("/n", {"x-callback-token": CREDENTIALS["callback_token"]}, body)


async def test_forged_and_foreign_news_is_refused_and_half_a_document_waits(desk: Desk) -> None:
    await desk.charge()
    desk.pay()
    [letter] = desk.letters()
    right = delivered(letter)
    other = XenditSimulator(CREDENTIALS | {"callback_token": "token-202"})
    [foreign] = other.news(desk.kept(), now=NOW)
    for headers in (
        {},
        {"x-callback-token": ""},
        {"x-callback-token": "é"},
        {"x-callback-token": "token-10"},
    ):
        with pytest.raises(NoticeForged):
            desk.here.read_notice(replace(right, headers=headers))
    for forged in (delivered(desk.there.forged(letter)), delivered(foreign)):
        with pytest.raises(NoticeForged):
            desk.here.read_notice(forged)
    for half in (
        letter.body[:-20],
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"event": "payment.capture", "data": {}}',
        b'{"event": "payment.capture", "data": []}',
        b'{"event": 7, "data": {"payment_request_id": "pr-1"}}',
    ):
        with pytest.raises(NoticeUnreadable):
            desk.here.read_notice(signed(half))


def test_an_account_without_a_token_believes_nobody() -> None:
    assert not wire.knows_the_token("", "")
    assert wire.knows_the_token("token-101", "token-101")


WORDS = st.none() | st.integers() | st.text(max_size=20)


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=200)
    | st.recursive(
        WORDS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["event", "data", "reference_id", "payment_request_id", "status"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=8,
    ).map(lambda one: json.dumps(one).encode()),
    st.sampled_from([None, "", "token-101", "token-202"]),
)
def test_whatever_comes_is_news_forged_or_unreadable_and_nothing_else(body: bytes, token: str | None) -> None:
    headers = {} if token is None else {"x-callback-token": token}
    try:
        notice = Desk().here.read_notice(Received("/n", headers, body))
    except NoticeForged:
        assert token != "token-101"
    except NoticeUnreadable:
        assert token == "token-101"
    else:
        assert token == "token-101"
        assert notice.reference or notice.gateway_id


def test_what_is_taken_is_acknowledged_and_what_is_not_is_sent_again() -> None:
    here = Desk().here
    assert (here.acknowledgement(taken=True).status, here.acknowledgement(taken=False).status) == (200, 503)


# The simulator


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("GET", "/v3/payment_requests/pr-1", {}, {"authorization": "Basic eA=="}, 401, "INVALID_API_KEY"),
        ("GET", "/v3/payment_requests/pr-1", {}, {"api-version": ""}, 400, "API_VALIDATION_ERROR"),
        ("GET", "/v3/payment_requests/pr-1", {}, {}, 404, "DATA_NOT_FOUND"),
        ("GET", "/sessions/ps-1", {}, {}, 404, "DATA_NOT_FOUND"),
        ("GET", "/refunds/rfd-1", {}, {}, 404, "DATA_NOT_FOUND"),
        ("GET", "/v4/payment_requests", {}, {}, 404, "NOT_FOUND"),
        ("POST", "/v3/payment_requests", {}, {}, 400, "API_VALIDATION_ERROR"),
        ("POST", "/sessions", {}, {}, 400, "API_VALIDATION_ERROR"),
    ],
)
def test_they_answer_what_is_wrong_as_they_do(
    desk: Desk, method: str, path: str, body: dict[str, Any], headers: dict[str, str], status: int, code: str
) -> None:
    told = desk.asks(method, path, body, **headers)
    assert (told.status, json.loads(told.body)["error_code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("va_bca", {"channel_code": "BCA"}),
        ("va_bca", {"channel_properties": {}}),
        ("indomaret", {"channel_properties": {}}),
        ("ovo", {"channel_properties": {"success_return_url": "https://toko.test/"}}),
        ("dana", {"channel_properties": {"success_return_url": "http://toko.test/"}}),
        ("kredivo", {"items": []}),
        ("kredivo", {"customer": {"reference_id": "ord-101-1"}}),
        ("va_bca", {"channel_properties": {"display_name": "A", "expires_at": "2026-11-11T03:59:59Z"}}),
        ("va_bca", {"request_amount": 0}),
        ("va_bca", {"currency": "USD"}),
        ("va_bca", {"type": "SINGLE"}),
        ("qris", {"channel_code": "CARDS"}),
    ],
)
def test_they_take_no_charge_that_lacks_what_its_channel_needs(
    desk: Desk, method: str, change: dict[str, object]
) -> None:
    body = json.loads(wire.charge_body(a_charge(method), OFFERS[method].code))
    told = desk.asks("POST", "/v3/payment_requests", body | change)
    assert (told.status, desk.there.book.all()) == (400, [])
    assert desk.asks("POST", "/v3/payment_requests", body).status == 201


async def test_their_own_test_payment_pays(desk: Desk) -> None:
    charged = await desk.charge()
    path = f"/v3/payment_requests/{charged.gateway_id}/simulate"

    told = desk.asks("POST", path, {"amount": 150_000})

    assert (told.status, json.loads(told.body)["status"]) == (200, "PENDING")
    assert (await desk.stands(gateway_id=charged.gateway_id)).outcome is Outcome.SUCCEEDED
    assert desk.asks("POST", path, {"amount": 150_000}).status == 400
