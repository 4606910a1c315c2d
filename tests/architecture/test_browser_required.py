"""Where there is no Chromium, people skip the browser tests and continuous integration fails them."""

from pathlib import Path

import pytest

from browser.conftest import without_chromium

CI = Path(__file__).parents[2] / ".ci" / "run"


@pytest.mark.parametrize(
    "environment", [{"ORDERAN_BROWSER_REQUIRED": "1"}, {"CI": "true"}, {"CI": "1", "HOME": "/"}]
)
def test_a_missing_chromium_fails_where_it_is_required(environment: dict[str, str]) -> None:
    with pytest.raises(pytest.fail.Exception, match="no Chromium on this machine"):
        without_chromium(environment)


@pytest.mark.parametrize("environment", [{}, {"CI": ""}, {"CI": "false"}, {"ORDERAN_BROWSER_REQUIRED": "0"}])
def test_a_missing_chromium_is_skipped_with_a_word_elsewhere(environment: dict[str, str]) -> None:
    with pytest.raises(pytest.skip.Exception, match="set ORDERAN_CHROMIUM or install chromium"):
        without_chromium(environment)


def test_continuous_integration_requires_it() -> None:
    lines = CI.read_text(encoding="utf-8").splitlines()
    assert lines.index("export ORDERAN_BROWSER_REQUIRED=1") < lines.index("exec make check")
