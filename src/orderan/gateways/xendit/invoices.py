"""Xendit's Invoices: a page for methods its Payment Requests do not have.

charge   POST v2/invoices for one method; nothing keeps two from standing under one reference, so it is sent once
truth    GET v2/invoices/{id}; where an answer was lost, the list under our reference
cancel   POST invoices/{id}/expire!
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, OutcomeUnknown
from orderan.gateways.models import ChargeAsked, Charged, Instrument, InstrumentKind, Outcome, Truth
from orderan.gateways.xendit import mapping, wire
from orderan.kit.calling import Reply

NAME: Final = mapping.NAME
_NO_MONEY: Final = frozenset({Outcome.PENDING, Outcome.EXPIRED})


class _Orders(Protocol):
    async def __call__(
        self, path: str, body: bytes | None, *, key: str | None = None
    ) -> tuple[Reply, dict[str, Any] | None]: ...


class Invoices:
    """Of one account.

    Args:
        ask, order: How the account puts a question, and how it has something done.
    """

    def __init__(self, ask: Callable[[str], Awaitable[Reply]], order: _Orders) -> None:
        self._ask = ask
        self._order = order

    async def open(self, asked: ChargeAsked, code: str, *, now: datetime) -> Charged:
        """See `Gateway.charge`."""
        reply, told = await self._order("/v2/invoices", wire.invoice_body(asked, code, now=now))
        if reply.status not in {200, 201} or told is None:
            raise mapping.trouble(reply.status, told, changes=True)
        name, page = told.get("id"), told.get("invoice_url")
        if not isinstance(name, str) or not isinstance(page, str):
            raise OutcomeUnknown(NAME, "not_understood", fault=Fault.GARBLED)
        ends = mapping.moment(told.get("expiry_date")) or asked.expires_at
        return Charged(
            name, Outcome.PENDING, Instrument(InstrumentKind.REDIRECT, url=page, expires_at=ends), reply.body
        )

    async def look_up(self, reference: str, gateway_id: str | None) -> Truth:
        """See `Gateway.look_up`."""
        if gateway_id is None:
            return await self._listed(reference)
        reply = await self._ask(f"/v2/invoices/{quote(gateway_id, safe='')}")
        told = reply.json()
        if reply.status == 404 and mapping.code_of(told) is not None:
            return Truth(reference, None, Outcome.ABSENT, None, "IDR", raw=reply.body)
        if reply.status != 200 or not isinstance(told, dict):
            raise mapping.trouble(reply.status, told, changes=False)
        return _truth(told, reference, reply.body)

    async def expire(self, reference: str, gateway_id: str | None) -> Truth:
        """See `Gateway.cancel`; what is paid or over is told as it stands."""
        stands = await self.look_up(reference, gateway_id)
        if stands.outcome is not Outcome.PENDING or stands.gateway_id is None:
            return stands
        reply, told = await self._order(f"/invoices/{quote(stands.gateway_id, safe='')}/expire!", None)
        if reply.status not in {200, 201}:
            failed = mapping.trouble(reply.status, told, changes=True)
            if not isinstance(failed, GatewayRefused) or reply.status in {401, 403}:
                raise failed
        return await self.look_up(reference, stands.gateway_id)

    async def _listed(self, reference: str) -> Truth:
        reply = await self._ask(f"/v2/invoices?{urlencode({'external_id': reference})}")
        told = reply.json()
        if reply.status != 200 or not isinstance(told, list):
            raise mapping.trouble(reply.status, told, changes=False)
        mine = [one for one in told if isinstance(one, dict) and one.get("external_id") == reference]
        if len(mine) > 1:
            raise GatewayFailed(NAME, "several", reference, fault=Fault.GARBLED)
        if not mine:
            return Truth(reference, None, Outcome.ABSENT, None, "IDR", raw=reply.body)
        return _truth(mine[0], reference, reply.body)


def _truth(told: Mapping[str, Any], reference: str, raw: bytes) -> Truth:
    """How an invoice stands.

    Raises:
        GatewayFailed: It is about another order, or cannot be understood.
    """
    if told.get("external_id") != reference:
        raise GatewayFailed(NAME, "another_order", str(told.get("external_id"))[:60], fault=Fault.GARBLED)
    found, amount = mapping.INVOICES.get(mapping.word(told)), mapping.rupiah(told.get("amount"))
    name = told.get("id")
    if found is None or amount is None or not isinstance(name, str):
        raise GatewayFailed(NAME, "not_understood", mapping.word(told), fault=Fault.GARBLED)
    paid = 0 if found in _NO_MONEY else mapping.rupiah(told.get("paid_amount", amount))
    if paid is None:
        raise GatewayFailed(NAME, "not_understood", "paid_amount", fault=Fault.GARBLED)
    return Truth(
        reference=reference,
        gateway_id=name,
        outcome=found,
        amount_minor=amount,
        currency=str(told.get("currency") or "IDR"),
        paid_minor=paid,
        at=mapping.moment(told.get("paid_at") or told.get("updated")),
        raw=raw,
    )
