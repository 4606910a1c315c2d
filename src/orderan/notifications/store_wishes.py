"""Browsers people want to be told on, and goods they wait for, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.notifications.models import Wish


async def keep_browser(tx: Tx, browser_key: bytes, person_id: UUID, sealed: bytes, *, now: datetime) -> None:
    """Keep a browser; it is told what concerns whoever subscribed it last."""
    await tx.run(
        """
        INSERT INTO push_subscription (shop_id, browser_key, person_id, address_enc, made_at)
        VALUES (%(shop)s, %(key)s, %(person)s, %(sealed)s, %(now)s)
        ON CONFLICT (shop_id, browser_key) DO UPDATE
        SET person_id = excluded.person_id, address_enc = excluded.address_enc, made_at = excluded.made_at
        """,
        {"shop": tx.shop_id, "key": browser_key, "person": person_id, "sealed": sealed, "now": now},
    )


async def keep_newest_browsers(tx: Tx, person_id: UUID, *, most: int) -> None:
    """Let go of a person's browsers beyond so many, those subscribed last staying."""
    await tx.run(
        """
        DELETE FROM push_subscription
        WHERE shop_id = %(shop)s AND browser_key IN (
            SELECT browser_key FROM push_subscription
            WHERE shop_id = %(shop)s AND person_id = %(person)s
            ORDER BY made_at DESC, browser_key
            OFFSET %(most)s)
        """,
        {"shop": tx.shop_id, "person": person_id, "most": most},
    )


