"""Twenty times kill -9 in the middle of load: what was acknowledged is there, once, and nothing else is."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from faults.site import Buyers, Site, open_for_business, serving
from orderan.kit.ids import from_text
from orderan.kit.postgres.processes import wait_until

pytestmark = pytest.mark.slow

KILLS = (
    "web",
    "postgres",
    "worker",
    "web",
    "postgres",
    "worker",
    "web",
    "postgres",
    "worker",
    "postgres",
) * 2
STOCK = {f"sku-{number}": 1_000_000 for number in range(20)}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path / "data") as running:
        yield running


def _is_up(site: Site, part: str) -> bool:
    return bool(site.pids(part))


def test_twenty_kills_lose_nothing_and_double_nothing(site: Site) -> None:
    buyers = Buyers(site, open_for_business(site, stock=STOCK), tuple(STOCK))
    buyers.start(12)
    killed: Counter[str] = Counter()
    for part in KILLS:
        assert buyers.wait_for(20, patience_s=60), f"no order went through after {killed}"
        assert wait_until(partial(_is_up, site, part), 60), f"{part} did not come back"
        victim = site.pids(part)[killed[part] % len(site.pids(part))]
        os.kill(victim, signal.SIGKILL)
        killed[part] += 1
    assert buyers.wait_for(20, patience_s=60)
    buyers.finish()
    assert wait_until(site.ready, 60)

    assert sum(killed.values()) == 20
    _every_acknowledged_order_exists_once_and_nothing_else(site, buyers)
    assert {status for status, _, _ in buyers.setbacks} <= {503}
    for _, headers, body in buyers.setbacks:
        assert headers["content-type"].startswith("application/problem+json")
        assert int(headers["retry-after"]) > 0
        assert json.loads(body)["code"] == "try_again"
    assert buyers.broken > 0, "no connection ever broke: the kills hit nothing"
    code, report = site.audit()
    assert [check for check in report["checks"] if check["found"]] == []
    assert code == 0


def _every_acknowledged_order_exists_once_and_nothing_else(site: Site, buyers: Buyers) -> None:
    assert {status for status, _ in buyers.acknowledged.values()} == {201}
    told = {name: json.loads(body) for name, (_, body) in buyers.acknowledged.items()}
    with psycopg.connect(site.database_url) as connection:
        connection.execute("SET LOCAL orderan.shop = '0'")
        kept = connection.execute("SELECT external_id, id, total_minor FROM sales_order").fetchall()
        units = connection.execute("SELECT sum(quantity) FROM order_line").fetchone()
        promised = connection.execute("SELECT sum(reserved + allocated) FROM stock").fetchone()
    assert sorted(
        (name, from_text("ord", order["id"]), order["total"]) for name, order in told.items()
    ) == sorted(kept)
    assert units == promised
    _a_key_keeps_its_answer(site, buyers)


def _a_key_keeps_its_answer(site: Site, buyers: Buyers) -> None:
    """The same bytes long after; another order under the key is refused and places nothing."""
    name, first = next(iter(buyers.acknowledged.items()))
    order = buyers.asked[name]
    assert buyers.buy(name, order) == first

    status, body = buyers.buy(name, order | {"note": "lain"})

    told = json.loads(body)
    assert (status, told["code"], told["key"]) == (409, "idempotency_key_reused", name)
    with psycopg.connect(site.database_url) as connection:
        connection.execute("SET LOCAL orderan.shop = '0'")
        kept = connection.execute("SELECT count(*) FROM sales_order").fetchone()
        answers = connection.execute("SELECT status, count(*) FROM answer GROUP BY status").fetchall()
    assert kept == (len(buyers.asked),)
    assert answers == [(201, len(buyers.asked))]


def test_a_killed_installation_starts_again_with_everything_it_had_promised(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder) as site:
        buyers = Buyers(site, open_for_business(site, stock=STOCK), tuple(STOCK))
        buyers.start(4)
        assert buyers.wait_for(30, patience_s=60)
        buyers._stop.set()
        site.process.kill()
        site.process.wait()
        answered = list(buyers.acknowledged.values())
        assert {status for status, _ in answered} == {201}
        told = {json.loads(body)["id"] for _, body in answered}
    # Its clients go on asking; the next start answers on another port, so they are left to themselves.
    with serving(folder) as site, psycopg.connect(site.database_url) as connection:
        connection.execute("SET LOCAL orderan.shop = '0'")
        kept = {row[0] for row in connection.execute("SELECT id FROM sales_order").fetchall()}
        assert {from_text("ord", order) for order in told} <= kept
        # What was under way when it was killed is there with its answer, or not at all.
        answers = connection.execute("SELECT status, count(*) FROM answer GROUP BY status").fetchall()
        assert answers == [(201, len(kept))]
        code, report = site.audit()
        assert [check for check in report["checks"] if check["found"]] == []
        assert code == 0
