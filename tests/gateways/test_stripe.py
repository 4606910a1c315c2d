"""Stripe: its words and signatures, and our client against a Stripe that answers as theirs does."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from hypothesis import given
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
    Item,
    MethodNotOffered,
    NoticeForged,
    NoticeUnreadable,
    Outcome,
    OutcomeUnknown,
    Payer,
    Received,
    RefundAsked,
    Refunding,
    RefundOutcome,
    Truth,
    credentials_of,
    open_gateway,
)
from orderan.gateways.stripe import mapping, wire
from orderan.gateways.stripe.client import MOST_PAGES
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.stripe import StripeSimulator
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimRequest

KEYS = {"secret_key": "sk_test_orderan", "webhook_secret": "whsec_test_secret"}
REFERENCE = "ord-101-1"


class World:
    """A simulator, our client over it, and the clock both look at."""

    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.simulator = StripeSimulator(KEYS)
        self.gateway: Gateway
        self.went: list[SimRequest]
        self.gateway, self.went = opened(self.simulator, KEYS, self.clock)

    def charge(self, reference: str = REFERENCE, amount_minor: int = 150_000) -> Charged:
        return asyncio.run(self.gateway.charge(a_charge("card", reference, amount_minor)))

    def kept(self, reference: str = REFERENCE) -> SimCharge:
        charge = self.simulator.book.find(reference)
        assert charge is not None
        return charge

    def pay(self, reference: str = REFERENCE) -> None:
        kept = self.kept(reference)
        self.simulator.book.pay(kept, kept.amount, now=self.clock.at)

    def truth(self, gateway_id: str | None, reference: str = REFERENCE) -> Truth:
        return asyncio.run(self.gateway.look_up(reference=reference, gateway_id=gateway_id, method="card"))

    def cancelled(self, gateway_id: str | None, reference: str = REFERENCE) -> Truth:
        return asyncio.run(self.gateway.cancel(reference=reference, gateway_id=gateway_id, method="card"))

    def refunded(self, asked: RefundAsked) -> Refunding:
        return asyncio.run(self.gateway.refund(asked))

    def letter(self) -> Letter:
        [letter] = self.simulator.news(self.kept(), now=self.clock.at)
        return letter


@pytest.fixture
def world() -> World:
    return World()


def over(answer: Callable[[httpx2.Request], httpx2.Response]) -> Gateway:
    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_gateway(Account("stripe", BASE, KEYS), caller, SetClock(NOW))


def answering(status: int, told: object) -> Gateway:
    """Our client over a Stripe that always says the same."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return over(lambda _: httpx2.Response(status, content=body))


def asked_of(gateway: Gateway, gateway_id: str | None = "cs_1") -> Truth:
    return asyncio.run(gateway.look_up(reference=REFERENCE, gateway_id=gateway_id, method="card"))


def a_refund(gateway_id: str, **others: Any) -> RefundAsked:
    return replace(RefundAsked("rfd-1", REFERENCE, gateway_id, "card", 50_000, "IDR", "rusak"), **others)


# What is written


def test_the_vector_of_a_signature() -> None:
    body = b'{"id":"evt_test_webhook","object":"event"}'
    right = "3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff"

    assert wire.signature(body, "whsec_test_secret", "1614265330") == right


def test_a_page_is_asked_for_in_hundredths_of_a_rupiah_and_without_a_card(world: World) -> None:
    world.charge()

    [request] = world.went
    assert (request.method, request.path) == ("POST", "/v1/checkout/sessions")
    assert request.headers["authorization"] == "Bearer sk_test_orderan"
    assert request.headers["idempotency-key"] == REFERENCE
    assert request.headers["stripe-version"] == "2026-10-28.endive"
    assert dict(parse_qsl(request.body.decode())) == {
        "mode": "payment",
        "allowed_payment_method_types[0]": "card",
        "client_reference_id": REFERENCE,
        "metadata[reference]": REFERENCE,
        "metadata[notify_url]": "https://toko.test/notify/1",
        "payment_intent_data[metadata][reference]": REFERENCE,
        "payment_intent_data[description]": "Pesanan 101",
        "success_url": "https://toko.test/bayar/101",
        "cancel_url": "https://toko.test/bayar/101",
        "expires_at": str(int((NOW + timedelta(hours=23, minutes=59)).timestamp())),
        "customer_email": "ani@contoh.test",
        "line_items[0][price_data][currency]": "idr",
        "line_items[0][price_data][unit_amount]": "15000000",
        "line_items[0][price_data][product_data][name]": "Kopi Gayo",
        "line_items[0][quantity]": "1",
    }
    assert [kept.amount for kept in world.simulator.book.all()] == [150_000]


@pytest.mark.parametrize(
    "items",
    [(), (Item("Kopi", 1, 1),), (Item("Kopi", 160_000, 1), Item("Diskon", -10_000, 1))],
    ids=["none", "another sum", "a discount"],
)
def test_items_stripe_would_not_take_become_one_line(items: tuple[Item, ...], world: World) -> None:
    asyncio.run(world.gateway.charge(replace(a_charge("card"), items=items, payer=Payer("Ani"))))

    sent = dict(parse_qsl(world.went[0].body.decode()))
    lines = {name: value for name, value in sent.items() if name.startswith("line_items")}
    assert lines == {
        "line_items[0][price_data][currency]": "idr",
        "line_items[0][price_data][unit_amount]": "15000000",
        "line_items[0][price_data][product_data][name]": "Pesanan 101",
        "line_items[0][quantity]": "1",
    }
    assert "customer_email" not in sent


