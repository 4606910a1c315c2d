"""One account at Zenziva."""

from typing import Final

from orderan.kit import calling
from orderan.kit.clock import Clock
from orderan.messaging.base import Lines, Messenger, Silent
from orderan.messaging.errors import Fault, OutcomeUnknown
from orderan.messaging.models import Account, Field, Outgoing, Sent
from orderan.messaging.rules import size_of
from orderan.messaging.texting import Texting
from orderan.messaging.zenziva import mapping, wire

FIELDS: Final = (Field("userkey"), Field("passkey", secret=True))


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:  # noqa: ARG001 - all have it
    return Zenziva(account, lines)


class Zenziva(Texting, Silent):
    """See `Messenger`. A regular account tells nothing of what became of a message."""

    name = mapping.NAME

    def __init__(self, account: Account, lines: Lines) -> None:
        self._url = f"{account.base_url.rstrip('/')}/reguler/api/sendsms/"
        self._userkey = account.credentials["userkey"]
        self._passkey = account.credentials["passkey"]
        self._caller = lines.partners

    def _barred(self, phone: str) -> str | None:
        return super()._barred(phone) or (None if phone.startswith("+62") else "abroad")

    def _written(self, outgoing: Outgoing, text: str) -> tuple[str, dict[str, str], bytes]:
        body = wire.body(self._userkey, self._passkey, to=outgoing.to, text=text)
        return self._url, wire.headers(), body

    def _sent(self, answer: calling.Reply, text: str) -> Sent:
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
