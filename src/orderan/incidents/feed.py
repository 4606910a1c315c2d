"""Reading a status page's list of scheduled maintenance. Pure.

The form is the one of `/api/v2/scheduled-maintenances.json`: members `id`, `name`, `status`,
`scheduled_for`, `scheduled_until` and `components`. Entries that make no sense are left out and do not
hinder the others; a text that is no such list at all is refused.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from orderan.incidents.errors import FeedUnreadable
from orderan.incidents.models import Announced

MOST: Final = 500
LONGEST_TITLE: Final = 200
OVER: Final = frozenset({"completed", "cancelled", "canceled"})


def read_announced(text: bytes) -> list[Announced]:
    """The maintenance a feed tells of, in its order; the first of two with one id.

    Raises:
        FeedUnreadable: It is not a list of scheduled maintenance.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedUnreadable from None
    entries = told.get("scheduled_maintenances") if isinstance(told, dict) else None
    if not isinstance(entries, list):
        raise FeedUnreadable
    found: dict[str, Announced] = {}
    for entry in entries[:MOST]:
        if (one := _announced(entry)) is not None:
            found.setdefault(one.feed_id, one)
    return list(found.values())


def _announced(entry: Any) -> Announced | None:
    if not isinstance(entry, dict):
        return None
    feed_id, title = _text(entry.get("id")), _text(entry.get("name"))
    starts_at, ends_at = _moment(entry.get("scheduled_for")), _moment(entry.get("scheduled_until"))
    if not feed_id or starts_at is None or ends_at is None or ends_at <= starts_at:
        return None
    components = entry.get("components")
    parts = [part.get("name") for part in components or () if isinstance(part, dict)]
    return Announced(
        feed_id,
        title,
        starts_at,
        ends_at,
        tuple(part for part in map(_text, parts) if part),
        over=entry.get("status") in OVER,
    )


def _text(value: Any) -> str:
    """One line of it, of a length that can be shown and kept."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-8", "ignore").decode().replace("\0", " ")
    return " ".join(whole.split())[:LONGEST_TITLE]


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
