"""Postcodes by village in memory, so that an order's address is checked without asking the database."""

import time
from collections.abc import Mapping
from typing import Final

from orderan.customers import postcodes_by_village
from orderan.kit.db import ALL_SHOPS, Caller, Database

READ_EVERY_S: Final = 600.0
READING: Final = Caller(ALL_SHOPS, "system:postcodes")


class PostcodeMemory:
    """The installation's list of postcodes; empty where none was loaded.

    A list loaded while this process runs is heeded within ten minutes.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: Mapping[str, str] = {}
        self._until = float("-inf")

    async def by_village(self) -> Mapping[str, str]:
        """The list. Whoever comes while it is read is given the one before."""
        if self._until <= time.monotonic():
            self._until = time.monotonic() + READ_EVERY_S
            async with self._db.transaction(READING) as tx:
                self._known = await postcodes_by_village(tx)
        return self._known
