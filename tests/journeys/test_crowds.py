"""Crowds at the door: what there is goes to as many as it lasts for, and everybody else is told so."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from faults.site import Site, open_for_business, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("crowd")
    with serving(folder / "data") as running:
        yield running


def crowd(
    site: Site, *, buyers: int, at_once: int, stock: int, lines: list[tuple[str, int]]
) -> list[tuple[int, Any]]:
    """Every buyer asks once for these lines, under a key of their own; what each was told."""
    key = open_for_business(site, stock={"kopi": stock})
    order = {"channel": "web", "lines": [{"sku": sku, "quantity": units} for sku, units in lines]}

    def ask(number: int) -> tuple[int, Any]:
        headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "idempotency-key": f"buyer-{number}",
        }
        status, _, body = site.ask("POST", "/api/v1/orders", json.dumps(order).encode(), headers)
        return status, json.loads(body)

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(ask, range(buyers)))


def promised(site: Site) -> int:
    """Units promised in the newest shop."""
    with psycopg.connect(site.database_url) as connection:
        connection.execute("SET LOCAL orderan.shop = '0'")
        row = connection.execute(
            "SELECT sum(reserved + allocated)::int FROM stock WHERE shop_id = (SELECT max(shop_id) FROM shop)"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_two_hundred_buyers_and_one_unit(site: Site) -> None:
    told = crowd(site, buyers=200, at_once=64, stock=1, lines=[("kopi", 1)])

    assert Counter(status for status, _ in told) == {201: 1, 409: 199}
    assert {answer["code"] for status, answer in told if status == 409} == {"stock_short"}
    assert promised(site) == 1


def test_a_thousand_buyers_and_a_hundred_units(site: Site) -> None:
    told = crowd(site, buyers=1_000, at_once=64, stock=100, lines=[("kopi", 1)])

    assert Counter(status for status, _ in told) == {201: 100, 409: 900}
    assert len({answer["number"] for status, answer in told if status == 201}) == 100
    assert {answer["code"] for status, answer in told if status == 409} == {"stock_short"}
    assert promised(site) == 100


def test_two_lines_of_one_sku_count_together_in_a_crowd(site: Site) -> None:
    told = crowd(site, buyers=100, at_once=64, stock=31, lines=[("kopi", 1), ("kopi", 1)])

    assert Counter(status for status, _ in told) == {201: 15, 409: 85}
    assert promised(site) == 30


def test_the_books_are_clean_after_the_crowds(site: Site) -> None:
    crowd(site, buyers=20, at_once=20, stock=10, lines=[("kopi", 1)])

    code, report = site.audit()

    assert [check for check in report["checks"] if check["found"]] == []
    assert code == 0
