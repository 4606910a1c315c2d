"""Orders: the axes of an order, its lines with quantities by state, holds, changes, versions.

Owns     sales_order, order_line, order_move, order_hold, order_note, order_tag, order_version,
         order_change, order_counter, saved_view
Promises each axis moves only by its machine and leaves a history row; quantities only move
         forward; one order per (channel, external id) and per cart
Speaks   orders.placed.v1, orders.accepted.v1, orders.cancelled.v1, orders.expired.v1, ...
Ignores  how money is paid, how stock is counted, how parcels travel
"""

from orderan.orders.commands.accept import accept_orders
from orderan.orders.commands.expire import close_unpaid, overdue
from orderan.orders.commands.money import note_money
from orderan.orders.commands.open_orders import NewOrder, open_orders
from orderan.orders.errors import OrderNotFound
from orderan.orders.headline import Headline, headline
from orderan.orders.models import Line, Order, OrderKind, Terms
from orderan.orders.numbers import NumberLease
from orderan.orders.states import COMMERCIAL, Commercial, CommercialEvent, Verification
from orderan.orders.store import known_orders, lock_orders, set_allocated
from orderan.orders.views import load_orders
from orderan.orders.views_of_customer import (
    CustomerOrder,
    CustomerTotals,
    orders_of_customers,
    totals_of_customers,
    under_way_of_customers,
)

__all__ = [
    "COMMERCIAL",
    "Commercial",
    "CommercialEvent",
    "CustomerOrder",
    "CustomerTotals",
    "Headline",
    "Line",
    "NewOrder",
    "NumberLease",
    "Order",
    "OrderKind",
    "OrderNotFound",
    "Terms",
    "Verification",
    "accept_orders",
    "close_unpaid",
    "headline",
    "known_orders",
    "load_orders",
    "lock_orders",
    "note_money",
    "open_orders",
    "orders_of_customers",
    "overdue",
    "set_allocated",
    "totals_of_customers",
    "under_way_of_customers",
]
