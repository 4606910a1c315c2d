"""What providers of messages told us is heard: receipts move deliveries, a word of goodbye closes a channel.

take       letters that wait, oldest first, each once
receipts   sent, arrived, seen, failed: by the provider's id or our reference, in whatever order they come
replies    STOP or BERHENTI closes the channel for whoever wrote it, MULAI opens it again; whoever writes by WhatsApp
           may be answered freely for a day
rest       whatever else people answer is given to those who asked them something
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from orderan import messaging
from orderan.customers import people_by_phone, phone_index
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.messaging import ReceiptState, Reply, ReplyKind
from orderan.notifications import Fate, Receipt, close_channel, hear_receipts, open_channel, policy_of
from orderan.reach import HeardNews, Kind, keep_windows, mark_heard, take_news

WINDOW: Final = timedelta(hours=24)
"""So long WhatsApp lets whoever wrote be answered without a template it approved."""
TOLD: Final = (Kind.WHATSAPP, Kind.SMS, Kind.EMAIL, Kind.PUSH, Kind.WEBHOOK)
GOODBYES: Final = frozenset({"stop", "berhenti", "unsubscribe", "unreg", "end", "quit"})
HELLOS: Final = frozenset({"mulai", "start", "unstop"})
FATES: Final = MappingProxyType(
    {
        ReceiptState.SENT: Fate.SENT,
        ReceiptState.DELIVERED: Fate.DELIVERED,
        ReceiptState.READ: Fate.SEEN,
        ReceiptState.FAILED: Fate.FAILED,
    }
)

Answers = Callable[[Tx, Sequence[tuple[Kind, Reply]], datetime], Awaitable[None]]
"""Whoever asked people something: takes their replies, by channel, and lets be what is not for it."""


Fates = Callable[[Tx, Sequence[tuple[Kind, messaging.Receipt]], datetime], Awaitable[None]]
"""Whoever sent messages of their own: takes receipts, by channel, and lets be what is not theirs."""


async def hear_reach(
    tx: Tx,
    keyring: Keyring,
    *,
    now: datetime,
    answers: Sequence[Answers] = (),
    fates: Sequence[Fates] = (),
) -> int:
    """Hear what waits of messages; returns how many letters were heard."""
    heard = await take_news(tx, keyring, TOLD)
    if not heard:
        return 0
    await _hear_receipts(tx, heard, now=now)
    await _open_windows(tx, keyring, heard)
    replies = [(one.account.kind, piece) for one in heard for piece in one.pieces if isinstance(piece, Reply)]
    rest = await _hear_wishes(tx, keyring, replies, now=now)
    for answer in answers:
        await answer(tx, rest, now)
    told = [
        (one.account.kind, piece)
        for one in heard
        for piece in one.pieces
        if isinstance(piece, messaging.Receipt)
    ]
    for fate in fates:
        await fate(tx, told, now)
    await mark_heard(tx, [one.id for one in heard], now=now)
    return len(heard)


def receipt_of(told: messaging.Receipt, received_at: datetime) -> Receipt:
    """A provider's receipt in the words of messages; what costs other money than rupiah is not counted."""
    cost = told.cost if told.cost is not None and told.cost.currency == "IDR" else None
    return Receipt(
        FATES[told.state],
        told.at or received_at,
        provider_id=told.provider_id,
        reference=told.reference,
        cost_minor=None if cost is None else cost.minor,
        reason=told.code or "",
    )


async def _hear_receipts(tx: Tx, heard: Sequence[HeardNews], *, now: datetime) -> None:
    by_channel: dict[str, list[Receipt]] = {}
    for one in heard:
        for piece in one.pieces:
            if isinstance(piece, messaging.Receipt):
                by_channel.setdefault(str(one.account.kind), []).append(receipt_of(piece, one.received_at))
    if not by_channel:
        return
    policy = await policy_of(tx)
    for channel, receipts in sorted(by_channel.items()):
        await hear_receipts(tx, channel, receipts, policy=policy, now=now)


async def _open_windows(tx: Tx, keyring: Keyring, heard: Sequence[HeardNews]) -> None:
    windows: dict[tuple[UUID, bytes], datetime] = {}
    for one in heard:
        for piece in one.pieces if one.account.kind is Kind.WHATSAPP else ():
            if isinstance(piece, Reply):
                wrote = one.account.id, phone_index(keyring, tx.shop_id, piece.from_)
                # Their clock, as far as it is not ahead of ours.
                until = min(piece.at, one.received_at) + WINDOW
                windows[wrote] = max(until, windows.get(wrote, until))
    await keep_windows(tx, windows)


async def _hear_wishes(
    tx: Tx, keyring: Keyring, replies: Sequence[tuple[Kind, Reply]], *, now: datetime
) -> list[tuple[Kind, Reply]]:
    """Close and open channels as people wrote; what they wrote otherwise is given back."""
    rest: list[tuple[Kind, Reply]] = []
    wishes: dict[tuple[Kind, str], bool] = {}
    for kind, reply in replies:
        word = reply.text.strip().strip(".!").casefold()
        if reply.kind is ReplyKind.TEXT and word in GOODBYES | HELLOS:
            # Of two wishes of one person the later holds.
            wishes[kind, reply.from_] = word in GOODBYES
        else:
            rest.append((kind, reply))
    people = await people_by_phone(tx, keyring, {phone for _, phone in wishes})
    for closes, change in ((True, close_channel), (False, open_channel)):
        for channel in TOLD:
            named = {
                people[phone]
                for (kind, phone), wish in wishes.items()
                if kind is channel and wish is closes and phone in people
            }
            await change(tx, sorted(named), str(channel), now=now)
    return rest
