"""Keep the headline word of orders true after an axis moved."""

from collections.abc import Collection
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders import store_progress
from orderan.orders.headlines import headline


async def refresh_headline(tx: Tx, ids: Collection[UUID]) -> None:
    """Compute the word of these locked orders anew from their axes and store those that changed.

    Call it last in a transaction that moved quantities, tasks or the commercial axis; two
    statements however many orders there are.
    """
    if not ids:
        return
    words = {
        axes.order_id: headline(axes.commercial, axes.units, axes.tasks)
        for axes in await store_progress.axes_of(tx, ids)
    }
    await store_progress.set_headlines(tx, words)
