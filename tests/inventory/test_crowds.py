"""Many buyers, few units: exactly what there is is sold, and everybody else is told so."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from conftest import ShopFloor
from given import World, a_shop, asked
from orderan.flows.place_order import Placed, Placement, place_orders
from orderan.inventory import Shortfall, StockShort
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.orders import Terms
from orderan.orders.numbers import take_numbers

pytestmark = pytest.mark.anyio


async def a_crowd(
    world: World, keyring: Keyring, placements: Sequence[Placement], *, at_once: int, now: datetime
) -> list[Placed | Refusal]:
    """Every placement in a transaction of its own, so many of them at the same time."""
    floor = world.floor
    # Taken beforehand: the counter row's lock would make the buyers stand in line outside.
    numbers = iter(await floor.run(lambda tx: take_numbers(tx, len(placements))))
    doors = asyncio.Semaphore(at_once)

    async def buyer(placement: Placement) -> Placed | Refusal:
        async def command(tx: Tx) -> list[Placed | Refusal]:
            return await place_orders(
                tx, floor.shop, [placement], keyring=keyring, next_number=lambda: next(numbers), now=now
            )

        async with doors:
            [answer] = await floor.run(command)
        return answer  # type: ignore[no-any-return]

    return await asyncio.gather(*(buyer(placement) for placement in placements))


def placed_and_short(answers: Sequence[Placed | Refusal]) -> tuple[int, int]:
    return (
        sum(isinstance(answer, Placed) for answer in answers),
        sum(isinstance(answer, StockShort) for answer in answers),
    )


async def test_of_200_buyers_of_one_unit_one_gets_it_and_199_are_told(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1})

    answers = await a_crowd(world, keyring, [asked(("kopi", 1))] * 200, at_once=64, now=now)

    assert placed_and_short(answers) == (1, 199)
    told = {answer.shortfalls for answer in answers if isinstance(answer, StockShort)}
    assert told == {(Shortfall(world.skus["kopi"], 1, 0),)}
    assert await world.stock("kopi") == (1, 1, 0)
    assert await floor.value("SELECT count(*) FROM sales_order") == 1


async def test_two_lines_of_one_sku_ask_for_their_sum(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 10})

    answers = await a_crowd(world, keyring, [asked(("kopi", 2), ("kopi", 1))] * 20, at_once=20, now=now)

    assert placed_and_short(answers) == (3, 17)
    assert await world.stock("kopi") == (10, 9, 0)


async def test_bundles_that_share_a_part_compete_for_it_with_each_other_and_with_the_part_itself(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(
        floor,
        now,
        stock={"kopi": 12, "gula": 100, "susu": 100},
        bundles={"manis": {"kopi": 1, "gula": 1}, "putih": {"kopi": 2, "susu": 1}},
    )
    # Four units of kopi each: one alone, one in "manis", two in "putih".
    wanted = [asked(("kopi", 1), ("manis", 1), ("putih", 1), terms=Terms.COD)] * 12

    answers = await a_crowd(world, keyring, wanted, at_once=12, now=now)

    assert placed_and_short(answers) == (3, 9)
    assert await world.stock("kopi") == (12, 0, 12)
    assert await world.stock("gula") == (100, 0, 3)
    assert await world.stock("susu") == (100, 0, 3)


@pytest.mark.slow
async def test_of_1000_buyers_for_100_units_at_64_at_once_exactly_100_are_served(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 100})

    answers = await a_crowd(world, keyring, [asked(("kopi", 1))] * 1_000, at_once=64, now=now)

    assert placed_and_short(answers) == (100, 900)
    assert await world.stock("kopi") == (100, 100, 0)
    assert await floor.value("SELECT count(DISTINCT number) FROM sales_order") == 100
    assert await floor.value("SELECT sum(quantity)::int FROM claim") == 100
