"""Who is looking, in which language and on whose clock: what a page knows of its request.

Macro files are imported once and shared by all requests, so this cannot travel as a template
variable; it is a context variable set around each rendering.
"""

from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode

from litestar import Request
from litestar.utils.empty import value_or_default
from litestar.utils.scope.state import ScopeState

from orderan.kit.i18n import LOCALES, SOURCE_LOCALE, Words
from orderan.web.words import words

DEFAULT_ZONE: Final = "Asia/Jakarta"
THEMES: Final = ("auto", "light", "dark")
LANGUAGE_COOKIE: Final = "bahasa"
THEME_COOKIE: Final = "tema"


class Viewer(Protocol):
    """The signed-in person as pages need them; `request.user` of a staff session is one.

    `locale` is their chosen language or None, `zone` an IANA name, `permissions` the permission
    strings of the access table; `sees_whole_shop` whether they are kept to no channel and no location.
    """

    @property
    def name(self) -> str: ...
    @property
    def locale(self) -> str | None: ...
    @property
    def zone(self) -> str: ...
    @property
    def permissions(self) -> Collection[str]: ...
    @property
    def sees_whole_shop(self) -> bool: ...


WAS: Final = "was"
"""Where the pages before this one of a list begin, the first of them first, as cursors in its address."""
MOST_BACK: Final = 20


@dataclass(frozen=True)
class Here:
    """Everything about the request that a template may ask for."""

    words: Words
    zone: str
    now: datetime
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    theme: str = "auto"
    csrf_token: str = ""
    viewer: Viewer | None = None
    pages: frozenset[str] = frozenset()
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def locale(self) -> str:
        return self.words.locale

    @property
    def address(self) -> str:
        return self.path + ("?" + urlencode(self.query) if self.query else "")

    def link(self, /, **changes: object) -> str:
        """This page with query parameters set, or removed where the value is None or empty.

        A list sets a parameter several times. Paging (`after`, `before`) always starts anew
        unless it is what changes: a cursor of another filter points nowhere.
        """
        gone = set(changes) | {"after", "before", WAS}
        kept = [(key, value) for key, value in self.query if key not in gone]
        for key, value in changes.items():
            many = value if isinstance(value, list | tuple) else [value]
            kept += [(key, str(one)) for one in many if one is not None and one != ""]
        return self.path + ("?" + urlencode(kept) if kept else "")

    def next_page(self, after: str, /, **changes: object) -> str:
        """The page that begins after a cursor; the address remembers where the pages before it begin."""
        began = [value for name, value in self.query if name == WAS]
        mine = [value for name, value in self.query if name == "after"][-1:]
        return self.link(**changes, after=after, **{WAS: (began + mine)[-MOST_BACK:]})

    def previous_page(self, /, **changes: object) -> str | None:
        """The page this one was reached from, the first where none is known; None on the first."""
        if not any(name == "after" for name, _ in self.query):
            return None
        began = [value for name, value in self.query if name == WAS]
        return self.link(**changes, after=began[-1] if began else None, **{WAS: began[:-1]})

    def link_without(self, key: str, value: object) -> str:
        """This page without one of the values of a parameter that may stand several times."""
        rest = [one for name, one in self.query if name == key and one != str(value)]
        return self.link(**{key: rest})


NOBODY: Final = Here(Words(SOURCE_LOCALE), DEFAULT_ZONE, datetime(1970, 1, 1, tzinfo=UTC))
_HERE: ContextVar[Here] = ContextVar("here", default=NOBODY)


def here() -> Here:
    """The request being rendered; outside one, nobody in Indonesian."""
    return _HERE.get()


class standing:  # noqa: N801 - reads as a verb: `with standing(place): render()`
    """Render what is inside as seen from `place`."""

    def __init__(self, place: Here) -> None:
        self._place = place

    def __enter__(self) -> Here:
        self._token = _HERE.set(self._place)
        return self._place

    def __exit__(self, *_: object) -> None:
        _HERE.reset(self._token)


def locale_of(preference: str | None, cookie: str | None, accept_language: str) -> str:
    """The person's own choice, else this browser's, else the first language it asks for.

    Only languages we speak count; without any, Indonesian.
    """
    for choice in (preference, cookie):
        if choice in LOCALES:
            return choice
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        # "in" is what old Android phones call Indonesian.
        language = {"in": "id"}.get(language, language)
        try:
            rank = float(weight or 1)
        except ValueError:
            continue
        if language in LOCALES and rank > 0:
            ranked.append((-rank, position, language))
    return min(ranked)[2] if ranked else SOURCE_LOCALE


def place_of(request: Request[Any, Any, Any], *, now: datetime | None = None) -> Here:
    """Read a request. `now` stands for the edge's clock where the caller has no other."""
    viewer: Viewer | None = request.scope.get("user")
    cookie = request.cookies.get(LANGUAGE_COOKIE)
    accepts = request.headers.get("accept-language", "")
    theme = request.cookies.get(THEME_COOKIE, "auto")
    token = value_or_default(ScopeState.from_scope(request.scope).csrf_token, "")
    return Here(
        words=words(locale_of(viewer.locale if viewer else None, cookie, accepts)),
        zone=viewer.zone if viewer else DEFAULT_ZONE,
        now=now or datetime.now(UTC),
        path=request.url.path,
        query=tuple(parse_qsl(request.url.query, keep_blank_values=False)),
        theme=theme if theme in THEMES else "auto",
        csrf_token=token,
        viewer=viewer,
        pages=_pages(request),
    )


def _pages(request: Request[Any, Any, Any]) -> frozenset[str]:
    app = request.app
    known: frozenset[str] | None = app.state.get("page_paths")
    if known is None:
        known = frozenset(route.path for route in app.routes)
        app.state["page_paths"] = known
    return known
