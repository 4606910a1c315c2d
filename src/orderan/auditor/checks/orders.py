"""Promise 4, the orders' half: each exists whole and once; what is stored for lists is true."""

from orderan.auditor.models import Check, by_sql

_NUMBERS_ONCE = """
SELECT shop_id, number AS subject, count(*) AS orders
FROM sales_order
GROUP BY shop_id, number
HAVING count(*) > 1
"""

_EXTERNAL_IDS_ONCE = """
SELECT shop_id, external_id AS subject, channel_id, count(*) AS orders
FROM sales_order
WHERE external_id IS NOT NULL
GROUP BY shop_id, channel_id, external_id
HAVING count(*) > 1
"""

_CARTS_ONCE = """
SELECT shop_id, cart_id AS subject, count(*) AS orders
FROM sales_order
WHERE cart_id IS NOT NULL
GROUP BY shop_id, cart_id
HAVING count(*) > 1
"""

_HAVE_LINES = """
SELECT sales_order.shop_id, sales_order.id AS subject, sales_order.number
FROM sales_order
LEFT JOIN (SELECT DISTINCT shop_id, order_id FROM order_line) AS line
     ON line.shop_id = sales_order.shop_id AND line.order_id = sales_order.id
WHERE line.order_id IS NULL
"""

_ACCEPTED_ARE_ALLOCATED = """
SELECT line.shop_id, line.order_id AS subject, line.line_no, line.quantity, line.cancelled, line.allocated
FROM order_line AS line
JOIN sales_order ON sales_order.shop_id = line.shop_id AND sales_order.id = line.order_id
JOIN sku ON sku.shop_id = line.shop_id AND sku.id = line.sku_id
LEFT JOIN (
    SELECT DISTINCT shop_id, subject_id FROM exception_entry WHERE state = 'open'
) AS told ON told.shop_id = line.shop_id AND told.subject_id = line.order_id
WHERE sales_order.commercial = 'accepted' AND (sku.is_stocked OR sku.is_bundle)
  AND line.allocated < line.quantity - line.cancelled AND told.subject_id IS NULL
"""

_ALLOCATED_HAVE_WORK = """
WITH promised AS (
    SELECT claim.shop_id, claim.holder_id, claim.line_no, claim.sku_id, claim.location_id, claim.owner_id,
           claim.lot_id, sum(claim.quantity) AS units
    FROM claim
    JOIN sales_order ON sales_order.shop_id = claim.shop_id AND sales_order.id = claim.holder_id
    WHERE claim.state = 'allocated'
    GROUP BY claim.shop_id, claim.holder_id, claim.line_no, claim.sku_id, claim.location_id, claim.owner_id,
             claim.lot_id
), planned AS (
    SELECT task.shop_id, task.order_id AS holder_id, task_line.line_no, task_line.sku_id, task.location_id,
           task_line.owner_id, task_line.lot_id, sum(task_line.quantity) AS units
    FROM task
    JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
    WHERE task.state NOT IN ('handed_over', 'cancelled')
    GROUP BY task.shop_id, task.order_id, task_line.line_no, task_line.sku_id, task.location_id,
             task_line.owner_id, task_line.lot_id
)
SELECT shop_id, holder_id AS subject, line_no, sku_id, location_id, promised.units::bigint AS allocated,
       planned.units::bigint AS planned
FROM promised
FULL JOIN planned USING (shop_id, holder_id, line_no, sku_id, location_id, owner_id, lot_id)
WHERE coalesce(promised.units, 0) <> coalesce(planned.units, 0)
"""

# The rules of `orders.headline` in SQL; seeded days hold the two against each other.
_HEADLINE_IS_TRUE = """
WITH units AS (
    SELECT shop_id, order_id, sum(quantity) AS ordered, sum(cancelled) AS cancelled, sum(shipped) AS shipped,
           sum(returned) AS returned
    FROM order_line
    GROUP BY shop_id, order_id
), work AS (
    SELECT shop_id, order_id,
           bool_or(state IN ('released', 'picking', 'short', 'picked')) AS under_way,
           bool_or(state = 'packed') AS packed,
           bool_or(state = 'planned') AS planned
    FROM task
    WHERE state <> 'cancelled'
    GROUP BY shop_id, order_id
), computed AS (
    SELECT o.shop_id, o.id, o.number, o.headline,
           CASE
               WHEN o.commercial IN ('cancelled', 'expired') THEN 'cancelled'
               WHEN o.commercial IN ('draft', 'awaiting_payment') THEN 'awaiting_payment'
               WHEN units.shipped > 0 AND units.returned >= units.shipped THEN 'returned'
               WHEN o.commercial = 'completed' THEN 'completed'
               WHEN units.shipped > 0 AND units.shipped >= units.ordered - units.cancelled THEN 'shipped'
               WHEN work.under_way THEN 'processing'
               WHEN work.packed THEN CASE WHEN work.planned THEN 'processing' ELSE 'packed' END
               WHEN units.shipped > 0 THEN 'processing'
               ELSE 'accepted'
           END AS truth
    FROM sales_order AS o
    LEFT JOIN units ON units.shop_id = o.shop_id AND units.order_id = o.id
    LEFT JOIN work ON work.shop_id = o.shop_id AND work.order_id = o.id
)
SELECT shop_id, id AS subject, number, headline, truth
FROM computed
WHERE headline <> truth
"""

