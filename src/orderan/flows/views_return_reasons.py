"""Why things come back: by product, by what its page says, by courier, by who packed and who picked.

returned  units asked back in the time, of returns nobody rejected; what was refused at a door is the courier's news
sent      units of orders whose first parcel left in the time
before    the same of the time before, of equal length
blame     the courier of the first parcel of the order; who moved its goods to packed, and to picked, last

Everything is counted by the database, in two statements however many returns there are.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString

from orderan.kit.db import Tx
from orderan.orders import SEEN_ORDER, Scope
from orderan.returns import Blamed, CountedBy, blamed, counts


@dataclass(frozen=True, slots=True)
class Reasons:
    """What is behind the returns of a time.

    Attributes:
        causes: Units by cause, now and before; an empty cause is none given.
        found: What and who, the worst first.
    """

    causes: Mapping[str, tuple[int, int]]
    found: Mapping[CountedBy, list[Blamed]]


_BLAME: LiteralString = """
    , behind AS (
        SELECT asked.order_id, carried.courier, packed.actor AS packer, picked.actor AS picker
        FROM (SELECT DISTINCT order_id FROM unit) AS asked
        LEFT JOIN LATERAL (SELECT courier FROM parcel
                           WHERE parcel.shop_id = %(shop)s AND parcel.order_id = asked.order_id
                             AND parcel.shipped_at IS NOT NULL
                           ORDER BY shipped_at, id LIMIT 1) AS carried ON true
        LEFT JOIN LATERAL (SELECT actor FROM order_move
                           WHERE order_move.shop_id = %(shop)s AND order_move.order_id = asked.order_id
                             AND axis = 'task' AND to_state = 'packed'
                           ORDER BY id DESC LIMIT 1) AS packed ON true
        LEFT JOIN LATERAL (SELECT actor FROM order_move
                           WHERE order_move.shop_id = %(shop)s AND order_move.order_id = asked.order_id
                             AND axis = 'task' AND to_state = 'picked'
                           ORDER BY id DESC LIMIT 1) AS picked ON true
    ), named AS (
        SELECT 'product' AS by, sku_code AS key, title AS label, cause, units, now FROM unit
        UNION ALL
        SELECT hand.by, hand.key, '', unit.cause, unit.units, unit.now
        FROM unit
        JOIN behind ON behind.order_id = unit.order_id
        CROSS JOIN LATERAL (VALUES ('courier', behind.courier), ('packer', behind.packer), ('picker', behind.picker))
                   AS hand (by, key)
        WHERE hand.key IS NOT NULL
    )
    SELECT by, key, cause, max(label) AS label,
           coalesce(sum(units) FILTER (WHERE now), 0)::bigint AS now,
           coalesce(sum(units) FILTER (WHERE NOT now), 0)::bigint AS before
    FROM named
    GROUP BY by, key, cause
"""

_SENT: LiteralString = (
    """
    WITH left_at AS (
        SELECT parcel.order_id, min(parcel.shipped_at) AS at FROM parcel
        WHERE parcel.shop_id = %(shop)s AND parcel.shipped_at <= %(until)s
          AND parcel.order_id IN (SELECT order_id FROM parcel
                                  WHERE shop_id = %(shop)s AND shipped_at >= %(before)s AND shipped_at <= %(until)s)
        GROUP BY parcel.order_id
        HAVING min(parcel.shipped_at) >= %(before)s
    ), unit AS (
        SELECT order_line.order_id, order_line.sku_code, order_line.title, order_line.shipped AS units,
               '' AS cause, left_at.at >= %(since)s AS now
        FROM left_at
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.id = left_at.order_id
        JOIN order_line ON order_line.shop_id = %(shop)s AND order_line.order_id = left_at.order_id
             AND order_line.shipped > 0
        WHERE """
    + SEEN_ORDER
    + """
    )
    """
    + _BLAME
)

_RETURNED: LiteralString = (
    """
    WITH unit AS (
        SELECT goods_return.order_id, order_line.sku_code, order_line.title, return_line.quantity AS units,
               coalesce(return_line.cause, '') AS cause, goods_return.requested_at >= %(since)s AS now
        FROM goods_return
        JOIN return_line ON return_line.shop_id = %(shop)s AND return_line.return_id = goods_return.id
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.id = goods_return.order_id
        JOIN order_line ON order_line.shop_id = %(shop)s AND order_line.order_id = goods_return.order_id
             AND order_line.line_no = return_line.line_no
        WHERE goods_return.shop_id = %(shop)s AND goods_return.state <> 'rejected'
          AND goods_return.parcel_id IS NULL AND goods_return.reason <> 'returned_to_sender'
          AND goods_return.requested_at >= %(before)s AND goods_return.requested_at <= %(until)s
          AND """
    + SEEN_ORDER
    + """
    )
    """
    + _BLAME
)


async def return_reasons(tx: Tx, scope: Scope, *, since: datetime, until: datetime) -> Reasons:
    """What is behind the returns of a time, and what changed since the time of equal length before it."""
    length: timedelta = until - since
    asked = {"shop": tx.shop_id, "before": since - length, "since": since, "until": until} | scope.bounds()
    sent: dict[tuple[str, str], tuple[int, int]] = {}
    labels: dict[tuple[str, str], str] = {}
    for row in await tx.all(_SENT, asked):
        sent[row.by, row.key] = (row.now, row.before)
        labels[row.by, row.key] = row.label
    returned: dict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in await tx.all(_RETURNED, asked):
        returned[row.by, row.key][row.cause] = (row.now, row.before)
        labels.setdefault((row.by, row.key), row.label)
    return Reasons(
        _causes(returned), {by: blamed(by, counts(by, sent, returned, labels)) for by in CountedBy}
    )


def _causes(
    returned: Mapping[tuple[str, str], Mapping[str, tuple[int, int]]],
) -> Mapping[str, tuple[int, int]]:
    """Every unit has one product, so that those count each once; the commonest now first."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (by, _), causes in returned.items():
        if by == CountedBy.PRODUCT:
            for cause, (now, before) in causes.items():
                found[cause][0] += now
                found[cause][1] += before
    return {
        cause: (now, before)
        for cause, (now, before) in sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
    }
