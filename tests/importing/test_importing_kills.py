"""kill -9 anywhere: the next start goes on, and the end is what it is without any kill."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import ShopFloor
from importing.given import MAPPING_TEXT, NOW, a_row, local
from importing.test_reading import write_csv
from orderan.importing.mapping import parse
from orderan.importing.running import start
from orderan.kit.clock import SetClock
from orderan.kit.db import ALL_SHOPS, Caller, Tx
from orderan.shops import Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

# Small steps, so that there are many places to be killed at.
WORKER = """
import asyncio, sys
from pathlib import Path
from orderan.importing import running
from orderan.importing.commands import match_cancellations, order_invoices
from orderan.importing.mapping import load
from orderan.kit.clock import SystemClock
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.shops import shop_by_code

running.CHUNK_LINES, order_invoices.BATCH_LINES, match_cancellations.CUSTOMERS_AT_ONCE = 100, 60, 1

async def main(url, code, file, mapping):
    db = Database(url, min_size=1, max_size=4)
    await db.open()
    shop = await db.run(Caller(ALL_SHOPS, "system:test"), lambda tx: shop_by_code(tx, code))
    tell = lambda step, done, whole: print(step, done, flush=True)
    await running.start(db, shop, Path(file), load(Path(mapping)), clock=SystemClock(), actor="system:import", progress=tell)
    await db.close()

asyncio.run(main(*sys.argv[1:]))
"""

KILLS = 8


def _rows(seed: int) -> list[Any]:
    chance = random.Random(seed)
    rows = []
    for number in range(1_500):
        cancels = chance.random() < 0.2
        rows.append(
            a_row(
                invoice=f"{'C' if cancels else ''}{number // 7}",
                sku=chance.choice(["LAMP", "CUP", "POST", "BED"]),
                quantity=-1 if cancels else chance.randint(-1, 6),
                price=chance.choice(["2.50", "3", "0"]),
                customer=["ana", "budi", "citra", "dewi", "eka", ""][number // 7 % 6],
                time=local().replace(minute=0) if number < 700 else local().replace(hour=10),
            )
        )
    return rows


async def test_killed_anywhere_any_number_of_times_the_end_is_the_same(
    floor: ShopFloor, database_url: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("ORDERAN_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"ORDERAN_TEST_SEED={seed}")
    path = write_csv(tmp_path / "f.csv", _rows(seed))
    (tmp_path / "m.toml").write_text(MAPPING_TEXT)
    (tmp_path / "worker.py").write_text(WORKER)

    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="killed", name="Killed", now=NOW)

    killed = await floor.db.run(Caller(ALL_SHOPS, "system:test"), opening)
    chance = random.Random(seed)
    command = [
        sys.executable, str(tmp_path / "worker.py"), database_url, "killed", str(path), str(tmp_path / "m.toml"),
    ]  # fmt: skip
    kills = 0
    while await _run_and_perhaps_kill(command, after_steps=chance.randint(1, 8) if kills < KILLS else None):
        kills += 1
    assert kills >= 3

    whole = await start(
        floor.db,
        floor.shop,
        path,
        parse(MAPPING_TEXT, source="m"),
        clock=SetClock(NOW),
        actor="system:import",
    )
    other = ShopFloor(floor.db, killed, Caller(killed.shop_id, "staff:test"))
    assert await _end(other) == await _end(floor)
    report = await other.value(
        "SELECT report FROM import_run WHERE shop_id = %(shop)s AND state = 'finished'"
    )
    assert report == whole.report


async def _run_and_perhaps_kill(command: list[str], *, after_steps: int | None) -> bool:
    """Run to the end, or kill after so many commits and a little more; says whether it was killed."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    steps = 0
    while line := await process.stdout.readline():
        steps += bool(line)
        if steps == after_steps:
            # Into the middle of the next transaction, not only between two.
            await asyncio.sleep(random.random() * 0.02)
            process.send_signal(signal.SIGKILL)
    code = await process.wait()
    assert code in (0, -signal.SIGKILL)
    return code != 0


_END = {
    "orders": """
        SELECT external_id, placed_at, total_minor, paid_minor, refunded_minor, units, money, headline
        FROM sales_order WHERE shop_id = %(shop)s ORDER BY external_id
    """,
    "lines": """
        SELECT o.external_id, l.line_no, l.sku_code, l.quantity, l.returned, l.goods_minor
        FROM order_line AS l JOIN sales_order AS o ON o.shop_id = l.shop_id AND o.id = l.order_id
        WHERE l.shop_id = %(shop)s ORDER BY o.external_id, l.line_no
    """,
    "money": """
        SELECT o.external_id, p.seq, p.kind, p.amount_minor, p.at
        FROM payment_event AS p JOIN sales_order AS o ON o.shop_id = p.shop_id AND o.id = p.order_id
        WHERE p.shop_id = %(shop)s ORDER BY o.external_id, p.seq
    """,
    "returns": """
        SELECT o.external_id, r.number, l.line_no, l.quantity, r.closed_at
        FROM goods_return AS r JOIN return_line AS l ON l.shop_id = r.shop_id AND l.return_id = r.id
        JOIN sales_order AS o ON o.shop_id = r.shop_id AND o.id = r.order_id
        WHERE r.shop_id = %(shop)s ORDER BY o.external_id, r.number, l.line_no
    """,
    "movements": """
        SELECT sku.code, m.quantity, m.occurred_at, count(*) AS times
        FROM movement AS m JOIN sku ON sku.shop_id = m.shop_id AND sku.id = m.sku_id
        WHERE m.shop_id = %(shop)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    "entries": """
        SELECT reason, payload->'lines' AS lines, money_minor
        FROM exception_entry WHERE shop_id = %(shop)s ORDER BY reason, payload->>'invoice'
    """,
    "outcomes": """
        SELECT number, outcome, reason, known, line_no FROM import_outcome WHERE shop_id = %(shop)s ORDER BY number
    """,
    "customers": "SELECT external_id, created_at FROM customer WHERE shop_id = %(shop)s ORDER BY external_id",
}


async def _end(floor: ShopFloor) -> dict[str, list[tuple[object, ...]]]:
    return {name: [tuple(row) for row in await floor.all(sql)] for name, sql in _END.items()}
