"""Where pages lead: whatever a person is shown, they may go to and may send.

Somebody of every role opens every page they may open, and follows every link from there. A link that
answers 403 or 404, or a form whose route asks for what they lack, is a promise the page cannot keep. A
page they may open and nothing leads to is as good as not there.
"""

import asyncio
import re
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from httpx2 import ASGITransport, AsyncClient

from access.conftest import application, settings_on
from access.routes import Route, routes_of
from access.test_table import STREAMS
from conftest import ShopFloor
from orderan.access import ROLES, Permission, Role
from orderan.flows.bulk_orders import Verb
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.web.dashboard.order_bulk import NEEDS
from whole_shop import furnish, pages_of

pytestmark = pytest.mark.anyio

HERE = "http://testserver.local"
WITHOUT_LINKS = {
    "/login",
    "/track",
    "/pay/{ticket:str}",
    "/payout/{link:str}",
    "/ya/{link:str}",
    "/door/{ticket:str}",
    "/stop/{ticket:str}",
    "/status",
    "/account/codes",
    "/orders/bulk/{bulk_id:str}",
    "/payments/settlements/files/{file_id:str}",
}
"""Entered from outside, or by sending a form."""
SAME_SORT = 3
"""Of pages of one route that links lead to, as many are opened: what stands at every stage is opened anyway."""
AT_ONCE = 8
"""Pages asked for beside each other: while one waits for the database another is made."""
NOWHERE = {401, 403, 404, 405}
SWAPS = {f"hx-{method}": method.upper() for method in ("get", "post", "put", "patch", "delete")}


@dataclass(frozen=True)
class Lead:
    """Something on a page that asks the server for something."""

    method: str
    address: str
    verb: str = ""


_UNREAD = re.compile(
    r"""<!--.*?-->|(<(script|style)\b(?:[^>"']|"[^"]*"|'[^']*')*>).*?</\2\s*>""", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"""<([a-zA-Z][\w:-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"(?P<two>[^"]*)"|'(?P<one>[^']*)'|(?P<bare>[^\s"'=<>`]+)))?"""
)
_LEADS = re.compile(r"/|href|hx-|formaction|verb")


def leads_of(text: str, page: str) -> list[Lead]:
    """The leads of a page, each once; forms with what their buttons say they do.

    Our own pages are well written, so that their tags are found ten times as fast as by a parser of HTML.
    """
    found: dict[Lead, None] = {}
    form = Lead("GET", page)
    for tag in _TAG.finditer(_UNREAD.sub(r"\1", text)):
        name, written = tag[1].lower(), tag[2]
        if name != "form" and not _LEADS.search(written):
            continue
        given = {
            one[1].lower(): unescape(one["two"] or one["one"] or one["bare"] or "")
            for one in _ATTRIBUTE.finditer(written)
        }
        if name == "form":
            method = given.get("method", "get").upper()
            form = Lead(method, _whole(given.get("action") or page, page))
            if method != "DIALOG":
                found[form] = None
        for key, value in given.items():
            if key in SWAPS:
                found[Lead(SWAPS[key], _whole(value, page))] = None
            elif key == "formaction":
                found[Lead(given.get("formmethod", form.method).upper(), _whole(value, page))] = None
            elif key == "href" or (key not in {"action", "value"} and re.match(r"/[a-z?#]|/$", value)):
                found[Lead("GET", _whole(value, page))] = None
        if given.get("name") == "verb" and given.get("value"):
            found[replace(form, verb=given["value"])] = None
    return list(found)


def _whole(address: str, page: str) -> str:
    if address.startswith("/") and not address.startswith("//"):
        return f"{HERE}{address}"
    return urljoin(f"{HERE}{page}", address)


