"""Refusals of who we are, told from refusals of what we asked, in every gateway's own words."""

from collections.abc import Callable
from typing import Any

import pytest

from orderan.gateways import GatewayRefused
from orderan.gateways.doku import mapping as doku
from orderan.gateways.duitku import client as duitku
from orderan.gateways.ipaymu import mapping as ipaymu
from orderan.gateways.midtrans import mapping as midtrans
from orderan.gateways.snap import mapping as snap
from orderan.gateways.stripe import mapping as stripe
from orderan.gateways.xendit import mapping as xendit
from orderan.kit.calling import Reply


def of_midtrans(status: int, _code: str | None) -> Any:
    return midtrans.trouble(str(status), {"status_message": ""}, changes=True)


def of_doku(status: int, code: str | None) -> Any:
    return doku.trouble(status, {"error": {"code": code or "", "message": ""}}, changes=True)


def of_snap(status: int, code: str | None) -> Any:
    told = {"responseCode": code} if code else {}
    return snap.trouble(snap.code_of(status, told), told, changes=True)


def of_xendit(status: int, code: str | None) -> Any:
    return xendit.trouble(status, {"error_code": code, "message": ""}, changes=True)


def of_ipaymu(status: int, _code: str | None) -> Any:
    return ipaymu.trouble(status, {"Message": ""}, changes=True)


def of_stripe(status: int, code: str | None) -> Any:
    return stripe.trouble(status, {"error": {"code": code, "message": ""}}, changes=True)


def of_duitku(status: int, _code: str | None) -> Any:
    return duitku._not_charged(Reply(status, {}, b"{}", 0.1), "")


US = [
    (of_midtrans, 401, None),
    (of_midtrans, 402, None),
    (of_midtrans, 410, None),
    (of_doku, 401, "invalid_signature"),
    (of_doku, 403, None),
    (of_snap, 401, "4012700"),
    (of_snap, 403, "4032701"),
    (of_snap, 403, None),
    (of_snap, 404, "4042716"),
    (of_xendit, 401, "INVALID_API_KEY"),
    (of_xendit, 403, "INVALID_MERCHANT_SETTINGS"),
    (of_ipaymu, 401, None),
    (of_duitku, 401, None),
    (of_duitku, 404, None),
    (of_stripe, 401, None),
    (of_stripe, 403, None),
    (of_stripe, 400, "payment_method_unactivated"),
]
REQUEST = [
    (of_midtrans, 400, None),
    (of_midtrans, 406, None),
    (of_doku, 400, "invalid_amount"),
    (of_doku, 409, None),
    (of_snap, 400, "4002701"),
    (of_snap, 403, "4032702"),
    (of_snap, 409, "4092700"),
    (of_xendit, 400, "API_VALIDATION_ERROR"),
    (of_xendit, 403, "SKIP_3DS_FORBIDDEN"),
    (of_xendit, 403, "ACCOUNT_ACCESS_BLOCKED"),
    (of_ipaymu, 400, None),
    (of_duitku, 400, None),
    (of_duitku, 409, None),
    (of_stripe, 400, "parameter_invalid_integer"),
    (of_stripe, 402, "card_declined"),
]


@pytest.mark.parametrize(("said", "status", "code"), US)
def test_a_key_or_a_contract_is_refused(
    said: Callable[[int, str | None], Any], status: int, code: str | None
) -> None:
    trouble = said(status, code)
    assert isinstance(trouble, GatewayRefused)
    assert trouble.of_account


@pytest.mark.parametrize(("said", "status", "code"), REQUEST)
def test_a_request_is_refused(said: Callable[[int, str | None], Any], status: int, code: str | None) -> None:
    trouble = said(status, code)
    assert isinstance(trouble, GatewayRefused)
    assert not trouble.of_account
