"""What the working pages share: the scope of who looks, many rows at once, what is said afterwards."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request

from orderan.access import Principal
from orderan.flows.pay_links import PayLinks
from orderan.fulfilment import PickingBlocked, Reason
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words, format_money
from orderan.orders import Scope
from orderan.web.errors import sentence
from orderan.web.here import place_of

Asking = Request[Any, Any, Any]
Flash = tuple[str, str]
MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who asks for a page or sends a form, and what an answer is made with; injected as `visit`."""

    request: Asking
    principal: Principal
    caller: Caller
    db: Database
    keyring: Keyring
    links: PayLinks
    now: datetime


def visit(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    links: PayLinks,
    now: datetime,
) -> Visit:
    """The request with everything that is injected for it."""
    return Visit(request, principal, caller, db, keyring, links, now)


HOLDS: Final = {
    "fraud": N_("risiko penipuan"),
    "address": N_("alamat"),
    "stock": N_("stok"),
    "customer_request": N_("permintaan pelanggan"),
    "proof": N_("menunggu persetujuan desain"),
    "credit": N_("batas kredit"),
    "payment": N_("pembayaran"),
    "other": N_("lain-lain"),
}
REASONS: Final = {
    "not_accepted": N_("pesanan belum atau tidak lagi diterima"),
    "money_unknown": N_("nasib pembayarannya belum diketahui"),
    "verification": N_("pembelinya belum memastikan pesanan"),
    "change_open": N_("ada perubahan pesanan yang belum dikonfirmasi"),
}


def scope_of(principal: Principal) -> Scope:
    """The channels and locations of whoever looks."""
    return Scope(principal.channel_ids, principal.location_ids)


def told(refusal: Refusal, spoken: Words) -> str:
    """What a refusal says to a person; a blocked start names everything that stands in the way."""
    if not isinstance(refusal, PickingBlocked):
        return sentence(refusal, spoken)
    parts = []
    for _, number, reasons in refusal.orders:
        named = "; ".join(reason_told(reason, spoken) for reason in reasons)
        parts.append(
            spoken.gettext(
                N_("Pesanan %(number)s belum bisa diambil: %(reasons)s."), number=number, reasons=named
            )
        )
    return " ".join(parts)


def reason_told(reason: Reason, spoken: Words) -> str:
    """One thing that stands in the way of picking, in words."""
    if reason.code == "hold":
        kind = spoken.gettext(HOLDS.get(reason.what, HOLDS["other"]))
        return spoken.gettext(N_("ditahan karena %(kind)s (%(why)s)"), kind=kind, why=reason.why)
    if reason.code == "unpaid":
        amount = format_money(reason.amount_minor, reason.currency, spoken.locale)
        return spoken.gettext(N_("masih kurang bayar %(amount)s"), amount=amount)
    return spoken.gettext(REASONS[reason.code])


@dataclass
class Outcome:
    """What became of many rows done one by one."""

    done: int = 0
    refused: list[str] = field(default_factory=list)

    def flashes(self, request: Asking, text: Callable[[Words, int], str]) -> list[Flash]:
        """A line for what was done, and one per refused row."""
        spoken = place_of(request).words
        lines: list[Flash] = [("done", text(spoken, self.done))] if self.done else []
        return lines + [("loss", line) for line in dict.fromkeys(self.refused)]


async def each(
    request: Asking,
    db: Database,
    caller: Caller,
    ids: Iterable[UUID],
    step: Callable[[Tx, UUID], Awaitable[object]],
) -> Outcome:
    """Do a step for every row in a transaction of its own, so that one refusal hinders no other."""
    outcome = Outcome()
    spoken = place_of(request).words
    for one in list(dict.fromkeys(ids))[:MOST_ROWS]:
        try:
            await db.run(caller, lambda tx, one=one: step(tx, one))  # type: ignore[misc]
        except Refusal as refusal:
            outcome.refused.append(told(refusal, spoken))
        else:
            outcome.done += 1
    return outcome


def whole(typed: str) -> int | None:
    """A count as people type it; None when it is none."""
    return int(typed) if typed.strip().isdecimal() and len(typed.strip()) <= 7 else None
