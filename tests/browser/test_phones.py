"""The simulated telephones in a real browser: sound to look at, and answered with a thumb."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

from litestar import Litestar
from playwright.sync_api import BrowserContext, expect

from browser.checks import assert_page_is_sound
from orderan.kit.clock import SystemClock
from orderan.sandbox.keys import Cabinet
from orderan.sandbox.phones.exchange import Exchange
from orderan.sandbox.phones.models import Gather, Line, SimCall, Stage
from orderan.sandbox.server import build

Serve = Callable[[Litestar], str]


def a_call(name: str, stage: Stage) -> SimCall:
    now = SystemClock().now()
    call = SimCall(
        "twilio",
        name,
        "+6281234567890",
        "+622150001234",
        now,
        now + timedelta(hours=1),
        "http://127.0.0.1:1/",
        None,
    )
    call.extra = {"events": [], "sequence": 0, "recording_news": None, "recorded": False}
    call.stage = stage
    if stage is not Stage.RINGING:
        call.lines = [Line("voice", "Tekan satu untuk setuju.", "id-ID"), Line("keys", "7")]
    if stage is Stage.TALKING:
        call.waiting = Gather(1, 5, url="http://127.0.0.1:1/")
        call.wait_until = now + timedelta(hours=1)
    return call


def test_every_telephone_is_sound(context: BrowserContext, serve: Serve, tmp_path: Path) -> None:
    app = build(
        SystemClock(), base_url="http://sandbox.test", secret="tests", cabinet=Cabinet(tmp_path / "k.json")
    )
    book = cast("Exchange", app.state.exchange).carriers["twilio"].book
    for name, stage in (("CA1", Stage.RINGING), ("CA2", Stage.TALKING), ("CA3", Stage.COMPLETED)):
        book.add(a_call(name, stage))
    address = serve(app)

    for path in ("/phones", "/phones/twilio/CA1", "/phones/twilio/CA2", "/phones/twilio/CA3"):
        assert_page_is_sound(context.new_page(), address + path)

    page = context.new_page()
    page.goto(f"{address}/phones/twilio/CA2")
    page.locator("button[name=deed][value=hang_up]").click()
    expect(page.locator("button[name=key]")).to_have_count(0)
    assert book.all()[1].stage is Stage.COMPLETED


HEARD = """
window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", {
  value: {
    cancel: () => {},
    speak: (one) => { document.body.dataset.said = window.said.push([one.text, one.lang]); },
  },
});
"""


def test_a_telephone_says_each_new_line_once_in_its_language_after_somebody_asked(
    context: BrowserContext, serve: Serve, tmp_path: Path
) -> None:
    app = build(
        SystemClock(), base_url="http://sandbox.test", secret="tests", cabinet=Cabinet(tmp_path / "k.json")
    )
    call = a_call("CA1", Stage.TALKING)
    cast("Exchange", app.state.exchange).carriers["twilio"].book.add(call)
    page = context.new_page()
    page.add_init_script(HEARD)
    page.goto(f"{serve(app)}/phones/twilio/CA1")
    assert page.evaluate("said") == []
    button = page.locator("[data-hear]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("said") == [["Tekan satu untuk setuju.", "id"]]

    call.lines.append(Line("voice", "Thank you.", "en-US"))
    expect(page.locator("body")).to_have_attribute("data-said", "2")
    assert page.evaluate("said[1]") == ["Thank you.", "en"]
    button.click()
    call.lines.append(Line("voice", "Terima kasih.", "id-ID"))
    expect(page.locator(".o-call-voice")).to_have_count(3)
    assert len(page.evaluate("said")) == 2
