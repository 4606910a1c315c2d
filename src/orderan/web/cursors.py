"""Where a page of a list ended, as text that is handed back to get the next one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime
from uuid import UUID

from orderan.kit.errors import N_, Kind, Refusal


class NotACursor(Refusal):
    """The text was not given as a cursor by this list."""

    code = "not_a_cursor"
    kind = Kind.INVALID
    sentence = N_("Penanda halaman itu tidak dikenal.")


def cursor_of(at: datetime, last: UUID) -> str:
    """The place of a row in a list sorted by a moment and an id."""
    return urlsafe_b64encode(f"{at.isoformat()} {last}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, UUID] | None:
    """The place a cursor stands for; None for the empty text.

    Raises:
        NotACursor: It is no cursor.
    """
    if not text:
        return None
    try:
        at, last = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise NotACursor
        return moment, UUID(last)
    except (ValueError, NotBase64, OverflowError) as fault:
        raise NotACursor from fault
