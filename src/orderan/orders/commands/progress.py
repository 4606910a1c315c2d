"""Follow the goods: how far the units of a line are, as the warehouse and the couriers say."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import store_progress
from orderan.orders.events import OrderDelivered
from orderan.orders.models import Progress


async def advance_lines(tx: Tx, progress: Sequence[Progress], *, now: datetime) -> None:
    """Set how far the lines of locked orders are; an order with every unit delivered is noted as such."""
    if not progress:
        return
    await store_progress.set_progress(tx, progress)
    numbers = await store_progress.note_delivered(tx, {line.order_id for line in progress}, now=now)
    facts = [Fact(order_id, OrderDelivered(number)) for order_id, number in numbers]
    await record_all(tx, facts, now=now)


async def count_returned(tx: Tx, units: Collection[tuple[UUID, int, int]]) -> None:
    """Add units that came back: (order, line, units), of locked orders.

    Raises:
        psycopg.errors.CheckViolation: More came back than was shipped.
    """
    await store_progress.add_returned(tx, units)
