"""Xendit's Invoices, for methods its Payment Requests do not have: our client against the simulator, and theirs."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import xendit  # type: ignore[import-untyped]
from xendit.apis import InvoiceApi  # type: ignore[import-untyped]
from xendit.invoice.model.create_invoice_request import CreateInvoiceRequest  # type: ignore[import-untyped]

from gateways.simulated import BASE, NOW, a_charge, delivered, opened, serving
from orderan.gateways import (
    Account,
    Caller,
    GatewayFailed,
    GatewayRefused,
    NoticeForged,
    Outcome,
    OutcomeUnknown,
    RefundAsked,
    open_gateway,
)
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.xendit import XenditSimulator
from orderan.sandbox.models import ChargeState

pytestmark = pytest.mark.anyio

CREDENTIALS = {"secret_key": "xnd_development_TEST", "callback_token": "token-101"}
REFERENCE = "ord-101-1"


class Desk:
    """An invoice for 150,000 by Sakuku."""

    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.there = XenditSimulator(CREDENTIALS)
        self.there.webhook_url = "https://toko.test/notify/1"
        self.here, self.went = opened(self.there, CREDENTIALS, self.clock)

    async def stands(self, gateway_id: str | None = None) -> Any:
        return await self.here.look_up(reference=REFERENCE, gateway_id=gateway_id, method="sakuku")

    async def cancel(self, gateway_id: str | None = None) -> Any:
        return await self.here.cancel(reference=REFERENCE, gateway_id=gateway_id, method="sakuku")

    @property
    def charge(self) -> Any:
        return self.there.book.find(REFERENCE)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_an_invoice_from_its_page_to_the_money(desk: Desk) -> None:
    charged = await desk.here.charge(a_charge("sakuku"))

    asked = json.loads(desk.went[-1].body)
    assert (asked["external_id"], asked["payment_methods"]) == (REFERENCE, ["SAKUKU"])
    assert (asked["amount"], asked["invoice_duration"]) == (150_000, 24 * 3600)
    assert charged.instrument is not None
    assert charged.instrument.expires_at == NOW + timedelta(hours=24)
    desk.there.book.pay(desk.charge, 150_000, now=NOW)
    [letter] = desk.there.news(desk.charge, now=NOW)
    notice = desk.here.read_notice(delivered(letter))
    assert (notice.reference, notice.gateway_id, notice.claims) == (
        REFERENCE,
        charged.gateway_id,
        Outcome.SUCCEEDED,
    )
    with pytest.raises(NoticeForged):
        desk.here.read_notice(delivered(desk.there.forged(letter)))

    for known in (charged.gateway_id, None):
        truth = await desk.stands(known)
        assert (truth.outcome, truth.paid_minor, truth.gateway_id) == (
            Outcome.SUCCEEDED,
            150_000,
            charged.gateway_id,
        )
    kept = await desk.cancel(charged.gateway_id)
    assert (kept.outcome, desk.charge.state) == (Outcome.SUCCEEDED, ChargeState.PAID)
    with pytest.raises(GatewayRefused, match="not_refundable"):
        await desk.here.refund(
            RefundAsked("r", REFERENCE, charged.gateway_id, "sakuku", 1_000, "IDR", "maaf")
        )


async def test_what_nobody_paid_is_taken_back_or_runs_out_and_what_is_not_there_is_absent(desk: Desk) -> None:
    assert (await desk.stands()).outcome is Outcome.ABSENT
    assert (await desk.stands("0123456789abcdef01234567")).outcome is Outcome.ABSENT
    charged = await desk.here.charge(a_charge("uangme"))

    assert (await desk.cancel()).outcome is Outcome.EXPIRED

    other = await desk.here.charge(a_charge("sakuku", "ord-101-2"))
    desk.clock.at += timedelta(days=2)
    over = await desk.here.look_up(reference="ord-101-2", gateway_id=other.gateway_id, method="sakuku")
    assert (over.outcome, over.paid_minor) == (Outcome.EXPIRED, 0)
    with pytest.raises(GatewayFailed, match="another_order"):
        await desk.here.look_up(reference="ord-101-2", gateway_id=charged.gateway_id, method="uangme")


@pytest.mark.parametrize(
    ("status", "told", "raised"),
    [
        (400, {"error_code": "API_VALIDATION_ERROR"}, GatewayRefused),
        (500, {"error_code": "SERVER_ERROR"}, OutcomeUnknown),
        (200, {"id": "5f"}, OutcomeUnknown),
        (200, [], OutcomeUnknown),
    ],
)
async def test_an_answer_that_is_none_of_success(status: int, told: object, raised: type[Exception]) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, json=told))
    here = open_gateway(Account("xendit", BASE, CREDENTIALS), Caller(transport=transport), SetClock(NOW))
    with pytest.raises(raised):
        await here.charge(a_charge("sakuku"))


async def test_two_under_one_reference_are_not_guessed_between(desk: Desk) -> None:
    for _ in range(2):
        await desk.here.charge(a_charge("sakuku"))
    with pytest.raises(GatewayFailed, match="several"):
        await desk.stands()


def test_their_own_client_makes_and_reads_invoices_of_the_simulator(desk: Desk) -> None:
    with serving(desk.there, desk.clock) as address:
        configuration = xendit.Configuration(host=address, api_key=CREDENTIALS["secret_key"])
        with xendit.ApiClient(configuration) as client:
            theirs = InvoiceApi(client)
            asked = CreateInvoiceRequest(
                external_id=REFERENCE, amount=150_000.0, payment_methods=["SAKUKU"], invoice_duration=600.0
            )
            made = theirs.create_invoice(asked)
            desk.there.book.pay(desk.charge, 150_000, now=NOW)
            [found] = theirs.get_invoices(external_id=REFERENCE)
            ours = asyncio.run(desk.stands(made.id))

    assert (str(made.status), made.external_id, float(made.amount)) == ("PENDING", REFERENCE, 150_000.0)
    assert (str(found.status), found.id) == ("PAID", made.id)
    assert desk.charge.expires_at == NOW + timedelta(seconds=600)
    assert (ours.outcome, ours.paid_minor) == (Outcome.SUCCEEDED, 150_000)
