"""Is a page fit to be seen? One check that every page goes through.

    def test_the_order_list_is_sound(context, address):
        assert_page_is_sound(context.new_page(), f"{address}/orders")

In both languages, at the width of a desk and of a phone: nothing untranslated, no sideways scroll,
nothing on the console, no request to another host, no serious axe violation.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

from orderan.kit.i18n import LOCALES
from orderan.web.here import LANGUAGE_COOKIE, THEME_COOKIE
from orderan.web.words import words

SIZES = ((1440, 900), (390, 844))
FIRST_LOAD_BYTES = 300_000
# Common enough to stand on any page, and no English words; names and data do not hold them.
INDONESIAN = re.compile(
    r"\b(yang|belum|tidak|dari|untuk|dengan|sudah|pesanan|gudang|pembayaran|pelanggan|batal|"
    r"simpan|tambah|hapus|cari|semua|dikirim|dikemas|dibatalkan|selesai|berikutnya|sebelumnya)\b",
    re.IGNORECASE,
)
# gettext keys that were never looked up, and placeholders nobody filled in.
UNFILLED = re.compile(r"%\(\w+\)s|\{\{|\}\}|\bUndefined\b|\bNone\b")


@dataclass
class Watched:
    """What a page did while it loaded."""

    host: str
    complaints: list[str] = field(default_factory=list)
    bytes_received: int = 0

    @contextmanager
    def over(self, page: Page) -> Iterator[None]:
        """Listen while one address is looked at; a page that shows many is not heard by all of them."""
        listeners: dict[str, Callable[..., None]] = {
            "console": self._console,
            "pageerror": self._error,
            "request": self._request,
            "response": self._response,
        }
        for event, listener in listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]  # one overload per name of an event
        yield
        for event, listener in listeners.items():
            page.remove_listener(event, listener)

    def _error(self, error: Error) -> None:
        self.complaints.append(f"script error: {error}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme in {"http", "https", "ws", "wss"} and target.netloc != self.host:
            self.complaints.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        self.bytes_received += int(response.headers.get("content-length", 0))


def assert_page_is_sound(
    page: Page,
    address: str,
    *,
    locales: Iterable[str] = LOCALES,
    themes: Iterable[str] = ("light", "dark"),
    sizes: Iterable[tuple[int, int]] = SIZES,
    allow_words: Iterable[str] = (),
    status: int = 200,
) -> None:
    """Open `address` in every language, size and theme, and report all that is wrong at once.

    `page` is signed in by the caller and has one language cookie; a person whose account has a
    language of its own is tested with `locales` of only that one. `allow_words` are Indonesian
    words that belong on the English page (data, such as the name of a place). An element marked
    `data-original` or with its own `lang` is data and is not searched. A page that tells of an error
    is opened with the `status` it should have; that the console repeats the status is no fault then.
    """
    watched = Watched(urlsplit(address).netloc)
    wrong: list[str] = []
    with watched.over(page):
        for locale in locales:
            for width, height in sizes:
                for theme in themes:
                    _choose(page, address, locale, theme)
                    page.set_viewport_size({"width": width, "height": height})
                    found = _faults(page, address, locale, allow_words, watched, status)
                    wrong += [f"{locale} {width}px {theme}: {one}" for one in found]
    assert not wrong, f"{address}\n  " + "\n  ".join(dict.fromkeys(wrong))


def assert_page_is_sound_at_a_glance(
    page: Page,
    address: str,
    *,
    sizes: Sequence[tuple[int, int]] = SIZES,
    turn: int = 0,
    allow_words: Iterable[str] = (),
    status: int = 200,
) -> None:
    """The same faults for very many pages, in a quarter of the time.

    The page is loaded once per language and made narrower instead of loaded anew, and axe is asked
    once: what it judges is of one language as of another, and nearly always of one size as of another.
    One language is light, one dark.

    Args:
        turn: Which of many pages it is: they take turns with language and size.
    """
    watched = Watched(urlsplit(address).netloc)
    wrong: list[str] = []
    with watched.over(page):
        for place, locale in enumerate(LOCALES):
            _choose(page, address, locale, ("light", "dark")[place % 2])
            asked_of_axe = sizes[turn // 2 % len(sizes)] if place == turn % len(LOCALES) else None
            for width, height in sizes:
                page.set_viewport_size({"width": width, "height": height})
                found = (
                    _load(page, address, locale, allow_words, watched, status) if width == sizes[0][0] else []
                )
                found += _too_wide(page)
                if (width, height) == asked_of_axe:
                    found += _axe(page)
                wrong += [f"{locale} {width}px: {one}" for one in found + _complaints(watched, status)]
    assert not wrong, f"{address}\n  " + "\n  ".join(dict.fromkeys(wrong))


def _choose(page: Page, address: str, locale: str, theme: str) -> None:
    # For the whole host: a cookie of one folder would stay beside that of the next.
    host = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    page.context.add_cookies(
        [
            {"name": LANGUAGE_COOKIE, "value": locale, "url": host},
            {"name": THEME_COOKIE, "value": theme, "url": host},
        ]
    )


def _faults(
    page: Page, address: str, locale: str, allow_words: Iterable[str], watched: Watched, status: int
) -> list[str]:
    found = _load(page, address, locale, allow_words, watched, status)
    return found + _too_wide(page) + _axe(page) + _complaints(watched, status)


def _load(
    page: Page, address: str, locale: str, allow_words: Iterable[str], watched: Watched, status: int
) -> list[str]:
    watched.complaints.clear()
    watched.bytes_received = 0
    answer = page.goto(address, wait_until="load")
    page.evaluate("() => document.fonts.ready")
    faults = []
    if answer is None or answer.status != status:
        faults.append(f"answered {answer.status if answer else 'nothing'}")
    if watched.bytes_received > FIRST_LOAD_BYTES:
        faults.append(f"weighs {watched.bytes_received} bytes")
    said = page.evaluate("() => document.documentElement.lang")
    if said != locale:
        faults.append(f"says it is in {said!r}")
    return faults + _wrong_words(visible_text(page), locale, allow_words)


def _too_wide(page: Page) -> list[str]:
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"scrolls sideways by {wide} px"] if wide > 0 else []


def _complaints(watched: Watched, status: int) -> list[str]:
    repeated = f"console error: Failed to load resource: the server responded with a status of {status} "
    return [one for one in watched.complaints if status < 400 or not one.startswith(repeated)]


def visible_text(page: Page) -> str:
    """What a person reads or hears: text, labels, placeholders; without data in its own language."""
    found: str = page.evaluate(
        """() => {
            const parts = [document.title];
            const walk = (node) => {
                if (node.nodeType === Node.TEXT_NODE) parts.push(node.data);
                if (node.nodeType !== Node.ELEMENT_NODE) return;
                if (node.matches('script, style, template, [data-original]')) return;
                if (node.lang && node !== document.documentElement) return;
                for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
                    if (node.hasAttribute(name)) parts.push(node.getAttribute(name));
                node.childNodes.forEach(walk);
            };
            walk(document.documentElement);
            return parts.map((part) => part.trim()).filter(Boolean).join('\\n');
        }"""
    )
    return found


def _wrong_words(text: str, locale: str, allow_words: Iterable[str]) -> list[str]:
    faults = [f"unfilled: {one!r}" for one in sorted(set(UNFILLED.findall(text)))]
    if locale == "id":
        return faults
    allowed = {word.lower() for word in allow_words}
    sources = {
        msgid for (_context, msgid), entry in words(locale).catalogue.items() if entry.forms[0] != msgid
    }
    for line in dict.fromkeys(text.splitlines()):
        found = {word.lower() for word in INDONESIAN.findall(line)} - allowed
        if found or (line in sources and line.lower() not in allowed):
            faults.append(f"not translated: {line!r}")
    return faults


def _axe(page: Page) -> list[str]:
    # It would write to frames that may not hear it, such as the preview of a message, and the console complains.
    options = {"resultTypes": ["violations"], "iframes": False}
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"axe {one['impact']} {one['id']}: " + ", ".join(str(n["target"]) for n in one["nodes"][:3])
        for one in violations
        if one["impact"] in {"serious", "critical"}
    ]
