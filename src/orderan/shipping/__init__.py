"""Shipping: couriers, and the parcels they carry.

Owns     parcel
Promises a tracking number is on one parcel of its courier; a parcel moves only by its machine
Speaks   shipping.parcel_shipped.v1, shipping.parcel_moved.v1, shipping.delivery_expected.v1
Ignores  money, stock, why something was ordered
"""

from orderan.shipping.commands.expect import expect_parcel
from orderan.shipping.commands.move import move_parcels, ship_parcels
from orderan.shipping.couriers import COURIERS, OWN_FLEET
from orderan.shipping.errors import AwbMistyped, AwbUsed, ParcelNotFound, UnknownCourier
from orderan.shipping.models import Content, Courier, Parcel
from orderan.shipping.rules import courier, couriers_for, read_awb, tracking_link
from orderan.shipping.states import PARCEL, UNDER_WAY, ParcelEvent, ParcelState
from orderan.shipping.store import behind
from orderan.shipping.views import parcels_of, parcels_of_orders, parcels_with

__all__ = [
    "COURIERS",
    "OWN_FLEET",
    "PARCEL",
    "UNDER_WAY",
    "AwbMistyped",
    "AwbUsed",
    "Content",
    "Courier",
    "Parcel",
    "ParcelEvent",
    "ParcelNotFound",
    "ParcelState",
    "UnknownCourier",
    "behind",
    "courier",
    "couriers_for",
    "expect_parcel",
    "move_parcels",
    "parcels_of",
    "parcels_of_orders",
    "parcels_with",
    "read_awb",
    "ship_parcels",
    "tracking_link",
]
