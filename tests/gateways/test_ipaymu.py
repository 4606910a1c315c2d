"""The client for iPaymu against its simulator, and both against the vectors computed from its documentation."""

import asyncio
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.simulated import BASE, NOW, a_charge, delivered, opened
from orderan.gateways import (
    Account,
    Acknowledgement,
    Caller,
    Charged,
    Fault,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    InstrumentKind,
    MethodNotOffered,
    NoticeForged,
    NoticeUnreadable,
    Outcome,
    OutcomeUnknown,
    Payer,
    Received,
    RefundAsked,
    Truth,
    credentials_of,
    open_gateway,
)
from orderan.gateways.ipaymu import mapping, wire
from orderan.gateways.ipaymu.client import MOST_PAGES
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.ipaymu import IpaymuSimulator
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimRequest

KEYS = {"va": "1179000000000000", "api_key": "testapikey"}
REFERENCE = "ord-101-1"


class World:
    """A simulator, our client over it, and the clock both look at."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.clock = SetClock(NOW)
        self.simulator = IpaymuSimulator(KEYS, as_json=as_json)
        self.gateway: Gateway
        self.went: list[SimRequest]
        self.gateway, self.went = opened(self.simulator, KEYS, self.clock)

    def charge(self, method: str, reference: str = REFERENCE, amount_minor: int = 150_000) -> Charged:
        return asyncio.run(self.gateway.charge(a_charge(method, reference, amount_minor)))

    def kept(self, reference: str = REFERENCE) -> SimCharge:
        charge = self.simulator.book.find(reference)
        assert charge is not None
        return charge

    def truth(self, gateway_id: str | None, reference: str = REFERENCE) -> Truth:
        return asyncio.run(self.gateway.look_up(reference=reference, gateway_id=gateway_id, method="va_bca"))

    def letter(self) -> Letter:
        [letter] = self.simulator.news(self.kept(), now=self.clock.at)
        return letter


@pytest.fixture
def world() -> World:
    return World()


def over(answer: Callable[[httpx2.Request], httpx2.Response]) -> Gateway:
    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_gateway(Account("ipaymu", BASE, KEYS), caller, SetClock(NOW))


def answering(status: int, body: bytes) -> Gateway:
    """Our client over an iPaymu that always says the same."""
    return over(lambda _: httpx2.Response(status, content=body))


def asked_of(gateway: Gateway, gateway_id: str | None = "341001") -> Truth:
    return asyncio.run(gateway.look_up(reference=REFERENCE, gateway_id=gateway_id, method="va_bca"))


# Signatures


def test_a_request_is_signed_as_documented() -> None:
    signed = wire.signature("POST", b'{"transactionId":"4719"}', va="1179000000000000", key="testapikey")

    assert signed == "a0e931e22ff819c9d7ae3b7cbdaf98ec43aed0393d7bbc046c7be322009ea68a"
    assert wire.transaction("4719") == b'{"transactionId":"4719"}'


A_CALLBACK = {
    "trx_id": "123456",
    "sid": "session_123",
    "reference_id": "INV-202310-001",
    "status": "berhasil",
    "status_code": "1",
    "sub_total": "100000",
    "total": "100000",
    "amount": "100000",
    "fee": "0",
    "paid_off": "100000",
    "created_at": "2023-10-25 10:00:00",
    "expired_at": "2023-10-26 10:00:00",
    "paid_at": "2023-10-25 10:05:00",
    "settlement_status": "unsettled",
    "transaction_status_code": "1",
    "is_escrow": "0",
    "system_notes": "",
    "via": "bca",
    "channel": "vabca",
    "payment_no": "807771234567890",
    "buyer_name": "Budi Santoso",
    "buyer_email": "budi@example.com",
    "buyer_phone": "081234567890",
    "url": "https://domain.com/webhook/callback",
    "va": "807771234567890",
}


@pytest.mark.parametrize(
    "signature",
    [
        "a5338fe84f188d6dd138ab5ad354e6eab7ecad2299251ca43f104c2d7e477e8a",
        "9a7331fe8b4d643d936ec5b78fc190be58990e60ee1400f405cf826d975fd666",
        "90ec50582d4852f515530e33e98891310e0898d3580751dce0a553a81091e8f0",
        "90EC50582D4852F515530E33E98891310E0898D3580751DCE0A553A81091E8F0",
    ],
    ids=["documented", "slashes not escaped", "example receivers", "upper case"],
)
def test_a_callback_is_read_in_every_shape_their_documents_sign(signature: str) -> None:
    assert wire.signed(A_CALLBACK, signature, "123456")
    assert wire.signed({**A_CALLBACK, "additional_info": "[]"}, signature, "123456")
    assert not wire.signed({**A_CALLBACK, "status_code": "0"}, signature, "123456")
    assert not wire.signed(A_CALLBACK, signature, "1234567")


def test_a_charge_is_written_as_ipaymu_reads_it(world: World) -> None:
    world.charge("va_bni")

    [request] = world.went
    assert (request.method, request.path) == ("POST", "/api/v2/payment/direct")
    assert request.headers["timestamp"] == "20261111110000"
    assert json.loads(request.body) == {
        "name": "Ani Lestari",
        "phone": "081234567890",
        "email": "ani@contoh.test",
        "amount": 150_000,
        "notifyUrl": "https://toko.test/notify/1",
        "successUrl": "https://toko.test/bayar/101",
        "cancelUrl": "https://toko.test/bayar/101",
        "referenceId": REFERENCE,
        "paymentMethod": "va",
        "paymentChannel": "bni",
        "comments": "Pesanan 101",
        "feeDirection": "MERCHANT",
        "product": ["Kopi Gayo"],
        "qty": [1],
        "price": [150_000],
        "expired": 24,
        "expiredType": "hours",
    }


def test_items_that_do_not_add_up_become_one_line(world: World) -> None:
    asked = a_charge("dana")

    asyncio.run(world.gateway.charge(replace(asked, items=(replace(asked.items[0], price_minor=1),))))

    sent = json.loads(world.went[0].body)
    assert (sent["product"], sent["qty"], sent["price"]) == (["Pesanan 101"], [1], [150_000])


def test_a_buyer_without_mail_or_phone_is_taken_and_no_stranger_is_written_to(world: World) -> None:
    asyncio.run(world.gateway.charge(replace(a_charge("va_bca"), payer=Payer("Ani"))))

    sent = json.loads(world.went[0].body)
    assert (sent["phone"], sent["email"]) == ("080000000000", "pembeli@toko.test")


# Charging


KINDS = {
    "qris": InstrumentKind.QR,
    "indomaret": InstrumentKind.PAYMENT_CODE,
    "alfamart": InstrumentKind.PAYMENT_CODE,
    **dict.fromkeys(("shopeepay", "dana", "card", "akulaku"), InstrumentKind.REDIRECT),
}


@pytest.mark.parametrize("method", mapping.OFFERS)
def test_every_method_gives_the_buyer_something_to_pay_with(method: str, world: World) -> None:
    charged = world.charge(method)

    kept = world.kept()
    given_ = charged.instrument
    assert given_ is not None
    assert (charged.gateway_id, charged.outcome) == (kept.id, Outcome.PENDING)
    assert given_.kind is KINDS.get(method, InstrumentKind.VIRTUAL_ACCOUNT)
    assert given_.expires_at == kept.expires_at
    if given_.kind in {InstrumentKind.VIRTUAL_ACCOUNT, InstrumentKind.PAYMENT_CODE}:
        assert (given_.number, given_.qr) == (kept.number, None)
    elif given_.kind is InstrumentKind.QR:
        assert (given_.qr, given_.number) == (kept.number, None)
    else:
        assert given_.url == f"https://sandbox.ipaymu.com/payment/{kept.extra['session']}"
    assert "card" not in world.went[0].body.decode()


@pytest.mark.parametrize(
    ("method", "sent", "lasts"),
    [
        ("va_bni", 24, timedelta(hours=24)),
        ("va_bsi", 3, timedelta(hours=3)),
        ("va_bri", 2, timedelta(hours=2)),
        ("va_bca", None, timedelta(hours=12)),
        ("alfamart", None, timedelta(hours=24)),
        ("qris", None, timedelta(minutes=5)),
    ],
)
def test_a_charge_expires_when_ipaymu_lets_it(
    method: str, sent: int | None, lasts: timedelta, world: World
) -> None:
    charged = world.charge(method)

    assert json.loads(world.went[0].body).get("expired") == sent
    assert charged.instrument is not None
    assert charged.instrument.expires_at == NOW + lasts


def test_half_an_hour_is_rounded_down_and_a_moment_becomes_an_hour(world: World) -> None:
    for reference, wished in (("soon", timedelta(hours=2, minutes=30)), ("now", timedelta(minutes=5))):
        asyncio.run(world.gateway.charge(replace(a_charge("va_bni", reference), expires_at=NOW + wished)))

    assert [json.loads(request.body)["expired"] for request in world.went] == [2, 1]


def test_a_method_ipaymu_has_not_is_a_bug_of_the_caller(world: World) -> None:
    with pytest.raises(MethodNotOffered):
        world.charge("gopay")
    assert world.went == []


def test_money_other_than_rupiah_is_refused_before_anything_is_sent(world: World) -> None:
    with pytest.raises(GatewayRefused):
        asyncio.run(world.gateway.charge(replace(a_charge("va_bca"), currency="USD")))
    assert world.went == []


def test_too_small_a_sum_is_refused_and_nothing_is_kept(world: World) -> None:
    with pytest.raises(GatewayRefused) as refused:
        world.charge("va_bca", amount_minor=9_999)

    assert (refused.value.code, refused.value.detail) == ("400", "Minimum amount 10000")
    assert world.simulator.book.all() == []


@pytest.mark.parametrize("wrong", [{"api_key": "another"}, {"va": "1179000000000001"}])
def test_a_wrong_key_or_account_is_refused_and_not_taken_for_an_unknown_charge(
    wrong: dict[str, str], world: World
) -> None:
    gateway, _ = opened(world.simulator, KEYS | wrong, world.clock)

    with pytest.raises(GatewayRefused) as refused:
        asyncio.run(gateway.charge(a_charge("va_bca")))
    codes = [refused.value.code]
    for gateway_id in (None, "341001"):
        with pytest.raises(GatewayRefused) as unasked:
            asked_of(gateway, gateway_id)
        codes.append(unasked.value.code)

    assert codes == ["401", "401", "401"]
    assert world.simulator.book.all() == []


def test_the_same_charge_again_is_the_first_one(world: World) -> None:
    first = world.charge("va_bca")
    again = world.charge("va_bca")

    assert (again.gateway_id, again.outcome, again.instrument) == (first.gateway_id, Outcome.PENDING, None)
    assert len(world.simulator.book.all()) == 1

    world.simulator.book.pay(world.kept(), 150_000, now=NOW)
    assert world.charge("va_bca").outcome is Outcome.SUCCEEDED


def test_the_same_reference_over_another_amount_is_refused(world: World) -> None:
    world.charge("va_bca")

    with pytest.raises(GatewayRefused) as refused:
        world.charge("va_bca", amount_minor=160_000)

    assert refused.value.code == "duplicate"
    assert [kept.amount for kept in world.simulator.book.all()] == [150_000]


@pytest.mark.parametrize(
    "history",
    [
        (503, b""),
        (401, b'{"Status":401,"Message":"unauthorized signature"}'),
        (200, b'{"Status":200,"Data":{"Total":0,"Current_Page":1,"Total_Page":1,"Results":[]}}'),
    ],
)
def test_a_duplicate_that_cannot_be_found_is_unknown_and_not_refused(history: tuple[int, bytes]) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("direct"):
            return httpx2.Response(400, json={"Status": 400, "Message": "Duplicate referenceId"})
        return httpx2.Response(history[0], content=history[1])

    with pytest.raises(OutcomeUnknown) as unknown:
        asyncio.run(over(answer).charge(a_charge("va_bca")))
    assert unknown.value.code == "duplicate"


GOOD = b'{"Status":200,"Success":true,"Message":"Success","Data":'


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (500, b"", Fault.SERVER),
        (500, GOOD + b'{"TransactionId":1,"PaymentNo":"8"}}', Fault.SERVER),
        (503, b"<html>", Fault.SERVER),
        (408, b"{}", Fault.SERVER),
        (302, b"", Fault.SERVER),
        (200, b'{"Status":500,"Success":false,"Message":"?"}', Fault.SERVER),
        (200, GOOD + b'{"Transa', Fault.GARBLED),
        (200, b"[]", Fault.GARBLED),
        (200, b'{"Status":"well"}', Fault.GARBLED),
        (200, GOOD + b"[]}", Fault.GARBLED),
        (200, b'{"Status":200,"Success":false,"Data":{"TransactionId":1,"PaymentNo":"8"}}', Fault.GARBLED),
        (200, GOOD + b'{"TransactionId":1}}', Fault.GARBLED),
        (200, GOOD + b'{"TransactionId":true,"PaymentNo":"8"}}', Fault.GARBLED),
        (200, GOOD + b'{"PaymentNo":"8"}}', Fault.GARBLED),
        (200, GOOD + b'{"TransactionId":1,"PaymentNo":"8","ReferenceId":"ord-102-1"}}', Fault.GARBLED),
    ],
)
def test_an_answer_that_says_nothing_clear_leaves_a_charge_unknown(
    status: int, body: bytes, fault: Fault
) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        asyncio.run(answering(status, body).charge(a_charge("va_bca")))
    assert unknown.value.fault is fault


def test_an_answer_that_leaves_out_what_is_not_needed_is_understood() -> None:
    body = b'{"Data":{"TransactionId":"12","PaymentNo":1179000001,"Expired":null}}'

    charged = asyncio.run(answering(200, body).charge(a_charge("va_bca")))

    assert charged.instrument is not None
    assert (charged.gateway_id, charged.instrument.number) == ("12", "1179000001")
    assert charged.instrument.expires_at is None


def test_too_many_requests_are_told_as_busy() -> None:
    with pytest.raises(GatewayFailed) as charging:
        asyncio.run(answering(429, b"{}").charge(a_charge("va_bca")))
    with pytest.raises(GatewayFailed) as asking:
        asked_of(answering(429, b"{}"))
    assert (charging.value.fault, asking.value.fault) == (Fault.BUSY, Fault.BUSY)


def test_no_answer_may_have_been_a_yes_and_no_connection_was_none() -> None:
    def cut_off(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("cut")

    def away(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    with pytest.raises(OutcomeUnknown):
        asyncio.run(over(cut_off).charge(a_charge("va_bca")))
    with pytest.raises(GatewayFailed):
        asyncio.run(over(away).charge(a_charge("va_bca")))
    for broken in (cut_off, away):
        for gateway_id in (None, "341001"):
            with pytest.raises(GatewayFailed):
                asked_of(over(broken), gateway_id)


# The truth


@pytest.mark.parametrize(
    ("state", "outcome", "paid", "refunded", "reason"),
    [
        (ChargeState.PENDING, Outcome.PENDING, 0, 0, None),
        (ChargeState.HELD, Outcome.HELD, 0, 0, None),
        (ChargeState.PAID, Outcome.SUCCEEDED, 150_000, 0, None),
        (ChargeState.REFUNDED, Outcome.REFUNDED, 150_000, 150_000, None),
        (ChargeState.EXPIRED, Outcome.EXPIRED, 0, 0, None),
        (ChargeState.CANCELLED, Outcome.CANCELLED, 0, 0, None),
        (ChargeState.DECLINED, Outcome.DECLINED, 0, 0, "status_5"),
        (ChargeState.REVERSED, Outcome.DECLINED, 0, 0, "status_4"),
    ],
)
@pytest.mark.parametrize("by_their_number", [True, False])
def test_how_a_charge_stands_is_told(
    state: ChargeState,
    outcome: Outcome,
    paid: int,
    refunded: int,
    reason: str | None,
    by_their_number: bool,
    world: World,
) -> None:
    charged = world.charge("va_bca")
    if paid:
        world.simulator.book.pay(world.kept(), 150_000, now=NOW)
    world.kept().state = state

    truth = world.truth(charged.gateway_id if by_their_number else None)

    assert replace(truth, raw=b"") == Truth(
        reference=REFERENCE,
        gateway_id=charged.gateway_id,
        outcome=outcome,
        amount_minor=150_000,
        currency="IDR",
        paid_minor=paid,
        refunded_minor=refunded,
        fee_minor=4_000 if paid else None,
        reason=reason,
        at=NOW if paid else None,
    )
    # What is kept as proof is this charge alone, and nobody else's.
    assert json.loads(truth.raw)["Data"]["TransactionId"] == int(charged.gateway_id)


def test_paid_and_not_yet_settled_is_paid() -> None:
    body = GOOD + b'{"TransactionId":341001,"ReferenceId":null,"Amount":"150000.00","Fee":"","Status":"6"}}'

    truth = asked_of(answering(200, body))

    assert (truth.outcome, truth.amount_minor, truth.paid_minor) == (Outcome.SUCCEEDED, 150_000, 150_000)
    assert (truth.fee_minor, truth.at) == (None, None)


def test_a_charge_runs_out_and_may_still_be_paid_late(world: World) -> None:
    charged = world.charge("va_bca")
    world.clock.at = NOW + timedelta(hours=12)
    assert world.truth(charged.gateway_id).outcome is Outcome.EXPIRED

    world.simulator.book.pay(world.kept(), 150_000, now=world.clock.at, late=True)
    assert world.truth(charged.gateway_id).outcome is Outcome.SUCCEEDED


def test_a_number_ipaymu_does_not_know_is_absent(world: World) -> None:
    truth = world.truth("999")
    assert (truth.outcome, truth.gateway_id, truth.amount_minor) == (Outcome.ABSENT, None, None)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b'{"TransactionId":341001,"ReferenceId":"ord-101-1","Amount":150000,"Status":8}',
        b'{"TransactionId":341001,"ReferenceId":"ord-101-1","Amount":150000,"Status":true}',
        b'{"TransactionId":341001,"ReferenceId":"ord-101-1","Amount":150000}',
        b'{"TransactionId":341001,"ReferenceId":"ord-101-1","Status":1}',
        b'{"TransactionId":341001,"ReferenceId":"ord-101-1","Amount":"NaN","Status":1}',
        b'{"TransactionId":341001,"ReferenceId":"ord-101-1","Amount":1.5,"Status":1}',
        b'{"TransactionId":341001,"ReferenceId":"ord-101-2","Amount":150000,"Status":1}',
        b'{"TransactionId":341002,"ReferenceId":"ord-101-1","Amount":150000,"Status":1}',
    ],
)
def test_an_answer_not_understood_is_never_guessed_at(data: bytes) -> None:
    with pytest.raises(GatewayFailed) as failed:
        asked_of(answering(200, GOOD + data + b"}"))
    assert failed.value.fault is Fault.GARBLED


@pytest.mark.parametrize("gateway_id", [None, "341001"])
@pytest.mark.parametrize(("status", "body"), [(502, b""), (200, b"null")])
def test_a_question_ipaymu_cannot_answer_failed(gateway_id: str | None, status: int, body: bytes) -> None:
    with pytest.raises(GatewayFailed):
        asked_of(answering(status, body), gateway_id)


def test_a_page_that_is_not_there_does_not_make_a_charge_absent() -> None:
    with pytest.raises(GatewayRefused):
        asked_of(answering(404, b"<html>404 Not Found</html>"))


# Only our reference is known: an answer was lost


def test_a_charge_whose_answer_was_lost_is_found_among_others(world: World) -> None:
    charged = world.charge("va_bca")
    for turn in range(45):
        world.charge("qris", f"ord-200-{turn}")
    world.went.clear()

    assert world.truth(None).gateway_id == charged.gateway_id
    assert [(request.path, json.loads(request.body).get("page")) for request in world.went] == [
        ("/api/v2/history", 1),
        ("/api/v2/history", 2),
        ("/api/v2/history", 3),
        ("/api/v2/transaction", None),
    ]
    assert json.loads(world.went[0].body) == {"orderBy": "id", "order": "DESC", "page": 1, "limit": 20}


@pytest.mark.parametrize("others", [0, 20, 41])
def test_a_charge_that_is_nowhere_in_the_whole_list_is_absent(others: int, world: World) -> None:
    for turn in range(others):
        world.charge("qris", f"ord-200-{turn}")

    truth = world.truth(None)

    assert (truth.outcome, truth.gateway_id, truth.amount_minor) == (Outcome.ABSENT, None, None)


def test_a_list_longer_than_is_read_says_nothing_about_what_was_not_read(world: World) -> None:
    world.charge("va_bca")
    for turn in range(MOST_PAGES * wire.PAGE):
        world.charge("qris", f"ord-200-{turn}")
    world.went.clear()

    with pytest.raises(GatewayFailed) as failed:
        world.truth(None)

    assert (failed.value.code, len(world.went)) == ("not_in_reach", MOST_PAGES)


@pytest.mark.parametrize("is_there", [True, False])
def test_older_ones_end_the_looking_however_many_there_are(is_there: bool, world: World) -> None:
    world.charge("va_bca", "ord-100-1")
    yesterday = replace(world.kept("ord-100-1"), made_at=NOW - timedelta(days=1))
    for turn in range(MOST_PAGES * wire.PAGE + 1):
        world.simulator.book.add(replace(yesterday, id=str(300_000 + turn), reference=f"ord-200-{turn}"))
    charged = world.charge("va_bca") if is_there else None
    world.went.clear()

    asked = world.gateway.look_up(reference=REFERENCE, gateway_id=None, method="va_bca", since=NOW)
    truth = asyncio.run(asked)

    assert truth.gateway_id == (charged.gateway_id if charged else None)
    assert truth.outcome is (Outcome.PENDING if is_there else Outcome.ABSENT)
    assert len([request for request in world.went if request.path.endswith("history")]) == 1


def test_rows_without_a_usable_date_end_no_looking() -> None:
    rows = [{"TransactionId": 7, "ReferenceId": "ord-7", "CreatedDate": date} for date in (None, "kemarin")]
    looking = listing(rows, Total_Page=2).look_up(
        reference=REFERENCE, gateway_id=None, method="va_bca", since=NOW
    )
    with pytest.raises(GatewayFailed) as failed:
        asyncio.run(looking)
    assert failed.value.code == "not_in_reach"


def test_what_comes_in_while_the_list_is_read_hides_nothing(world: World) -> None:
    charged = world.charge("va_bca")
    for turn in range(20):
        world.charge("qris", f"ord-200-{turn}")

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent = SimRequest("POST", request.url.path, dict(request.headers), request.content)
        reply = world.simulator.answer(sent, now=NOW)
        if sent.path.endswith("history"):
            newcomer = replace(world.kept(), id="342000", reference="ord-300-1")
            world.simulator.book.add(newcomer)
        return httpx2.Response(reply.status, content=reply.body)

    assert asked_of(over(answer), None).gateway_id == charged.gateway_id


def listing(rows: list[dict[str, Any]], **pages: object) -> Gateway:
    data = {"Total": len(rows), "Current_Page": 1, "Total_Page": 1, "Results": rows} | pages

    def answer(request: httpx2.Request) -> httpx2.Response:
        one = {"TransactionId": 7, "ReferenceId": REFERENCE, "Amount": 150_000, "Status": 0}
        told = data if request.url.path.endswith("history") else one
        return httpx2.Response(200, json={"Status": 200, "Success": True, "Data": told})

    return over(answer)


@pytest.mark.parametrize(
    ("rows", "pages", "code"),
    [
        ([], {"Total": 3}, "list_not_whole"),
        ([], {"Total_Page": None}, "no_list"),
        ([], {"Total": "many"}, "no_list"),
        ([], {"Results": {}}, "no_list"),
        ([], {"Results": [1]}, "no_list"),
        ([{"TransactionId": 1, "ReferenceId": REFERENCE}], {}, "another_charge"),
        (
            [{"TransactionId": 1, "ReferenceId": REFERENCE}, {"TransactionId": 2, "ReferenceId": REFERENCE}],
            {},
            "more_than_one",
        ),
        ([{"ReferenceId": REFERENCE}], {}, "more_than_one"),
    ],
)
def test_a_list_that_is_no_whole_list_makes_nothing_absent(
    rows: list[dict[str, Any]], pages: dict[str, object], code: str
) -> None:
    with pytest.raises(GatewayFailed) as failed:
        asked_of(listing(rows, **pages), None)
    assert failed.value.code == code
    assert failed.value.fault is Fault.GARBLED


def test_a_list_is_read_by_the_other_names_it_was_seen_with() -> None:
    named = {
        "Transaction": [{"TransactionId": 7, "ReferenceId": REFERENCE}],
        "Pagination": {"total": 1, "current_page": 1, "total_pages": 1},
        "Results": None,
    }
    assert asked_of(listing([], **named), None).gateway_id == "7"


# Taking back, and paying back


def test_a_charge_cannot_be_cancelled_and_is_told_as_it_stands(world: World) -> None:
    charged = world.charge("va_bca")

    def cancelled() -> Outcome:
        asked = world.gateway.cancel(reference=REFERENCE, gateway_id=charged.gateway_id, method="va_bca")
        return asyncio.run(asked).outcome

    assert cancelled() is Outcome.PENDING
    world.simulator.book.pay(world.kept(), 150_000, now=NOW)
    assert cancelled() is Outcome.SUCCEEDED


def test_nothing_is_paid_back_here_and_no_method_says_otherwise(world: World) -> None:
    asked = RefundAsked("rf-1", REFERENCE, "341001", "va_bca", 10_000, "IDR", "rusak")

    with pytest.raises(GatewayRefused):
        asyncio.run(world.gateway.refund(asked))

    assert world.went == []
    assert not any(offer.refundable for offer in world.gateway.offers.values())


# News


@pytest.mark.parametrize("as_json", [False, True])
def test_news_of_a_payment_is_read_as_a_form_and_as_json(as_json: bool) -> None:
    world = World(as_json=as_json)
    charged = world.charge("qris")
    world.simulator.book.pay(world.kept(), 150_000, now=NOW)

    notice = world.gateway.read_notice(delivered(world.letter()))

    assert (notice.reference, notice.gateway_id, notice.claims) == (
        REFERENCE,
        charged.gateway_id,
        Outcome.SUCCEEDED,
    )


def test_what_is_taken_is_acknowledged_and_what_is_not_is_sent_again(world: World) -> None:
    assert world.gateway.acknowledgement(taken=True) == Acknowledgement(
        200, "application/json", b'{"status":"OK"}'
    )
    assert world.gateway.acknowledgement(taken=False).status == 500


def test_ipaymu_is_silent_until_something_came_of_it(world: World) -> None:
    world.charge("va_bca")
    assert world.simulator.news(world.kept(), now=NOW) == []


def test_the_same_news_twice_is_one_and_other_news_another(world: World) -> None:
    world.charge("va_bca")
    world.clock.at = NOW + timedelta(hours=12)
    world.truth(None)
    expired = world.gateway.read_notice(delivered(world.letter()))
    world.clock.at += timedelta(minutes=5)
    again = world.gateway.read_notice(delivered(world.letter()))
    world.simulator.book.pay(world.kept(), 150_000, now=world.clock.at, late=True)
    paid = world.gateway.read_notice(delivered(world.letter()))

    assert (expired.claims, paid.claims) == (Outcome.EXPIRED, Outcome.SUCCEEDED)
    assert expired.dedupe_key == again.dedupe_key
    assert expired.dedupe_key != paid.dedupe_key


def test_the_same_news_as_a_form_and_as_json_is_one() -> None:
    keys = set()
    for as_json in (False, True):
        world = World(as_json=as_json)
        world.charge("va_bca")
        world.simulator.book.pay(world.kept(), 150_000, now=NOW)
        keys.add(world.gateway.read_notice(delivered(world.letter())).dedupe_key)
    assert len(keys) == 1


def signed(fields: dict[str, Any]) -> Received:
    body = json.dumps(fields).encode()
    signature = hmac.new(KEYS["va"].encode(), wire.canonical(fields), "sha256").hexdigest()
    return Received("/notify/1", {"content-type": "application/json", "x-signature": signature}, body)


@pytest.mark.parametrize(
    ("fields", "claims"),
    [
        ({"status_code": 1}, Outcome.SUCCEEDED),
        ({"status_code": 1, "transaction_status_code": 7}, Outcome.HELD),
        ({"status_code": 1, "transaction_status_code": 6}, Outcome.SUCCEEDED),
        ({"status_code": 77}, None),
        ({"status_code": [1]}, None),
        ({}, None),
    ],
)
def test_news_claims_what_its_code_means_and_nothing_else(
    fields: dict[str, Any], claims: Outcome | None, world: World
) -> None:
    notice = world.gateway.read_notice(signed({"reference_id": REFERENCE, "trx_id": 5, **fields}))
    assert (notice.reference, notice.gateway_id, notice.claims) == (REFERENCE, "5", claims)


@pytest.mark.parametrize("reference", [{}, {"reference_id": ""}, {"reference_id": 7}, {"reference_id": None}])
def test_news_about_no_charge_of_ours_waits_for_a_person(reference: dict[str, Any], world: World) -> None:
    with pytest.raises(NoticeUnreadable):
        world.gateway.read_notice(signed({"trx_id": 5, "status_code": 1, **reference}))


def forgeries(letter: Letter, simulator: IpaymuSimulator) -> dict[str, Received]:
    good = delivered(letter)
    other = IpaymuSimulator(KEYS | {"va": "1179000000000001"})
    other.book.add(simulator.book.all()[0])
    [foreign] = other.news(other.book.all()[0], now=NOW)
    body = letter.body.decode()
    return {
        "signature": delivered(simulator.forged(letter)),
        "no signature": replace(good, headers={"content-type": good.headers["content-type"]}),
        "letters": replace(good, headers={**good.headers, "x-signature": "é" * 32}),
        "amount": replace(good, body=body.replace("150000", "150001").encode()),
        "order": replace(good, body=body.replace("ord-101-1", "ord-102-1").encode()),
        "account": delivered(foreign),
        "truncated": replace(good, body=letter.body[: len(letter.body) // 3]),
        "other type": replace(good, headers={**good.headers, "content-type": "application/json"}),
        "bytes": replace(good, body=b"\xff\xfe" + letter.body),
        "empty": replace(good, body=b""),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "signature",
        "no signature",
        "letters",
        "amount",
        "order",
        "account",
        "truncated",
        "other type",
        "bytes",
        "empty",
    ],
)
def test_forged_news_is_told_apart(kind: str, world: World) -> None:
    world.charge("va_bca")
    world.simulator.book.pay(world.kept(), 150_000, now=NOW)
    letter = world.letter()

    with pytest.raises(NoticeForged):
        world.gateway.read_notice(forgeries(letter, world.simulator)[kind])


NAMES = st.sampled_from(
    ["trx_id", "reference_id", "status_code", "is_escrow", "additional_info", "signature"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=8,
)


@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.dictionaries(NAMES, st.text(max_size=20)).map(
            lambda fields: urlencode(fields, errors="replace").encode()
        ),
        ANYTHING.map(lambda one: json.dumps(one).encode()),
        st.integers(1, 5000).map(lambda deep: b"[" * deep),
    ),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", ""]),
    headers=st.dictionaries(st.text(max_size=10) | st.just("x-signature"), st.text(max_size=20), max_size=3),
)
def test_nothing_a_stranger_writes_raises_anything_else(
    body: bytes, kind: str, headers: dict[str, str]
) -> None:
    with pytest.raises((NoticeForged, NoticeUnreadable)):
        answering(200, b"").read_notice(Received("/notify/1", {**headers, "content-type": kind}, body))


@given(fields=st.dictionaries(NAMES, ANYTHING, max_size=6))
def test_nothing_signed_well_raises_anything_else(fields: dict[str, Any]) -> None:
    fields.pop("signature", None)
    try:
        notice = answering(200, b"").read_notice(signed(fields))
    except NoticeUnreadable:
        assert not isinstance(fields.get("reference_id"), str) or not fields["reference_id"]
    else:
        assert notice.reference == fields["reference_id"]


# The simulator, where our client never goes


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v2/nowhere", b"{}", 404),
        ("GET", "/api/v2/history", b"", 405),
        ("POST", "/api/v2/payment/direct", b"{", 400),
        ("POST", "/api/v2/history", b"[]", 400),
        ("POST", "/api/v2/payment/direct", b"{}", 400),
    ],
)
def test_the_simulator_answers_what_it_cannot_serve(
    method: str, path: str, body: bytes, status: int, world: World
) -> None:
    headers = wire.headers(body, va=KEYS["va"], key=KEYS["api_key"], now=NOW)
    assert world.simulator.answer(SimRequest(method, path, headers, body), now=NOW).status == status


def test_the_simulator_refuses_a_charge_that_is_not_as_documented(world: World) -> None:
    world.charge("dana")
    good = json.loads(world.went[0].body)

    def tried(**others: object) -> int:
        body = json.dumps({**good, "referenceId": "other", **others}).encode()
        headers = wire.headers(body, va=KEYS["va"], key=KEYS["api_key"], now=NOW)
        return world.simulator.answer(
            SimRequest("POST", "/api/v2/payment/direct", headers, body), now=NOW
        ).status

    assert tried(paymentChannel="ovo") == 400
    assert tried(price=[1]) == 400
    assert tried(phone="") == 400
    assert tried() == 200


def test_the_simulator_lists_by_state_when_asked_to(world: World) -> None:
    world.charge("va_bca")
    world.charge("va_bni", "ord-102-1")
    world.simulator.book.pay(world.kept(), 150_000, now=NOW)
    body = b'{"status":"1","limit":"10"}'
    headers = wire.headers(body, va=KEYS["va"], key=KEYS["api_key"], now=NOW)

    reply = world.simulator.answer(SimRequest("POST", "/api/v2/history", headers, body), now=NOW)

    [row] = json.loads(reply.body)["Data"]["Results"]
    assert (row["ReferenceId"], row["Status"], row["StatusDesc"]) == (REFERENCE, 1, "Berhasil")


def test_the_simulator_knows_the_method_of_a_charge_alone(world: World) -> None:
    world.charge("qris")
    world.truth(None)
    assert [world.simulator.method_of(request) for request in world.went] == ["qris/mpm", None, None]


def test_credentials_are_named_and_never_shown(world: World) -> None:
    assert tuple(credentials_of("ipaymu")) == ("va", "api_key")
    assert "testapikey" not in repr(world.gateway)
