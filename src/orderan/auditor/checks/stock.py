"""Promises 1 and 2: never sold twice, and every counter is the sum of its movements."""

from orderan.auditor.models import Check, by_sql

_NEVER_OVERSOLD = """
SELECT shop_id, sku_id AS subject, location_id, owner_id, lot_id, on_hand, oversell, reserved, allocated,
       damaged, quarantine, incoming
FROM stock
WHERE reserved + allocated > on_hand + oversell
   OR least(on_hand, reserved, allocated, damaged, quarantine, incoming, oversell) < 0
"""

# Suppliers, customers, loss and transit are accounts without counters.
_COUNTERS_EQUAL_LEDGER = """
WITH side AS (
    SELECT shop_id, sku_id, to_location AS location_id, owner_id, lot_id, to_bucket AS bucket, quantity
    FROM movement
    UNION ALL
    SELECT shop_id, sku_id, from_location, owner_id, lot_id, from_bucket, -quantity
    FROM movement
), summed AS (
    SELECT side.shop_id, side.sku_id, side.location_id, side.owner_id, side.lot_id,
           coalesce(sum(quantity) FILTER (WHERE bucket IN ('free', 'reserved', 'allocated')), 0) AS on_hand,
           coalesce(sum(quantity) FILTER (WHERE bucket = 'reserved'), 0) AS reserved,
           coalesce(sum(quantity) FILTER (WHERE bucket = 'allocated'), 0) AS allocated,
           coalesce(sum(quantity) FILTER (WHERE bucket = 'damaged'), 0) AS damaged,
           coalesce(sum(quantity) FILTER (WHERE bucket = 'quarantine'), 0) AS quarantine,
           coalesce(sum(quantity) FILTER (WHERE bucket = 'incoming'), 0) AS incoming
    FROM side
    GROUP BY side.shop_id, side.sku_id, side.location_id, side.owner_id, side.lot_id
), ledger AS (
    SELECT summed.*
    FROM summed
    JOIN location ON location.shop_id = summed.shop_id AND location.id = summed.location_id
    WHERE location.kind IN ('warehouse', 'store', 'quarantine')
)
SELECT shop_id, sku_id AS subject, location_id, owner_id, lot_id,
       ARRAY[stock.on_hand, stock.reserved, stock.allocated, stock.damaged, stock.quarantine,
             stock.incoming]::bigint[] AS counters,
       ARRAY[ledger.on_hand, ledger.reserved, ledger.allocated, ledger.damaged, ledger.quarantine,
             ledger.incoming]::bigint[] AS sums
FROM stock
FULL JOIN ledger USING (shop_id, sku_id, location_id, owner_id, lot_id)
WHERE coalesce(stock.on_hand, 0) <> coalesce(ledger.on_hand, 0)
   OR coalesce(stock.reserved, 0) <> coalesce(ledger.reserved, 0)
   OR coalesce(stock.allocated, 0) <> coalesce(ledger.allocated, 0)
   OR coalesce(stock.damaged, 0) <> coalesce(ledger.damaged, 0)
   OR coalesce(stock.quarantine, 0) <> coalesce(ledger.quarantine, 0)
   OR coalesce(stock.incoming, 0) <> coalesce(ledger.incoming, 0)
"""

_CLAIMS_EQUAL_COUNTERS = """
WITH claimed AS (
    SELECT shop_id, sku_id, location_id, owner_id, lot_id,
           coalesce(sum(quantity) FILTER (WHERE state = 'reserved'), 0) AS reserved,
           coalesce(sum(quantity) FILTER (WHERE state = 'allocated'), 0) AS allocated
    FROM claim
    GROUP BY shop_id, sku_id, location_id, owner_id, lot_id
)
SELECT shop_id, sku_id AS subject, location_id, owner_id, lot_id,
       stock.reserved, claimed.reserved::bigint AS claimed_reserved,
       stock.allocated, claimed.allocated::bigint AS claimed_allocated
FROM stock
FULL JOIN claimed USING (shop_id, sku_id, location_id, owner_id, lot_id)
WHERE coalesce(stock.reserved, 0) <> coalesce(claimed.reserved, 0)
   OR coalesce(stock.allocated, 0) <> coalesce(claimed.allocated, 0)
"""

