"""One mail server that takes our letters."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email import message_from_bytes
from email.errors import MessageError
from email.policy import default
from ipaddress import ip_address
from typing import Final

import aiosmtplib

from orderan.kit.clock import Clock
from orderan.kit.db import refuse_outside_call
from orderan.messaging.base import Acknowledgement, ContentNotOfChannel, Lines, Messenger
from orderan.messaging.errors import (
    Because,
    Fault,
    NewsForged,
    NewsUnreadable,
    OutcomeUnknown,
    RefusedForGood,
    RefusedForNow,
    SendFailed,
)
from orderan.messaging.models import (
    Account,
    Channel,
    Field,
    Letter,
    News,
    Outgoing,
    Receipt,
    ReceiptState,
    Received,
    Sent,
)
from orderan.messaging.smtp import mapping, wire
from orderan.messaging.smtp.mapping import Stage

FIELDS: Final = (
    Field("host"),
    Field("port"),
    Field("security"),
    Field("username", required=False),
    Field("password", secret=True, required=False),
    Field("sender"),
    Field("sender_name", required=False),
    Field("reply_to", required=False),
    Field("return_path", required=False),
    Field("id_secret", secret=True),
)
SECURITIES: Final = ("tls", "starttls", "none")
"""TLS from the first byte (port 465), TLS after a greeting (587), or none: this machine's own server alone."""
BUDGET_S: Final = 20.0


def open_messenger(account: Account, lines: Lines, clock: Clock) -> Messenger:  # noqa: ARG001 - all have it
    return Smtp(account, clock)


