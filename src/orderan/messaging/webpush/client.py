"""One shop's key for push messages."""

from typing import Final
from urllib.parse import urljoin

from orderan.kit.clock import Clock
from orderan.messaging.base import ContentNotOfChannel, Lines, Messenger, Silent
from orderan.messaging.errors import Because, RefusedForGood
from orderan.messaging.models import Account, Channel, Field, Outgoing, Push, Sent
from orderan.messaging.webpush import mapping, wire

FIELDS: Final = (Field("private_key", secret=True), Field("subject"))


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:
    return WebPush(account, lines, clock)


class WebPush(Silent):
    """See `Messenger`. Services tell nothing of what became of a message; the browser names the service,
    so that it is called as a stranger. With a topic, a repetition takes the place of the first one.
    """

    name = mapping.NAME
    channel = Channel.PUSH
    repeatable = False

    def __init__(self, account: Account, lines: Lines, clock: Clock) -> None:
        self._key = wire.private_key(account.credentials["private_key"])
        self._subject = account.credentials["subject"]
        if not self._subject.startswith(("mailto:", "https://")):
            raise ValueError("a push service wants an address of ours, as mailto: or https")
        self._caller = lines.strangers
        self._clock = clock

    @property
    def public_key(self) -> str:
        """What a page subscribes with."""
        return wire.public_text(self._key)

    async def send(self, outgoing: Outgoing) -> Sent:
        push = outgoing.content
        if not isinstance(push, Push):
            raise ContentNotOfChannel(type(push).__name__)
        try:
            to = wire.subscription(outgoing.to)
        except wire.NotASubscription as fault:
            raise RefusedForGood(self.name, "not_a_subscription", because=Because.RECIPIENT) from fault
        text = wire.shown(push)
        if len(text) > wire.MOST_BYTES:
            raise RefusedForGood(self.name, "too_long", because=Because.MESSAGE)
        answer = await self._caller.order(
            self.name,
            "POST",
            to.endpoint,
            headers=wire.headers(to, push, self._key, subject=self._subject, now=self._clock.now()),
            body=wire.encrypted(text, to),
        )
        if answer.status not in {200, 201, 202, 204}:
            again = answer.headers.get("retry-after", "")
            words = answer.body[:200].decode("utf-8", "replace")
            raise mapping.trouble(answer.status, words, float(again) if again.isdigit() else None)
        # A service names what it took by an address; one that does not took it all the same.
        place = answer.headers.get("location")
        return Sent(urljoin(to.endpoint, place) if place else outgoing.reference, raw=answer.body)
