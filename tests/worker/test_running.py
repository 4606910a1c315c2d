"""A worker process whose parts do not all live as long as it does."""

import asyncio
from typing import Any

import pytest

from access.conftest import settings_on
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.worker import GatewayRounds, work
from orderan.worker.messages import MessageRounds

pytestmark = pytest.mark.anyio


async def test_a_part_that_breaks_ends_the_worker_after_what_the_others_are_in_the_middle_of(
    database_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    async def breaks(*_: Any, **__: Any) -> None:
        raise AssertionError("a bug")

    async def finishes(_: Any, stop: asyncio.Event, **__: Any) -> None:
        await stop.wait()
        await asyncio.to_thread(ended.append, "what was begun")

    monkeypatch.setattr(GatewayRounds, "run", breaks)
    monkeypatch.setattr(MessageRounds, "run", finishes)

    with pytest.raises(AssertionError, match="a bug"):
        await work(settings_on(database_url), keyring, SystemClock(), asyncio.Event())

    assert ended == ["what was begun"]
