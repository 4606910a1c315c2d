"""One account at Vonage's SMS API."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from orderan.kit import calling
from orderan.kit.clock import Clock
from orderan.messaging.base import Acknowledgement, Lines, Messenger
from orderan.messaging.errors import (
    Fault,
    NewsForged,
    NewsUnreadable,
    OutcomeUnknown,
)
from orderan.messaging.models import (
    Account,
    Field,
    News,
    Outgoing,
    Receipt,
    ReceiptState,
    Received,
    Reply,
    ReplyKind,
    Sent,
)
from orderan.messaging.rules import e164_of
from orderan.messaging.texting import Texting
from orderan.messaging.vonage_sms import mapping, wire

FIELDS: Final = (
    Field("api_key"),
    Field("api_secret", secret=True),
    Field("sender"),
    Field("signature_secret", secret=True),
    Field("signature_method", required=False),
)
USUAL_METHOD: Final = "sha256"


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:
    return VonageSms(account, lines, clock)


class VonageSms(Texting):
    """See `Messenger`. Receipts repeat our reference."""

    name = mapping.NAME

    def __init__(self, account: Account, lines: Lines, clock: Clock) -> None:
        self._url = f"{account.base_url.rstrip('/')}/sms/json"
        self._key = account.credentials["api_key"]
        self._secret = account.credentials["api_secret"]
        self._sender = account.credentials["sender"]
        self._signature_secret = account.credentials["signature_secret"]
        self._method = account.credentials.get("signature_method") or USUAL_METHOD
        if self._method not in wire.METHODS:
            message = f"Vonage signs in no way {self._method!r}"
            raise ValueError(message)
        self._caller = lines.partners
        self._clock = clock

    def _written(self, outgoing: Outgoing, text: str) -> tuple[str, dict[str, str], bytes]:
        body = wire.body(self._key, self._secret, sender=self._sender, outgoing=outgoing, text=text)
        return self._url, wire.headers(), body

    def _sent(self, answer: calling.Reply, text: str) -> Sent:
        del text  # they tell into how many parts it went
        told = answer.json()
        listed = told.get("messages") if isinstance(told, dict) else None
        parts = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
        if answer.status != 200 or not parts or any(str(p.get("status")) != mapping.TAKEN for p in parts):
            raise mapping.trouble(answer.status, parts)
        first = parts[0].get("message-id")
        if not isinstance(first, str):
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        cost = mapping.cost_of([part.get("message-price") for part in parts])
        return Sent(first, parts=len(parts), cost=cost, raw=answer.body)

    def read_news(self, received: Received) -> Sequence[News]:
        told = self._read(received)
        if not wire.signed(told, self._signature_secret, self._method):
            raise NewsForged(self.name)
        if told.get("api-key", self._key) != self._key:
            raise NewsForged(self.name)
        number = told.get("messageId")
        if not number:
            raise NewsUnreadable(self.name)
        at = mapping.moment(told.get("message-timestamp", ""))
        if "text" in told or told.get("type") in {"text", "unicode", "binary"}:
            return [
                Reply(
                    from_=e164_of(told.get("msisdn", "")),
                    kind=ReplyKind.TEXT,
                    payload="",
                    text=told.get("text", ""),
                    provider_id=number,
                    in_reply_to=None,
                    at=at or self._clock.now(),
                )
            ]
        word = told.get("status", "")
        if word == mapping.NOBODY_KNOWS:
            return []
        state = mapping.STATES.get(word)
        if state is None:
            raise NewsUnreadable(self.name)
        code = told.get("err-code") or word if state is ReceiptState.FAILED else None
        return [
            Receipt(
                number,
                state,
                at=at,
                cost=mapping.cost_of([told["price"]]) if "price" in told else None,
                code=code,
                for_good=code in mapping.GONE,
                to=e164_of(told["msisdn"]) if told.get("msisdn") else None,
                reference=told.get("client-ref"),
            )
        ]

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        return Acknowledgement(200 if taken else 503, "application/json", b"{}")

    def _read(self, received: Received) -> Mapping[str, str]:
        """News comes as a query, as a form or as JSON, as the account has it set."""
        if received.method == "GET":
            return dict(parse_qsl(urlsplit(received.url).query, keep_blank_values=True))
        if "json" not in received.headers.get("content-type", ""):
            return dict(parse_qsl(received.body.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            told = msgspec.json.decode(received.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise NewsUnreadable(self.name) from fault
        if not isinstance(told, dict):
            raise NewsUnreadable(self.name)
        return {name: _plain(value) for name, value in told.items()}


def _plain(value: object) -> str:
    """A JSON value as it stands in what is signed."""
    return str(value).lower() if isinstance(value, bool) else str(value)
