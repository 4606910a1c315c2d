"""Gathering: requests that arrive while a batch is being placed become the next batch.

A lone request goes at once and waits for nobody. Under load the batches in flight are the clock:
what came meanwhile shares one transaction, one lock round and one commit. Two are in flight, so
that one is put together while the database works on the other. Each request keeps its own answer,
idempotency key and refusal; one that fails never hinders the others.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from orderan.access import NotSignedIn, Principal, key_still_stands
from orderan.flows.place_order import Placed, Placement, place_orders
from orderan.kit import runner, telemetry
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx, connection_lost
from orderan.kit.errors import Refusal
from orderan.kit.runner import Answer, Key, KeyReused
from orderan.orders import NumberLease
from orderan.shops import Shop, shop_by_id

MOST = 256
"""Placements in one transaction at most: locks are held for tens of milliseconds, not longer."""

RETRIES = 5

_sizes = telemetry.histogram(
    "placement_batch_size", "Orders gathered into one transaction", bounds=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)

ToAnswer = Callable[[Placed | Refusal], Answer]


@dataclass(slots=True)
class _Waiting:
    principal: Principal
    key: Key
    placement: Placement
    to_answer: ToAnswer
    request_id: str | None
    done: "asyncio.Future[Answer]"


@dataclass
class _Lane:
    """One shop's queue."""

    lease: NumberLease
    queue: list[_Waiting] = field(default_factory=list)
    running: int = 0


