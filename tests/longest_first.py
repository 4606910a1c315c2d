"""The tests that take longest begin first, so that no worker is left alone with one while the others are done.

A file goes to one worker whole (`--dist loadfile`), so its tests count together. What is not named here takes a
few seconds, and files of many tests come before files of few. `pytest --durations=0` on a file says how long it
takes.
"""

from collections import Counter
from typing import Final

import pytest

LASTS_S: Final = {
    "tests/access/test_roads.py": 37,
    "tests/access/test_table.py": 34,
    "tests/auditor/test_same_rules.py": 8,
    "tests/bench/test_conserving.py": 40,
    "tests/bench/test_measuring.py": 80,
    "tests/bench/test_outages.py": 40,
    "tests/bench/test_paying.py": 44,
    "tests/bench/test_trusting.py": 25,
    "tests/bench/test_warehouse.py": 32,
    "tests/browser/test_every_page.py": 240,
    "tests/browser/test_phones.py": 15,
    "tests/browser/test_picking.py": 15,
    "tests/browser/test_styleguide.py": 10,
    "tests/browser/test_working_pages.py": 25,
    "tests/cli/test_access_commands.py": 22,
    "tests/cli/test_commands.py": 55,
    "tests/cli/test_routing_commands.py": 90,
    "tests/cli/test_serve.py": 65,
    "tests/demo/test_demo.py": 200,
    "tests/faults/test_kills.py": 150,
    "tests/faults/test_resources.py": 45,
    "tests/golden/test_openapi_holds.py": 110,
    "tests/importing/test_import_worker_kills.py": 8,
    "tests/importing/test_importing_kills.py": 10,
    "tests/importing/test_importing_properties.py": 9,
    "tests/importing/test_unseen_files.py": 45,
    "tests/inventory/test_stock_properties.py": 10,
    "tests/journeys/test_crowds.py": 20,
    "tests/kit/test_postgres.py": 50,
    "tests/notifications/test_kills.py": 8,
    "tests/orders/test_change_sets_properties.py": 7,
    "tests/paying/test_every_gateways_letters.py": 15,
    "tests/paying/test_payment_kills.py": 150,
    "tests/payments/test_money_properties.py": 7,
    "tests/printing/test_labels.py": 31,
    "tests/simulation/test_days.py": 45,
    "tests/web/test_forms_sent_twice.py": 30,
}
"""Seconds on two cores that have nothing else to do."""


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests in order; those that take alike stay in the order they have."""
    of_file = Counter(_file(item) for item in items)
    items.sort(key=lambda item: (-_lasts_s(item), -of_file[_file(item)]))


def _lasts_s(item: pytest.Item) -> int:
    return LASTS_S.get(_file(item), 0)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
