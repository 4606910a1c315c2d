"""Files at addresses that change with their content."""

import gzip

import pytest
from litestar.testing import TestClient

from orderan.web.static import FOLDER, FOREVER, files, static, version
from web import tiny

# Measured on the wire: what the first page of anybody fetches besides the page itself.
FIRST_LOAD = ("vendor/tabler.min.css", "app.css", "icons.svg", "logo.svg")
BUDGET = 300_000


def test_a_current_address_may_be_kept_for_ever() -> None:
    with TestClient(tiny.create()) as client:
        answer = client.get(static("app.css"), headers={"accept-encoding": "gzip"})
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == (FOLDER / "app.css").read_bytes()


def test_an_older_address_gets_todays_file_and_may_not_keep_it() -> None:
    with TestClient(tiny.create()) as client:
        answer = client.get("/static/000000000000/js/app.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_browser_without_gzip_gets_the_plain_file() -> None:
    with TestClient(tiny.create()) as client:
        answer = client.get(static("app.css"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == (FOLDER / "app.css").read_bytes()


@pytest.mark.parametrize(
    "name", ["nothing.css", "../static.py", "%2e%2e/static.py", "vendor/LICENSES.md", "vendor"]
)
def test_what_is_not_shipped_is_not_found(name: str) -> None:
    with TestClient(tiny.create()) as client:
        assert client.get(f"/static/{version()}/{name}").status_code == 404


def test_a_template_naming_a_missing_file_fails_at_once() -> None:
    with pytest.raises(KeyError, match="typo"):
        static("typo.css")


ON_THEIR_PAGE_ONLY = {"vendor/swagger-ui-bundle.js", "js/apidocs.js"}


def test_the_first_load_stays_within_its_weight() -> None:
    scripts = {name for name in files() if name.endswith(".js")} - ON_THEIR_PAGE_ONLY
    names = [*FIRST_LOAD, *sorted(scripts)]
    weight = sum(len(gzip.compress(files()[name].read_bytes(), 9)) for name in names)
    assert weight < BUDGET


def test_no_shipped_file_fetches_from_another_host() -> None:
    for name, path in files().items():
        text = path.read_text(encoding="utf-8")
        for fetching in ("@import", "url(http", "url('http", 'url("http', "sourceMappingURL"):
            assert fetching not in text, f"{name} has {fetching}"
