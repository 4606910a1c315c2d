"""What an account at each simulated partner is opened with, and where those send word that are not told each time.

Most of it is made up and the same everywhere. A bank that speaks SNAP has keys, made on first use and kept
in a file, so that the process that opens accounts and the one that plays the bank have the same; the shop
calls Vonage with its own of them.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from orderan.sandbox.couriers.ports import CourierSimulator
from orderan.sandbox.phones.ports import Carrier
from orderan.sandbox.ports import Simulator

CREDENTIALS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "midtrans": {"server_key": "SB-Mid-server-sandbox", "merchant_id": "G-SANDBOX"},
        "xendit": {"secret_key": "xnd_development_sandbox", "callback_token": "sandbox-token"},
        "doku": {"client_id": "BRN-SANDBOX", "secret_key": "SK-sandbox"},
        "duitku": {"merchant_code": "DSANDBOX", "api_key": "sandbox-key"},
        "ipaymu": {"va": "1179000000000000", "api_key": "sandbox-key"},
        "stripe": {"secret_key": "sk_test_sandbox", "webhook_secret": "whsec_sandbox"},
    }
)
"""By gateway, then by the names its client asks for; without SNAP's."""
SNAP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "flavour": "bi",
        "client_id": "CL-SANDBOX",
        "client_secret": "snap-sandbox",
        "partner_id": "P-SANDBOX",
        "channel_id": "95221",
        "partner_service_id": "   88899",
        "merchant_id": "M-SANDBOX",
    }
)
NAMES: Final = (*CREDENTIALS, "snap")
PHONES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "exotel": {
            "account_sid": "sandbox",
            "api_key": "exotel-key",
            "api_token": "exotel-token",
            "app_id": "1001",
            "currency": "IDR",
            "hook_token": "exotel-hook-of-the-sandbox",
        },
        "twilio": {
            "account_sid": "AC00000000000000000000000000000001",
            "auth_token": "twilio-token-of-the-sandbox",
        },
        "vonage": {
            "application_id": "00000000-0000-4000-8000-000000000001",
            "signature_secret": "vonage-secret-of-the-sandbox-0001",
        },
    }
)
"""By telephone provider, then by the fields its client asks for; without Vonage's key."""
MESSENGERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "whatsapp": {
            "token": "EAAsandbox",
            "phone_number_id": "100000000000001",
            "app_secret": "sandbox-app-secret",
            "verify_token": "sandbox-verify",
        },
        "zenziva": {"userkey": "sandbox", "passkey": "sandbox-passkey"},
        "twilio_sms": {
            "account_sid": "AC00000000000000000000000000005a4d",
            "auth_token": "sandbox-auth-token",
            "sender": "+15005550006",
        },
        "vonage_sms": {
            "api_key": "5a4db0x0",
            "api_secret": "sandbox-secret",
            "sender": "Toko",
            "signature_secret": "sandbox-signature-secret",
        },
    }
)
"""The same of providers of messages."""
MAIL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "host": "127.0.0.1",
        "security": "none",
        "sender": "halo@toko.test",
        "sender_name": "Toko",
        "id_secret": "sandbox-id-secret",
    }
)
"""The same of the mail server, but for its port."""
COURIERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "biteship": {
            "api_key": "biteship_test.sandbox",
            "webhook_header": "x-orderan-token",
            "webhook_secret": "biteship-word-of-the-sandbox",
        },
        "kiriminaja": {"api_key": "kiriminaja-key-of-the-sandbox", "order_prefix": "ORD"},
        "rajaongkir": {"api_key": "rajaongkir-key-of-the-sandbox"},
        "jnt": {
            "username": "SANDBOX",
            "api_key": "jnt-key",
            "sign_key": "jnt-sign-key-of-the-sandbox",
            "customer": "SANDBOX",
            "company_id": "SANDBOX",
            "track_password": "jnt-track-password",
            "hook_token": "jnt-hook-of-the-sandbox",
        },
    }
)
"""By courier, then by the fields its client asks for; without J&T's addresses, which are the sandbox's own."""
REGISTERED: Final = frozenset(
    {
        *("xendit", "snap", "exotel", "whatsapp", "twilio_sms", "vonage_sms"),
        *("biteship", "kiriminaja", "jnt"),
    }
)
"""Partners that send word to an address registered with them, not to one named in the request."""
HERE: Final = frozenset({"127.0.0.1", "localhost"})


