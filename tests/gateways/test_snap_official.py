"""DOKU's own SNAP client finds in our simulator what it finds at DOKU; virtual accounts are all it has."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from gateways.simulated import NOW, serving
from gateways.test_snap import DOKU
from orderan.gateways.snap import wire
from orderan.kit.clock import SetClock
from orderan.sandbox.gateways.snap import SnapSimulator

PARTNER, NUMBER = "   88899", "70000000001"


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client; it imports three packages it does not declare and that nothing here comes near."""
    for name, members in (
        ("xmltodict", ()),
        ("flask", ("request",)),
        ("Crypto", ()),
        ("Crypto.Cipher", ("AES",)),
    ):
        empty = ModuleType(name)
        for member in members:
            setattr(empty, member, None)
        monkeypatch.setitem(sys.modules, name, empty)
    import doku_python_library.src as found  # type: ignore[import-untyped]

    return found


@pytest.fixture
def there() -> SnapSimulator:
    return SnapSimulator(DOKU | {"partner_id": DOKU["client_id"]})


@pytest.fixture
def doku(library: Any, there: SnapSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from doku_python_library.src.commons import config  # type: ignore[import-untyped]
    from doku_python_library.src.snap import DokuSNAP  # type: ignore[import-untyped]

    with serving(there, SetClock(NOW)) as address:
        monkeypatch.setattr(config._Development, "BASE_URL", address)
        yield DokuSNAP(DOKU["private_key"], DOKU["client_id"], False, "", "", DOKU["client_secret"], "")


def test_an_account_its_status_and_its_end(doku: Any, there: SnapSimulator) -> None:
    from doku_python_library.src.model import va  # type: ignore[import-untyped]

    assert doku.token_b2b.response_code == "2007300"
    asked = va.CreateVARequest(
        partner_service_id=PARTNER,
        virtual_acc_name="Ani Lestari",
        trx_id="resmi-1",
        virtual_acc_trx_type="C",
        total_amount=va.TotalAmount("44000.00", "IDR"),
        customer_no=NUMBER,
        virtual_account_no=PARTNER + NUMBER,
        additional_info=va.AdditionalInfo("VIRTUAL_ACCOUNT_BCA", va.VirtualAccountConfig(False)),
        expired_date="2026-11-12T11:00:00+07:00",
    )
    made = doku.create_va(asked)
    assert made.response_code == "2002700"
    assert made.virtual_account_data["virtualAccountNo"] == PARTNER + NUMBER
    assert doku.create_va(asked).response_code == "4092701"

    status = va.CheckStatusRequest(PARTNER, NUMBER, PARTNER + NUMBER)
    waits = doku.check_status_va(status)
    assert waits.virtual_account_data["paymentFlagReason"]["english"] == "Pending"
    charge = there.book.find("resmi-1")
    assert charge is not None
    there.book.pay(charge, 44_000, now=NOW)
    paid = doku.check_status_va(status)
    assert (paid.response_code, paid.virtual_account_data["paidAmount"]["value"]) == ("2002600", "44000.00")

    gone = va.DeleteVARequest(
        PARTNER, NUMBER, PARTNER + NUMBER, "resmi-1", va.DeleteVAAdditionalInfo("VIRTUAL_ACCOUNT_BCA")
    )
    assert doku.delete_payment_code(gone).response_code == "4043114"


def test_our_asymmetric_signature_is_theirs(library: Any) -> None:
    from doku_python_library.src.services.token_service import (  # type: ignore[import-untyped]
        TokenService,
    )

    made = wire.asymmetric(wire.private_key(DOKU["private_key"]), "CL-101|2026-11-11T11:00:00+07:00")
    theirs = TokenService.create_signature(DOKU["private_key"], "CL-101|2026-11-11T11:00:00+07:00")
    assert made == theirs


def test_our_symmetric_signature_is_theirs(library: Any) -> None:
    from doku_python_library.src.services.token_service import TokenService

    at, path = "2026-11-11T11:00:00+07:00", "/orders/v1.0/transfer-va/status"
    theirs = TokenService.generate_symmetric_signature("POST", path, "tok", {"a": "b c"}, at, "secret")
    assert wire.symmetric("secret", wire.request_text("POST", path, "tok", b'{"a":"b c"}', at)) == theirs
