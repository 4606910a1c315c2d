"""A Chromium for each file; without one these tests are skipped and say so, and fail where CI is.

Playwright drives it from an event loop in the thread of the tests, which no other test may share: it is gone with
the last test of the file.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
import uvicorn
from litestar import Litestar
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STARTING_S = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def chromium() -> str | None:
    """Where a Chromium is: ORDERAN_CHROMIUM, or one on the path; one that draws nothing takes half the time."""
    wanted = os.environ.get("ORDERAN_CHROMIUM")
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return wanted or next((path for path in found if path), None)


def without_chromium(environment: Mapping[str, str]) -> NoReturn:
    """Skip what needs a Chromium; fail where it is required, for a skipped test proves nothing there."""
    said = "no Chromium on this machine (set ORDERAN_CHROMIUM or install chromium)"
    required = (environment.get(name, "") for name in ("ORDERAN_BROWSER_REQUIRED", "CI"))
    if any(value.lower() not in {"", "0", "false"} for value in required):
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium() or without_chromium(os.environ)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile of somebody in Indonesia: no cookies, nothing stored."""
    made = browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta")
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Litestar], str]]:
    """Serve an application on a free port for the length of a test; gives its address."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(served(app))


@contextmanager
def served(app: Litestar) -> Iterator[str]:
    """An application on a free port; its address."""
    # Its own logging would outlast it, in a process that runs other tests next.
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + STARTING_S
        while not server.started:
            assert thread.is_alive(), "the server stopped while starting"
            assert time.monotonic() < until, "the server did not start in time"
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(STARTING_S)
