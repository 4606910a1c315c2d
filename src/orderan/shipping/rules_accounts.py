"""What accounts at couriers are opened with, and how their letters are known again. Pure."""

import hashlib
from collections.abc import Mapping
from typing import Final

from orderan import couriers
from orderan.couriers import ADDRESSES, PROVIDER_NAMES, Field
from orderan.kit import partner_accounts
from orderan.kit.partner_accounts import LONGEST_NAME
from orderan.shipping.couriers import COURIERS
from orderan.shipping.errors_accounts import (
    CourierAddressUnusable,
    CourierFieldsMissing,
    CourierFieldsUnusable,
    CourierNameUnusable,
    UnknownBooker,
)

URL_FIELDS: Final = frozenset({"tariff_url", "track_url"})
"""Fields that are addresses themselves: the same holds for them."""


def account_fields(provider: str) -> tuple[Field, ...]:
    """What an account is opened with.

    Raises:
        UnknownBooker: Nobody of this name.
    """
    if provider not in PROVIDER_NAMES:
        raise UnknownBooker(provider[:40])
    return tuple(couriers.fields_of(provider))


def complete(provider: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Everything an account is opened with, defaults put in; what nobody asks for is left out.

    Raises:
        UnknownBooker: Nobody of this name.
        CourierFieldsMissing: Names all that are.
        CourierFieldsUnusable: A range of numbers of nobody we know.
        CourierAddressUnusable: Of a field that is an address.
    """
    given, missing = partner_accounts.filled(account_fields(provider), typed)
    if missing:
        raise CourierFieldsMissing(", ".join(missing))
    if "courier" in given and given["courier"] not in COURIERS:
        raise CourierFieldsUnusable(PROVIDER_NAMES[provider])
    for name in URL_FIELDS & given.keys():
        given[name] = _usable(given[name])
    return given


def usable_address(provider: str, address: str) -> str:
    """Where an API is, without a slash at its end; empty where nobody is called.

    Raises:
        CourierAddressUnusable: Neither https nor this machine.
    """
    return _usable(address) if ADDRESSES[provider] else ""


def check_name(name: str) -> None:
    """Raises CourierNameUnusable."""
    if not 0 < len(name) <= LONGEST_NAME:
        raise CourierNameUnusable(name[:LONGEST_NAME])


def letter_key(body: bytes) -> str:
    """The same for a repetition of the same letter."""
    return hashlib.sha256(body).hexdigest()


def _usable(address: str) -> str:
    try:
        return partner_accounts.usable_address(address)
    except partner_accounts.AddressUnusable as fault:
        raise CourierAddressUnusable(address) from fault


def hosts(base_url: str, fields: Mapping[str, str]) -> list[str]:
    """Where the secrets of an account are sent."""
    return [base_url, *(fields.get(name, "") for name in sorted(URL_FIELDS))]
