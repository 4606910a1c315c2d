"""Which providers there are. A provider's code is read when the first of its accounts is opened."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, cast

from orderan.kit.clock import Clock
from orderan.messaging.base import Lines, Messenger
from orderan.messaging.models import Account, Channel, Field

CHANNELS: Final[Mapping[str, Channel]] = {
    "whatsapp": Channel.WHATSAPP,
    "zenziva": Channel.SMS,
    "twilio_sms": Channel.SMS,
    "vonage_sms": Channel.SMS,
    "smtp": Channel.EMAIL,
    "webpush": Channel.PUSH,
    "webhook": Channel.WEBHOOK,
}
"""Every provider, and what it reaches people by."""

PROVIDER_NAMES: Final[Mapping[str, str]] = {
    "whatsapp": "WhatsApp Cloud API",
    "zenziva": "Zenziva",
    "twilio_sms": "Twilio SMS",
    "vonage_sms": "Vonage SMS",
    "smtp": "SMTP",
    "webpush": "Web Push",
    "webhook": "Webhook",
}
"""What people call them."""

ADDRESSES: Final[Mapping[str, str]] = {
    "whatsapp": "https://graph.facebook.com/v23.0",
    "zenziva": "https://console.zenziva.net",
    "twilio_sms": "https://api.twilio.com",
    "vonage_sms": "https://rest.nexmo.com",
    "smtp": "",
    "webpush": "",
    "webhook": "",
}
"""Where each provider's API is; empty where the account or the recipient says."""


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:
    """An account's client.

    Args:
        clock: Letters have a date, and several signatures carry the time.
    """
    opened = cast("Callable[[Account, Lines, Clock], Messenger]", _client(account.provider).open_messenger)
    return opened(account, lines, clock)


def fields_of(provider: str) -> Sequence[Field]:
    """What an account at this provider is opened with."""
    return cast("Sequence[Field]", _client(provider).FIELDS)


def _client(provider: str) -> Any:
    if provider not in CHANNELS:
        message = f"there is no provider {provider!r}"
        raise ValueError(message)
    return import_module(f"orderan.messaging.{provider}.client")
