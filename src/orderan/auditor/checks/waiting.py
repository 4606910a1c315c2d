"""Promise 6: nothing is stuck in silence."""

from collections.abc import Coroutine, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, LiteralString, cast

import psycopg
from psycopg.rows import namedtuple_row

from orderan.auditor.models import Check, Row, by_sql
from orderan.flows.watch_limits import QUIET, WATCHES, Watch, entry_key
from orderan.kit.db import Tx

PATIENCE = timedelta(hours=1)
"""How long past a limit the inbox may take to say so."""

# The worker looks every second; minutes later somebody forgot to start one.
_UNPAID_PAST_HOLD = """
SELECT shop_id, id AS subject, number, hold_until
FROM sales_order
WHERE commercial = 'awaiting_payment'
  AND clock_stopped_at IS NULL
  AND (hold_until IS NULL OR hold_until < %(now)s::timestamptz - interval '5 minutes')
"""

_HOLDS_PAST_EXPIRY = """
SELECT shop_id, order_id AS subject, id AS hold_id, kind, expires_at
FROM order_hold
WHERE released_at IS NULL AND expires_at < %(now)s::timestamptz - interval '5 minutes'
"""

# Only an incident holds a clock, and it holds it in its own books.
_CLOCKS_HELD_BY_NOBODY = """
SELECT o.shop_id, o.id AS subject, o.number, o.clock_stopped_at
FROM sales_order AS o
LEFT JOIN (
    SELECT DISTINCT clock.shop_id, clock.order_id
    FROM incident_clock AS clock
    JOIN incident ON incident.shop_id = clock.shop_id AND incident.id = clock.incident_id
    WHERE clock.started_at IS NULL AND incident.state = 'open'
) AS held ON held.shop_id = o.shop_id AND held.order_id = o.id
WHERE o.commercial = 'awaiting_payment' AND o.clock_stopped_at IS NOT NULL AND held.order_id IS NULL
"""

# An entry that the product closed itself said that the money was gone, which it is not.
_MONEY_OF_DEAD_ORDERS = """
SELECT o.shop_id, o.id AS subject, o.number, o.commercial, o.paid_minor - o.refunded_minor AS kept_minor
FROM sales_order AS o
LEFT JOIN (
    SELECT DISTINCT shop_id, subject_id FROM exception_entry
    WHERE kind = 'payment_after_close'
      AND (state = 'open' OR closing_note NOT IN ('balanced', 'total changed'))
) AS told ON told.shop_id = o.shop_id AND told.subject_id = o.id
WHERE o.commercial IN ('cancelled', 'expired') AND o.paid_minor > o.refunded_minor AND told.subject_id IS NULL
"""


class _Reading:
    """What a look at waiting things needs of a transaction, over the audit's own connection."""

    def __init__(self, connection: psycopg.Connection[Row], shop_id: int) -> None:
        self._cursor = connection.cursor(row_factory=namedtuple_row)
        self.shop_id = shop_id

    async def all(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> list[Any]:
        return self._cursor.execute(sql, params).fetchall()


def _stuck_are_told(connection: psycopg.Connection[Row], scope: Mapping[str, Any]) -> Iterator[Row]:
    shops = connection.execute(
        "SELECT shop_id FROM shop WHERE %(shop)s IN (0, shop_id) ORDER BY shop_id", scope
    )
    for row in shops.fetchall():
        told = {
            one["dedupe_key"] for one in connection.execute(_TOLD, _told_of(row["shop_id"], scope["now"]))
        }
        for watch in WATCHES:
            for stuck in _past_limit(connection, row["shop_id"], watch, scope["now"]):
                if entry_key(watch, stuck) not in told:
                    yield {
                        "shop_id": row["shop_id"],
                        "subject": stuck.id,
                        "what": watch.machine,
                        "state": stuck.state,
                        "since": stuck.since,
                    }


# An entry that a person closed stays away for a while although its trouble lasts.
_TOLD: LiteralString = """
SELECT dedupe_key FROM exception_entry
WHERE shop_id = %(shop)s AND kind = ANY(%(kinds)s) AND (state = 'open' OR closed_at > %(lately)s)
"""


def _told_of(shop_id: int, now: datetime) -> dict[str, Any]:
    return {"shop": shop_id, "kinds": [watch.kind for watch in WATCHES], "lately": now - QUIET - PATIENCE}


def _past_limit(connection: psycopg.Connection[Row], shop_id: int, watch: Watch, now: datetime) -> list[Any]:
    befores = {str(state): now - limit.after - PATIENCE for state, limit in watch.limits.items()}
    look = watch.look(cast("Tx", _Reading(connection, shop_id)), befores)
    return _at_once(cast("Coroutine[Any, Any, list[Any]]", look))


def _at_once(look: Coroutine[Any, Any, list[Any]]) -> list[Any]:
    # The reading never waits, so the coroutine runs to its end in one step.
    try:
        look.send(None)
    except StopIteration as ended:
        return cast("list[Any]", ended.value)
    raise AssertionError("a look waited for something else than its transaction")


CHECKS = (
    Check(
        "waiting.unpaid_past_hold",
        6,
        "No unpaid order holds stock past its time.",
        by_sql(_UNPAID_PAST_HOLD),
    ),
    Check(
        "waiting.clocks_are_held_by_incidents",
        6,
        "No unpaid order's clock stands still without an open incident that holds it.",
        by_sql(_CLOCKS_HELD_BY_NOBODY),
    ),
    Check(
        "waiting.holds_past_expiry",
        6,
        "No hold is open past its own time.",
        by_sql(_HOLDS_PAST_EXPIRY),
    ),
    Check(
        "waiting.money_of_dead_orders_is_told",
        6,
        "Money kept of a cancelled or expired order has an entry in the exception inbox, or a person closed it.",
        by_sql(_MONEY_OF_DEAD_ORDERS),
    ),
    Check(
        "waiting.stuck_are_told",
        6,
        "Whatever stands past the limit of its state has an entry in the exception inbox.",
        _stuck_are_told,
    ),
)
