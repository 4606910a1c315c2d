"""The style guide in a real browser: sound to look at, and its scripts do what they say."""

from collections.abc import Callable
from typing import Any

import jinja2
import pytest
from litestar import Litestar, Request, Response, get
from playwright.sync_api import BrowserContext, expect

from browser.checks import assert_page_is_sound
from orderan.web.pages import TEMPLATES, environment
from orderan.web.pages import page as answer_with
from web import tiny

Serve = Callable[[Litestar], str]


def test_the_style_guide_is_sound(context: BrowserContext, serve: Serve) -> None:
    assert_page_is_sound(context.new_page(), f"{serve(tiny.create())}/styleguide")


def test_a_page_without_the_rail_is_sound(
    context: BrowserContext, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = """{% extends "kit/bare.html" %}{% block title %}{{ _("Pelanggan") }}{% endblock %}
        {% block content %}<h1>{{ _("Pelanggan") }}</h1><section class="o-card">
        <form class="o-form" method="post" action="/bare">{{ csrf_field() }}
        {{ ui.form.field("phone", _("Telepon"), type="tel", errors={"phone": _("Tidak ditemukan")}) }}
        {{ ui.form.submit(_("Lanjutkan")) }}</form></section>{% endblock %}"""
    loader = jinja2.ChoiceLoader([jinja2.DictLoader({"bare.html": body}), jinja2.FileSystemLoader(TEMPLATES)])
    monkeypatch.setattr(environment(), "loader", loader)

    @get("/bare")
    async def bare(request: Request[Any, Any, Any]) -> Response[str]:
        return answer_with(request, "bare.html")

    assert_page_is_sound(context.new_page(), f"{serve(tiny.create([bare]))}/bare")


def test_control_an_unsound_page_is_told_everything_wrong_with_it(
    context: BrowserContext, serve: Serve
) -> None:
    body = (
        '<!doctype html><html lang="en"><title>x</title><main><h1>Pesanan</h1><p>Belum ada</p>'
        '<p>%(count)s</p><img src="http://elsewhere.invalid/a.png"><pre>' + "x" * 3000 + "</pre>"
    )

    @get("/unsound", sync_to_thread=False)
    def unsound() -> Response[str]:
        return Response(body, media_type="text/html")

    with pytest.raises(AssertionError) as told:
        assert_page_is_sound(context.new_page(), f"{serve(tiny.create([unsound]))}/unsound", locales=["en"])
    report = str(told.value)
    for fault in (
        "not translated: 'Pesanan'",
        "not translated: 'Belum ada'",
        "unfilled: '%(count)s'",
        "request to another host",
        "scrolls sideways",
        "console error",
        "axe critical image-alt",
    ):
        assert fault in report


def test_keys_walk_the_list_open_search_and_tell_themselves(context: BrowserContext, serve: Serve) -> None:
    page = context.new_page()
    page.goto(f"{serve(tiny.create())}/styleguide")
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-row]").nth(0)).to_have_attribute("data-at", "")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    expect(page.locator("[data-bulk]")).to_be_visible()

    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("gud")
    page.keyboard.press("Enter")
    page.wait_for_url("**/warehouse")


def test_selecting_all_counts_every_row(context: BrowserContext, serve: Serve) -> None:
    page = context.new_page()
    page.goto(f"{serve(tiny.create())}/styleguide")
    page.locator("[data-select-all]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("12")
    page.locator("[data-bulk-clear]").click()
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_a_question_is_asked_before_what_cannot_be_undone(context: BrowserContext, serve: Serve) -> None:
    page = context.new_page()
    page.goto(f"{serve(tiny.create())}/styleguide")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.locator(".o-next-actions button").click()
    expect(page.locator("[data-confirm-dialog]")).to_be_visible()
    page.locator("[data-confirm-dialog] [value=no]").click()
    expect(page.locator("[data-confirm-dialog]")).to_be_hidden()
    assert "POST" not in sent
    with page.expect_request(lambda request: request.method == "POST"):
        page.locator(".o-next-actions button").click()
        page.locator("[data-confirm-answer]").click()


def test_language_and_theme_are_remembered(context: BrowserContext, serve: Serve) -> None:
    page = context.new_page()
    page.goto(f"{serve(tiny.create())}/styleguide")
    root = page.locator("html")
    page.locator(".o-top summary").click()
    page.get_by_role("button", name="English").click()
    expect(root).to_have_attribute("lang", "en")
    page.locator(".o-top summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(root).to_have_attribute("lang", "en")


def test_stock_cells_follow_the_stream_and_charts_are_drawn(context: BrowserContext, serve: Serve) -> None:
    page = context.new_page()
    page.goto(f"{serve(tiny.create())}/styleguide")
    expect(page.locator('[data-stock-location="jkt"]')).to_have_text("1.239")
    expect(page.locator("[data-chart] canvas")).to_have_count(2)


def test_a_combobox_takes_what_was_chosen_by_keyboard(context: BrowserContext, serve: Serve) -> None:
    page = context.new_page()
    page.goto(f"{serve(tiny.create())}/styleguide")
    box = page.locator("#f-sku")
    box.press_sequentially("gayo")
    expect(page.locator("#f-sku-list li")).to_have_count(1)
    box.press("Enter")
    expect(box).to_have_value("Kopi Gayo gayo")
    expect(page.locator('input[name="sku"]')).to_have_value("KOPI-250")
    amount = page.locator("#f-amount")
    amount.fill("")
    amount.press_sequentially("2500000")
    expect(amount).to_have_value("2.500.000")
