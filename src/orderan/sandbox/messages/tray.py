"""The messages one simulated provider keeps."""

from datetime import datetime
from itertools import count
from typing import Final

from orderan.sandbox.messages.models import MessageState, SimMessage

_ORDER: Final = (MessageState.TAKEN, MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
_LATIN: Final = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà"
    " \n\r!\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
_TWICE: Final = frozenset("^{}\\[~]|€\f")


class Tray:
    """By the provider's own id; kept in memory."""

    def __init__(self) -> None:
        self._by_id: dict[str, SimMessage] = {}
        self._numbers = count(1)

    def next_number(self) -> int:
        """A number nobody had yet, for ids."""
        return next(self._numbers)

    def add(self, message: SimMessage) -> None:
        self._by_id[message.id] = message

    def find(self, number: str) -> SimMessage | None:
        return self._by_id.get(number)

    def newest(self) -> SimMessage | None:
        """The one made last."""
        return next(reversed(self._by_id.values()), None)

    def all(self) -> list[SimMessage]:
        """Oldest first."""
        return list(self._by_id.values())

    def move(
        self, message: SimMessage, state: MessageState, *, now: datetime, error: str | None = None
    ) -> bool:
        """Bring a message further; False where it is there already, or failed."""
        if message.state is MessageState.FAILED:
            return False
        if state is not MessageState.FAILED and _ORDER.index(state) <= _ORDER.index(message.state):
            return False
        message.state, message.changed_at, message.error = state, now, error
        return True


def parts_of(text: str) -> int:
    """How many short messages a text takes."""
    if all(letter in _LATIN or letter in _TWICE for letter in text):
        places, whole, part = len(text) + sum(letter in _TWICE for letter in text), 160, 153
    else:
        places, whole, part = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if places <= whole else -(-places // part)
