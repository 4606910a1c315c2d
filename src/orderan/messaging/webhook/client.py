"""Facts for other programs, signed with one secret."""

from typing import Final
from urllib.parse import urlsplit

from orderan.kit.clock import Clock
from orderan.messaging.base import ContentNotOfChannel, Lines, Messenger, Silent
from orderan.messaging.errors import Because, RefusedForGood
from orderan.messaging.models import Account, Channel, Field, Hook, Outgoing, Sent
from orderan.messaging.webhook import mapping, wire

FIELDS: Final = (Field("secret", secret=True), Field("previous_secret", secret=True, required=False))


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:
    return Webhook(account, lines, clock)


class Webhook(Silent):
    """See `Messenger`. A repetition has the same id, by which the receiver knows it; whoever receives
    names the address, so that it is called as a stranger.
    """

    name = mapping.NAME
    channel = Channel.WEBHOOK
    repeatable = True

    def __init__(self, account: Account, lines: Lines, clock: Clock) -> None:
        secrets = [account.credentials["secret"], account.credentials.get("previous_secret")]
        self._keys = [wire.key_of(secret) for secret in secrets if secret]
        self._caller = lines.strangers
        self._clock = clock

    async def send(self, outgoing: Outgoing) -> Sent:
        hook = outgoing.content
        if not isinstance(hook, Hook):
            raise ContentNotOfChannel(type(hook).__name__)
        parts = urlsplit(outgoing.to)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise RefusedForGood(self.name, "not_an_address", because=Because.RECIPIENT)
        body = wire.body(hook)
        if len(body) > wire.MOST_BYTES:
            raise RefusedForGood(self.name, "too_long", because=Because.MESSAGE)
        headers = wire.headers(outgoing.reference, body, self._keys, now=self._clock.now())
        answer = await self._caller.order(self.name, "POST", outgoing.to, headers=headers, body=body)
        if not 200 <= answer.status < 300:
            again = answer.headers.get("retry-after", "")
            raise mapping.trouble(answer.status, float(again) if again.isdigit() else None)
        return Sent(outgoing.reference, raw=answer.body)