class Smtp:
    """See `Messenger`. A letter sent again has the same Message-ID, which mailboxes may or may not heed.

    Its news is a bounce, as a mailbox of the shop's received it: the letter it returns has to carry a
    Message-ID of ours.
    """

    name = mapping.NAME
    channel = Channel.EMAIL
    repeatable = False

    def __init__(
        self,
        account: Account,
        clock: Clock,
        *,
        tls: ssl.SSLContext | None = None,
        budget_s: float = BUDGET_S,
    ) -> None:
        """Open no connection yet.

        Args:
            tls: Which certificates are believed; None believes what the system does.
        """
        told = account.credentials
        self._host, self._port = told["host"], int(told["port"])
        self._security = told["security"]
        self._login = (told.get("username") or None, told.get("password") or None)
        if self._security not in SECURITIES:
            message = f"a mail server is reached by {', '.join(SECURITIES)}, not by {self._security!r}"
            raise ValueError(message)
        if self._security == "none" and self._login != (None, None) and not _is_here(self._host):
            raise ValueError("a password is not sent in clear over a network")
        self._sender = _sender(told)
        self._secret = told["id_secret"]
        self._tls = tls
        self._budget_s = budget_s
        self._clock = clock

    async def send(self, outgoing: Outgoing) -> Sent:
        told = outgoing.content
        if not isinstance(told, Letter):
            raise ContentNotOfChannel(type(told).__name__)
        try:
            to = wire.ascii_address(outgoing.to)
        except wire.NotWritable as fault:
            raise RefusedForGood(self.name, "not_an_address", because=Because.RECIPIENT) from fault
        try:
            letter = wire.letter(outgoing, told, self._sender, secret=self._secret, now=self._clock.now())
        except wire.NotWritable as fault:
            raise RefusedForGood(self.name, "not_writable", str(fault), because=Because.MESSAGE) from fault
        refuse_outside_call(self.name)
        reply = await self._hand_over(to, bytes(letter))
        return Sent(str(letter["Message-ID"]), raw=reply.encode())

    def read_news(self, received: Received) -> Sequence[News]:
        try:
            bounce = message_from_bytes(received.body, policy=default)
            groups = list(mapping.fields_of(bounce))
            ours = mapping.original_id(bounce)
            at = mapping.moment(bounce["Date"])
        except (MessageError, ValueError, LookupError, TypeError, AttributeError) as fault:
            raise NewsUnreadable(self.name) from fault
        if not groups or ours is None:
            raise NewsUnreadable(self.name)
        reference = wire.reference_of(ours, self._secret)
        if reference is None:
            raise NewsForged(self.name)
        news = []
        for group in groups:
            state = mapping.STATES.get(str(group["Action"]).strip().lower())
            if state is None:
                continue
            status = mapping.enhanced(str(group.get("Status", "")))
            code = ".".join(map(str, status)) if status else "unknown"
            failed = state is ReceiptState.FAILED
            good, because = mapping.about_recipient(0, status) if status else (False, Because.RECIPIENT)
            gone = failed and good and because is Because.RECIPIENT and status is not None and status[0] == 5
            news.append(
                Receipt(
                    ours.strip(),
                    state,
                    at=at,
                    code=code if failed else None,
                    for_good=gone,
                    to=str(group.get("Final-Recipient", "")).partition(";")[2].strip() or None,
                    reference=reference,
                )
            )
        return news

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        return Acknowledgement(200 if taken else 503, "application/json", b"{}")

    async def _hand_over(self, to: str, letter: bytes) -> str:
        """Hand a letter to the server; what it answered when it took it."""
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._security == "tls",
            start_tls=False,
            local_hostname=self._sender.domain,
            tls_context=self._tls,
            timeout=self._budget_s,
        )
        stage = Stage.GREETING
        try:
            async with asyncio.timeout(self._budget_s):
                await server.connect()
                if self._security == "starttls":
                    await self._secure(server)
                user, password = self._login
                if user is not None:
                    stage = Stage.LOGIN
                    await server.login(user, password or "")
                stage = Stage.SENDER
                await server.mail(wire.ascii_address(self._sender.return_path or self._sender.address))
                stage = Stage.RECIPIENT
                await server.rcpt(to)
                stage = Stage.CONTENT
                reply = await server.data(letter)
            with suppress(aiosmtplib.SMTPException, OSError):
                # It has the letter; how it takes leave changes nothing.
                await server.quit(timeout=1.0)
        except aiosmtplib.SMTPResponseException as refused:
            raise mapping.trouble(refused.code, refused.message, stage) from refused
        except (aiosmtplib.SMTPException, OSError) as fault:
            if _is_untrusted(fault):
                raise RefusedForNow(self.name, "not_trusted", str(fault), because=Because.ACCOUNT) from fault
            raise self._broken(stage, fault) from fault
        finally:
            server.close()
        return f"{reply.code} {reply.message}"

    async def _secure(self, server: aiosmtplib.SMTP) -> None:
        await server.ehlo()
        if not server.supports_extension("starttls"):
            raise RefusedForNow(self.name, "not_trusted", "it has no STARTTLS", because=Because.ACCOUNT)
        await server.starttls()

    def _broken(self, stage: Stage, fault: Exception) -> SendFailed | OutcomeUnknown:
        """A connection that broke while the letter went over may have left it there."""
        late = isinstance(fault, TimeoutError)
        code = "no_answer_in_time" if late else "cut_off"
        if stage is Stage.CONTENT:
            blame = Fault.TIMEOUT if late else Fault.SERVER
            return OutcomeUnknown(self.name, code, str(fault), fault=blame)
        blame = Fault.TIMEOUT if late else Fault.CONNECT
        return SendFailed(self.name, code if late else "no_connection", str(fault), fault=blame)


def _sender(told: Mapping[str, str]) -> wire.Sender:
    return wire.Sender(
        told["sender"],
        told.get("sender_name") or "",
        told.get("reply_to") or None,
        told.get("return_path") or None,
    )


def _is_untrusted(fault: BaseException | None) -> bool:
    """Whether it has a certificate nobody vouches for, or no way to log in that we have."""
    while fault is not None:
        if isinstance(fault, aiosmtplib.SMTPNotSupported | ssl.SSLCertVerificationError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
