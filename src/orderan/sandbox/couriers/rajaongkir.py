"""RajaOngkir V2 as it answers: prices, and parcels that other simulated couriers carry."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import parse_qsl

from orderan.sandbox.couriers.models import Shelf, SimParcel, Stage, cost_of, number
from orderan.sandbox.models import Letter, SimReply, SimRequest

_WIB: Final = timezone(timedelta(hours=7))
_TARIFF: Final = {
    ("jne", "REG"): (11_500, "2-3 day"),
    ("jne", "YES"): (22_000, "1 day"),
    ("tiki", "REG"): (11_000, "3 day"),
    ("sicepat", "REG"): (10_700, "2-3 day"),
    ("pos", "REG"): (9_000, "4-6 day"),
}
_MANIFEST: Final = {
    Stage.BOOKED: ("", "PENDING PICKUP"),
    Stage.ASSIGNED: ("", "PENDING PICKUP"),
    Stage.PICKED: ("", "SUCCESS PICKUP"),
    Stage.TRANSIT: ("OP1", "SHIPPED"),
    Stage.OUT: ("IP3", "WITH DELIVERY COURIER"),
    Stage.FAILED: ("U02", "SHIPMENT PROBLEM"),
    Stage.REFUSED: ("U08", "SHIPMENT PROBLEM"),
    Stage.DELIVERED: ("D01", "DELIVERED"),
    Stage.RETURNING: ("", "RETURN TO SHIPPER"),
    Stage.RETURNED: ("R25", "RETURN TO SHIPPER"),
    Stage.LOST: ("", "BREACH"),
    Stage.CANCELLED: ("", "CANCELLED"),
    Stage.NOT_FOUND: ("", "CANCELLED"),
}


class RajaongkirSimulator:
    """One key at RajaOngkir.

    Attributes:
        others: Parcels of other simulated couriers: tracking finds them by their numbers.
    """

    name = "rajaongkir"
    tells = False

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.shelf = Shelf()
        self.others: Callable[[], Iterable[SimParcel]] = list
        self._key = credentials["api_key"]

    def registered_at(self, address: str | None) -> None:
        del address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        del now
        if request.headers.get("key") != self._key:
            return _wrong(401, "Invalid Api key, key not found")
        match (request.method, request.path):
            case ("GET", "/api/v1/destination/domestic-destination"):
                return _json([_district(request.query.get("search", ""))])
            case ("POST", "/api/v1/calculate/domestic-cost"):
                return self._costs(dict(parse_qsl(request.body.decode())))
            case ("POST", "/api/v1/track/waybill"):
                return self._track(request.query)
            case _:
                return _wrong(404, "Not found")

    def news(self, parcel: SimParcel) -> list[Letter]:
        del parcel
        return []

    def repriced(self, parcel: SimParcel) -> list[Letter]:
        del parcel
        return []

    def forged(self, letter: Letter) -> Letter:
        return letter

    def _costs(self, told: Mapping[str, str]) -> SimReply:
        if not told.get("origin") or not told.get("destination"):
            return _wrong(422, "origin and destination are required")
        wanted = told.get("courier", "").split(":")
        return _json(
            [
                {
                    "name": courier.upper(),
                    "code": courier,
                    "service": service,
                    "description": service,
                    "cost": self.shelf.price(cost_of(number(told.get("weight")), per_kg)),
                    "etd": within,
                }
                for (courier, service), (per_kg, within) in _TARIFF.items()
                if courier in wanted
            ]
        )

    def _track(self, told: Mapping[str, str]) -> SimReply:
        awb, courier = told.get("awb", ""), told.get("courier", "")
        found = next((one for one in (*self.shelf.all(), *self.others()) if one.awb == awb), None)
        if courier == "jne" and len(told.get("last_phone_number", "")) != 5:
            return _wrong(422, "last_phone_number is required")
        seen = self.shelf.seen(found) if found else []
        if found is None or not seen:
            return _wrong(404, "Waybill not found")
        last = seen[-1]
        here = last.at.astimezone(_WIB)
        arrived = last.stage in {Stage.DELIVERED, Stage.RETURNED}
        return _json(
            {
                "delivered": arrived,
                "summary": {"courier_code": courier, "waybill_number": awb, "status": "ON PROCESS"},
                "delivery_status": {
                    "status": "DELIVERED" if arrived else "ON PROCESS",
                    "pod_receiver": "",
                    "pod_date": f"{here:%Y-%m-%d}" if arrived else "",
                    "pod_time": f"{here:%H:%M}" if arrived else "",
                },
                "manifest": [
                    {
                        "manifest_code": _MANIFEST[one.stage][0],
                        "manifest_description": _MANIFEST[one.stage][1],
                        "manifest_date": f"{one.at.astimezone(_WIB):%Y-%m-%d}",
                        "manifest_time": f"{one.at.astimezone(_WIB):%H:%M:%S}",
                        "city_name": "JAKARTA",
                    }
                    for one in seen
                ],
            }
        )


def _district(search: str) -> dict[str, Any]:
    return {
        "id": 17_000 + sum(search.encode()) % 1000,
        "label": search,
        "subdistrict_name": "",
        "district_name": search,
        "city_name": "",
        "province_name": "",
        "zip_code": search,
    }


def _json(data: object) -> SimReply:
    meta = {"message": "Success", "code": 200, "status": "success"}
    return SimReply(200, json.dumps({"meta": meta, "data": data}).encode())


def _wrong(status: int, message: str) -> SimReply:
    meta = {"message": message, "code": status, "status": "error"}
    return SimReply(status, json.dumps({"meta": meta, "data": None}).encode())
