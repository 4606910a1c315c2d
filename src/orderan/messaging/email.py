"""What a letter looks like: a few blocks, as HTML that old mail programs show and as plain text that says the same.

The HTML is made from MJML, which knows what each mail program cannot do. Everything put in is escaped;
a block holds words, never markup. Nothing is loaded from elsewhere but the pictures a block names.
"""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from markupsafe import escape
from mjml import mjml2html

WIDTH: Final = 600
PLAIN_WIDTH: Final = 72
INK, MUTED, LINE, PAPER, DESK, ACCENT = "#182433", "#667382", "#dadfe5", "#ffffff", "#f4f6fa", "#066fd1"
FONTS: Final = "Helvetica, Arial, sans-serif"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Heading:
    """What the letter is about."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences; a line break stays one."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A small table: a name and what it is, in rows."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and what it shows, in words.

    Attributes:
        width: As it is shown, in pixels, 1 to 600.
    """

    url: str
    alt: str
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Footer:
    """Who writes, why, and how to have no more of it.

    Attributes:
        address, why: Where the shop is, and why this person gets the letter; empty where it is not said.
        unsubscribe: What the link says and where it leads; None in a letter nobody can do without.
    """

    shop: str
    address: str = ""
    why: str = ""
    unsubscribe: tuple[str, str] | None = None


Block: TypeAlias = Heading | Paragraph | Facts | Button | Picture


@dataclass(frozen=True, slots=True)
class Rendered:
    """The same letter twice."""

    html: str
    plain: str


class LinkRefused(ValueError):
    """A link or a picture leads nowhere a letter may lead: only http and https do."""


def render_email(
    blocks: Sequence[Block], footer: Footer, *, language: str, subject: str, preview: str = ""
) -> Rendered:
    """A letter as HTML and as plain text.

    Args:
        language: id | en; for screen readers and translators.
        subject: Title of the document.
        preview: What a list of letters shows after the subject; nowhere else is it seen.

    Raises:
        LinkRefused: A link is neither http nor https.
    """
    return Rendered(_html(blocks, footer, language, subject, preview), _plain(blocks, footer))


def _html(blocks: Sequence[Block], footer: Footer, language: str, subject: str, preview: str) -> str:
    inside = "".join(_mjml(block) for block in blocks)
    hidden = f"<mj-preview>{_safe(preview)}</mj-preview>" if preview else ""
    source = (
        f'<mjml lang="{_safe(language)}" dir="ltr"><mj-head><mj-title>{_safe(subject)}</mj-title>{hidden}'
        f'<mj-attributes><mj-all font-family="{FONTS}"/>'
        f'<mj-text color="{INK}" font-size="16px" line-height="24px"/>'
        f'<mj-table color="{INK}" font-size="15px" line-height="22px"/></mj-attributes></mj-head>'
        f'<mj-body background-color="{DESK}" width="{WIDTH}px">'
        f'<mj-section background-color="{PAPER}" padding="24px 0"><mj-column>{inside}</mj-column></mj-section>'
        f'<mj-section padding="16px 0 32px"><mj-column>{_foot(footer)}</mj-column></mj-section>'
        "</mj-body></mjml>"
    )
    # An empty table of fonts keeps it from asking a stranger for one each time the letter is opened.
    return mjml2html(source, fonts={})


def _mjml(block: Block) -> str:
    match block:
        case Heading(text):
            return f'<mj-text font-size="24px" line-height="30px" font-weight="700"><h1 style="margin:0;font-size:24px;line-height:30px">{_safe(text)}</h1></mj-text>'
        case Paragraph(text):
            return f"<mj-text>{_lines(text)}</mj-text>"
        case Facts(rows):
            return f"<mj-table>{''.join(_row(name, value) for name, value in rows)}</mj-table>"
        case Button(text, url):
            return (
                f'<mj-button href="{_link(url)}" background-color="{ACCENT}" color="#ffffff" font-size="16px"'
                f' font-weight="700" border-radius="6px" inner-padding="14px 28px">{_safe(text)}</mj-button>'
            )
        case Picture(url, alt, width):
            wide = min(max(width, 1), WIDTH)
            return f'<mj-image src="{_link(url)}" alt="{_safe(alt)}" width="{wide}px"/>'


def _row(name: str, value: str) -> str:
    edge = f"border-bottom:1px solid {LINE};padding:8px 0;vertical-align:top"
    return (
        f'<tr><th scope="row" style="{edge};color:{MUTED};font-weight:400;text-align:left">{_safe(name)}</th>'
        f'<td style="{edge};padding-left:16px;text-align:right">{_lines(value)}</td></tr>'
    )


def _foot(footer: Footer) -> str:
    told = [f"<strong>{_safe(footer.shop)}</strong>"]
    told += [_lines(text) for text in (footer.address, footer.why) if text]
    if footer.unsubscribe is not None:
        words, url = footer.unsubscribe
        told.append(f'<a href="{_link(url)}" style="color:{MUTED}">{_safe(words)}</a>')
    return (
        f'<mj-text align="center" color="{MUTED}" font-size="13px" line-height="20px">'
        f"{'<br />'.join(told)}</mj-text>"
    )


def _safe(text: str) -> str:
    return str(escape(_CONTROL.sub("", text)))


def _lines(text: str) -> str:
    return "<br />".join(_safe(line) for line in text.splitlines())


def _link(url: str) -> str:
    return _safe(_checked(url))


def leads_somewhere(url: str) -> bool:
    """Whether a letter may lead there: an address of the web, whole and unbroken."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and named and not any(one.isspace() for one in url)


def _checked(url: str) -> str:
    if not leads_somewhere(url):
        raise LinkRefused(url)
    return url


def _plain(blocks: Sequence[Block], footer: Footer) -> str:
    told = [_CONTROL.sub("", _words(block)) for block in blocks]
    foot = [text for text in (footer.shop, footer.address, footer.why) if text]
    if footer.unsubscribe is not None:
        words, url = footer.unsubscribe
        foot.append(f"{words}: {_checked(url)}")
    # The line before a signature, which mail programs know. Source: RFC 3676 section 4.3.
    told.append("-- \n" + _CONTROL.sub("", "\n".join(_folded(line) for line in foot)))
    return "\n\n".join(told) + "\n"


def _words(block: Block) -> str:
    match block:
        case Heading(text):
            return f"{text}\n{'=' * min(len(text), PLAIN_WIDTH)}"
        case Paragraph(text):
            return _folded(text)
        case Facts(rows):
            wide = max((len(name) for name, _ in rows), default=0)
            return "\n".join(
                f"{name:<{wide}}  {value.replace(chr(10), chr(10) + ' ' * (wide + 2))}"
                for name, value in rows
            )
        case Button(text, url):
            return f"{text}:\n{_checked(url)}"
        case Picture(url, alt, _):
            return f"[{alt}]\n{_checked(url)}"


def _folded(text: str) -> str:
    """Lines of a width that reads well; an address is never broken."""
    return "\n".join(
        "\n".join(textwrap.wrap(line, PLAIN_WIDTH, break_long_words=False, break_on_hyphens=False) or [""])
        for line in text.splitlines()
    )
