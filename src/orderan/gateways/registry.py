"""Which gateways there are. A gateway's code is read when the first of its accounts is opened."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, cast

from orderan.gateways.models import Account
from orderan.gateways.ports import Gateway, Offer
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock

GATEWAYS: Final = ("midtrans", "xendit", "doku", "duitku", "ipaymu", "snap", "stripe")

GATEWAY_NAMES: Final[Mapping[str, str]] = {
    "midtrans": "Midtrans",
    "xendit": "Xendit",
    "doku": "DOKU",
    "duitku": "Duitku",
    "ipaymu": "iPaymu",
    "snap": "BI SNAP",
    "stripe": "Stripe",
}
"""What people call them."""

ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "midtrans": ("https://api.midtrans.com", "https://api.sandbox.midtrans.com"),
    "xendit": ("https://api.xendit.co",),
    "doku": ("https://api.doku.com", "https://api-sandbox.doku.com"),
    "duitku": ("https://passport.duitku.com", "https://sandbox.duitku.com"),
    "ipaymu": ("https://my.ipaymu.com", "https://sandbox.ipaymu.com"),
    "snap": (),
    "stripe": ("https://api.stripe.com",),
}
"""Where each gateway's API is: for real money first, then its own sandbox; a bank's SNAP is the bank's."""


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    """An account's client.

    Args:
        clock: Signatures of several gateways carry the time.
    """
    opened = cast("Callable[[Account, Caller, Clock], Gateway]", _client(account.gateway).open_gateway)
    return opened(account, caller, clock)


def credentials_of(gateway: str) -> Sequence[str]:
    """Names of the secrets an account at this gateway has."""
    return cast("Sequence[str]", _client(gateway).CREDENTIALS)


def offers_of(gateway: str) -> Mapping[str, Offer]:
    """What a gateway carries, by our methods."""
    return cast("Mapping[str, Offer]", _client(gateway).OFFERS)


def _client(gateway: str) -> Any:
    if gateway not in GATEWAYS:
        message = f"there is no gateway {gateway!r}"
        raise ValueError(message)
    return import_module(f"orderan.gateways.{gateway}.client")
