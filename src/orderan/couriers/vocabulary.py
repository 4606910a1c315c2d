"""Every courier's words for where a parcel is, in ours. Data: adding a word is adding a row.

A word is matched whole, its case and spaces apart. Nothing is matched in part: `Return POD Scan` holds `POD`
and is no delivery, `DELIVERY RETURN` holds `DELIVERY` and is the way back. Where one word stands for several
places the weakest is taken, so that a parcel is never further than it was said to be.

Sources: Biteship's, KiriminAja's, Ninja Van's, ID Express' and SAP's status lists as their public integrations
and documentation have them, codes of JNE, J&T, SiCepat, GoSend and GrabExpress as shops know them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from orderan.couriers.models import Status

_S = Status

_BITESHIP = {
    "confirmed": _S.BOOKED,
    "scheduled": _S.BOOKED,
    "allocated": _S.COURIER_ASSIGNED,
    "picking_up": _S.COURIER_ASSIGNED,
    "picked": _S.PICKED_UP,
    # Also between hubs: of a rider who goes straight to the door see biteship/mapping.py.
    "dropping_off": _S.IN_TRANSIT,
    "on_hold": _S.DELIVERY_FAILED,
    "delivered": _S.DELIVERED,
    "return_in_transit": _S.RETURNING,
    "returned": _S.RETURNED,
    "rejected": _S.CANCELLED,
    "courier_not_found": _S.CANCELLED,
    "cancelled": _S.CANCELLED,
    "disposed": _S.DAMAGED,
}

_KIRIMINAJA = {
    **dict.fromkeys(("100", "101", "102", "105", "110"), _S.BOOKED),
    "103": _S.PICKED_UP,
    "104": _S.PICKED_UP,
    "106": _S.IN_TRANSIT,
    "107": _S.IN_TRANSIT,
    **dict.fromkeys(("152", "301", "310", "311"), _S.DELIVERY_FAILED),
    "200": _S.DELIVERED,
    "210": _S.NOTED,
    "211": _S.NOTED,
    **dict.fromkeys(("302", "350"), _S.CANCELLED),
    "333": _S.DAMAGED,
    **dict.fromkeys(("401", "402", "403", "404"), _S.RETURNING),
}

_JNE_FAILED = (
    *("D24", "D25", "FOM", "KRK", "KRP", "KRT", "PS1", "PS4", "UB1", "UB2"),
    *(f"U{number:02d}" for number in (*range(1, 15), *range(21, 26))),
)
_JNE = {
    "PENDING PICKUP": _S.BOOKED,
    "FAILED PICKUP": _S.NOTED,
    "SUCCESS PICKUP": _S.PICKED_UP,
    "RECEIVED": _S.PICKED_UP,
    "SHIPPED": _S.IN_TRANSIT,
    "SHIPMENT PROBLEM": _S.DELIVERY_FAILED,
    "DELIVERED": _S.DELIVERED,
    "D01": _S.DELIVERED,
    # The same word on the way and at its end; only its code says that the sender has it.
    "RETURN TO SHIPPER": _S.RETURNING,
    "R25": _S.RETURNED,
    "CANCELLED": _S.CANCELLED,
    **dict.fromkeys(_JNE_FAILED, _S.DELIVERY_FAILED),
}

_JNT = {
    # Picked up, between hubs and with the rider in one code.
    "100": _S.PICKED_UP,
    "101": _S.IN_TRANSIT,
    "150": _S.DELIVERY_FAILED,
    "151": _S.NOTED,
    "162": _S.CANCELLED,
    "163": _S.CANCELLED,
    "200": _S.DELIVERED,
    "401": _S.RETURNING,
    "402": _S.RETURNED,
}

_SICEPAT = {
    "PICKREQ": _S.BOOKED,
    "PICK": _S.PICKED_UP,
    "DROP": _S.PICKED_UP,
    "IN": _S.IN_TRANSIT,
    "OUT": _S.IN_TRANSIT,
    "ANT": _S.OUT_FOR_DELIVERY,
    "ANTAR ULANG": _S.OUT_FOR_DELIVERY,
    "NOT HOME": _S.DELIVERY_FAILED,
    "BAD ADDRESS": _S.DELIVERY_FAILED,
    "CODA": _S.DELIVERY_FAILED,
    "HOLD": _S.NOTED,
    "HOLD/PENDING": _S.NOTED,
    "DELIVERED": _S.DELIVERED,
    "RETUR": _S.RETURNING,
    "RETURN": _S.RETURNED,
    "RTN": _S.RETURNED,
    "LOST": _S.LOST,
    "BROKEN": _S.DAMAGED,
    "CANCEL": _S.CANCELLED,
}

_NINJA = {
    "PENDING PICKUP": _S.BOOKED,
    "DRIVER DISPATCHED FOR PICKUP": _S.COURIER_ASSIGNED,
    "PICKED UP, IN TRANSIT TO ORIGIN HUB": _S.PICKED_UP,
    "ARRIVED AT ORIGIN HUB": _S.IN_TRANSIT,
    "ARRIVED AT TRANSIT HUB": _S.IN_TRANSIT,
    "ARRIVED AT DESTINATION HUB": _S.IN_TRANSIT,
    "IN TRANSIT TO NEXT SORTING HUB": _S.IN_TRANSIT,
    "ON VEHICLE FOR DELIVERY": _S.OUT_FOR_DELIVERY,
    "DELIVERED, RECEIVED BY CUSTOMER": _S.DELIVERED,
    "DELIVERED, LEFT AT DOORSTEP": _S.DELIVERED,
    "DELIVERED, COLLECTED BY CUSTOMER": _S.DELIVERED,
    "DELIVERY EXCEPTION, PENDING RESCHEDULE": _S.DELIVERY_FAILED,
    "DELIVERY EXCEPTION, MAX ATTEMPTS REACHED": _S.DELIVERY_FAILED,
    "DELIVERY EXCEPTION, RETURN TO SENDER INITIATED": _S.RETURNING,
    "PICKUP EXCEPTION, MAX ATTEMPTS REACHED": _S.NOTED,
    "RETURNED TO SENDER": _S.RETURNED,
    "CANCELLED": _S.CANCELLED,
}

_IDEXPRESS = {
    "PICK UP SCAN": _S.PICKED_UP,
    "DROPPED OFF AT STORE": _S.NOTED,
    "PICKUP FAILURE": _S.NOTED,
    "LOADING SCAN": _S.IN_TRANSIT,
    "SENDING SCAN": _S.IN_TRANSIT,
    "ARRIVAL SCAN": _S.IN_TRANSIT,
    "UNLOADING SCAN": _S.IN_TRANSIT,
    "DELIVERY SCAN": _S.OUT_FOR_DELIVERY,
    "PROBLEM ON SHIPMENT SCAN": _S.DELIVERY_FAILED,
    "POD SCAN": _S.DELIVERED,
    "POD ENTRY": _S.NOTED,
    "CREATE RETURN BILL": _S.RETURNING,
    "CONFIRM RETURN BILL": _S.RETURNING,
    "RETURN POD SCAN": _S.RETURNED,
    "AUTOMATIC CANCEL": _S.CANCELLED,
}

_SAP = {
    "ENTRI (PENDING PICKUP)": _S.BOOKED,
    "ENTRI VERIFIED": _S.BOOKED,
    "ENTRI (SEDANG DI PICKUP)": _S.COURIER_ASSIGNED,
    "PICKED UP": _S.PICKED_UP,
    "MANIFEST OUTGOING": _S.IN_TRANSIT,
    "OUTGOING SMU": _S.IN_TRANSIT,
    "INCOMING": _S.IN_TRANSIT,
    "DELIVERY": _S.OUT_FOR_DELIVERY,
    "POD - UNDELIVERED": _S.DELIVERY_FAILED,
    "POD - DELIVERED": _S.DELIVERED,
    "OUTGOING RETURN": _S.RETURNING,
    "INCOMING RETURN": _S.RETURNING,
    "DELIVERY RETURN": _S.RETURNING,
    "SHIPMENT RETURN TO CLIENT": _S.RETURNED,
    "VOID": _S.CANCELLED,
    "VOID PICKUP": _S.CANCELLED,
}

_GOSEND = {
    "confirmed": _S.BOOKED,
    "allocated": _S.COURIER_ASSIGNED,
    "out_for_pickup": _S.COURIER_ASSIGNED,
    "picked": _S.PICKED_UP,
    "out_for_delivery": _S.OUT_FOR_DELIVERY,
    "on_hold": _S.DELIVERY_FAILED,
    "delivered": _S.DELIVERED,
    "cancelled": _S.CANCELLED,
    "rejected": _S.CANCELLED,
    "no_driver": _S.CANCELLED,
}

_GRAB = {
    "ALLOCATING": _S.BOOKED,
    "QUEUEING": _S.BOOKED,
    "PENDING_PICKUP": _S.COURIER_ASSIGNED,
    "PICKING_UP": _S.COURIER_ASSIGNED,
    "IN_DELIVERY": _S.OUT_FOR_DELIVERY,
    "COMPLETED": _S.DELIVERED,
    "FAILED": _S.DELIVERY_FAILED,
    "IN_RETURN": _S.RETURNING,
    "RETURNED": _S.RETURNED,
    "CANCELED": _S.CANCELLED,
}

_ANTERAJA = {"240": _S.OUT_FOR_DELIVERY, "250": _S.DELIVERED, "255": _S.DELIVERED}


def folded(word: str) -> str:
    """A word as it is compared: capitals, one space between words."""
    return " ".join(word.upper().split())


def _book(words: Mapping[str, Status]) -> Mapping[str, Status]:
    return MappingProxyType({folded(word): status for word, status in words.items()})


VOCABULARY: Final[Mapping[str, Mapping[str, Status]]] = MappingProxyType(
    {
        "biteship": _book(_BITESHIP),
        "kiriminaja": _book(_KIRIMINAJA),
        "jne": _book(_JNE),
        "jnt": _book(_JNT),
        "sicepat": _book(_SICEPAT),
        "ninja": _book(_NINJA),
        "idexpress": _book(_IDEXPRESS),
        "sap": _book(_SAP),
        "gosend": _book(_GOSEND),
        "grab": _book(_GRAB),
        "anteraja": _book(_ANTERAJA),
    }
)
"""By whose words they are, then by the folded word or code."""

_REFUSALS: Final = frozenset({("kiriminaja", "301"), ("kiriminaja", "310"), ("kiriminaja", "311")})


def read_word(speaker: str, *words: str) -> Status | None:
    """What the first known of these words of a speaker says; None where none is known.

    Args:
        words: A code before the words it comes with: it says more.
    """
    book = VOCABULARY.get(speaker, {})
    for word in words:
        if word and (status := book.get(folded(word))) is not None:
            return status
    return None


def is_refusal(speaker: str, word: str) -> bool:
    """Whether a failed attempt is the buyer's doing: they would not have it, did not order it or will not pay."""
    return (speaker, folded(word)) in _REFUSALS