_CLAIMS_HAVE_A_HOLDER = """
SELECT claim.shop_id, claim.holder_id AS subject, claim.line_no, claim.sku_id, claim.state, claim.quantity
FROM claim
LEFT JOIN order_line ON order_line.shop_id = claim.shop_id AND order_line.order_id = claim.holder_id
     AND order_line.line_no = claim.line_no
LEFT JOIN transfer ON transfer.shop_id = claim.shop_id AND transfer.id = claim.holder_id
WHERE order_line.order_id IS NULL AND transfer.id IS NULL
"""

# A bundle is claimed as its parts, whose recipe may have changed since: of each part, what is still claimed and
# what left already must together be a whole multiple of the bundles allocated. One that leaves from two places is
# shipped by halves in between.
_LINES_EQUAL_CLAIMS = """
WITH part AS (
    SELECT shop_id, holder_id, line_no, sku_id,
           coalesce(sum(quantity) FILTER (WHERE state = 'reserved'), 0)::bigint AS reserved,
           coalesce(sum(quantity) FILTER (WHERE state = 'allocated'), 0)::bigint AS allocated
    FROM claim
    GROUP BY shop_id, holder_id, line_no, sku_id
), owed AS (
    SELECT line.shop_id, line.order_id, line.line_no, line.sku_id, sku.is_bundle, sku.is_stocked,
           CASE WHEN sales_order.commercial = 'awaiting_payment' THEN line.quantity - line.cancelled ELSE 0 END
               AS reserved,
           greatest(line.allocated - line.shipped, 0) AS allocated, line.allocated AS ever
    FROM order_line AS line
    JOIN sales_order ON sales_order.shop_id = line.shop_id AND sales_order.id = line.order_id
    JOIN sku ON sku.shop_id = line.shop_id AND sku.id = line.sku_id
)
SELECT owed.shop_id, owed.order_id AS subject, owed.line_no, part.sku_id,
       owed.reserved, part.reserved AS claimed_reserved, owed.allocated, part.allocated AS claimed_allocated
FROM owed
LEFT JOIN part ON part.shop_id = owed.shop_id AND part.holder_id = owed.order_id AND part.line_no = owed.line_no
LEFT JOIN LATERAL (
    SELECT sum(task_line.quantity)::bigint AS units
    FROM task
    JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
    WHERE owed.is_bundle AND part.allocated > 0 AND task.shop_id = owed.shop_id AND task.order_id = owed.order_id
      AND task.state = 'handed_over' AND task_line.line_no = owed.line_no AND task_line.sku_id = part.sku_id
) AS gone ON TRUE
WHERE CASE
    WHEN owed.is_bundle THEN
        coalesce(part.reserved, 0) %% greatest(owed.reserved, 1) <> 0
        OR (part.allocated > 0 AND (part.allocated + coalesce(gone.units, 0)) %% greatest(owed.ever, 1) <> 0)
        OR (coalesce(part.reserved, 0) > 0) <> (owed.reserved > 0)
        OR (coalesce(part.allocated, 0) > 0) <> (owed.allocated > 0)
    WHEN owed.is_stocked THEN
        coalesce(part.sku_id, owed.sku_id) <> owed.sku_id
        OR coalesce(part.reserved, 0) <> owed.reserved
        OR coalesce(part.allocated, 0) <> owed.allocated
    ELSE part.sku_id IS NOT NULL
END
"""

_INCOMING_WAS_PROMISED = """
WITH promised AS (
    SELECT shop_id, sku_id, location_id, sum(quantity - arrived - given_up)::bigint AS units
    FROM expected_goods
    GROUP BY shop_id, sku_id, location_id
), incoming AS (
    SELECT shop_id, sku_id, location_id, sum(incoming)::bigint AS units
    FROM stock
    GROUP BY shop_id, sku_id, location_id
)
SELECT shop_id, sku_id AS subject, location_id, coalesce(incoming.units, 0) AS incoming,
       coalesce(promised.units, 0) AS promised
FROM promised
FULL JOIN incoming USING (shop_id, sku_id, location_id)
WHERE coalesce(incoming.units, 0) <> coalesce(promised.units, 0)
"""

