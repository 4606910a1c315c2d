"""Order numbers for people: at most ten digits, the last a check digit.

Numbers are leased in blocks, so placing an order does not wait for the counter row; a crash
leaves a gap, never a duplicate.
"""

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

    async def have(self, count: int) -> None:
        """Make sure `count` numbers are at hand; called before the transaction that uses them."""
        while len(self._left) < count:
            block = await self._db.run(self._caller, lambda tx: take_numbers(tx, max(BLOCK, count)))
            self._left.extend(block)

    def take(self) -> int:
        """The next number; `have` was called for it."""
        return self._left.pop(0)
