"""Writing staff, their sessions and keys."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.access.models import Role, Session, Staff, StaffState
from orderan.kit.db import Tx


async def insert_staff(tx: Tx, staff: Staff, *, password_hash: str) -> bool:
    """Whether it was written; not when somebody of the shop has the e-mail."""
    return (
        await tx.run(
            """
            INSERT INTO staff (shop_id, id, email, name, password_hash, recovery_hashes, locale, roles,
                               location_ids, channel_ids, state, created_at)
            VALUES (%(shop)s, %(id)s, %(email)s, %(name)s, %(hash)s, '{}', %(locale)s, %(roles)s, %(locations)s,
                    %(channels)s, %(state)s, %(now)s)
            ON CONFLICT (shop_id, email) DO NOTHING
            """,
            {
                "shop": tx.shop_id,
                "id": staff.id,
                "email": staff.email,
                "name": staff.name,
                "hash": password_hash,
                "locale": staff.locale,
                "roles": list(staff.roles),
                "locations": as_array(staff.location_ids),
                "channels": as_array(staff.channel_ids),
                "state": staff.state,
                "now": staff.created_at,
            },
        )
        == 1
    )


async def lock_staff(tx: Tx, staff_id: UUID) -> Any:
    """A person's row, locked, with what is secret in it; None when nobody has the id."""
    return await tx.maybe(
        """
        SELECT id, email, name, password_hash, totp_secret, totp_confirmed_at, totp_last_counter,
               recovery_hashes, roles, location_ids, channel_ids, state, locale
        FROM staff
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "id": staff_id},
    )


async def lock_owners(tx: Tx) -> set[UUID]:
    """Active owners, locked in id order: of two who step down at once, the second sees the first gone."""
    rows = await tx.all(
        """
        SELECT id
        FROM staff
        WHERE shop_id = %(shop)s AND state = 'active' AND 'owner' = ANY(roles)
        ORDER BY id
        FOR UPDATE
        """,
        {"shop": tx.shop_id},
    )
    return {row.id for row in rows}


async def update_staff(
    tx: Tx,
    staff_id: UUID,
    *,
    name: str,
    roles: Collection[Role],
    location_ids: Collection[UUID] | None,
    channel_ids: Collection[UUID] | None,
    state: StaffState,
    locale: str | None,
) -> None:
    await tx.run(
        """
        UPDATE staff
        SET name = %(name)s, roles = %(roles)s, location_ids = %(locations)s, channel_ids = %(channels)s,
            state = %(state)s, locale = %(locale)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {
            "shop": tx.shop_id,
            "id": staff_id,
            "name": name,
            "roles": list(roles),
            "locations": as_array(location_ids),
            "channels": as_array(channel_ids),
            "state": state,
            "locale": locale,
        },
    )


async def set_locale(tx: Tx, staff_id: UUID, locale: str | None) -> None:
    await tx.run(
        "UPDATE staff SET locale = %(locale)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": staff_id, "locale": locale},
    )


async def set_password_hash(tx: Tx, staff_id: UUID, password_hash: str) -> None:
    await tx.run(
        "UPDATE staff SET password_hash = %(hash)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": staff_id, "hash": password_hash},
    )


async def set_onetime(
    tx: Tx,
    staff_id: UUID,
    *,
    secret: bytes | None,
    confirmed_at: datetime | None,
    last_counter: int | None,
    recovery_hashes: Collection[bytes],
) -> None:
    await tx.run(
        """
        UPDATE staff
        SET totp_secret = %(secret)s, totp_confirmed_at = %(confirmed)s, totp_last_counter = %(counter)s,
            recovery_hashes = %(recovery)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {
            "shop": tx.shop_id,
            "id": staff_id,
            "secret": secret,
            "confirmed": confirmed_at,
            "counter": last_counter,
            "recovery": list(recovery_hashes),
        },
    )


async def insert_subject_key(tx: Tx, subject_id: UUID, wrapped: bytes, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO subject_key (shop_id, subject_id, wrapped, made_at)
        VALUES (%(shop)s, %(id)s, %(wrapped)s, %(now)s)
        """,
        {"shop": tx.shop_id, "id": subject_id, "wrapped": wrapped, "now": now},
    )


