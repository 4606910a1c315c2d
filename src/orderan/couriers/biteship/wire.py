"""What is sent to Biteship. Pure.

Source: Biteship's API as its public client libraries have it, fixtures included: base, header, members.
"""

from typing import Any, Final

import msgspec

from orderan.couriers.biteship.mapping import CODES
from orderan.couriers.models import Asked, Place, RatesAsked
from orderan.couriers.reading import local_phone

RATES: Final = "/v1/rates/couriers"
DRAFTS: Final = "/v1/draft_orders"
ORDERS: Final = "/v1/orders"
COURIERS: Final = "/v1/couriers"
PAID_OUT: Final = "7_days"


def headers(key: str) -> dict[str, str]:
    """The key stands alone, without a word before it."""
    return {"authorization": key, "content-type": "application/json", "accept": "application/json"}


def rates(asked: RatesAsked) -> bytes:
    body: dict[str, Any] = {
        **_ends(asked.origin, asked.destination),
        "couriers": ",".join(CODES[one] for one in asked.couriers if one in CODES),
        "items": [
            {
                "name": "Paket",
                "value": asked.value_minor,
                "quantity": 1,
                **_measures(asked.box.weight_g, asked.box.length_mm, asked.box.width_mm, asked.box.height_mm),
            }
        ],
    }
    if asked.cod_minor:
        body["destination_cash_on_delivery"] = asked.cod_minor
        body["destination_cash_on_delivery_type"] = PAID_OUT
    if asked.insured:
        body["courier_insurance"] = asked.value_minor
    return msgspec.json.encode(body)


def draft(asked: Asked) -> bytes:
    """An order that is not one before it is confirmed."""
    body: dict[str, Any] = {
        "origin_contact_name": asked.origin.name,
        "origin_contact_phone": local_phone(asked.origin.phone),
        "origin_address": asked.origin.address,
        "origin_collection_method": "pickup",
        "destination_contact_name": asked.destination.name,
        "destination_contact_phone": local_phone(asked.destination.phone),
        "destination_address": asked.destination.address,
        **_ends(asked.origin, asked.destination),
        "courier_company": CODES[asked.courier],
        "courier_type": asked.service,
        "delivery_type": "now",
        "order_note": asked.note,
        "reference_id": asked.key,
        "items": _items(asked),
    }
    if asked.cod_minor:
        body["destination_cash_on_delivery"] = asked.cod_minor
        body["destination_cash_on_delivery_type"] = PAID_OUT
    if asked.insured:
        body["courier_insurance"] = asked.value_minor
    return msgspec.json.encode(body)


def cancellation(reason: str) -> bytes:
    return msgspec.json.encode({"cancellation_reason_code": "others", "cancellation_reason": reason[:200]})


def _ends(origin: Place, destination: Place) -> dict[str, Any]:
    ends: dict[str, Any] = {}
    for name, place in (("origin", origin), ("destination", destination)):
        if place.postal_code.isdigit():
            ends[f"{name}_postal_code"] = int(place.postal_code)
        if place.latitude is not None and place.longitude is not None:
            ends[f"{name}_latitude"] = place.latitude
            ends[f"{name}_longitude"] = place.longitude
    return ends


def _items(asked: Asked) -> list[dict[str, Any]]:
    """What is in it, weighing together what the box weighs: it is charged by the sum of its items."""
    box = asked.box
    lacks = box.weight_g - sum(one.weight_g * one.quantity for one in asked.items)
    told = []
    for turn, one in enumerate(asked.items):
        more = -(-max(lacks, 0) // one.quantity) if turn == 0 else 0
        alone = len(asked.items) == 1 and one.quantity == 1
        sides = (box.length_mm, box.width_mm, box.height_mm) if alone else (0, 0, 0)
        told.append(
            {
                "name": one.name[:100],
                "value": one.price_minor,
                "quantity": one.quantity,
                **_measures(one.weight_g + more, *sides),
            }
        )
    return told


def _measures(weight_g: int, length_mm: int, width_mm: int, height_mm: int) -> dict[str, int]:
    told = {"weight": max(weight_g, 1)}
    if length_mm and width_mm and height_mm:
        told |= {"length": -(-length_mm // 10), "width": -(-width_mm // 10), "height": -(-height_mm // 10)}
    return told
