"""Xendit's own client against our simulator: whether it speaks their API, as far as both know the same one.

`xendit-python` 7 has no Payment Requests v3 and no Sessions; what it calls payment requests is another
API at another address, and proves nothing here. Refunds are the same in both: one address, paid back
by the id of a payment request.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
import xendit  # type: ignore[import-untyped]
from xendit.apis import RefundApi  # type: ignore[import-untyped]
from xendit.refund.model.create_refund import CreateRefund  # type: ignore[import-untyped]
from xendit.refund.model.refund_callback import RefundCallback  # type: ignore[import-untyped]

from gateways.simulated import NOW, a_charge, opened, serving
from orderan.gateways import Gateway, RefundAsked, RefundOutcome
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.xendit import XenditSimulator
from orderan.sandbox.models import SimCharge

CREDENTIALS = {"secret_key": "xnd_development_TEST", "callback_token": "token-101"}


class Paid:
    """A paid charge of our client's, and both clients over the simulator that has it."""

    def __init__(self, there: XenditSimulator, here: Gateway, theirs: Any) -> None:
        self.there, self.here, self.theirs = there, here, theirs
        self.id = asyncio.run(here.charge(a_charge("gopay"))).gateway_id
        there.book.pay(self.charge, 150_000, now=NOW)

    @property
    def charge(self) -> SimCharge:
        found = self.there.book.find("ord-101-1")
        assert found is not None
        return found

    def asked(self, key: str, amount: int) -> RefundAsked:
        return RefundAsked(key, "ord-101-1", self.id, "gopay", amount, "IDR", "rusak")

    def back(self, key: str, amount: int) -> Any:
        body = CreateRefund(
            payment_request_id=self.id,
            reference_id=key,
            amount=float(amount),
            currency="IDR",
            reason="REQUESTED_BY_CUSTOMER",
        )
        return self.theirs.create_refund(idempotency_key=key, create_refund=body)


@pytest.fixture
def paid() -> Iterator[Paid]:
    there, clock = XenditSimulator(CREDENTIALS), SetClock(NOW)
    there.webhook_url = "https://toko.test/notify/1"
    here, _ = opened(there, CREDENTIALS, clock)
    with serving(there, clock) as address:
        configuration = xendit.Configuration(host=address, api_key=CREDENTIALS["secret_key"])
        with xendit.ApiClient(configuration) as client:
            yield Paid(there, here, RefundApi(client))


def test_a_refund_of_theirs_is_ours(paid: Paid) -> None:
    made = paid.back("rfd-1", 50_000)
    again = paid.back("rfd-1", 50_000)

    assert (made.payment_request_id, made.reference_id, made.amount, made.currency) == (
        paid.id,
        "rfd-1",
        50_000,
        "IDR",
    )
    assert (again.id, paid.charge.refunded) == (made.id, 50_000)
    ours = asyncio.run(paid.here.refund(paid.asked("rfd-1", 50_000)))
    assert (ours.gateway_id, ours.outcome, ours.amount_minor) == (made.id, RefundOutcome.PENDING, 50_000)
    assert len(paid.charge.refunds) == 1


def test_a_refund_of_ours_is_theirs(paid: Paid) -> None:
    ours = asyncio.run(paid.here.refund(paid.asked("rfd-1", 50_000)))

    one = paid.theirs.get_refund(ours.gateway_id)
    [listed] = paid.theirs.get_all_refunds(payment_request_id=paid.id).data

    for found in (one, listed):
        assert (found.id, found.reference_id, found.amount) == (ours.gateway_id, "rfd-1", 50_000)
    assert paid.theirs.get_all_refunds(payment_request_id="pr-nobody").data == []


def test_their_list_goes_on_after_the_last_one(paid: Paid) -> None:
    made = [paid.back(f"rfd-{turn}", 1_000).id for turn in range(3)]

    first = paid.theirs.get_all_refunds(payment_request_id=paid.id, limit=2.0)
    rest = paid.theirs.get_all_refunds(payment_request_id=paid.id, limit=2.0, after_id=made[1])

    assert ([one.id for one in first.data], first.has_more) == (made[:2], True)
    assert ([one.id for one in rest.data], rest.has_more) == (made[2:], False)


def test_what_cannot_be_paid_back_is_an_error_they_know(paid: Paid) -> None:
    paid.back("rfd-1", 50_000)
    for key, amount, status, code in (
        ("rfd-2", 100_001, 400, "REFUND_AMOUNT_EXCEEDED"),
        ("rfd-1", 1_000, 409, "IDEMPOTENCY_ERROR"),
    ):
        with pytest.raises(xendit.XenditSdkException) as refused:
            paid.back(key, amount)
        assert (int(refused.value.status), refused.value.errorCode) == (status, code)
    with pytest.raises(xendit.XenditSdkException) as unknown:
        paid.theirs.get_refund("rfd-nobody")
    assert (int(unknown.value.status), unknown.value.errorCode) == (404, "DATA_NOT_FOUND")
    assert paid.charge.refunded == 50_000


def test_news_of_a_refund_has_all_that_theirs_insists_on(paid: Paid) -> None:
    paid.back("rfd-1", 50_000)
    paid.charge.refunds[0].confirmed = True
    _, letter = paid.there.news(paid.charge, now=NOW)

    class Answer:
        data = letter.body.decode()

    told = paid.theirs.api_client.deserialize(Answer(), (RefundCallback,), True)

    assert (told.event, told.data.status, told.data.amount) == ("refund.succeeded", "SUCCEEDED", 50_000)
    assert told.data.reference_id == json.loads(letter.body)["data"]["reference_id"] == "rfd-1"
