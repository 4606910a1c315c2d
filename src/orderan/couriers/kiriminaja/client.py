"""KiriminAja's client.

rates    POST v6.1/shipping_price, between districts that are looked up first and remembered
book     POST v6.1/request_pickup under our own name of the parcel; the number often comes later, by letter
truth    POST tracking, by our name
cancel   POST v3/cancel_shipment, by number
word     POST to our address, with the account's own key in it

Source: KiriminAja's documentation and its published Python library: paths, members, headers.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from orderan.couriers.errors import CourierRefused, NoticeForged
from orderan.couriers.kiriminaja import mapping
from orderan.couriers.kiriminaja.mapping import CODES, NAME
from orderan.couriers.models import (
    Account,
    Acknowledgement,
    Asked,
    Booked,
    Field,
    Notice,
    Place,
    Rate,
    RatesAsked,
    Received,
    Track,
)
from orderan.couriers.ports import CourierClient, Does
from orderan.couriers.reading import WIB, bare_city, listed, local_phone, part, same, text, trouble, whole
from orderan.couriers.unable import Unable
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

FIELDS: Final = (Field("api_key", secret=True), Field("order_prefix", secret=False, default="ORD"))
SERVES: Final = frozenset(CODES)
DOES: Final = frozenset({Does.RATES, Does.BOOK, Does.TRACK_BOOKED, Does.TELLS})
RATES: Final = "/api/mitra/v6.1/shipping_price"
PICKUP: Final = "/api/mitra/v6.1/request_pickup"
TRACK: Final = "/api/mitra/tracking"
CANCEL: Final = "/api/mitra/v3/cancel_shipment"
DISTRICTS: Final = "/api/mitra/v2/get_address_by_name"
COURIERS: Final = "/api/mitra/couriers"
PARCEL_TYPE: Final = 7
"""`Others`, in their list of what is carried."""
FETCHED_IN: Final = timedelta(hours=2)
LEAST_MM: Final = 100
MOST_PLACES: Final = 2_000
TAKEN: Final = Acknowledgement(200, "application/json", b'{"status":true}')


def open_courier(account: Account, caller: Caller, clock: Clock) -> CourierClient:
    return KiriminAja(account, caller, clock)


class KiriminAja(Unable):
    """One account at KiriminAja."""

    name = NAME
    serves = SERVES
    does = DOES

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._key = account.credentials["api_key"]
        self._prefix = account.credentials["order_prefix"]
        self._headers = {
            "authorization": f"Bearer {self._key}",
            "accept": "application/json",
            "content-type": "application/json",
        }
        self._caller = caller
        self._clock = clock
        self._places: dict[str, int | None] = {}

    async def check(self) -> None:
        await self._inquire(COURIERS, {})

    async def rates(self, asked: RatesAsked) -> list[Rate]:
        origin, destination = await self._district(asked.origin), await self._district(asked.destination)
        if origin is None or destination is None:
            return []
        answer = await self._inquire(
            RATES,
            {
                "origin": origin,
                "destination": destination,
                "weight": max(asked.box.weight_g, 1),
                "item_value": asked.value_minor,
                "insurance": int(asked.insured),
                "courier": [CODES[one] for one in asked.couriers if one in CODES],
            },
        )
        return mapping.offers(answer, cod_minor=asked.cod_minor, insured=asked.insured)

    async def book(self, asked: Asked, reference: str | None) -> Booked:
        del reference
        origin, destination = await self._district(asked.origin), await self._district(asked.destination)
        if origin is None or destination is None:
            raise CourierRefused(NAME, "unknown_district", asked.key)
        body = _pickup(asked, self._name(asked.key), origin, destination, self._clock.now())
        reply = await self._caller.order(
            NAME, "POST", self._base + PICKUP, headers=self._headers, body=msgspec.json.encode(body)
        )
        told = reply.json()
        if _well(reply):
            return mapping.booked(told, self._name(asked.key))
        if (
            mapping.says_used(text(told, "text"))
            and (there := await self.look_up(asked.key, None)) is not None
        ):
            return there
        raise (
            trouble(NAME, reply, text(told, "text"), changes=True)
            if reply.status != 200
            else CourierRefused(NAME, "refused", text(told, "text"))
        )

    async def look_up(self, key: str, reference: str | None) -> Booked | None:
        del reference
        told = await self._tracked(self._name(key))
        return None if told is None else mapping.found(told, self._name(key))

    async def cancel(self, booked: Booked, reason: str) -> bool:
        if booked.awb is None:
            raise CourierRefused(NAME, "no_awb", booked.reference)
        query = urlencode({"awb": booked.awb, "reason": reason[:200]})
        reply = await self._caller.order(
            NAME, "POST", f"{self._base}{CANCEL}?{query}", headers=self._headers, body=b""
        )
        if reply.status == 200 and isinstance(reply.json(), dict):
            return part(reply.json(), "status") is True
        raise trouble(NAME, reply, text(reply.json(), "text"), changes=True)

    async def track(self, courier: str, awb: str, *, key: str | None = None, phone: str = "") -> Track:
        del courier, phone
        told = await self._tracked(awb if key is None else self._name(key))
        return Track(awb, () if told is None else mapping.steps(told), known=told is not None)

    def check_notice(self, received: Received) -> None:
        if not same(f"Bearer {self._key}", received.headers.get("authorization", "")):
            raise NoticeForged

    def read_notice(self, body: bytes) -> Sequence[Notice]:
        return mapping.notices(whole(body), self._prefix)

    def acknowledgement(self) -> Acknowledgement:
        return TAKEN

    def _name(self, key: str) -> str:
        """Our key as they want it: with the prefix the account was given."""
        return f"{self._prefix}-{key}"

    async def _tracked(self, order_id: str) -> object | None:
        body = msgspec.json.encode({"order_id": order_id})
        reply = await self._caller.inquire(NAME, self._base + TRACK, headers=self._headers, body=body)
        if reply.status == 404 or (reply.status == 200 and part(reply.json(), "status") is False):
            return None
        if not _well(reply):
            raise trouble(NAME, reply, text(reply.json(), "text"))
        told: object = reply.json()
        return told

    async def _district(self, place: Place) -> int | None:
        """Their number of a kecamatan; None where they have none of this name in this city."""
        name = f"{place.district}, {place.city}"
        if name not in self._places:
            answer = await self._inquire(DISTRICTS, {"search": place.district})
            if len(self._places) >= MOST_PLACES:
                self._places.clear()
            self._places[name] = _nearest(listed(answer, "data"), place)
        return self._places[name]

    async def _inquire(self, path: str, body: Mapping[str, Any]) -> object:
        reply = await self._caller.inquire(
            NAME, self._base + path, headers=self._headers, body=msgspec.json.encode(body)
        )
        if not _well(reply):
            raise trouble(NAME, reply, text(reply.json(), "text"))
        told: object = reply.json()
        return told


def _nearest(found: list[Any], place: Place) -> int | None:
    """Of districts of one name that of the city; of a single one that one."""
    city = bare_city(place.city)
    there = [one for one in found if city and city in text(one, "text").upper()] or (
        found if len(found) == 1 else []
    )
    number = part(there[0], "id") if there else None
    return int(number) if number is not None and str(number).isdigit() else None


def _pickup(asked: Asked, name: str, origin: int, destination: int, now: datetime) -> dict[str, Any]:
    box = asked.box
    return {
        "address": asked.origin.address,
        "phone": local_phone(asked.origin.phone),
        "name": asked.origin.name,
        "kecamatan_id": origin,
        "zipcode": asked.origin.postal_code,
        "schedule": f"{(now + FETCHED_IN).astimezone(WIB):%Y-%m-%d %H:00:00}",
        "platform_name": "Orderan",
        "packages": [
            {
                "order_id": name,
                "destination_name": asked.destination.name,
                "destination_phone": local_phone(asked.destination.phone),
                "destination_address": asked.destination.address,
                "destination_kecamatan_id": destination,
                "destination_zipcode": asked.destination.postal_code,
                "weight": max(box.weight_g, 1),
                "width": -(-max(box.width_mm, LEAST_MM) // 10),
                "length": -(-max(box.length_mm, LEAST_MM) // 10),
                "height": -(-max(box.height_mm, LEAST_MM) // 10),
                "item_value": asked.value_minor,
                "shipping_cost": asked.cost_minor,
                "insurance_amount": asked.value_minor if asked.insured else 0,
                "service": CODES[asked.courier],
                "service_type": asked.service,
                "cod": asked.cod_minor,
                "package_type_id": PARCEL_TYPE,
                "item_name": ", ".join(one.name for one in asked.items)[:100] or "Paket",
                "qty": sum(one.quantity for one in asked.items) or 1,
                "note": asked.note[:50],
            }
        ],
    }


def _well(reply: Reply) -> bool:
    return reply.status == 200 and part(reply.json(), "status") is True