def test_two_lines_are_two_lines(world: World) -> None:
    items = (Item("Kopi", 40_000, 3), Item("Teh", 30_000, 1))

    asyncio.run(world.gateway.charge(replace(a_charge("card"), items=items)))

    sent = dict(parse_qsl(world.went[0].body.decode()))
    assert (sent["line_items[0][price_data][unit_amount]"], sent["line_items[0][quantity]"]) == (
        "4000000",
        "3",
    )
    assert (sent["line_items[1][price_data][unit_amount]"], sent["line_items[1][quantity]"]) == (
        "3000000",
        "1",
    )


# Charging


def test_the_buyer_is_sent_to_a_page_of_stripes(world: World) -> None:
    charged = world.charge()

    kept = world.kept()
    assert (charged.gateway_id, charged.outcome) == (kept.id, Outcome.PENDING)
    assert charged.instrument == Instrument(
        InstrumentKind.REDIRECT,
        url=f"https://checkout.stripe.com/c/pay/{kept.id}",
        expires_at=kept.expires_at,
    )


@pytest.mark.parametrize(
    ("wished", "lasts"),
    [
        (timedelta(minutes=1), timedelta(minutes=31)),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=3), timedelta(hours=23, minutes=59)),
    ],
)
def test_a_page_lasts_as_long_as_stripe_lets_it(wished: timedelta, lasts: timedelta, world: World) -> None:
    charged = asyncio.run(world.gateway.charge(replace(a_charge("card"), expires_at=NOW + wished)))

    assert charged.instrument is not None
    assert charged.instrument.expires_at == NOW + lasts


def test_cards_are_all_there_is(world: World) -> None:
    assert list(world.gateway.offers) == ["card"]
    with pytest.raises(MethodNotOffered):
        asyncio.run(world.gateway.charge(a_charge("qris")))
    assert world.went == []


@pytest.mark.parametrize("change", [{"currency": "USD"}, {"expires_at": NOW}])
def test_other_money_and_what_has_run_out_is_refused_before_anything_is_sent(
    change: dict[str, Any], world: World
) -> None:
    with pytest.raises(GatewayRefused):
        asyncio.run(world.gateway.charge(replace(a_charge("card"), **change)))
    assert world.went == []


def test_too_small_a_sum_is_refused_and_nothing_is_kept(world: World) -> None:
    with pytest.raises(GatewayRefused) as refused:
        world.charge(amount_minor=7_999)

    assert refused.value.code == "amount_too_small"
    assert world.simulator.book.all() == []


def test_a_wrong_key_is_refused_and_not_taken_for_an_unknown_charge(world: World) -> None:
    gateway, _ = opened(world.simulator, KEYS | {"secret_key": "sk_test_other"}, world.clock)

    for asking in (
        lambda: gateway.charge(a_charge("card")),
        lambda: gateway.look_up(reference=REFERENCE, gateway_id=None, method="card"),
        lambda: gateway.look_up(reference=REFERENCE, gateway_id="cs_1", method="card"),
        lambda: gateway.cancel(reference=REFERENCE, gateway_id="cs_1", method="card"),
    ):
        with pytest.raises(GatewayRefused):
            asyncio.run(asking())
    assert world.simulator.book.all() == []


def test_the_same_charge_again_is_the_first_one(world: World) -> None:
    first, again = world.charge(), world.charge()

    assert again == first
    assert len(world.simulator.book.all()) == 1


def test_the_same_charge_at_another_time_is_the_first_one_as_it_stands(world: World) -> None:
    """What lasts less than half an hour lasts from now on, so that the same key asks for something else."""
    soon = replace(a_charge("card"), expires_at=NOW + timedelta(minutes=20))
    first = asyncio.run(world.gateway.charge(soon))
    world.clock.at += timedelta(minutes=5)
    again = asyncio.run(world.gateway.charge(soon))

    assert (again.gateway_id, again.outcome, again.instrument) == (
        first.gateway_id,
        Outcome.PENDING,
        first.instrument,
    )
    assert len(world.simulator.book.all()) == 1

    world.pay()
    paid = asyncio.run(world.gateway.charge(replace(soon, description="lain")))
    assert (paid.outcome, paid.instrument) == (Outcome.SUCCEEDED, None)


def test_the_same_reference_over_another_amount_is_refused(world: World) -> None:
    world.charge()

    with pytest.raises(GatewayRefused) as refused:
        world.charge(amount_minor=160_000)

    assert refused.value.code == "duplicate"
    assert [kept.amount for kept in world.simulator.book.all()] == [150_000]


USED = {"error": {"type": "idempotency_error", "message": "Keys for idempotent requests"}}


@pytest.mark.parametrize(
    "history", [(503, {}), (401, {"error": {}}), (200, {"data": [], "has_more": False}), (200, {"data": 7})]
)
def test_a_key_used_before_whose_page_cannot_be_found_is_unknown(history: tuple[int, object]) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        status, told = (400, USED) if request.method == "POST" else history
        return httpx2.Response(status, json=told)

    with pytest.raises(OutcomeUnknown) as unknown:
        asyncio.run(over(answer).charge(a_charge("card")))
    assert unknown.value.code == "duplicate"


