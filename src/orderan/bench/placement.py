"""Placement over HTTP against pgbench writing the same rows, one order per transaction.

orders_per_s       64 connections, two lines each out of 1,000 skus, everything on the way
p50_ms, p99_ms     at half that rate, sent at a steady pace
pgbench_tps        the same server, the same rows, 64 clients, no thinking at all
ratio_to_pgbench   the first over the fourth
hot_to_spread      the rate when every line is one sku, over the first
behind_s           after the steady pace, until the worker has told every consumer of the last order

The worker runs beside the web process and beside pgbench alike, as it does in a shop.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import count
from uuid import uuid4

import uvloop

from orderan.bench import load, rows
from orderan.bench.ground import Ground, know_sizes, prepared, server, web, worked_off, worker
from orderan.bench.load import Outcome
from orderan.bench.promises import Promise
from orderan.kit.postgres.processes import wait_until

CONNECTIONS = 64
SKUS = 1_000
BUYERS = 2_000
SECONDS = 8.0
ROUNDS = 3
PATIENCE_S = 120.0

PROMISES = (
    Promise("ratio_to_pgbench", at_least=0.35, binds=True),
    Promise("hot_to_spread", at_least=0.8, binds=True),
    Promise("orders_per_s", at_least=2_000),
    Promise("p99_ms", at_most=100),
)


@dataclass(frozen=True)
class Figures:
    """What one run measured; rates are medians over interleaved rounds."""

    orders_per_s: float
    p50_ms: float
    p99_ms: float
    pgbench_tps: float
    ratio_to_pgbench: float
    hot_per_s: float
    hot_to_spread: float
    behind_s: float
    placed: int


class NotWorkedOff(Exception):
    """The worker did not keep up with the facts."""


class NotAllPlaced(Exception):
    """Some requests were not answered with 201, so the rate means nothing."""


def measure(
    *,
    seconds: float = SECONDS,
    connections: int = CONNECTIONS,
    rounds: int = ROUNDS,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run the benchmark on a throw-away server; what it made is gone afterwards."""
    with server() as url:
        ground = prepared(url, skus=SKUS, units=1_000_000_000)
        with worker(url), web(url) as site:
            return _measure(ground, site.port, seconds, connections, rounds, tell)


def _measure(
    ground: Ground, port: int, seconds: float, connections: int, rounds: int, tell: Callable[[str], None]
) -> Figures:
    def run(*, hot: bool = False, length: float = seconds) -> Outcome:
        requests = orders(ground.key, hot=hot)
        return whole(
            uvloop.run(load.closed("127.0.0.1", port, requests, connections=connections, seconds=length))
        )

    tell("warming up")
    run(length=3)
    yardstick = rows.lay_out(ground)
    know_sizes(ground.url)
    spread: list[float] = []
    hot: list[float] = []
    bench: list[float] = []
    placed = 0
    for turn in range(1, rounds + 1):
        tell(f"round {turn} of {rounds}")
        outcome = run()
        spread.append(outcome.per_second)
        bench.append(yardstick.tps(clients=connections, seconds=max(1, int(seconds))))
        hot.append(run(hot=True).per_second)
        placed += len(outcome.latencies)
    rate = statistics.median(spread)
    tell("half the rate, at a steady pace")
    steady = whole(
        asyncio.run(
            load.paced("127.0.0.1", port, orders(ground.key, hot=False), per_second=rate / 2, seconds=seconds)
        )
    )
    began = time.perf_counter()
    if not wait_until(lambda: worked_off(ground.url), PATIENCE_S):
        raise NotWorkedOff(f"after {PATIENCE_S:.0f} s")
    behind_s = time.perf_counter() - began
    tps = statistics.median(bench)
    return Figures(
        orders_per_s=round(rate, 1),
        p50_ms=steady.percentile_ms(0.50),
        p99_ms=steady.percentile_ms(0.99),
        pgbench_tps=round(tps, 1),
        ratio_to_pgbench=round(statistics.median(a / b for a, b in zip(spread, bench, strict=True)), 3),
        hot_per_s=round(statistics.median(hot), 1),
        hot_to_spread=round(statistics.median(a / b for a, b in zip(hot, spread, strict=True)), 3),
        behind_s=round(behind_s, 2),
        placed=placed,
    )


def whole(outcome: Outcome) -> Outcome:
    """The outcome, if every request was placed.

    Raises:
        NotAllPlaced: Another answer than 201 was among them.
    """
    if set(outcome.statuses) != {201}:
        raise NotAllPlaced(str(outcome.statuses))
    return outcome


def orders(key: str, *, hot: bool) -> Iterator[bytes]:
    """Requests: two lines, a buyer out of 2,000 with an address, a cart and a key of their own."""
    run = uuid4().hex[:12]
    head = (
        "POST /api/v1/orders HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        f"authorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    )
    for turn in count():
        one, two = (0, 0) if hot else (random.randrange(SKUS), random.randrange(SKUS))  # noqa: S311 - load
        buyer = random.randrange(BUYERS)  # noqa: S311 - load
        body = (
            f'{{"channel":"web","cart_id":"{run}-{turn}",'
            f'"lines":[{{"sku":"K{one}","quantity":1}},{{"sku":"K{two}","quantity":2}}],'
            f'"buyer":{{"name":"Ani Lestari {buyer}","phone":"08123{buyer:07d}","address":{{'
            f'"line":"Jl. Mawar {buyer}","village_code":"31.71.01.1001","postcode":"10110",'
            f'"area":"Gambir, Jakarta Pusat"}}}}}}'
        )
        yield f"{head}idempotency-key: {run}-{turn}\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()


def as_json(figures: Figures) -> dict[str, float]:
    return asdict(figures)
