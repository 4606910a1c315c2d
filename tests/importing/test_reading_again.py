"""The same file under a corrected mapping: what waited is taken up once, what is ordered stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from importing.given import a_mapping, a_row
from importing.test_importing import NINE, TEN, a_file, bring_in
from orderan import importing
from orderan.importing import Imported
from orderan.importing.commands import order_invoices
from orderan.importing.commands.sort_lines import sort_batch
from orderan.kit.db import Tx
from orderan.kit.inbox import close

pytestmark = pytest.mark.anyio


def corrected(*, duplicates: str = "wait") -> Any:
    """The mapping of `given`, which now also reads days written as 01.03.2011."""
    plain = a_mapping(extra=f'[lines]\nduplicates = "{duplicates}"\n').model_dump()
    plain["time"]["formats"] = ("%d.%m.%Y",)
    plain["codes"]["not_sales"] = ()
    return importing.from_plain(plain, source="test")


@pytest.fixture
def entries(floor: ShopFloor) -> Callable[[], Any]:
    async def read() -> list[tuple[str, str, list[int]]]:
        rows = await floor.all(
            """
            SELECT state, reason, payload FROM exception_entry
            WHERE shop_id = %(shop)s ORDER BY opened_at, payload -> 'lines' -> 0 ->> 'number'
            """
        )
        return [(row.state, row.reason, [line["number"] for line in row.payload["lines"]]) for row in rows]

    return read


async def fates(floor: ShopFloor, done: Imported) -> list[tuple[object, ...]]:
    rows = await floor.all(
        f"""
        SELECT number, outcome, reason, known, taken_up_by IS NOT NULL AS taken_up FROM import_outcome
        WHERE shop_id = %(shop)s AND run_id = '{UUID(done.run_id)}' ORDER BY number
        """
    )
    return [tuple(row) for row in rows]


async def test_a_line_that_waited_is_ordered_once_and_its_entry_is_closed(
    floor: ShopFloor, now: datetime, tmp_path: Path, entries: Callable[[], Any]
) -> None:
    path = a_file(
        tmp_path,
        a_row(invoice="1", quantity=2),
        a_row(invoice="2", quantity=3, time="01.03.2011"),
        a_row(invoice="1", sku="CUP", time="01.03.2011"),
    )
    first = await bring_in(floor, path, now)
    assert first.report["lines"] == {"file": 3, "ordered": 1, "returned": 0, "waiting": 2, "known_before": 0}

    second = await bring_in(floor, path, now, mapping=corrected())

    assert second.report["lines"] == {"file": 3, "ordered": 3, "returned": 0, "waiting": 0, "known_before": 1}
    assert await fates(floor, second) == [
        (1, "ordered", None, True, False),
        (2, "ordered", None, False, False),
        (3, "ordered", None, False, False),
    ]
    assert await fates(floor, first) == [
        (1, "ordered", None, False, False),
        (2, "waiting", "unreadable_time", False, True),
        (3, "waiting", "unreadable_time", False, True),
    ]
    assert {(state, reason) for state, reason, _ in await entries()} == {("resolved", "unreadable_time")}
    orders = await floor.all(
        """
        SELECT external_id, total_minor, paid_minor, units FROM sales_order
        WHERE shop_id = %(shop)s ORDER BY external_id
        """
    )
    assert [tuple(order) for order in orders] == [("1", 750, 750, 3), ("2", 750, 750, 3)]
    assert await floor.value("SELECT count(*) FROM order_line WHERE shop_id = %(shop)s") == 3

    again = await bring_in(floor, path, now, mapping=corrected())
    assert (again.fresh, again.report) == (False, second.report)
    assert await floor.value("SELECT count(*) FROM order_line WHERE shop_id = %(shop)s") == 3


async def test_a_line_that_still_waits_has_one_open_entry_and_says_its_reason_of_now(
    floor: ShopFloor, now: datetime, tmp_path: Path, entries: Callable[[], Any]
) -> None:
    path = a_file(
        tmp_path,
        a_row(),
        a_row(invoice="2", price="-1", time="01.03.2011"),
        a_row(invoice="", sku="BED"),
        a_row(invoice="", sku="BOX"),
    )
    await bring_in(floor, path, now)
    done = await bring_in(floor, path, now, mapping=corrected())
    assert done.report["lines"] == {"file": 4, "ordered": 1, "returned": 0, "waiting": 3, "known_before": 1}
    told = await entries()
    assert sorted(entry for entry in told if entry[0] == "open") == [
        ("open", "missing_invoice", [3, 4]),
        ("open", "negative_price", [2]),
    ]
    assert sorted(entry for entry in told if entry[0] != "open") == [
        ("resolved", "missing_invoice", [3, 4]),
        ("resolved", "unreadable_time", [2]),
    ]


async def test_what_the_first_mapping_took_for_no_sale_is_sold_under_the_second(
    floor: ShopFloor, now: datetime, tmp_path: Path, entries: Callable[[], Any]
) -> None:
    path = a_file(tmp_path, a_row(), a_row(sku="FEE1", price="4"), a_row())
    await bring_in(floor, path, now)
    done = await bring_in(floor, path, now, mapping=corrected(duplicates="order"))
    assert done.report["lines"] == {"file": 3, "ordered": 3, "returned": 0, "waiting": 0, "known_before": 1}
    assert {state for state, _, _ in await entries()} == {"resolved"}
    [order] = await floor.all("SELECT total_minor, money FROM sales_order WHERE shop_id = %(shop)s")
    assert tuple(order) == (900, "paid")


async def test_a_cancellation_that_waited_for_an_unreadable_sale_takes_it_back(
    floor: ShopFloor, now: datetime, tmp_path: Path, entries: Callable[[], Any]
) -> None:
    path = a_file(
        tmp_path,
        a_row(invoice="9", sku="CUP", time=NINE),
        a_row(invoice="1", quantity=3, time="01.03.2011"),
        a_row(invoice="C2", quantity=-2, time=TEN),
    )
    first = await bring_in(floor, path, now)
    assert first.report["lines"]["waiting"] == 2
    done = await bring_in(floor, path, now, mapping=corrected())
    assert done.report["lines"] == {"file": 3, "ordered": 2, "returned": 1, "waiting": 0, "known_before": 1}
    assert {state for state, _, _ in await entries()} == {"resolved"}
    returned = await floor.all(
        "SELECT sku_code, returned FROM order_line WHERE shop_id = %(shop)s ORDER BY sku_code"
    )
    assert [tuple(line) for line in returned] == [("CUP", 0), ("LAMP", 2)]


async def test_a_line_a_person_repaired_or_put_aside_stays_as_the_person_left_it(
    floor: ShopFloor, now: datetime, tmp_path: Path, entries: Callable[[], Any]
) -> None:
    path = a_file(
        tmp_path,
        a_row(),
        a_row(invoice="2", time="01.03.2011"),
        a_row(invoice="3", time="01.03.2011"),
    )
    await bring_in(floor, path, now)
    repaired, aside = [
        row.id for row in await floor.all("SELECT id FROM exception_entry ORDER BY payload ->> 'invoice'")
    ]
    await floor.run(
        lambda tx: importing.resubmit(
            tx, floor.shop, repaired, {2: {"time": "2011-03-01", "price": "9"}}, now=now
        )
    )
    await floor.run(lambda tx: close(tx, aside, state="dismissed", note="bukan penjualan", now=now))

    done = await bring_in(floor, path, now, mapping=corrected())

    assert done.report["lines"] == {"file": 3, "ordered": 2, "returned": 0, "waiting": 1, "known_before": 3}
    assert [entry[0] for entry in await entries()] == ["resolved", "dismissed"]
    orders = await floor.all(
        "SELECT external_id, total_minor FROM sales_order WHERE shop_id = %(shop)s ORDER BY external_id"
    )
    assert [tuple(order) for order in orders] == [("1", 250), ("2", 900)]


async def test_of_an_entry_read_in_two_batches_each_line_leaves_with_its_own(
    floor: ShopFloor,
    now: datetime,
    tmp_path: Path,
    entries: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first mapping looks for invoices where there are few; the second finds them."""
    path = a_file(tmp_path, *[a_row(invoice="", description=f"D{n}", sku=f"S{n}") for n in range(5)], a_row())
    await bring_in(floor, path, now)
    assert await entries() == [("open", "missing_invoice", [1, 2, 3, 4, 5])]
    monkeypatch.setattr(order_invoices, "BATCH_LINES", 2)
    plain = a_mapping().model_dump()
    plain["columns"]["invoice"] = ("description",)
    plain["columns"]["description"] = None
    done = await bring_in(floor, path, now, mapping=importing.from_plain(plain, source="test"))
    assert done.report["lines"] == {"file": 6, "ordered": 6, "returned": 0, "waiting": 0, "known_before": 1}
    assert [entry[:2] for entry in await entries()] == [("resolved", "missing_invoice")]
    assert await floor.value("SELECT count(*) FROM sales_order WHERE shop_id = %(shop)s") == 6