class Gatherer:
    """Places orders of concurrent requests together, per shop."""

    def __init__(self, db: Database, keyring: Keyring, clock: Clock, *, at_once: int = 2) -> None:
        self._db = db
        self._keyring = keyring
        self._clock = clock
        self._at_once = at_once
        self._lanes: dict[int, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def place(
        self,
        principal: Principal,
        key: Key,
        placement: Placement,
        to_answer: ToAnswer,
        *,
        request_id: str | None,
    ) -> Answer:
        """Place one order together with whatever else is waiting.

        Args:
            to_answer: Makes the answer of an outcome; it is kept under the key.

        Raises:
            KeyReused: The key came with another request before.
            NotSignedIn: The API key was revoked meanwhile.
        """
        lane = self._lane(principal.shop_id)
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        lane.queue.append(_Waiting(principal, key, placement, to_answer, request_id, done))
        self._start(principal.shop_id, lane)
        return await done

    async def place_batch(
        self,
        principal: Principal,
        key: Key,
        rows: list[Placement | Refusal],
        to_answer: Callable[[list[Placed | Refusal]], Answer],
        *,
        request_id: str | None,
    ) -> Answer:
        """Place many orders of one request in one transaction under one key.

        Args:
            rows: Placements, or the refusal of a row that cannot even be tried.

        Raises:
            KeyReused: The key came with another request before.
            NotSignedIn: The API key was revoked meanwhile.
        """
        lane = self._lane(principal.shop_id)

        async def attempt(numbers: Numbers) -> list[Answer | Refusal]:
            return await self._db.run(principal.caller(request_id), lambda tx: work(tx, numbers))

        async def work(tx: Tx, numbers: Numbers) -> list[Answer | Refusal]:
            numbers.start_over()
            if principal.key_id and not await key_still_stands(tx, [principal.key_id]):
                return [NotSignedIn()]
            if earlier := (await runner.remembered(tx, [key])).get((key.scope, key.text)):
                return [earlier]
            shop = await shop_by_id(tx, tx.shop_id)
            placements = [row for row in rows if isinstance(row, Placement)]
            now = self._clock.now()
            outcomes = iter(
                await place_orders(
                    tx,
                    shop,
                    placements,
                    keyring=self._keyring,
                    next_number=numbers.take,
                    within=principal.channel_ids,
                    now=now,
                )
            )
            answer = to_answer([next(outcomes) if isinstance(row, Placement) else row for row in rows])
            await runner.remember(tx, [(key, answer)], now=now)
            return [answer]

        [outcome] = await with_numbers(lane.lease, len(rows), attempt)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def _lane(self, shop_id: int) -> _Lane:
        lane = self._lanes.get(shop_id)
        if lane is None:
            lane = self._lanes[shop_id] = _Lane(NumberLease(self._db, shop_id))
        return lane

    def _start(self, shop_id: int, lane: _Lane) -> None:
        if lane.queue and lane.running < self._at_once:
            batch, lane.queue = _distinct(lane.queue)
            lane.running += 1
            task = asyncio.create_task(self._run(shop_id, lane, batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run(self, shop_id: int, lane: _Lane, batch: list[_Waiting]) -> None:
        _sizes.observe(len(batch))
        try:
            for waiting, outcome in zip(batch, await self._outcomes(shop_id, lane, batch), strict=True):
                if waiting.done.done():
                    continue
                if isinstance(outcome, Answer):
                    waiting.done.set_result(outcome)
                else:
                    waiting.done.set_exception(outcome)
        finally:
            lane.running -= 1
            self._start(shop_id, lane)

    async def _outcomes(self, shop_id: int, lane: _Lane, batch: list[_Waiting]) -> list[Answer | Exception]:
        """An outcome for every waiter, so that none is left hanging.

        A fault in the middle of a batch is one request's, or everybody's. The requests are run again
        alone: what nobody foresaw in one of them is told to that one only.
        """
        try:
            return list(await self._commit(shop_id, lane, batch))
        except Exception as fault:  # noqa: BLE001 - told to whom it belongs
            if len(batch) == 1 or connection_lost(fault):
                return [fault] * len(batch)
        alone: list[Answer | Exception] = []
        for waiting in batch:
            alone += await self._outcomes(shop_id, lane, [waiting])
        return alone

    async def _commit(self, shop_id: int, lane: _Lane, batch: list[_Waiting]) -> list[Answer | Refusal]:
        caller = Caller(shop_id, batch[0].principal.actor, batch[0].request_id)

        async def attempt(numbers: "Numbers") -> list[Answer | Refusal]:
            async def work(tx: Tx) -> list[Answer | Refusal]:
                numbers.start_over()
                return await _place(tx, batch, self._keyring, numbers.take, now=self._clock.now())

            return await self._db.run(caller, work)

        return await with_numbers(lane.lease, len(batch), attempt)


class Numbers:
    """Drawn numbers, taken anew on every attempt of a transaction."""

    def __init__(self, drawn: list[int]) -> None:
        self._drawn = drawn
        self._used = 0

    def start_over(self) -> None:
        self._used = 0

    def take(self) -> int:
        self._used += 1
        return self._drawn[self._used - 1]

    @property
    def unused(self) -> list[int]:
        return self._drawn[self._used :]


async def with_numbers(
    lease: NumberLease, count: int, attempt: Callable[[Numbers], Awaitable[list[Answer | Refusal]]]
) -> list[Answer | Refusal]:
    """Run a batch with order numbers at hand, again when somebody committed one of its keys first."""
    numbers = Numbers(await lease.draw(count))
    outcomes = await again_when_overtaken(lambda: attempt(numbers))
    lease.give_back(numbers.unused)
    return outcomes


OVERTAKEN = frozenset({"answer_pkey", "sales_order_external_once", "sales_order_cart_once"})
"""Unique keys two batches may race for; any other violation is a bug and is raised."""


async def again_when_overtaken(
    attempt: Callable[[], Awaitable[list[Answer | Refusal]]],
) -> list[Answer | Refusal]:
    """Run a batch again when somebody committed one of its keys, ids or carts first."""
    for _ in range(RETRIES - 1):
        try:
            return await attempt()
        except psycopg.errors.UniqueViolation as fault:
            if fault.diag.constraint_name not in OVERTAKEN:
                raise
    return await attempt()


def _distinct(queue: list[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """The next batch and the rest: repeats of a key, an external id or a cart wait for the first one's answer.

    A batch also has one actor, whose name stands on its rows.
    """
    batch: list[_Waiting] = []
    rest: list[_Waiting] = []
    taken: set[tuple[str, ...]] = set()
    for waiting in queue:
        names = _names(waiting)
        if len(batch) < MOST and not names & taken and waiting.principal.actor == queue[0].principal.actor:
            batch.append(waiting)
            taken |= names
        else:
            rest.append(waiting)
    return batch, rest


def _names(waiting: _Waiting) -> set[tuple[str, ...]]:
    names: set[tuple[str, ...]] = {("key", waiting.key.scope, waiting.key.text)}
    if waiting.placement.external_id:
        names.add(("external", waiting.placement.channel, waiting.placement.external_id))
    if waiting.placement.cart_id:
        names.add(("cart", waiting.placement.cart_id))
    return names


async def _place(
    tx: Tx, batch: list[_Waiting], keyring: Keyring, next_number: Callable[[], int], *, now: datetime
) -> list[Answer | Refusal]:
    answers: dict[int, Answer | Refusal] = {}
    if (key_id := batch[0].principal.key_id) and not await key_still_stands(tx, [key_id]):
        return [NotSignedIn() for _ in batch]
    earlier = await runner.remembered(tx, [waiting.key for waiting in batch])
    for index, waiting in enumerate(batch):
        if found := earlier.get((waiting.key.scope, waiting.key.text)):
            answers[index] = found
    fresh = [index for index in range(len(batch)) if index not in answers]
    if fresh:
        shop: Shop = await shop_by_id(tx, tx.shop_id)
        outcomes = await place_orders(
            tx,
            shop,
            [batch[index].placement for index in fresh],
            keyring=keyring,
            next_number=next_number,
            within=batch[0].principal.channel_ids,
            now=now,
        )
        made = [
            (index, batch[index].to_answer(outcome)) for index, outcome in zip(fresh, outcomes, strict=True)
        ]
        await runner.remember(tx, [(batch[index].key, answer) for index, answer in made], now=now)
        answers |= made
    return [answers[index] for index in range(len(batch))]


__all__ = ["Gatherer", "KeyReused"]
