"""J&T's client.

rates    POST inquiry.action, from city to district
book     POST order/create under our own name, signed; a name they have already is refused by them
truth    J&T cannot be asked by our name: after a lost answer the same is asked again, and not booked twice
cancel   POST order/cancel, before it is fetched (`GOT`)
track    POST trackAction!tracking.action
word     nothing of it is published; what comes to our address with its token in it is a hint, and J&T is asked
"""

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from orderan.couriers.errors import (
    CourierRefused,
    Fault,
    NoticeForged,
    NoticeUnreadable,
    OutcomeUnknown,
)
from orderan.couriers.jnt import wire
from orderan.couriers.models import (
    Account,
    Acknowledgement,
    Asked,
    Booked,
    Field,
    Notice,
    Rate,
    RatesAsked,
    Received,
    Status,
    Step,
    Track,
)
from orderan.couriers.ports import CourierClient, Does
from orderan.couriers.reading import days, listed, moment, part, rupiah, same, text, trouble, whole
from orderan.couriers.unable import Unable
from orderan.couriers.vocabulary import read_word
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

NAME: Final = "jnt"
FIELDS: Final = (
    Field("username", secret=False),
    Field("api_key", secret=True),
    Field("sign_key", secret=True),
    Field("customer", secret=False),
    Field("company_id", secret=False),
    Field("track_password", secret=True),
    Field("tariff_url", secret=False, default="https://partner-track.jet.co.id"),
    Field("track_url", secret=False, default="https://secure-jk.jet.co.id"),
    Field("hook_token", secret=True, made=True),
)
SERVES: Final = frozenset({NAME})
DOES: Final = frozenset({Does.RATES, Does.BOOK, Does.TRACK, Does.TELLS})
TAKEN: Final = Acknowledgement(200, "application/json", b'{"success":true}')
SERVICE: Final = "EZ"
MOST_CASH: Final = 5_000_000


def open_courier(account: Account, caller: Caller, clock: Clock) -> CourierClient:
    return Jnt(account, caller, clock)


