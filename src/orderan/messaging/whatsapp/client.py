"""One number at WhatsApp's Cloud API."""

import hmac
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from orderan.kit.calling import Reply as Answer
from orderan.kit.clock import Clock
from orderan.messaging.base import Acknowledgement, ContentNotOfChannel, Lines, Messenger
from orderan.messaging.errors import (
    Because,
    Fault,
    NewsForged,
    NewsUnreadable,
    OutcomeUnknown,
    RefusedForGood,
    RefusedForNow,
)
from orderan.messaging.models import Account, Channel, Chat, Field, News, Outgoing, Received, Sent
from orderan.messaging.rules import unreachable
from orderan.messaging.whatsapp import mapping, wire

FIELDS: Final = (
    Field("token", secret=True),
    Field("phone_number_id"),
    Field("app_secret", secret=True),
    Field("verify_token", secret=True),
)
LONGEST_CHALLENGE: Final = 200


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:  # noqa: ARG001 - all have it
    return WhatsApp(account, lines)


class WhatsApp:
    """See `Messenger`. It has no idempotency: a message whose answer was lost may be told of by its receipt,
    which repeats our reference.
    """

    name = mapping.NAME
    channel = Channel.WHATSAPP
    repeatable = False

    def __init__(self, account: Account, lines: Lines) -> None:
        self._base = account.base_url.rstrip("/")
        self._token = account.credentials["token"]
        self._number = account.credentials["phone_number_id"]
        self._app_secret = account.credentials["app_secret"]
        self._verify_token = account.credentials["verify_token"]
        self._caller = lines.partners

    async def send(self, outgoing: Outgoing) -> Sent:
        chat = outgoing.content
        if not isinstance(chat, Chat):
            raise ContentNotOfChannel(type(chat).__name__)
        if why := unreachable(outgoing.to):
            raise RefusedForGood(self.name, why, because=Because.RECIPIENT)
        if over := wire.too_long(chat):
            raise RefusedForGood(self.name, "too_long", over, because=Because.MESSAGE)
        if not chat.open and chat.template is None:
            raise RefusedForNow(self.name, "needs_template", because=Because.WINDOW)
        answer = await self._caller.order(
            self.name,
            "POST",
            f"{self._base}/{self._number}/messages",
            headers=wire.headers(self._token),
            body=wire.body(outgoing, chat),
        )
        told = _read(answer)
        if answer.status != 200 or told is None or "error" in told:
            raise mapping.trouble(answer.status, told)
        messages = told.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        if not isinstance(first, dict) or not isinstance(first.get("id"), str):
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        return Sent(first["id"], raw=answer.body)

    def read_news(self, received: Received) -> Sequence[News]:
        if not wire.signed(received.body, received.headers.get(wire.SIGNATURE, ""), self._app_secret):
            raise NewsForged(self.name)
        try:
            told = msgspec.json.decode(received.body)
            values = [
                change["value"]
                for entry in told["entry"]
                for change in entry["changes"]
                if change["field"] == "messages"
            ]
            # One app may serve several numbers; what is another's is not ours to read.
            ours = [one for one in values if one["metadata"]["phone_number_id"] == self._number]
            news = [one for value in ours for one in mapping.news_of(value)]
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as fault:
            raise NewsUnreadable(self.name) from fault
        if values and not ours:
            raise NewsForged(self.name)
        return news

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """200 ends their retries; anything else makes more of them, for days."""
        return Acknowledgement(200 if taken else 503, "application/json", b"{}")

    def verify(self, received: Received) -> Acknowledgement:
        asked = parse_qs(urlsplit(received.url).query)
        token, challenge = asked.get("hub.verify_token", [""])[0], asked.get("hub.challenge", [""])[0]
        ours = hmac.compare_digest(token.encode("utf-8", "replace"), self._verify_token.encode())
        if asked.get("hub.mode") != ["subscribe"] or not ours or len(challenge) > LONGEST_CHALLENGE:
            return Acknowledgement(403, "text/plain", b"")
        return Acknowledgement(200, "text/plain", challenge.encode())


def _read(answer: Answer) -> dict[str, Any] | None:
    told = answer.json()
    return told if isinstance(told, dict) else None
