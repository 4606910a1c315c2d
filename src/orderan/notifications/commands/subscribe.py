"""A browser is to be told, or told no more."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.customers import seal_for
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.notifications import store_wishes

TABLE: Final = "push_subscription"
MOST_BROWSERS: Final = 20
"""Of one person; whoever subscribes more of them loses the oldest."""


async def subscribe_browser(
    tx: Tx, keyring: Keyring, person_id: UUID, address: Mapping[str, object], *, now: datetime
) -> None:
    """Tell a person on a browser from now on; the same browser again changes nothing.

    Args:
        address: What the browser gave: `endpoint` and `keys`.

    Raises:
        UnknownCustomer, CustomerNotActive: There is nobody to be told.
    """
    seal = await seal_for(tx, keyring, person_id)
    key = _key(tx, keyring, address)
    sealed = seal.shut(TABLE, "address", json.dumps(dict(address)))
    await store_wishes.keep_browser(tx, key, person_id, sealed, now=now)
    await store_wishes.keep_newest_browsers(tx, person_id, most=MOST_BROWSERS)


async def forget_browsers(tx: Tx, keyring: Keyring, addresses: Collection[str], *, until: datetime) -> None:
    """Tell these browsers nothing more; one that was subscribed again after a moment stays.

    Args:
        addresses: As they were sealed.
    """
    keys = [_key(tx, keyring, json.loads(address)) for address in addresses]
    await store_wishes.drop_browsers_named(tx, keys, until=until)


def _key(tx: Tx, keyring: Keyring, address: Mapping[str, object]) -> bytes:
    return keyring.blind(tx.shop_id, "push", str(address["endpoint"]))
