"""Putting buyers on a list: what was typed, or what an order left behind, becomes a key and is forgotten.

typed        a number, a house, a mailbox, a device, a network or a range of cards; it gets the key that an order
             with it would have, and stands on pages masked
of an order  the keys its score kept: nobody need see or type what they are made from
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.customers import PhoneUnreadable, atlas, e164, mask_email, mask_line, mask_phone
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import OrderNotFound, orders_by_id
from orderan.trust import (
    LISTED,
    Entry,
    KeyKind,
    KeyUnusable,
    ListVerdict,
    Traces,
    key_of,
    keys_of,
    network_of,
    put_on_list,
    scores_of,
)

_MAILBOX: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_DOMAIN: Final = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_CARD: Final = re.compile(r"\d{6,8}")
_WIDTHS: Final = {4: "24", 6: "48"}
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person wants on a list.

    Attributes:
        text: As it was typed; of an address the street line.
        village_code: Of an address where it is, 13 characters with dots.
    """

    kind: KeyKind
    text: str
    village_code: str | None = None


async def list_typed(
    tx: Tx,
    keyring: Keyring,
    typed: Typed,
    verdict: ListVerdict,
    *,
    reason: str,
    expires_at: datetime | None,
    now: datetime,
) -> Entry:
    """Put what was typed on a list.

    Raises:
        KeyUnusable: It is nothing of its kind.
        TrustUnexplained, EntryPast, EntryThere: As of `put_on_list`.
    """
    key, shown = read_typed(keyring, tx.shop_id, typed)
    return await put_on_list(
        tx, typed.kind, key, verdict, shown=shown, reason=reason, expires_at=expires_at, now=now
    )


async def list_order(
    tx: Tx,
    order_id: UUID,
    kinds: Collection[KeyKind],
    verdict: ListVerdict,
    *,
    reason: str,
    expires_at: datetime | None,
    now: datetime,
) -> list[Entry]:
    """Put what an order left behind on a list, all of these kinds or none; they are shown by its number.

    Raises:
        OrderNotFound: No such order in this shop.
        KeyUnusable: It left nothing of one of these kinds, or none was asked for.
        TrustUnexplained, EntryPast, EntryThere: As of `put_on_list`.
    """
    order = (await orders_by_id(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    score = (await scores_of(tx, [order_id])).get(order_id)
    kept = score.keys if score else {}
    wanted = [kind for kind in LISTED if kind in kinds]
    missing = [kind for kind in wanted if kind not in kept]
    if missing or not wanted:
        raise KeyUnusable(" ".join(missing))
    return [
        await put_on_list(
            tx,
            kind,
            kept[kind],
            verdict,
            shown=f"#{order.number}",
            reason=reason,
            expires_at=expires_at,
            now=now,
        )
        for kind in wanted
    ]


def read_typed(keyring: Keyring, shop_id: int, typed: Typed) -> tuple[bytes, str]:
    """The key of what was typed, and what stands for it on a page.

    Raises:
        KeyUnusable: It is nothing of its kind.
    """
    text = typed.text.strip()
    if text and len(text) <= LONGEST:
        traces, shown = _TRACES[typed.kind](text, typed)
        key = keys_of(keyring, shop_id, traces).get(typed.kind) if traces else None
        if typed.kind is KeyKind.DOMAIN and shown:
            # Of a domain there is no order yet: its key is that of the word itself.
            key = key_of(keyring, shop_id, KeyKind.DOMAIN, shown)
        if key is not None:
            return key, shown
    raise KeyUnusable(str(typed.kind))


Read = tuple[Traces | None, str]
"""What an order with it would have left behind, and what is shown; None and nothing where it is unreadable."""
UNREADABLE: Final[Read] = (None, "")


def _phone(text: str, _typed: Typed) -> Read:
    try:
        number = e164(text)
    except PhoneUnreadable:
        # The refusal says what it was meant to be, and does not repeat it.
        return UNREADABLE
    return Traces(phone=number), mask_phone(number)


def _address(text: str, typed: Typed) -> Read:
    place = atlas().place(typed.village_code) if typed.village_code else None
    if place is None:
        return UNREADABLE
    area = place.written()
    return Traces(line=text, area=area, village_code=typed.village_code), f"{mask_line(text)}, {area}"[
        :LONGEST
    ]


def _email(text: str, _typed: Typed) -> Read:
    return (Traces(email=text), mask_email(text.casefold())) if _MAILBOX.fullmatch(text) else UNREADABLE


def _domain(text: str, _typed: Typed) -> Read:
    domain = text.rpartition("@")[2].casefold()
    return (None, domain) if _DOMAIN.fullmatch(domain) else UNREADABLE


def _device(text: str, _typed: Typed) -> Read:
    shown = f"{text[:2]}***{text[-2:]}" if len(text) >= 8 else "***"
    return Traces(device=text), shown


def _network(text: str, _typed: Typed) -> Read:
    address, _, width = text.partition("/")
    network = network_of(address)
    if network is None or width not in {"", _WIDTHS[6 if ":" in network else 4]}:
        return UNREADABLE
    return Traces(ip=address), network


def _card(text: str, _typed: Typed) -> Read:
    digits = text.replace(" ", "")
    return (Traces(card=digits), f"{digits}**") if _CARD.fullmatch(digits) else UNREADABLE


_TRACES: Final = {
    KeyKind.PHONE: _phone,
    KeyKind.ADDRESS: _address,
    KeyKind.EMAIL: _email,
    KeyKind.DOMAIN: _domain,
    KeyKind.DEVICE: _device,
    KeyKind.NETWORK: _network,
    KeyKind.CARD: _card,
}
