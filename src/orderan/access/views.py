"""Reading who somebody is, and the lists of people, sessions and keys."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.access.errors import NoSuchKey, NoSuchStaff
from orderan.access.models import (
    SESSION_IDLE,
    ApiKey,
    Principal,
    Role,
    Session,
    Staff,
    StaffState,
    permissions_of,
)
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


async def principal_of_session(tx: Tx, token: str, *, now: datetime) -> tuple[Principal, datetime] | None:
    """The person a session of this shop belongs to, and when it was last seen.

    None when it ended, was idle too long, or they were disabled.
    """
    row = await tx.maybe(
        """
        SELECT staff.shop_id, staff.id, staff.name, staff.roles, staff.location_ids, staff.channel_ids,
               staff.locale, shop.time_zone, staff_session.id AS session_id, staff_session.seen_at
        FROM staff_session
        JOIN staff ON staff.shop_id = staff_session.shop_id AND staff.id = staff_session.staff_id
        JOIN shop ON shop.shop_id = staff.shop_id
        WHERE staff_session.shop_id = %(shop)s AND staff_session.token_hash = %(hash)s
          AND staff_session.expires_at > %(now)s AND staff_session.seen_at > %(idle)s
          AND staff.state = 'active'
        """,
        {"shop": tx.shop_id, "hash": secret_hash(token), "now": now, "idle": now - SESSION_IDLE},
    )
    if row is None:
        return None
    principal = Principal(
        shop_id=row.shop_id,
        actor=f"staff:{row.id}",
        name=row.name,
        permissions=permissions_of([Role(role) for role in row.roles]),
        location_ids=_scope(row.location_ids),
        channel_ids=_scope(row.channel_ids),
        locale=row.locale,
        zone=row.time_zone,
        staff_id=row.id,
        session_id=row.session_id,
    )
    return principal, row.seen_at


async def accounts_of_email(tx: Tx, email: str) -> list[Any]:
    """Active accounts of an address over all shops, by shop: what a login needs to know.

    Rows of shop_id, shop_name, id, password_hash, onetime_codes.
    """
    return await tx.all(
        """
        SELECT staff.shop_id, shop.name AS shop_name, staff.id, staff.password_hash,
               staff.totp_confirmed_at IS NOT NULL AS onetime_codes
        FROM staff
        JOIN shop ON shop.shop_id = staff.shop_id
        WHERE staff.email = %(email)s AND staff.state = 'active'
        ORDER BY staff.shop_id
        """,
        {"email": email},
    )


async def list_staff(tx: Tx) -> list[Staff]:
    """Everybody of the shop, the active first, by name."""
    rows = await tx.all(
        """
        SELECT shop_id, id, email, name, roles, location_ids, channel_ids, locale, state,
               totp_confirmed_at IS NOT NULL AS onetime_codes,
               cardinality(recovery_hashes) AS recovery_codes_left, created_at, last_login_at
        FROM staff
        WHERE shop_id = %(shop)s
        ORDER BY state, lower(name), id
        """,
        {"shop": tx.shop_id},
    )
    return [_staff(row) for row in rows]


async def staff_by_id(tx: Tx, staff_id: UUID) -> Staff:
    """Raises NoSuchStaff."""
    row = await tx.maybe(
        """
        SELECT shop_id, id, email, name, roles, location_ids, channel_ids, locale, state,
               totp_confirmed_at IS NOT NULL AS onetime_codes,
               cardinality(recovery_hashes) AS recovery_codes_left, created_at, last_login_at
        FROM staff
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": staff_id},
    )
    if row is None:
        raise NoSuchStaff
    return _staff(row)


async def staff_names(tx: Tx, staff_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of these people of the shop."""
    rows = await tx.all(
        "SELECT id, name FROM staff WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(staff_ids)},
    )
    return {row.id: row.name for row in rows}


async def key_names(tx: Tx, key_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of these keys of the shop."""
    rows = await tx.all(
        "SELECT id, name FROM api_key WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(key_ids)},
    )
    return {row.id: row.name for row in rows}


async def list_sessions(tx: Tx, staff_id: UUID, *, now: datetime) -> list[Session]:
    """A person's open sessions, the one seen last first."""
    rows = await tx.all(
        """
        SELECT id, staff_id, address, browser, created_at, seen_at, expires_at
        FROM staff_session
        WHERE shop_id = %(shop)s AND staff_id = %(staff)s AND expires_at > %(now)s AND seen_at > %(idle)s
        ORDER BY seen_at DESC, id
        """,
        {"shop": tx.shop_id, "staff": staff_id, "now": now, "idle": now - SESSION_IDLE},
    )
    return [Session(**row._asdict()) for row in rows]


async def list_keys(tx: Tx) -> list[ApiKey]:
    """Every key of the shop, those that stand first, the newest first."""
    rows = await tx.all(
        """
        SELECT id, name, permissions, location_ids, channel_ids, created_by, created_at, last_used_at, revoked_at
        FROM api_key
        WHERE shop_id = %(shop)s
        ORDER BY revoked_at IS NOT NULL, id DESC
        """,
        {"shop": tx.shop_id},
    )
    return [_key(row) for row in rows]


async def key_by_id(tx: Tx, key_id: UUID) -> ApiKey:
    """Raises NoSuchKey."""
    row = await tx.maybe(
        """
        SELECT id, name, permissions, location_ids, channel_ids, created_by, created_at, last_used_at, revoked_at
        FROM api_key
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": key_id},
    )
    if row is None:
        raise NoSuchKey
    return _key(row)


def _staff(row: Any) -> Staff:
    return Staff(
        **row._asdict()
        | {
            "roles": tuple(Role(role) for role in row.roles),
            "state": StaffState(row.state),
            "location_ids": _scope(row.location_ids),
            "channel_ids": _scope(row.channel_ids),
        }
    )


def _key(row: Any) -> ApiKey:
    return ApiKey(
        **row._asdict()
        | {
            "permissions": tuple(row.permissions),
            "location_ids": _scope(row.location_ids),
            "channel_ids": _scope(row.channel_ids),
        }
    )


def _scope(ids: Any) -> frozenset[UUID] | None:
    return None if ids is None else frozenset(ids)
