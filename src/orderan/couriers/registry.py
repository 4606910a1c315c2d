"""Which couriers and bookers there are. Their code is read when the first of their accounts is opened."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, cast

from orderan.couriers.models import Account, Field
from orderan.couriers.ports import CourierClient, Does
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock
from orderan.kit.errors import N_

PROVIDERS: Final = ("biteship", "kiriminaja", "rajaongkir", "jnt", "numbered", "own")

PROVIDER_NAMES: Final[Mapping[str, str]] = {
    "biteship": "Biteship",
    "kiriminaja": "KiriminAja",
    "rajaongkir": "RajaOngkir",
    "jnt": "J&T Express",
    "numbered": N_("Blok nomor resi"),
    "own": N_("Kurir sendiri"),
}
"""What people call them."""

ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "biteship": ("https://api.biteship.com",),
    "kiriminaja": ("https://client.kiriminaja.com", "https://tdev.kiriminaja.com"),
    "rajaongkir": ("https://rajaongkir.komerce.id",),
    "jnt": ("https://ecommerce.jntexpress.id", "https://demo-ecommerce.inuat-jntexpress.id"),
    "numbered": (),
    "own": (),
}
"""Where each API is: the real one first, then its own sandbox; none where nobody is called."""


def open_courier(account: Account, caller: Caller, clock: Clock) -> CourierClient:
    """An account's client.

    Raises:
        ValueError: What it is opened with is not what such an account looks like.
    """
    opened = cast("Callable[[Account, Caller, Clock], CourierClient]", _client(account.provider).open_courier)
    return opened(account, caller, clock)


def fields_of(provider: str) -> Sequence[Field]:
    """What an account is opened with."""
    return cast("Sequence[Field]", _client(provider).FIELDS)


def does_of(provider: str) -> frozenset[Does]:
    """What an account can be asked for."""
    return cast("frozenset[Does]", _client(provider).DOES)


def serves_of(provider: str) -> frozenset[str]:
    """Our codes of the couriers behind a provider; none where the account itself says."""
    return cast("frozenset[str]", _client(provider).SERVES)


def _client(provider: str) -> Any:
    if provider not in PROVIDERS:
        message = f"there is no courier {provider!r}"
        raise ValueError(message)
    return import_module(f"orderan.couriers.{provider}.client")
