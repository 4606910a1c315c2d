"""The rules again, on statements as they run: a day of a shop is lived with every statement noted."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from architecture.statements import statements
from architecture.test_schema_rules import without_shop
from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.flows.expire_orders import expire_orders
from orderan.flows.place_order import Placed
from orderan.flows.settle_payment import settle_payment
from orderan.kit import db as kit_db
from orderan.kit import events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.home import from_home
from orderan.orders import Terms
from orderan.payments import MoneyEvent, MoneyKind

FROM_COORDINATOR = re.compile(r"^(?:WITH .*)?INSERT INTO \w+ \([^)]*\) SELECT %\(\w+\)s", re.IGNORECASE)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement a transaction runs, as one line each."""
    lines: list[str] = []

    def note(statement: str) -> str:
        lines.append(" ".join(statement.split()))
        return statement

    monkeypatch.setattr(kit_db, "_as_it_is", note)
    yield lines
    assert len(lines) > 30


@pytest.mark.anyio
async def test_every_statement_of_a_day_says_of_which_shop(
    noted: list[str], floor: ShopFloor, keyring: Keyring, now: datetime, distributed: set[str]
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9, "gula": 9}, bundles={"paket": {"kopi": 2, "gula": 1}})
    noted.clear()
    await place(world, keyring, asked(("kopi", 1)), now=now - timedelta(days=2))
    paid, *_ = await place(
        world,
        keyring,
        asked(("kopi", 2), buyer=a_buyer(), external_id="TKP-1", cart_id="c"),
        asked(("paket", 1), buyer=a_buyer("Budi", "+6281234567891"), terms=Terms.COD),
        now=now,
    )
    assert isinstance(paid, Placed)
    money = MoneyEvent(paid.order.id, MoneyKind.CAPTURED, "cash", paid.order.total_minor, "IDR", "K-1")
    await floor.run(lambda tx: settle_payment(tx, money, now=now))
    await floor.run(lambda tx: expire_orders(tx, now=now))
    await floor.run(_sequence)

    assert {line: missing for line in noted if (missing := without_shop(line, distributed))} == {}
    assert [line for line in noted if "SKIP LOCKED" in line and "shop_id = %(shop)s" not in line] == []
    assert [line for line in noted if FROM_COORDINATOR.match(" ".join(from_home(line).split()))] == []


async def _sequence(tx: Tx) -> int:
    return await events.sequence(tx)


def test_every_batch_that_is_written_can_be_written_from_its_shops_own_node() -> None:
    batches = [one for one in statements() if FROM_COORDINATOR.match(one.plain)]
    # A bare star would take the shop's own column along.
    assert [one.where for one in batches if re.search(r"SELECT %\(\w+\)s, \* ", one.plain)] == []
    assert len(batches) > 30
    assert [
        one.where for one in batches if FROM_COORDINATOR.match(" ".join(from_home(one.text).split()))
    ] == []


def test_a_batch_is_reworded_and_nothing_else_is() -> None:
    batch = "INSERT INTO t (shop_id, a) SELECT %(shop)s, a FROM unnest(%(a)s::int[]) AS m (a) ON CONFLICT DO NOTHING"
    assert from_home(batch) == (
        "INSERT INTO t (shop_id, a) SELECT home.of_shop, a FROM (SELECT shop_id AS of_shop FROM event_head"
        " WHERE shop_id = %(shop)s) AS home CROSS JOIN unnest(%(a)s::int[]) AS m (a) ON CONFLICT DO NOTHING"
    )
    read = "SELECT a.x FROM unnest(%(xs)s::int[]) AS m (x) JOIN a ON a.shop_id = %(shop)s AND a.x = m.x"
    assert from_home(read) == read
    single = "INSERT INTO t (shop_id, a) VALUES (%(shop)s, %(a)s)"
    assert from_home(single) == single