_BINS_EQUAL_THEIR_BOOK = """
WITH moved AS (
    SELECT shop_id, bin_id, sku_id, owner_id, lot_id, sum(change)::bigint AS units
    FROM bin_move
    GROUP BY shop_id, bin_id, sku_id, owner_id, lot_id
), book AS (
    SELECT shop_id, bin_id, sku_id, bin_stock.quantity, moved.units
    FROM bin_stock
    FULL JOIN moved USING (shop_id, bin_id, sku_id, owner_id, lot_id)
), binned AS (
    SELECT shop_id, sku_id, location_id, owner_id, lot_id, sum(quantity)::bigint AS units
    FROM bin_stock
    GROUP BY shop_id, sku_id, location_id, owner_id, lot_id
)
SELECT shop_id, sku_id AS subject, bin_id AS place, coalesce(quantity, 0) AS in_bins, coalesce(units, 0) AS booked
FROM book
WHERE coalesce(quantity, 0) <> coalesce(units, 0)
UNION ALL
SELECT shop_id, sku_id, location_id, coalesce(binned.units, 0), coalesce(stock.binned, 0)
FROM stock
FULL JOIN binned USING (shop_id, sku_id, location_id, owner_id, lot_id)
WHERE coalesce(binned.units, 0) <> coalesce(stock.binned, 0)
"""

# Goods missed in one bin and found in another have only moved: the ledger has the sum of both.
_TAKES_EQUAL_LEDGER = """
WITH booked AS (
    SELECT shop_id, take_id, sku_id, owner_id, lot_id, sum(posted)::bigint AS units
    FROM stock_take_row
    GROUP BY shop_id, take_id, sku_id, owner_id, lot_id
), ledger AS (
    SELECT movement.shop_id, cause_id AS take_id, sku_id, owner_id, lot_id,
           sum(CASE WHEN location.kind = 'loss' THEN -quantity ELSE quantity END)::bigint AS units
    FROM movement
    JOIN location ON location.shop_id = movement.shop_id AND location.id = movement.to_location
    WHERE movement.kind = 'count'
    GROUP BY movement.shop_id, cause_id, sku_id, owner_id, lot_id
)
SELECT shop_id, take_id AS subject, sku_id, coalesce(booked.units, 0) AS booked, coalesce(ledger.units, 0) AS moved
FROM booked
FULL JOIN ledger USING (shop_id, take_id, sku_id, owner_id, lot_id)
WHERE coalesce(booked.units, 0) <> coalesce(ledger.units, 0)
UNION ALL
SELECT stock_take.shop_id, stock_take.id, NULL, 0, 0
FROM stock_take
JOIN stock_take_area ON stock_take_area.shop_id = stock_take.shop_id AND stock_take_area.take_id = stock_take.id
WHERE stock_take.approved_by = ANY(stock_take_area.counters)
"""

CHECKS = (
    Check(
        "stock.never_oversold",
        1,
        "No stock row promises more than it holds and may oversell; no counter is below zero.",
        by_sql(_NEVER_OVERSOLD),
    ),
    Check(
        "stock.counters_equal_ledger",
        2,
        "Every counter of every stock row is the sum of the movements into and out of its account.",
        by_sql(_COUNTERS_EQUAL_LEDGER),
    ),
    Check(
        "stock.claims_equal_counters",
        2,
        "What is reserved and allocated on a stock row is the sum of the open claims on it.",
        by_sql(_CLAIMS_EQUAL_COUNTERS),
    ),
    Check(
        "stock.claims_have_a_holder",
        2,
        "Every open claim belongs to a line of an order, or to a transfer.",
        by_sql(_CLAIMS_HAVE_A_HOLDER),
    ),
    Check(
        "stock.lines_equal_claims",
        2,
        "Units a line has reserved, or allocated and not yet shipped, are the units claimed for it.",
        by_sql(_LINES_EQUAL_CLAIMS),
    ),
    Check(
        "stock.incoming_was_promised",
        2,
        "What is incoming at a place is what suppliers promised there and has neither come nor been given up.",
        by_sql(_INCOMING_WAS_PROMISED),
    ),
    Check(
        "stock.bins_equal_their_book",
        2,
        "What lies in a bin is the sum of what was put in and taken out, and all bins together what a stock row says is binned.",
        by_sql(_BINS_EQUAL_THEIR_BOOK),
    ),
    Check(
        "stock.takes_equal_ledger",
        2,
        "What a stock-take booked is what the ledger moved because of it, and nobody approved what they counted.",
        by_sql(_TAKES_EQUAL_LEDGER),
    ),
)
