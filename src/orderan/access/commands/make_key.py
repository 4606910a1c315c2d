"""Make an API key; its secret is shown once and never again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.access import store
from orderan.access.models import Permission
from orderan.access.secrets import new_key_secret, secret_hash
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def make_key(
    tx: Tx,
    *,
    name: str,
    permissions: Collection[Permission],
    location_ids: Collection[UUID] | None = None,
    channel_ids: Collection[UUID] | None = None,
    now: datetime,
) -> tuple[UUID, str]:
    """A key of the transaction's shop: its id, and the secret that only the caller will know."""
    key_id, secret = new_id(), new_key_secret(tx.shop_id)
    await store.insert_key(
        tx,
        key_id=key_id,
        name=name,
        secret_hash=secret_hash(secret),
        permissions=permissions,
        location_ids=location_ids,
        channel_ids=channel_ids,
        now=now,
    )
    made = Trace("key.make", "api_key", str(key_id), after={"name": name, "permissions": sorted(permissions)})
    await leave(tx, made, now=now)
    return key_id, secret
