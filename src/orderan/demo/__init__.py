"""The demo shop: an Indonesian shop with ninety days behind it, made from a seed.

    ground.py    the shop itself: places, channels, prices, taxes, shipping, staff
    wares.py     500 skus: variants, goods with an expiry, bundles
    people.py    2,000 buyers at real areas, with made-up names and numbers
    days.py      its days, one after another: orders and payments
    warehouse.py couriers.py desk.py troubles.py
                 an afternoon of everybody: what leaves, arrives, comes back, went wrong
    picking.py   bins, cut-offs and this morning's waves
    doubts.py    a house that orders too much: held, refused, appealed
    office.py    orders of the shop before, keys, promised goods, consents, saved lists, a price sheet
    asking.py    COD buyers of the last two days who were asked whether they mean their orders
    telling.py   what buyers were told of the last two days
    live.py      new orders that trickle in

Everything goes through the product's own commands at the instant it is said to have happened, so
the demo's books are in order and `orderan audit` finds nothing. Dates are counted back from today.
"""

from orderan.demo.load import (
    BeingMade,
    Size,
    demo_shop_is_finished,
    load,
    load_if_empty,
    reach_of_demo,
    tills_of_demo,
)
from orderan.demo.staff import CODE, PASSWORD, logins
from orderan.demo.telling import ReachThere
from orderan.demo.till import GatewayThere

__all__ = [
    "CODE",
    "PASSWORD",
    "BeingMade",
    "GatewayThere",
    "ReachThere",
    "Size",
    "demo_shop_is_finished",
    "load",
    "load_if_empty",
    "logins",
    "reach_of_demo",
    "tills_of_demo",
]
