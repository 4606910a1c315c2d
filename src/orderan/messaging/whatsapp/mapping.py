"""What WhatsApp's words mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from orderan.messaging.errors import (
    Because,
    Fault,
    OutcomeUnknown,
    RefusedForGood,
    RefusedForNow,
    SendFailed,
)
from orderan.messaging.models import Cost, News, Receipt, ReceiptState, Reply, ReplyKind
from orderan.messaging.rules import e164_of

NAME: Final = "whatsapp"

FOR_GOOD: Final[Mapping[int, Because]] = {
    100: Because.MESSAGE,
    131008: Because.MESSAGE,
    131009: Because.MESSAGE,
    131021: Because.RECIPIENT,
    131026: Because.RECIPIENT,
    131050: Because.RECIPIENT,
    131051: Because.MESSAGE,
    132000: Because.MESSAGE,
    132001: Because.MESSAGE,
    132005: Because.MESSAGE,
    132007: Because.MESSAGE,
    132012: Because.MESSAGE,
    132016: Because.MESSAGE,
}
FOR_NOW: Final[Mapping[int, Because]] = {
    0: Because.ACCOUNT,
    3: Because.ACCOUNT,
    4: Because.PACE,
    10: Because.ACCOUNT,
    190: Because.ACCOUNT,
    200: Because.ACCOUNT,
    368: Because.ACCOUNT,
    80007: Because.PACE,
    130429: Because.PACE,
    130497: Because.ACCOUNT,
    131005: Because.ACCOUNT,
    131030: Because.ACCOUNT,
    131031: Because.ACCOUNT,
    131042: Because.ACCOUNT,
    131045: Because.ACCOUNT,
    131047: Because.WINDOW,
    131048: Because.PACE,
    131049: Because.PACE,
    131056: Because.PACE,
    132015: Because.MESSAGE,
    133010: Because.ACCOUNT,
}
NOT_DONE: Final = frozenset({1, 2, 131000, 131016, 131057, 133004})
"""Trouble of theirs, which says itself that nothing was sent."""

STATES: Final = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "played": ReceiptState.READ,
    "failed": ReceiptState.FAILED,
}
NOTHING: Final = Cost(Decimal(0), "IDR")
"""They say whether a message is billed, never how much; one that did not arrive is not."""
NO_ANSWER: Final = frozenset({"reaction", "system", "unsupported", "request_welcome", "ephemeral"})
"""Messages that answer nothing: a heart under a question is no consent."""


def trouble(status: int, told: object) -> RefusedForGood | RefusedForNow | SendFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict):
        if status in {429, 503}:
            return RefusedForNow(NAME, str(status), because=Because.PACE)
        if 400 <= status < 500:
            return RefusedForNow(NAME, str(status), because=Because.ACCOUNT)
        return OutcomeUnknown(NAME, str(status), fault=Fault.SERVER if status >= 500 else Fault.GARBLED)
    code = error.get("code")
    number = code if isinstance(code, int) else -1
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    words = str(details or error.get("message") or "")
    if because := FOR_GOOD.get(number):
        return RefusedForGood(NAME, str(number), words, because=because)
    if because := FOR_NOW.get(number):
        return RefusedForNow(NAME, str(number), words, because=because)
    if number in NOT_DONE:
        return SendFailed(NAME, str(number), words, fault=Fault.SERVER)
    if 400 <= status < 500:
        return RefusedForNow(NAME, str(number), words, because=Because.ACCOUNT)
    return OutcomeUnknown(NAME, str(number), words, fault=Fault.SERVER)


def news_of(value: Mapping[str, Any]) -> list[News]:
    """Receipts and replies of one change.

    Raises:
        KeyError, ValueError, TypeError, AttributeError: It is not as they write it.
    """
    receipts = [one for told in value.get("statuses") or () if (one := _receipt(told)) is not None]
    people = {
        str(contact.get("wa_id")): contact.get("user_id")
        for contact in value.get("contacts") or ()
        if isinstance(contact, dict)
    }
    replies = [
        _reply(told, people.get(str(told["from"])))
        for told in value.get("messages") or ()
        if told["type"] not in NO_ANSWER
    ]
    return [*receipts, *replies]


def _receipt(told: Mapping[str, Any]) -> Receipt | None:
    state = STATES.get(str(told["status"]))
    if state is None:
        return None
    code = for_good = None
    if state is ReceiptState.FAILED:
        errors = told.get("errors") or [{}]
        number = errors[0].get("code")
        code = str(number if number is not None else "unknown")
        for_good = FOR_GOOD.get(number) is Because.RECIPIENT
    pricing = told.get("pricing")
    billed = not (isinstance(pricing, dict) and pricing.get("billable") is False)
    return Receipt(
        provider_id=str(told["id"]),
        state=state,
        at=moment(told["timestamp"]),
        cost=None if billed and state is not ReceiptState.FAILED else NOTHING,
        code=code,
        for_good=bool(for_good),
        to=e164_of(str(told["recipient_id"])) if told.get("recipient_id") else None,
        reference=told.get("biz_opaque_callback_data"),
    )


def _reply(told: Mapping[str, Any], person: object) -> Reply:
    """A button of ours comes in two shapes: tapped in a template, or in a message with buttons."""
    kind, payload, text = ReplyKind.TEXT, "", ""
    match told["type"]:
        case "interactive":
            inner = told["interactive"]
            chosen = inner.get("button_reply") or inner.get("list_reply")
            if chosen:
                kind, payload, text = ReplyKind.BUTTON, str(chosen["id"]), str(chosen["title"])
        case "button":
            kind, payload, text = (
                ReplyKind.BUTTON,
                str(told["button"].get("payload") or ""),
                str(told["button"]["text"]),
            )
        case "text":
            text = str(told["text"]["body"])
        case other:
            inner = told.get(other)
            text = str(inner.get("caption") or "") if isinstance(inner, dict) else ""
    context = told.get("context") or {}
    return Reply(
        from_=e164_of(str(told["from"])),
        kind=kind,
        payload=payload,
        text=text,
        provider_id=str(told["id"]),
        in_reply_to=context.get("id"),
        at=moment(told["timestamp"]),
        person=person if isinstance(person, str) else None,
    )


def moment(text: object) -> datetime:
    """A time of theirs: seconds since 1970, as text."""
    return datetime.fromtimestamp(int(str(text)), UTC)
