"""Duitku: our client against its simulator, and both against the vectors computed from its documentation."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

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
    Truth,
    credentials_of,
    open_gateway,
)
from orderan.gateways.duitku import mapping, wire
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.duitku import DuitkuSimulator
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimRequest

KEYS = {"merchant_code": "DXXXX", "api_key": "testapikey"}
REFERENCE = "ord-101-1"


class World:
    """A simulator, our client over it, and the clock both look at."""

    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.simulator = DuitkuSimulator(KEYS)
        self.gateway: Gateway
        self.went: list[SimRequest]
        self.gateway, self.went = opened(self.simulator, KEYS, self.clock)

    def charge(self, method: str, reference: str = REFERENCE, amount_minor: int = 150_000) -> Charged:
        return asyncio.run(self.gateway.charge(a_charge(method, reference, amount_minor)))

    def kept(self, reference: str = REFERENCE) -> SimCharge:
        charge = self.simulator.book.find(reference)
        assert charge is not None
        return charge

    def truth(self, reference: str = REFERENCE) -> Truth:
        return asyncio.run(self.gateway.look_up(reference=reference, gateway_id=None, method="va_bca"))

    def letter(self) -> Letter:
        [letter] = self.simulator.news(self.kept(), now=self.clock.at)
        return letter


@pytest.fixture
def world() -> World:
    return World()


def answering(status: int, body: bytes) -> Gateway:
    """Our client over a Duitku that always says the same."""
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, content=body))
    return open_gateway(Account("duitku", BASE, KEYS), Caller(transport=transport), SetClock(NOW))


# Signatures


def test_signatures_are_those_of_the_documentation() -> None:
    assert (
        wire.inquiry_signature("DXXXX", "ORDER-101", 40000, "testapikey")
        == "4fe9b1b05f5377e99913bf2ea9aad131"
    )
    assert (
        wire.callback_signature("DXXXX", "40000", "ORDER-101", "testapikey")
        == "3e359e470f46956d76a09418688f149c"
    )
    assert wire.status_signature("DXXXX", "ORDER-101", "testapikey") == "28a49c518765555bdbf1513cd5ad39cb"


def test_a_charge_is_written_as_duitku_reads_it(world: World) -> None:
    world.charge("va_bca")

    [request] = world.went
    assert (request.method, request.path) == ("POST", "/webapi/api/merchant/v2/inquiry")
    assert json.loads(request.body) == {
        "merchantCode": "DXXXX",
        "paymentAmount": 150_000,
        "paymentMethod": "BC",
        "merchantOrderId": REFERENCE,
        "productDetails": "Pesanan 101",
        "email": "ani@contoh.test",
        "phoneNumber": "081234567890",
        "customerVaName": "Ani Lestari",
        "callbackUrl": "https://toko.test/notify/1",
        "returnUrl": "https://toko.test/bayar/101",
        "expiryPeriod": 1440,
        "itemDetails": [{"name": "Kopi Gayo", "price": 150_000, "quantity": 1}],
        "signature": wire.inquiry_signature("DXXXX", REFERENCE, 150_000, "testapikey"),
    }


def test_a_line_of_three_is_priced_as_the_whole_line(world: World) -> None:
    asked = a_charge("va_bca")
    [item] = asked.items
    three = replace(asked, items=(replace(item, price_minor=50_000, quantity=3),))

    asyncio.run(world.gateway.charge(three))

    assert json.loads(world.went[0].body)["itemDetails"] == [
        {"name": "Kopi Gayo", "price": 150_000, "quantity": 3}
    ]


def test_items_that_do_not_add_up_are_left_out_rather_than_refused(world: World) -> None:
    asked = a_charge("va_bca")

    asyncio.run(world.gateway.charge(replace(asked, items=(replace(asked.items[0], price_minor=1),))))

    assert "itemDetails" not in json.loads(world.went[0].body)


def test_a_buyer_without_mail_or_phone_and_with_a_long_name_is_taken(world: World) -> None:
    asked = replace(a_charge("va_bca"), payer=Payer("Raden Ajeng Kartini Djojoadhiningrat"))

    asyncio.run(world.gateway.charge(asked))

    sent = json.loads(world.went[0].body)
    assert (sent["email"], sent["customerVaName"]) == ("pembeli@toko.test", "Raden Ajeng Kartini ")
    assert "phoneNumber" not in sent


# Charging


KINDS = {
    "qris": InstrumentKind.QR,
    "shopeepay": InstrumentKind.DEEPLINK,
    "indomaret": InstrumentKind.PAYMENT_CODE,
    "alfamart": InstrumentKind.PAYMENT_CODE,
    **dict.fromkeys(
        (
            "ovo",
            "dana",
            "linkaja",
            "jeniuspay",
            "card",
            "indodana",
            "atome",
            "tokopedia_card",
            "tokopedia_wallet",
            "tokopedia_other",
        ),
        InstrumentKind.REDIRECT,
    ),
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
        assert given_.url is not None
        assert given_.url.startswith("https://")


@pytest.mark.parametrize(
    ("method", "minutes"),
    [("va_bca", 1440), ("qris", 60), ("shopeepay", 60), ("ovo", 10), ("jeniuspay", 10), ("card", 30)],
)
def test_a_charge_expires_no_later_than_the_method_allows(method: str, minutes: int, world: World) -> None:
    charged = world.charge(method)

    assert charged.instrument is not None
    assert charged.instrument.expires_at == NOW + timedelta(minutes=minutes)


def test_half_a_minute_is_rounded_down_and_a_moment_becomes_a_minute(world: World) -> None:
    soon = replace(a_charge("va_bca", "soon"), expires_at=NOW + timedelta(seconds=150))
    past = replace(a_charge("va_bca", "past"), expires_at=NOW + timedelta(seconds=5))

    asyncio.run(world.gateway.charge(soon))
    asyncio.run(world.gateway.charge(past))

    assert [json.loads(request.body)["expiryPeriod"] for request in world.went] == [2, 1]


def test_a_wallet_without_its_app_link_opens_the_page() -> None:
    answer = {"paymentUrl": "https://pay.test/1", "appUrl": ""}

    assert mapping.instrument("SA", answer, expires_at=NOW) == Instrument(
        InstrumentKind.REDIRECT, url="https://pay.test/1", expires_at=NOW
    )


def test_a_method_duitku_has_not_is_a_bug_of_the_caller(world: World) -> None:
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

    assert (refused.value.code, refused.value.detail) == ("400", "Minimum Payment 10000 IDR")
    assert world.simulator.book.all() == []


def test_a_wrong_key_is_refused(world: World) -> None:
    gateway, _ = opened(world.simulator, {**KEYS, "api_key": "another"}, world.clock)

    with pytest.raises(GatewayRefused) as refused:
        asyncio.run(gateway.charge(a_charge("va_bca")))
    with pytest.raises(GatewayRefused) as unasked:
        asyncio.run(gateway.look_up(reference=REFERENCE, gateway_id=None, method="va_bca"))

    assert (refused.value.code, unasked.value.code) == ("401", "401")
    assert world.simulator.book.all() == []


def test_an_unknown_merchant_is_refused_and_not_taken_for_an_unknown_charge(world: World) -> None:
    gateway, _ = opened(world.simulator, {**KEYS, "merchant_code": "DYYYY"}, world.clock)

    with pytest.raises(GatewayRefused) as refused:
        asyncio.run(gateway.look_up(reference=REFERENCE, gateway_id=None, method="va_bca"))

    assert refused.value.detail == "Merchant not found"


def test_the_same_charge_again_is_the_first_one(world: World) -> None:
    first = world.charge("va_bca")
    again = world.charge("va_bca")

    assert (again.gateway_id, again.outcome, again.instrument) == (first.gateway_id, Outcome.PENDING, None)
    assert len(world.simulator.book.all()) == 1


def test_the_same_charge_again_after_it_was_paid_says_so(world: World) -> None:
    world.charge("va_bca")
    world.simulator.book.pay(world.kept(), 150_000, now=NOW)

    assert world.charge("va_bca").outcome is Outcome.SUCCEEDED


def test_the_same_reference_over_another_amount_is_refused(world: World) -> None:
    world.charge("va_bca")

    with pytest.raises(GatewayRefused) as refused:
        world.charge("va_bca", amount_minor=160_000)

    assert refused.value.code == "duplicate"
    assert [kept.amount for kept in world.simulator.book.all()] == [150_000]


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (500, b"", Fault.SERVER),
        (503, b"<html>", Fault.SERVER),
        (408, b"{}", Fault.SERVER),
        (302, b"", Fault.SERVER),
        (200, b'{"statusCode":"00","refer', Fault.GARBLED),
        (200, b"[]", Fault.GARBLED),
        (200, b'{"statusCode":"99","statusMessage":"?"}', Fault.GARBLED),
        (200, b'{"statusCode":"00","reference":"D1"}', Fault.GARBLED),
        (200, b'{"statusCode":"00","vaNumber":"7007"}', Fault.GARBLED),
    ],
)
def test_an_answer_that_says_nothing_clear_leaves_a_charge_unknown(
    status: int, body: bytes, fault: Fault
) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        asyncio.run(answering(status, body).charge(a_charge("va_bca")))
    assert unknown.value.fault is fault


def test_too_many_requests_are_told_as_busy() -> None:
    with pytest.raises(GatewayFailed) as charging:
        asyncio.run(answering(429, b"{}").charge(a_charge("va_bca")))
    with pytest.raises(GatewayFailed) as asking:
        asyncio.run(answering(429, b"{}").look_up(reference=REFERENCE, gateway_id=None, method="va_bca"))
    assert (charging.value.fault, asking.value.fault) == (Fault.BUSY, Fault.BUSY)


def test_a_duplicate_that_cannot_be_looked_up_is_unknown_and_not_refused() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("inquiry"):
            return httpx2.Response(409, json={"Message": "Duplicate merchantOrderId"})
        return httpx2.Response(503)

    caller = Caller(transport=httpx2.MockTransport(answer))
    gateway = open_gateway(Account("duitku", BASE, KEYS), caller, SetClock(NOW))
    with pytest.raises(OutcomeUnknown):
        asyncio.run(gateway.charge(a_charge("va_bca")))


# The truth


def test_a_charge_nobody_made_is_absent(world: World) -> None:
    truth = world.truth()
    assert (truth.outcome, truth.gateway_id, truth.amount_minor) == (Outcome.ABSENT, None, None)


@pytest.mark.parametrize(
    ("state", "outcome", "paid", "reason"),
    [
        (ChargeState.PENDING, Outcome.PENDING, 0, None),
        (ChargeState.PAID, Outcome.SUCCEEDED, 150_000, None),
        (ChargeState.EXPIRED, Outcome.EXPIRED, 0, "expired_or_cancelled"),
        (ChargeState.CANCELLED, Outcome.EXPIRED, 0, "expired_or_cancelled"),
    ],
)
def test_how_a_charge_stands_is_told(
    state: ChargeState, outcome: Outcome, paid: int, reason: str | None, world: World
) -> None:
    charged = world.charge("va_bca")
    world.kept().state = state

    truth = world.truth()

    assert replace(truth, raw=b"") == Truth(
        reference=REFERENCE,
        gateway_id=charged.gateway_id,
        outcome=outcome,
        amount_minor=150_000,
        currency="IDR",
        paid_minor=paid,
        fee_minor=4_000 if paid else None,
        reason=reason,
    )


def test_a_charge_runs_out_and_may_still_be_paid_late(world: World) -> None:
    world.charge("va_bca")
    world.clock.at = NOW + timedelta(hours=24)
    assert world.truth().outcome is Outcome.EXPIRED

    world.simulator.book.pay(world.kept(), 150_000, now=world.clock.at, late=True)
    assert world.truth().outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    ("amount", "fee", "told"),
    [
        ("150000.00", "0.00", (150_000, 0)),
        (150_000, None, (150_000, None)),
        ("140000", "4440.50", (140_000, None)),
    ],
)
def test_amounts_are_read_however_they_are_written(
    amount: object, fee: object, told: tuple[int, int | None]
) -> None:
    body = {"merchantOrderId": REFERENCE, "amount": amount, "fee": fee, "statusCode": "00"}
    gateway = answering(200, json.dumps(body).encode())

    truth = asyncio.run(gateway.look_up(reference=REFERENCE, gateway_id=None, method="va_bca"))

    assert (truth.amount_minor, truth.fee_minor) == told


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'{"merchantOrderId":"ord-101-1","statusCode":"07","amount":"1"}',
        b'{"merchantOrderId":"ord-101-1","statusCode":0,"amount":"1"}',
        b'{"merchantOrderId":"ord-101-1","amount":"1"}',
        b'{"merchantOrderId":"ord-101-1","statusCode":"00","amount":"1.5"}',
        b'{"merchantOrderId":"ord-101-1","statusCode":"00","amount":"NaN"}',
        b'{"merchantOrderId":"ord-101-1","statusCode":"00","amount":-1}',
        b'{"merchantOrderId":"ord-101-1","statusCode":"00"}',
        b'{"merchantOrderId":"ord-101-2","statusCode":"00","amount":"150000"}',
    ],
)
def test_an_answer_not_understood_is_never_guessed_at(body: bytes) -> None:
    with pytest.raises(GatewayFailed) as failed:
        asyncio.run(answering(200, body).look_up(reference=REFERENCE, gateway_id=None, method="va_bca"))
    assert failed.value.fault is Fault.GARBLED


def test_a_question_duitku_cannot_answer_failed() -> None:
    with pytest.raises(GatewayFailed) as failed:
        asyncio.run(answering(502, b"").look_up(reference=REFERENCE, gateway_id=None, method="va_bca"))
    assert failed.value.fault is Fault.SERVER


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
    asked = RefundAsked("rf-1", REFERENCE, "D1", "va_bca", 10_000, "IDR", "rusak")

    with pytest.raises(GatewayRefused):
        asyncio.run(world.gateway.refund(asked))

    assert world.went == []
    assert not any(offer.refundable for offer in world.gateway.offers.values())


# News


def test_news_of_a_payment_is_read_and_acknowledged(world: World) -> None:
    charged = world.charge("qris")
    world.simulator.book.pay(world.kept(), 150_000, now=NOW)

    notice = world.gateway.read_notice(delivered(world.letter()))

    assert (notice.reference, notice.gateway_id, notice.claims) == (
        REFERENCE,
        charged.gateway_id,
        Outcome.SUCCEEDED,
    )
    assert world.gateway.acknowledgement(taken=True) == Acknowledgement(200, "text/plain", b"OK")
    assert world.gateway.acknowledgement(taken=False).status == 500


def test_duitku_is_silent_until_something_came_of_it(world: World) -> None:
    world.charge("va_bca")
    assert world.simulator.news(world.kept(), now=NOW) == []


def test_news_of_a_failure_is_no_news_of_a_wait(world: World) -> None:
    world.charge("card")
    world.kept().state = ChargeState.DECLINED
    assert world.gateway.read_notice(delivered(world.letter())).claims is Outcome.DECLINED


def test_the_same_news_twice_is_one_and_other_news_another(world: World) -> None:
    world.charge("card")
    world.kept().state = ChargeState.DECLINED
    declined = world.gateway.read_notice(delivered(world.letter())).dedupe_key
    again = world.gateway.read_notice(delivered(world.letter())).dedupe_key
    world.kept().state = ChargeState.PAID
    paid = world.gateway.read_notice(delivered(world.letter())).dedupe_key

    assert declined == again
    assert declined != paid


def test_a_failure_rewritten_to_a_success_does_not_use_up_the_key_of_the_real_one(world: World) -> None:
    """The result is not signed, so the forgery reads well; it differs where its writer could only guess."""
    world.charge("card")
    world.kept().state = ChargeState.DECLINED
    fields = dict(parse_qsl(world.letter().body.decode(), keep_blank_values=True))
    rewritten = Received("/notify/1", {}, urlencode({**fields, "resultCode": "00"}).encode())
    forged = world.gateway.read_notice(rewritten)
    world.kept().state = ChargeState.PAID
    world.kept().changed_at = NOW + timedelta(days=1)

    real = world.gateway.read_notice(delivered(world.letter()))

    assert forged.claims is Outcome.SUCCEEDED
    assert forged.dedupe_key != real.dedupe_key
    assert world.truth().outcome is Outcome.SUCCEEDED


def test_an_unknown_result_claims_nothing(world: World) -> None:
    fields = {"merchantCode": "DXXXX", "amount": "40000", "merchantOrderId": "ORDER-101", "resultCode": "77"}
    fields["signature"] = "3E359E470F46956D76A09418688F149C"

    assert world.gateway.read_notice(Received("/", {}, urlencode(fields).encode())).claims is None


def forgeries(letter: Letter, simulator: DuitkuSimulator) -> dict[str, bytes]:
    fields = dict(parse_qsl(letter.body.decode(), keep_blank_values=True))
    other = wire.callback_signature("DYYYY", fields["amount"], REFERENCE, KEYS["api_key"])
    return {
        "signature": simulator.forged(letter).body,
        "amount": urlencode({**fields, "amount": "1"}).encode(),
        "order": urlencode({**fields, "merchantOrderId": "ord-102-1"}).encode(),
        "account": urlencode({**fields, "merchantCode": "DYYYY", "signature": other}).encode(),
        "truncated": letter.body[: len(letter.body) // 3],
        "json": json.dumps(fields).encode(),
        "letters": urlencode({**fields, "signature": "é" * 32}).encode(),
        "bytes": b"\xff\xfe" + letter.body,
        "empty": b"",
    }


@pytest.mark.parametrize(
    "kind",
    ["signature", "amount", "order", "account", "truncated", "json", "letters", "bytes", "empty"],
)
def test_forged_news_is_told_apart(kind: str, world: World) -> None:
    world.charge("va_bca")
    world.simulator.book.pay(world.kept(), 150_000, now=NOW)
    letter = world.letter()

    with pytest.raises(NoticeForged):
        world.gateway.read_notice(replace(delivered(letter), body=forgeries(letter, world.simulator)[kind]))


@pytest.mark.parametrize(("amount", "order"), [("150000ord", "-101-1"), ("", "150000ord-101-1")])
def test_a_signature_cut_at_another_place_is_not_read(amount: str, order: str, world: World) -> None:
    fields = {"merchantCode": "DXXXX", "amount": amount, "merchantOrderId": order, "resultCode": "00"}
    fields["signature"] = wire.callback_signature("DXXXX", "150000", REFERENCE, KEYS["api_key"])

    with pytest.raises(NoticeUnreadable):
        world.gateway.read_notice(Received("/", {}, urlencode(fields).encode()))


@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.dictionaries(
            st.sampled_from(["merchantCode", "amount", "merchantOrderId", "signature", "resultCode"]),
            st.text(max_size=20),
        ).map(lambda fields: urlencode(fields, errors="replace").encode()),
    ),
    headers=st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3),
)
def test_nothing_a_stranger_writes_raises_anything_else(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises((NoticeForged, NoticeUnreadable)):
        answering(200, b"").read_notice(Received("/notify/1", headers, body))


# The simulator, where our client never goes


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/webapi/api/merchant/nowhere", b"{}", 404),
        ("GET", "/webapi/api/merchant/v2/inquiry", b"", 405),
        ("POST", "/webapi/api/merchant/v2/inquiry", b"{", 400),
        ("POST", "/webapi/api/merchant/transactionStatus", b"[]", 400),
        ("POST", "/webapi/api/merchant/transactionStatus", b'{"merchantCode":"DXXXX"}', 401),
    ],
)
def test_the_simulator_answers_what_it_cannot_serve(
    method: str, path: str, body: bytes, status: int, world: World
) -> None:
    assert world.simulator.answer(SimRequest(method, path, {}, body), now=NOW).status == status


def test_the_simulator_refuses_items_that_do_not_add_up_and_unknown_methods(world: World) -> None:
    world.charge("va_bca")
    good = json.loads(world.went[0].body)

    def tried(**others: object) -> int:
        order = str(others["merchantOrderId"])
        signature = wire.inquiry_signature("DXXXX", order, 150_000, "testapikey")
        body = json.dumps({**good, **others, "signature": signature}).encode()
        return world.simulator.answer(replace(world.went[0], body=body), now=NOW).status

    assert tried(merchantOrderId="a", itemDetails=[{"name": "x", "price": 1, "quantity": 1}]) == 409
    assert tried(merchantOrderId="b", paymentMethod="ZZ") == 404
    assert tried(merchantOrderId="c", email="") == 400
    assert len(world.simulator.book.all()) == 1


def test_the_simulator_knows_the_method_of_a_charge_alone(world: World) -> None:
    world.charge("qris")
    world.truth()
    assert [world.simulator.method_of(request) for request in world.went] == ["SP", None]


def test_credentials_are_named_and_never_shown(world: World) -> None:
    assert tuple(credentials_of("duitku")) == ("merchant_code", "api_key")
    assert "testapikey" not in repr(world.gateway)


def test_a_page_for_certain_cards_names_their_ranges() -> None:
    asked = replace(a_charge("card"), card_ranges=("481111", "52110012"))
    body = json.loads(wire.inquiry(asked, "VC", merchant="DXXXX", key="k", minutes=30))
    assert body["creditCardDetail"] == {"binWhitelist": ["481111", "52110012"]}
    assert "creditCardDetail" not in json.loads(
        wire.inquiry(a_charge("card"), "VC", merchant="DXXXX", key="k", minutes=30)
    )
