"""Midtrans: its words and signatures, and our client against a Midtrans that answers as theirs does."""

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
    Gateway,
    GatewayFailed,
    GatewayRefused,
    InstrumentKind,
    NoticeForged,
    Outcome,
    OutcomeUnknown,
    Received,
    RefundAsked,
    RefundOutcome,
    open_gateway,
)
from orderan.gateways.midtrans import wire
from orderan.gateways.midtrans.mapping import OFFERS, outcome_of, rupiah
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.midtrans import MidtransSimulator
from orderan.sandbox.models import ChargeState, SimCharge, SimReply, SimRequest

pytestmark = pytest.mark.anyio

CREDENTIALS = {"server_key": "SB-Mid-server-TESTKEY", "merchant_id": "G-101"}
NOTIFY = "https://toko.test/notify/1"
SETTLED = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
"""Four in the afternoon of the day after, in Jakarta: then a card of NOW has settled."""
KINDS = {
    "va_mandiri": InstrumentKind.BILL,
    "qris": InstrumentKind.QR,
    "gopay": InstrumentKind.DEEPLINK,
    "gopay_later": InstrumentKind.DEEPLINK,
    "ovo": InstrumentKind.PUSH,
    "shopeepay": InstrumentKind.DEEPLINK,
    "indomaret": InstrumentKind.PAYMENT_CODE,
    "alfamart": InstrumentKind.PAYMENT_CODE,
    "dana": InstrumentKind.REDIRECT,
    "akulaku": InstrumentKind.REDIRECT,
    "kredivo": InstrumentKind.REDIRECT,
    "va_other": InstrumentKind.REDIRECT,
    "dd_cimb": InstrumentKind.REDIRECT,
    "bca_klikpay": InstrumentKind.REDIRECT,
    "bca_klikbca": InstrumentKind.REDIRECT,
    "bri_epay": InstrumentKind.REDIRECT,
    "danamon_online": InstrumentKind.REDIRECT,
    "card": InstrumentKind.REDIRECT,
    "card_instalment": InstrumentKind.REDIRECT,
}


class Desk:
    """Our client and their simulator, with a clock."""

    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.there = MidtransSimulator(CREDENTIALS)
        self.here, self.went = opened(self.there, CREDENTIALS, self.clock)

    def charge_there(self, reference: str = "ord-101-1") -> SimCharge:
        found = self.there.book.find(reference)
        assert found is not None
        return found

    async def stands(
        self, method: str = "va_bca", reference: str = "ord-101-1", gateway_id: str | None = None
    ) -> Any:
        return await self.here.look_up(reference=reference, gateway_id=gateway_id, method=method)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_published_vectors() -> None:
    assert wire.headers("SB-Mid-server-TESTKEY")["authorization"] == "Basic U0ItTWlkLXNlcnZlci1URVNUS0VZOg=="
    assert wire.signature("ORDER-101", "200", "44000.00", "SB-Mid-server-TESTKEY") == (
        "e3f1e010f43291d1245615b94da3a736bd18999a9f373b495f3901228c01b619"
        "360fee6b9714656d09c5e657628f51d43f5fbd4aaa0550b1ffd75f73a64ce07c"
    )


@pytest.mark.parametrize(
    ("status", "fraud", "settled", "ours"),
    [
        ("pending", "accept", False, Outcome.PENDING),
        ("PENDING", None, False, Outcome.PENDING),
        ("settlement", "accept", True, Outcome.SUCCEEDED),
        ("capture", "accept", False, Outcome.SUCCEEDED),
        ("capture", "challenge", False, Outcome.HELD),
        ("capture", "deny", False, Outcome.DECLINED),
        ("capture", None, False, Outcome.HELD),
        ("deny", "accept", False, Outcome.DECLINED),
        ("deny", "accept", True, Outcome.REVERSED),
        ("expire", None, False, Outcome.EXPIRED),
        ("cancel", None, False, Outcome.CANCELLED),
        ("partial_refund", None, True, Outcome.REFUNDED),
        ("chargeback", None, True, Outcome.DISPUTED),
        ("something_new", None, False, None),
    ],
)
def test_a_status_in_our_words(status: str, fraud: str | None, settled: bool, ours: Outcome | None) -> None:
    assert outcome_of(status, fraud, settled) is ours


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("44000.00", 44_000),
        ("44000", 44_000),
        (44_000, 44_000),
        ("44000.50", None),
        ("-1", None),
        ("x", None),
        (None, None),
    ],
)
def test_an_amount_is_whole_rupiah_or_none(text: object, amount: int | None) -> None:
    assert rupiah(text) == amount


