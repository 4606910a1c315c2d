"""One account at Twilio."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, quote

from orderan.kit import calling, twilio
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
from orderan.messaging.rules import size_of
from orderan.messaging.texting import Texting
from orderan.messaging.twilio_sms import mapping, wire

FIELDS: Final = (
    Field("account_sid"),
    Field("auth_token", secret=True),
    Field("sender"),
)


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:
    return TwilioSms(account, lines, clock)


class TwilioSms(Texting):
    """See `Messenger`."""

    name = mapping.NAME

    def __init__(self, account: Account, lines: Lines, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._sid = account.credentials["account_sid"]
        self._token = account.credentials["auth_token"]
        self._sender = account.credentials["sender"]
        self._caller = lines.partners
        self._clock = clock

    def _written(self, outgoing: Outgoing, text: str) -> tuple[str, dict[str, str], bytes]:
        url = f"{self._base}/2010-04-01/Accounts/{quote(self._sid, safe='')}/Messages.json"
        body = wire.body(to=outgoing.to, sender=self._sender, text=text, notify_url=outgoing.notify_url)
        return url, twilio.headers(self._sid, self._token), body

    def _sent(self, answer: calling.Reply, text: str) -> Sent:
        told = answer.json()
        found = told if isinstance(told, dict) else None
        if answer.status != 201 or found is None:
            again = answer.headers.get("retry-after", "")
            raise mapping.trouble(answer.status, found, float(again) if again.isdigit() else None)
        if not isinstance(found.get("sid"), str):
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        segments = str(found.get("num_segments"))
        parts = int(segments) if segments.isdigit() and int(segments) > 0 else size_of(text).parts
        cost = mapping.cost_of(found.get("price"), found.get("price_unit"))
        return Sent(found["sid"], parts=parts, cost=cost, raw=answer.body)

    def read_news(self, received: Received) -> Sequence[News]:
        try:
            form = parse_qsl(received.body.decode(), keep_blank_values=True, strict_parsing=True)
        except ValueError as fault:
            raise NewsUnreadable(self.name) from fault
        given = received.headers.get(twilio.SIGNATURE, "")
        if not twilio.signed(self._token, received.url, form, given):
            raise NewsForged(self.name)
        # Of a field that is there twice the first one counts.
        told = dict(reversed(form))
        if told.get("AccountSid") != self._sid:
            raise NewsForged(self.name)
        if not told.get("MessageSid"):
            raise NewsUnreadable(self.name)
        word = told.get("MessageStatus") or told.get("SmsStatus") or ""
        if word in {"received", "receiving"}:
            return [self._reply(told)]
        state = mapping.STATES.get(word)
        if state is None:
            if word in mapping.UNDER_WAY:
                return []
            raise NewsUnreadable(self.name)
        failed = state is ReceiptState.FAILED
        code = told.get("ErrorCode") or word if failed else None
        return [
            Receipt(
                told["MessageSid"],
                state,
                at=None,
                cost=mapping.cost_of(told.get("Price"), told.get("PriceUnit")),
                code=code,
                for_good=mapping.for_good(code),
                to=told.get("To"),
            )
        ]

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """An empty answer to a reply sends nothing back."""
        return Acknowledgement(200 if taken else 503, "text/xml", b"<Response/>")

    def _reply(self, told: dict[str, str]) -> Reply:
        return Reply(
            from_=told.get("From", ""),
            kind=ReplyKind.TEXT,
            payload="",
            text=told.get("Body", ""),
            provider_id=told["MessageSid"],
            in_reply_to=None,
            # Twilio does not say when it was written: it calls as it comes.
            at=self._clock.now(),
        )
