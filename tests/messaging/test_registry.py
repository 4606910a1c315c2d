"""Every provider that can be chosen can be opened, and says what it needs."""

import pytest

from orderan.kit.calling import Caller
from orderan.kit.clock import SystemClock
from orderan.kit.public_network import PublicCaller
from orderan.messaging import (
    ADDRESSES,
    CHANNELS,
    PROVIDER_NAMES,
    Account,
    Channel,
    Lines,
    fields_of,
    open_messenger,
)
from orderan.sandbox.keys import MAIL, MESSENGERS

KEYS = {
    **MESSENGERS,
    "smtp": {**MAIL, "port": "25"},
    "webpush": {"private_key": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc", "subject": "mailto:a@b.test"},
    "webhook": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
}


def test_every_provider_has_a_name_a_channel_and_an_address() -> None:
    assert set(CHANNELS) == set(PROVIDER_NAMES) == set(ADDRESSES) == set(KEYS)
    assert set(CHANNELS.values()) == set(Channel)
    assert all(address == "" or address.startswith("https://") for address in ADDRESSES.values())


@pytest.mark.parametrize("provider", list(CHANNELS))
def test_it_opens_with_the_fields_it_names(provider: str) -> None:
    fields = fields_of(provider)
    assert {field.name for field in fields if field.required} <= set(KEYS[provider])
    assert set(KEYS[provider]) <= {field.name for field in fields}
    assert any(field.secret for field in fields)
    account = Account(provider, "http://127.0.0.1:1", KEYS[provider])
    messenger = open_messenger(account, Lines(Caller(), PublicCaller()), SystemClock())
    assert (messenger.name, messenger.channel) == (provider, CHANNELS[provider])
    assert "sandbox" not in repr(account)


def test_a_provider_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        fields_of("pigeon")
