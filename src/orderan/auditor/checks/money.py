"""Promise 3: one truth about money. The rules are those of `payments.standing`, told in SQL.

Seeded days hold the two against each other: the product computes, the audit recomputes.
"""

from orderan.auditor.models import Check, by_sql

_EQUALS_LEDGER = """
WITH summed AS (
    SELECT shop_id, order_id,
           sum(CASE kind WHEN 'captured' THEN amount_minor WHEN 'cod_collected' THEN amount_minor
                         WHEN 'capture_reversed' THEN -amount_minor ELSE 0 END) AS paid,
           sum(CASE kind WHEN 'refunded' THEN amount_minor WHEN 'refund_reversed' THEN -amount_minor
                         ELSE 0 END) AS refunded,
           sum(CASE kind WHEN 'unknown' THEN amount_minor WHEN 'unknown_cleared' THEN -amount_minor
                         ELSE 0 END) AS unknown,
           sum(CASE kind WHEN 'pending' THEN amount_minor WHEN 'pending_cleared' THEN -amount_minor
                         ELSE 0 END) AS pending,
           sum(CASE kind WHEN 'cod_collected' THEN amount_minor ELSE 0 END) AS collected,
           sum(CASE kind WHEN 'cod_remitted' THEN amount_minor ELSE 0 END) AS remitted,
           sum(CASE kind WHEN 'forgone' THEN amount_minor ELSE 0 END) AS forgone,
           sum(CASE kind WHEN 'credited' THEN amount_minor ELSE 0 END) AS credited,
           sum(CASE kind WHEN 'promotion_granted' THEN amount_minor WHEN 'promotion_withdrawn' THEN -amount_minor
                         ELSE 0 END) AS covered
    FROM payment_event
    GROUP BY shop_id, order_id
), sums AS (
    SELECT sales_order.shop_id, sales_order.id, sales_order.terms,
           greatest(sales_order.total_minor - coalesce(forgone, 0) - coalesce(covered, 0), 0)::bigint AS asked,
           sales_order.money, sales_order.paid_minor, sales_order.refunded_minor, sales_order.forgone_minor,
           sales_order.credited_minor, coalesce(credited, 0)::bigint AS credited,
           sales_order.covered_minor, coalesce(covered, 0)::bigint AS covered,
           coalesce(forgone, 0)::bigint AS forgone,
           coalesce(paid, 0)::bigint AS paid, coalesce(refunded, 0)::bigint AS refunded,
           coalesce(unknown, 0) AS unknown, coalesce(pending, 0) AS pending,
           coalesce(collected, 0) AS collected, coalesce(remitted, 0) AS remitted
    FROM sales_order
    LEFT JOIN summed ON summed.shop_id = sales_order.shop_id AND summed.order_id = sales_order.id
), derived AS (
    SELECT *,
           CASE
               WHEN refunded > 0 THEN CASE WHEN refunded >= paid THEN 'refunded' ELSE 'partly_refunded' END
               WHEN unknown > 0 THEN 'unknown'
               WHEN paid = 0 AND asked > 0 THEN
                   CASE WHEN pending > 0 THEN 'pending' WHEN terms = 'cod' THEN 'cod_due' ELSE 'unpaid' END
               WHEN paid < asked THEN 'partly_paid'
               WHEN paid > asked THEN 'overpaid'
               WHEN collected <> 0 THEN
                   CASE WHEN remitted >= collected THEN 'cod_remitted' ELSE 'cod_collected' END
               ELSE 'paid'
           END AS state
    FROM sums
)
SELECT shop_id, id AS subject, money, state AS derived, paid_minor, paid, refunded_minor, refunded
FROM derived
WHERE money <> state OR paid_minor <> paid OR refunded_minor <> refunded OR forgone_minor <> forgone
   OR credited_minor <> credited OR covered_minor <> covered
"""

