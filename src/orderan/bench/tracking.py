"""Couriers' letters: how many a second are taken, and whether parcels come to stand where they are.

tracking_events_per_s   64 connections to a web process; each letter looked at, kept in a durable database, answered
tracking_p99_ms         the slowest of a hundred
tracking_wrong          parcels that do not stand where their courier has them once everything was heard, and forged
                        letters that were not refused
tracking_behind_s       after the last letter, until the worker has heard everything

Every parcel is fetched, carried, taken out and delivered; one in eight comes back instead. Letters come out of order,
one in ten twice, and then all of them again for as long as there is time; one in twenty is forged, and says of somebody's
parcel that it is lost.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import uvloop

from orderan.bench import load
from orderan.bench.ground import Ground, bare_server, grown_up, keyring, know_sizes, prepared, web, worker
from orderan.couriers import fields_of
from orderan.flows.courier_letters import news_address
from orderan.flows.hand_over import hand_over_many
from orderan.flows.pay_links import PayLinks
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.settle_payment import settle_payments
from orderan.fulfilment import Box
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.migrations import migrate
from orderan.kit.postgres.processes import wait_until
from orderan.orders import take_numbers
from orderan.payments import MoneyEvent, MoneyKind
from orderan.sandbox.couriers.biteship import BiteshipSimulator
from orderan.sandbox.couriers.models import SimParcel, Stage
from orderan.sandbox.keys import COURIERS
from orderan.sandbox.models import Letter
from orderan.shipping import open_courier_account

CONNECTIONS: Final = 64
SECONDS: Final = 8.0
PARCELS: Final = 1_500
BATCH: Final = 100
PATIENCE_S: Final = 180.0
SEED: Final = 20_261_130
WINDOW: Final = 40
"""Letters among which the order is anybody's guess."""
ROAD: Final = (Stage.PICKED, Stage.TRANSIT, Stage.OUT, Stage.DELIVERED)
WAY_BACK: Final = (Stage.PICKED, Stage.TRANSIT, Stage.RETURNING, Stage.RETURNED)


@dataclass(frozen=True)
class Tracked:
    """What one run measured."""

    tracking_events_per_s: float
    tracking_p99_ms: float
    tracking_wrong: int
    tracking_behind_s: float


class NotTaken(Exception):
    """A letter was answered neither as kept nor as forged, so the rate means nothing."""


class NotHeard(Exception):
    """Letters still wait long after the last one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter as it is posted.

    Attributes:
        awb: Whose it is; None of a forged one.
    """

    awb: str | None
    request: bytes


def measure_tracking(
    *,
    seconds: float = SECONDS,
    parcels: int = PARCELS,
    connections: int = CONNECTIONS,
    tell: Callable[[str], None] = lambda _text: None,
) -> Tracked:
    """Run it on a throw-away server; what it made is gone afterwards."""
    with bare_server() as running:
        migrate(running.url)
        ground = prepared(running.url, skus=4, units=1_000_000)
        tell(f"tracking: {parcels} parcels leave")
        account, awbs = asyncio.run(_on_the_road(ground, parcels))
        know_sizes(running.url)
        grown_up(running)
        letters, ends = _letters(ground, account, awbs)
        with worker(running.url), web(running.url) as site:
            return _measure(ground, site.port, letters, ends, seconds, connections, tell)


def _measure(
    ground: Ground,
    port: int,
    letters: Sequence[Sent],
    ends: dict[str, str],
    seconds: float,
    connections: int,
    tell: Callable[[str], None],
) -> Tracked:
    tell("tracking: letters, as many as are taken")
    posted = 0

    def requests() -> Iterator[bytes]:
        nonlocal posted
        for one in cycle(letters):
            posted += 1
            yield one.request

    outcome = uvloop.run(load.closed("127.0.0.1", port, requests(), connections=connections, seconds=seconds))
    if set(outcome.statuses) - {200, 403}:
        raise NotTaken(str(outcome.statuses))
    ended = time.perf_counter()
    if not wait_until(lambda: _heard(ground), PATIENCE_S):
        raise NotHeard(f"after {PATIENCE_S:.0f} s")
    behind = time.perf_counter() - ended
    told = list(letters[:posted]) if posted < len(letters) else list(letters)
    rest = {one.awb for one in letters[len(told) :]}
    forged = sum(one.awb is None for turn, one in zip(range(posted), cycle(letters), strict=False))
    stands = _stands(ground)
    wrong = sum(stands[awb] != ends[awb] for awb in ends if awb not in rest)
    return Tracked(
        tracking_events_per_s=round(outcome.per_second, 1),
        tracking_p99_ms=outcome.percentile_ms(0.99),
        tracking_wrong=wrong + abs(forged - outcome.statuses.get(403, 0)),
        tracking_behind_s=round(behind, 2),
    )


def _heard(ground: Ground) -> bool:
    [row] = _asked(ground, "SELECT NOT EXISTS (SELECT FROM courier_notice WHERE heard_at IS NULL)")
    return bool(row[0])