@pytest.mark.parametrize(
    ("status", "told", "fault"),
    [
        (500, {"error": {"type": "api_error"}}, Fault.SERVER),
        (503, b"<html>", Fault.SERVER),
        (409, {"error": {"type": "invalid_request_error", "code": "idempotency_key_in_use"}}, Fault.SERVER),
        (424, {"error": {"type": "api_error"}}, Fault.SERVER),
        (408, b"", Fault.SERVER),
        (302, b"", Fault.GARBLED),
        (200, b'{"id":"cs_1","stat', Fault.GARBLED),
        (200, [], Fault.GARBLED),
        (200, {"id": "cs_1", "status": "open"}, Fault.GARBLED),
        (200, {"url": "https://checkout.test", "status": "open"}, Fault.GARBLED),
        (200, {"id": "cs_1", "url": "https://checkout.test", "status": "frozen"}, Fault.GARBLED),
    ],
)
def test_an_answer_that_says_nothing_clear_leaves_a_charge_unknown(
    status: int, told: object, fault: Fault
) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        asyncio.run(answering(status, told).charge(a_charge("card")))
    assert unknown.value.fault is fault


def test_too_many_requests_are_told_as_busy() -> None:
    gateway = answering(429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}})

    for asking in (gateway.charge(a_charge("card")), gateway.refund(a_refund("pi_1"))):
        with pytest.raises(GatewayFailed) as failed:
            asyncio.run(asking)
        assert (failed.value.code, failed.value.fault) == ("rate_limit", Fault.BUSY)


def test_no_answer_may_have_been_a_yes_and_no_connection_was_none() -> None:
    def cut_off(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("cut")

    def away(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    with pytest.raises(OutcomeUnknown):
        asyncio.run(over(cut_off).charge(a_charge("card")))
    with pytest.raises(GatewayFailed):
        asyncio.run(over(away).charge(a_charge("card")))
    for broken in (cut_off, away):
        for gateway_id in (None, "cs_1", "pi_1"):
            with pytest.raises(GatewayFailed):
                asked_of(over(broken), gateway_id)


# The truth


def test_a_payment_from_the_page_to_the_money(world: World) -> None:
    charged = world.charge()
    waiting = world.truth(charged.gateway_id)
    world.clock.at = NOW + timedelta(minutes=3)
    world.pay()

    by_page = world.truth(charged.gateway_id)
    intent = world.kept().extra["intent"]
    by_payment = world.truth(intent)

    assert replace(waiting, raw=b"") == Truth(REFERENCE, charged.gateway_id, Outcome.PENDING, 150_000, "IDR")
    assert replace(by_page, raw=b"") == Truth(
        reference=REFERENCE,
        gateway_id=intent,
        outcome=Outcome.SUCCEEDED,
        amount_minor=150_000,
        currency="IDR",
        paid_minor=150_000,
        fee_minor=5_100,
        at=NOW + timedelta(minutes=3),
    )
    assert replace(by_payment, raw=b"") == replace(by_page, raw=b"")
    assert (json.loads(by_page.raw)["id"], json.loads(by_payment.raw)["id"]) == (charged.gateway_id, intent)


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        (ChargeState.EXPIRED, Outcome.EXPIRED, "expired_or_cancelled"),
        (ChargeState.CANCELLED, Outcome.EXPIRED, "expired_or_cancelled"),
        (ChargeState.DECLINED, Outcome.PENDING, None),
        (ChargeState.HELD, Outcome.HELD, None),
    ],
)
def test_whatever_is_not_paid_is_told_as_it_is(
    state: ChargeState, outcome: Outcome, reason: str | None, world: World
) -> None:
    charged = world.charge()
    world.kept().state = state

    truth = world.truth(charged.gateway_id)

    assert (truth.outcome, truth.paid_minor, truth.reason, truth.amount_minor) == (
        outcome,
        0,
        reason,
        150_000,
    )


def test_a_page_runs_out_even_where_a_card_was_declined(world: World) -> None:
    charged = world.charge()
    world.kept().state = ChargeState.DECLINED
    world.clock.at = NOW + timedelta(hours=24)

    assert world.truth(charged.gateway_id).outcome is Outcome.EXPIRED


@pytest.mark.parametrize("name", ["cs_test_none", "pi_none"])
def test_a_name_stripe_does_not_know_is_absent_and_a_page_of_nobody_is_no_answer(
    name: str, world: World
) -> None:
    truth = world.truth(name)
    assert (truth.outcome, truth.gateway_id, truth.amount_minor) == (Outcome.ABSENT, None, None)

    for nobody in (b"<html>404</html>", {"error": {"type": "invalid_request_error"}}):
        with pytest.raises(GatewayRefused):
            asked_of(answering(404, nobody), name)


PAID: dict[str, Any] = {
    "id": "pi_1",
    "status": "succeeded",
    "amount": 15_000_000,
    "currency": "idr",
    "metadata": {"reference": REFERENCE},
    "latest_charge": {"amount_captured": 15_000_000, "amount_refunded": 0, "disputed": False, "created": 1},
}
OPEN: dict[str, Any] = {
    "id": "cs_1",
    "status": "open",
    "payment_status": "unpaid",
    "amount_total": 15_000_000,
    "currency": "idr",
    "client_reference_id": REFERENCE,
}


def test_what_is_not_needed_may_be_missing() -> None:
    truth = asked_of(answering(200, PAID), "pi_1")

    assert (truth.outcome, truth.paid_minor, truth.fee_minor) == (Outcome.SUCCEEDED, 150_000, None)
    assert asked_of(answering(200, OPEN)).outcome is Outcome.PENDING


@pytest.mark.parametrize(
    ("balance", "fee"),
    [
        ({"fee": 510_001, "currency": "idr"}, 5_101),
        ({"fee": 51, "currency": "sgd"}, None),
        ("txn_1", None),
        ({"currency": "idr"}, None),
    ],
)
def test_a_fee_is_told_in_rupiah_or_not_at_all(balance: object, fee: int | None) -> None:
    told = {**PAID, "latest_charge": {**PAID["latest_charge"], "balance_transaction": balance}}
    assert asked_of(answering(200, told), "pi_1").fee_minor == fee


