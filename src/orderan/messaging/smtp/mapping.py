"""What mail servers' replies and bounces mean in ours. Tables and pure functions.

Source: RFC 5321 section 4.2 (reply codes), RFC 3463 and IANA's registry (enhanced codes), RFC 3464 (bounces).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from enum import StrEnum, auto
from typing import Final

from orderan.messaging.errors import (
    Because,
    Fault,
    MessageTrouble,
    RefusedForGood,
    RefusedForNow,
    SendFailed,
)
from orderan.messaging.models import ReceiptState

NAME: Final = "smtp"
_ENHANCED: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class Stage(StrEnum):
    """How far the conversation had come."""

    GREETING = auto()
    LOGIN = auto()
    SENDER = auto()
    RECIPIENT = auto()
    CONTENT = auto()


STATES: Final = {
    "failed": ReceiptState.FAILED,
    "delivered": ReceiptState.DELIVERED,
    "relayed": ReceiptState.SENT,
    "expanded": ReceiptState.DELIVERED,
}
"""By the action of a delivery status; `delayed` tells of nothing yet."""

_OURS: Final = frozenset({(1, 7), (1, 8)})
"""Detail codes of the addresses that are about the sender's."""
_NO_MAILBOX: Final = frozenset({501, 550, 551, 553, 555})


def enhanced(text: str) -> tuple[int, int, int] | None:
    """The enhanced code in a reply, None where there is none."""
    found = _ENHANCED.search(text)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def trouble(code: int, text: str, stage: Stage) -> MessageTrouble:
    """The right failure for a reply that is none of success."""
    told = enhanced(text)
    word = ".".join(map(str, told)) if told else str(code)
    if code < 500:
        if stage is Stage.LOGIN:
            return SendFailed(NAME, word, text, fault=Fault.SERVER)
        full = told is not None and told[1:] == (2, 2)
        return RefusedForNow(NAME, word, text, because=Because.RECIPIENT if full else Because.PACE)
    if stage is Stage.RECIPIENT:
        good, because = about_recipient(code, told)
    elif stage is Stage.CONTENT:
        good, because = _about_content(code, told)
    else:
        good, because = False, Because.ACCOUNT
    kind = RefusedForGood if good else RefusedForNow
    return kind(NAME, word, text, because=because)


def about_recipient(code: int, told: tuple[int, int, int] | None) -> tuple[bool, Because]:
    """Whether a recipient is refused for good, and what it is about.

    The enhanced code rules over the basic one: many servers answer 550 to spam and to a full mailbox.
    """
    if told is None:
        if code in _NO_MAILBOX:
            return True, Because.RECIPIENT
        return False, Because.RECIPIENT if code == 552 else Because.ACCOUNT
    _, subject, detail = told
    if (subject, detail) in _OURS or subject == 7:
        return False, Because.ACCOUNT
    if subject == 1 or (subject, detail) == (2, 1):
        return True, Because.RECIPIENT
    if (subject, detail) in {(2, 3), (3, 4)}:
        return True, Because.MESSAGE
    return False, Because.RECIPIENT


def _about_content(code: int, told: tuple[int, int, int] | None) -> tuple[bool, Because]:
    if told is not None and told[1] == 7:
        return False, Because.ACCOUNT
    if told is None and code == 554:
        # `Transaction failed`: it says nothing of whether the letter or its sender is meant.
        return False, Because.ACCOUNT
    return True, Because.MESSAGE


def fields_of(bounce: Message) -> Iterator[Message]:
    """The per-recipient groups of a delivery status."""
    for part in bounce.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            if isinstance(groups, list):
                yield from (one for one in groups if isinstance(one, Message) and one.get("Action"))


def original_id(bounce: Message) -> str | None:
    """The Message-ID of the letter a bounce returns, or its headers."""
    for part in bounce.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                return inner[0].get("Message-ID")
        if part.get_content_type() == "text/rfc822-headers":
            found = re.search(
                r"^message-id:\s*(<[^>\s]+>)", str(part.get_payload()), re.IGNORECASE | re.MULTILINE
            )
            if found is not None:
                return found[1]
    return None


def moment(value: object) -> datetime | None:
    """The date of a bounce; None where it has none that can be read."""
    found = getattr(value, "datetime", None)
    if not isinstance(found, datetime):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
