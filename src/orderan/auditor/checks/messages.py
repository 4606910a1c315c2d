"""Promises 5 and 6 of messages: what happened was told once, and nothing that is to be told lies about."""

from typing import Final, LiteralString

from orderan.auditor.models import Check, by_sql

# Facts the teller has passed, of shops that tell their buyers things, about orders whose buyer hears from us.
_PASSED: Final[LiteralString] = """
    FROM event
    JOIN message_policy AS policy ON policy.shop_id = event.shop_id AND policy.channels <> '{}'
         AND event.position > policy.from_position
    JOIN event_cursor AS cursor ON cursor.shop_id = event.shop_id AND cursor.consumer = 'tell_buyers'
         AND event.position <= cursor.position
    JOIN sales_order ON sales_order.shop_id = event.shop_id AND sales_order.id = event.entity_id
    JOIN channel ON channel.shop_id = event.shop_id AND channel.id = sales_order.channel_id
         AND channel.kind NOT IN ('marketplace', 'import')
    JOIN customer ON customer.shop_id = event.shop_id AND customer.id = sales_order.customer_id
         AND customer.state <> 'erased'"""

_FACTS_ARE_TOLD_ONCE = f"""
WITH heard AS (
    SELECT DISTINCT event.shop_id, event.entity_id AS topic_id, told.kind, told.subject_id
    {_PASSED}
    LEFT JOIN payment_attempt ON payment_attempt.shop_id = event.shop_id
         AND payment_attempt.reference = event.payload ->> 'reference'
         AND event.kind = 'payments.money_moved.v1' AND event.payload ->> 'what' = 'pending'
         AND payment_attempt.instrument ->> 'number' IS NOT NULL
    -- The teller reads an order as it stands: what it waited for last has to have been heard.
    CROSS JOIN LATERAL (
        SELECT sales_order.commercial IN ('accepted', 'completed') AND sales_order.cleared
               AND sales_order.open_holds = 0 AND NOT EXISTS (
                   SELECT FROM event AS unheard
                   WHERE unheard.shop_id = event.shop_id AND unheard.entity_id = event.entity_id
                     AND unheard.kind IN ('orders.placed.v1', 'orders.accepted.v1', 'orders.hold_released.v1',
                                          'orders.verification_moved.v1')
                     AND (unheard.position IS NULL OR unheard.position > cursor.position)) AS ahead
    ) AS goes
    -- What a return brings back pays for its replacement first: whether anything is asked for it is known later.
    CROSS JOIN LATERAL (
        SELECT event.kind = 'orders.placed.v1' AND event.payload ->> 'commercial' = 'awaiting_payment'
               AND NOT EXISTS (SELECT FROM return_exchange
                               WHERE return_exchange.shop_id = event.shop_id
                                 AND return_exchange.order_id = event.entity_id) AS asked
    ) AS money
    JOIN LATERAL (
        VALUES
            ('pay_now', money.asked, event.entity_id),
            ('pay_soon', money.asked, event.entity_id),
            ('accepted', event.kind = 'orders.placed.v1' AND event.payload ->> 'commercial' = 'accepted' AND goes.ahead,
             event.entity_id),
            ('accepted', event.kind IN ('orders.accepted.v1', 'orders.hold_released.v1') AND goes.ahead, event.entity_id),
            ('accepted', event.kind = 'orders.verification_moved.v1' AND goes.ahead
                         AND event.payload ->> 'verification' IN ('confirmed', 'waived'), event.entity_id),
            ('expired', event.kind = 'orders.expired.v1', event.entity_id),
            ('paid_late', event.kind = 'payments.money_moved.v1' AND event.payload ->> 'what' = 'captured'
                          AND sales_order.commercial IN ('cancelled', 'expired')
                          AND event.occurred_at > sales_order.closed_at, event.entity_id),
            ('cancelled', event.kind = 'orders.cancelled.v1', event.entity_id),
            ('delivered', event.kind = 'orders.delivered.v1', event.entity_id),
            ('pay_with', payment_attempt.id IS NOT NULL, payment_attempt.id),
            ('refunded', event.kind = 'payments.refund_closed.v1' AND event.payload ->> 'state' = 'executed',
             (event.payload ->> 'refund_id')::uuid),
            ('shipped', event.kind = 'shipping.parcel_shipped.v1', (event.payload ->> 'parcel_id')::uuid),
            ('out_for_delivery',
             event.kind = 'shipping.parcel_moved.v1' AND event.payload ->> 'state' = 'out_for_delivery',
             (event.payload ->> 'parcel_id')::uuid),
            ('coming_back', event.kind = 'shipping.parcel_moved.v1' AND event.payload ->> 'state' = 'returning',
             (event.payload ->> 'parcel_id')::uuid),
            ('parcel_lost', event.kind = 'shipping.parcel_moved.v1' AND event.payload ->> 'state' IN ('lost', 'damaged'),
             (event.payload ->> 'parcel_id')::uuid),
            ('delayed', event.kind = 'shipping.delivery_late.v1', event.entity_id),
            ('substituted', event.kind = 'orders.units_substituted.v1', (event.payload ->> 'substitution_id')::uuid),
            ('return_approved', event.kind = 'returns.return_moved.v1' AND event.payload ->> 'state' = 'approved',
             (event.payload ->> 'return_id')::uuid),
            ('return_refused', event.kind = 'returns.return_moved.v1' AND event.payload ->> 'state' = 'rejected',
             (event.payload ->> 'return_id')::uuid),
            ('return_received', event.kind = 'returns.return_moved.v1' AND event.payload ->> 'state' = 'received',
             (event.payload ->> 'return_id')::uuid),
            ('trouble', event.kind = 'incidents.buyer_told.v1' AND event.payload ->> 'what' = 'trouble',
             (event.payload ->> 'incident_id')::uuid),
            ('recovered', event.kind = 'incidents.buyer_told.v1' AND event.payload ->> 'what' = 'recovered',
             (event.payload ->> 'incident_id')::uuid)
    ) AS told (kind, yes, subject_id) ON told.yes
), made AS (
    SELECT shop_id, topic_id, kind, subject_id, count(*) AS messages
    FROM message
    GROUP BY shop_id, topic_id, kind, subject_id
)
SELECT shop_id, topic_id AS subject, kind, subject_id, coalesce(made.messages, 0) AS messages
FROM heard
LEFT JOIN made USING (shop_id, topic_id, kind, subject_id)
WHERE coalesce(made.messages, 0) <> 1
"""

