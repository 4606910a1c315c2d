"""How far the worker is behind: the oldest fact that waits for its place in a shop's log."""

from datetime import datetime

from orderan.kit.db import Caller, Tx
from orderan.kit.events import waiting_since
from orderan.shops import ShopState, all_shops


async def facts_waiting_since(tx: Tx) -> datetime | None:
    """Instant of the oldest fact of any open shop that no worker has put in order; None when there is none.

    Args:
        tx: Over all shops.
    """
    found = [
        await waiting_since(Tx(tx.connection, Caller(shop.shop_id, tx.actor)))
        for shop in await all_shops(tx)
        if shop.state == ShopState.OPEN
    ]
    return min((since for since in found if since is not None), default=None)
