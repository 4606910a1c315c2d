"""What came in, or came back from a picker, goes into a bin.

in one transaction   the stock rows are locked, what pickers hold is left out, units go into bins
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.fulfilment import in_hand
from orderan.inventory import PutAway, lock_rows, put_away
from orderan.kit.db import Tx


async def put_away_goods(tx: Tx, location_id: UUID, puts: Sequence[PutAway], *, now: datetime) -> None:
    """Put units of the floor of a location into its bins; all of them or none.

    Raises:
        UnknownBin, BinBlocked: Of any of them.
        NothingToPutAway: More than lies on the floor; what was picked and has not left lies there no more.
    """
    await lock_rows(tx, {put.key for put in puts})
    await put_away(tx, puts, in_hand=await in_hand(tx, location_id), now=now)
