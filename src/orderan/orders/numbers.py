"""Order numbers for people: at most ten digits, the last a check digit.

Numbers are leased in blocks, so placing an order does not wait for the counter row; a crash
leaves a gap, never a duplicate.
"""

import asyncio
from functools import partial

from orderan.kit.db import Caller, Database, Tx
from orderan.kit.text import with_check_digit

BLOCK = 200


async def take_numbers(tx: Tx, count: int) -> list[int]:
    """Numbers from the counter row itself, which stays locked until the commit."""
    last = await tx.value(
        """
        UPDATE order_counter SET next_number = next_number + %(count)s
        WHERE shop_id = %(shop)s
        RETURNING next_number
        """,
        {"shop": tx.shop_id, "count": count},
    )
    return [with_check_digit(number) for number in range(last - count, last)]


class NumberLease:
    """A process's stock of numbers for one shop."""

    def __init__(self, db: Database, shop_id: int) -> None:
        self._db = db
        self._caller = Caller(shop_id, "system:numbers")
        self._left: list[int] = []
        self._drawing = asyncio.Lock()

    async def draw(self, count: int) -> list[int]:
        """Numbers nobody else will get; called before the transaction that uses them."""
        async with self._drawing:
            if len(self._left) < count:
                wanted = max(BLOCK, count)
                block = await self._db.run(self._caller, partial(take_numbers, count=wanted))
                self._left.extend(block)
            drawn = self._left[:count]
            del self._left[:count]
            return drawn

    def give_back(self, numbers: list[int]) -> None:
        """Numbers that were drawn and not used."""
        self._left.extend(numbers)
