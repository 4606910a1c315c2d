"""What stands in the places of a message, and whether it is still true when it is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from orderan.flows.pay_links import PayLinks
from orderan.flows.tell_restock import Ware
from orderan.flows.views_telling import About
from orderan.kit.i18n import format_date, format_datetime, format_money
from orderan.notifications import Kind, Policy, review_link_of
from orderan.orders import pay_limit
from orderan.payments import METHODS, TransferAccount
from orderan.shipping import COURIERS, tracking_link
from orderan.shops import Shop

PAYING: Final = frozenset({Kind.PAY_NOW, Kind.PAY_WITH, Kind.PAY_SOON, Kind.TROUBLE, Kind.RECOVERED})
"""Kinds whose link is the pay page; a review leads to where the shop has them, others to where the order is followed."""

ANY_WAY: Final = {
    "id": "cara bayar pilihan Anda di halaman pembayaran",
    "en": "any way you like on the payment page",
}
"""Stands for what to pay with where the buyer has no number to pay to."""
OTHER_WAY: Final = {
    "id": "cara bayar lain di halaman pembayaran",
    "en": "another way to pay on the payment page",
}
NOT_ALL_PACKED: Final = frozenset({"accepted", "processing"})
LOOKED_AGAIN: Final = timedelta(minutes=15)
UNDER_WAY: Final = frozenset({"picked_up", "in_transit", "out_for_delivery", "attempt_failed"})


@dataclass(frozen=True, slots=True)
class Later:
    """It is not time yet."""

    at: datetime


def _waits(about: About, now: datetime) -> bool:
    limit = pay_limit(about.hold_until, about.clock_stopped_at, now=now)
    in_time = limit is None or now < limit or about.in_the_air
    return about.commercial == "awaiting_payment" and about.due_minor > 0 and in_time


def _owes(about: About) -> bool:
    return about.commercial in {"awaiting_payment", "accepted"} and about.due_minor > 0


_TRUE: Final[Mapping[Kind, Callable[[About, datetime], bool]]] = {
    Kind.PAY_NOW: _waits,
    Kind.PAY_SOON: _waits,
    Kind.PAY_WITH: lambda about, now: (
        about.attempt == "offered" and about.attempt_until is not None and now < about.attempt_until
    ),
    Kind.TROUBLE: lambda about, _: about.incident == "open" and _owes(about),
    Kind.RECOVERED: lambda about, _: about.incident in {"recovered", "closed"} and _owes(about),
    Kind.EXPIRED: lambda about, _: about.commercial == "expired",
    Kind.PAID_LATE: lambda about, _: about.commercial in {"expired", "cancelled"} and about.kept_minor > 0,
    Kind.ACCEPTED: lambda about, _: about.commercial in {"accepted", "completed"},
    Kind.PACKED: lambda about, _: about.headline in NOT_ALL_PACKED | {"packed"},
    Kind.SHIPPED: lambda about, _: about.parcel in UNDER_WAY and about.commercial != "cancelled",
    Kind.OUT_FOR_DELIVERY: lambda about, _: about.parcel == "out_for_delivery",
    Kind.DELAYED: lambda about, _: (
        about.promised_on is not None and about.delivered_at is None and about.commercial == "accepted"
    ),
    Kind.DELIVERED: lambda about, _: about.delivered_at is not None,
    Kind.ATTEMPT_FAILED: lambda about, _: about.parcel in {"attempt_failed", "in_transit"},
    Kind.POSTPONED: lambda about, _: (
        about.parcel in UNDER_WAY and about.deliver_on is not None and about.deliver_on == about.told_day
    ),
    Kind.COMING_BACK: lambda about, _: about.parcel in {"returning", "returned"},
    Kind.PARCEL_LOST: lambda about, _: about.parcel in {"lost", "damaged"},
    Kind.CHANGED: lambda about, _: about.commercial not in {"cancelled", "expired"},
    Kind.CANCELLED: lambda about, _: about.commercial == "cancelled",
    Kind.REFUNDED: lambda about, _: about.refund == "executed",
    Kind.RETURN_APPROVED: lambda about, _: about.goods_return == "approved",
    Kind.SUBSTITUTED: lambda about, _: (
        about.ware is not None and about.commercial not in {"cancelled", "expired"}
    ),
    Kind.RETURN_REFUSED: lambda about, _: about.goods_return == "rejected",
    Kind.RETURN_RECEIVED: lambda about, _: about.goods_return in {"received", "inspected"},
    Kind.REVIEW: lambda about, _: about.commercial == "completed",
    Kind.BACK_IN_STOCK: lambda _about, _now: False,
}


def stands(kind: Kind, about: About | Ware | None, policy: Policy, *, now: datetime) -> bool | Later:
    """Whether a message is true now, or true later: a reminder moves with the time to pay, and what is held is not
    being prepared.
    """
    if isinstance(about, Ware):
        return kind is Kind.BACK_IN_STOCK and about.sellable > 0
    if about is not None and kind is Kind.RECOVERED and about.incident == "open" and _owes(about):
        # It came back before this was told; who was told of trouble still hears of its end.
        return Later(now + LOOKED_AGAIN)
    if about is None or not _TRUE[kind](about, now):
        return False
    if kind is Kind.ACCEPTED and about.waits:
        return Later(now + LOOKED_AGAIN)
    if kind is Kind.PACKED and about.headline in NOT_ALL_PACKED:
        # Another location still has its part of it.
        return Later(now + LOOKED_AGAIN)
    if kind in {Kind.PAY_SOON, Kind.EXPIRED} and about.in_the_air:
        # They may have paid: what becomes of that is told, and nothing that it would make untrue.
        return Later(now + LOOKED_AGAIN)
    if kind is not Kind.PAY_SOON or about.hold_until is None:
        return True
    if about.clock_stopped_at is not None:
        return Later(now + LOOKED_AGAIN)
    opens = about.hold_until - timedelta(minutes=policy.reminder_minutes)
    return Later(opens) if opens > now + LOOKED_AGAIN else True


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, by what rules, where their pages are, and which bank accounts are their own."""

    shop: Shop
    links: PayLinks
    policy: Policy
    transfers: Sequence[TransferAccount] = ()


