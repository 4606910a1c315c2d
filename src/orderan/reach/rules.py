"""Which providers there are, what their accounts are opened with, and how a letter is written down. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from orderan import messaging, telephony
from orderan.messaging import Receipt, Reply
from orderan.reach.errors import (
    ReachAddressUnusable,
    ReachFieldsMissing,
    ReachFieldsUnusable,
    UnknownProvider,
)
from orderan.reach.models import AccountField, Kind, Piece
from orderan.telephony import CallNews

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_NAME: Final = 60
MADE: Final = frozenset({"id_secret", "hook_token", "verify_token", "secret", "private_key"})
"""Fields nobody outside chooses; a telephone provider's private key is its own, and is typed."""
CALLER_ID: Final = "caller_id"
HOST: Final = "host"
"""Where mail is handed over."""
ADDRESS: Final = "address"
"""Where the shop's own app is told."""
TEMPLATE_PREFIX: Final = "template_prefix"
UNIT_COST: Final = "unit_cost"
"""What a part of a message, or a call that was answered, costs in whole rupiah, where the provider does not say; empty where nobody knows."""
_MORE: Final[Mapping[str, tuple[AccountField, ...]]] = {
    "whatsapp": (AccountField(TEMPLATE_PREFIX, secret=False, default="orderan_"),),
    "webhook": (AccountField(ADDRESS, secret=False),),
}
"""What we need to know of an account beside what its client is opened with."""

KINDS: Final[Mapping[str, Kind]] = dict.fromkeys(telephony.PROVIDERS, Kind.VOICE) | {
    provider: Kind(str(channel)) for provider, channel in messaging.CHANNELS.items()
}
"""Every provider, and what it reaches people by."""

PROVIDER_NAMES: Final[Mapping[str, str]] = {**telephony.PROVIDER_NAMES, **messaging.PROVIDER_NAMES}
"""What people call them."""

ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    **telephony.PROVIDER_ADDRESSES,
    **{provider: (address,) if address else () for provider, address in messaging.ADDRESSES.items()},
}
"""Where each provider's API is; none where the account or the recipient says."""

SILENT: Final = frozenset({"zenziva", "webpush", "webhook"})
"""Providers that send no news."""

_PIECES: Final[Mapping[str, type[Receipt] | type[Reply] | type[CallNews]]] = {
    "receipt": Receipt,
    "reply": Reply,
    "call": CallNews,
}


def kind_of(provider: str) -> Kind:
    """What a provider reaches people by.

    Raises:
        UnknownProvider: Nobody of this name.
    """
    if provider not in KINDS:
        raise UnknownProvider(provider[:40])
    return KINDS[provider]


def account_fields(provider: str) -> tuple[AccountField, ...]:
    """What an account at a provider is opened with.

    Raises:
        UnknownProvider: Nobody of this name.
    """
    if kind_of(provider) is Kind.VOICE:
        return (
            *(
                AccountField(one.name, one.secret, one.default, _is_made(one.name))
                for one in _of_calls(provider)
            ),
            AccountField(CALLER_ID, secret=False),
            AccountField(UNIT_COST, secret=False, default=""),
        )
    own = (
        AccountField(one.name, one.secret, None if one.required else "", one.name in MADE)
        for one in messaging.fields_of(provider)
    )
    return (*own, *_MORE.get(provider, ()), AccountField(UNIT_COST, secret=False, default=""))


def _of_calls(provider: str) -> Sequence[telephony.Field]:
    return telephony.fields_of(provider)


def _is_made(name: str) -> bool:
    return name == "hook_token"


def complete(provider: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Everything an account is opened with, defaults put in; what nobody asks for is left out.

    Raises:
        ReachFieldsMissing: Names all that are.
        ReachFieldsUnusable: A cost is no whole number of rupiah, an address does not begin with https.
    """
    asked = account_fields(provider)
    found = {one.name: typed.get(one.name) or one.default for one in asked}
    if missing := [name for name, value in found.items() if value is None]:
        raise ReachFieldsMissing(", ".join(missing))
    cost, address = found.get(UNIT_COST), found.get(ADDRESS)
    wrong_cost = cost and not (cost.isascii() and cost.isdigit() and len(cost) <= 6)
    if wrong_cost or (address and not address.startswith("https://")):
        raise ReachFieldsUnusable(PROVIDER_NAMES[provider])
    return {name: value for name, value in found.items() if value is not None}


def usable_address(provider: str, address: str) -> str:
    """Where an API is, without a slash at its end; empty at providers that have none.

    Raises:
        ReachAddressUnusable: Neither https nor this machine.
    """
    if not ADDRESSES[provider]:
        return ""
    try:
        parts = urlsplit(address)
        here = parts.scheme == "http" and parts.hostname in LOOPBACK
        there = parts.scheme == "https" and bool(parts.hostname)
    except ValueError as fault:
        raise ReachAddressUnusable(address) from fault
    if not (here or there) or parts.username or parts.query:
        raise ReachAddressUnusable(address)
    return address.rstrip("/")


def hosts(base_url: str, fields: Mapping[str, str]) -> tuple[str, str, str]:
    """Where the secrets of an account are sent: scheme and host of its API, its mail server."""
    parts = urlsplit(base_url)
    return parts.scheme, parts.netloc.lower(), fields.get(HOST, "").lower()


def left_behind(provider: str, kept: Mapping[str, str], typed: Mapping[str, str]) -> list[str]:
    """Secrets somebody typed for the host of before, and nobody for the one of now."""
    return sorted(
        one.name
        for one in account_fields(provider)
        if one.secret and not one.made and kept.get(one.name) and one.name not in typed
    )


def letter_key(url: str, body: bytes) -> str:
    """The same for a repetition of the same letter."""
    return hashlib.sha256(url.encode("utf-8", "replace") + b"\n" + body).hexdigest()


def write_pieces(pieces: Sequence[Piece]) -> str:
    """Pieces as text; see `read_pieces`."""
    return msgspec.json.encode([{"of": _name(one)} | _plain(one) for one in pieces]).decode()


def read_pieces(text: str) -> tuple[Piece, ...]:
    """Pieces as they were written."""
    return tuple(
        msgspec.convert(told, _PIECES[told.pop("of")], strict=False) for told in msgspec.json.decode(text)
    )


def _name(piece: Piece) -> str:
    return next(name for name, kind in _PIECES.items() if isinstance(piece, kind))


def _plain(piece: Piece) -> dict[str, Any]:
    return asdict(piece)
