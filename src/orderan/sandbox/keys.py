"""What an account at each simulated gateway is opened with: made up, and the same everywhere."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, cast

from orderan.sandbox.ports import Simulator

CREDENTIALS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "midtrans": {"server_key": "SB-Mid-server-sandbox", "merchant_id": "G-SANDBOX"},
        "doku": {"client_id": "BRN-SANDBOX", "secret_key": "SK-sandbox"},
        "duitku": {"merchant_code": "DSANDBOX", "api_key": "sandbox-key"},
    }
)
"""By gateway, then by the names its client asks for."""


def simulators() -> dict[str, Simulator]:
    """One of each, with nothing charged yet."""
    return {name: _made(name) for name in CREDENTIALS}


def _made(name: str) -> Simulator:
    module: Any = import_module(f"orderan.sandbox.gateways.{name}")
    return cast("Simulator", getattr(module, f"{name.title()}Simulator")(CREDENTIALS[name]))