class NotHere(Exception):
    """The address is not of this machine: a sandbox calls nobody else."""


@dataclass(frozen=True, slots=True)
class Cabinet:
    """The file a sandbox keeps things in between two runs.

    It is written whole and moved into its place, so that nobody reads half of it; of two that make it at
    once, the first one's stands.
    """

    file: Path

    def credentials(self) -> dict[str, Mapping[str, str]]:
        """Of every gateway; SNAP's keys are made on first use."""
        keys = self._told()["keys"]
        bank = serialization.load_pem_private_key(keys["bank"].encode(), password=None).public_key()
        public = bank.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
        return {**CREDENTIALS, "snap": {**SNAP, "private_key": keys["merchant"], "public_key": public}}

    def simulators(self) -> dict[str, Simulator]:
        """One of each, with nothing charged yet."""
        bank = serialization.load_pem_private_key(self._told()["keys"]["bank"].encode(), password=None)
        return simulators() | {"snap": _class_of("snap")(self.credentials()["snap"], key=bank)}

    def telephones(self) -> dict[str, Mapping[str, str]]:
        """What an account at every telephone provider is opened with."""
        shop = self._told()["keys"]["merchant"]
        return {**PHONES, "vonage": {**PHONES["vonage"], "private_key": shop}}

    def carriers(self) -> dict[str, Carrier]:
        """One telephone provider of each, with nobody called yet."""
        return {name: _class_of(name, "phones")(told) for name, told in self.telephones().items()}

    def couriers(self) -> dict[str, CourierSimulator]:
        """One courier of each, with nothing carried yet."""
        return {name: _class_of(name, "couriers")(told) for name, told in COURIERS.items()}

    def address(self, name: str) -> str | None:
        """Where a partner sends word, of those it is registered with."""
        address: str | None = self._told()["news"].get(name)
        return address

    def register(self, name: str, address: str) -> None:
        """Have a partner send word to an address of this machine.

        Raises:
            NotHere: It is of another machine, or no address.
        """
        self.check(name, address)
        told = self._told()
        self._write(told | {"news": told["news"] | {name: address}})

    def check(self, name: str, address: str) -> None:
        """Look at an address before anything is sent there.

        Raises:
            NotHere: It is of another machine, or no address.
        """
        parts = urlsplit(address)
        if name not in REGISTERED or parts.scheme != "http" or parts.hostname not in HERE:
            raise NotHere(address)

    def _told(self) -> dict[str, Any]:
        if not self.file.exists():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.file.with_suffix(f".{uuid4().hex}.new")
            _put(fresh, {"keys": {"merchant": _new_key(), "bank": _new_key()}, "news": {}})
            try:
                os.link(fresh, self.file)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return cast("dict[str, Any]", json.loads(self.file.read_text()))

    def _write(self, told: Mapping[str, Any]) -> None:
        fresh = self.file.with_suffix(f".{uuid4().hex}.new")
        _put(fresh, told)
        fresh.replace(self.file)


def simulators() -> dict[str, Simulator]:
    """One of each that needs no keys, with nothing charged yet."""
    return {name: _class_of(name)(told) for name, told in CREDENTIALS.items()}


def _put(file: Path, told: Mapping[str, Any]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(told, opened)


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _class_of(name: str, kind: str = "gateways") -> Any:
    module: Any = import_module(f"orderan.sandbox.{kind}.{name}")
    return getattr(module, f"{name.title()}Simulator")