async def test_a_line_added_to_the_invoice_of_another_file_waits_under_any_mapping(
    floor: ShopFloor, now: datetime, tmp_path: Path, entries: Callable[[], Any]
) -> None:
    await bring_in(floor, a_file(tmp_path, a_row()), now)
    other = a_file(tmp_path, a_row(), a_row(sku="CUP", time="01.03.2011"), name="g.csv")
    await bring_in(floor, other, now)
    done = await bring_in(floor, other, now, mapping=corrected())
    assert done.report["lines"] == {"file": 2, "ordered": 1, "returned": 0, "waiting": 1, "known_before": 1}
    assert await entries() == [
        ("resolved", "unreadable_time", [2]),
        ("open", "invoice_changed", [2]),
    ]
    assert await floor.value("SELECT total_minor FROM sales_order WHERE shop_id = %(shop)s") == 250


async def test_a_line_of_another_customer_is_not_added_to_the_order_there_is(
    floor: ShopFloor, now: datetime, tmp_path: Path, entries: Callable[[], Any]
) -> None:
    """Alone the second line names its customer; read together with the first it contradicts it."""
    path = a_file(tmp_path, a_row(), a_row(sku="CUP", customer="budi", time="01.03.2011"))
    await bring_in(floor, path, now)
    done = await bring_in(floor, path, now, mapping=corrected())
    assert done.report["lines"] == {"file": 2, "ordered": 1, "returned": 0, "waiting": 1, "known_before": 1}
    assert (await entries())[1:] == [("open", "several_customers", [2])]
    assert await floor.value("SELECT total_minor FROM sales_order WHERE shop_id = %(shop)s") == 250


