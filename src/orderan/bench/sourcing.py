"""Where orders are served from: how long ten thousand lines take, and how far from the best the places are.

sourcing_s_10k   5,000 orders of two lines over 20 locations, from the lock of the stock to its claims, one transaction
sourcing_plan_s  of that what choosing the places takes
sourcing_gap     over small batches that want the same scarce goods: what the places chosen cost above the exact
                 optimum of the whole batch, as a part of it, all batches together
sourcing_worst   the same of the worst batch
"""

import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Final
from uuid import UUID

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from orderan.bench.ground import Ground, opened, prepared, server
from orderan.inventory import (
    ClaimState,
    Demand,
    Location,
    LocationKind,
    Pool,
    Receipt,
    StockKey,
    StockRow,
    Taken,
    Want,
    add_location,
    receive_stock,
    serve,
    take_stock,
)
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import NIL, new_id
from orderan.sourcing import FIRST_RULES, SourcingRules

LOCATIONS: Final = 20
SKUS: Final = 500
ORDERS: Final = 5_000
HAVE_IT: Final = 6
"""Locations that have a sku."""
CASES: Final = 300
SEED: Final = 20_261_130


@dataclass(frozen=True)
class Figures:
    """What one run measured."""

    sourcing_s_10k: float
    sourcing_plan_s: float
    sourcing_gap: float
    sourcing_worst: float


def measure(*, tell: Callable[[str], None] = lambda _text: None) -> Figures:
    """Run the benchmark on a throw-away server; what it made is gone afterwards."""
    tell("sourcing: small batches against the exact optimum")
    gap, worst = gaps(CASES)
    tell(f"sourcing: {ORDERS} orders of two lines over {LOCATIONS} locations")
    with server() as url:
        whole, plan = asyncio.run(_take(prepared(url, skus=SKUS, units=1)))
    return Figures(round(whole, 3), round(plan, 3), round(gap, 5), round(worst, 5))


async def _take(ground: Ground) -> tuple[float, float]:
    draw = random.Random(SEED)  # noqa: S311 - a simulation, not a secret
    now = datetime.now(UTC)
    async with opened(ground) as db:
        caller = Caller(ground.shop.shop_id, "system:bench")

        async def stocking(tx: Tx) -> list[UUID]:
            places = [await _place(tx, number, now) for number in range(LOCATIONS)]
            receipts = [
                Receipt(sku, place, draw.randint(20, 60))
                for sku in ground.skus
                for place in draw.sample(places, HAVE_IT)
            ]
            await receive_stock(tx, receipts, now=now)
            return places

        await db.run(caller, stocking)
        demands = [
            (
                Demand(
                    new_id(),
                    [Want(line, sku, 1) for line, sku in enumerate(draw.sample(ground.skus, 2), 1)],
                    _village(draw.randrange(LOCATIONS)),
                    value_minor=draw.randint(50_000, 900_000),
                ),
                ClaimState.ALLOCATED,
            )
            for _ in range(ORDERS)
        ]
        began = time.perf_counter()
        answers = await db.run(caller, lambda tx: take_stock(tx, demands, now=now))
        whole = time.perf_counter() - began
        if not all(isinstance(one, Taken) for one in answers):
            raise NotAllServed(sum(not isinstance(one, Taken) for one in answers))
        return whole, _plan_alone(ground, draw)


class NotAllServed(Exception):
    """Some orders were short, so the time means nothing."""


def _plan_alone(ground: Ground, draw: random.Random) -> float:
    rows = [
        StockRow(
            StockKey(sku, UUID(int=place + 1), NIL, NIL), draw.randint(20, 60), None, 0, _village(place), 0
        )
        for sku in ground.skus
        for place in draw.sample(range(LOCATIONS), HAVE_IT)
    ]
    demands = [
        Demand(
            new_id(),
            [Want(line, sku, 1) for line, sku in enumerate(draw.sample(ground.skus, 2), 1)],
            _village(draw.randrange(LOCATIONS)),
        )
        for _ in range(ORDERS)
    ]
    began = time.perf_counter()
    serve(Pool(rows), demands)
    return time.perf_counter() - began


async def _place(tx: Tx, number: int, now: datetime) -> UUID:
    location = Location(
        shop_id=tx.shop_id,
        id=new_id(),
        code=f"G{number}",
        name=f"G{number}",
        kind=LocationKind.WAREHOUSE,
        village_code=_village(number),
        address="",
        time_zone="Asia/Jakarta",
        sells=True,
        rank=number,
        active=True,
    )
    await add_location(tx, location, now=now)
    return location.id


