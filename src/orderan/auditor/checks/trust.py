"""Promises 2 and 4 of trust: what is counted of a key is how its orders ended, and every score has its reasons."""

from orderan.auditor.models import Check, by_sql

_TALLIES_EQUAL_ENDS = """
WITH ends AS (
    SELECT score.shop_id, links.kind, links.key,
           count(*) FILTER (WHERE told.ended = 'delivered')::int AS delivered,
           count(*) FILTER (WHERE told.ended = 'refused'
                            OR (told.ended = 'disowned' AND links.kind IN ('address', 'device')))::int AS refused,
           count(*) FILTER (WHERE told.ended = 'returned')::int AS returned,
           count(*) FILTER (WHERE told.ended = 'disputed')::int AS disputed,
           count(*) FILTER (WHERE told.ended = 'fraud')::int AS fraud,
           coalesce(sum(score.amount_minor) FILTER (WHERE told.ended = 'delivered'), 0)::bigint AS delivered_minor
    FROM trust_outcome AS told
    JOIN trust_score AS score ON score.shop_id = told.shop_id AND score.subject_id = told.subject_id
    CROSS JOIN LATERAL (
        SELECT kind, key FROM unnest(score.kinds, score.keys) AS kept (kind, key)
        WHERE kind NOT IN ('domain', 'network')
        UNION ALL
        SELECT 'area', convert_to(score.area, 'UTF8') WHERE score.area <> ''
    ) AS links
    GROUP BY score.shop_id, links.kind, links.key
)
SELECT shop_id, kind || ' ' || encode(key, 'hex') AS subject,
       tally.delivered, ends.delivered AS ended_delivered, tally.refused, ends.refused AS ended_refused
FROM trust_tally AS tally
FULL JOIN ends USING (shop_id, kind, key)
WHERE (tally.delivered, tally.refused, tally.returned, tally.disputed, tally.fraud, tally.delivered_minor)
      IS DISTINCT FROM
      (ends.delivered, ends.refused, ends.returned, ends.disputed, ends.fraud, ends.delivered_minor)
"""

_SCORES_HAVE_DECISIONS = """
SELECT scored.shop_id, scored.subject_id AS subject, scored.outcome
FROM (
    SELECT shop_id, subject_id, outcome, points FROM trust_score
    UNION ALL
    SELECT shop_id, id, outcome, points FROM trust_denial
) AS scored
LEFT JOIN decision ON decision.shop_id = scored.shop_id AND decision.subject_id = scored.subject_id
     AND decision.kind = 'trust' AND decision.outcome ->> 'outcome' = scored.outcome
     AND (decision.outcome ->> 'points')::int = scored.points
WHERE decision.id IS NULL
"""

_SCORES_ARE_OF_ORDERS = """
SELECT score.shop_id, score.subject_id AS subject, score.outcome
FROM trust_score AS score
LEFT JOIN sales_order ON sales_order.shop_id = score.shop_id AND sales_order.id = score.subject_id
LEFT JOIN trust_review AS review ON review.shop_id = score.shop_id AND review.id = score.subject_id
WHERE sales_order.id IS NULL OR (score.outcome = 'hold') <> (review.id IS NOT NULL)
"""

CHECKS = (
    Check(
        "trust.tallies_equal_ends",
        2,
        "What is counted of a phone, a house or an area is how its orders ended.",
        by_sql(_TALLIES_EQUAL_ENDS),
    ),
    Check(
        "trust.scores_have_decisions",
        4,
        "Every order that was scored, placed or denied, has a decision that says the same, with its reasons.",
        by_sql(_SCORES_HAVE_DECISIONS),
    ),
    Check(
        "trust.scores_are_of_orders",
        4,
        "Every score that was kept is of an order, and whatever was held for a look has its review.",
        by_sql(_SCORES_ARE_OF_ORDERS),
    ),
)
