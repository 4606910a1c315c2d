"""Letters that are kept together: one that nobody can keep hinders no other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from orderan.kit.clock import SetClock
from orderan.web.mailroom import Mailroom

pytestmark = pytest.mark.anyio


class Desk:
    """Keeps letters but those it is told to refuse; stands for the database as well."""

    def __init__(self, refuses: dict[str, Exception]) -> None:
        self.refuses = refuses
        self.kept: list[str] = []
        self.written: list[list[str]] = []

    async def run(self, _: Any, work: Callable[[Any], Awaitable[None]]) -> None:
        await asyncio.sleep(0)
        await work(None)

    async def keep(self, _: Any, letters: list[str]) -> None:
        self.written.append(letters)
        for letter in letters:
            if letter in self.refuses:
                raise self.refuses[letter]
        self.kept += letters


async def sent(desk: Desk, letters: list[str]) -> list[BaseException | None]:
    clock = SetClock(datetime(2026, 11, 29, tzinfo=UTC))
    room: Mailroom[str] = Mailroom(desk, clock, desk.keep, "test")  # type: ignore[arg-type]
    return await asyncio.gather(*(room.take(1, letter) for letter in letters), return_exceptions=True)


async def test_a_letter_that_cannot_be_kept_is_told_to_its_sender_alone() -> None:
    desk = Desk({"bad": ValueError()})
    ends = await sent(desk, ["first", "good", "bad", "fine"])
    assert [type(end) for end in ends] == [type(None), type(None), ValueError, type(None)]
    assert desk.kept == ["first", "good", "fine"]


async def test_a_database_that_is_away_is_not_asked_for_every_letter() -> None:
    away = psycopg.OperationalError("server closed the connection unexpectedly")
    desk = Desk(dict.fromkeys(["a", "b", "c"], away))
    assert await sent(desk, ["a", "b", "c"]) == [away] * 3
    assert len(desk.written) <= 2
