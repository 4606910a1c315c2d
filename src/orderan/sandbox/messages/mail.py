"""A mail server that keeps what it takes: every letter is shown on a page, none goes further.

What an address begins with says what becomes of a letter to it, as no crowd can be asked:

    gone@...     there is no such mailbox      550 5.1.1
    full@...     the mailbox is full           452 4.2.2
    spam@...     its content is refused        554 5.7.1
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from socket import socket
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from orderan.sandbox.faults import Break, Weather
from orderan.sandbox.messages.models import SimLetter

NAME: Final = "smtp"
LONGEST: Final = 10 * 1024 * 1024
KEPT: Final = 200
OK: Final = "250 OK"
GONE: Final = "550 5.1.1 No such mailbox here"
FULL: Final = "452 4.2.2 The mailbox is full"
REFUSED: Final = "554 5.7.1 Message refused as unsolicited"
BUSY: Final = "451 4.7.1 Too many messages, try again later"
AWAY: Final = "421 4.3.2 Service not available, closing"
TAKEN: Final = "250 2.0.0 Taken"


@dataclass
class MailRoom:
    """Of one sandbox."""

    clock: Callable[[], datetime]
    weather: Weather
    letters: list[SimLetter] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _server: asyncio.Server | None = None

    async def open(self, listener: socket) -> None:
        """Take letters from now on, at a socket that listens."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, sock=listener)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def port(self) -> int | None:
        """Where letters are taken; None while they are not."""
        return None if self._server is None else int(self._server.sockets[0].getsockname()[1])

    def newest(self) -> list[SimLetter]:
        """What it took, the newest first."""
        return self.letters[::-1]

    def find(self, number: str) -> SimLetter | None:
        return next((letter for letter in self.letters if letter.id == number), None)

    def take(self, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(raw, policy=default)
        self.letters.append(
            SimLetter(
                str(next(self._numbers)),
                self.clock(),
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                {name: str(message[name]) for name in dict.fromkeys(message.keys())},
                _text(message, "plain"),
                _text(message, "html"),
                raw,
            )
        )
        del self.letters[:-KEPT]

    def _session(self) -> SMTP:
        return SMTP(
            _Desk(self),
            data_size_limit=LONGEST,
            enable_SMTPUTF8=True,
            hostname="sandbox.test",
            ident="Orderan sandbox",
            loop=asyncio.get_running_loop(),
        )


@dataclass
class _Desk:
    """What the mail server asks at each step of a conversation."""

    room: MailRoom

    async def handle_MAIL(  # noqa: N802 - the server looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        faults = self.room.weather.over(NAME, None, self.room.clock())
        if faults.slow_s:
            # A slow server is what is played here.
            await asyncio.sleep(faults.slow_s)
        if self.room.weather.draw_break(faults) in {Break.ERROR_BEFORE, Break.HANG_BEFORE}:
            return AWAY
        if self.room.weather.happens(faults.throttled):
            return BUSY
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return OK

    async def handle_RCPT(  # noqa: N802 - the server looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.partition("@")[0].lower()
        if name.startswith("gone"):
            return GONE
        if name.startswith("full"):
            return FULL
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return OK

    async def handle_DATA(  # noqa: N802 - the server looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if any(to.lower().startswith("spam") for to in envelope.rcpt_tos):
            return REFUSED
        self.room.take(envelope)
        return TAKEN


def _text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())
