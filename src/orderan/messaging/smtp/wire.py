"""How a letter is written. Pure.

Source: RFC 5322 (messages), RFC 8058 (one-click unsubscribe), RFC 3834 (automatic letters).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from orderan.messaging.models import Letter, Outgoing

MAC_LENGTH: Final = 20
_ADDRESS: Final = re.compile(r"[^@\s<>(),;:\\\"\[\]]{1,64}@[^@\s<>(),;:\\\"\[\]]{1,253}")
_TAG: Final = re.compile(r"X-[A-Za-z0-9-]{1,60}")
_MESSAGE_ID: Final = re.compile(r"<?([A-Za-z0-9_-]{1,64})\.([0-9a-f]{20})@[^>\s]+>?")


class NotWritable(ValueError):
    """The letter has something that a letter cannot hold, such as a line break in its subject."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who letters are from.

    Attributes:
        return_path: Where bounces go; the address itself where there is no other.
    """

    address: str
    name: str = ""
    reply_to: str | None = None
    return_path: str | None = None

    @property
    def domain(self) -> str:
        return ascii_address(self.address).rpartition("@")[2]


def ascii_address(text: str) -> str:
    """One address as every server takes it, its domain in ASCII.

    Raises:
        NotWritable: It is none, or more than one, or its first half needs a server that takes Unicode.
    """
    if _ADDRESS.fullmatch(text) is None:
        raise NotWritable("address")
    local, _, domain = text.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as fault:
        raise NotWritable("address") from fault


def message_id(reference: str, domain: str, secret: str) -> str:
    """The same for the same letter; nobody else can make one, so that a bounce of it is one of ours."""
    return f"<{reference}.{_mac(reference, secret)}@{domain}>"


def reference_of(text: str, secret: str) -> str | None:
    """Our reference in a Message-ID, None where we did not make it."""
    found = _MESSAGE_ID.fullmatch(text.strip())
    if found is None or not hmac.compare_digest(_mac(found[1], secret), found[2]):
        return None
    return found[1]


def letter(outgoing: Outgoing, told: Letter, sender: Sender, *, secret: str, now: datetime) -> EmailMessage:
    """A letter with its plain text first and its HTML after it, all in ASCII.

    Raises:
        NotWritable: An address, the subject or a tag cannot stand in a header.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    try:
        message["From"] = Address(sender.name, addr_spec=ascii_address(sender.address))
        message["To"] = Address(addr_spec=ascii_address(outgoing.to))
        if sender.reply_to:
            message["Reply-To"] = Address(addr_spec=ascii_address(sender.reply_to))
        message["Subject"] = told.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id(outgoing.reference, sender.domain, secret)
        message["Auto-Submitted"] = "auto-generated"
        if told.unsubscribe is not None:
            if re.fullmatch(r"https?://[^\s<>]+", told.unsubscribe) is None:
                raise NotWritable("unsubscribe")
            message["List-Unsubscribe"] = f"<{told.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        for name, value in told.tags.items():
            if _TAG.fullmatch(name) is None:
                raise NotWritable(name)
            message[name] = value
    except NotWritable:
        raise
    except (ValueError, IndexError) as fault:
        raise NotWritable(str(fault)) from fault
    message.set_content(told.plain, charset="utf-8")
    message.add_alternative(told.html, subtype="html", charset="utf-8")
    # Set before, it would be taken for the plain text's own and go into its part.
    message["Content-Language"] = outgoing.language
    return message


def _mac(reference: str, secret: str) -> str:
    return hmac.new(secret.encode(), reference.encode(), hashlib.sha256).hexdigest()[:MAC_LENGTH]