def test_another_currency_is_told_as_it_is() -> None:
    truth = asked_of(answering(200, {**OPEN, "amount_total": 999, "currency": "usd"}))
    assert (truth.amount_minor, truth.currency) == (999, "USD")


def test_a_card_that_failed_for_good_is_declined_and_says_why() -> None:
    failed = {**PAID, "status": "requires_payment_method", "latest_charge": None}
    session = {**OPEN, "status": "complete", "payment_intent": failed}

    unsaid = asked_of(answering(200, session))
    said = asked_of(
        answering(
            200,
            {
                **session,
                "payment_intent": {
                    **failed,
                    "last_payment_error": {"code": "card_declined", "decline_code": "lost_card"},
                },
            },
        )
    )

    assert (unsaid.outcome, unsaid.reason) == (Outcome.DECLINED, "declined")
    assert (said.outcome, said.reason, said.gateway_id) == (Outcome.DECLINED, "lost_card", "cs_1")


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("requires_payment_method", Outcome.PENDING),
        ("requires_confirmation", Outcome.PENDING),
        ("requires_action", Outcome.PENDING),
        ("processing", Outcome.PENDING),
        ("requires_capture", Outcome.HELD),
        ("canceled", Outcome.CANCELLED),
    ],
)
def test_a_payment_that_is_none_yet_has_a_word_of_ours(status: str, ours: Outcome) -> None:
    truth = asked_of(answering(200, {**PAID, "status": status, "latest_charge": None}), "pi_1")
    assert (truth.outcome, truth.paid_minor) == (ours, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "frozen"},
        {"status": ["open"]},
        {"payment_status": "no_payment_required"},
        {"payment_status": "paid"},
        {"payment_status": "paid", "payment_intent": "pi_1"},
        {"status": "complete", "payment_intent": None},
        {"payment_status": None},
        {"amount_total": None},
        {"amount_total": 15_000_050},
        {"amount_total": -100},
        {"amount_total": True},
        {"amount_total": "15000000"},
        {"currency": None},
        {"id": None},
        {"client_reference_id": "ord-102-1"},
        {"client_reference_id": None},
    ],
)
def test_a_page_not_understood_is_never_guessed_at(change: dict[str, object]) -> None:
    with pytest.raises(GatewayFailed) as failed:
        asked_of(answering(200, {**OPEN, **change}))
    assert failed.value.fault is Fault.GARBLED


@pytest.mark.parametrize(
    "change",
    [
        {"status": "teleported"},
        {"status": {}},
        {"latest_charge": None},
        {"latest_charge": "ch_1"},
        {"latest_charge": {"amount_refunded": 0}},
        {"latest_charge": {"amount_captured": 15_000_000}},
        {"latest_charge": {"amount_captured": 15_000_001, "amount_refunded": 0}},
        {"metadata": None},
        {"metadata": {"reference": "ord-102-1"}},
        {"metadata": {}},
        {"amount": None},
    ],
)
def test_a_payment_not_understood_is_never_guessed_at(change: dict[str, object]) -> None:
    with pytest.raises(GatewayFailed) as failed:
        asked_of(answering(200, {**PAID, **change}), "pi_1")
    assert failed.value.fault is Fault.GARBLED


@pytest.mark.parametrize("gateway_id", [None, "cs_1", "pi_1"])
@pytest.mark.parametrize(("status", "told"), [(502, b""), (200, None), (200, []), (200, {}), (409, {})])
def test_a_question_stripe_does_not_answer_failed(gateway_id: str | None, status: int, told: object) -> None:
    with pytest.raises(GatewayFailed):
        asked_of(answering(status, told), gateway_id)


# Disputes


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("needs_response", Outcome.DISPUTED),
        ("under_review", Outcome.DISPUTED),
        ("lost", Outcome.DISPUTED),
        ("appeal_under_review", Outcome.DISPUTED),
        ("won", Outcome.SUCCEEDED),
        ("warning_needs_response", Outcome.SUCCEEDED),
        ("warning_closed", Outcome.SUCCEEDED),
        ("prevented", Outcome.SUCCEEDED),
    ],
)
@pytest.mark.parametrize("by_page", [True, False])
def test_a_dispute_is_told_while_it_has_the_money(
    status: str, outcome: Outcome, by_page: bool, world: World
) -> None:
    charged = world.charge()
    world.pay()
    world.simulator.dispute(world.kept(), status, now=NOW)

    truth = world.truth(charged.gateway_id if by_page else world.kept().extra["intent"])

    assert (truth.outcome, truth.paid_minor, truth.refunded_minor) == (outcome, 150_000, 0)


@pytest.mark.parametrize(("amount", "gone"), [(None, 150_000), (40_000, 40_000)])
def test_a_dispute_about_a_part_has_that_part(amount: int | None, gone: int, world: World) -> None:
    charged = world.charge()
    world.pay()
    world.simulator.dispute(world.kept(), "needs_response", amount=amount, now=NOW)
    truth = world.truth(charged.gateway_id)
    assert (truth.outcome, truth.paid_minor, truth.disputed_minor) == (Outcome.DISPUTED, 150_000, gone)


