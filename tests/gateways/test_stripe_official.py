"""Stripe's own library finds in our simulator what it finds at Stripe."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import stripe

from gateways.simulated import serving
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.stripe import StripeSimulator
from orderan.sandbox.models import ChargeState, Letter, SimCharge

FOREVER = 10**9
"""Seconds: their clock is today's, ours stands still."""
KEYS = {"secret_key": "sk_test_orderan", "webhook_secret": "whsec_test_secret"}
NOW = datetime.now(UTC).replace(microsecond=0)
"""Their library looks at the machine's clock when it reads a signature."""


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeSimulator]:
    simulator = StripeSimulator(KEYS)
    with serving(simulator, SetClock(NOW)) as address:
        monkeypatch.setattr(stripe, "api_base", address)
        monkeypatch.setattr(stripe, "api_key", KEYS["secret_key"])
        monkeypatch.setattr(stripe, "max_network_retries", 0)
        yield simulator


def a_session(reference: str = "resmi-1", key: str | None = None) -> stripe.checkout.Session:
    options: stripe.RequestOptions = {} if key is None else {"idempotency_key": key}
    return stripe.checkout.Session.create(
        mode="payment",
        allowed_payment_method_types=["card"],
        client_reference_id=reference,
        line_items=[
            {
                "price_data": {
                    "currency": "idr",
                    "unit_amount": 4_400_000,
                    "product_data": {"name": "Kopi Gayo"},
                },
                "quantity": 2,
            }
        ],
        metadata={"notify_url": "https://toko.test/notify/1"},
        payment_intent_data={"metadata": {"reference": reference}},
        success_url="https://toko.test/bayar/101",
        cancel_url="https://toko.test/bayar/101",
        **options,
    )


def kept(there: StripeSimulator, reference: str = "resmi-1") -> SimCharge:
    charge = there.book.find(reference)
    assert charge is not None
    return charge


def letter(there: StripeSimulator) -> Letter:
    [found] = there.news(kept(there), now=NOW)
    return found


def test_a_page_its_payment_and_its_refund(there: StripeSimulator) -> None:
    made = a_session()
    assert (made.status, made.payment_status, made.amount_total, made.currency) == (
        "open",
        "unpaid",
        8_800_000,
        "idr",
    )
    assert made.payment_intent is None

    there.book.pay(kept(there), 88_000, now=NOW)
    paid = stripe.checkout.Session.retrieve(
        made.id, expand=["payment_intent.latest_charge.balance_transaction"]
    )
    intent = paid.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (intent.status, intent.amount_received, intent.metadata["reference"]) == (
        "succeeded",
        8_800_000,
        "resmi-1",
    )
    assert (charge.amount_captured, charge.disputed) == (8_800_000, False)

    back = stripe.Refund.create(
        payment_intent=intent.id, amount=800_000, reason="requested_by_customer", metadata={"key": "r-1"}
    )
    assert (back.amount, back.status, back.payment_intent) == (800_000, "pending", intent.id)
    assert [one.id for one in stripe.Refund.list(payment_intent=intent.id)] == [back.id]
    refunded = stripe.PaymentIntent.retrieve(intent.id, expand=["latest_charge"]).latest_charge
    assert isinstance(refunded, stripe.Charge)
    assert (refunded.amount_refunded, refunded.refunded) == (800_000, False)
    with pytest.raises(stripe.InvalidRequestError):
        stripe.Refund.create(payment_intent=intent.id, amount=8_000_100)


def test_a_key_makes_one_page_and_not_for_something_else(there: StripeSimulator) -> None:
    assert a_session(key="k-1").id == a_session(key="k-1").id
    with pytest.raises(stripe.IdempotencyError):
        a_session("resmi-2", key="k-1")
    assert len(there.book.all()) == 1


def test_a_page_is_expired_once(there: StripeSimulator) -> None:
    made = a_session()

    assert stripe.checkout.Session.expire(made.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        stripe.checkout.Session.expire(made.id)
    assert kept(there).state is ChargeState.CANCELLED


def test_pages_are_listed_newest_first_over_several_answers(there: StripeSimulator) -> None:
    made = [a_session(f"resmi-{turn}").id for turn in range(5)]

    listed = stripe.checkout.Session.list(limit=2)

    assert [one.id for one in listed.auto_paging_iter()] == made[::-1]
    assert len(there.book.all()) == 5


def test_what_is_wrong_is_wrong_in_their_words(
    there: StripeSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        stripe.checkout.Session.retrieve("cs_test_none")
    monkeypatch.setattr(stripe, "api_key", "sk_test_other")
    with pytest.raises(stripe.AuthenticationError):
        a_session()

    assert (missing.value.code, missing.value.http_status) == ("resource_missing", 404)
    assert there.book.all() == []


def test_their_library_believes_our_news_and_no_forged_one(there: StripeSimulator) -> None:
    a_session()
    there.book.pay(kept(there), 88_000, now=NOW)
    sent = letter(there)

    event = stripe.Webhook.construct_event(
        sent.body, sent.headers["stripe-signature"], KEYS["webhook_secret"], tolerance=FOREVER
    )

    assert event.type == "checkout.session.completed"
    session = event.data.object
    assert isinstance(session, stripe.checkout.Session)
    assert (session.client_reference_id, session.payment_status) == ("resmi-1", "paid")
    forged = there.forged(sent)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            forged.body, forged.headers["stripe-signature"], KEYS["webhook_secret"], tolerance=FOREVER
        )


def test_a_dispute_is_told_and_listed(there: StripeSimulator) -> None:
    a_session()
    there.book.pay(kept(there), 88_000, now=NOW)
    there.dispute(kept(there), "needs_response", now=NOW)
    sent = letter(there)

    event = stripe.Webhook.construct_event(
        sent.body, sent.headers["stripe-signature"], KEYS["webhook_secret"], tolerance=FOREVER
    )
    dispute = event.data.object
    assert isinstance(dispute, stripe.Dispute)
    assert isinstance(dispute.payment_intent, str)
    [listed] = stripe.Dispute.list(payment_intent=dispute.payment_intent).data

    assert event.type == "charge.dispute.created"
    assert (dispute.status, dispute.amount, listed.id) == ("needs_response", 8_800_000, dispute.id)