async def wrapped_key(tx: Tx, subject_id: UUID) -> bytes | None:
    row = await tx.maybe(
        "SELECT wrapped FROM subject_key WHERE shop_id = %(shop)s AND subject_id = %(id)s",
        {"shop": tx.shop_id, "id": subject_id},
    )
    return None if row is None else row.wrapped


async def insert_session(tx: Tx, session: Session, *, token_hash: bytes) -> None:
    await tx.run(
        """
        INSERT INTO staff_session (shop_id, id, token_hash, staff_id, address, browser, created_at, seen_at,
                                   expires_at)
        VALUES (%(shop)s, %(id)s, %(hash)s, %(staff)s, %(address)s, %(browser)s, %(now)s, %(now)s, %(expires)s)
        """,
        {
            "shop": tx.shop_id,
            "id": session.id,
            "hash": token_hash,
            "staff": session.staff_id,
            "address": session.address,
            "browser": session.browser,
            "now": session.created_at,
            "expires": session.expires_at,
        },
    )
    await tx.run(
        "UPDATE staff SET last_login_at = %(now)s WHERE shop_id = %(shop)s AND id = %(staff)s",
        {"shop": tx.shop_id, "staff": session.staff_id, "now": session.created_at},
    )


async def replace_token(tx: Tx, session_id: UUID, token_hash: bytes) -> None:
    await tx.run(
        "UPDATE staff_session SET token_hash = %(hash)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": session_id, "hash": token_hash},
    )


async def touch_session(tx: Tx, session_id: UUID, *, now: datetime) -> None:
    await tx.run(
        "UPDATE staff_session SET seen_at = %(now)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": session_id, "now": now},
    )


async def delete_sessions(
    tx: Tx, staff_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> int:
    """End a person's sessions: all, only one, or all but one."""
    return await tx.run(
        """
        DELETE FROM staff_session
        WHERE shop_id = %(shop)s AND staff_id = %(staff)s
          AND (%(only)s::uuid IS NULL OR id = %(only)s)
          AND (%(but)s::uuid IS NULL OR id <> %(but)s)
        """,
        {"shop": tx.shop_id, "staff": staff_id, "only": only, "but": but},
    )


async def delete_expired_sessions(tx: Tx, *, now: datetime) -> int:
    return await tx.run(
        "DELETE FROM staff_session WHERE shop_id = %(shop)s AND expires_at <= %(now)s",
        {"shop": tx.shop_id, "now": now},
    )


async def insert_key(
    tx: Tx,
    *,
    key_id: UUID,
    name: str,
    secret_hash: bytes,
    permissions: Collection[str],
    location_ids: Collection[UUID] | None,
    channel_ids: Collection[UUID] | None,
    now: datetime,
) -> None:
    await tx.run(
        """
        INSERT INTO api_key (shop_id, id, name, secret_hash, permissions, location_ids, channel_ids, created_by,
                             created_at)
        VALUES (%(shop)s, %(id)s, %(name)s, %(hash)s, %(permissions)s, %(locations)s, %(channels)s, %(actor)s,
                %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": key_id,
            "name": name,
            "hash": secret_hash,
            "permissions": sorted(permissions),
            "locations": as_array(location_ids),
            "channels": as_array(channel_ids),
            "actor": tx.actor,
            "now": now,
        },
    )


async def revoke_key(tx: Tx, key_id: UUID, *, now: datetime) -> bool:
    """Whether a key that stood was revoked."""
    return (
        await tx.run(
            """
            UPDATE api_key SET revoked_at = %(now)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND revoked_at IS NULL
            """,
            {"shop": tx.shop_id, "id": key_id, "now": now},
        )
        == 1
    )


async def touch_keys(tx: Tx, key_ids: Collection[UUID], *, now: datetime) -> None:
    """Remember that these keys were used."""
    await tx.run(
        "UPDATE api_key SET last_used_at = %(now)s WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": sorted(key_ids), "now": now},
    )


def as_array(ids: Collection[UUID] | None) -> list[UUID] | None:
    """A scope as the database has it; NULL is everywhere."""
    return None if ids is None else sorted(ids)
