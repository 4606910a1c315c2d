"""Promise 3 of vouchers: what is on one is what came onto it less what went off, and the ledger says the same."""

from orderan.auditor.models import Check, by_sql

_BALANCE_IS_MOVES = """
WITH moved AS (
    SELECT shop_id, voucher_id, sum(change_minor)::bigint AS minor
    FROM voucher_move
    GROUP BY shop_id, voucher_id
)
SELECT voucher.shop_id, voucher.id AS subject, voucher.balance_minor, coalesce(moved.minor, 0) AS moved
FROM voucher
LEFT JOIN moved ON moved.shop_id = voucher.shop_id AND moved.voucher_id = voucher.id
WHERE voucher.balance_minor <> coalesce(moved.minor, 0) OR voucher.balance_minor < 0
"""

_LEDGER_IS_MOVES = """
WITH moved AS (
    SELECT shop_id, order_id, -sum(change_minor)::bigint AS minor
    FROM voucher_move
    WHERE order_id IS NOT NULL
    GROUP BY shop_id, order_id
), booked AS (
    SELECT shop_id, order_id,
           sum(CASE kind WHEN 'captured' THEN amount_minor WHEN 'refund_reversed' THEN amount_minor
                         ELSE -amount_minor END)::bigint AS minor
    FROM payment_event
    WHERE method = 'voucher' AND kind IN ('captured', 'capture_reversed', 'refunded', 'refund_reversed')
    GROUP BY shop_id, order_id
)
SELECT shop_id, order_id AS subject, coalesce(moved.minor, 0) AS moved, coalesce(booked.minor, 0) AS booked
FROM moved
FULL JOIN booked USING (shop_id, order_id)
WHERE coalesce(moved.minor, 0) <> coalesce(booked.minor, 0)
"""

CHECKS = (
    Check(
        "vouchers.balance_is_moves",
        3,
        "What is on a voucher is the sum of what came onto it and went off it, and never below nothing.",
        by_sql(_BALANCE_IS_MOVES),
    ),
    Check(
        "vouchers.ledger_is_moves",
        3,
        "What vouchers paid for an order, and got back, is what its ledger says of them.",
        by_sql(_LEDGER_IS_MOVES),
    ),
)
