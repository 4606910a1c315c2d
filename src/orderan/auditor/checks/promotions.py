"""Promises 2 and 3 of payment promotions: a budget's counter is what its uses cost, and no cover is nobody's."""

from orderan.auditor.models import Check, by_sql

_TAKEN_EQUALS_USES = """
WITH used AS (
    SELECT shop_id, promotion_id, sum(amount_minor - reversed_minor)::bigint AS minor,
           count(*) FILTER (WHERE state <> 'reversed') AS uses
    FROM promotion_redemption
    WHERE state <> 'released'
    GROUP BY shop_id, promotion_id
)
SELECT p.shop_id, p.id AS subject, p.taken_minor, coalesce(used.minor, 0) AS minor, p.taken_count,
       coalesce(used.uses, 0) AS uses
FROM payment_promotion AS p
LEFT JOIN used ON used.shop_id = p.shop_id AND used.promotion_id = p.id
WHERE p.taken_minor <> coalesce(used.minor, 0) OR p.taken_count <> coalesce(used.uses, 0)
"""

_SHARES_ADD_UP = """
WITH shared AS (
    SELECT shop_id, redemption_id, sum(amount_minor)::bigint AS amount, sum(reversed_minor)::bigint AS reversed
    FROM promotion_share
    GROUP BY shop_id, redemption_id
)
SELECT used.shop_id, used.id AS subject, used.amount_minor, shared.amount, used.reversed_minor, shared.reversed
FROM promotion_redemption AS used
LEFT JOIN shared ON shared.shop_id = used.shop_id AND shared.redemption_id = used.id
WHERE used.amount_minor <> coalesce(shared.amount, 0) OR used.reversed_minor <> coalesce(shared.reversed, 0)
"""

_COVER_IS_PROMOTED = """
WITH covered AS (
    SELECT shop_id, order_id,
           sum(CASE kind WHEN 'promotion_granted' THEN amount_minor ELSE -amount_minor END)::bigint AS minor
    FROM payment_event
    WHERE kind IN ('promotion_granted', 'promotion_withdrawn', 'promotion_returned')
    GROUP BY shop_id, order_id
), used AS (
    SELECT shop_id, order_id, sum(amount_minor - reversed_minor)::bigint AS minor
    FROM promotion_redemption
    WHERE kind = 'discount' AND state = 'confirmed'
    GROUP BY shop_id, order_id
)
SELECT shop_id, order_id AS subject, coalesce(covered.minor, 0) AS covered, coalesce(used.minor, 0) AS used
FROM covered
FULL JOIN used USING (shop_id, order_id)
WHERE coalesce(covered.minor, 0) <> coalesce(used.minor, 0)
"""

CHECKS = (
    Check(
        "promotions.taken_equals_uses",
        2,
        "What a promotion's budget and quota say is taken is what its uses cost, less what went back.",
        by_sql(_TAKEN_EQUALS_USES),
    ),
    Check(
        "promotions.shares_add_up",
        3,
        "What the payers of a use bear, and what of it went back, adds up to the use.",
        by_sql(_SHARES_ADD_UP),
    ),
    Check(
        "promotions.cover_is_promoted",
        3,
        "What promotions cover in an order's ledger is what its uses still cost.",
        by_sql(_COVER_IS_PROMOTED),
    ),
)
