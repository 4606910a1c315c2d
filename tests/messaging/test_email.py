"""What a letter looks like: the same words twice, nothing smuggled in, and no address of a stranger."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.messaging import (
    Block,
    Button,
    Facts,
    Footer,
    Heading,
    LinkRefused,
    Paragraph,
    Picture,
    render_email,
)

GOLDEN = Path(__file__).parent / "golden"
FOOTER = Footer(
    "Toko Kopi Gayo",
    "Jl. Melati 5, Bandung 40111",
    "Anda menerima surat ini karena memesan di Toko Kopi Gayo.",
    ("Berhenti menerima surat", "https://toko.test/berhenti?t=abc"),
)
BLOCKS: tuple[Block, ...] = (
    Picture("https://toko.test/logo.png", "Toko Kopi Gayo", 160),
    Heading("Pesanan Anda dikirim"),
    Paragraph(
        "Halo Ani & keluarga,\nJNE membawa paket Anda. Biasanya tiba dalam dua sampai tiga hari kerja di alamat Anda."
    ),
    Facts((("Pesanan", "ORD-101"), ("Total", "Rp1.250.000"), ("Alamat", "Jl. Mawar 7\nJakarta 12950"))),
    Button("Lacak paket", "https://toko.test/lacak/101?a=1&b=2"),
)


def rendered(blocks: tuple[Block, ...] = BLOCKS, footer: Footer = FOOTER) -> tuple[str, str]:
    made = render_email(
        blocks, footer, language="id", subject="Pesanan 101 dikirim", preview="JNE membawa paket Anda"
    )
    return made.html, made.plain


@pytest.mark.parametrize("kind", ["html", "txt"])
def test_a_letter_is_as_it_was(kind: str) -> None:
    """Written anew with ORDERAN_WRITE_GOLDEN=1, to be looked at before it is kept."""
    html, plain = rendered()
    made = html if kind == "html" else plain
    file = GOLDEN / f"shipped.{kind}"
    if os.environ.get("ORDERAN_WRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(made)
    assert made == file.read_text()


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.lang: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.lang = told.get("lang") if tag == "html" else self.lang
        self.links += [str(told[name]) for name in ("href", "src", "background") if told.get(name)]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def seen(html: str) -> Seen:
    found = Seen()
    found.feed(html)
    return found


def test_both_say_the_same() -> None:
    html, plain = rendered()
    words = " ".join(" ".join(seen(html).text).split())
    flat = " ".join(plain.split())
    for text in ("Pesanan Anda dikirim", "Halo Ani & keluarga,", "ORD-101", "Rp1.250.000", "Lacak paket"):
        assert text in words
        assert text in flat
    for link in ("https://toko.test/lacak/101?a=1&b=2", "https://toko.test/berhenti?t=abc"):
        assert link in seen(html).links
        assert link in plain


def test_it_loads_nothing_from_a_stranger_and_says_its_language() -> None:
    html, _ = rendered()
    assert all(link.startswith("https://toko.test/") for link in seen(html).links)
    assert "fonts.googleapis" not in html
    assert "@import" not in html
    assert seen(html).lang == "id"
    assert "script" not in seen(html).tags


def test_a_letter_nobody_can_do_without_has_no_way_out() -> None:
    html, plain = rendered(footer=Footer("Toko", "Jl. X", "Karena Anda memesan."))
    assert "erhenti" not in html + plain


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//toko.test",
        "",
        "https://",
        "https://toko.test/a b",
        "mailto:x@y",
    ],
)
@pytest.mark.parametrize("block", [Button, Picture])
def test_a_link_leads_to_the_web_or_nowhere(url: str, block: type[Button] | type[Picture]) -> None:
    made = Button("x", url) if block is Button else Picture(url, "x")
    with pytest.raises(LinkRefused):
        rendered((made,))


NASTY = '</mj-text><mj-raw><script>alert("x")</script></mj-raw> &amp; \x00\x1b {{ 7*7 }} ]]> <!-- '


def test_words_are_never_markup() -> None:
    blocks: tuple[Block, ...] = (
        Heading(NASTY),
        Paragraph(NASTY),
        Facts(((NASTY, NASTY),)),
        Button(NASTY, "https://toko.test/?q=%22%3E"),
        Picture("https://toko.test/x.png", NASTY),
    )
    html, plain = rendered(blocks, Footer(NASTY, NASTY, NASTY, (NASTY, "https://toko.test/x")))
    assert "script" not in seen(html).tags
    assert "\x00" not in html + plain
    assert '<script>alert("x")</script>' in plain


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_whatever_is_written_stands_in_the_letter(text: str) -> None:
    html, _ = rendered((Heading(text),))
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)
    plain = "".join("".join(seen(html).text).split())
    assert "".join(kept.split()) in plain


def test_lines_of_plain_text_are_not_too_long_and_links_are_whole() -> None:
    link = "https://toko.test/" + "x" * 120
    _, plain = rendered((Paragraph("kata " * 60 + link),))
    assert link in plain.splitlines()
    assert all(len(line) <= 72 for line in plain.splitlines() if not line.startswith("https://"))