@pytest.mark.parametrize(
    "disputes", [[], [{"id": "du_1"}], [{"id": "du_1", "status": "in_space"}], [{"id": "du_1", "status": []}]]
)
def test_a_dispute_nobody_understands_is_no_answer(disputes: list[object]) -> None:
    disputed = {**PAID, "latest_charge": {**PAID["latest_charge"], "disputed": True}}

    def answer(request: httpx2.Request) -> httpx2.Response:
        told = {"data": disputes, "has_more": False} if "disputes" in request.url.path else disputed
        return httpx2.Response(200, json=told)

    with pytest.raises(GatewayFailed) as failed:
        asked_of(over(answer), "pi_1")
    assert failed.value.fault is Fault.GARBLED


def test_of_two_disputes_one_that_has_the_money_is_enough() -> None:
    assert mapping.taken_back([{"status": "won"}, {"status": "needs_response"}])
    assert not mapping.taken_back([{"status": "won"}, {"status": "warning_closed"}])
    assert set(mapping.TAKEN_BACK) >= {"needs_response", "under_review", "won", "lost", "prevented"}


# Only our reference is known: an answer was lost


def test_a_charge_whose_answer_was_lost_is_found_among_others(world: World) -> None:
    charged = world.charge()
    for turn in range(205):
        world.charge(f"ord-200-{turn}")
    world.went.clear()

    truth = world.truth(None)

    assert (truth.gateway_id, truth.outcome) == (charged.gateway_id, Outcome.PENDING)
    assert [(one.path, "starting_after" in one.query) for one in world.went] == [
        ("/v1/checkout/sessions", False),
        ("/v1/checkout/sessions", True),
        ("/v1/checkout/sessions", True),
        (f"/v1/checkout/sessions/{charged.gateway_id}", False),
    ]


@pytest.mark.parametrize("others", [0, 100, 101])
def test_a_charge_that_is_nowhere_in_the_whole_list_is_absent(others: int, world: World) -> None:
    for turn in range(others):
        world.charge(f"ord-200-{turn}")

    for truth in (world.truth(None), world.cancelled(None)):
        assert (truth.outcome, truth.gateway_id, truth.amount_minor) == (Outcome.ABSENT, None, None)


def test_a_list_longer_than_is_read_says_nothing_about_what_was_not_read() -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return httpx2.Response(200, json={"data": [{"id": f"cs_{len(asked)}"}], "has_more": True})

    with pytest.raises(GatewayFailed) as failed:
        asked_of(over(answer), None)

    assert (failed.value.code, len(asked)) == ("not_in_reach", MOST_PAGES)


@pytest.mark.parametrize("is_there", [True, False])
def test_only_pages_of_that_time_are_looked_through_however_many_there_are(
    is_there: bool, world: World
) -> None:
    world.charge("ord-100-1")
    first = world.kept("ord-100-1")
    for turn in range(MOST_PAGES * wire.PAGE + 1):
        at = first.made_at + timedelta(days=1 if turn % 2 else -1)
        extra = first.extra | {"number": 1_000 + turn, "reference": f"ord-200-{turn}"}
        name = f"cs_test_{turn}"
        world.simulator.book.add(
            replace(first, id=name, reference=f"ord-200-{turn}", made_at=at, extra=extra)
        )
    charged = world.charge() if is_there else None
    world.went.clear()

    truth = asyncio.run(world.gateway.look_up(reference=REFERENCE, gateway_id=None, method="card", since=NOW))

    assert truth.gateway_id == (charged.gateway_id if charged else None)
    assert truth.outcome is (Outcome.PENDING if is_there else Outcome.ABSENT)
    assert [one.path for one in world.went].count("/v1/checkout/sessions") == 1


@pytest.mark.parametrize(
    "told",
    [
        {"data": [], "has_more": True},
        {"data": []},
        {"data": {}, "has_more": False},
        {"data": [7], "has_more": False},
        {"data": [{"client_reference_id": REFERENCE}], "has_more": False},
    ],
)
def test_a_list_that_is_no_whole_list_makes_nothing_absent(told: dict[str, object]) -> None:
    with pytest.raises(GatewayFailed) as failed:
        asked_of(answering(200, told), None)
    assert failed.value.fault is Fault.GARBLED


# Taking back


@pytest.mark.parametrize("known", [True, False])
def test_a_page_is_taken_back(known: bool, world: World) -> None:
    charged = world.charge()

    gone = world.cancelled(charged.gateway_id if known else None)

    assert (gone.outcome, gone.paid_minor, world.kept().state) == (
        Outcome.EXPIRED,
        0,
        ChargeState.CANCELLED,
    )
    assert world.cancelled(charged.gateway_id).outcome is Outcome.EXPIRED


def test_a_page_that_was_paid_meanwhile_is_told_as_paid(world: World) -> None:
    charged = world.charge()
    world.pay()

    for name in (charged.gateway_id, world.kept().extra["intent"], None):
        kept = world.cancelled(name)
        assert (kept.outcome, kept.paid_minor) == (Outcome.SUCCEEDED, 150_000)
    assert world.cancelled("cs_test_none").outcome is Outcome.ABSENT


def test_taking_back_without_an_answer_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        asyncio.run(answering(500, b"").cancel(reference=REFERENCE, gateway_id="cs_1", method="card"))


# Paying back


