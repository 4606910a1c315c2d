"""Shipping: couriers, and the parcels they carry.

Owns     parcel, courier_account, courier_notice, parcel_step, parcel_follow
Promises a tracking number is on one parcel of its courier; a parcel moves only by its machine; what couriers send
         is kept word for word, sealed, before it is answered, and heard once
Speaks   shipping.parcel_shipped.v1, shipping.parcel_moved.v1, shipping.delivery_expected.v1
Ignores  money, stock, why something was ordered
"""

from orderan.shipping.accounts import (
    CourierAccount,
    CourierLetter,
    DueParcel,
    Following,
    LetterSeen,
    ParcelStep,
    Source,
    Verdict,
    WaitingLetter,
)
from orderan.shipping.commands.accounts import (
    PREFIX,
    change_courier_account,
    courier_account,
    courier_client,
    courier_credentials,
    open_courier_account,
    put_courier_first,
)
from orderan.shipping.commands.expect import expect_parcel
from orderan.shipping.commands.move import move_parcels, ship_parcels
from orderan.shipping.commands.notices import open_courier_letter, replay_letters, sealed_courier_letter
from orderan.shipping.couriers import COURIERS, OWN_FLEET
from orderan.shipping.errors import AwbMistyped, AwbUsed, ParcelNotFound, UnknownCourier
from orderan.shipping.errors_accounts import (
    CourierAccountNotFound,
    CourierAddressUnusable,
    CourierFieldsMissing,
    CourierFieldsUnusable,
    CourierNameUnusable,
    CourierSecretsStayBehind,
    UnknownBooker,
)
from orderan.shipping.models import Content, Courier, Parcel
from orderan.shipping.rules import courier, couriers_for, read_awb, tracking_link
from orderan.shipping.rules_accounts import account_fields as courier_fields
from orderan.shipping.rules_follow import counts, events_for, in_order, next_ask
from orderan.shipping.states import PARCEL, UNDER_WAY, ParcelEvent, ParcelState
from orderan.shipping.store import behind, lock_parcels
from orderan.shipping.store_accounts import courier_accounts
from orderan.shipping.store_follow import (
    add_steps,
    followings,
    keep_followings,
    parcels_silent,
    steps_of,
    take_due,
)
from orderan.shipping.store_notices import (
    accounts_with_broken_letters,
    hear_later,
    keep_letters,
    letters_of,
    mark_heard,
    sweep_letters,
    take_letters,
)
from orderan.shipping.views import parcels_of, parcels_of_orders, parcels_with

__all__ = [
    "COURIERS",
    "OWN_FLEET",
    "PARCEL",
    "PREFIX",
    "UNDER_WAY",
    "AwbMistyped",
    "AwbUsed",
    "Content",
    "Courier",
    "CourierAccount",
    "CourierAccountNotFound",
    "CourierAddressUnusable",
    "CourierFieldsMissing",
    "CourierFieldsUnusable",
    "CourierLetter",
    "CourierNameUnusable",
    "CourierSecretsStayBehind",
    "DueParcel",
    "Following",
    "LetterSeen",
    "Parcel",
    "ParcelEvent",
    "ParcelNotFound",
    "ParcelState",
    "ParcelStep",
    "Source",
    "UnknownBooker",
    "UnknownCourier",
    "Verdict",
    "WaitingLetter",
    "accounts_with_broken_letters",
    "add_steps",
    "behind",
    "change_courier_account",
    "counts",
    "courier",
    "courier_account",
    "courier_accounts",
    "courier_client",
    "courier_credentials",
    "courier_fields",
    "couriers_for",
    "events_for",
    "expect_parcel",
    "followings",
    "hear_later",
    "in_order",
    "keep_followings",
    "keep_letters",
    "letters_of",
    "lock_parcels",
    "mark_heard",
    "move_parcels",
    "next_ask",
    "open_courier_account",
    "open_courier_letter",
    "parcels_of",
    "parcels_of_orders",
    "parcels_silent",
    "parcels_with",
    "put_courier_first",
    "read_awb",
    "replay_letters",
    "sealed_courier_letter",
    "ship_parcels",
    "steps_of",
    "sweep_letters",
    "take_due",
    "take_letters",
    "tracking_link",
]
