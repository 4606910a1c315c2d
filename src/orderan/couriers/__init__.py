"""Couriers: one folder each behind one protocol, whether a carrier itself or somebody who books many.

Owns     how each is spoken to, and what their words for where a parcel is mean in ours; no table
Promises a call ends well, or says whether nothing happened or nobody knows; a word that is not in the books
         is kept as it was said and never guessed
Speaks   nothing: whoever asks keeps what it heard
Ignores  orders, shops, which courier is chosen and what a status moves
"""

from orderan.couriers.errors import (
    CourierFailed,
    CourierRefused,
    CourierTrouble,
    Fault,
    NoticeForged,
    NoticeUnreadable,
    NotOffered,
    OutcomeUnknown,
)
from orderan.couriers.models import (
    Account,
    Acknowledgement,
    Asked,
    Booked,
    Box,
    Field,
    Item,
    Notice,
    Place,
    Rate,
    RatesAsked,
    Received,
    Status,
    Step,
    Track,
)
from orderan.couriers.ports import CourierClient, Does
from orderan.couriers.registry import (
    ADDRESSES,
    PROVIDER_NAMES,
    PROVIDERS,
    does_of,
    fields_of,
    open_courier,
    serves_of,
)
from orderan.couriers.vocabulary import VOCABULARY, read_word

__all__ = [
    "ADDRESSES",
    "PROVIDERS",
    "PROVIDER_NAMES",
    "VOCABULARY",
    "Account",
    "Acknowledgement",
    "Asked",
    "Booked",
    "Box",
    "CourierClient",
    "CourierFailed",
    "CourierRefused",
    "CourierTrouble",
    "Does",
    "Fault",
    "Field",
    "Item",
    "NotOffered",
    "Notice",
    "NoticeForged",
    "NoticeUnreadable",
    "OutcomeUnknown",
    "Place",
    "Rate",
    "RatesAsked",
    "Received",
    "Status",
    "Step",
    "Track",
    "does_of",
    "fields_of",
    "open_courier",
    "read_word",
    "serves_of",
]
