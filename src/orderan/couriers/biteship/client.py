"""Biteship's client.

rates    POST rates/couriers
book     POST draft_orders, which books nothing; then its confirm, once: a draft cannot be confirmed twice
truth    GET draft_orders/{id}, and of a confirmed one its order
cancel   POST orders/{id}/cancel, before the parcel is fetched
track    GET trackings/{number}/couriers/{code}
word     POST to our address, with a header of our choice in it
"""

from collections.abc import Sequence
from typing import Final

from orderan.couriers.biteship import mapping, wire
from orderan.couriers.biteship.mapping import CODES, NAME
from orderan.couriers.errors import (
    CourierFailed,
    CourierRefused,
    Fault,
    NoticeForged,
    NoticeUnreadable,
    OutcomeUnknown,
)
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
    Track,
)
from orderan.couriers.ports import CourierClient, Does
from orderan.couriers.reading import same, text, trouble, whole
from orderan.couriers.unable import Unable
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

FIELDS: Final = (
    Field("api_key", secret=True),
    Field("webhook_header", secret=False, default="x-orderan-token"),
    Field("webhook_secret", secret=True, made=True),
)
SERVES: Final = frozenset(CODES)
DOES: Final = frozenset({Does.RATES, Does.BOOK, Does.TRACK, Does.TELLS})
TAKEN: Final = Acknowledgement(200, "application/json", b'{"success":true}')


def open_courier(account: Account, caller: Caller, clock: Clock) -> CourierClient:
    del clock  # nothing of Biteship's is signed with the time
    return Biteship(account, caller)


class Biteship(Unable):
    """One account at Biteship."""

    name = NAME
    serves = SERVES
    does = DOES

    def __init__(self, account: Account, caller: Caller) -> None:
        self._base = account.base_url.rstrip("/")
        self._headers = wire.headers(account.credentials["api_key"])
        self._hook = (
            account.credentials["webhook_header"].strip().lower(),
            account.credentials["webhook_secret"],
        )
        self._caller = caller

    async def check(self) -> None:
        reply = await self._caller.ask(NAME, self._base + wire.COURIERS, headers=self._headers)
        if not _well(reply):
            raise trouble(NAME, reply, mapping.said(reply.json()))

    async def rates(self, asked: RatesAsked) -> list[Rate]:
        reply = await self._caller.inquire(
            NAME, self._base + wire.RATES, headers=self._headers, body=wire.rates(asked)
        )
        if not _well(reply):
            raise trouble(NAME, reply, mapping.said(reply.json()))
        return mapping.offers(reply.json(), cod_minor=asked.cod_minor, insured=asked.insured)

    async def prepare(self, asked: Asked) -> str | None:
        # A draft that is made and forgotten fetches nobody and costs nothing: it is a question as far as
        # anybody outside is concerned.
        reply = await self._caller.inquire(
            NAME, self._base + wire.DRAFTS, headers=self._headers, body=wire.draft(asked)
        )
        reference = text(reply.json(), "id")
        if not _well(reply) or not reference:
            raise trouble(NAME, reply, mapping.said(reply.json()))
        return reference

    async def book(self, asked: Asked, reference: str | None) -> Booked:
        if reference is None:
            raise CourierRefused(NAME, "not_prepared", asked.key)
        reply = await self._caller.order(
            NAME, "POST", f"{self._base}{wire.DRAFTS}/{reference}/confirm", headers=self._headers, body=b"{}"
        )
        made = mapping.booked(reply.json())
        if _well(reply) and made is not None:
            return made
        if 400 <= reply.status < 500 and (there := await self._confirmed(asked.key, reference)) is not None:
            return there
        raise trouble(NAME, reply, mapping.said(reply.json()), changes=True)

    async def look_up(self, key: str, reference: str | None) -> Booked | None:
        del key
        if reference is None:
            return None
        reply = await self._caller.ask(NAME, f"{self._base}{wire.DRAFTS}/{reference}", headers=self._headers)
        if reply.status == 404:
            return None
        draft = reply.json()
        if not _well(reply) or not text(draft, "status"):
            raise trouble(NAME, reply, mapping.said(draft))
        order = text(draft, "order_id")
        if text(draft, "status") != "confirmed" or not order:
            return None
        reply = await self._caller.ask(NAME, f"{self._base}{wire.ORDERS}/{order}", headers=self._headers)
        made = mapping.booked(reply.json())
        if not _well(reply) or made is None:
            raise trouble(NAME, reply, mapping.said(reply.json()))
        return made

    async def cancel(self, booked: Booked, reason: str) -> bool:
        reply = await self._caller.order(
            NAME,
            "POST",
            f"{self._base}{wire.ORDERS}/{booked.reference}/cancel",
            headers=self._headers,
            body=wire.cancellation(reason),
        )
        if _well(reply):
            return True
        if reply.status in {400, 422}:
            return False
        raise trouble(NAME, reply, mapping.said(reply.json()), changes=True)

    async def track(self, courier: str, awb: str, *, key: str | None = None, phone: str = "") -> Track:
        del key, phone
        reply = await self._caller.ask(
            NAME, f"{self._base}/v1/trackings/{awb}/couriers/{CODES[courier]}", headers=self._headers
        )
        if reply.status in {400, 404}:
            return Track(awb, (), known=False)
        if not _well(reply):
            raise trouble(NAME, reply, mapping.said(reply.json()))
        return Track(awb, mapping.steps(reply.json()))

    def check_notice(self, received: Received) -> None:
        header, secret = self._hook
        # Saving the address in their dashboard tries it with nothing in the letter.
        if received.body.strip() and not same(secret, received.headers.get(header, "")):
            raise NoticeForged

    def read_notice(self, body: bytes) -> Sequence[Notice]:
        if not body.strip():
            return ()
        read = mapping.notice(whole(body))
        if read is None:
            raise NoticeUnreadable
        return (read,)

    def acknowledgement(self) -> Acknowledgement:
        return TAKEN

    async def _confirmed(self, key: str, reference: str) -> Booked | None:
        """What a draft became that could not be confirmed: perhaps it was before."""
        try:
            return await self.look_up(key, reference)
        except (CourierFailed, CourierRefused) as fault:
            raise OutcomeUnknown(NAME, "confirmed_before", fault.code, fault=Fault.SERVER) from fault


def _well(reply: Reply) -> bool:
    told = reply.json()
    return reply.status in {200, 201} and isinstance(told, dict) and told.get("success", True) is True
