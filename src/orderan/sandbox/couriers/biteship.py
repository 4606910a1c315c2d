"""Biteship as it answers and writes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from orderan.sandbox.couriers.models import BEFORE_PICKUP, Happened, Shelf, SimParcel, Stage, cost_of, number
from orderan.sandbox.models import Letter, SimReply, SimRequest

_WIB: Final = timezone(timedelta(hours=7))
_TARIFF: Final = {
    ("jne", "reg"): (11_000, "2 - 3", "days", True),
    ("jne", "yes"): (21_000, "1 - 1", "days", False),
    ("jnt", "ez"): (10_000, "2 - 4", "days", True),
    ("sicepat", "reg"): (10_500, "2 - 3", "days", True),
    ("anteraja", "reg"): (9_500, "2 - 4", "days", True),
    ("gojek", "instant"): (28_000, "1 - 3", "hours", False),
}
_WORDS: Final = {
    Stage.BOOKED: "confirmed",
    Stage.ASSIGNED: "allocated",
    Stage.PICKED: "picked",
    Stage.TRANSIT: "dropping_off",
    Stage.OUT: "dropping_off",
    Stage.FAILED: "on_hold",
    Stage.REFUSED: "on_hold",
    Stage.DELIVERED: "delivered",
    Stage.RETURNING: "return_in_transit",
    Stage.RETURNED: "returned",
    Stage.LOST: "disposed",
    Stage.CANCELLED: "cancelled",
    Stage.NOT_FOUND: "courier_not_found",
}


class BiteshipSimulator:
    """One account at Biteship."""

    name = "biteship"
    tells = True

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.shelf = Shelf()
        self._key = credentials["api_key"]
        self._header, self._secret = credentials["webhook_header"], credentials["webhook_secret"]
        self._address: str | None = None
        self._drafts: dict[str, dict[str, Any]] = {}

    def registered_at(self, address: str | None) -> None:
        self._address = address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        if request.headers.get("authorization") != self._key:
            return _wrong(401, 40101001, "Authorization failed")
        told = _read(request.body)
        match (request.method, *request.path.strip("/").split("/")):
            case ("GET", "v1", "couriers"):
                return _json({"success": True, "couriers": [{"courier_code": one} for one, _ in _TARIFF]})
            case ("POST", "v1", "rates", "couriers"):
                return self._rates(told)
            case ("POST", "v1", "draft_orders"):
                return self._draft(told)
            case ("GET", "v1", "draft_orders", draft):
                return self._drafted(draft)
            case ("POST", "v1", "draft_orders", draft, "confirm"):
                return self._confirm(draft, now)
            case ("GET", "v1", "orders", order):
                return self._order(order)
            case ("POST", "v1", "orders", order, "cancel"):
                return self._cancel(order, now)
            case ("GET", "v1", "trackings", awb, "couriers", code):
                return self._track(awb, code)
            case _:
                return _wrong(404, 40400000, "Route not found")

    def news(self, parcel: SimParcel) -> list[Letter]:
        last = parcel.history[-1]
        told = {
            "event": "order.status",
            "order_id": parcel.reference,
            "courier_tracking_id": f"tr-{parcel.reference}",
            "courier_waybill_id": parcel.awb,
            "courier_company": parcel.courier,
            "courier_type": parcel.service,
            "order_price": self.shelf.price(parcel.cost),
            "status": _WORDS[last.stage],
            "updated_at": _time(last),
            "note": last.note,
        }
        return self._letters(parcel, told)

    def repriced(self, parcel: SimParcel) -> list[Letter]:
        price = self.shelf.price(parcel.cost)
        return self._letters(parcel, {"event": "order.price", "order_id": parcel.reference, "price": price})

    def forged(self, letter: Letter) -> Letter:
        return replace(letter, headers={**letter.headers, self._header: "guessed"})

    def _letters(self, parcel: SimParcel, told: Mapping[str, Any]) -> list[Letter]:
        if self._address is None:
            return []
        headers = {"content-type": "application/json", self._header: self._secret}
        return [Letter(self.name, parcel.reference, self._address, headers, json.dumps(told).encode())]

    def _rates(self, told: Mapping[str, Any]) -> SimReply:
        wanted = str(told.get("couriers", "")).split(",")
        if not told.get("origin_postal_code") or not told.get("destination_postal_code"):
            return _wrong(400, 40001001, "Origin and destination are required")
        weight = sum(number(one.get("weight")) * number(one.get("quantity")) for one in told.get("items", []))
        cash = number(told.get("destination_cash_on_delivery"))
        pricing = [
            {
                "courier_name": courier.upper(),
                "courier_code": courier,
                "courier_service_name": service.upper(),
                "courier_service_code": service,
                "shipment_duration_range": within,
                "shipment_duration_unit": unit,
                "price": self.shelf.price(cost_of(weight, per_kg)),
                "insurance_fee": number(told.get("courier_insurance")) // 500,
                "cash_on_delivery_fee": cash * 4 // 100 if cod else 0,
                "available_for_cash_on_delivery": cod,
            }
            for (courier, service), (per_kg, within, unit, cod) in _TARIFF.items()
            if courier in wanted and (cod or not cash)
        ]
        return _json({"success": True, "object": "courier_pricing", "code": 20001003, "pricing": pricing})

    def _draft(self, told: Mapping[str, Any]) -> SimReply:
        if (told.get("courier_company"), told.get("courier_type")) not in _TARIFF:
            return _wrong(400, 40002002, "Courier is not available")
        draft = f"{self.shelf.next_number():024x}"
        self._drafts[draft] = {"told": dict(told), "status": "ready", "order_id": None}
        return _json({"success": True, "object": "draft_order", "id": draft, "status": "ready"})

    def _drafted(self, draft: str) -> SimReply:
        found = self._drafts.get(draft)
        if found is None:
            return _wrong(404, 40402001, "Draft order not found")
        return _json({"success": True, "id": draft, "status": found["status"], "order_id": found["order_id"]})

    def _confirm(self, draft: str, now: datetime) -> SimReply:
        found = self._drafts.get(draft)
        if found is None:
            return _wrong(404, 40402001, "Draft order not found")
        if found["status"] == "confirmed":
            return _wrong(400, 40002065, "Draft order has been confirmed")
        told = found["told"]
        turn = self.shelf.next_number()
        weight = sum(number(one.get("weight")) * number(one.get("quantity")) for one in told.get("items", []))
        courier, service = told["courier_company"], told["courier_type"]
        parcel = SimParcel(
            partner=self.name,
            reference=f"{turn:024x}",
            key=str(told.get("reference_id", "")),
            courier=courier,
            service=service,
            awb=None if self.shelf.quirks.late_awb else _awb(courier, turn),
            cost=cost_of(weight, _TARIFF[courier, service][0]),
            cod=number(told.get("destination_cash_on_delivery")),
            made_at=now,
        )
        parcel.happen(Stage.BOOKED, at=now)
        if self.shelf.quirks.nobody_rides:
            parcel.happen(Stage.NOT_FOUND, at=now)
        self.shelf.add(parcel)
        found |= {"status": "confirmed", "order_id": parcel.reference}
        return self._order(parcel.reference)

    def _order(self, order: str) -> SimReply:
        parcel = self.shelf.find(order)
        if parcel is None:
            return _wrong(404, 40402001, "Order not found")
        return _json(
            {
                "success": True,
                "message": "Order successfully created",
                "object": "order",
                "id": parcel.reference,
                "reference_id": parcel.key,
                "courier": {
                    "company": parcel.courier,
                    "type": parcel.service,
                    "waybill_id": parcel.awb,
                    "routing_code": "CGK-10110",
                },
                "price": self.shelf.price(parcel.cost),
                "status": _WORDS[parcel.stage],
            }
        )

    def _cancel(self, order: str, now: datetime) -> SimReply:
        parcel = self.shelf.find(order)
        if parcel is None:
            return _wrong(404, 40402001, "Order not found")
        if parcel.stage not in BEFORE_PICKUP:
            return _wrong(400, 40002021, "Order can not be cancelled")
        parcel.happen(Stage.CANCELLED, at=now)
        return _json({"success": True, "id": parcel.reference, "status": "cancelled"})

    def _track(self, awb: str, code: str) -> SimReply:
        parcel = self.shelf.find(awb)
        seen = self.shelf.seen(parcel) if parcel else []
        if parcel is None or parcel.courier != code or not seen:
            return _wrong(404, 40403001, "Tracking not found")
        return _json(
            {
                "success": True,
                "messsage": "Successfully get tracking info",
                "object": "tracking",
                "id": f"tr-{parcel.reference}",
                "waybill_id": parcel.awb,
                "courier": {"company": parcel.courier},
                "history": [
                    {"note": one.note, "updated_at": _time(one), "status": _WORDS[one.stage]} for one in seen
                ],
                "order_id": parcel.reference,
                "status": _WORDS[seen[-1].stage],
            }
        )


def _awb(courier: str, turn: int) -> str:
    return {
        "jne": f"CGK{turn:010d}",
        "jnt": f"JX{turn:010d}",
        "sicepat": f"00{turn:010d}",
        "anteraja": f"1{turn:013d}",
        "gojek": f"GK-11-{turn:07d}",
    }[courier]


def _time(one: Happened) -> str:
    return one.at.astimezone(_WIB).isoformat(timespec="seconds")


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _json(told: Mapping[str, Any], status: int = 200) -> SimReply:
    return SimReply(status, json.dumps(told).encode())


def _wrong(status: int, code: int, error: str) -> SimReply:
    return _json({"success": False, "error": error, "code": code}, status)
