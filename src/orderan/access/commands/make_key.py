"""Make an API key, whose secret is shown once and never again; revoke one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.access import rules, store
from orderan.access.errors import NoSuchKey
from orderan.access.models import Permission, Principal
from orderan.access.secrets import new_key_secret, secret_hash
from orderan.access.views import key_by_id
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def make_key(
    tx: Tx,
    *,
    name: str,
    permissions: Collection[Permission] | Collection[str],
    location_ids: Collection[UUID] | None = None,
    channel_ids: Collection[UUID] | None = None,
    giver: Principal | None = None,
    now: datetime,
) -> tuple[UUID, str]:
    """A key of the transaction's shop: its id, and the secret that only the caller will know.

    Args:
        location_ids, channel_ids: The scope; None is everywhere.
        giver: Who makes it; None is the command line, which may give all.

    Raises:
        NameMissing, PermissionMissing: What was typed cannot be used.
        MoreThanOwn: The giver lacks a permission or has a narrower scope.
    """
    chosen = rules.known_permissions(permissions)
    locations = None if location_ids is None else frozenset(location_ids)
    channels = None if channel_ids is None else frozenset(channel_ids)
    if giver is not None:
        rules.check_grant(giver, permissions=chosen, location_ids=locations, channel_ids=channels)
    called = rules.clean_name(name)
    key_id, secret = new_id(), new_key_secret(tx.shop_id)
    await store.insert_key(
        tx,
        key_id=key_id,
        name=called,
        secret_hash=secret_hash(secret),
        permissions=chosen,
        location_ids=locations,
        channel_ids=channels,
        now=now,
    )
    after = {
        "name": called,
        "permissions": sorted(chosen),
        "locations": None if locations is None else sorted(map(str, locations)),
        "channels": None if channels is None else sorted(map(str, channels)),
    }
    await leave(tx, Trace("key.make", "api_key", str(key_id), after=after), now=now)
    return key_id, secret


async def revoke_key(tx: Tx, key_id: UUID, *, now: datetime) -> None:
    """Revoke a key for good; what was begun with it is refused when it wants to commit.

    Raises:
        NoSuchKey: The shop has none of this id, or it was revoked before.
    """
    key = await key_by_id(tx, key_id)
    if not await store.revoke_key(tx, key_id, now=now):
        raise NoSuchKey
    gone = Trace("key.revoke", "api_key", str(key_id), before={"name": key.name})
    await leave(tx, gone, now=now)
