"""What providers of messages and calls send us: looked at, kept word for word and answered at once.

    check     the signature, by the account it came for; a forged letter is kept as evidence and refused
    keep      many at once in one statement, sealed
    hear      the worker takes what waits: see `hear_reach`

A provider that asks what to say in a call is answered elsewhere: it waits for the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orderan import messaging, telephony
from orderan.flows.reach_clients import ReachClient
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.messaging import Acknowledgement, NoNews, Verified
from orderan.reach import (
    PREFIX,
    NewsLetter,
    Piece,
    ReachAccountNotFound,
    Verdict,
    sealed_letter,
    sweep_letters,
    sweep_windows,
)

SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "x-api-key"})
FORGED_KEPT: Final = 8_192
"""Bytes of a forged letter that are kept: enough to see what was tried."""
KEPT: Final = timedelta(days=90)
"""They hold telephone numbers and what people wrote: no longer than somebody may ask about a message."""
_TAKEN: Final = Acknowledgement(200, "application/json", b"{}")


@dataclass(frozen=True, slots=True)
class Came:
    """A request of a provider, as it came; header names are lower case, the address is the one it called."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def check(client: ReachClient, shop_id: int, came: Came) -> tuple[NewsLetter, Acknowledgement | None]:
    """Look at a letter, which is kept whatever it is; what to answer once it is, nothing to a forged one.

    Raises:
        ReachAccountNotFound: The account's provider sends no news.
    """
    try:
        pieces, answer = _read(client, came)
    except (messaging.NewsForged, telephony.NewsForged):
        return _kept(client, shop_id, came, Verdict.FORGED), None
    except (messaging.NewsUnreadable, telephony.NewsUnreadable):
        # Sent again it would be no clearer: a person reads it.
        return _kept(client, shop_id, came, Verdict.UNREADABLE), _taken(client)
    except NoNews as silent:
        raise ReachAccountNotFound(to_text(PREFIX, client.account.id)) from silent
    return _kept(client, shop_id, came, Verdict.GENUINE, pieces), answer


def verified(client: ReachClient, came: Came) -> Acknowledgement | None:
    """The answer to a provider that asks whether the address is ours; None from one that never does."""
    messenger: object = client.messenger
    if not isinstance(messenger, Verified):
        return None
    return messenger.verify(messaging.Received(came.method, came.url, came.headers, came.body))


async def sweep_old_letters(tx: Tx, now: datetime) -> int:
    """Let go of letters nobody asks about any more, and of windows that are closed."""
    return await sweep_letters(tx, before=now - KEPT) + await sweep_windows(tx, before=now)


def _read(client: ReachClient, came: Came) -> tuple[Sequence[Piece], Acknowledgement]:
    if client.telephone is not None:
        received = telephony.Received(came.method, came.url, came.headers, came.body)
        return [client.telephone.read_news(received)], _TAKEN
    if client.messenger is None:
        raise NoNews(client.account.provider)
    told = client.messenger.read_news(messaging.Received(came.method, came.url, came.headers, came.body))
    return told, _taken(client)


def _taken(client: ReachClient) -> Acknowledgement:
    return _TAKEN if client.messenger is None else client.messenger.acknowledgement(taken=True)


def _kept(
    client: ReachClient, shop_id: int, came: Came, verdict: Verdict, pieces: Sequence[Piece] = ()
) -> NewsLetter:
    return sealed_letter(
        shop_id,
        client.account.id,
        client.key,
        verdict,
        method=came.method,
        url=came.url,
        headers={name: value for name, value in came.headers.items() if name not in SECRET_HEADERS},
        body=came.body if verdict is not Verdict.FORGED else came.body[:FORGED_KEPT],
        pieces=pieces,
    )