_ORDER_ADDS_UP = """
WITH line AS (
    SELECT shop_id, order_id, sum(goods_minor)::bigint AS goods, sum(discount_minor)::bigint AS discount,
           sum(tax_minor)::bigint AS tax
    FROM order_line
    GROUP BY shop_id, order_id
)
SELECT o.shop_id, o.id AS subject, o.goods_minor, line.goods, o.discount_minor, line.discount,
       o.tax_minor, line.tax, o.total_minor
FROM sales_order AS o
JOIN line ON line.shop_id = o.shop_id AND line.order_id = o.id
WHERE o.goods_minor <> line.goods OR o.discount_minor <> line.discount OR o.tax_minor <> line.tax
   OR o.total_minor <> o.goods_minor - o.discount_minor + o.shipping_minor
                       + CASE WHEN o.tax_included THEN 0 ELSE o.tax_minor END + o.rounding_minor
"""

_REFUNDS_WITHIN_CAPTURES = """
WITH taken AS (
    SELECT shop_id, order_id,
           sum(CASE kind WHEN 'captured' THEN amount_minor WHEN 'cod_collected' THEN amount_minor
                         WHEN 'capture_reversed' THEN -amount_minor ELSE 0 END)::bigint AS paid,
           sum(CASE kind WHEN 'refunded' THEN amount_minor WHEN 'refund_reversed' THEN -amount_minor
                         ELSE 0 END)::bigint AS refunded
    FROM payment_event
    GROUP BY shop_id, order_id
), promised AS (
    SELECT shop_id, order_id, sum(amount_minor - paid_minor) FILTER (WHERE state = 'granted')::bigint AS granted,
           sum(CASE state WHEN 'executed' THEN amount_minor ELSE paid_minor END)::bigint AS executed
    FROM refund
    GROUP BY shop_id, order_id
)
SELECT shop_id, order_id AS subject, taken.paid, taken.refunded, promised.granted, promised.executed
FROM taken
FULL JOIN promised USING (shop_id, order_id)
WHERE coalesce(taken.refunded, 0) > coalesce(taken.paid, 0)
   OR coalesce(taken.refunded, 0) + coalesce(promised.granted, 0) > coalesce(taken.paid, 0)
   OR coalesce(promised.executed, 0) > coalesce(taken.refunded, 0)
"""

_LEDGER_IS_WHOLE = """
SELECT payment_event.shop_id, payment_event.order_id AS subject, count(*) AS events, max(seq) AS last_seq,
       max(payment_event.currency) AS currency
FROM payment_event
JOIN sales_order ON sales_order.shop_id = payment_event.shop_id AND sales_order.id = payment_event.order_id
GROUP BY payment_event.shop_id, payment_event.order_id
HAVING min(seq) <> 1 OR max(seq) <> count(*) OR bool_or(payment_event.currency <> sales_order.currency)
    OR count(DISTINCT seq) <> count(*)
"""

_CAPTURED_HAS_AN_ORDER = """
SELECT payment_event.shop_id, payment_event.order_id AS subject, payment_event.seq, payment_event.kind,
       payment_event.amount_minor
FROM payment_event
LEFT JOIN sales_order ON sales_order.shop_id = payment_event.shop_id AND sales_order.id = payment_event.order_id
WHERE sales_order.id IS NULL
"""

CHECKS = (
    Check(
        "money.equals_ledger",
        3,
        "What an order says is paid, refunded and its money state follow from its payment events.",
        by_sql(_EQUALS_LEDGER),
    ),
    Check(
        "money.order_adds_up",
        3,
        "An order's goods, discounts and tax are the sums of its lines, and its total adds up.",
        by_sql(_ORDER_ADDS_UP),
    ),
    Check(
        "money.refunds_within_captures",
        3,
        "Refunds, granted ones included, stay within what was taken; executed ones stand in the ledger.",
        by_sql(_REFUNDS_WITHIN_CAPTURES),
    ),
    Check(
        "money.ledger_is_whole",
        3,
        "The money events of an order are numbered from 1 without gaps, in the order's currency.",
        by_sql(_LEDGER_IS_WHOLE),
    ),
    Check(
        "money.has_an_order",
        3,
        "No money was taken without an order.",
        by_sql(_CAPTURED_HAS_AN_ORDER),
    ),
)
