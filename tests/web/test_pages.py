"""From a template to an answer, in the reader's language."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2_fragments import BlockNotFoundError
from litestar import Request, Response, get
from litestar.testing import TestClient
from markupsafe import Markup

from orderan.kit.money import Money
from orderan.web import pages
from orderan.web.here import NOBODY, Here, locale_of, standing
from orderan.web.pages import environment, page
from orderan.web.preferences import way_back
from orderan.web.words import words
from web import tiny

NOW = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)
ENGLISH = Here(words("en"), "Asia/Makassar", NOW)
INDONESIAN = Here(words("id"), "Asia/Jakarta", NOW)


def written(source: str, place: Here = INDONESIAN, **context: object) -> str:
    with standing(place):
        return environment().from_string(source).render(**context)


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Any]]:
    """A page with one block, which uses a macro without importing it."""
    whole = (
        '{% extends "kit/bare.html" %}{% block title %}{{ _("Pesanan") }}{% endblock %}'
        '{% block content %}<h1>x</h1>{% block rows %}{{ ui.status.headline("packed") }}'
        "{% endblock %}{% endblock %}"
    )
    loader = jinja2.ChoiceLoader(
        [jinja2.DictLoader({"sample.html": whole}), jinja2.FileSystemLoader(pages.TEMPLATES)]
    )
    monkeypatch.setattr(environment(), "loader", loader)

    @get("/sample")
    async def handler(request: Request[Any, Any, Any]) -> Response[str]:
        return page(request, "sample.html", block="rows", headers={"x-more": "1"})

    with TestClient(tiny.create([handler])) as client:
        yield client


def test_a_person_gets_the_page_and_htmx_only_the_block(sample: TestClient[Any]) -> None:
    whole = sample.get("/sample")
    assert whole.text.startswith("<!doctype html>")
    assert whole.headers["vary"] == "hx-request, cookie, accept-language"
    assert whole.headers["x-more"] == "1"

    part = sample.get("/sample", headers={"hx-request": "true"})
    assert part.text.startswith('<span class="o-badge o-tone-act">')
    assert "Dikemas" in part.text
    assert "<h1>" not in part.text


def test_going_back_in_history_gets_the_whole_page(sample: TestClient[Any]) -> None:
    for more in ("hx-boosted", "hx-history-restore-request"):
        answer = sample.get("/sample", headers={"hx-request": "true", more: "true"})
        assert answer.text.startswith("<!doctype html>")


def test_the_page_speaks_the_language_of_its_reader(sample: TestClient[Any]) -> None:
    english = sample.get("/sample", headers={"accept-language": "en-GB,id;q=0.4"})
    assert 'lang="en" data-bs-theme' in english.text
    assert "Packed" in english.text
    assert 'lang="id" data-bs-theme' in sample.get("/sample").text


@pytest.mark.parametrize(
    ("preference", "cookie", "accepts", "locale"),
    [
        ("en", "id", "id", "en"),
        (None, "en", "id", "en"),
        (None, None, "en-US,en;q=0.9", "en"),
        (None, None, "fr,in;q=0.5,en;q=0.4", "id"),
        (None, None, "en;q=0", "id"),
        (None, "xx", "fr", "id"),
        (None, None, "en;q=broken", "id"),
        (None, None, "", "id"),
    ],
)
def test_the_nearest_choice_of_language_wins(
    preference: str | None, cookie: str | None, accepts: str, locale: str
) -> None:
    assert locale_of(preference, cookie, accepts) == locale


def test_filters_write_for_the_reader() -> None:
    source = (
        '{{ 1250000|money("IDR") }} {{ m|money }} {{ 1234|number }} {{ 0.125|percent }} '
        "{{ at|datetime }} {{ at|date }} {{ p|phone }} {{ none|money }} {{ none|datetime }}"
    )
    context: dict[str, Any] = {"m": Money(-75500, "IDR"), "at": NOW, "p": "+6281234567890"}
    assert written(source, **context) == (
        "Rp1.250.000 -Rp75.500 1.234 12,5 % 21 Nov 2026 14.05 WIB 21 Nov 2026 0812-3456-7890 – –"
    )
    assert written(source, ENGLISH, **context) == (
        "Rp1,250,000 -Rp75,500 1,234 12.5% 21 Nov 2026 15:05 WITA 21 Nov 2026 0812-3456-7890 – –"
    )


def test_a_constant_is_written_anew_for_every_reader(tmp_path: Path) -> None:
    (tmp_path / "fixed.html").write_text('{{ 1250000|money("IDR") }}', encoding="utf-8")
    fixed = environment().overlay(loader=jinja2.FileSystemLoader(tmp_path)).get_template("fixed.html")
    with standing(INDONESIAN):
        assert fixed.render() == "Rp1.250.000"
    with standing(ENGLISH):
        assert fixed.render() == "Rp1,250,000"


def test_an_age_has_the_exact_moment_on_hover() -> None:
    assert written("{{ at|age }}", at=NOW - timedelta(hours=3)) == (
        '<time datetime="2026-11-21T04:05:00+00:00" title="21 Nov 2026 11.05 WIB">3 jam lalu</time>'
    )


def test_values_put_into_a_text_are_escaped() -> None:
    source = '{{ _("Salin %(text)s", text=text) }}'
    assert written(source, text="<b>") == "Salin &lt;b&gt;"
    assert written(source, ENGLISH, text="<b>") == "Copy &lt;b&gt;"
    assert written(source, ENGLISH, text=Markup("<b>")) == "Copy <b>"


def test_counts_choose_their_form() -> None:
    source = '{{ ngettext("%(num)s baris", "%(num)s baris", n) }}'
    assert written(source, n=1200) == "1.200 baris"
    assert written(source, ENGLISH, n=1) == "1 row"
    assert written(source, ENGLISH, n=1200) == "1,200 rows"


def test_a_name_nobody_gave_is_an_error_and_not_an_empty_space() -> None:
    with pytest.raises(jinja2.UndefinedError, match="price"):
        written("{{ price }}")
    with pytest.raises(KeyError, match="no-such-icon"):
        written('{{ icon("no-such-icon") }}')
    with pytest.raises(BlockNotFoundError), standing(NOBODY):
        pages.render("kit/bare.html", "no_such_block")


def test_a_link_keeps_the_filters_and_drops_the_cursor() -> None:
    query = (("status", "packed"), ("tag", "a"), ("tag", "b"), ("after", "xyz"))
    place = Here(words("id"), "UTC", NOW, path="/orders", query=query)
    assert place.link(status=None) == "/orders?tag=a&tag=b"
    assert place.link(after="next") == "/orders?status=packed&tag=a&tag=b&after=next"
    assert place.link_without("tag", "a") == "/orders?status=packed&tag=b"
    assert place.address == "/orders?status=packed&tag=a&tag=b&after=xyz"


def test_preferences_are_remembered_and_lead_back() -> None:
    with TestClient(tiny.create()) as client:
        client.get("/styleguide")
        answer = client.post(
            "/preferences",
            data={"language": "en", "theme": "unknown", "back": "/styleguide?x=1"},
            headers={"x-csrftoken": client.cookies["csrftoken"]},
            follow_redirects=False,
        )
        assert answer.status_code == 303
        assert answer.headers["location"] == "/styleguide?x=1"
        assert client.cookies["bahasa"] == "en"
        assert "tema" not in client.cookies


@pytest.mark.parametrize(
    "address", ["//evil.test", "https://evil.test", "/\\evil.test", "", "javascript:1", "/\n/x"]
)
def test_the_way_back_never_leaves_this_host(address: str) -> None:
    assert way_back(address) == "/"
