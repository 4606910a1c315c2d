"""Writing shops and channels."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shops.models import Channel, ChannelKind, Shop


async def next_shop_id(tx: Tx) -> int:
    return int(await tx.value("SELECT coalesce(max(shop_id), 0) + 1 FROM shop"))


async def insert_shop(tx: Tx, shop: Shop) -> None:
    await tx.run(
        """
        INSERT INTO shop (shop_id, code, name, legal_name, tax_number, currency, time_zone, locale,
                          prices_include_tax, complete_after_days, state, created_at)
        VALUES (%(shop_id)s, %(code)s, %(name)s, %(legal_name)s, %(tax_number)s, %(currency)s, %(time_zone)s,
                %(locale)s, %(prices_include_tax)s, %(complete_after_days)s, %(state)s,
                %(created_at)s)
        """,
        asdict(shop),
    )


async def insert_counters(tx: Tx, shop_id: int, *, first_number: int) -> None:
    """The rows whose locks order a shop's work: its log's head and its number counter."""
    await tx.run("INSERT INTO event_head (shop_id, position) VALUES (%(shop)s, 0)", {"shop": shop_id})
    await tx.run(
        "INSERT INTO order_counter (shop_id, next_number) VALUES (%(shop)s, %(first)s)",
        {"shop": shop_id, "first": first_number},
    )


async def insert_channel(tx: Tx, channel: Channel, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO channel (shop_id, id, code, name, kind, payment_hold_minutes, active, created_at)
        VALUES (%(shop_id)s, %(id)s, %(code)s, %(name)s, %(kind)s, %(payment_hold_minutes)s, %(active)s, %(now)s)
        """,
        asdict(channel) | {"now": now},
    )


async def set_state(tx: Tx, shop_id: int, state: str) -> None:
    await tx.run(
        "UPDATE shop SET state = %(state)s WHERE shop_id = %(shop)s", {"shop": shop_id, "state": state}
    )


async def lock_shop(tx: Tx) -> None:
    await tx.run("SELECT FROM shop WHERE shop_id = %(shop)s FOR UPDATE", {"shop": tx.shop_id})


async def update_shop(tx: Tx, shop: Shop) -> None:
    await tx.run(
        """
        UPDATE shop
        SET name = %(name)s, legal_name = %(legal_name)s, tax_number = %(tax_number)s,
            time_zone = %(time_zone)s, locale = %(locale)s, prices_include_tax = %(prices_include_tax)s,
            complete_after_days = %(complete_after_days)s
        WHERE shop_id = %(shop_id)s
        """,
        asdict(shop),
    )


async def lock_channel(tx: Tx, channel_id: UUID) -> Channel | None:
    row = await tx.maybe(
        """
        SELECT shop_id, id, code, name, kind, payment_hold_minutes, active
        FROM channel
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "id": channel_id},
    )
    return None if row is None else Channel(**row._asdict() | {"kind": ChannelKind(row.kind)})


async def update_channel(tx: Tx, channel: Channel) -> None:
    await tx.run(
        """
        UPDATE channel
        SET name = %(name)s, payment_hold_minutes = %(payment_hold_minutes)s, active = %(active)s
        WHERE shop_id = %(shop_id)s AND id = %(id)s
        """,
        asdict(channel),
    )
