"""Senders are killed outright, again and again: every letter is sent once, and every message is told."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from conftest import ShopFloor
from notifications.sending_process import Books, messenger
from notifications.telling import MINUTE, a_policy, a_town, with_email
from orderan.auditor import audit
from orderan.kit.crypto import Keyring

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ORDERS = 120
KILLS = 6
TESTS = Path(__file__).parents[1]


async def test_senders_killed_in_the_midst_of_their_letters_tell_nothing_twice_and_leave_nothing_untold(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str, tmp_path: Path
) -> None:
    town = await a_town(floor, keyring, now, policy=a_policy("whatsapp"), stock=ORDERS)
    for n in range(ORDERS):
        await town.order(with_email(f"Budi {n}", f"+6281234567{n:03}"))
    while await town.follow():
        pass
    path = tmp_path / "books"
    books = Books(path, now)
    killed = 0
    for turn in range(KILLS):
        before = len(books.sent())
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "notifications.sending_process",
            database_url,
            str(floor.shop.shop_id),
            str(path),
            town.now.isoformat(),
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])},
        )
        # As soon as it sent something more, or is done.
        while process.returncode is None and len(books.sent()) < before + 5 + turn:
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 0.001)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        killed += await process.wait() == -signal.SIGKILL
        town.later(6 * MINUTE)

    last = messenger(floor.db, keyring, town.clock, books)
    for _ in range(8):
        books.now = town.now
        await last.send_due(floor.caller, "whatsapp")
        town.later(MINUTE)

    sent = books.sent()
    assert killed >= 1
    assert (len(sent), len(set(sent))) == (ORDERS, ORDERS)
    rows = await floor.all(
        "SELECT state, count(*)::int AS many FROM message WHERE kind = 'pay_now' GROUP BY state"
    )
    assert [tuple(row) for row in rows] == [("told", ORDERS)]
    assert audit(database_url, now=town.now).findings == []