def _stands(ground: Ground) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in _asked(ground, "SELECT awb, state FROM parcel")}


def _asked(ground: Ground, statement: str) -> list[Any]:
    with psycopg.connect(ground.url) as connection:
        connection.execute("SET orderan.shop = '0'")
        return connection.execute(statement.encode()).fetchall()


def _letters(ground: Ground, account: UUID, awbs: Sequence[str]) -> tuple[list[Sent], dict[str, str]]:
    """What the courier writes, as it comes; where each parcel ends."""
    draw = random.Random(SEED)  # noqa: S311 - a simulation, not a secret
    there = BiteshipSimulator(COURIERS["biteship"])
    hook = COURIERS["biteship"].get("hook_token", "")
    address = news_address(PayLinks("http://127.0.0.1", keyring()), ground.shop.shop_id, account, hook)
    there.registered_at(address)
    made: list[Sent] = []
    ends = {}
    began = datetime.now(UTC)
    for awb in awbs:
        road = WAY_BACK if draw.random() < 0.125 else ROAD
        ends[awb] = "returned" if road is WAY_BACK else "delivered"
        parcel = _parcel(awb, began)
        for hour, stage in enumerate(road, 1):
            parcel.happen(stage, at=began + timedelta(minutes=hour))
            [letter] = there.news(parcel)
            made += [Sent(awb, _request(letter))] * (2 if draw.random() < 0.1 else 1)
        if draw.random() < 0.2:
            lost = _parcel(awb, began)
            lost.happen(Stage.LOST, at=began + timedelta(hours=1))
            [letter] = there.news(lost)
            made.append(Sent(None, _request(there.forged(letter))))
    mixed: list[Sent] = []
    for turn in range(0, len(made), WINDOW):
        window = made[turn : turn + WINDOW]
        draw.shuffle(window)
        mixed += window
    return mixed, ends


def _parcel(awb: str, at: datetime) -> SimParcel:
    return SimParcel("biteship", f"bs-{awb}", f"key-{awb}", "jne", "reg", awb, 11_000, 0, at)


def _request(letter: Letter) -> bytes:
    url = urlsplit(letter.url)
    path = f"{url.path}?{url.query}" if url.query else url.path
    heads = "".join(f"{name}: {value}\r\n" for name, value in letter.headers.items())
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{heads}content-length: {len(letter.body)}\r\n\r\n"
    return head.encode() + letter.body


async def _on_the_road(ground: Ground, parcels: int) -> tuple[UUID, list[str]]:
    """Parcels of a courier that writes; its account and their numbers."""
    db = Database(ground.url, min_size=1, max_size=2)
    await db.open()
    caller = Caller(ground.shop.shop_id, "system:bench")
    awbs: list[str] = []
    try:
        account = await db.run(caller, _account)
        while len(awbs) < parcels:
            numbers = [f"CGK{len(awbs) + turn:010d}" for turn in range(min(BATCH, parcels - len(awbs)))]
            await db.run(caller, partial(_leave, ground=ground, awbs=numbers))
            awbs += numbers
    finally:
        await db.close()
    return account, awbs


async def _account(tx: Tx) -> UUID:
    defaults = {one.name: one.default for one in fields_of("biteship") if one.default is not None}
    account = await open_courier_account(
        tx,
        keyring(),
        provider="biteship",
        name="Biteship",
        base_url="http://127.0.0.1:1",
        fields={**defaults, **COURIERS["biteship"]},
        now=datetime.now(UTC),
    )
    return account.id


async def _leave(tx: Tx, *, ground: Ground, awbs: Sequence[str]) -> None:
    """An order for each of these numbers, paid, picked, packed and handed over."""
    now = datetime.now(UTC)
    numbers = iter(await take_numbers(tx, len(awbs)))
    placements = [Placement(channel="web", lines=[PlacementLine("K0", 1)]) for _ in awbs]
    placed = await place_orders(
        tx, ground.shop, placements, keyring=keyring(), next_number=lambda: next(numbers), now=now
    )
    orders = [one.order for one in placed if isinstance(one, Placed)]
    paid = [
        MoneyEvent(
            one.id, MoneyKind.CAPTURED, "bank_transfer", one.total_minor, one.currency, f"bank:{one.number}"
        )
        for one in orders
    ]
    await settle_payments(tx, paid, now=now)
    rows = await tx.all(
        "SELECT id FROM task WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) ORDER BY id",
        {"shop": tx.shop_id, "orders": [one.id for one in orders]},
    )
    tasks = [row.id for row in rows]
    await release_tasks(tx, tasks, now=now)
    await start_picking(tx, tasks, now=now)
    await finish_tasks(tx, tasks, take_all=True, now=now)
    await pack(tx, tasks, now=now)
    await hand_over_many(
        tx, [(task, Box("jne", awb)) for task, awb in zip(tasks, awbs, strict=True)], now=now
    )