# What happens to one thing more than once has a message for each fact, not one for the thing.
_EACH_TIME_IS_TOLD = f"""
WITH heard AS (
    SELECT event.shop_id, event.entity_id AS topic_id, event.seq, told.kind
    {_PASSED}
    JOIN LATERAL (
        VALUES
            ('attempt_failed', event.kind = 'shipping.parcel_moved.v1' AND event.payload ->> 'state' = 'attempt_failed'),
            ('postponed', event.kind = 'shipping.delivery_expected.v1' AND event.payload ->> 'answer' = 'another_day'
                          AND coalesce(event.payload ->> 'deliver_on', '') <> ''),
            ('changed', event.kind IN ('orders.changed.v1', 'orders.units_cancelled.v1'))
    ) AS told (kind, yes) ON told.yes
), made AS (
    SELECT shop_id, topic_id, kind, fact_seq, count(*) AS messages
    FROM message
    WHERE kind IN ('attempt_failed', 'postponed', 'changed')
    GROUP BY shop_id, topic_id, kind, fact_seq
)
SELECT heard.shop_id, heard.topic_id AS subject, heard.kind, heard.seq, coalesce(made.messages, 0) AS messages
FROM heard
LEFT JOIN made ON made.shop_id = heard.shop_id AND made.topic_id = heard.topic_id AND made.kind = heard.kind
     AND made.fact_seq = heard.seq
WHERE coalesce(made.messages, 0) <> 1
"""

_MESSAGES_HAVE_FACTS = """
SELECT message.shop_id, message.id AS subject, message.kind, message.fact_entity, message.fact_seq
FROM message
LEFT JOIN event ON event.shop_id = message.shop_id AND event.entity_id = message.fact_entity
     AND event.seq = message.fact_seq
WHERE event.seq IS NULL OR message.topic_id <> message.fact_entity
"""

_TOLD_WERE_SENT = """
WITH went AS (
    SELECT shop_id, message_id, count(*) FILTER (WHERE sent_at IS NOT NULL) AS sent
    FROM delivery
    GROUP BY shop_id, message_id
)
SELECT message.shop_id, message.id AS subject, message.kind, message.state, coalesce(went.sent, 0) AS sent
FROM message
LEFT JOIN went ON went.shop_id = message.shop_id AND went.message_id = message.id
WHERE (message.state = 'told' AND coalesce(went.sent, 0) = 0)
   OR (message.state = 'suppressed' AND message.round = 1 AND coalesce(went.sent, 0) > 0)
"""

_WAITING_HAVE_A_TRY = """
WITH hanging AS (
    SELECT shop_id, message_id, count(*) AS tries
    FROM delivery
    WHERE state IN ('queued', 'sending', 'unknown')
    GROUP BY shop_id, message_id
)
SELECT message.shop_id, message.id AS subject, message.kind, message.state, coalesce(hanging.tries, 0) AS tries
FROM message
LEFT JOIN hanging ON hanging.shop_id = message.shop_id AND hanging.message_id = message.id
WHERE message.state = 'waiting' AND coalesce(hanging.tries, 0) <> 1
"""

CHECKS = (
    Check(
        "messages.facts_are_told_once",
        5,
        "Every fact a buyer is to hear of has exactly one message, in shops that tell their buyers things.",
        by_sql(_FACTS_ARE_TOLD_ONCE),
    ),
    Check(
        "messages.each_time_is_told",
        5,
        "Every failed try, every other day and every change of an order has a message of its own.",
        by_sql(_EACH_TIME_IS_TOLD),
    ),
    Check(
        "messages.have_facts",
        5,
        "Every message comes from a fact about its topic.",
        by_sql(_MESSAGES_HAVE_FACTS),
    ),
    Check(
        "messages.told_were_sent",
        5,
        "A message that counts as told was taken by a provider, one that was silenced by none.",
        by_sql(_TOLD_WERE_SENT),
    ),
    Check(
        "messages.waiting_have_a_try",
        6,
        "A message that waits has exactly one try that is not over.",
        by_sql(_WAITING_HAVE_A_TRY),
    ),
)
