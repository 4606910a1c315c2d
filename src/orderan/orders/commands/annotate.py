"""Write on orders what people want to remember: notes and tags."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.text import folded
from orderan.orders import store_notes
from orderan.orders.errors import EmptyNote, TagUnusable
from orderan.orders.events import OrderTagged
from orderan.orders.models import Order

LONGEST_TAG = 40
LONGEST_NOTE = 4_000


async def add_note(tx: Tx, order_id: UUID, body: str, *, now: datetime) -> UUID:
    """Write a note.

    Raises:
        EmptyNote: Nothing was written, or more than 4,000 characters.
    """
    text = body.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise EmptyNote(LONGEST_NOTE)
    return await store_notes.insert_note(tx, order_id, text, now=now)


def clean_tag(typed: str) -> str:
    """A tag as it is kept: lower case, single spaces.

    Raises:
        TagUnusable: Empty or longer than 40 characters.
    """
    tag = folded(typed).replace(",", " ").strip()
    if not tag or len(tag) > LONGEST_TAG:
        raise TagUnusable(typed)
    return tag


async def tag_orders(
    tx: Tx,
    orders: Sequence[Order],
    *,
    add: Collection[str] = (),
    remove: Collection[str] = (),
    now: datetime,
) -> None:
    """Put tags on locked orders and take tags off; what was so already is no change.

    Raises:
        TagUnusable: A tag is empty or too long.
    """
    ids = sorted(order.id for order in orders)
    added: dict[UUID, list[str]] = defaultdict(list)
    removed: dict[UUID, list[str]] = defaultdict(list)
    if add:
        for order_id, tag in await store_notes.add_tags(tx, ids, sorted({clean_tag(tag) for tag in add})):
            added[order_id].append(tag)
    if remove:
        for order_id, tag in await store_notes.remove_tags(
            tx, ids, sorted({clean_tag(tag) for tag in remove})
        ):
            removed[order_id].append(tag)
    facts = [
        Fact(order.id, OrderTagged(order.number, tuple(added[order.id]), tuple(removed[order.id])))
        for order in orders
        if added[order.id] or removed[order.id]
    ]
    await record_all(tx, facts, now=now)
