"""J&T Indonesia as it answers.

What it sends by itself is not published; here it is the tracking answer's history, which is as far as our client
may lean on it: it takes such a letter for a hint and asks.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from hashlib import md5
from typing import Any, Final
from urllib.parse import parse_qsl

from orderan.sandbox.couriers.models import BEFORE_PICKUP, Happened, Shelf, SimParcel, Stage, cost_of
from orderan.sandbox.models import Letter, SimReply, SimRequest

_WIB: Final = timezone(timedelta(hours=7))
_PER_KG: Final = 10_000
_CODES: Final = {
    Stage.BOOKED: ("", "Manifes"),
    Stage.ASSIGNED: ("", "Manifes"),
    Stage.PICKED: ("100", "Paket telah diterima oleh J&T"),
    Stage.TRANSIT: ("101", "Paket akan dikirimkan ke kota tujuan"),
    Stage.OUT: ("100", "Paket akan dikirim ke alamat penerima"),
    Stage.FAILED: ("150", "Paket bermasalah"),
    Stage.REFUSED: ("150", "Paket bermasalah"),
    Stage.DELIVERED: ("200", "Paket telah diterima"),
    Stage.RETURNING: ("401", "Paket akan dikembalikan"),
    Stage.RETURNED: ("402", "Paket retur telah diterima"),
    Stage.LOST: ("151", "Lainnya"),
    Stage.CANCELLED: ("162", "Dibatalkan"),
    Stage.NOT_FOUND: ("163", "Dibatalkan"),
}


class JntSimulator:
    """One customer of J&T's."""

    name = "jnt"
    tells = True

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.shelf = Shelf()
        self._told = credentials
        self._address: str | None = None

    def registered_at(self, address: str | None) -> None:
        self._address = address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        match request.path:
            case "/jts-idn-ecommerce-api/api/order/create":
                return self._create(self._signed(request.body, "data_param", "data_sign"), now)
            case "/jts-idn-ecommerce-api/api/order/cancel":
                return self._cancel(self._signed(request.body, "data_param", "data_sign"), now)
            case "/jandt_track/inquiry.action":
                return self._tariff(self._signed(request.body, "data", "sign"))
            case "/jandt-order-web/track/trackAction!tracking.action":
                return self._track(request)
            case _:
                return SimReply(404, b"<html>404</html>", {"content-type": "text/html"})

    def news(self, parcel: SimParcel) -> list[Letter]:
        if self._address is None or parcel.awb is None:
            return []
        body = json.dumps({"awb": parcel.awb, "orderid": parcel.key, "history": [_row(parcel.history[-1])]})
        headers = {"content-type": "application/json"}
        return [Letter(self.name, parcel.reference, self._address, headers, body.encode())]

    def repriced(self, parcel: SimParcel) -> list[Letter]:
        del parcel
        return []

    def forged(self, letter: Letter) -> Letter:
        return replace(letter, url=letter.url.partition("?")[0] + "?token=guessed")

    def _signed(self, body: bytes, name: str, sign: str) -> dict[str, Any] | None:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        text = form.get(name, "")
        digest = md5((text + self._told["sign_key"]).encode()).hexdigest()  # noqa: S324 - J&T's own signature
        if form.get(sign) != base64.b64encode(digest.encode()).decode():
            return None
        told = json.loads(text)
        return told if isinstance(told, dict) else None

    def _create(self, told: Mapping[str, Any] | None, now: datetime) -> SimReply:
        if told is None:
            return _json({"success": False, "desc": "Signature error"})
        [asked] = told["detail"]
        name = asked["orderid"]
        if self.shelf.find(name) is not None:
            return _detail(name, "Error", reason="Duplicate orderid")
        turn = self.shelf.next_number()
        parcel = SimParcel(
            partner=self.name,
            reference=f"jt-{turn}",
            key=name,
            courier="jnt",
            service=asked["expresstype"],
            awb=f"JP{turn:010d}",
            cost=cost_of(round(float(asked["weight"]) * 1000), _PER_KG),
            cod=int(asked["cod"] or 0),
            made_at=now,
        )
        parcel.happen(Stage.BOOKED, at=now)
        self.shelf.add(parcel)
        return _detail(name, "Sukses", awb_no=parcel.awb, desCode="320-PLM01-002", etd="2-4")

    def _cancel(self, told: Mapping[str, Any] | None, now: datetime) -> SimReply:
        if told is None:
            return _json({"success": False, "desc": "Signature error"})
        [asked] = told["detail"]
        parcel = self.shelf.find(asked["orderid"])
        if parcel is None:
            return _detail(asked["orderid"], "Error", reason="orderid not found")
        if parcel.stage not in BEFORE_PICKUP:
            return _detail(parcel.key, "Error", reason="The order cannot be cancelled, status GOT")
        parcel.happen(Stage.CANCELLED, at=now)
        return _detail(parcel.key, "Sukses")

    def _tariff(self, told: Mapping[str, Any] | None) -> SimReply:
        if told is None:
            return _json({"is_success": "false", "message": "sign error"})
        cost = cost_of(round(float(told["weight"]) * 1000), _PER_KG)
        offer = [{"cost": str(cost), "name": "EZ", "productType": "EZ"}]
        content = json.dumps(offer) if self.shelf.quirks.numbers_as_text else offer
        return _json({"is_success": "true", "message": "success", "content": content})

    def _track(self, request: SimRequest) -> SimReply:
        pair = f"{self._told['username']}:{self._told['track_password']}"
        if request.headers.get("authorization") != f"Basic {base64.b64encode(pair.encode()).decode()}":
            return SimReply(401, b"")
        parcel = self.shelf.find(str(json.loads(request.body).get("awb", "")))
        seen = self.shelf.seen(parcel) if parcel else []
        if parcel is None or not seen:
            return _json({"error_id": "404", "error_message": "AWB not found"})
        return _json({"awb": parcel.awb, "orderid": parcel.key, "history": [_row(one) for one in seen]})


def _row(one: Happened) -> dict[str, str]:
    code, word = _CODES[one.stage]
    return {
        "date_time": f"{one.at.astimezone(_WIB):%Y-%m-%d %H:%M:%S}",
        "city_name": "JAKARTA",
        "status": word,
        "status_code": code,
        "note": one.note,
    }


def _detail(name: str, status: str, **more: Any) -> SimReply:
    well = status == "Sukses"
    return _json({"success": well, "desc": "", "detail": [{"orderid": name, "status": status, **more}]})


def _json(told: Mapping[str, Any]) -> SimReply:
    return SimReply(200, json.dumps(told).encode())
