"""Which providers there are. A provider's code is read when the first of its accounts is opened."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, cast

from orderan.kit.calling import Caller
from orderan.kit.clock import Clock
from orderan.telephony.models import Account
from orderan.telephony.ports import Field, Telephone

PROVIDERS: Final = ("exotel", "twilio", "vonage")

PROVIDER_NAMES: Final[Mapping[str, str]] = {
    "exotel": "Exotel",
    "twilio": "Twilio",
    "vonage": "Vonage",
}
"""What people call them."""

PROVIDER_ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "exotel": ("https://api.exotel.com", "https://api.in.exotel.com"),
    "twilio": ("https://api.twilio.com",),
    "vonage": ("https://api.nexmo.com",),
}
"""Where each provider's API is; Exotel's is that of the region the account is in: Singapore, Mumbai."""


def open_telephone(account: Account, caller: Caller, clock: Clock) -> Telephone:
    """An account's client.

    Args:
        clock: Tokens of a provider carry the time.

    Raises:
        KeyError: A field without a default is missing.
    """
    opened = cast("Callable[[Account, Caller, Clock], Telephone]", _client(account.provider).open_telephone)
    return opened(account, caller, clock)


def fields_of(provider: str) -> Sequence[Field]:
    """What an account at this provider is opened with, secrets marked."""
    return cast("Sequence[Field]", _client(provider).FIELDS)


def _client(provider: str) -> Any:
    if provider not in PROVIDERS:
        message = f"there is no telephone provider {provider!r}"
        raise ValueError(message)
    return import_module(f"orderan.telephony.{provider}.client")
