"""More for a holder that a location serves already."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import store
from orderan.inventory.commands.take import write_claims
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Claim, ClaimState, Demand, Want
from orderan.inventory.rules import Pool
from orderan.kit.db import Tx


async def take_more(
    tx: Tx, holder_id: UUID, wants: Sequence[Want], *, at: UUID, now: datetime
) -> list[Claim]:
    """Allocate more at a location for a holder it serves already; only what is there, and no further order is counted.

    The caller has locked the holder's own row.

    Raises:
        StockShort: It has not all of it; nothing was taken.
    """
    pool = Pool(await store.lock_sellable(tx, {want.sku_id for want in wants}, now=now))
    outcome = pool.take(Demand(holder_id, wants, only_at=at, beyond_stock=False))
    if isinstance(outcome, tuple):
        raise StockShort(outcome)
    async with tx.together():
        await write_claims(tx, outcome.claims, ClaimState.ALLOCATED, now=now)
    return list(outcome.claims)
