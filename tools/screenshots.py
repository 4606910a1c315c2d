"""The pictures of README.md and the guides, taken of a small demo shop that exists only for it.

python -m tools.screenshots    writes docs/images/*.png; needs Chromium (`make browser`)
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from orderan.demo import PASSWORD
from orderan.web.here import LANGUAGE_COOKIE

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
DESK, PHONE = (1440, 900), (390, 844)
MOST_BYTES = 300_000
STARTING_S = 120
OWNER, PICKER = "pemilik@nusantara.test", "gudang@nusantara.test"


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        path: The page; or, with `link`, a page on which the first link that fits leads to it.
        link: A pattern of the href to follow.
    """

    name: str
    path: str
    link: str | None = None
    size: tuple[int, int] = DESK
    who: str = OWNER
    language: str = "id"


PICTURES = (
    Picture("home", "/"),
    Picture("orders", "/orders"),
    Picture("order", "/orders?status=processing", link=r"^/orders/(ord_)?[0-9a-z]{8,}$"),
    Picture("stock", "/stock"),
    Picture("warehouse", "/warehouse"),
    Picture("picker", "/warehouse?tab=released", link=r"^/warehouse/tasks/", size=PHONE, who=PICKER),
    Picture("orders-en", "/orders", language="en"),
)


def main() -> None:
    """Take every picture anew."""
    chromium = os.environ.get("ORDERAN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine: set ORDERAN_CHROMIUM, or run `make browser`")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _demo_shop() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            _take(browser, address, picture)
        browser.close()


def _take(browser: Browser, address: str, picture: Picture) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="id-ID", timezone_id="Asia/Jakarta"
    )
    context.add_cookies([{"name": LANGUAGE_COOKIE, "value": picture.language, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("input[name=email]", picture.who)
    page.fill("input[name=password]", PASSWORD)
    page.click("form[action='/login'] button[type=submit], form[action='/login'] button:not([type])")
    page.wait_for_url(f"{address}/")
    page.goto(address + picture.path)
    if picture.link:
        page.goto(address + _first(page, picture.link))
    page.wait_for_load_state("networkidle")
    file = IMAGES / f"{picture.name}.png"
    page.screenshot(path=file, animations="disabled")
    context.close()
    weight = file.stat().st_size
    print(f"{file.relative_to(ROOT)}  {weight // 1000} kB")
    if weight > MOST_BYTES:
        sys.exit(f"{file.name} is heavier than {MOST_BYTES // 1000} kB")


def _first(page: Page, pattern: str) -> str:
    """The first link of a page whose address fits."""
    for link in page.locator("main a[href]").all():
        href = link.get_attribute("href") or ""
        if re.search(pattern, href):
            return href
    sys.exit(f"no link like {pattern} on {page.url}")


@contextmanager
def _demo_shop() -> Iterator[str]:
    """Serve a small demo shop from a folder that is gone afterwards; gives its address."""
    with tempfile.TemporaryDirectory(prefix="orderan-pictures-") as folder:
        port = _free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERAN_")}
        environment = kept | {
            "PYTHONPATH": str(ROOT / "src"),
            "ORDERAN_DATA_DIR": str(Path(folder) / "data"),
            "ORDERAN_PORT": str(port),
            "ORDERAN_WEB_PROCESSES": "1",
            "ORDERAN_LOG_LEVEL": "warning",
        }
        orderan = [sys.executable, "-m", "orderan"]
        subprocess.run([*orderan, "demo", "--orders", "900", "--days", "30"], env=environment, check=True)
        server = subprocess.Popen([*orderan, "serve"], env=environment)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, server)
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(STARTING_S)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server is ready; nothing tells an outsider when, so it is asked."""
    until = time.monotonic() + STARTING_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=2):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("the server did not start")


if __name__ == "__main__":
    main()
