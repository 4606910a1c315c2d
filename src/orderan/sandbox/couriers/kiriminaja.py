"""KiriminAja as it answers and writes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from orderan.sandbox.couriers.models import BEFORE_PICKUP, Happened, Shelf, SimParcel, Stage, cost_of, number
from orderan.sandbox.models import Letter, SimReply, SimRequest

_WIB: Final = timezone(timedelta(hours=7))
_TARIFF: Final = {
    ("jne", "REG23"): (10_800, "2-3", True),
    ("jnt", "EZ"): (9_900, "2-4", True),
    ("sap", "REG"): (9_000, "3-5", True),
    ("idx", "STD"): (8_700, "2-5", True),
}
_CODES: Final = {
    Stage.BOOKED: 101,
    Stage.ASSIGNED: 102,
    Stage.PICKED: 103,
    Stage.TRANSIT: 106,
    Stage.OUT: 106,
    Stage.FAILED: 152,
    Stage.REFUSED: 311,
    Stage.DELIVERED: 200,
    Stage.RETURNING: 401,
    Stage.RETURNED: 402,
    Stage.LOST: 333,
    Stage.CANCELLED: 302,
    Stage.NOT_FOUND: 302,
}
_METHODS: Final = {
    Stage.BOOKED: ("processed_packages", "date"),
    Stage.PICKED: ("shipped_packages", "shipped_at"),
    Stage.DELIVERED: ("finished_packages", "finished_at"),
    Stage.CANCELLED: ("canceled_packages", "canceled_at"),
    Stage.NOT_FOUND: ("canceled_packages", "canceled_at"),
    Stage.RETURNING: ("returned_packages", "date"),
    Stage.RETURNED: ("returned_packages", "returned_at"),
}
_DISTRICTS: Final = ("Jakarta Pusat", "Kota Bandung", "Kota Surabaya", "Kota Medan", "Kab. Sleman")


class KiriminajaSimulator:
    """One account at KiriminAja."""

    name = "kiriminaja"
    tells = True

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.shelf = Shelf()
        self._key = credentials["api_key"]
        self._address: str | None = None

    def registered_at(self, address: str | None) -> None:
        self._address = address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        if request.headers.get("authorization") != f"Bearer {self._key}":
            return _no("Unauthenticated.", 401)
        told = _read(request.body)
        match request.path:
            case "/api/mitra/couriers":
                return _yes(datas=[{"code": courier} for courier, _ in _TARIFF])
            case "/api/mitra/v2/get_address_by_name":
                search = str(told.get("search", ""))
                return _yes(
                    data=[
                        {"id": 1000 + turn, "text": f"{search}, {city}"}
                        for turn, city in enumerate(_DISTRICTS)
                    ]
                )
            case "/api/mitra/v6.1/shipping_price":
                return self._prices(told)
            case "/api/mitra/v6.1/request_pickup":
                return self._pickup(told, now)
            case "/api/mitra/tracking":
                return self._track(str(told.get("order_id", "")))
            case "/api/mitra/v3/cancel_shipment":
                return self._cancel(request.query.get("awb", ""), now)
            case _:
                return _no("Not found", 404)

    def news(self, parcel: SimParcel) -> list[Letter]:
        last = parcel.history[-1]
        method = _METHODS.get(last.stage)
        if self._address is None or method is None:
            return []
        row: dict[str, Any] = {"order_id": parcel.key, method[1]: _time(last)}
        if last.stage is Stage.BOOKED:
            if parcel.awb is None:
                return []
            row |= {"awb": parcel.awb, "sorting_code": "JOG-JOG1000-JKT2010"}
        if last.stage in {Stage.RETURNING, Stage.RETURNED}:
            row = {"order_id": parcel.key, "date": _time(last), "returned_at": None} | row
        body = json.dumps({"method": method[0], "data": [row]}).encode()
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {self._key}",
            "user-agent": "KiriminAja-Push-Services",
        }
        return [Letter(self.name, parcel.reference, self._address, headers, body)]

    def repriced(self, parcel: SimParcel) -> list[Letter]:
        del parcel
        return []

    def forged(self, letter: Letter) -> Letter:
        return replace(letter, headers={**letter.headers, "authorization": "Bearer guessed"})

    def _prices(self, told: Mapping[str, Any]) -> SimReply:
        weight, insured = number(told.get("weight")), number(told.get("insurance"))
        value = number(told.get("item_value"))
        return _yes(
            results=[
                {
                    "service": courier,
                    "service_name": service,
                    "service_type": service,
                    "cost": self.shelf.price(cost_of(weight, per_kg)),
                    "etd": within,
                    "cod": cod,
                    "insurance": value // 400 if insured else 0,
                    "setting": {"cod_fee": 0.03, "minimum_cod_fee": 2500},
                }
                for (courier, service), (per_kg, within, cod) in _TARIFF.items()
                if courier in told.get("courier", [])
            ]
        )

    def _pickup(self, told: Mapping[str, Any], now: datetime) -> SimReply:
        details = []
        for one in told.get("packages", []):
            tariff = _TARIFF.get((one.get("service"), one.get("service_type")))
            if tariff is None:
                return _no("Service is not available")
            if self.shelf.find(one["order_id"]) is not None:
                return _no("The order_id has already been taken.")
            turn = self.shelf.next_number()
            cost = cost_of(number(one["weight"]), tariff[0])
            if number(one.get("shipping_cost")) != cost:
                return _no(f"Shipping cost must be {cost}")
            parcel = SimParcel(
                partner=self.name,
                reference=f"XID-{turn:08d}",
                key=one["order_id"],
                courier=one["service"],
                service=one["service_type"],
                awb=None if self.shelf.quirks.late_awb else awb_of(one["service"], turn),
                cost=cost,
                cod=number(one.get("cod")),
                made_at=now,
            )
            parcel.happen(Stage.BOOKED, at=now)
            self.shelf.add(parcel)
            details.append({"order_id": parcel.key, "kj_order_id": parcel.reference, "awb": parcel.awb})
        return _yes(details=details, payment_status="paid")

    def _track(self, order_id: str) -> SimReply:
        parcel = self.shelf.find(order_id)
        seen = self.shelf.seen(parcel) if parcel else []
        if parcel is None or not seen:
            return _no("Order not found")
        back = next((one for one in seen if one.stage is Stage.RETURNED), None)
        return _yes(
            status_code=_CODES[seen[-1].stage],
            details={
                "awb": parcel.awb,
                "sorting_code": "JOG-JOG1000-JKT2010",
                "order_id": parcel.key,
                "returned_at": _time(back) if back else None,
                "costs": {"shipping_cost": self.shelf.price(parcel.cost)},
            },
            # Theirs come with the newest in front.
            histories=[
                {
                    "created_at": f"{one.at.astimezone(_WIB):%Y-%m-%d %H:%M:%S}",
                    "status": one.note or one.stage.replace("_", " "),
                    "status_code": _CODES[one.stage],
                    "receiver": "",
                }
                for one in reversed(seen)
            ],
        )

    def _cancel(self, awb: str, now: datetime) -> SimReply:
        parcel = self.shelf.find(awb)
        if parcel is None:
            return _no("AWB not found")
        if parcel.stage not in BEFORE_PICKUP:
            return _no("Paket sudah dalam proses pengiriman")
        parcel.happen(Stage.CANCELLED, at=now)
        return _yes()


def awb_of(courier: str, turn: int) -> str:
    """A number as this courier gives them out."""
    return {
        "jne": f"JOG{turn:010d}",
        "jnt": f"JO{turn:010d}",
        "sap": f"SAP{turn:010d}",
        "idx": f"IDE{turn:010d}",
    }[courier]


def _time(one: Happened) -> str:
    return f"{one.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000000Z}"


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _yes(**told: Any) -> SimReply:
    return SimReply(200, json.dumps({"status": True, "text": "Success", "method": "", **told}).encode())


def _no(text: str, status: int = 200) -> SimReply:
    return SimReply(status, json.dumps({"status": False, "text": text}).encode())
