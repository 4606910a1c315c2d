"""Letters of couriers: sealed as they come, kept at once, heard afterwards, and heard again where words were learned."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.crypto import DataKey
from orderan.kit.db import Tx
from orderan.shipping import store_notices as store
from orderan.shipping.accounts import CourierLetter, Verdict
from orderan.shipping.rules_accounts import letter_key


def sealed_courier_letter(
    shop_id: int,
    account_id: UUID,
    key: DataKey,
    verdict: Verdict,
    *,
    headers: Mapping[str, str],
    body: bytes,
) -> CourierLetter:
    """A letter as it is kept: it may hold names, telephone numbers and pictures of doors.

    Args:
        headers: Without those that are secrets themselves.
    """
    whole = msgspec.json.encode({"headers": dict(headers), "body": b64encode(body).decode()}).decode()
    return CourierLetter(account_id, verdict, letter_key(body), key.seal(whole, place=_place(shop_id)))


def open_courier_letter(shop_id: int, key: DataKey, letter: bytes) -> bytes:
    """The body of a letter, word for word."""
    whole = msgspec.json.decode(key.open(letter, place=_place(shop_id)))
    return b64decode(whole["body"])


async def replay_letters(tx: Tx, *, since: datetime, now: datetime) -> int:
    """Have letters received since a moment heard anew by the worker; returns how many.

    What they told before is known and moves nothing; words that nobody knew then are read as they are now.
    """
    many = await store.hear_again(tx, since=since)
    trace = Trace(
        "courier_letters.replay", "courier_notice", "", after={"since": since.isoformat(), "letters": many}
    )
    await audit.leave(tx, trace, now=now)
    return many


def _place(shop_id: int) -> str:
    return f"{shop_id}|courier_notice|letter"
