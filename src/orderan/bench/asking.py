"""What a person or a program asks a list of orders: the same question to the page and to the API."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from orderan.bench.history import History
from orderan.bench.load import Answer
from orderan.kit.ids import to_text
from orderan.web.cursors import cursor_of

Query = list[tuple[str, str]]
STATES: Final = ("completed", "shipped", "cancelled")
ODD: Final = ("refunded", "cod_remitted")
FIRST_ID: Final = UUID(int=0)
FINDS_NOTHING: Final = "search_nothing"


@dataclass(frozen=True)
class Asker:
    """Makes requests to one shop."""

    url: str
    key: str
    token: str
    made: History

    def request(self, kind: str, chance: random.Random, *, api: bool) -> bytes:
        """A request of a kind, about something chosen by chance."""
        query = urlencode(KINDS[kind](self.made, chance, api))
        path = "/api/v1/orders" if api else "/orders"
        return self._get(f"{path}?{query}" if query else path)

    def home(self) -> bytes:
        return self._get("/")

    def _get(self, path: str) -> bytes:
        return (
            f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {self.key}\r\n"
            f"cookie: orderan_session={self.token}\r\n\r\n"
        ).encode()


def shows_orders(answer: Answer) -> bool:
    """Whether there are orders on a page or in an answer, or it leads to the one that was meant."""
    return answer.status == 303 or b"o-row-link" in answer.body or b'"id":"ord_' in answer.body


def _deep(made: History, chance: random.Random, api: bool) -> Query:
    at = _day(made, chance)
    if api:
        return [("cursor", cursor_of(at, FIRST_ID))]
    return [("after", f"{at.isoformat().replace('+00:00', 'Z')}~{FIRST_ID.hex}")]


def _channel(made: History, chance: random.Random, api: bool) -> Query:
    code, channel_id = chance.choice(made.channels)
    return [("channel_id", to_text("chn", channel_id))] if api else [("channel", code)]


def _dates(made: History, chance: random.Random, api: bool) -> Query:
    begin = _day(made, chance)
    end = begin + timedelta(days=20)
    if api:
        return [("placed_from", begin.isoformat()), ("placed_until", end.isoformat())]
    return [("from", begin.date().isoformat()), ("until", end.date().isoformat())]


def _several(made: History, chance: random.Random, api: bool) -> Query:
    """State, channel and amount together: what no index says is looked for among what one does."""
    amounts = [("total_from" if api else "min", "20000"), ("total_until" if api else "max", "40000")]
    return [("status", "completed"), *_channel(made, chance, api), *amounts]


def _day(made: History, chance: random.Random) -> datetime:
    """Some day of the year, with a month of orders on either side."""
    return made.began + timedelta(days=chance.randrange(30, 335))


def _search(texts: Callable[[History], Sequence[str]]) -> "Kind":
    def asked(made: History, chance: random.Random, _api: bool) -> Query:
        return [("q", chance.choice(texts(made)))]

    return asked


Kind = Callable[[History, random.Random, bool], Query]
KINDS: Final[dict[str, Kind]] = {
    "first_page": lambda _made, _chance, _api: [],
    "deep_page": _deep,
    "by_status": lambda _made, chance, _api: [("status", chance.choice(STATES))],
    "by_channel": _channel,
    "by_money": lambda _made, chance, _api: [("money", chance.choice(ODD))],
    "by_tag": lambda made, chance, _api: [("tag", chance.choice(made.tags))],
    "by_dates": _dates,
    "by_several": _several,
    "search_number": _search(lambda made: made.numbers),
    "search_phone": _search(lambda made: made.phones),
    "search_name": _search(lambda made: made.names),
    "search_sku": _search(lambda made: made.skus),
    "search_awb": _search(lambda made: made.awbs),
    FINDS_NOTHING: lambda _made, chance, _api: [("q", f"tidakada{chance.randrange(10**6)}")],
}
"""Every kind finds a full page at both sizes, but for searches that find one order, a customer's, or none."""
