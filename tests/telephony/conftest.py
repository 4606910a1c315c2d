"""A world per provider; its keys are those of the sandbox, but for what tests sign with."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from orderan.sandbox.keys import Cabinet
from telephony.phoning import HOOK, World


@cache
def _fields() -> dict[str, dict[str, str]]:
    with TemporaryDirectory() as folder:
        told = {name: dict(one) for name, one in Cabinet(Path(folder) / "keys.json").telephones().items()}
    told["exotel"]["hook_token"] = HOOK
    return told


@pytest.fixture
def fields() -> dict[str, dict[str, str]]:
    """What an account at each provider is opened with."""
    return _fields()


@pytest.fixture
def open_world() -> Callable[..., World]:
    def opened(name: str, **others: str) -> World:
        from importlib import import_module

        module: Any = import_module(f"orderan.sandbox.phones.{name}")
        told = _fields()[name] | others
        return World(getattr(module, f"{name.title()}Simulator")(told), told)

    return opened


@pytest.fixture(params=["exotel", "twilio", "vonage"])
def world(request: pytest.FixtureRequest, open_world: Callable[..., World]) -> World:
    """Each provider in turn."""
    return open_world(request.param)
