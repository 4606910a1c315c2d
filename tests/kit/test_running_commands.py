"""A command under a key runs once; what the database could not serialise is tried again."""

import asyncio
from datetime import datetime

import psycopg
import pytest

from conftest import ShopFloor
from orderan.kit import runner
from orderan.kit.db import RETRIES, Database, Tx, WrongRows
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.kit.runner import Answer, Key, KeyReused, Runner
from orderan.settings import Settings

pytestmark = pytest.mark.anyio

KEY = Key.of("uji", "kunci", b"isi")


def never(_refusal: Refusal) -> Answer:
    raise AssertionError("nothing here refuses")


async def noted(tx: Tx) -> Answer:
    """An effect one can count."""
    mark = f"uji {new_id()}"
    await tx.run(
        "INSERT INTO throttle VALUES (%(bucket)s, '2026-11-11T00:00:00Z', 60, 1, 0)", {"bucket": mark}
    )
    return Answer(201, mark.encode())


async def effects(floor: ShopFloor) -> int:
    found: int = await floor.value("SELECT count(*)::int FROM throttle WHERE bucket LIKE 'uji %%'")
    return found


async def test_two_requests_of_one_key_at_once_have_one_effect_and_one_answer(
    floor: ShopFloor, db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_looked(monkeypatch)

    answers = await asyncio.gather(
        *(Runner(db).once(floor.caller, KEY, noted, refused=never, now=now) for _ in range(2))
    )

    assert answers[0] == answers[1]
    assert await effects(floor) == 1


async def test_control_without_the_kept_answer_each_has_its_effect(
    floor: ShopFloor, db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forget(_tx: Tx, _answers: list[tuple[Key, Answer]], *, now: datetime) -> None:
        pass

    monkeypatch.setattr(runner, "remember", forget)
    both_looked(monkeypatch)

    await asyncio.gather(
        *(Runner(db).once(floor.caller, KEY, noted, refused=never, now=now) for _ in range(2))
    )

    assert await effects(floor) == 2


async def test_a_key_with_another_body_is_refused_and_nothing_runs(
    floor: ShopFloor, db: Database, now: datetime
) -> None:
    await Runner(db).once(floor.caller, KEY, noted, refused=never, now=now)

    with pytest.raises(KeyReused):
        await Runner(db).once(floor.caller, Key.of("uji", "kunci", b"lain"), noted, refused=never, now=now)
    assert await effects(floor) == 1


def both_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither goes on before both have looked for an earlier answer."""
    real, looked = runner.remembered, asyncio.Barrier(2)
    first = [True, True]

    async def looking(tx: Tx, keys: list[Key]) -> dict[tuple[str, str], Answer | KeyReused]:
        found = await real(tx, keys)
        if first:
            first.pop()
            await looked.wait()
        return found

    monkeypatch.setattr(runner, "remembered", looking)


async def test_what_could_not_be_serialised_is_tried_again_and_then_given_up(
    floor: ShopFloor, db: Database
) -> None:
    tries: list[int] = []

    async def twice(tx: Tx) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise psycopg.errors.SerializationFailure
        return await tx.value("SELECT 7")  # type: ignore[no-any-return]

    async def ever(_tx: Tx) -> None:
        tries.append(1)
        raise psycopg.errors.DeadlockDetected

    assert await db.run(floor.caller, twice) == 7
    assert len(tries) == 3
    tries.clear()
    with pytest.raises(psycopg.errors.DeadlockDetected):
        await db.run(floor.caller, ever)
    assert len(tries) == RETRIES


async def test_time_limits_are_what_the_settings_say(floor: ShopFloor, database_url: str) -> None:
    words = {"ORDERAN_DB_STATEMENT_TIMEOUT": "12", "ORDERAN_DB_LOCK_TIMEOUT": "0.5"}
    limits = Settings.from_environment(words).database
    database = Database(
        database_url,
        min_size=1,
        max_size=1,
        statement_timeout_s=limits.statement_timeout_s,
        lock_timeout_s=limits.lock_timeout_s,
    )
    await database.open()
    try:
        async with database.transaction(floor.caller) as tx:
            assert await tx.value("SHOW statement_timeout") == "12s"
            assert await tx.value("SHOW lock_timeout") == "500ms"
    finally:
        await database.close()


async def test_what_is_sent_together_is_done_in_order_and_the_wrong_number_of_rows_is_told(
    floor: ShopFloor,
) -> None:
    async def work(tx: Tx, rows: int) -> str:
        async with tx.together():
            await tx.send("INSERT INTO throttle VALUES ('uji a', '2026-11-11T00:00:00Z', 60, 1, 0)")
            await tx.send("UPDATE throttle SET bucket = 'uji b' WHERE bucket = 'uji a'", must=(rows, "lost"))
            return str(await tx.value("SELECT bucket FROM throttle WHERE bucket LIKE 'uji %%'"))

    with pytest.raises(WrongRows, match="lost"):
        await floor.run(lambda tx: work(tx, 2))
    assert await effects(floor) == 0
    assert await floor.run(lambda tx: work(tx, 1)) == "uji b"
    assert await effects(floor) == 1


async def test_a_fault_of_what_was_sent_together_undoes_all_of_it(floor: ShopFloor) -> None:
    async def work(tx: Tx) -> None:
        async with tx.together():
            for _ in range(2):
                await tx.send("INSERT INTO throttle VALUES ('uji a', '2026-11-11T00:00:00Z', 60, 1, 0)")
            await tx.send("INSERT INTO throttle VALUES ('uji b', '2026-11-11T00:00:00Z', 60, 1, 0)")

    with pytest.raises(psycopg.errors.UniqueViolation):
        await floor.run(work)
    assert await effects(floor) == 0
    # The connection is fit for the next one.
    assert await floor.value("SELECT 1") == 1


async def test_rows_are_not_counted_where_nobody_waits_for_the_count(floor: ShopFloor) -> None:
    async def work(tx: Tx) -> None:
        async with tx.together():
            await tx.run("DELETE FROM throttle")

    with pytest.raises(WrongRows):
        await floor.run(work)
