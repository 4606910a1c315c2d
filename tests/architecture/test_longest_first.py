"""The table of tests that take long names tests there are, and they come first."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from longest_first import LASTS_S, longest_first

ROOT = Path(__file__).parents[2]


def test_every_test_that_is_said_to_take_long_is_there() -> None:
    gone = []
    for name in LASTS_S:
        file, _, test = name.partition("::")
        path = ROOT / file
        if not path.exists() or (test and not re.search(rf"def {test}\(", path.read_text(encoding="utf-8"))):
            gone.append(name)
    assert gone == []


def test_what_takes_long_begins_first_then_files_of_many_tests_and_the_rest_keeps_its_order() -> None:
    pages = "tests/browser/test_every_page.py::test_every_page_of_the_route_table_is_sound"
    names = [
        "tests/a.py::one",
        "tests/b.py::x[a::b]",
        "tests/b.py::y",
        f"{pages}[1]",
        "tests/c.py::z",
        f"{pages}[0]",
    ]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    longest_first(items)
    assert [item.nodeid for item in items] == [
        f"{pages}[1]",
        f"{pages}[0]",
        "tests/b.py::x[a::b]",
        "tests/b.py::y",
        "tests/a.py::one",
        "tests/c.py::z",
    ]
