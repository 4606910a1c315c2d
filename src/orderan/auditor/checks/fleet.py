"""Promises 3 and 6 of own vans: what a driver took is in the ledger, and no parcel is on two ways at once."""

from orderan.auditor.models import Check, by_sql

_CASH_IS_IN_THE_LEDGER = """
SELECT stop.shop_id, stop.order_id AS subject, parcel.awb, stop.collected_minor, booked.minor AS booked_minor
FROM fleet_stop AS stop
JOIN parcel ON parcel.shop_id = stop.shop_id AND parcel.id = stop.parcel_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_minor), 0) AS minor
    FROM payment_event
    WHERE payment_event.shop_id = stop.shop_id AND payment_event.order_id = stop.order_id
      AND payment_event.kind = 'cod_collected' AND payment_event.reference = 'own:' || parcel.awb) AS booked
WHERE stop.collected_minor > 0 AND booked.minor <> stop.collected_minor
"""
_AHEAD_IS_ON_A_LIVING_RUN = """
SELECT stop.shop_id, stop.order_id AS subject, stop.id AS stop, stop.state, fleet_run.state AS run_state
FROM fleet_stop AS stop
JOIN fleet_run ON fleet_run.shop_id = stop.shop_id AND fleet_run.id = stop.run_id
WHERE (stop.state IN ('planned', 'next') AND fleet_run.state NOT IN ('planned', 'out'))
   OR (stop.state = 'next' AND fleet_run.state <> 'out')
"""
_DELIVERED_IS_DELIVERED = """
SELECT stop.shop_id, stop.order_id AS subject, stop.id AS stop, parcel.awb, parcel.state
FROM fleet_stop AS stop
JOIN parcel ON parcel.shop_id = stop.shop_id AND parcel.id = stop.parcel_id
WHERE stop.state = 'delivered' AND parcel.state <> 'delivered'
"""

CHECKS = (
    Check(
        "fleet.cash_is_in_the_ledger",
        3,
        "What a driver took at a door is what the ledger has of that parcel as collected by own couriers.",
        by_sql(_CASH_IS_IN_THE_LEDGER),
    ),
    Check(
        "fleet.ahead_is_on_a_living_run",
        6,
        "A stop that is to be made is on a run that is planned or out, and only a van that is out is on its way to one.",
        by_sql(_AHEAD_IS_ON_A_LIVING_RUN),
    ),
    Check(
        "fleet.delivered_is_delivered",
        6,
        "A parcel a driver handed over is delivered.",
        by_sql(_DELIVERED_IS_DELIVERED),
    ),
)
