"""Writing maintenance, feeds and contacts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from orderan.incidents.models import Contact, Window
from orderan.kit.db import Tx

WINDOW: Final[LiteralString] = (
    "id, account_id, methods, starts_at, ends_at, title, flag, feed_id, cancelled_at"
)


def window_of(row: tuple[object, ...]) -> Window:
    """A row of WINDOW's columns as what it is."""
    [made_id, account_id, methods, *rest] = row
    return Window(made_id, account_id, tuple(methods), *rest)  # type: ignore[arg-type]


async def insert_window(tx: Tx, made: Window, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO maintenance_window (shop_id, id, account_id, methods, starts_at, ends_at, title, flag, feed_id,
                                        made_by, made_at)
        VALUES (%(shop)s, %(id)s, %(account)s, %(methods)s, %(starts)s, %(ends)s, %(title)s, %(flag)s, %(feed)s,
                %(by)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "account": made.account_id,
            "methods": list(made.methods),
            "starts": made.starts_at,
            "ends": made.ends_at,
            "title": made.title,
            "flag": made.flag,
            "feed": made.feed_id,
            "by": tx.actor,
            "now": now,
        },
    )


async def windows_between(tx: Tx, account_id: UUID, starts_at: datetime, ends_at: datetime) -> list[Window]:
    """Maintenance of an account that is not cancelled and lowers something in a time."""
    rows = await tx.all(
        "SELECT "
        + WINDOW
        + """
        FROM maintenance_window
        WHERE shop_id = %(shop)s AND account_id = %(account)s AND cancelled_at IS NULL AND flag IS NULL
          AND starts_at < %(ends)s AND ends_at > %(starts)s
        ORDER BY starts_at, id
        """,
        {"shop": tx.shop_id, "account": account_id, "starts": starts_at, "ends": ends_at},
    )
    return [window_of(row) for row in rows]


async def cancel_window(tx: Tx, window_id: UUID, *, now: datetime) -> Window | None:
    """Cancel maintenance; None when there is none, or it was cancelled before."""
    row = await tx.maybe(
        """
        UPDATE maintenance_window SET cancelled_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND cancelled_at IS NULL
        RETURNING
        """
        + WINDOW,
        {"shop": tx.shop_id, "id": window_id, "now": now},
    )
    return None if row is None else window_of(row)


async def windows_of_feed(tx: Tx, account_id: UUID) -> dict[str, Window]:
    """What an account's feed told of so far, by its ids."""
    rows = await tx.all(
        "SELECT "
        + WINDOW
        + """
        FROM maintenance_window
        WHERE shop_id = %(shop)s AND account_id = %(account)s AND feed_id IS NOT NULL
        """,
        {"shop": tx.shop_id, "account": account_id},
    )
    return {row.feed_id: window_of(row) for row in rows}


async def upsert_windows(tx: Tx, windows: Sequence[Window], *, now: datetime) -> None:
    """Write what a feed says now, by its ids."""
    await tx.run(
        """
        INSERT INTO maintenance_window (shop_id, id, account_id, methods, starts_at, ends_at, title, flag, feed_id,
                                        made_by, made_at, cancelled_at)
        SELECT %(shop)s, told.id, told.account, string_to_array(told.methods, ','), told.starts, told.ends,
               told.title, told.flag, told.feed, %(by)s, %(now)s, told.cancelled
        FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(methods)s::text[], %(starts)s::timestamptz[],
                    %(ends)s::timestamptz[], %(titles)s::text[], %(flags)s::text[], %(feeds)s::text[],
                    %(cancels)s::timestamptz[])
             AS told (id, account, methods, starts, ends, title, flag, feed, cancelled)
        ON CONFLICT (shop_id, account_id, feed_id) DO UPDATE
        SET methods = excluded.methods, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
            title = excluded.title, flag = excluded.flag, cancelled_at = excluded.cancelled_at
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in windows],
            "accounts": [one.account_id for one in windows],
            "methods": [",".join(one.methods) for one in windows],
            "starts": [one.starts_at for one in windows],
            "ends": [one.ends_at for one in windows],
            "titles": [one.title for one in windows],
            "flags": [one.flag for one in windows],
            "feeds": [one.feed_id for one in windows],
            "cancels": [one.cancelled_at for one in windows],
            "by": tx.actor,
            "now": now,
        },
    )


async def set_feed(tx: Tx, account_id: UUID, address: str) -> None:
    await tx.run(
        """
        INSERT INTO maintenance_feed (shop_id, account_id, address)
        VALUES (%(shop)s, %(account)s, %(address)s)
        ON CONFLICT (shop_id, account_id) DO UPDATE
        SET address = excluded.address, asked_at = NULL, read_at = NULL, fault = NULL
        """,
        {"shop": tx.shop_id, "account": account_id, "address": address},
    )


async def drop_feed(tx: Tx, account_id: UUID) -> None:
    await tx.run(
        "DELETE FROM maintenance_feed WHERE shop_id = %(shop)s AND account_id = %(account)s",
        {"shop": tx.shop_id, "account": account_id},
    )


async def note_reading(tx: Tx, account_id: UUID, *, fault: str | None, now: datetime) -> None:
    await tx.run(
        """
        UPDATE maintenance_feed
        SET asked_at = %(now)s, fault = %(fault)s::text,
            read_at = CASE WHEN %(fault)s::text IS NULL THEN %(now)s ELSE read_at END
        WHERE shop_id = %(shop)s AND account_id = %(account)s
        """,
        {"shop": tx.shop_id, "account": account_id, "fault": fault, "now": now},
    )


async def save_contact(tx: Tx, contact: Contact) -> None:
    """Write a contact of a locked account; a new one comes after those there are."""
    last = await tx.value(
        """
        SELECT coalesce(max(rank), 0) FROM gateway_contact
        WHERE shop_id = %(shop)s AND account_id = %(account)s
        """,
        {"shop": tx.shop_id, "account": contact.account_id},
    )
    await tx.run(
        """
        INSERT INTO gateway_contact (shop_id, id, account_id, name, phone, email, hours, rank)
        VALUES (%(shop)s, %(id)s, %(account)s, %(name)s, %(phone)s, %(email)s, %(hours)s, %(rank)s)
        ON CONFLICT (shop_id, id) DO UPDATE
        SET name = excluded.name, phone = excluded.phone, email = excluded.email, hours = excluded.hours
        """,
        {
            "shop": tx.shop_id,
            "id": contact.id,
            "account": contact.account_id,
            "name": contact.name,
            "phone": contact.phone,
            "email": contact.email,
            "hours": contact.hours,
            "rank": last + 1,
        },
    )


async def contact_by_id(tx: Tx, contact_id: UUID) -> Contact | None:
    row = await tx.maybe(
        """
        SELECT id, account_id, name, phone, email, hours FROM gateway_contact
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": contact_id},
    )
    return None if row is None else Contact(*row)


async def delete_contact(tx: Tx, contact_id: UUID) -> int:
    return await tx.run(
        "DELETE FROM gateway_contact WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": contact_id},
    )
