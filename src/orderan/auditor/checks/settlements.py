"""Promise 3: every rupiah a gateway took is settled, on its way, or told apart as a difference.

The product judges each payment in Python when a file comes; here the same sum is made anew in SQL: what
the ledger kept of a payment, less what was settled, less the gaps of its entries, less what a later
settlement will bring, is nothing. News of the last two days may wait for the night's reconciliation.
"""

from orderan.auditor.models import Check, by_sql

_PAYMENT_IS_ACCOUNTED_FOR = """
WITH taken AS (
    SELECT a.shop_id, a.id,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'captured'), 0) AS captured,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'capture_reversed'), 0) AS reversed,
           max(e.at) AS last_at
    FROM payment_attempt AS a
    JOIN payment_event AS e ON e.shop_id = a.shop_id AND e.order_id = a.order_id AND e.method = a.method
         AND split_part(e.reference, ':', 1) = a.reference AND e.kind IN ('captured', 'capture_reversed')
    GROUP BY a.shop_id, a.id
), bearer AS (
    SELECT DISTINCT ON (shop_id, order_id, method) shop_id, order_id, method, id
    FROM payment_attempt
    WHERE booked_minor > 0
    ORDER BY shop_id, order_id, method, began_at, id
), refunded AS (
    SELECT bearer.shop_id, bearer.id, max(e.at) AS last_at,
           sum(CASE e.kind WHEN 'refunded' THEN e.amount_minor ELSE -e.amount_minor END) AS amount
    FROM bearer
    JOIN payment_event AS e ON e.shop_id = bearer.shop_id AND e.order_id = bearer.order_id
         AND e.method = bearer.method AND e.kind IN ('refunded', 'refund_reversed')
         AND e.method NOT IN ('bank_transfer', 'cash', 'cod', 'voucher')
    GROUP BY bearer.shop_id, bearer.id
), settled AS (
    SELECT shop_id, attempt_id, sum(gross_minor) FILTER (WHERE kind = 'payment') AS paid,
           coalesce(sum(-gross_minor) FILTER (WHERE kind = 'refund'), 0) AS returned
    FROM settlement_line
    WHERE attempt_id IS NOT NULL
    GROUP BY shop_id, attempt_id
), told AS (
    SELECT shop_id, attempt_id,
           coalesce(sum(gap_minor) FILTER (WHERE reason NOT IN ('refunded_not_settled', 'refund_not_known')), 0) AS paid,
           coalesce(sum(gap_minor) FILTER (WHERE reason IN ('refunded_not_settled', 'refund_not_known')), 0) AS returned
    FROM reconciliation_entry
    WHERE state IN ('open', 'explained') AND attempt_id IS NOT NULL
    GROUP BY shop_id, attempt_id
), summed AS (
    SELECT a.shop_id, a.id, a.reference, coalesce(taken.captured, 0) AS captured,
           coalesce(taken.reversed, 0) + coalesce(refunded.amount, 0) AS returned,
           settled.paid AS settled, settled.returned AS settled_back,
           settled.attempt_id IS NOT NULL AS listed,
           coalesce(told.paid, 0) AS paid_gap, coalesce(told.returned, 0) AS returned_gap,
           greatest(taken.last_at, refunded.last_at) AS last_at, settlement_book.reconciled_at
    FROM payment_attempt AS a
    JOIN rail ON rail.shop_id = a.shop_id AND rail.id = a.rail_id
    LEFT JOIN settlement_book ON settlement_book.shop_id = a.shop_id
         AND settlement_book.account_id = rail.account_id
    LEFT JOIN taken ON taken.shop_id = a.shop_id AND taken.id = a.id
    LEFT JOIN refunded ON refunded.shop_id = a.shop_id AND refunded.id = a.id
    LEFT JOIN settled ON settled.shop_id = a.shop_id AND settled.attempt_id = a.id
    LEFT JOIN told ON told.shop_id = a.shop_id AND told.attempt_id = a.id
    WHERE settled.attempt_id IS NOT NULL OR told.attempt_id IS NOT NULL
), adrift AS (
    SELECT *,
           CASE
               WHEN NOT listed THEN CASE WHEN paid_gap = 0 THEN 0 ELSE captured - returned - paid_gap END
               WHEN settled IS NULL AND paid_gap = 0 THEN 0
               ELSE captured - coalesce(settled, 0) - paid_gap
           END
           + CASE
               WHEN NOT listed THEN -returned_gap
               WHEN returned > settled_back AND returned_gap = 0 THEN 0
               ELSE settled_back - returned - returned_gap
             END AS adrift_minor
    FROM summed
)
SELECT shop_id, id AS subject, reference, captured::bigint, returned::bigint, settled::bigint,
       settled_back::bigint, (paid_gap + returned_gap)::bigint AS told_apart, adrift_minor::bigint
FROM adrift
WHERE adrift_minor <> 0 AND NOT coalesce(last_at >= %(now)s::timestamptz - interval '2 days'
                                        AND (reconciled_at IS NULL OR last_at > reconciled_at), false)
"""