@pytest.mark.parametrize("method", sorted(OFFERS))
async def test_every_method_gives_the_buyer_something_to_pay_with(desk: Desk, method: str) -> None:
    charged = await desk.here.charge(a_charge(method))

    assert charged.outcome is Outcome.PENDING
    assert charged.instrument is not None
    assert charged.instrument.kind is KINDS.get(method, InstrumentKind.VIRTUAL_ACCOUNT)
    shown = charged.instrument.number or charged.instrument.qr or charged.instrument.url
    assert shown or charged.instrument.kind is InstrumentKind.PUSH
    assert charged.instrument.expires_at == NOW + timedelta(hours=24)
    assert desk.went[-1].headers["x-override-notification"] == NOTIFY


async def test_a_wallet_that_asks_its_owner_is_asked_with_their_phone_or_not_at_all(desk: Desk) -> None:
    asked = a_charge("ovo")
    with pytest.raises(GatewayRefused, match="phone_missing"):
        await desk.here.charge(replace(asked, payer=replace(asked.payer, phone=None)))
    assert desk.went == []

    await desk.here.charge(asked)

    told = json.loads(desk.went[-1].body)
    assert (told["payment_type"], told["ovo"]) == ("ovo", {"payer_phone_number": "+6281234567890"})


async def test_a_payment_from_the_number_to_the_money(desk: Desk) -> None:
    charged = await desk.here.charge(a_charge("va_bca"))
    assert (await desk.stands()).outcome is Outcome.PENDING

    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)

    truth = await desk.stands()
    assert (truth.outcome, truth.paid_minor, truth.amount_minor, truth.currency) == (
        Outcome.SUCCEEDED,
        150_000,
        150_000,
        "IDR",
    )
    assert (truth.reference, truth.gateway_id, truth.at) == ("ord-101-1", charged.gateway_id, NOW)


@pytest.mark.parametrize(
    ("state", "ours", "paid"),
    [
        (ChargeState.EXPIRED, Outcome.EXPIRED, 0),
        (ChargeState.CANCELLED, Outcome.CANCELLED, 0),
        (ChargeState.DECLINED, Outcome.DECLINED, 0),
        (ChargeState.HELD, Outcome.HELD, 0),
        (ChargeState.REVERSED, Outcome.REVERSED, 150_000),
    ],
)
async def test_every_end_is_told_as_it_is(desk: Desk, state: ChargeState, ours: Outcome, paid: int) -> None:
    await desk.here.charge(a_charge("indomaret"))
    charge = desk.charge_there()
    charge.state, charge.changed_at = state, NOW

    truth = await desk.stands("indomaret")

    assert (truth.outcome, truth.paid_minor) == (ours, paid)


async def test_a_part_paid_to_an_open_account_is_told_as_a_part(desk: Desk) -> None:
    await desk.here.charge(a_charge("va_bca"))
    desk.there.book.pay(desk.charge_there(), 50_000, now=NOW)

    truth = await desk.stands()

    assert (truth.outcome, truth.paid_minor) == (Outcome.PENDING, 50_000)


async def test_what_they_never_heard_of_is_absent_and_a_page_nobody_used_is_pending(desk: Desk) -> None:
    assert (await desk.stands(reference="ord-999-1")).outcome is Outcome.ABSENT

    page = await desk.here.charge(a_charge("card"))
    assert page.instrument is not None
    unused = await desk.stands("card", gateway_id=page.gateway_id)
    assert (unused.outcome, unused.is_known) == (Outcome.PENDING, False)
    assert "card_number" not in desk.went[-2].body.decode()

    desk.there.book.pay(desk.there.pick(page.gateway_id.removeprefix("snap:"), now=NOW), 150_000, now=NOW)
    assert (await desk.stands("card", gateway_id=page.gateway_id)).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("method", ["bca_klikbca", "bri_epay", "danamon_online"])
