"""Promises 4 and 6 of asking buyers: a word that was taken is kept as it was given, and nobody is forgotten half asked."""

from orderan.auditor.models import Check, by_sql

_CLOSED_CASES_ARE_QUIET = """
SELECT asked.shop_id, asked.order_id AS subject, attempt.id AS attempt, attempt.way, attempt.state
FROM verification_case AS asked
JOIN verification_attempt AS attempt ON attempt.shop_id = asked.shop_id AND attempt.order_id = asked.order_id
     AND attempt.day_id IS NULL
WHERE asked.closed_at IS NOT NULL AND attempt.state IN ('sending', 'asked', 'unknown')
"""

_WAITING_ARE_ASKED = """
SELECT waits.shop_id, waits.id AS subject, waits.number, asked.closed_at
FROM sales_order AS waits
LEFT JOIN verification_case AS asked ON asked.shop_id = waits.shop_id AND asked.order_id = waits.id
WHERE waits.commercial = 'accepted' AND waits.verification = 'waiting'
  AND (asked.order_id IS NULL OR asked.closed_at IS NOT NULL OR asked.next_at IS NULL)
"""

_DAYS_GO_ON = """
SELECT shop_id, id AS subject, parcel_id, day, state
FROM delivery_day
WHERE state IN ('waiting', 'asked') AND next_at IS NULL
UNION ALL
SELECT attempt.shop_id, delivery_day.id, delivery_day.parcel_id, delivery_day.day, attempt.state
FROM verification_attempt AS attempt
JOIN delivery_day ON delivery_day.shop_id = attempt.shop_id AND delivery_day.id = attempt.day_id
WHERE attempt.state IN ('sending', 'asked', 'unknown') AND delivery_day.state NOT IN ('waiting', 'asked')
"""

# As with an order's answer, both are written in one transaction, at one instant. Of several words the last holds.
_DAY_IS_THE_ANSWER = """
SELECT day.shop_id, day.id AS subject, day.parcel_id, day.state, day.answered_at, last_word.state AS said
FROM delivery_day AS day
LEFT JOIN LATERAL (
    SELECT attempt.state, attempt.moved_at
    FROM verification_attempt AS attempt
    WHERE attempt.shop_id = day.shop_id AND attempt.order_id = day.order_id AND attempt.day_id = day.id
      AND attempt.state IN ('confirmed', 'put_off', 'refused')
    ORDER BY attempt.moved_at DESC, attempt.id DESC
    LIMIT 1
) AS last_word ON TRUE
WHERE (day.state, day.answered_at) IS DISTINCT FROM (
          CASE last_word.state WHEN 'confirmed' THEN 'home' WHEN 'put_off' THEN 'another_day'
               WHEN 'refused' THEN 'nobody' END,
          last_word.moved_at)
  AND (day.state IN ('home', 'another_day', 'nobody') OR last_word.state IS NOT NULL)
"""

# An answer moves its attempt and its order in one transaction, at one instant: by that they are told to belong together,
# however often an order was changed and asked about anew. A deposit that was paid is an answer without an attempt.
_AXIS_IS_THE_ANSWER = """
WITH moved AS (
    SELECT shop_id, order_id, to_state, reason, at,
           row_number() OVER (PARTITION BY shop_id, order_id ORDER BY at DESC, id DESC) AS back
    FROM order_move
    WHERE axis = 'verification'
)
SELECT answered.shop_id, answered.id AS subject, answered.number, answered.verification, last_move.to_state AS moved_to
FROM sales_order AS answered
LEFT JOIN moved AS last_move ON last_move.shop_id = answered.shop_id AND last_move.order_id = answered.id
     AND last_move.back = 1
WHERE answered.verification IN ('confirmed', 'refused')
  AND (last_move.to_state IS DISTINCT FROM answered.verification
       OR (last_move.reason IS DISTINCT FROM 'deposit' AND NOT EXISTS (
           SELECT FROM verification_attempt AS attempt
           WHERE attempt.shop_id = answered.shop_id AND attempt.order_id = answered.id AND attempt.day_id IS NULL
             AND attempt.state = answered.verification AND attempt.moved_at = last_move.at)))
UNION ALL
SELECT attempt.shop_id, attempt.order_id, sales_order.number, sales_order.verification, attempt.state
FROM verification_attempt AS attempt
LEFT JOIN sales_order ON sales_order.shop_id = attempt.shop_id AND sales_order.id = attempt.order_id
WHERE attempt.state IN ('confirmed', 'refused') AND attempt.day_id IS NULL AND NOT EXISTS (
    SELECT FROM moved
    WHERE moved.shop_id = attempt.shop_id AND moved.order_id = attempt.order_id
      AND moved.to_state = attempt.state AND moved.at = attempt.moved_at)
"""

_LET_GO_SAYS_BY_WHAT = """
SELECT cleared.shop_id, cleared.id AS subject, cleared.number, cleared.verification, by_what.at
FROM sales_order AS cleared
CROSS JOIN LATERAL (
    SELECT to_state, reason, at
    FROM order_move
    WHERE order_move.shop_id = cleared.shop_id AND order_move.order_id = cleared.id AND axis = 'verification'
    ORDER BY at DESC, id DESC
    LIMIT 1
) AS by_what
WHERE cleared.verification IN ('confirmed', 'waived') AND coalesce(by_what.reason, '') = ''
  AND NOT (cleared.verification = 'confirmed' AND EXISTS (
      SELECT FROM verification_attempt AS attempt
      WHERE attempt.shop_id = cleared.shop_id AND attempt.order_id = cleared.id AND attempt.day_id IS NULL
        AND attempt.state = 'confirmed' AND attempt.moved_at = by_what.at))
"""

CHECKS = (
    Check(
        "verification.axis_is_the_answer",
        4,
        "An order stands where the answer that decided led it, and every answer that was taken led its order.",
        by_sql(_AXIS_IS_THE_ANSWER),
    ),
    Check(
        "verification.let_go_says_by_what",
        4,
        "An order whose buyer's word is in, or is not waited for, says by which attempt, rule, payment or reason.",
        by_sql(_LET_GO_SAYS_BY_WHAT),
    ),
    Check(
        "verification.closed_cases_are_quiet",
        6,
        "Nobody is asked by an attempt about an order whose asking is over.",
        by_sql(_CLOSED_CASES_ARE_QUIET),
    ),
    Check(
        "verification.waiting_are_asked",
        6,
        "Every order that waits for its buyer's word is being asked about, and something of it is due.",
        by_sql(_WAITING_ARE_ASKED),
    ),
    Check(
        "verification.day_is_the_answer",
        4,
        "A parcel's day stands where the last word about it led, and every word that was taken led its day.",
        by_sql(_DAY_IS_THE_ANSWER),
    ),
    Check(
        "verification.days_go_on",
        6,
        "Every parcel's day that has no answer yet has something due, and nobody is asked about one that is over.",
        by_sql(_DAYS_GO_ON),
    ),
)