_STRAY_LINE_IS_TOLD_APART = """
SELECT line.shop_id, line.id AS subject, line.reference, line.gross_minor,
       coalesce(sum(entry.gap_minor), 0)::bigint AS told_apart
FROM settlement_line AS line
LEFT JOIN reconciliation_entry AS entry ON entry.shop_id = line.shop_id AND entry.line_id = line.id
     AND entry.state IN ('open', 'explained')
WHERE line.attempt_id IS NULL
GROUP BY line.shop_id, line.id, line.reference, line.gross_minor
HAVING coalesce(sum(entry.gap_minor), 0) <> -line.gross_minor
"""

_PAYOUT_IS_ITS_LINES = """
SELECT payout.shop_id, payout.id AS subject, payout.reference, payout.net_minor, payout.lines,
       coalesce(summed.net, 0)::bigint AS lines_net, bank_line.amount_minor AS arrived
FROM payout
LEFT JOIN (
    SELECT shop_id, payout_id, sum(net_minor) AS net, count(*) AS lines
    FROM settlement_line
    GROUP BY shop_id, payout_id
) AS summed ON summed.shop_id = payout.shop_id AND summed.payout_id = payout.id
LEFT JOIN bank_line ON bank_line.shop_id = payout.shop_id AND bank_line.payout_id = payout.id
WHERE payout.net_minor <> coalesce(summed.net, 0) OR payout.lines <> coalesce(summed.lines, 0)
   OR (bank_line.amount_minor <> payout.net_minor AND bank_line.matched_by <> 'hand')
"""

_FILE_ROWS_ADD_UP = """
SELECT file.shop_id, file.id AS subject, file.name, file.lines, file.unread,
       coalesce(written.lines, 0) AS lines_there, coalesce(waiting.rows, 0) AS unread_there
FROM settlement_file AS file
LEFT JOIN (
    SELECT shop_id, file_id, count(*) AS lines FROM settlement_line GROUP BY shop_id, file_id
    UNION ALL
    SELECT shop_id, file_id, count(*) AS lines FROM bank_line GROUP BY shop_id, file_id
) AS written ON written.shop_id = file.shop_id AND written.file_id = file.id
LEFT JOIN (
    SELECT shop_id, file_id, count(*) AS rows FROM reconciliation_entry
    WHERE reason = 'row_unreadable' GROUP BY shop_id, file_id
) AS waiting ON waiting.shop_id = file.shop_id AND waiting.file_id = file.id
WHERE file.lines <> coalesce(written.lines, 0) OR file.unread <> coalesce(waiting.rows, 0)
"""

CHECKS = (
    Check(
        "settlements.payment_is_accounted_for",
        3,
        "What a gateway kept of a payment is settled, still to be settled, or told apart as a difference, to the rupiah.",
        by_sql(_PAYMENT_IS_ACCOUNTED_FOR),
    ),
    Check(
        "settlements.stray_line_is_told_apart",
        3,
        "A settlement line of no payment we know stands as a difference of its amount.",
        by_sql(_STRAY_LINE_IS_TOLD_APART),
    ),
    Check(
        "settlements.payout_is_its_lines",
        3,
        "A payout is the sum of its lines, and the bank's line it was matched with is of that sum.",
        by_sql(_PAYOUT_IS_ITS_LINES),
    ),
    Check(
        "settlements.rows_add_up",
        3,
        "Every row of a file that was brought in is a line, was known before, was skipped, or waits.",
        by_sql(_FILE_ROWS_ADD_UP),
    ),
)