async def test_a_banks_own_page_is_opened_from_snap_and_needs_no_card(desk: Desk, method: str) -> None:
    page = await desk.here.charge(a_charge(method))
    sent = json.loads(desk.went[-1].body)
    assert (sent["enabled_payments"], "credit_card" in sent) == ([method], False)

    paid = desk.there.pick(page.gateway_id.removeprefix("snap:"), now=NOW)
    assert paid.method == method
    desk.there.book.pay(paid, 150_000, now=NOW)
    truth = await desk.stands(method, gateway_id=page.gateway_id)
    assert (truth.outcome, truth.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    with pytest.raises(GatewayRefused):
        await desk.here.refund(RefundAsked("r", "ord-101-1", page.gateway_id, method, 1_000, "IDR", "x"))


async def test_the_same_charge_asked_again_is_made_once(desk: Desk) -> None:
    first = await desk.here.charge(a_charge("va_bca"))
    again = await desk.here.charge(a_charge("va_bca"))
    desk.clock.at += timedelta(minutes=6)
    late = await desk.here.charge(a_charge("va_bca"))

    assert again.gateway_id == late.gateway_id == first.gateway_id
    assert late.instrument == first.instrument
    assert len(desk.there.book.all()) == 1
    with pytest.raises(GatewayRefused):
        await desk.here.charge(a_charge("va_bca", amount_minor=99_000))


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((200, b'{"status_code":"503","status_message":"bank"}'), GatewayFailed),
        ((200, b'{"status_code":"402"}'), GatewayRefused),
        ((200, b'{"status_code":"401"}'), GatewayRefused),
        ((429, b"{}"), GatewayFailed),
        ((500, b"oops"), OutcomeUnknown),
        ((200, b'{"status_code":"201","transaction_st'), OutcomeUnknown),
        ((200, b'{"status_code":"201","transaction_status":"pending"}'), OutcomeUnknown),
        ((200, b"[]"), OutcomeUnknown),
        ((502, b"<html>"), OutcomeUnknown),
    ],
)
async def test_an_answer_that_is_none_is_never_taken_for_yes_or_for_no(
    answer: tuple[int, bytes], failure: type[Exception]
) -> None:
    here = answering(lambda _: httpx2.Response(answer[0], content=answer[1]))

    with pytest.raises(failure) as told:
        await here.charge(a_charge("va_bca"))
    assert type(told.value) is failure


