"""One account at Zenziva."""

from typing import Final

from orderan.kit.clock import Clock
from orderan.messaging.base import ContentNotOfChannel, Lines, Messenger, Silent
from orderan.messaging.errors import Because, Fault, OutcomeUnknown, RefusedForGood
from orderan.messaging.models import Account, Channel, Field, Outgoing, Sent, Text
from orderan.messaging.rules import size_of, unreachable
from orderan.messaging.zenziva import mapping, wire

FIELDS: Final = (Field("userkey"), Field("passkey", secret=True))


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:  # noqa: ARG001 - all have it
    return Zenziva(account, lines)


class Zenziva(Silent):
    """See `Messenger`. A regular account tells nothing of what became of a message."""

    name = mapping.NAME
    channel = Channel.SMS
    repeatable = False

    def __init__(self, account: Account, lines: Lines) -> None:
        self._url = f"{account.base_url.rstrip('/')}/reguler/api/sendsms/"
        self._userkey = account.credentials["userkey"]
        self._passkey = account.credentials["passkey"]
        self._caller = lines.partners

    async def send(self, outgoing: Outgoing) -> Sent:
        if not isinstance(outgoing.content, Text):
            raise ContentNotOfChannel(type(outgoing.content).__name__)
        text = outgoing.content.text
        if why := unreachable(outgoing.to) or (None if outgoing.to.startswith("+62") else "abroad"):
            raise RefusedForGood(self.name, why, because=Because.RECIPIENT)
        body = wire.body(self._userkey, self._passkey, to=outgoing.to, text=text)
        answer = await self._caller.order(self.name, "POST", self._url, headers=wire.headers(), body=body)
        told = answer.json()
        found = told if isinstance(told, dict) else None
        if answer.status not in {200, 201} or found is None or str(found.get("status")) != mapping.TAKEN:
            raise mapping.trouble(answer.status, found)
        if found.get("messageId") in {None, ""}:
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        return Sent(
            str(found["messageId"]),
            parts=size_of(text).parts,
            cost=mapping.cost_of(found),
            raw=answer.body,
        )
