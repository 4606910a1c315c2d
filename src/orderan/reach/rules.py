"""Which providers there are, what their accounts are opened with, and how a letter is written down. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import msgspec

from orderan import messaging, telephony
from orderan.kit import partner_accounts
from orderan.messaging import Receipt, Reply
from orderan.reach.errors import (
    ReachAddressUnusable,
    ReachFieldsMissing,
    ReachFieldsUnusable,
    UnknownProvider,
)
from orderan.reach.models import AccountField, Kind, Piece
from orderan.telephony import CallNews

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
    found, missing = partner_accounts.filled(account_fields(provider), typed)
    if missing:
        raise ReachFieldsMissing(", ".join(missing))
    cost, address = found.get(UNIT_COST), found.get(ADDRESS)
    wrong_cost = cost and not (cost.isascii() and cost.isdigit() and len(cost) <= 6)
    if wrong_cost or (address and not address.startswith("https://")):
        raise ReachFieldsUnusable(PROVIDER_NAMES[provider])
    return found


def usable_address(provider: str, address: str) -> str:
    """Where an API is, without a slash at its end; empty at providers that have none.

    Raises:
        ReachAddressUnusable: Neither https nor this machine.
    """
    if not ADDRESSES[provider]:
        return ""
    try:
        return partner_accounts.usable_address(address)
    except partner_accounts.AddressUnusable as fault:
        raise ReachAddressUnusable(address) from fault


def hosts(base_url: str, fields: Mapping[str, str]) -> list[str]:
    """Where the secrets of an account are sent: its API, its mail server."""
    return [base_url, fields.get(HOST, "")]


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
