"""Midtrans' own client finds in our simulator what it finds at Midtrans."""

from collections.abc import Iterator

import midtransclient  # type: ignore[import-untyped]
import pytest
from midtransclient.error_midtrans import MidtransAPIError  # type: ignore[import-untyped]

from gateways.simulated import NOW, serving
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.midtrans import MidtransSimulator

CREDENTIALS = {"server_key": "SB-Mid-server-TESTKEY", "merchant_id": "G-101"}
A_CHARGE = {
    "payment_type": "bank_transfer",
    "transaction_details": {"order_id": "resmi-1", "gross_amount": 44_000},
    "bank_transfer": {"bank": "bca"},
}


@pytest.fixture
def there() -> MidtransSimulator:
    return MidtransSimulator(CREDENTIALS)


@pytest.fixture
def core(there: MidtransSimulator) -> Iterator[midtransclient.CoreApi]:
    with serving(there, SetClock(NOW)) as address:
        client = midtransclient.CoreApi(is_production=False, server_key=CREDENTIALS["server_key"])
        client.api_config.CORE_SANDBOX_BASE_URL = address
        client.api_config.SNAP_SANDBOX_BASE_URL = f"{address}/snap/v1"
        yield client


def test_a_charge_its_status_and_its_end(core: midtransclient.CoreApi, there: MidtransSimulator) -> None:
    made = core.charge(A_CHARGE)
    assert (made["status_code"], made["transaction_status"]) == ("201", "pending")
    assert made["va_numbers"][0]["bank"] == "bca"
    with pytest.raises(MidtransAPIError) as again:
        core.charge(A_CHARGE)
    assert again.value.api_response_dict["status_code"] == "406"

    charge = there.book.find("resmi-1")
    assert charge is not None
    there.book.pay(charge, 44_000, now=NOW)
    assert core.transactions.status("resmi-1")["transaction_status"] == "settlement"
    with pytest.raises(MidtransAPIError):
        core.transactions.cancel("resmi-1")


def test_a_refund_and_a_page(there: MidtransSimulator) -> None:
    with serving(there, SetClock(NOW)) as address:
        core = midtransclient.CoreApi(is_production=False, server_key=CREDENTIALS["server_key"])
        core.api_config.CORE_SANDBOX_BASE_URL = address
        snap = midtransclient.Snap(is_production=False, server_key=CREDENTIALS["server_key"])
        snap.api_config.SNAP_SANDBOX_BASE_URL = f"{address}/snap/v1"
        core.charge(A_CHARGE | {"payment_type": "gopay", "gopay": {}})
        charge = there.book.find("resmi-1")
        assert charge is not None
        there.book.pay(charge, 44_000, now=NOW)

        back = core.transactions.refund("resmi-1", {"refund_key": "r-1", "amount": 4_000, "reason": "rusak"})
        page = snap.create_transaction(
            {"transaction_details": {"order_id": "resmi-2", "gross_amount": 10_000}}
        )

    assert (back["refund_amount"], back["transaction_status"]) == ("4000.00", "partial_refund")
    assert page["token"]
    assert page["redirect_url"].endswith(page["token"])
