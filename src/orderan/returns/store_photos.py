"""Writing and reading sealed pictures of returns. The return's order is locked before one is written."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.returns.models_photos import PhotoMoment, ReturnPhoto


async def insert_photos(
    tx: Tx, return_id: UUID, moment: PhotoMoment, sealed: Sequence[bytes], *, now: datetime
) -> None:
    """Write pictures behind those that are there."""
    await tx.run(
        """
        INSERT INTO return_photo (shop_id, return_id, no, moment, photo_enc, taken_by, taken_at)
        SELECT %(shop)s, %(id)s, there.most + taken.turn::int, %(moment)s, taken.photo, %(by)s, %(at)s
        FROM unnest(%(photos)s::bytea[]) WITH ORDINALITY AS taken (photo, turn)
        CROSS JOIN (SELECT coalesce(max(no), 0) AS most FROM return_photo
                    WHERE shop_id = %(shop)s AND return_id = %(id)s) AS there
        """,
        {
            "shop": tx.shop_id,
            "id": return_id,
            "moment": moment,
            "photos": list(sealed),
            "by": tx.actor,
            "at": now,
        },
    )


async def photos_of(tx: Tx, returns: Collection[UUID]) -> dict[UUID, list[ReturnPhoto]]:
    """Which pictures there are of each of these returns, in the order they were given."""
    rows = await tx.all(
        """
        SELECT return_id, no, moment, taken_by, taken_at FROM return_photo
        WHERE shop_id = %(shop)s AND return_id = ANY(%(ids)s)
        ORDER BY return_id, no
        """,
        {"shop": tx.shop_id, "ids": list(returns)},
    )
    found: dict[UUID, list[ReturnPhoto]] = {one: [] for one in returns}
    for row in rows:
        found[row.return_id].append(ReturnPhoto(row.no, PhotoMoment(row.moment), row.taken_by, row.taken_at))
    return found


async def sealed_photo(tx: Tx, return_id: UUID, no: int) -> bytes | None:
    """A picture as it was sealed; None where there is none."""
    row = await tx.maybe(
        "SELECT photo_enc FROM return_photo WHERE shop_id = %(shop)s AND return_id = %(id)s AND no = %(no)s",
        {"shop": tx.shop_id, "id": return_id, "no": no},
    )
    return None if row is None else bytes(row.photo_enc)


async def forget_photos(tx: Tx, orders: Collection[UUID]) -> None:
    """Take the pictures out of the returns of orders: nobody can open them any more."""
    await tx.run(
        """
        DELETE FROM return_photo USING goods_return
        WHERE return_photo.shop_id = %(shop)s AND goods_return.shop_id = %(shop)s
          AND goods_return.id = return_photo.return_id AND goods_return.order_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(orders)},
    )
