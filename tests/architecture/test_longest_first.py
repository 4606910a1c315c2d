"""The table of files that take long names files there are, and they come first."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from longest_first import LASTS_S, longest_first

ROOT = Path(__file__).parents[2]


def test_every_file_that_is_said_to_take_long_is_there() -> None:
    assert [file for file in LASTS_S if not (ROOT / file).exists()] == []


def test_what_takes_long_begins_first_then_files_of_many_tests_and_the_rest_keeps_its_order() -> None:
    pages = "tests/browser/test_every_page.py"
    names = [
        "tests/a.py::one",
        "tests/b.py::x[a::b]",
        "tests/b.py::y",
        f"{pages}::two[a::b]",
        "tests/c.py::z",
        f"{pages}::one",
    ]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    longest_first(items)
    assert [item.nodeid for item in items] == [
        f"{pages}::two[a::b]",
        f"{pages}::one",
        "tests/b.py::x[a::b]",
        "tests/b.py::y",
        "tests/a.py::one",
        "tests/c.py::z",
    ]