@pytest.mark.parametrize("by_page", [True, False])
def test_a_refund_is_made_once_per_key_even_after_stripe_forgot_the_key(by_page: bool, world: World) -> None:
    charged = world.charge()
    world.pay()
    back = a_refund(charged.gateway_id if by_page else world.kept().extra["intent"])

    first, again = world.refunded(back), world.refunded(back)
    world.clock.at += timedelta(days=2)
    late = world.refunded(back)

    assert (first.outcome, first.amount_minor, first.key) == (RefundOutcome.PENDING, 50_000, "rfd-1")
    assert again.gateway_id == late.gateway_id == first.gateway_id
    assert world.kept().refunded == 50_000
    [sent] = [one for one in world.went if one.method == "POST" and one.path == "/v1/refunds"]
    assert sent.headers["idempotency-key"] == "rfd-1"
    assert dict(parse_qsl(sent.body.decode())) == {
        "payment_intent": world.kept().extra["intent"],
        "amount": "5000000",
        "reason": "requested_by_customer",
        "metadata[key]": "rfd-1",
        "metadata[reason]": "rusak",
    }
    truth = world.truth(charged.gateway_id)
    assert (truth.outcome, truth.paid_minor, truth.refunded_minor) == (Outcome.REFUNDED, 150_000, 50_000)
    assert truth.at == NOW


@pytest.mark.parametrize(("keyed", "paid_back"), [(True, 50_000), (False, 100_000)])
def test_two_at_once_with_the_same_key_pay_back_once(keyed: bool, paid_back: int, world: World) -> None:
    """Neither sees the other's in the list: Stripe's key alone keeps them one, as it is seen without it."""
    charged = world.charge()
    world.pay()

    async def both() -> list[Refunding]:
        seen = asyncio.Barrier(2)

        async def answer(request: httpx2.Request) -> httpx2.Response:
            headers = {name: value for name, value in request.headers.items() if keyed or "idem" not in name}
            query = dict(parse_qsl(request.url.query.decode()))
            sent = SimRequest(request.method, request.url.path, headers, request.content, query)
            reply = world.simulator.answer(sent, now=NOW)
            if (sent.method, sent.path) == ("GET", "/v1/refunds"):
                await seen.wait()
            return httpx2.Response(reply.status, content=reply.body)

        caller = Caller(transport=httpx2.MockTransport(answer))
        gateway = open_gateway(Account("stripe", BASE, KEYS), caller, SetClock(NOW))
        return list(await asyncio.gather(*(gateway.refund(a_refund(charged.gateway_id)) for _ in range(2))))

    one, other = asyncio.run(both())

    assert (one.gateway_id == other.gateway_id) is keyed
    assert world.kept().refunded == paid_back


def test_what_cannot_be_paid_back_is_refused_and_nothing_happens(world: World) -> None:
    charged = world.charge()
    back = a_refund(charged.gateway_id)
    with pytest.raises(GatewayRefused) as unpaid:
        world.refunded(back)
    world.pay()
    world.refunded(back)

    codes = []
    for wrong in (
        replace(back, key="rfd-2", amount_minor=100_001),
        replace(back, amount_minor=40_000),
        replace(back, currency="USD"),
        replace(back, gateway_id="cs_test_none"),
    ):
        with pytest.raises(GatewayRefused) as refused:
            world.refunded(wrong)
        codes.append(refused.value.code)
    with pytest.raises(MethodNotOffered):
        world.refunded(replace(back, method="qris"))

    assert unpaid.value.code == "not_paid"
    assert codes == ["invalid_request_error", "duplicate", "currency", "not_paid"]
    assert world.kept().refunded == 50_000


def test_a_charge_disputed_or_paid_back_already_is_refused(world: World) -> None:
    charged = world.charge()
    world.pay()
    world.simulator.dispute(world.kept(), "needs_response", now=NOW)
    with pytest.raises(GatewayRefused) as disputed:
        world.refunded(a_refund(charged.gateway_id))
    world.kept().extra["dispute"] = None
    world.refunded(a_refund(charged.gateway_id, amount_minor=150_000))
    with pytest.raises(GatewayRefused) as spent:
        world.refunded(a_refund(charged.gateway_id, key="rfd-2"))

    assert (disputed.value.code, spent.value.code) == ("charge_disputed", "charge_already_refunded")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("pending", RefundOutcome.PENDING),
        ("requires_action", RefundOutcome.PENDING),
        ("succeeded", RefundOutcome.DONE),
        ("failed", RefundOutcome.FAILED),
        ("canceled", RefundOutcome.FAILED),
    ],
)
def test_a_refund_is_told_as_it_stands(status: str, outcome: RefundOutcome) -> None:
    refund = {"id": "re_1", "status": status, "amount": 5_000_000, "metadata": {"key": "rfd-1"}}
    refunded = asyncio.run(over(refunding(200, refund)).refund(a_refund("pi_1")))
    assert (refunded.outcome, refunded.gateway_id, refunded.amount_minor) == (outcome, "re_1", 50_000)


def refunding(
    status: int, told: object, listed: tuple[object, ...] = ()
) -> Callable[[httpx2.Request], httpx2.Response]:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(status, json=told)
        known = {"data": list(listed), "has_more": False} if "refunds" in request.url.path else PAID
        return httpx2.Response(200, json=known)

    return answer


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (500, {"error": {"type": "api_error"}}),
        (409, {"error": {"code": "idempotency_key_in_use"}}),
        (200, None),
        (200, {"id": "re_1", "status": "teleported", "amount": 5_000_000, "metadata": {"key": "rfd-1"}}),
        (200, {"id": "re_1", "status": "pending", "amount": 5_000_000, "metadata": {"key": "rfd-2"}}),
        (200, {"id": "re_1", "status": "pending", "metadata": {"key": "rfd-1"}}),
    ],
)
def test_a_refund_whose_answer_says_nothing_clear_is_unknown(status: int, told: object) -> None:
    with pytest.raises(OutcomeUnknown):
        asyncio.run(over(refunding(status, told)).refund(a_refund("pi_1")))


