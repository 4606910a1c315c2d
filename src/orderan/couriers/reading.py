"""Reading what couriers answer: whatever is missing or something else is None, and never a crash."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from orderan.couriers.errors import CourierFailed, CourierRefused, Fault, NoticeUnreadable, OutcomeUnknown
from orderan.kit.calling import Reply

WIB: Final = timezone(timedelta(hours=7))
"""Couriers' times without an offset are those of Western Indonesia, where their head offices are."""
_FORMS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
)
LONGEST: Final = 300
"""Letters of a word or a note that are kept."""


def part(told: object, *names: str) -> Any:
    """A member of nested objects; None where any of them is missing or something else."""
    for name in names:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def text(told: object, *names: str) -> str:
    """A member as text, a number too; empty where it is missing or something else."""
    found = part(told, *names)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found).replace("\0", "").strip()[:LONGEST]


def listed(told: object, *names: str) -> list[Any]:
    """A member that is a list; empty for anything else."""
    found = part(told, *names)
    return found if isinstance(found, list) else []


def rupiah(told: object) -> int | None:
    """`18000`, `18000.0` and `"18000"` are 18000; None for what is no whole amount."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    whole, _, rest = str(told).strip().partition(".")
    if not whole.isascii() or not whole.isdigit() or rest.strip("0") or len(whole) > 15:
        return None
    return int(whole)


def moment(told: object) -> datetime | None:
    """A time of theirs as UTC; None for what is none."""
    if not isinstance(told, str) or not told.strip():
        return None
    wrote = told.strip()
    for form in _FORMS:
        try:
            return datetime.strptime(wrote, form).replace(tzinfo=WIB).astimezone(UTC)
        except ValueError:
            continue
    try:
        read = datetime.fromisoformat(wrote)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=WIB)).astimezone(UTC)


def days(told: str) -> tuple[int | None, int | None]:
    """`2 - 3 days`, `2-3 HARI`, `1` as (least, most); hours are the same day."""
    numbers = [int(one) for one in "".join(c if c.isdigit() else " " for c in told).split()[:2]]
    if not numbers or max(numbers) > 90:
        return None, None
    if "hour" in told.lower() or "jam" in told.lower():
        return 0, 0
    return min(numbers), max(numbers)


def same(ours: str, theirs: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing; an empty one is never."""
    return bool(ours) and hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def whole(body: bytes) -> dict[str, Any]:
    """A letter's object.

    Raises:
        NoticeUnreadable: It is none.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise NoticeUnreadable from fault
    if not isinstance(told, dict):
        raise NoticeUnreadable
    return told


def trouble(
    name: str, reply: Reply, said: str, *, changes: bool = False
) -> CourierRefused | CourierFailed | OutcomeUnknown:
    """What an answer that is no good answer means.

    Args:
        changes: Whether the request was more than a question.
    """
    if reply.status == 429:
        return CourierFailed(name, "429", said, fault=Fault.BUSY)
    if 400 <= reply.status < 500 and reply.status != 408:
        return CourierRefused(name, str(reply.status), said)
    kind = OutcomeUnknown if changes else CourierFailed
    if reply.status < 300:
        return kind(name, "unread", said, fault=Fault.GARBLED)
    return kind(name, str(reply.status), said, fault=Fault.SERVER)


def local_phone(number: str) -> str:
    """As it is dialled in Indonesia: 0812..., not +62812..."""
    return "0" + number[3:] if number.startswith("+62") else number.removeprefix("+")


def bare_city(city: str) -> str:
    """A city without what stands before it in the register: `KOTA BANDUNG` and `Bandung` are one to whoever types."""
    told = city.upper().strip()
    for word in ("KOTA ADM. ", "KOTA ADMINISTRASI ", "KOTA ", "KAB. ", "KABUPATEN "):
        told = told.removeprefix(word)
    return told
