"""Promise 5: an event exists if and only if its change was committed, in order per entity."""

from orderan.auditor.models import Check, by_sql

_SEQ_HAS_NO_GAPS = """
SELECT shop_id, entity_id AS subject, count(*) AS facts, min(seq) AS first_seq, max(seq) AS last_seq
FROM event
GROUP BY shop_id, entity_id
HAVING min(seq) <> 1 OR max(seq) <> count(*) OR count(DISTINCT seq) <> count(*)
"""

_POSITIONS_HAVE_NO_GAPS = """
SELECT shop_id, shop_id AS subject, event_head.position AS head, coalesce(given.facts, 0) AS facts,
       coalesce(given.first_position, 0) AS first_position, coalesce(given.last_position, 0) AS last_position
FROM event_head
FULL JOIN (
    SELECT shop_id, count(position) AS facts, count(DISTINCT position) AS positions,
           min(position) AS first_position, max(position) AS last_position
    FROM event
    GROUP BY shop_id
) AS given USING (shop_id)
WHERE event_head.shop_id IS NULL
   OR coalesce(given.facts, 0) <> event_head.position
   OR coalesce(given.positions, 0) <> coalesce(given.facts, 0)
   OR coalesce(given.last_position, 0) <> event_head.position
   OR coalesce(given.first_position, 1) <> 1
"""

# The worker looks every second; minutes later none runs, or it cannot. A shop being prepared is left alone.
_POSITIONS_ARE_GIVEN = """
SELECT shop_id, entity_id AS subject, seq, kind, occurred_at
FROM event
JOIN shop USING (shop_id)
WHERE event.position IS NULL
  AND event.occurred_at < %(now)s::timestamptz - interval '5 minutes'
  AND shop.state = 'open'
"""

_ENTITY_ORDER_IS_KEPT = """
SELECT shop_id, entity_id AS subject, seq, position, earlier AS position_before
FROM (
    SELECT shop_id, entity_id, seq, position,
           lag(position) OVER (PARTITION BY shop_id, entity_id ORDER BY seq) AS earlier
    FROM event
    WHERE position IS NOT NULL
) AS sequenced
WHERE position <= earlier
"""

_CURSORS_WITHIN_HEAD = """
SELECT event_cursor.shop_id, event_cursor.consumer AS subject, event_cursor.position, event_head.position AS head
FROM event_cursor
LEFT JOIN event_head ON event_head.shop_id = event_cursor.shop_id
WHERE event_head.shop_id IS NULL OR event_cursor.position > event_head.position
"""

_PLACED_ONCE = """
SELECT shop_id, coalesce(o.id, placed.entity_id) AS subject, o.number, placed.facts
FROM (SELECT shop_id, id, number FROM sales_order) AS o
FULL JOIN (
    SELECT shop_id, entity_id, entity_id AS id, count(*) AS facts
    FROM event
    WHERE kind IN ('orders.placed.v1', 'importing.order_imported.v1')
    GROUP BY shop_id, entity_id
) AS placed USING (shop_id, id)
WHERE o.number IS NULL OR placed.facts IS DISTINCT FROM 1
"""

_MOVES_HAVE_FACTS = """
WITH moved AS (
    SELECT shop_id, order_id, 'orders.' || to_state || '.v1' AS kind, count(*) AS moves
    FROM order_move
    WHERE axis = 'commercial' AND to_state IN ('accepted', 'completed', 'cancelled', 'expired') AND event <> 'import'
    GROUP BY shop_id, order_id, to_state
), told AS (
    SELECT shop_id, entity_id AS order_id, kind, count(*) AS facts
    FROM event
    WHERE kind IN ('orders.accepted.v1', 'orders.completed.v1', 'orders.cancelled.v1', 'orders.expired.v1')
    GROUP BY shop_id, entity_id, kind
)
SELECT shop_id, order_id AS subject, kind, coalesce(moved.moves, 0) AS moves, coalesce(told.facts, 0) AS facts
FROM moved
FULL JOIN told USING (shop_id, order_id, kind)
WHERE coalesce(moved.moves, 0) <> coalesce(told.facts, 0)
"""

_STATE_IS_LAST_MOVE = """
SELECT o.shop_id, o.id AS subject, o.commercial, last_move.to_state
FROM sales_order AS o
JOIN (
    SELECT DISTINCT ON (shop_id, order_id) shop_id, order_id, to_state
    FROM order_move
    WHERE axis = 'commercial'
    ORDER BY shop_id, order_id, at DESC, id DESC
) AS last_move ON last_move.shop_id = o.shop_id AND last_move.order_id = o.id
WHERE o.commercial <> last_move.to_state
"""

_MONEY_HAS_FACTS = """
SELECT shop_id, order_id AS subject, coalesce(money.events, 0) AS events, coalesce(told.facts, 0) AS facts
FROM (
    SELECT shop_id, order_id, count(*) AS events FROM payment_event WHERE method <> 'historic' GROUP BY shop_id, order_id
) AS money
FULL JOIN (
    SELECT shop_id, entity_id AS order_id, count(*) AS facts
    FROM event
    WHERE kind = 'payments.money_moved.v1'
    GROUP BY shop_id, entity_id
) AS told USING (shop_id, order_id)
WHERE coalesce(money.events, 0) <> coalesce(told.facts, 0)
"""

CHECKS = (
    Check(
        "facts.seq_has_no_gaps",
        5,
        "The facts of every entity are numbered from 1 without gaps.",
        by_sql(_SEQ_HAS_NO_GAPS),
    ),
    Check(
        "facts.positions_have_no_gaps",
        5,
        "Positions of a shop's log run from 1 to its head, each given once.",
        by_sql(_POSITIONS_HAVE_NO_GAPS),
    ),
    Check(
        "facts.positions_are_given",
        5,
        "No fact of an open shop waits longer than 5 minutes for its position, where readers find it.",
        by_sql(_POSITIONS_ARE_GIVEN),
    ),
    Check(
        "facts.entity_order_is_kept",
        5,
        "A later fact of an entity has a later position.",
        by_sql(_ENTITY_ORDER_IS_KEPT),
    ),
    Check(
        "facts.cursors_within_head",
        5,
        "No consumer has applied facts that have no position yet.",
        by_sql(_CURSORS_WITHIN_HEAD),
    ),
    Check(
        "facts.orders_are_placed_once",
        5,
        "Every order has exactly one fact of its placing or its import, and every such fact its order.",
        by_sql(_PLACED_ONCE),
    ),
    Check(
        "facts.moves_have_facts",
        5,
        "Every move to accepted, completed, cancelled or expired was told, and nothing else was; an import is one fact.",
        by_sql(_MOVES_HAVE_FACTS),
    ),
    Check(
        "facts.state_is_the_last_move",
        5,
        "An order's commercial state is where its last move led.",
        by_sql(_STATE_IS_LAST_MOVE),
    ),
    Check(
        "facts.money_has_facts",
        5,
        "Every money event was told, and nothing else was; historic money is told by the import.",
        by_sql(_MONEY_HAS_FACTS),
    ),
)
