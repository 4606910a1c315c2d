"""Records of one person became one: what any of them waits for, and every browser of theirs, is the person's."""

from collections.abc import Collection
from uuid import UUID

from orderan.customers import seal_for
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.notifications import store_wishes
from orderan.notifications.commands.subscribe import TABLE


async def unite_wishes(tx: Tx, keyring: Keyring, survivor_id: UUID, merged: Collection[UUID]) -> None:
    """Give a survivor the wishes and browsers of records that were merged into it.

    Of two wishes for the same goods the older stays: the person is told once. An address of a browser is under the key
    of the record that had it, and is put under the survivor's.
    """
    await store_wishes.unite_wishes(tx, survivor_id, merged)
    browsers = await store_wishes.browsers_of(tx, merged)
    if not browsers:
        return
    mine = await seal_for(tx, keyring, survivor_id)
    theirs = {one: await seal_for(tx, keyring, one) for one in {person_id for _, person_id, _ in browsers}}
    moved = [
        (key, mine.shut(TABLE, "address", address))
        for key, person_id, sealed in browsers
        if (address := theirs[person_id].open(TABLE, "address", sealed)) is not None
    ]
    await store_wishes.give_browsers(tx, survivor_id, moved)
