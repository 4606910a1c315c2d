"""Lists and search among 10,000 and among 1,000,000 orders, over HTTP, one request at a time.

p95_ms_10k, p95_ms_1m   of all requests of all kinds, dashboard pages and API alike
ratio                   the second over the first
worst_p95_ms_1m, worst_ratio   of the slowest kind, and of the kind that suffers most from size
kinds                   p95 of each kind of page at both sizes
home_p95_ms_1m          the home page; home_cold_ms_1m is the first one, which draws the charts
audit_s_1m              what `orderan audit` takes; audit_findings is 0, or the data is wrong

The two shops stand in two databases of one server and are asked in turn, so that whatever else
the machine does meets both.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from urllib.parse import urlsplit

import psycopg
import uvloop

from orderan.auditor import audit
from orderan.bench import history, load
from orderan.bench.asking import FINDS_NOTHING, KINDS, Asker, shows_orders
from orderan.bench.ground import Ground, bare_server, prepared, signed_in, web
from orderan.bench.history import History
from orderan.bench.promises import Promise
from orderan.kit.migrations import migrate
from orderan.kit.postgres import EmbeddedPostgres

SMALL, LARGE = 10_000, 1_000_000
SKUS = 200
UNITS = 1_000_000_000
ROUNDS = 25
WARM_UP = 3

PROMISES = (
    Promise("p95_ms_1m", at_most=100),
    Promise("ratio", at_most=1.5, binds=True),
    Promise("home_p95_ms_1m", at_most=100),
    Promise("audit_findings", at_most=0, binds=True),
)


@dataclass(frozen=True)
class Figures:
    """What one run measured; milliseconds, and seconds where the name says so."""

    p95_ms_10k: float
    p95_ms_1m: float
    ratio: float
    worst_p95_ms_1m: float
    worst_ratio: float
    home_p95_ms_1m: float
    home_cold_ms_1m: float
    audit_s_1m: float
    audit_findings: int
    written_s_1m: float
    asked: int
    kinds: dict[str, dict[str, float]]


class NotAnswered(Exception):
    """A page was not shown, or not what was asked for, so its time means nothing."""


@dataclass
class _Shop:
    """One size: where it answers, what to ask for, and how long each answer took."""

    port: int
    asker: Asker
    took: dict[str, list[float]] = field(default_factory=dict)

    async def ask(self, kind: str, request: bytes, *, counts: bool) -> None:
        answer = await load.once("127.0.0.1", self.port, request)
        if answer.status not in (200, 303):
            raise NotAnswered(f"{kind}: {answer.status}")
        if kind in KINDS and shows_orders(answer) is (kind == FINDS_NOTHING):
            raise NotAnswered(f"{kind}: orders were {'' if kind == FINDS_NOTHING else 'not '}found")
        if counts:
            self.took.setdefault(kind, []).append(answer.seconds)

    def p95_ms(self, kind: str | None = None) -> float:
        taken = self.took[kind] if kind else [one for name in KINDS for one in self.took[name]]
        return p95_ms(taken)


def measure(
    *,
    small: int = SMALL,
    large: int = LARGE,
    rounds: int = ROUNDS,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run the benchmark on a throw-away server; what it made is gone afterwards."""
    with bare_server() as server, ExitStack() as stack:
        # The small year is written with every constraint checked, the large one by the same
        # statements without looking up what is valid by construction.
        few, _, _ = _stocked(server, "bench_small", small, trusted=False, tell=tell)
        many, ground, written_s = _stocked(server, "bench_large", large, trusted=True, tell=tell)
        shops = [_Shop(stack.enter_context(web(one.url)).port, one) for one in (few, many)]
        tell(f"asking for {len(KINDS)} kinds of pages")
        cold, home = uvloop.run(_ask(shops, rounds))
        tell("proving the promises on the large one")
        began = time.perf_counter()
        report = audit(ground.url, now=datetime.now(UTC))
        audit_s = time.perf_counter() - began
    return _figures(
        *shops,
        cold_s=cold,
        home=home,
        audit_s=audit_s,
        findings=sum(verdict.found for verdict in report.verdicts),
        written_s=written_s,
    )


def _stocked(
    server: EmbeddedPostgres, name: str, orders: int, *, trusted: bool, tell: Callable[[str], None]
) -> tuple[Asker, Ground, float]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = urlsplit(server.url)._replace(path=f"/{name}").geturl()
    migrate(url)
    ground = prepared(url, skus=SKUS, units=UNITS)
    began = time.perf_counter()
    made: History = history.write(
        ground,
        orders=orders,
        now=datetime.now(UTC),
        admin_url=server.superuser_url(name) if trusted else None,
        tell=tell,
    )
    took = time.perf_counter() - began
    return Asker(url, ground.key, signed_in(ground), made), ground, took


async def _ask(shops: list[_Shop], rounds: int) -> tuple[float, list[float]]:
    """Ask both shops the same kinds in turn; returns what the large one's home page took, cold and warm."""
    chance = random.Random(11)  # noqa: S311 - the same questions every time
    for turn in range(-WARM_UP, rounds):
        for kind, requests in _questions(shops, chance):
            for shop, request in zip(shops, requests, strict=True):
                await shop.ask(kind, request, counts=turn >= 0)
    large = shops[1]
    for _ in range(rounds + 1):
        await large.ask("home", large.asker.home(), counts=True)
    cold, *warm = large.took.pop("home")
    return cold, warm


def _questions(shops: list[_Shop], chance: random.Random) -> Iterator[tuple[str, list[bytes]]]:
    for kind in KINDS:
        for api in (False, True):
            yield kind, [shop.asker.request(kind, chance, api=api) for shop in shops]


def _figures(
    few: _Shop,
    many: _Shop,
    *,
    cold_s: float,
    home: list[float],
    audit_s: float,
    findings: int,
    written_s: float,
) -> Figures:
    kinds = {
        kind: {
            "p95_ms_10k": few.p95_ms(kind),
            "p95_ms_1m": many.p95_ms(kind),
            "median_ratio": round(median(many.took[kind]) / median(few.took[kind]), 2),
        }
        for kind in KINDS
    }
    return Figures(
        p95_ms_10k=few.p95_ms(),
        p95_ms_1m=many.p95_ms(),
        ratio=round(many.p95_ms() / few.p95_ms(), 3),
        worst_p95_ms_1m=max(kind["p95_ms_1m"] for kind in kinds.values()),
        worst_ratio=max(round(kind["p95_ms_1m"] / kind["p95_ms_10k"], 2) for kind in kinds.values()),
        home_p95_ms_1m=p95_ms(home),
        home_cold_ms_1m=round(cold_s * 1000, 2),
        audit_s_1m=round(audit_s, 2),
        audit_findings=findings,
        written_s_1m=round(written_s, 1),
        asked=sum(len(taken) for shop in (few, many) for taken in shop.took.values()) + len(home) + 1,
        kinds=kinds,
    )


def p95_ms(taken: list[float]) -> float:
    """The time that 95 of a hundred did not exceed, in milliseconds."""
    ordered = sorted(taken)
    return round(1000 * ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2)