async def sealed_browsers(tx: Tx, people: Collection[UUID]) -> dict[UUID, list[bytes]]:
    """Every browser of each of these people, sealed, the one subscribed last first; none of those who have none."""
    rows = await tx.all(
        """
        SELECT person_id, address_enc FROM push_subscription
        WHERE shop_id = %(shop)s AND person_id = ANY(%(people)s)
        ORDER BY person_id, made_at DESC, browser_key
        """,
        {"shop": tx.shop_id, "people": list(people)},
    )
    found: dict[UUID, list[bytes]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(bytes(row.address_enc))
    return found


async def browsers_of(tx: Tx, people: Collection[UUID]) -> list[tuple[bytes, UUID, bytes]]:
    """Every browser of these people, locked: its key, whose it is, and its address, sealed."""
    rows = await tx.all(
        """
        SELECT browser_key, person_id, address_enc FROM push_subscription
        WHERE shop_id = %(shop)s AND person_id = ANY(%(people)s)
        ORDER BY browser_key
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "people": list(people)},
    )
    return [(bytes(row.browser_key), row.person_id, bytes(row.address_enc)) for row in rows]


async def give_browsers(tx: Tx, person_id: UUID, browsers: Sequence[tuple[bytes, bytes]]) -> None:
    """Locked browsers are a person's from now on: (key, address, sealed)."""
    await tx.run(
        """
        UPDATE push_subscription SET person_id = %(person)s, address_enc = given.address
        FROM unnest(%(keys)s::bytea[], %(addresses)s::bytea[]) AS given (key, address)
        WHERE push_subscription.shop_id = %(shop)s AND push_subscription.browser_key = given.key
        """,
        {
            "shop": tx.shop_id,
            "person": person_id,
            "keys": [key for key, _ in browsers],
            "addresses": [address for _, address in browsers],
        },
    )


async def drop_browsers(tx: Tx, people: Collection[UUID], *, until: datetime) -> None:
    """Let go of browsers of these people that were subscribed before a moment."""
    await tx.run(
        "DELETE FROM push_subscription WHERE shop_id = %(shop)s AND person_id = ANY(%(people)s) AND made_at < %(until)s",
        {"shop": tx.shop_id, "people": list(people), "until": until},
    )


async def drop_browsers_named(tx: Tx, keys: Collection[bytes], *, until: datetime) -> None:
    """Let go of these browsers, unless they were subscribed again after a moment."""
    await tx.run(
        "DELETE FROM push_subscription WHERE shop_id = %(shop)s AND browser_key = ANY(%(keys)s) AND made_at <= %(until)s",
        {"shop": tx.shop_id, "keys": list(keys), "until": until},
    )


async def add_wish(tx: Tx, sku_id: UUID, person_id: UUID, link: str, *, now: datetime) -> UUID:
    """Keep that somebody waits for goods; who waits already does so once."""
    row = await tx.one(
        """
        INSERT INTO restock_wish (shop_id, id, sku_id, person_id, link, asked_at)
        VALUES (%(shop)s, %(id)s, %(sku)s, %(person)s, %(link)s, %(now)s)
        ON CONFLICT (shop_id, sku_id, person_id) WHERE told_at IS NULL DO UPDATE SET link = excluded.link
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "id": new_id(),
            "sku": sku_id,
            "person": person_id,
            "link": link,
            "now": now,
        },
    )
    return UUID(str(row.id))


async def skus_wished(tx: Tx) -> list[UUID]:
    """Goods somebody waits for."""
    rows = await tx.all(
        "SELECT DISTINCT sku_id FROM restock_wish WHERE shop_id = %(shop)s AND told_at IS NULL",
        {"shop": tx.shop_id},
    )
    return [row.sku_id for row in rows]


async def lock_wishes(tx: Tx, skus: Collection[UUID], *, limit: int) -> list[Wish]:
    """Open wishes for these goods, oldest first, locked; another worker takes others."""
    rows = await tx.all(
        """
        SELECT id, sku_id, person_id, link
        FROM restock_wish
        WHERE shop_id = %(shop)s AND told_at IS NULL AND sku_id = ANY(%(skus)s)
        ORDER BY asked_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "skus": list(skus), "limit": limit},
    )
    return [Wish(*row) for row in rows]


async def fulfil_wishes(tx: Tx, wishes: Sequence[UUID], *, now: datetime) -> None:
    """Locked wishes are told."""
    await tx.run(
        "UPDATE restock_wish SET told_at = %(now)s WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "now": now, "ids": list(wishes)},
    )


async def unite_wishes(tx: Tx, survivor_id: UUID, merged: Collection[UUID]) -> None:
    """Open wishes of merged records are their survivor's; of several for the same goods the oldest stays."""
    asked = {"shop": tx.shop_id, "survivor": survivor_id, "merged": list(merged)}
    await tx.run(
        """
        DELETE FROM restock_wish
        USING (SELECT id, row_number() OVER (PARTITION BY sku_id ORDER BY asked_at, id) AS turn
               FROM restock_wish
               WHERE shop_id = %(shop)s AND told_at IS NULL
                 AND (person_id = %(survivor)s OR person_id = ANY(%(merged)s))) AS waits
        WHERE restock_wish.shop_id = %(shop)s AND restock_wish.id = waits.id AND waits.turn > 1
        """,
        asked,
    )
    await tx.run(
        """
        UPDATE restock_wish SET person_id = %(survivor)s
        WHERE shop_id = %(shop)s AND person_id = ANY(%(merged)s) AND told_at IS NULL
        """,
        asked,
    )


async def wish_again(tx: Tx, wishes: Collection[UUID]) -> None:
    """Wishes that were told of too late go on, as ones of their own and in their old place."""
    asked = sorted(wishes)
    if not asked:
        return
    await tx.run(
        """
        INSERT INTO restock_wish (shop_id, id, sku_id, person_id, link, asked_at)
        SELECT told.shop_id, again.id, told.sku_id, told.person_id, told.link, told.asked_at
        FROM unnest(%(ids)s::uuid[], %(wishes)s::uuid[]) AS again (id, wish)
        JOIN restock_wish AS told ON told.shop_id = %(shop)s AND told.id = again.wish
        ORDER BY told.sku_id, told.person_id
        ON CONFLICT (shop_id, sku_id, person_id) WHERE told_at IS NULL DO NOTHING
        """,
        {"shop": tx.shop_id, "ids": [new_id() for _ in asked], "wishes": asked},
    )


async def newest_wish(tx: Tx) -> Wish | None:
    """The last wish that was made; None where there never was one."""
    row = await tx.maybe(
        """
        SELECT id, sku_id, person_id, link FROM restock_wish
        WHERE shop_id = %(shop)s
        ORDER BY asked_at DESC, id DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id},
    )
    return None if row is None else Wish(*row)


async def wishes_by_id(tx: Tx, wishes: Collection[UUID]) -> dict[UUID, Wish]:
    rows = await tx.all(
        "SELECT id, sku_id, person_id, link FROM restock_wish WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(wishes)},
    )
    return {row.id: Wish(*row) for row in rows}
