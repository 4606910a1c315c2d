"""Reading who somebody is."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.access.models import ROLES, Principal, Role
from orderan.access.secrets import secret_hash
from orderan.kit.db import Tx


async def principal_of_key(tx: Tx, secret: str) -> Principal | None:
    """The program a key of this shop belongs to; None when it is unknown or revoked."""
    row = await tx.maybe(
        """
        SELECT api_key.shop_id, api_key.id, api_key.name, api_key.permissions, api_key.location_ids,
               api_key.channel_ids, shop.time_zone
        FROM api_key
        JOIN shop ON shop.shop_id = api_key.shop_id
        WHERE api_key.shop_id = %(shop)s AND api_key.secret_hash = %(hash)s AND api_key.revoked_at IS NULL
        """,
        {"shop": tx.shop_id, "hash": secret_hash(secret)},
    )
    if row is None:
        return None
    return Principal(
        shop_id=row.shop_id,
        actor=f"key:{row.id}",
        name=row.name,
        permissions=frozenset(row.permissions),
        location_ids=_scope(row.location_ids),
        channel_ids=_scope(row.channel_ids),
        zone=row.time_zone,
        key_id=row.id,
    )


async def key_still_stands(tx: Tx, key_ids: Collection[UUID]) -> set[UUID]:
    """Which of these keys are not revoked, as this transaction sees it."""
    rows = await tx.all(
        "SELECT id FROM api_key WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND revoked_at IS NULL",
        {"shop": tx.shop_id, "ids": list(key_ids)},
    )
    return {row.id for row in rows}


async def principal_of_session(tx: Tx, token: str, *, now: datetime) -> Principal | None:
    """The person a session of this shop belongs to; None when it ended or they were disabled."""
    row = await tx.maybe(
        """
        SELECT staff.shop_id, staff.id, staff.name, staff.roles, staff.location_ids, staff.channel_ids,
               staff.locale, shop.time_zone
        FROM staff_session
        JOIN staff ON staff.shop_id = staff_session.shop_id AND staff.id = staff_session.staff_id
        JOIN shop ON shop.shop_id = staff.shop_id
        WHERE staff_session.shop_id = %(shop)s AND staff_session.token_hash = %(hash)s
          AND staff_session.expires_at > %(now)s AND staff.state = 'active'
        """,
        {"shop": tx.shop_id, "hash": secret_hash(token), "now": now},
    )
    if row is None:
        return None
    permissions = frozenset(str(permission) for role in row.roles for permission in ROLES[Role(role)])
    return Principal(
        shop_id=row.shop_id,
        actor=f"staff:{row.id}",
        name=row.name,
        permissions=permissions,
        location_ids=_scope(row.location_ids),
        channel_ids=_scope(row.channel_ids),
        locale=row.locale,
        zone=row.time_zone,
        staff_id=row.id,
    )


def _scope(ids: Any) -> frozenset[UUID] | None:
    return None if ids is None else frozenset(ids)