def values(
    kind: Kind, about: About | Ware, voice: Voice, *, buyer: str, locale: str, zone: str, now: datetime
) -> dict[str, str]:
    """What stands in each place; empty where nothing is known."""
    if isinstance(about, Ware):
        return {"buyer": buyer, "shop": voice.shop.name, "link": about.link, "ware": about.name}
    carrier, way = COURIERS.get(about.courier or ""), METHODS.get(about.way or "")
    return {
        "buyer": buyer,
        "shop": voice.shop.name,
        "number": str(about.number),
        "link": _link(kind, about, voice, now=now),
        "amount": format_money(_amount(kind, about), about.currency, locale),
        "until": _until(kind, about, locale=locale, zone=zone, now=now),
        "method": way.name if way else (about.way or ""),
        "pay_code": str((about.instrument or {}).get("number") or ""),
        "pay_how": _pay_how(about, locale=locale, now=now),
        "courier": carrier.name if carrier else (about.courier or ""),
        "awb": about.awb or "",
        "promised": "" if about.promised_on is None else format_date(about.promised_on, locale),
        "day": "" if about.deliver_on is None else format_date(about.deliver_on, locale),
        "track_link": tracking_link(about.courier or "", about.awb or "") or "",
        "missing_ware": about.missing_ware or "",
        "ware": about.ware or "",
        "pay_other": _pay_other(about, voice.transfers, locale=locale),
        "return_number": "" if about.return_number is None else str(about.return_number),
    }


def _pay_how(about: About, *, locale: str, now: datetime) -> str:
    """The method and the number of what can be paid with now."""
    number, way = str((about.instrument or {}).get("number") or ""), METHODS.get(about.way or "")
    lives = about.attempt == "offered" and about.attempt_until is not None and now < about.attempt_until
    if not number or not lives:
        return ANY_WAY["en" if locale == "en" else "id"]
    return f"{way.name if way else about.way} {number}"


def _pay_other(about: About, accounts: Sequence[TransferAccount], *, locale: str) -> str:
    """Another way on the payment page; where the shop shows accounts, also these, with how much and which note."""
    other = OTHER_WAY["en" if locale == "en" else "id"]
    if not accounts:
        return other
    amount = format_money(_amount(Kind.TROUBLE, about), about.currency, locale)
    if locale == "en":
        named = "; ".join(f"{one.bank_name} {one.number} ({one.holder})" for one in accounts)
        return f"{other}, or transfer exactly {amount} with the note {about.number} to {named}"
    named = "; ".join(f"{one.bank_name} {one.number} (a.n. {one.holder})" for one in accounts)
    return f"{other}, atau transfer tepat {amount} dengan berita {about.number} ke {named}"


def _link(kind: Kind, about: About, voice: Voice, *, now: datetime) -> str:
    if kind in PAYING:
        return voice.links.pay_page(voice.shop.shop_id, about.order_id, now=now)
    if kind is Kind.REVIEW and (page := review_link_of(voice.policy, about.number)):
        return page
    if kind is Kind.ATTEMPT_FAILED and about.door_id is not None:
        return voice.links.door_page(voice.shop.shop_id, about.door_id, now=now)
    asked = urlencode({"number": about.number, "shop": voice.shop.code})
    return f"{voice.links.base_url}/track?{asked}"


def _amount(kind: Kind, about: About) -> int:
    if kind is Kind.PAY_WITH:
        return about.attempt_minor or 0
    if kind is Kind.REFUNDED:
        return about.refund_minor or 0
    if kind is Kind.PAID_LATE:
        return about.kept_minor
    if kind in PAYING:
        return about.deposit_due_minor or about.due_minor
    return about.total_minor


def _until(kind: Kind, about: About, *, locale: str, zone: str, now: datetime) -> str:
    limit = pay_limit(about.hold_until, about.clock_stopped_at, now=now)
    if kind is Kind.PAY_WITH:
        limit = about.attempt_until
    return "" if limit is None else format_datetime(limit, zone, locale)
