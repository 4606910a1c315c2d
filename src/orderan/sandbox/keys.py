"""What an account at each simulated gateway is opened with, and where those send word that are not told each time.

Most of it is made up and the same everywhere. A bank that speaks SNAP has keys, made on first use and kept
in a file, so that the process that opens accounts and the one that plays the bank have the same.
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
REGISTERED: Final = frozenset({"xendit", "snap"})
"""Gateways that send word to an address registered with them, not to one named in the request."""
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

    def address(self, name: str) -> str | None:
        """Where a gateway sends word, of those it is registered with."""
        address: str | None = self._told()["news"].get(name)
        return address

    def register(self, name: str, address: str) -> None:
        """Have a gateway send word to an address of this machine.

        Raises:
            NotHere: It is of another machine, or no address.
        """
        parts = urlsplit(address)
        if name not in REGISTERED or parts.scheme != "http" or parts.hostname not in HERE:
            raise NotHere(address)
        told = self._told()
        self._write(told | {"news": told["news"] | {name: address}})

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


def _class_of(name: str) -> Any:
    module: Any = import_module(f"orderan.sandbox.gateways.{name}")
    return getattr(module, f"{name.title()}Simulator")
