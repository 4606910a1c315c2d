"""Every gateway that can be chosen can be opened, and says what it needs and what it offers."""

import pytest

from orderan.gateways import ADDRESSES, GATEWAYS, Caller, credentials_of, offers_of, open_gateway
from orderan.gateways.models import Account
from orderan.kit.clock import SystemClock
from orderan.payments import BY_HAND, METHODS
from orderan.sandbox.keys import CREDENTIALS


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_it_offers_methods_of_the_catalogue(gateway: str) -> None:
    offered = set(offers_of(gateway))
    assert offered
    assert offered <= set(METHODS) - BY_HAND


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_it_names_its_secrets_and_its_addresses(gateway: str) -> None:
    assert len(set(credentials_of(gateway))) == len(credentials_of(gateway)) > 0
    assert all(address.startswith("https://") for address in ADDRESSES[gateway])


@pytest.mark.parametrize("gateway", list(CREDENTIALS))
def test_the_sandbox_has_an_account_that_opens(gateway: str) -> None:
    assert set(credentials_of(gateway)) <= set(CREDENTIALS[gateway])
    account = Account(gateway, "http://127.0.0.1:1", CREDENTIALS[gateway])
    assert open_gateway(account, Caller(), SystemClock()).name == gateway


def test_at_least_forty_methods_are_known() -> None:
    assert len(METHODS) >= 40
