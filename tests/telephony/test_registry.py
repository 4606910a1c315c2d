"""Every provider that can be chosen can be opened, and says what it needs."""

import pytest

from orderan.kit.clock import SystemClock
from orderan.telephony import (
    PROVIDER_ADDRESSES,
    PROVIDER_NAMES,
    PROVIDERS,
    Account,
    Caller,
    HangsUp,
    fields_of,
    open_telephone,
)

SECRETS = {
    "exotel": {"api_key", "api_token", "hook_token"},
    "twilio": {"auth_token"},
    "vonage": {"private_key", "signature_secret"},
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_it_names_its_fields_and_marks_the_secret_ones(
    provider: str, fields: dict[str, dict[str, str]]
) -> None:
    asked = fields_of(provider)
    assert {field.name for field in asked if field.secret} == SECRETS[provider]
    assert {field.name for field in asked} == set(fields[provider])
    assert all(address.startswith("https://") for address in PROVIDER_ADDRESSES[provider])
    assert PROVIDER_NAMES[provider].lower() == provider


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_sandbox_has_an_account_that_opens_and_shows_no_secret(
    provider: str, fields: dict[str, dict[str, str]]
) -> None:
    account = Account(provider, "http://127.0.0.1:1", fields[provider])
    telephone = open_telephone(account, Caller(), SystemClock())
    assert (telephone.name, telephone.signs) == (provider, provider != "exotel")
    assert isinstance(telephone, HangsUp) == (provider != "exotel")
    shown = repr(account) + repr(telephone)
    assert not [name for name in SECRETS[provider] if fields[provider][name] in shown]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_field_nobody_filled_in_is_noticed_at_once(
    provider: str, fields: dict[str, dict[str, str]]
) -> None:
    for field in fields_of(provider):
        told = {name: value for name, value in fields[provider].items() if name != field.name}
        account = Account(provider, "http://127.0.0.1:1", told)
        if field.default is not None:
            assert open_telephone(account, Caller(), SystemClock()).name == provider
            continue
        with pytest.raises(KeyError, match=field.name):
            open_telephone(account, Caller(), SystemClock())


def test_a_provider_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="carrier pigeon"):
        fields_of("carrier pigeon")