_HOLDS_ARE_COUNTED = """
SELECT o.shop_id, o.id AS subject, o.open_holds, coalesce(hold.open, 0) AS open
FROM sales_order AS o
LEFT JOIN (
    SELECT shop_id, order_id, count(*) AS open FROM order_hold WHERE released_at IS NULL GROUP BY shop_id, order_id
) AS hold ON hold.shop_id = o.shop_id AND hold.order_id = o.id
WHERE o.open_holds <> coalesce(hold.open, 0)
"""

_UNITS_ARE_IN_ORDER = """
SELECT shop_id, order_id AS subject, line_no, quantity, cancelled, allocated, picked, packed, shipped,
       delivered, returned
FROM order_line
WHERE NOT (quantity > 0 AND cancelled BETWEEN 0 AND quantity AND allocated BETWEEN 0 AND quantity - cancelled
           AND picked BETWEEN 0 AND quantity - cancelled AND packed BETWEEN 0 AND picked
           AND shipped BETWEEN 0 AND packed AND delivered BETWEEN 0 AND shipped AND returned BETWEEN 0 AND shipped)
"""

_DOOR_RETURNS = """
SELECT back.shop_id, back.id AS subject, back.parcel_id, parcel.state, sales_order.terms
FROM goods_return AS back
JOIN sales_order ON sales_order.shop_id = back.shop_id AND sales_order.id = back.order_id
LEFT JOIN parcel ON parcel.shop_id = back.shop_id AND parcel.id = back.parcel_id
     AND parcel.order_id = back.order_id
WHERE back.parcel_id IS NOT NULL
  AND (parcel.state IS DISTINCT FROM 'delivered' OR sales_order.terms <> 'cod'
       OR EXISTS (SELECT FROM return_line
                  WHERE return_line.shop_id = back.shop_id AND return_line.return_id = back.id
                    AND return_line.quantity > (
                        SELECT coalesce(sum((content ->> 'quantity')::int), 0)
                        FROM jsonb_array_elements(parcel.contents) AS content
                        WHERE (content ->> 'line_no')::int = return_line.line_no)))
"""

CHECKS = (
    Check("orders.numbers_once", 4, "No two orders of a shop have one number.", by_sql(_NUMBERS_ONCE)),
    Check(
        "orders.external_ids_once",
        4,
        "A channel's own order id names one order.",
        by_sql(_EXTERNAL_IDS_ONCE),
    ),
    Check("orders.carts_once", 4, "A cart became one order.", by_sql(_CARTS_ONCE)),
    Check("orders.have_lines", 4, "Every order has lines.", by_sql(_HAVE_LINES)),
    Check(
        "orders.units_are_in_order",
        4,
        "Units of a line only get as far as the step before allows.",
        by_sql(_UNITS_ARE_IN_ORDER),
    ),
    Check(
        "orders.accepted_are_allocated",
        4,
        "Every stocked unit of an accepted order is allocated, or somebody was told that it is not.",
        by_sql(_ACCEPTED_ARE_ALLOCATED),
    ),
    Check(
        "orders.allocated_have_work",
        4,
        "Units allocated to orders are exactly the units their open tasks are to pick.",
        by_sql(_ALLOCATED_HAVE_WORK),
    ),
    Check(
        "orders.headline_is_true",
        6,
        "The headline stored for lists is the one its function computes.",
        by_sql(_HEADLINE_IS_TRUE),
    ),
    Check(
        "orders.holds_are_counted",
        6,
        "The number of open holds on an order is the number of its open holds.",
        by_sql(_HOLDS_ARE_COUNTED),
    ),
    Check(
        "orders.door_returns_left_a_parcel",
        4,
        "What was refused at a door was in a COD parcel that was delivered, and no more of it than was inside.",
        by_sql(_DOOR_RETURNS),
    ),
)
