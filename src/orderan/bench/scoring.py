"""What scoring adds to placement: the statements and the thinking that a shop without it would not have.

A batch of twenty placements is scored, its scores and decisions are written, and all of it is undone; before that
the shop took some thousands of COD orders, so that there is something to look up.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import uvloop

from orderan.bench.ground import Ground, keyring, know_sizes, opened, prepared, server
from orderan.bench.months import BATCH, Months, midnight_after
from orderan.bench.neighbours import Neighbourhood, Person
from orderan.flows.score_orders import Asked, keep, weigh
from orderan.kit import decisions
from orderan.kit.clock import SetClock
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.orders import Terms
from orderan.shops import Channel, list_channels

HISTORY: Final = 5_000
PLACEMENTS: Final = 10_000
AT_A_TIME: Final = 20
AMOUNT_MINOR: Final = 10_000


class _Undone(Exception):
    """What was measured is not kept."""


def measure(
    *,
    placements: int = PLACEMENTS,
    history: int = HISTORY,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _text: None,
) -> list[float]:
    """Milliseconds that scoring added to each batch, on a throw-away server."""
    with server() as url:
        ground = prepared(url, skus=2, units=1_000_000_000)
        return uvloop.run(_measure(ground, placements, history, seed, tell))


async def _measure(
    ground: Ground, placements: int, history: int, seed: int, tell: Callable[[str], None]
) -> list[float]:
    people = Neighbourhood(seed)
    async with opened(ground) as db:
        months = Months(ground, db, SetClock(midnight_after(datetime.now(UTC))), people)
        for at in range(0, history, BATCH):
            await months.place([one for _, one in people.day(months.clock.at, min(BATCH, history - at))])
        know_sizes(ground.url)
        tell(f"scoring {placements} placements after {history} orders")
        [channel] = await db.run(months.caller, list_channels)
        took: list[float] = []
        for _ in range(0, placements, AT_A_TIME):
            some = [one for _, one in people.day(months.clock.at, AT_A_TIME)]
            try:
                await db.run(
                    months.caller,
                    lambda tx, some=some: _scored(  # type: ignore[misc]
                        tx, ground, channel, some, took, now=months.clock.at
                    ),
                )
            except _Undone:
                continue
        return took


async def _scored(
    tx: Tx, ground: Ground, channel: Channel, people: Sequence[Person], took: list[float], *, now: datetime
) -> None:
    asked = [
        Asked(new_id(), channel, Terms.COD, AMOUNT_MINOR, one.buyer, one.origin, is_customer=False)
        for one in people
    ]
    began = time.perf_counter()
    scores, _ = await weigh(tx, ground.shop, asked, keyring=keyring(), now=now)
    await decisions.keep(tx, await keep(tx, list(scores.values())), now=now)
    took.append((time.perf_counter() - began) * 1_000)
    raise _Undone
