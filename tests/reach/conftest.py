"""The whole application, and a shop that reaches its buyers through it."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from access.conftest import House, hire, house, password_hash
from conftest import ShopFloor
from orderan.kit.crypto import Keyring
from reach.stand import Stand, a_stand

__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def stand(floor: ShopFloor, keyring: Keyring, house: House, now: datetime) -> AsyncIterator[Stand]:
    async with a_stand(floor, keyring, house, now, "whatsapp", "sms", "email") as opened:
        yield opened
