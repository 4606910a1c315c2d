"""Forget what was said to people who asked to be forgotten."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.notifications import store, store_deliveries, store_wishes
from orderan.notifications.models import Why


async def forget_people(tx: Tx, people: Collection[UUID], *, now: datetime) -> None:
    """Take the words out of their messages, and silence what they were still to be told."""
    await store_deliveries.forget_words(tx, people, Why.GONE, now=now)
    await store_wishes.drop_browsers(tx, people, until=now)
    await store.suppress_of(tx, people, Why.GONE, now=now)