def _village(number: int) -> str:
    """Four places to a province, two to a city."""
    return f"{11 + number // 4}.{1 + number // 2:02d}.{number % 2 + 1:02d}.1001"


def gaps(cases: int) -> tuple[float, float]:
    """Of so many small batches: what the places cost above the optimum, as a part of it, together and at the worst.

    Solved in a process of its own: what the solver prints is not among what we answer.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_print_aside) as pool:
        return pool.submit(_gaps, cases).result()


def _print_aside() -> None:
    """From here on everything of this process that goes to standard output goes to where errors go."""
    os.dup2(2, 1)


def _gaps(cases: int) -> tuple[float, float]:
    draw = random.Random(SEED)  # noqa: S311 - a simulation, not a secret
    spent = best = 0
    worst = 0.0
    for _ in range(cases):
        rules = replace(FIRST_RULES, split_minor=draw.choice([15_000, 40_000, 100_000]))
        rows, demands = _case(draw)
        outcomes = serve(Pool([replace(row) for row in rows], rules), demands)
        served = [
            (demand, one) for demand, one in zip(demands, outcomes, strict=True) if isinstance(one, Taken)
        ]
        cost = sum(one.cost_minor for _, one in served)
        optimum = optimal_minor(rows, [demand for demand, _ in served], rules)
        spent, best = spent + cost, best + optimum
        if optimum:
            worst = max(worst, cost / optimum - 1)
    return spent / best - 1, worst


def _case(draw: random.Random) -> tuple[list[StockRow], list[Demand]]:
    """Six to ten orders that want the same few goods, of which there is hardly enough."""
    places, skus = draw.randint(3, 6), [UUID(int=900 + number) for number in range(4)]
    rows = [
        StockRow(
            StockKey(sku, UUID(int=place + 1), NIL, NIL),
            draw.randint(1, 5),
            None,
            place,
            _village(place * 3),
            0,
        )
        for place in range(places)
        for sku in skus
        if draw.random() < 0.7
    ]
    demands = [
        Demand(
            UUID(int=1_000 + number),
            [
                Want(line, sku, draw.randint(1, 3))
                for line, sku in enumerate(draw.sample(skus, draw.randint(1, 3)), 1)
            ],
            _village(draw.randrange(places) * 3),
        )
        for number in range(draw.randint(6, 10))
    ]
    return rows, demands


def optimal_minor(rows: Sequence[StockRow], demands: Sequence[Demand], rules: SourcingRules) -> int:
    """What the cheapest places for all demands together cost, solved exactly as an integer program (HiGHS)."""
    if not demands:
        return 0
    pool = Pool([replace(row) for row in rows], rules)
    places = list(dict.fromkeys(row.key.location_id for row in rows))
    lines = [(at, want.sku_id, want.quantity) for at, demand in enumerate(demands) for want in demand.wants]
    uses, units = len(demands) * len(places), len(lines) * len(places)
    cost = np.zeros(uses + units)
    for at, demand in enumerate(demands):
        for number, place in enumerate(places):
            cost[at * len(places) + number] = pool.cost_at(demand, [place]) + rules.split_minor
    free = {(row.key.location_id, row.key.sku_id): row.free for row in rows}
    constraints, low, high = [], [], []

    def limit(cells: Sequence[tuple[int, float]], least: float, most: float) -> None:
        row = np.zeros(uses + units)
        for cell, weight in cells:
            row[cell] = weight
        constraints.append(row)
        low.append(least)
        high.append(most)

    for number, (at, _, quantity) in enumerate(lines):
        cells = [uses + number * len(places) + one for one in range(len(places))]
        limit([(cell, 1.0) for cell in cells], quantity, quantity)
        for one, cell in enumerate(cells):
            limit([(cell, 1.0), (at * len(places) + one, -float(quantity))], -np.inf, 0)
    for one, place in enumerate(places):
        for sku in {sku for _, sku, _ in lines}:
            of = [
                (uses + number * len(places) + one, 1.0)
                for number, line in enumerate(lines)
                if line[1] == sku
            ]
            limit(of, 0, free.get((place, sku), 0))
    found = milp(
        cost,
        constraints=LinearConstraint(np.array(constraints), low, high),
        integrality=np.ones(uses + units),
        bounds=Bounds(0, np.concatenate([np.ones(uses), np.full(units, np.inf)])),
    )
    return round(float(found.fun)) - rules.split_minor * len(demands)
