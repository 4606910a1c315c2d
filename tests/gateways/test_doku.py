"""DOKU's own API: the client against the simulator, which shares no code with it.

There is no client of the vendor's for this API; the signature is held to vectors computed by hand from
the documented rule, and the simulator signs by itself.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.simulated import BASE, NOW, a_charge, delivered, opened
from orderan.gateways import (
    Account,
    Caller,
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
    Received,
    RefundAsked,
    RefundOutcome,
    open_gateway,
)
from orderan.gateways.doku import mapping, wire
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.doku import DokuSimulator
from orderan.sandbox.models import ChargeState, SimRequest

pytestmark = pytest.mark.anyio

CREDENTIALS = {"client_id": "MCH-0001", "secret_key": "SK-test"}
CODES = {
    "va_bca": "1900600000000002",
    "va_bni": "8492300000000002",
    "va_bri": "1392500000000002",
    "va_mandiri": "8889900000000002",
    "va_permata": "8856000000000002",
    "va_cimb": "1899000000000002",
    "va_bsi": "6059200000000002",
    "va_doku": "8502200000000002",
    "alfamart": "6000000000002",
    "indomaret": "7000000000002",
}


class Bench:
    def __init__(self, **settings: Any) -> None:
        self.clock = SetClock(NOW)
        self.simulator = DokuSimulator(CREDENTIALS, **settings)
        self.client, self.went = opened(self.simulator, CREDENTIALS, self.clock)

    def pay(self, reference: str = "ord-101-1", *, late: bool = False) -> None:
        charge = self.simulator.book.find(reference)
        assert charge is not None
        self.simulator.book.pay(charge, charge.amount, now=self.clock.at, late=late)

    def move(self, state: ChargeState, reference: str = "ord-101-1") -> None:
        charge = self.simulator.book.find(reference)
        assert charge is not None
        self.simulator.book.move(charge, state, from_=set(ChargeState), now=self.clock.at)

    def letter(self, reference: str = "ord-101-1") -> Received:
        charge = self.simulator.book.find(reference)
        assert charge is not None
        [letter] = self.simulator.news(charge, now=self.clock.at)
        return delivered(letter)


def answering(status: int, body: bytes) -> Gateway:
    """Our client before a gateway that always answers the same."""

    async def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=body)

    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_gateway(Account("doku", BASE, CREDENTIALS), caller, SetClock(NOW))


def test_requests_are_signed_as_the_rule_says() -> None:
    body = b'{"order":{"amount":20000,"invoice_number":"INV-1"}}'
    at = "2024-01-01T00:00:00Z"

    assert wire.digest(body) == "8kh+xqzGog4+68rr3g/6pspKg7GjLQcJl5s4Mu5UAgA="
    assert (
        wire.signature(
            "SK-test",
            client_id="MCH-0001",
            request_id="req-0001",
            at=at,
            target="/checkout/v1/payment",
            body=body,
        )
        == "HMACSHA256=yFMxovOBsgo8JRnIMrST2VzJJwC9/M9YvzkUCewtsec="
    )
    assert (
        wire.signature(
            "SK-test",
            client_id="MCH-0001",
            request_id="req-0001",
            at=at,
            target="/orders/v1/status/INV-1",
            body=None,
        )
        == "HMACSHA256=XZQ6nDlY8tN66NQER006KcVrBjkTgLVwGp1aAy5wW+A="
    )


@pytest.mark.parametrize(("method", "number"), CODES.items())
async def test_a_payment_code_gives_its_number_and_its_end(method: str, number: str) -> None:
    bench = Bench()

    charged = await bench.client.charge(a_charge(method))

    store = method in {"alfamart", "indomaret"}
    assert charged.outcome is Outcome.PENDING
    assert charged.gateway_id == number
    assert charged.instrument is not None
    assert charged.instrument.kind is (
        InstrumentKind.PAYMENT_CODE if store else InstrumentKind.VIRTUAL_ACCOUNT
    )
    assert charged.instrument.number == number
    assert charged.instrument.expires_at == NOW + timedelta(hours=24)
    charge = bench.simulator.book.find("ord-101-1")
    assert charge is not None
    assert (charge.method, charge.amount) == (mapping.OFFERS[method].code, 150_000)
    assert charge.notify_url == "https://toko.test/notify/1"


@pytest.mark.parametrize("method", [one for one in mapping.OFFERS if one not in CODES])
async def test_every_other_method_is_paid_on_a_page_opened_for_it_alone(method: str) -> None:
    bench = Bench()

    charged = await bench.client.charge(a_charge(method))

    assert charged.gateway_id == "checkout:doku-1-token"
    assert charged.instrument is not None
    assert charged.instrument.kind is InstrumentKind.REDIRECT
    assert charged.instrument.url == "https://sandbox.doku.com/checkout-link-v2/doku-1-token"
    assert charged.instrument.expires_at == NOW + timedelta(hours=24)
    body = json.loads(bench.went[-1].body)
    assert body["payment"] == {
        "payment_due_date": 1440,
        "payment_method_types": [mapping.OFFERS[method].code],
    }
    assert body["order"]["line_items"] == [{"id": "1", "name": "Kopi Gayo", "price": 150_000, "quantity": 1}]
    assert body["customer"] == {
        "name": "Ani Lestari",
        "email": "ani@contoh.test",
        "phone": "6281234567890",
    }


async def test_a_method_or_a_currency_it_has_not_is_never_sent() -> None:
    bench = Bench()

    with pytest.raises(MethodNotOffered):
        await bench.client.charge(a_charge("gopay"))
    with pytest.raises(GatewayRefused):
        await bench.client.charge(replace(a_charge("va_bca"), currency="USD"))

    assert bench.went == []


@pytest.mark.parametrize("method", ["va_bca", "alfamart", "card"])
async def test_a_repeated_charge_is_the_first_one(method: str) -> None:
    bench = Bench()
    first = await bench.client.charge(a_charge(method))

    again = await bench.client.charge(a_charge(method))

    assert again.instrument == first.instrument
    assert (again.gateway_id, again.outcome) == (first.gateway_id, Outcome.PENDING)
    assert len(bench.simulator.book.all()) == 1


async def test_a_charge_repeated_later_is_found_by_its_number_and_told_as_it_stands() -> None:
    bench = Bench()
    first = await bench.client.charge(a_charge("va_bca"))
    bench.clock.at += timedelta(minutes=5)
    bench.pay()

    again = await bench.client.charge(a_charge("va_bca"))

    assert (again.gateway_id, again.outcome) == (first.gateway_id, Outcome.SUCCEEDED)
    assert again.instrument is not None
    assert again.instrument.number == CODES["va_bca"]
    assert len(bench.simulator.book.all()) == 1


async def test_a_page_whose_address_was_lost_leaves_the_outcome_open() -> None:
    bench = Bench()
    await bench.client.charge(a_charge("card"))
    bench.clock.at += timedelta(minutes=5)

    with pytest.raises(OutcomeUnknown):
        await bench.client.charge(a_charge("card"))

    assert len(bench.simulator.book.all()) == 1


async def test_a_reference_that_stands_for_another_charge_is_refused() -> None:
    bench = Bench()
    await bench.client.charge(a_charge("va_bca"))

    with pytest.raises(GatewayRefused):
        await bench.client.charge(a_charge("va_bca", amount_minor=99_000))
    with pytest.raises(GatewayRefused):
        await bench.client.charge(a_charge("va_bri"))

    [kept] = bench.simulator.book.all()
    assert (kept.method, kept.amount) == ("VIRTUAL_ACCOUNT_BCA", 150_000)


async def test_a_page_of_an_older_account_is_repeated_by_the_first_answer() -> None:
    bench = Bench(knows_pages=False)
    first = await bench.client.charge(a_charge("ovo"))

    again = await bench.client.charge(a_charge("ovo"))

    assert (again.instrument, again.gateway_id) == (first.instrument, first.gateway_id)


@pytest.mark.parametrize("method", ["va_bca", "alfamart", "qris"])
async def test_how_a_charge_stands_is_told_in_our_words(method: str) -> None:
    bench = Bench()

    async def asked() -> tuple[Outcome, int | None, int, int]:
        truth = await bench.client.look_up(reference="ord-101-1", gateway_id=None, method=method)
        return truth.outcome, truth.amount_minor, truth.paid_minor, truth.refunded_minor

    assert await asked() == (Outcome.ABSENT, None, 0, 0)
    await bench.client.charge(a_charge(method))
    assert await asked() == (Outcome.PENDING, 150_000, 0, 0)
    bench.clock.at += timedelta(hours=25)
    assert await asked() == (Outcome.EXPIRED, 150_000, 0, 0)
    bench.pay(late=True)
    assert await asked() == (Outcome.SUCCEEDED, 150_000, 150_000, 0)
    bench.move(ChargeState.DECLINED)
    assert await asked() == (Outcome.DECLINED, 150_000, 0, 0)


async def test_a_page_an_older_account_opened_waits_for_the_buyer() -> None:
    bench = Bench(knows_pages=False)
    charged = await bench.client.charge(a_charge("dana"))

    known = await bench.client.look_up(reference="ord-101-1", gateway_id=charged.gateway_id, method="dana")
    forgotten = await bench.client.look_up(reference="ord-101-1", gateway_id=None, method="dana")

    assert (known.outcome, known.gateway_id) == (Outcome.PENDING, charged.gateway_id)
    assert forgotten.outcome is Outcome.ABSENT


TOLD = {
    "order": {"invoice_number": "ord-101-1", "amount": 150_000},
    "transaction": {"status": "SUCCESS", "date": "2026-11-11T04:05:06Z", "original_request_id": "r"},
}


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"transaction": {"status": "success"}}, Outcome.SUCCEEDED),
        ({"transaction": {"status": "REDIRECT"}}, Outcome.PENDING),
        ({"transaction": {"status": "TIMEOUT"}}, Outcome.PENDING),
        ({"order": {"invoice_number": "ord-101-1", "amount": "150000.00"}}, Outcome.SUCCEEDED),
        (
            {
                "order": {"invoice_number": "ord-101-1", "amount": 150_000, "status": "ORDER_GENERATED"},
                "transaction": {"status": "FAILED"},
            },
            Outcome.PENDING,
        ),
        (
            {
                "order": {"invoice_number": "ord-101-1", "amount": 150_000, "status": "ORDER_EXPIRED"},
                "transaction": {"status": "FAILED"},
            },
            Outcome.EXPIRED,
        ),
    ],
)
async def test_odd_spellings_do_not_break_it(changed: dict[str, Any], outcome: Outcome) -> None:
    client = answering(200, json.dumps(TOLD | changed).encode())

    truth = await client.look_up(reference="ord-101-1", gateway_id=None, method="va_bca")

    assert (truth.outcome, truth.amount_minor, truth.currency) == (outcome, 150_000, "IDR")


async def test_another_amount_and_currency_are_told_as_they_are() -> None:
    told = TOLD | {"order": {"invoice_number": "ord-101-1", "amount": 7, "currency": "USD"}}
    client = answering(200, json.dumps(told).encode())

    truth = await client.look_up(reference="ord-101-1", gateway_id="19", method="va_bca")

    assert (truth.amount_minor, truth.paid_minor, truth.currency) == (7, 7, "USD")
    assert truth.at == datetime(2026, 11, 11, 4, 5, 6, tzinfo=UTC)
    assert truth.gateway_id == "19"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(TOLD | {"transaction": {"status": "PARKED"}}).encode(),
        json.dumps(TOLD | {"order": {"invoice_number": "ord-101-1"}}).encode(),
        json.dumps(TOLD | {"order": {"invoice_number": "ord-999-1", "amount": 150_000}}).encode(),
        json.dumps(TOLD | {"transaction": {"status": "REFUNDED"}}).encode(),
        json.dumps({"order": {"invoice_number": "ord-101-1", "amount": 150_000}}).encode(),
        b'{"order": {"invoi',
        b"[]",
        b"",
    ],
)
async def test_an_answer_that_is_not_understood_is_never_guessed(body: bytes) -> None:
    with pytest.raises(GatewayFailed) as raised:
        await answering(200, body).look_up(reference="ord-101-1", gateway_id=None, method="va_bca")

    assert raised.value.fault is Fault.GARBLED


async def test_a_wrong_address_is_not_taken_for_an_unknown_charge() -> None:
    bench = Bench()
    nowhere = bench.simulator.answer(SimRequest("GET", "/orders/v2", {}, b""), now=NOW)

    with pytest.raises(GatewayRefused):
        await answering(nowhere.status, nowhere.body).look_up(
            reference="ord-101-1", gateway_id=None, method="va_bca"
        )

    assert nowhere.status == 404


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (400, b'{"error":{"code":"invalid_parameter","message":"x"}}', GatewayRefused),
        (403, b'{"message":["CHANNEL NOT ENABLED"]}', GatewayRefused),
        (429, b'{"error":{"code":"TOO_MANY_REQUESTS"}}', GatewayFailed),
        (503, b'{"error":{"code":"MAINTENANCE_MODE"}}', GatewayFailed),
        (503, b"", OutcomeUnknown),
        (500, b'{"error":{"code":"internal_server_error"}}', OutcomeUnknown),
        (200, b'{"order": {"inv', OutcomeUnknown),
        (200, b"{}", OutcomeUnknown),
        (302, b"", OutcomeUnknown),
    ],
)
async def test_a_charge_that_ends_otherwise_says_what_may_have_happened(
    status: int, body: bytes, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        await answering(status, body).charge(a_charge("va_bca"))
    with pytest.raises(raised):
        await answering(status, body).charge(a_charge("card"))


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_question_that_ends_otherwise_changed_nothing(status: int) -> None:
    with pytest.raises(GatewayFailed):
        await answering(status, b"").look_up(reference="ord-101-1", gateway_id=None, method="va_bca")


async def test_a_taken_number_whose_truth_is_not_told_stays_open() -> None:
    body = b'{"error":{"code":"invalid_parameter","message":"order.invoice_number is already used"}}'

    with pytest.raises(OutcomeUnknown):
        await answering(400, body).charge(a_charge("va_bca"))


async def test_wrong_keys_are_refused_and_nothing_is_made() -> None:
    clock = SetClock(NOW)
    simulator = DokuSimulator(CREDENTIALS)
    for wrong in ({"secret_key": "SK-other"}, {"client_id": "MCH-0002"}):
        client, _ = opened(simulator, CREDENTIALS | wrong, clock)
        with pytest.raises(GatewayRefused):
            await client.charge(a_charge("va_bca"))
        with pytest.raises(GatewayRefused):
            await client.look_up(reference="ord-101-1", gateway_id=None, method="va_bca")

    assert simulator.book.all() == []


async def test_nothing_is_taken_back_before_it_is_paid_and_it_is_told_as_it_stands() -> None:
    bench = Bench()
    await bench.client.charge(a_charge("va_bca"))

    before = await bench.client.cancel(reference="ord-101-1", gateway_id=None, method="va_bca")
    bench.pay()
    after = await bench.client.cancel(reference="ord-101-1", gateway_id=None, method="va_bca")

    assert (before.outcome, after.outcome) == (Outcome.PENDING, Outcome.SUCCEEDED)


def a_refund(key: str = "rf-1", amount_minor: int = 50_000, method: str = "card") -> RefundAsked:
    return RefundAsked(key, "ord-101-1", "checkout:x", method, amount_minor, "IDR", "Salah ukuran")


async def test_a_card_is_paid_back_in_parts_and_once_per_key() -> None:
    bench = Bench()
    await bench.client.charge(a_charge("card"))
    bench.pay()

    first = await bench.client.refund(a_refund())
    again = await bench.client.refund(a_refund())
    part = await bench.client.look_up(reference="ord-101-1", gateway_id=None, method="card")
    await bench.client.refund(a_refund("rf-2", 100_000))
    whole = await bench.client.look_up(reference="ord-101-1", gateway_id=None, method="card")

    assert (first.outcome, first.amount_minor) == (RefundOutcome.DONE, 50_000)
    assert again == first
    assert (part.outcome, part.paid_minor, part.refunded_minor) == (Outcome.REFUNDED, 150_000, 50_000)
    assert (whole.outcome, whole.refunded_minor) == (Outcome.REFUNDED, 150_000)


@pytest.mark.parametrize("taken", [True, False])
async def test_a_refund_is_not_ordered_twice_once_its_key_lapsed(taken: bool) -> None:
    bench = Bench()
    await bench.client.charge(a_charge("card"))
    bench.pay()
    await bench.client.refund(a_refund())
    bench.clock.at += timedelta(days=10)

    again = bench.client.refund(replace(a_refund(), again=True, taken=taken))
    if taken:
        assert (await again).outcome is RefundOutcome.DONE
        with pytest.raises(GatewayFailed):
            await bench.client.refund(replace(a_refund("rf-2", 60_000), again=True, taken=True))
    else:
        # Their answer names no key: what is told of the whole payment decides.
        with pytest.raises(GatewayRefused) as refused:
            await again
        assert refused.value.code == "refunded_before"

    charge = bench.simulator.book.find("ord-101-1")
    assert charge is not None
    assert charge.refunded == 50_000


async def test_too_much_too_early_or_not_a_card_is_not_paid_back() -> None:
    bench = Bench()
    with pytest.raises(GatewayRefused):
        await bench.client.refund(a_refund())
    await bench.client.charge(a_charge("card"))
    with pytest.raises(GatewayRefused):
        await bench.client.refund(a_refund())
    bench.pay()
    with pytest.raises(GatewayRefused):
        await bench.client.refund(a_refund(amount_minor=150_001))
    with pytest.raises(GatewayRefused):
        await bench.client.refund(a_refund(method="va_bca"))
    with pytest.raises(MethodNotOffered):
        await bench.client.refund(a_refund(method="gopay"))

    charge = bench.simulator.book.find("ord-101-1")
    assert charge is not None
    assert charge.refunds == []


@pytest.mark.parametrize(
    ("refund", "outcome"),
    [
        ({"amount": 1, "type": "MANUAL_PARTIAL_REFUND", "status": "SUCCESS"}, RefundOutcome.PENDING),
        ({"amount": 1, "type": "VOID", "status": "SUCCESS"}, RefundOutcome.DONE),
        ({"amount": 1, "status": "PENDING"}, RefundOutcome.PENDING),
        ({"amount": 1, "type": "VOID", "status": "FAILED", "message": "x"}, GatewayRefused),
        ({"amount": 1, "type": "VOID", "status": "ODD"}, OutcomeUnknown),
        ({"type": "VOID", "status": "SUCCESS"}, OutcomeUnknown),
    ],
)
async def test_what_became_of_a_refund_is_told_in_our_words(refund: dict[str, Any], outcome: Any) -> None:
    client = answering(200, json.dumps(TOLD | {"refund": refund}).encode())

    if isinstance(outcome, RefundOutcome):
        assert (await client.refund(a_refund())).outcome is outcome
    else:
        with pytest.raises(outcome):
            await client.refund(a_refund())


async def test_a_letter_is_read_once_its_signature_holds() -> None:
    bench = Bench()
    charged = await bench.client.charge(a_charge("va_bca"))
    bench.pay()

    first = bench.client.read_notice(bench.letter())
    again = bench.client.read_notice(bench.letter())

    assert (first.reference, first.gateway_id) == ("ord-101-1", charged.gateway_id)
    assert first.claims is Outcome.SUCCEEDED
    assert again.dedupe_key == first.dedupe_key


async def test_other_news_has_another_key() -> None:
    bench = Bench()
    await bench.client.charge(a_charge("card"))
    bench.pay()
    keys = [bench.client.read_notice(bench.letter()).dedupe_key]
    for turn in ("rf-1", "rf-2"):
        await bench.client.refund(a_refund(turn))
        notice = bench.client.read_notice(bench.letter())
        assert notice.claims is Outcome.REFUNDED
        keys.append(notice.dedupe_key)

    assert len(set(keys)) == 3


async def test_a_forged_letter_is_told_from_a_true_one() -> None:
    bench = Bench()
    await bench.client.charge(a_charge("va_bca"))
    bench.pay()
    charge = bench.simulator.book.find("ord-101-1")
    assert charge is not None
    [letter] = bench.simulator.news(charge, now=NOW)
    true = delivered(letter)
    other, _ = opened(DokuSimulator(CREDENTIALS), CREDENTIALS | {"client_id": "MCH-0002"}, bench.clock)
    forgeries = [
        delivered(bench.simulator.forged(letter)),
        replace(true, body=true.body.replace(b"150000", b"950000")),
        replace(true, body=true.body[:-1]),
        replace(true, path="/notify/2"),
        replace(true, headers={}),
        replace(true, headers=dict(true.headers) | {"request-id": "another"}),
    ]

    for one in forgeries:
        with pytest.raises(NoticeForged):
            bench.client.read_notice(one)
    with pytest.raises(NoticeForged):
        other.read_notice(true)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"{}", b'{"order":{"invoice_number":5}}', b"\xff"])
async def test_a_signed_letter_that_makes_no_sense_waits_for_a_person(body: bytes) -> None:
    told = {"client-id": "MCH-0001", "request-id": "r", "request-timestamp": "2026-11-11T04:00:00Z"}
    told["signature"] = wire.signature(
        "SK-test",
        client_id="MCH-0001",
        request_id="r",
        at="2026-11-11T04:00:00Z",
        target="/notify/1",
        body=body,
    )

    with pytest.raises(NoticeUnreadable):
        Bench().client.read_notice(Received("/notify/1", told, body))


@given(
    st.text(max_size=20),
    st.dictionaries(
        st.sampled_from(["client-id", "request-id", "request-timestamp", "signature", "x"]), st.text()
    ),
    st.binary(),
)
def test_whatever_comes_is_forged_or_unreadable(path: str, headers: dict[str, str], body: bytes) -> None:
    client = answering(200, b"")

    with pytest.raises((NoticeForged, NoticeUnreadable)):
        client.read_notice(Received(path, headers, body))


def test_only_a_200_ends_their_letters() -> None:
    client = answering(200, b"")

    assert client.acknowledgement(taken=True).status == 200
    assert client.acknowledgement(taken=False).status == 503


def test_no_secret_is_in_a_repr() -> None:
    assert "SK-test" not in repr(Account("doku", BASE, CREDENTIALS))
    assert "SK-test" not in repr(answering(200, b""))


def test_the_simulator_says_which_method_a_charge_is_for() -> None:
    simulator = DokuSimulator(CREDENTIALS)
    page = json.dumps({"payment": {"payment_method_types": ["QRIS"]}}).encode()

    assert (
        simulator.method_of(SimRequest("POST", "/bca-virtual-account/v2/payment-code", {}, b""))
        == "VIRTUAL_ACCOUNT_BCA"
    )
    assert simulator.method_of(SimRequest("POST", "/checkout/v1/payment", {}, page)) == "QRIS"
    assert simulator.method_of(SimRequest("POST", "/checkout/v1/payment", {}, b"{")) is None
    assert simulator.method_of(SimRequest("GET", "/orders/v1/status/x", {}, b"")) is None
