"""Forget what people wrote about orders of somebody who was erased.

Lines, amounts, states and moments stay; the words go, because nobody can say what stands in them.
"""

from collections.abc import Collection
from uuid import UUID

from orderan.kit import decisions, events
from orderan.kit.db import Tx
from orderan.kit.text import GONE
from orderan.orders import store_notes
from orderan.orders.events import OrderTagged


async def forget_words(tx: Tx, orders: Collection[UUID]) -> None:
    """Empty notes, reasons and tags of orders, in their versions and facts too, and where they went."""
    await store_notes.empty_words(tx, orders, GONE)
    await events.forget_words(tx, orders, {OrderTagged.kind: ("added", "removed")})
    await decisions.forget_inputs(tx, orders, ["village_code"])