async def test_however_many_batches_the_entries_of_the_first_run_are_opened_once(
    floor: ShopFloor, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [a_row(invoice=f"{n}", time="01.03.2011") for n in range(12)]
    path = a_file(tmp_path, a_row(invoice="x"), *rows)
    await bring_in(floor, path, now)
    monkeypatch.setattr(order_invoices, "BATCH_LINES", 2)
    opened = []
    ask = Tx.all

    async def counted(tx: Tx, sql: Any, *given: Any) -> Any:
        opened.extend([sql] if "jsonb_array_elements(entry.payload" in sql else [])
        return await ask(tx, sql, *given)

    monkeypatch.setattr(Tx, "all", counted)
    done = await bring_in(floor, path, now, mapping=corrected())
    assert done.report["lines"] == {"file": 13, "ordered": 13, "returned": 0, "waiting": 0, "known_before": 1}
    assert len(opened) == 1


async def test_an_entry_closed_while_its_file_is_read_again_stays_as_the_person_left_it(
    floor: ShopFloor, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path, a_row(), a_row(invoice="2", time="01.03.2011"))
    await bring_in(floor, path, now)
    entry = await floor.value("SELECT id FROM exception_entry WHERE shop_id = %(shop)s")
    sort = sort_batch

    async def closed_before(tx: Tx, *given: Any) -> Any:
        await close(tx, entry, state="dismissed", note="bukan penjualan", now=now)
        return await sort(tx, *given)

    monkeypatch.setattr(order_invoices, "sort_batch", closed_before)
    done = await bring_in(floor, path, now, mapping=corrected())
    assert done.report["lines"] == {"file": 2, "ordered": 1, "returned": 0, "waiting": 1, "known_before": 2}
    assert await floor.value("SELECT state FROM exception_entry WHERE shop_id = %(shop)s") == "dismissed"
    assert await floor.value("SELECT count(*) FROM sales_order WHERE shop_id = %(shop)s") == 1
