"""One message to a provider: as it stands where its recipient wrote within the day, by its template elsewhere.

Whoever wrote to an account by WhatsApp is written to freely for a day, and that costs nothing; outside the day
a template goes, which is billed.

Source: WhatsApp's pricing since July 2025: free-form messages inside the customer service window are free.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from orderan.messaging import Because, Chat, Messenger, Outgoing, SendRefused, Sent
from orderan.reach import UNIT_COST

CLOSES: Final = timedelta(minutes=5)
"""A window about to close may be closed when the message arrives."""
CURRENCY: Final = "IDR"


async def send_outgoing(
    messenger: Messenger, outgoing: Outgoing, fields: Mapping[str, str]
) -> tuple[Sent, int | None]:
    """Send a message, and what it cost in rupiah; where the window turns out to be closed, by its template.

    Args:
        fields: Of the account; what is no secret.

    Returns:
        The cost as the provider says, nothing of one that went freely, else as the shop stated for one part; None
        where nobody knows.

    Raises:
        RefusedForGood, RefusedForNow, SendFailed, OutcomeUnknown: See `Messenger`.
    """
    content = outgoing.content
    try:
        sent = await messenger.send(outgoing)
    except SendRefused as refused:
        if refused.because is not Because.WINDOW or not isinstance(content, Chat) or not content.open:
            raise
        content = replace(content, open=False)
        sent = await messenger.send(replace(outgoing, content=content))
    free = isinstance(content, Chat) and content.open
    return sent, 0 if free else _cost(sent, fields)


def _cost(sent: Sent, fields: Mapping[str, str]) -> int | None:
    if sent.cost is not None and sent.currency == CURRENCY:
        return sent.cost_minor
    stated = fields.get(UNIT_COST, "")
    return int(stated) * sent.parts if stated else None