class Jnt(Unable):
    """One customer of J&T's."""

    name = NAME
    serves = SERVES
    does = DOES

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._told = account.credentials
        self._tariff = self._told["tariff_url"].rstrip("/")
        self._tracking = self._told["track_url"].rstrip("/")
        self._caller = caller
        self._clock = clock

    async def check(self) -> None:
        await self._tariff_of("JAKARTA", "GAMBIR", "1")

    async def rates(self, asked: RatesAsked) -> list[Rate]:
        if NAME not in asked.couriers:
            return []
        kilograms = wire.kilograms(asked.box.weight_g)
        found = []
        for one in await self._tariff_of(asked.origin.city, asked.destination.district, kilograms):
            cost, service = rupiah(part(one, "cost")), text(one, "productType") or SERVICE
            if cost:
                least, most = days(text(one, "etd"))
                found.append(
                    Rate(
                        NAME,
                        service,
                        cost,
                        cod=asked.cod_minor <= MOST_CASH,
                        least_days=least,
                        most_days=most,
                    )
                )
        return found

    async def book(self, asked: Asked, reference: str | None) -> Booked:
        del reference
        body = wire.order(
            asked, username=self._told["username"], api_key=self._told["api_key"], now=self._clock.now()
        )
        reply = await self._order(wire.ORDER, body)
        own = next((one for one in listed(reply.json(), "detail") if text(one, "orderid") == asked.key), None)
        word = text(own, "status").lower()
        if word == "sukses" and text(own, "awb_no"):
            return Booked(asked.key, text(own, "awb_no"), text(own, "desCode") or None, status=Status.BOOKED)
        if word in {"error", "gagal"}:
            # They have it already and do not say under which number: only a person can look.
            if _used(text(own, "reason")):
                raise OutcomeUnknown(NAME, "booked_before", text(own, "reason"), fault=Fault.SERVER)
            raise CourierRefused(NAME, word, text(own, "reason"))
        raise trouble(NAME, reply, text(reply.json(), "desc"), changes=True)

    async def cancel(self, booked: Booked, reason: str) -> bool:
        body = {
            "detail": [
                {
                    "username": self._told["username"],
                    "api_key": self._told["api_key"],
                    "orderid": booked.reference,
                    "remark": reason[: wire.MOST_REMARK],
                }
            ]
        }
        reply = await self._order(wire.CANCEL, body)
        own = next(iter(listed(reply.json(), "detail")), None)
        word = text(own, "status").lower()
        if word == "sukses":
            return True
        if word in {"error", "gagal"}:
            return False
        raise trouble(NAME, reply, text(reply.json(), "desc"), changes=True)

    async def track(self, courier: str, awb: str, *, key: str | None = None, phone: str = "") -> Track:
        del courier, key, phone
        reply = await self._caller.inquire(
            NAME,
            self._tracking + wire.TRACK,
            headers=wire.basic(self._told["username"], self._told["track_password"]),
            body=json.dumps({"awb": awb, "eccompanyid": self._told["company_id"]}).encode(),
        )
        told = reply.json()
        if reply.status == 200 and text(told, "error_id"):
            return Track(awb, (), known=False)
        if reply.status != 200 or not isinstance(told, dict):
            raise trouble(NAME, reply, text(told, "error_message"))
        return Track(awb, _steps(told))

    def check_notice(self, received: Received) -> None:
        query = dict(parse_qsl(urlsplit(received.url).query))
        if not same(self._told["hook_token"], query.get("token", "")):
            raise NoticeForged

    def read_notice(self, body: bytes) -> Sequence[Notice]:
        told = whole(body)
        awb = text(told, "awb") or text(told, "billcode") or text(told, "awb_no")
        if not awb:
            raise NoticeUnreadable
        return (Notice(NAME, awb, None, text(told, "orderid") or None, _steps(told), proven=False),)

    def acknowledgement(self) -> Acknowledgement:
        return TAKEN

    async def _order(self, path: str, body: dict[str, Any]) -> Reply:
        form = wire.signed(body, self._told["sign_key"], names=("data_param", "data_sign"))
        return await self._caller.order(NAME, "POST", self._base + path, headers=wire.FORM, body=form)

    async def _tariff_of(self, city: str, district: str, kilograms: str) -> list[Any]:
        body = {
            "weight": kilograms,
            "sendSiteCode": city.upper(),
            "destAreaCode": district.upper(),
            "cusName": self._told["customer"],
            "productType": SERVICE,
        }
        form = wire.signed(body, self._told["sign_key"], names=("data", "sign"))
        reply = await self._caller.inquire(NAME, self._tariff + wire.TARIFF, headers=wire.FORM, body=form)
        told = reply.json()
        if reply.status != 200 or text(told, "is_success") not in {"true", "false"}:
            raise trouble(NAME, reply, text(told, "message"))
        if text(told, "is_success") == "false":
            if "sign" in text(told, "message").lower():
                raise CourierRefused(NAME, "sign", text(told, "message"))
            return []
        content = part(told, "content")
        # Sometimes a list, sometimes the text of one.
        read = Reply(200, {}, content.encode(), 0.0).json() if isinstance(content, str) else content
        return read if isinstance(read, list) else []


def _steps(told: object) -> tuple[Step, ...]:
    found = [
        Step(
            at=moment(part(one, "date_time")),
            status=read_word(NAME, text(one, "status_code")),
            word=text(one, "status"),
            code=text(one, "status_code"),
            note=text(one, "note"),
            place=text(one, "city_name"),
        )
        for one in listed(told, "history")
    ]
    return tuple(sorted(found, key=lambda step: step.at.timestamp() if step.at else 0.0))


def _used(reason: str) -> bool:
    said = reason.lower()
    return "duplicate" in said or "already" in said or "sudah ada" in said