@dataclass
class Map:
    """Which route an address belongs to."""

    routes: list[Route]
    _patterns: list[tuple[re.Pattern[str], Route]] = field(init=False)
    _known: dict[tuple[str, str], Route | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # What is written out wins over a parameter, as in the router.
        ranked = sorted(
            self.routes, key=lambda route: [part.startswith("{") for part in route.path.split("/")]
        )
        self._patterns = [(re.compile(_pattern(route.path)), route) for route in ranked]

    def find(self, method: str, path: str) -> Route | None:
        """Pages lead to the same places again and again: each is looked up once."""
        if (method, path) not in self._known:
            self._known[method, path] = next(
                (
                    route
                    for pattern, route in self._patterns
                    if route.method == method and pattern.fullmatch(path)
                ),
                None,
            )
        return self._known[method, path]


def _pattern(path: str) -> str:
    kinds = {"int": r"\d+", "path": ".+", "str": "[^/]+"}
    return re.sub(r"\{\w+:(\w+)\}", lambda found: kinds[found[1]], path)


def needed(route: Route, lead: Lead) -> str:
    """The permission; actions on many orders need what the action needs."""
    if route.path == "/orders/bulk" and lead.verb:
        return str(NEEDS.get(Verb(lead.verb), Permission.ORDERS_WRITE))
    return route.needs


@dataclass
class Walk:
    """One person going everywhere a page points to."""

    browser: AsyncClient
    known: Map
    allowed: set[str]
    seen: set[tuple[str, ...]] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    fine: set[Lead] = field(default_factory=set)
    opened: Counter[tuple[str, ...]] = field(default_factory=Counter)

    async def faults(self, starts: list[str]) -> list[str]:
        """What led nowhere: a line for each sort of page and lead."""
        waiting = deque((start, "the rail of addresses") for start in starts)
        self.seen |= set(map(_shape, starts))
        wrong: dict[tuple[str, str], str] = {}
        while waiting:
            asked = [waiting.popleft() for _ in range(min(len(waiting), AT_ONCE))]
            answers = await asyncio.gather(*(self.browser.get(address) for address, _ in asked))
            for (address, source), answer in zip(asked, answers, strict=True):
                self._read(waiting, address, source, answer, wrong)
        return list(wrong.values())

    def _read(
        self,
        waiting: deque[tuple[str, str]],
        address: str,
        source: str,
        answer: Any,
        wrong: dict[tuple[str, str], str],
    ) -> None:
        if answer.status_code in NOWHERE or answer.status_code >= 500:
            wrong.setdefault(self._sort(source, address), f"{source} -> {address}: {answer.status_code}")
        if "location" in answer.headers:
            self._note(waiting, answer.headers["location"], source)
        if answer.headers.get("content-type", "").startswith("text/html"):
            for lead in leads_of(answer.text, address):
                self._judge(waiting, lead, address, wrong)

    def _judge(
        self, waiting: deque[tuple[str, str]], lead: Lead, source: str, wrong: dict[tuple[str, str], str]
    ) -> None:
        # What a page of another sort led to, and nothing new came of it, leads there from everywhere.
        if lead in self.fine:
            return
        target = urlsplit(lead.address)
        if target.netloc != urlsplit(HERE).netloc:
            return
        route = self.known.find(lead.method, target.path)
        if route is None:
            wrong.setdefault(self._sort(source, target.path), f"{source} -> {lead}: there is no such route")
        elif (needs := needed(route, lead)) not in self.allowed:
            wrong.setdefault(self._sort(source, target.path), f"{source} -> {lead}: needs {needs}")
        elif lead.method == "GET" and route.path not in STREAMS and not route.is_api:
            self._note(waiting, lead.address, source)
            if route.path != self._path(source):
                self.found.add(route.path)
                self.fine.add(lead)

    def _note(self, waiting: deque[tuple[str, str]], address: str, source: str) -> None:
        parts = urlsplit(address)
        local = f"{parts.path}?{parts.query}" if parts.query else parts.path
        path, *names = shape = _shape(local)
        sort = (self._path(path), *names)
        if shape not in self.seen and self.opened[sort] < SAME_SORT:
            self.seen.add(shape)
            self.opened[sort] += 1
            waiting.append((local, source))

    def _sort(self, source: str, target: str) -> tuple[str, str]:
        return self._path(source), self._path(target)

    def _path(self, address: str) -> str:
        route = self.known.find("GET", urlsplit(address).path)
        return route.path if route else ""


def _shape(address: str) -> tuple[str, ...]:
    """Other values of the same filters are the same road."""
    parts = urlsplit(address)
    return (parts.path, *sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))


PAGE = """
<!-- <a href="/commented"> --><SCRIPT src="/static/a.js">if (a < b) { go('<a href="/scripted">'); }</SCRIPT>
<a class=x href='/orders?a=1&amp;b=2' title="1 > 0">Orders</a><a href="more?c=d#e">More</a><a href="#here">Here</a>
<form method="post" action="/orders/bulk"><input name="verb" value="hold"><button name=verb value=tag formaction="/b">
</button><input value="/typed"></form><form><button formaction="/c" formmethod="post"></form><form method="dialog"></form>
<div hx-post="/swap" data-open="/opened" data-not="/9"></div><a href="https://elsewhere.test/x">Elsewhere</a>
"""


def test_what_leads_somewhere_is_found_however_it_is_written() -> None:
    found = [(lead.method, lead.address.removeprefix(HERE), lead.verb) for lead in leads_of(PAGE, "/orders")]

    assert found == [
        ("GET", "/static/a.js", ""),
        ("GET", "/orders?a=1&b=2", ""),
        ("GET", "/more?c=d#e", ""),
        ("GET", "/orders#here", ""),
        ("POST", "/orders/bulk", ""),
        ("POST", "/orders/bulk", "hold"),
        ("POST", "/b", ""),
        ("POST", "/orders/bulk", "tag"),
        ("GET", "/orders", ""),
        ("POST", "/c", ""),
        ("POST", "/swap", ""),
        ("GET", "/opened", ""),
        ("GET", "https://elsewhere.test/x", ""),
    ]


@pytest.mark.slow
async def test_no_page_shows_anybody_a_way_they_may_not_go(
    floor: ShopFloor, database_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    shop = await furnish(floor, keyring, now, tmp_path)
    settings = replace(settings_on(database_url), data_dir=tmp_path)
    app = application(settings, keyring, SetClock(now))
    known = Map(list(routes_of(app)))
    wrong: list[str] = []
    async with app.lifespan():
        for role in Role:
            allowed = {"signed_in", "public", *map(str, ROLES[role])}
            pages = [address for route, address in shop.pages(app) if route.needs in allowed]
            transport = ASGITransport(cast("Any", app), raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url=HERE) as browser:
                browser.cookies.set("orderan_session", shop.tokens[role], domain="testserver.local")
                walk = Walk(browser, known, allowed)
                wrong += [f"{role}: {fault}" for fault in await walk.faults(pages)]
                open_to = {route.path for route in pages_of(app) if route.needs in allowed} - WITHOUT_LINKS
                wrong += [f"{role}: nothing leads to {path}" for path in sorted(open_to - walk.found)]
    assert wrong == [], "\n".join(wrong)
