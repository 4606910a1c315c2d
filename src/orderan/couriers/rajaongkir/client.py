"""RajaOngkir's client.

rates    POST calculate/domestic-cost, between places that are looked up first and remembered
track    POST track/waybill
word     RajaOngkir sends none
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from orderan.couriers.models import (
    Account,
    Field,
    Place,
    Rate,
    RatesAsked,
    Status,
    Step,
    Track,
)
from orderan.couriers.ports import CourierClient, Does
from orderan.couriers.reading import days, listed, moment, part, rupiah, text, trouble
from orderan.couriers.unable import Unable
from orderan.couriers.vocabulary import read_word
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

NAME: Final = "rajaongkir"
FIELDS: Final = (Field("api_key", secret=True),)
CODES: Final[Mapping[str, str]] = {
    "jne": "jne",
    "jnt": "jnt",
    "sicepat": "sicepat",
    "anteraja": "anteraja",
    "ninja": "ninja",
    "pos": "pos",
    "tiki": "tiki",
    "idexpress": "ide",
    "lion": "lion",
    "sap": "sap",
    "wahana": "wahana",
}
"""RajaOngkir's code by ours."""
SERVES: Final = frozenset(CODES)
DOES: Final = frozenset({Does.RATES, Does.TRACK})
COST: Final = "/api/v1/calculate/domestic-cost"
PLACES: Final = "/api/v1/destination/domestic-destination"
TRACK: Final = "/api/v1/track/waybill"
ASK_PHONE: Final = frozenset({"jne"})
"""They tell nothing without the last five digits of the recipient's telephone."""
MOST_PLACES: Final = 2_000
_OURS: Final = {theirs: ours for ours, theirs in CODES.items()}


def open_courier(account: Account, caller: Caller, clock: Clock) -> CourierClient:
    del clock
    return RajaOngkir(account, caller)


class RajaOngkir(Unable):
    """One key at RajaOngkir."""

    name = NAME
    serves = SERVES
    does = DOES

    def __init__(self, account: Account, caller: Caller) -> None:
        self._base = account.base_url.rstrip("/")
        self._headers = {
            "key": account.credentials["api_key"],
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded",
        }
        self._caller = caller
        self._places: dict[str, str | None] = {}

    async def check(self) -> None:
        await self._search("10110")

    async def rates(self, asked: RatesAsked) -> list[Rate]:
        origin, destination = await self._place(asked.origin), await self._place(asked.destination)
        if origin is None or destination is None:
            return []
        answer = await self._inquire(
            self._base + COST,
            {
                "origin": origin,
                "destination": destination,
                "weight": max(asked.box.weight_g, 1),
                "courier": ":".join(CODES[one] for one in asked.couriers if one in CODES),
                "price": "lowest",
            },
        )
        return [rate for one in listed(answer, "data") if (rate := _rate(one)) is not None]

    async def track(self, courier: str, awb: str, *, key: str | None = None, phone: str = "") -> Track:
        del key
        asked = {"awb": awb, "courier": CODES[courier]}
        if courier in ASK_PHONE:
            asked["last_phone_number"] = phone[-5:]
        url = f"{self._base}{TRACK}?{urlencode(asked)}"
        reply = await self._caller.inquire(NAME, url, headers=self._headers, body=b"")
        if reply.status in {400, 404}:
            return Track(awb, (), known=False)
        if not _well(reply):
            raise trouble(NAME, reply, text(reply.json(), "meta", "message"))
        return Track(awb, _steps(courier, part(reply.json(), "data")))

    async def _place(self, place: Place) -> str | None:
        """Their number of a place; None where they know none there."""
        name = place.postal_code or f"{place.district} {place.city}"
        if name not in self._places:
            found = await self._search(name)
            inside = [one for one in found if text(one, "district_name").upper() == place.district.upper()]
            first = next(iter(inside or found), None)
            if len(self._places) >= MOST_PLACES:
                self._places.clear()
            self._places[name] = text(first, "id") or None
        return self._places[name]

    async def _search(self, name: str) -> list[Any]:
        query = urlencode({"search": name, "limit": 20, "offset": 0})
        reply = await self._caller.ask(NAME, f"{self._base}{PLACES}?{query}", headers=self._headers)
        if reply.status == 404:
            return []
        if not _well(reply):
            raise trouble(NAME, reply, text(reply.json(), "meta", "message"))
        return listed(reply.json(), "data")

    async def _inquire(self, url: str, form: Mapping[str, Any]) -> object:
        reply = await self._caller.inquire(NAME, url, headers=self._headers, body=urlencode(form).encode())
        if not _well(reply):
            raise trouble(NAME, reply, text(reply.json(), "meta", "message"))
        return reply.json()


def _rate(one: object) -> Rate | None:
    courier, cost, service = _OURS.get(text(one, "code")), rupiah(part(one, "cost")), text(one, "service")
    if courier is None or not cost or not service:
        return None
    least, most = days(text(one, "etd"))
    return Rate(courier, service, cost, least_days=least, most_days=most)


def _steps(courier: str, told: object) -> tuple[Step, ...]:
    """The manifest, and the proof of delivery, which is the only word of delivery that counts."""
    found = [
        Step(
            at=moment(f"{text(one, 'manifest_date')} {text(one, 'manifest_time')}"),
            status=read_word(courier, text(one, "manifest_code"), text(one, "manifest_description")),
            word=text(one, "manifest_description"),
            code=text(one, "manifest_code"),
            place=text(one, "city_name"),
        )
        for one in listed(told, "manifest")
    ]
    proof = part(told, "delivery_status")
    if text(proof, "status").upper() == "DELIVERED" and not any(
        one.status in {Status.DELIVERED, Status.RETURNED} for one in found
    ):
        # A parcel that went back is told as delivered to whoever sent it.
        back = any(one.status is Status.RETURNING for one in found)
        found.append(
            Step(
                at=moment(f"{text(proof, 'pod_date')} {text(proof, 'pod_time')}"),
                status=Status.RETURNED if back else Status.DELIVERED,
                word=text(proof, "status"),
                note=text(proof, "pod_receiver"),
            )
        )
    return tuple(sorted(found, key=lambda step: step.at.timestamp() if step.at else 0.0))


def _well(reply: Reply) -> bool:
    return reply.status == 200 and isinstance(reply.json(), dict)