def test_a_refund_made_before_is_found_by_its_key_and_not_by_its_amount() -> None:
    other = {"id": "re_1", "status": "succeeded", "amount": 5_000_000, "metadata": {"key": "rfd-9"}}
    by_hand = {"id": "re_2", "status": "succeeded", "amount": 5_000_000, "metadata": None}
    ours = {"id": "re_3", "status": "succeeded", "amount": 5_000_000, "metadata": {"key": "rfd-1"}}
    posted = {"error": {"type": "card_error", "code": "refused"}}

    found = asyncio.run(over(refunding(402, posted, (other, by_hand, ours))).refund(a_refund("pi_1")))
    with pytest.raises(GatewayRefused):
        asyncio.run(over(refunding(402, posted, (other, by_hand))).refund(a_refund("pi_1")))

    assert (found.gateway_id, found.outcome) == ("re_3", RefundOutcome.DONE)
    assert json.loads(found.raw) == ours


# News


def test_news_names_the_charge_and_repeats_itself_under_one_key(world: World) -> None:
    charged = world.charge()
    assert world.simulator.news(world.kept(), now=NOW) == []
    world.pay()
    paid = world.gateway.read_notice(delivered(world.letter()))
    world.clock.at += timedelta(hours=1)
    again = world.gateway.read_notice(delivered(world.letter()))
    world.refunded(a_refund(charged.gateway_id))
    refunded = world.gateway.read_notice(delivered(world.letter()))

    assert (paid.reference, paid.gateway_id, paid.claims) == (
        REFERENCE,
        charged.gateway_id,
        Outcome.SUCCEEDED,
    )
    assert (refunded.reference, refunded.gateway_id, refunded.claims) == (
        REFERENCE,
        world.kept().extra["intent"],
        Outcome.REFUNDED,
    )
    assert paid.dedupe_key == again.dedupe_key != refunded.dedupe_key


def test_news_of_a_dispute_names_the_payment_that_the_truth_is_known_by(world: World) -> None:
    """A dispute carries no reference of ours: it is found by the name the charge got when it was paid."""
    charged = world.charge()
    world.pay()
    known_by = world.truth(charged.gateway_id).gateway_id
    world.simulator.dispute(world.kept(), "needs_response", now=NOW)
    notice = world.gateway.read_notice(delivered(world.letter()))

    assert (notice.reference, notice.gateway_id, notice.claims) == (None, known_by, Outcome.DISPUTED)


@pytest.mark.parametrize(
    ("state", "kind", "claims"),
    [
        (ChargeState.CANCELLED, "checkout.session.expired", Outcome.EXPIRED),
        (ChargeState.HELD, "checkout.session.completed", Outcome.PENDING),
        (ChargeState.DECLINED, "payment_intent.payment_failed", None),
    ],
)
def test_news_claims_what_it_says_and_no_more(
    state: ChargeState, kind: str, claims: Outcome | None, world: World
) -> None:
    world.charge()
    world.kept().state = state

    letter = world.letter()
    notice = world.gateway.read_notice(delivered(letter))

    assert json.loads(letter.body)["type"] == kind
    assert (notice.reference, notice.claims) == (REFERENCE, claims)


def test_news_goes_to_the_registered_address(world: World) -> None:
    world.charge()
    world.pay()
    assert world.letter().url == "https://toko.test/notify/1"

    body, headers = b"url=https%3A%2F%2Ftoko.test%2Fstripe", wire.headers(KEYS["secret_key"])
    made = world.simulator.answer(SimRequest("POST", "/v1/webhook_endpoints", headers, body), now=NOW)

    assert json.loads(made.body)["secret"] == KEYS["webhook_secret"]
    assert world.letter().url == "https://toko.test/stripe"


def received(event: object, *, at: datetime = NOW, header: str | None = None) -> Received:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = wire.signature(body, KEYS["webhook_secret"], str(int(at.timestamp())))
    return Received("/n", {"stripe-signature": header or f"t={int(at.timestamp())},v1={signature}"}, body)


EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "charge.refunded",
    "data": {"object": {"object": "charge", "id": "ch_1", "payment_intent": "pi_1", "metadata": {}}},
}


def test_while_a_secret_is_changed_any_of_several_signatures_will_do(world: World) -> None:
    good = received(EVENT).headers["stripe-signature"]
    at, right = good.split(",")
    wrong = f"v1={'0' * 64}"

    for header in (f"{at},{wrong},{right}", f"{at},{right},{wrong}", f"{right}, {at}", f"{good},v0=x"):
        assert world.gateway.read_notice(received(EVENT, header=header)).gateway_id == "pi_1"
    for header in (
        f"{at},{wrong},{wrong}",
        f"{at},{right.replace('v1', 'v0')}",
        right,
        at,
        ",",
        f"t=x,{right}",
    ):
        with pytest.raises(NoticeForged):
            world.gateway.read_notice(received(EVENT, header=header))


@pytest.mark.parametrize(
    ("age", "taken"), [(0, True), (300, True), (301, False), (86_400, False), (-60, True)]
)
def test_news_signed_long_ago_is_a_copy_somebody_kept(age: int, taken: bool, world: World) -> None:
    old = received(EVENT, at=NOW - timedelta(seconds=age))

    if taken:
        assert world.gateway.read_notice(old).dedupe_key == "evt_1"
    else:
        with pytest.raises(NoticeForged):
            world.gateway.read_notice(old)


