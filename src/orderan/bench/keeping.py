"""Weeks of a shop with three warehouses (weeks.py): units in are units out.

The book (booked.py) against what really lies where (hall.py), for every sku, lot and owner at every place:

units_unexplained   units by which book and floor differ, or that came and neither are there nor left nor were
                    written off
double_picks        units taken for an order line beyond what it wants, or that the book has and no hand took
keeping_findings    what `orderan audit` finds
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from orderan.auditor import audit
from orderan.bench.booked import Booked, Written, booked, picked, written
from orderan.bench.ground import know_sizes
from orderan.bench.wares import three_warehouses
from orderan.bench.weeks import ACTOR, BEGAN, Weeks, work
from orderan.inventory import StockKey, find_or_make_lots
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.ids import NIL, new_id
from orderan.kit.migrations import migrate
from orderan.kit.postgres import ephemeral
from orderan.shops import open_shop

SEED: Final = 20_261_130


@dataclass(frozen=True, slots=True)
class Kept:
    """What weeks came to.

    Attributes:
        did: What people did, and what was refused to them.
    """

    units_unexplained: int
    double_picks: int
    findings: int
    orders: int
    units: int
    did: dict[str, int]


def keep_shop(*, weeks: int, orders: int, seed: int = SEED) -> Kept:
    """Weeks of a shop on a throw-away server of its own."""
    with ephemeral() as running:
        migrate(running.url)
        return asyncio.run(_keep(running.url, weeks, orders, seed))


async def _keep(url: str, weeks: int, orders: int, seed: int) -> Kept:
    db = Database(url, min_size=1, max_size=6)
    await db.open()
    try:
        shop = await db.run(
            Caller(ALL_SHOPS, ACTOR), lambda tx: open_shop(tx, code="weeks", name="Weeks", now=BEGAN)
        )
        caller = Caller(shop.shop_id, ACTOR)
        floor = await db.run(caller, lambda tx: three_warehouses(tx, now=BEGAN))
        goods = await db.run(caller, lambda tx: _goods(tx, floor.skus))
        weeks_of = Weeks(db, caller, shop, random.Random(seed), floor.bins, goods)  # noqa: S311 - a simulation
        await asyncio.to_thread(know_sizes, url)
        await weeks_of.go_by(weeks, orders)
        return await counted(weeks_of, url)
    finally:
        await db.close()


async def counted(weeks: Weeks, url: str) -> Kept:
    """The book against the floor, and what came against what is there and what left."""
    floor, sent = weeks.hall.inside(), weeks.hall.sent()
    ledger = await weeks.run(written)
    book: dict[StockKey, Booked] = {}
    for place in weeks.places:
        book |= await weeks.run(work(booked, place))
    unexplained = 0
    for key in {*floor, *book, *ledger, *weeks.hall.came}:
        there, told = book.get(key, Booked()).there, ledger.get(key, Written())
        unexplained += abs(there - floor[key])
        unexplained += abs(told.received - there - told.sent - told.lost)
        unexplained += abs(told.received - weeks.hall.came[key]) + abs(told.sent - sent[key])
    double = 0
    for one in await weeks.run(picked):
        held = weeks.hall.hands[one.task_id, one.key] + weeks.hall.out[one.task_id, one.key]
        double += one.over + (0 if one.task_id in weeks.hall.unpacked else abs(one.units - held))
    report = await asyncio.to_thread(audit, url, now=weeks.now)
    return Kept(
        unexplained,
        double,
        sum(verdict.found for verdict in report.verdicts),
        weeks.orders,
        sum(weeks.hall.came.values()),
        dict(sorted(weeks.did.items())),
    )


async def _goods(tx: Tx, skus: Sequence[tuple[UUID, str, bool]]) -> list[tuple[UUID, str, UUID, UUID]]:
    """(sku, its code, owner, lot) of everything a lorry brings."""
    merchant = new_id()
    dated = [(sku, f"L{turn}", date(2027, 1 + turn, 1)) for sku, _, lots in skus if lots for turn in range(2)]
    lots = await find_or_make_lots(tx, dated, now=BEGAN)
    made = []
    for turn, (sku, code, tracked) in enumerate(skus):
        owners = [NIL, merchant] if turn % 3 == 0 else [NIL]
        of_sku = [lot.id for (one, _), lot in lots.items() if one == sku] if tracked else [NIL]
        made += [(sku, code, owner, lot) for owner in owners for lot in of_sku]
    return made