async def test_no_answer_may_have_been_a_yes_and_no_connection_was_none() -> None:
    def cut_off(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("cut")

    def away(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    with pytest.raises(OutcomeUnknown):
        await answering(cut_off).charge(a_charge("va_bca"))
    with pytest.raises(GatewayFailed):
        await answering(away).charge(a_charge("va_bca"))
    for broken in (cut_off, away):
        with pytest.raises(GatewayFailed):
            await answering(broken).look_up(reference="ord-101-1", gateway_id=None, method="va_bca")


async def test_a_word_that_is_not_in_the_books_is_no_answer() -> None:
    body = b'{"status_code":"200","order_id":"ord-101-1","gross_amount":"150000.00","transaction_status":"teleported"}'
    with pytest.raises(GatewayFailed):
        await answering(lambda _: httpx2.Response(200, content=body)).look_up(
            reference="ord-101-1", gateway_id=None, method="va_bca"
        )


async def test_a_charge_is_taken_back_unless_it_was_paid_meanwhile(desk: Desk) -> None:
    await desk.here.charge(a_charge("va_bca"))
    gone = await desk.here.cancel(reference="ord-101-1", gateway_id=None, method="va_bca")
    assert gone.outcome is Outcome.CANCELLED

    await desk.here.charge(a_charge("va_bca", reference="ord-101-2"))
    desk.there.book.pay(desk.charge_there("ord-101-2"), 150_000, now=NOW)
    kept = await desk.here.cancel(reference="ord-101-2", gateway_id=None, method="va_bca")
    assert (kept.outcome, kept.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    none = await desk.here.cancel(reference="ord-999-1", gateway_id=None, method="va_bca")
    assert none.outcome is Outcome.ABSENT


async def a_card(desk: Desk) -> tuple[SimCharge, dict[str, Any]]:
    """A card that was typed on its page, and how it is named."""
    page = await desk.here.charge(a_charge("card"))
    typed = desk.there.pick(page.gateway_id.removeprefix("snap:"), now=NOW)
    return typed, {"reference": "ord-101-1", "gateway_id": page.gateway_id, "method": "card"}


async def test_a_captured_card_is_paid_before_it_settles_and_nobody_voids_it(desk: Desk) -> None:
    typed, named = await a_card(desk)
    desk.there.book.pay(typed, 150_000, now=NOW)

    kept = await desk.here.cancel(**named)

    assert json.loads(kept.raw)["transaction_status"] == "capture"
    assert (kept.outcome, kept.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    assert {request.method for request in desk.went[1:]} == {"GET"}
    desk.clock.at = SETTLED
    settled = await desk.here.look_up(**named)
    assert json.loads(settled.raw)["transaction_status"] == "settlement"
    assert (settled.outcome, settled.paid_minor) == (Outcome.SUCCEEDED, 150_000)


async def test_a_card_that_is_captured_while_it_is_taken_back_is_kept(desk: Desk) -> None:
    typed, named = await a_card(desk)
    answer = desk.there.answer

    def paid_meanwhile(request: SimRequest, *, now: datetime) -> SimReply:
        if request.method == "POST":
            desk.there.book.pay(typed, 150_000, now=now)
        return answer(request, now=now)

    desk.there.answer = paid_meanwhile  # type: ignore[method-assign]
    kept = await desk.here.cancel(**named)
    assert (kept.outcome, kept.paid_minor) == (Outcome.SUCCEEDED, 150_000)


async def test_a_card_nobody_paid_is_taken_back(desk: Desk) -> None:
    _, named = await a_card(desk)
    assert (await desk.here.cancel(**named)).outcome is Outcome.EXPIRED


async def paid_by_card(desk: Desk) -> tuple[SimCharge, RefundAsked]:
    """A captured card of 150,000, and the refund of all of it."""
    typed, named = await a_card(desk)
    desk.there.book.pay(typed, 150_000, now=NOW)
    return typed, RefundAsked("rfd-1", "ord-101-1", named["gateway_id"], "card", 150_000, "IDR", "batal")


def posted(desk: Desk) -> list[str]:
    return [request.path.rpartition("/")[2] for request in desk.went if request.method == "POST"][1:]


async def test_all_of_a_card_that_has_not_settled_is_voided_and_that_is_its_refund(desk: Desk) -> None:
    typed, back = await paid_by_card(desk)

    first = await desk.here.refund(back)
    again = await desk.here.refund(replace(back, again=True, taken=True))

    assert (first.outcome, again.outcome) == (RefundOutcome.DONE, RefundOutcome.DONE)
    assert (first.amount_minor, first.gateway_id) == (150_000, typed.id)
    assert (typed.state, typed.refunds, posted(desk)) == (ChargeState.CANCELLED, [], ["cancel"])
    with pytest.raises(GatewayRefused):
        await desk.here.refund(replace(back, key="rfd-2", amount_minor=1_000))


async def test_a_part_of_a_card_waits_until_it_has_settled_and_is_refunded_then(desk: Desk) -> None:
    typed, back = await paid_by_card(desk)
    part = replace(back, amount_minor=50_000)

    early = await desk.here.refund(part)
    desk.clock.at = SETTLED - timedelta(seconds=1)
    still = await desk.here.refund(replace(part, again=True))
    assert (early.outcome, still.outcome, posted(desk)) == (
        RefundOutcome.NOT_YET,
        RefundOutcome.NOT_YET,
        [],
    )
    desk.clock.at = SETTLED
    sent = await desk.here.refund(replace(part, again=True))
    asked = await desk.here.refund(replace(part, again=True, taken=True))
    whole = await desk.here.refund(replace(back, key="rfd-2", amount_minor=100_000))

    assert [one.outcome for one in (sent, asked, whole)] == [RefundOutcome.PENDING] * 3
    assert (typed.refunded, posted(desk)) == (150_000, ["refund", "refund"])


async def test_a_card_that_settles_while_it_is_voided_is_refunded(desk: Desk) -> None:
    typed, back = await paid_by_card(desk)
    answer = desk.there.answer

    def settles(request: SimRequest, *, now: datetime) -> SimReply:
        return answer(request, now=SETTLED if request.method == "POST" else now)

    desk.there.answer = settles  # type: ignore[method-assign]
    assert (await desk.here.refund(back)).outcome is RefundOutcome.PENDING
    assert (typed.refunded, posted(desk)) == (150_000, ["cancel", "refund"])


async def test_their_refund_of_a_card_that_has_not_settled_is_refused(desk: Desk) -> None:
    typed, _ = await paid_by_card(desk)
    headers = wire.headers(CREDENTIALS["server_key"])
    body = b'{"refund_key": "a", "amount": 150000}'
    request = SimRequest("POST", "/v2/ord-101-1/refund", headers, body)

    early = json.loads(desk.there.answer(request, now=NOW).body)
    late = json.loads(desk.there.answer(request, now=SETTLED).body)

    assert (early["status_code"], late["status_code"]) == ("412", "200")
    assert typed.refunded == 150_000


async def test_a_refund_is_made_once_per_key_and_no_more_than_there_is(desk: Desk) -> None:
    charged = await desk.here.charge(a_charge("gopay"))
    back = RefundAsked("rfd-1", "ord-101-1", charged.gateway_id, "gopay", 50_000, "IDR", "rusak")
    with pytest.raises(GatewayRefused):
        await desk.here.refund(back)
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)

    first, again = await desk.here.refund(back), await desk.here.refund(back)

    assert (first.outcome, first.amount_minor) == (RefundOutcome.PENDING, 50_000)
    assert again.gateway_id == first.gateway_id
    assert desk.charge_there().refunded == 50_000
    truth = await desk.stands("gopay")
    assert (truth.outcome, truth.paid_minor, truth.refunded_minor) == (Outcome.REFUNDED, 150_000, 50_000)
    with pytest.raises(GatewayRefused):
        await desk.here.refund(replace(back, key="rfd-2", amount_minor=100_001))
    with pytest.raises(GatewayRefused):
        await desk.here.refund(replace(back, method="va_bca"))


@pytest.mark.parametrize("taken", [True, False])
async def test_a_refund_is_found_long_after_its_key_lapsed_and_never_ordered_twice(
    desk: Desk, taken: bool
) -> None:
    charged = await desk.here.charge(a_charge("gopay"))
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)
    back = RefundAsked("rfd-1", "ord-101-1", charged.gateway_id, "gopay", 50_000, "IDR", "rusak")
    first = await desk.here.refund(back)
    desk.charge_there().refunds[0].confirmed = True
    desk.clock.at += timedelta(days=10)

    again = await desk.here.refund(replace(back, again=True, taken=taken))

    assert (again.gateway_id, again.outcome) == (first.gateway_id, RefundOutcome.DONE)
    assert desk.charge_there().refunded == 50_000
    other = replace(back, key="rfd-2", again=True, taken=taken)
    if taken:
        with pytest.raises(GatewayFailed):
            await desk.here.refund(other)
    else:
        await desk.here.refund(other)
    assert desk.charge_there().refunded == (50_000 if taken else 100_000)


async def test_a_transaction_that_does_not_list_its_refunds_has_none_ordered_again() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        told = {"status_code": "200", "transaction_status": "partial_refund", "refund_amount": "50000.00"}
        return httpx2.Response(200, json=told)

    with pytest.raises(GatewayFailed):
        await answering(answer).refund(
            RefundAsked("rfd-1", "ord-101-1", "x", "gopay", 50_000, "IDR", "rusak", again=True)
        )
    assert asked == ["GET"]


@pytest.mark.parametrize(
    ("told", "back", "disputed"),
    [
        ({"refund_amount": "40000.00"}, 0, 40_000),
        (
            {
                "refund_amount": "50000.00",
                "refunds": [
                    {"refund_key": "rfd-1", "refund_amount": "10000.00"},
                    {"refund_chargeback_id": 7, "refund_amount": "40000.00"},
                ],
            },
            10_000,
            40_000,
        ),
        ({}, 0, None),
    ],
)
async def test_a_bank_that_takes_a_part_takes_that_part(
    told: dict[str, Any], back: int, disputed: int | None
) -> None:
    stands = {
        "status_code": "200",
        "order_id": "ord-101-1",
        "gross_amount": "150000.00",
        "transaction_status": "partial_chargeback",
    }
    here = answering(lambda _: httpx2.Response(200, json=stands | told))
    truth = await here.look_up(reference="ord-101-1", gateway_id=None, method="card")
    assert (truth.outcome, truth.paid_minor) == (Outcome.DISPUTED, 150_000)
    assert (truth.refunded_minor, truth.disputed_minor) == (back, disputed)


async def test_a_bank_that_takes_all_takes_what_was_not_paid_back() -> None:
    stands = {
        "status_code": "200",
        "order_id": "ord-101-1",
        "gross_amount": "150000.00",
        "transaction_status": "chargeback",
        "refund_amount": "150000.00",
        "refunds": [{"refund_key": "rfd-1", "refund_amount": "10000.00"}],
    }
    here = answering(lambda _: httpx2.Response(200, json=stands))
    truth = await here.look_up(reference="ord-101-1", gateway_id=None, method="card")
    assert (truth.outcome, truth.refunded_minor, truth.disputed_minor) == (Outcome.DISPUTED, 10_000, 140_000)


async def test_dana_is_asked_for_by_their_own_name_in_every_call(desk: Desk) -> None:
    charged = await desk.here.charge(a_charge("dana"))
    own = charged.gateway_id
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)
    back = RefundAsked("rfd-1", "ord-101-1", own, "dana", 50_000, "IDR", "rusak")
    await desk.here.refund(back)
    await desk.here.refund(replace(back, again=True))
    await desk.here.cancel(reference="ord-101-1", gateway_id=own, method="dana")

    assert {request.path.split("/")[2] for request in desk.went[1:]} == {own}
    assert desk.charge_there().refunded == 50_000


def letters(desk: Desk) -> list[Received]:
    return [delivered(letter) for letter in desk.there.news(desk.charge_there(), now=NOW)]


async def test_news_names_the_charge_and_repeats_itself_under_one_key(desk: Desk) -> None:
    await desk.here.charge(a_charge("va_bca"))
    [before] = letters(desk)
    desk.there.book.pay(desk.charge_there(), 150_000, now=NOW)
    [paid] = letters(desk)

    first, second, again = (desk.here.read_notice(one) for one in (before, paid, paid))

    assert (first.reference, first.claims) == ("ord-101-1", Outcome.PENDING)
    assert (second.claims, second.gateway_id) == (Outcome.SUCCEEDED, desk.charge_there().id)
    assert second.dedupe_key == again.dedupe_key != first.dedupe_key


async def test_forged_and_foreign_news_is_refused_as_is_what_is_no_whole_document(desk: Desk) -> None:
    await desk.here.charge(a_charge("va_bca"))
    [letter] = desk.there.news(desk.charge_there(), now=NOW)
    told = json.loads(letter.body)
    other = MidtransSimulator(CREDENTIALS | {"merchant_id": "G-202"})
    other.book.add(desk.charge_there())
    [foreign] = other.news(desk.charge_there(), now=NOW)
    for forged in (
        delivered(desk.there.forged(letter)),
        delivered(foreign),
        *(
            Received("/n", {}, json.dumps(told | change).encode())
            for change in (
                {"gross_amount": "1.00"},
                {"order_id": "ord-102-1"},
                {"signature_key": 7},
                {"signature_key": "é"},
            )
        ),
    ):
        with pytest.raises(NoticeForged):
            desk.here.read_notice(forged)
    for half in (letter.body[:-20], b"", b"[]", b"\xff"):
        with pytest.raises(NoticeForged):
            desk.here.read_notice(Received("/n", {}, half))


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["order_id", "status_code", "gross_amount", "signature_key", "x"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=8,
    ).map(lambda one: json.dumps(one).encode())
)
def test_whatever_comes_is_forged_and_nothing_else(body: bytes) -> None:
    with pytest.raises(NoticeForged):
        Desk().here.read_notice(Received("/n", {}, body))


def test_what_is_taken_is_acknowledged_and_what_is_not_is_sent_again() -> None:
    here = Desk().here
    assert (here.acknowledgement(taken=True).status, here.acknowledgement(taken=False).status) == (200, 503)


def answering(answer: Any) -> Gateway:
    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_gateway(Account("midtrans", BASE, CREDENTIALS), caller, SetClock(NOW))


@pytest.mark.parametrize(
    ("core", "snap"),
    [
        ("https://api.midtrans.com", "https://app.midtrans.com"),
        ("https://api.sandbox.midtrans.com", "https://app.sandbox.midtrans.com"),
        ("http://127.0.0.1:8001/midtrans", "http://127.0.0.1:8001/midtrans"),
    ],
)
def test_hosted_pages_are_made_on_a_host_of_their_own(core: str, snap: str) -> None:
    assert wire.snap_base(core) == snap
