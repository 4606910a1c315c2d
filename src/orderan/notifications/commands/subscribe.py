"""A browser is to be told, or told no more."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.customers import seal_for
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.notifications import store_wishes

TABLE: Final = "push_subscription"


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
    key = keyring.blind(tx.shop_id, "push", str(address["endpoint"]))
    sealed = seal.shut(TABLE, "address", json.dumps(dict(address)))
    await store_wishes.keep_browser(tx, key, person_id, sealed, now=now)
