"""Promise 6: nothing is stuck in silence."""

from orderan.auditor.models import Check, by_sql

# The worker looks every second; minutes later somebody forgot to start one.
_UNPAID_PAST_HOLD = """
SELECT shop_id, id AS subject, number, hold_until
FROM sales_order
WHERE commercial = 'awaiting_payment'
  AND (hold_until IS NULL OR hold_until < %(now)s::timestamptz - interval '5 minutes')
"""

_HOLDS_PAST_EXPIRY = """
SELECT shop_id, order_id AS subject, id AS hold_id, kind, expires_at
FROM order_hold
WHERE released_at IS NULL AND expires_at < %(now)s::timestamptz - interval '5 minutes'
"""

CHECKS = (
    Check(
        "waiting.unpaid_past_hold",
        6,
        "No unpaid order holds stock past its time.",
        by_sql(_UNPAID_PAST_HOLD),
    ),
    Check(
        "waiting.holds_past_expiry",
        6,
        "No hold is open past its own time.",
        by_sql(_HOLDS_PAST_EXPIRY),
    ),
)