def test_an_old_signature_cannot_be_made_young(world: World) -> None:
    header = received(EVENT, at=NOW - timedelta(days=1)).headers["stripe-signature"]
    young = f"t={int(NOW.timestamp())}," + header.partition(",")[2]

    with pytest.raises(NoticeForged):
        world.gateway.read_notice(received(EVENT, header=young))


def test_forged_and_foreign_news_is_refused(world: World) -> None:
    world.charge()
    world.pay()
    letter = world.letter()
    good = delivered(letter)
    other = StripeSimulator(KEYS | {"webhook_secret": "whsec_other"})
    [foreign] = other.news(world.kept(), now=NOW)

    for forged in (
        delivered(world.simulator.forged(letter)),
        delivered(foreign),
        replace(good, body=good.body.replace(b"150000", b"150001")),
        replace(good, body=good.body[:-9]),
        replace(good, body=b""),
        replace(good, headers={}),
        replace(good, headers={"stripe-signature": "t=1,v1=é"}),
    ):
        with pytest.raises(NoticeForged):
            world.gateway.read_notice(forged)


@pytest.mark.parametrize(
    "event",
    [
        b"{",
        b"\xff",
        b"[" * 5_000,
        [],
        {**EVENT, "object": "v2.core.event"},
        {**EVENT, "id": 7},
        {**EVENT, "id": ""},
        {**EVENT, "type": None},
        {**EVENT, "data": None},
        {**EVENT, "data": {"object": "ch_1"}},
        {**EVENT, "data": {"object": {"object": "customer", "id": "cus_1"}}},
        {**EVENT, "data": {"object": {"object": {}, "metadata": []}}},
    ],
)
def test_news_signed_well_that_is_about_no_charge_waits_for_a_person(event: object, world: World) -> None:
    with pytest.raises(NoticeUnreadable):
        world.gateway.read_notice(received(event))


NAMES = st.sampled_from(["id", "object", "type", "data", "metadata", "reference", "payment_intent"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.just("event"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=8,
)


@given(
    body=st.binary(max_size=300) | ANYTHING.map(lambda one: json.dumps(one).encode()),
    header=st.text(max_size=60) | st.from_regex(r"t=[0-9]{1,20},v1=[0-9a-f]{0,64}", fullmatch=True),
)
def test_whatever_a_stranger_writes_is_forged(body: bytes, header: str) -> None:
    with pytest.raises(NoticeForged):
        answering(200, b"").read_notice(Received("/n", {"stripe-signature": header}, body))


@given(thing=ANYTHING, kind=st.text(max_size=10) | st.sampled_from(sorted(mapping.CLAIMS)))
def test_whatever_is_signed_well_is_news_or_waits_for_a_person(thing: object, kind: str) -> None:
    try:
        notice = answering(200, b"").read_notice(received({**EVENT, "type": kind, "data": {"object": thing}}))
    except NoticeUnreadable:
        return
    assert isinstance(thing, dict)
    assert notice.dedupe_key == "evt_1"
    assert notice.reference is not None or notice.gateway_id is not None


def test_what_is_taken_is_acknowledged_and_what_is_not_is_sent_again(world: World) -> None:
    here = world.gateway
    assert (here.acknowledgement(taken=True).status, here.acknowledgement(taken=False).status) == (200, 500)


# The simulator, where our client never goes


def test_the_simulator_takes_no_card_number_and_knows_no_other_path(world: World) -> None:
    headers = wire.headers(KEYS["secret_key"])
    world.charge()
    body = world.went[0].body + b"&payment_method_data[card][number]=4242424242424242&expires_at="

    def tried(method: str, path: str, sent: bytes = b"") -> tuple[int, str]:
        reply = world.simulator.answer(SimRequest(method, path, headers, sent), now=NOW)
        return reply.status, json.loads(reply.body)["error"].get("code", "")

    assert tried("POST", "/v1/checkout/sessions", body) == (400, "parameter_unknown")
    assert tried(
        "POST", "/v1/checkout/sessions", world.went[0].body.replace(b"allowed_payment", b"payment")
    ) == (400, "payment_method_types_no_longer_supported")
    assert tried("POST", "/v1/checkout/sessions") == (400, "parameter_missing")
    assert tried("POST", "/v1/refunds", b"payment_intent=pi_none") == (404, "resource_missing")
    assert tried("POST", "/v1/checkout/sessions/cs_none/expire") == (404, "resource_missing")
    assert tried("GET", "/v1/nowhere") == (404, "")
    assert len(world.simulator.book.all()) == 1


def test_the_simulator_forgets_a_key_after_a_day(world: World) -> None:
    world.charge()
    [request] = world.went

    def again(at: datetime) -> bool:
        sent = replace(request, body=request.body.replace(b"expires_at=", b"x="))
        with_key = replace(sent, headers={**request.headers, "idempotency-key": "another"})
        return "idempotent-replayed" in world.simulator.answer(with_key, now=at).headers

    assert [again(NOW), again(NOW + timedelta(hours=23)), again(NOW + timedelta(hours=24))] == [
        False,
        True,
        False,
    ]


def test_the_simulator_knows_the_method_of_a_charge_alone(world: World) -> None:
    world.charge()
    world.truth(None)
    assert [world.simulator.method_of(one) for one in world.went] == ["card", None, None]


def test_credentials_are_named_and_never_shown(world: World) -> None:
    assert tuple(credentials_of("stripe")) == ("secret_key", "webhook_secret")
    assert "sk_test" not in repr(world.gateway)
    assert "whsec" not in repr(Account("stripe", BASE, KEYS))
