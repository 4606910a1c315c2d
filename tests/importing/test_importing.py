"""The story through the database: a file goes in, orders, returns and cases come out, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from customers.test_forgetting_words import tables_with
from importing.given import a_mapping, a_row
from importing.test_reading import write_csv, write_xlsx
from orderan import importing
from orderan.flows.erase_customer import erase_customer
from orderan.importing import Imported, StillWaiting, running
from orderan.importing.commands import order_invoices
from orderan.importing.mapping import Mapping
from orderan.importing.running import start
from orderan.kit.clock import SetClock
from orderan.kit.db import Tx
from orderan.shops import ChannelKind, add_channel

pytestmark = pytest.mark.anyio

NINE, TEN, ELEVEN = (datetime(2011, 3, 1, hour) for hour in (9, 10, 11))  # noqa: DTZ001 - files write local times


async def bring_in(
    floor: ShopFloor, path: Path, now: datetime, *, mapping: Mapping | None = None, channel: str | None = None
) -> Imported:
    return await start(
        floor.db,
        floor.shop,
        path,
        mapping or a_mapping(),
        clock=SetClock(now),
        actor="system:import",
        channel=channel,
    )


def a_file(folder: Path, *rows: Iterable[object], name: str = "f.csv") -> Path:
    return write_csv(folder / name, [list(row) for row in rows])


async def test_an_invoice_becomes_a_paid_delivered_order_of_its_own_time(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path,
        a_row(invoice="7", sku="cup", quantity=3, price="2.35", time=TEN),
        a_row(invoice="7", sku="POST", description="POSTAGE", quantity=1, price="15", time=NINE),
    )
    done = await bring_in(floor, path, now)
    assert done.report["lines"] == {"file": 2, "ordered": 2, "returned": 0, "waiting": 0, "known_before": 0}
    [order] = await floor.all("SELECT * FROM sales_order WHERE shop_id = %(shop)s")
    assert (order.external_id, order.commercial, order.money, order.headline) == (
        "7",
        "completed",
        "paid",
        "completed",
    )
    assert (order.total_minor, order.goods_minor, order.paid_minor, order.units) == (2205, 2205, 2205, 4)
    assert order.placed_at.replace(tzinfo=None) == NINE
    lines = await floor.all(
        """
        SELECT l.line_no, l.sku_code, l.title, l.quantity, l.delivered, l.goods_minor, sku.is_stocked, sku.options
        FROM order_line AS l JOIN sku ON sku.shop_id = l.shop_id AND sku.id = l.sku_id
        WHERE l.shop_id = %(shop)s ORDER BY l.line_no
        """
    )
    assert [tuple(line) for line in lines] == [
        (1, "CUP", "a lamp", 3, 3, 705, True, {"imported": "test"}),
        (2, "POST", "POSTAGE", 1, 1, 1500, False, {"imported": "test"}),
    ]
    assert await floor.value("SELECT external_id FROM customer WHERE shop_id = %(shop)s") == "test:ana"
    [payment] = await floor.all("SELECT kind, amount_minor, at FROM payment_event WHERE shop_id = %(shop)s")
    assert (payment.kind, payment.amount_minor, payment.at) == ("captured", 2205, order.placed_at)
    moves = await floor.all("SELECT event, to_state FROM order_move WHERE shop_id = %(shop)s ORDER BY id")
    assert [tuple(move) for move in moves] == [("import", "completed")]


async def test_todays_stock_is_not_touched_and_the_ledger_knows_where_the_goods_went(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    await bring_in(
        floor,
        a_file(
            tmp_path,
            a_row(invoice="7", quantity=3),
            a_row(invoice="7", sku="POST"),
            a_row(invoice="C8", quantity=-2, time=TEN),
        ),
        now,
    )
    moved = await floor.all(
        """
        SELECT a.kind AS source, b.kind AS target, m.quantity, m.kind FROM movement AS m
        JOIN location AS a ON a.shop_id = m.shop_id AND a.id = m.from_location
        JOIN location AS b ON b.shop_id = m.shop_id AND b.id = m.to_location
        WHERE m.shop_id = %(shop)s ORDER BY m.occurred_at
        """
    )
    assert [tuple(move) for move in moved] == [
        ("supplier", "customer", 3, "historic"),
        ("customer", "supplier", 2, "historic"),
    ]
    assert await floor.value("SELECT count(*) FROM stock WHERE shop_id = %(shop)s") == 0


async def test_a_cancellation_becomes_a_closed_refunded_return_of_the_latest_sale(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path,
        a_row(invoice="C3", quantity=-4, time=ELEVEN),
        a_row(invoice="1", quantity=5, time=NINE),
        a_row(invoice="2", quantity=3, time=TEN),
    )
    done = await bring_in(floor, path, now)
    assert (done.report["lines"]["returned"], done.report["made"]["returns"]) == (1, 2)
    orders = await floor.all(
        """
        SELECT o.external_id, o.money, o.headline, o.refunded_minor, l.returned
        FROM sales_order AS o JOIN order_line AS l ON l.shop_id = o.shop_id AND l.order_id = o.id
        WHERE o.shop_id = %(shop)s ORDER BY o.external_id
        """
    )
    assert [tuple(order) for order in orders] == [
        ("1", "partly_refunded", "completed", 250, 1),
        ("2", "refunded", "returned", 750, 3),
    ]
    returns = await floor.all(
        """
        SELECT r.state, r.number, r.closed_at, l.quantity, f.amount_minor, f.state AS paid_back
        FROM goods_return AS r
        JOIN return_line AS l ON l.shop_id = r.shop_id AND l.return_id = r.id
        JOIN refund AS f ON f.shop_id = r.shop_id AND f.id = r.refund_id
        WHERE r.shop_id = %(shop)s ORDER BY l.quantity
        """
    )
    assert [(r.state, r.number, r.quantity, r.amount_minor, r.paid_back) for r in returns] == [
        ("closed", 1, 1, 250, "executed"),
        ("closed", 1, 3, 750, "executed"),
    ]
    assert {r.closed_at.replace(tzinfo=None) for r in returns} == {ELEVEN}


async def test_a_second_run_of_the_same_file_adds_nothing_and_gives_the_first_report(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path, a_row(quantity=2), a_row(invoice="C2", quantity=-1, time=TEN), a_row(sku="X", price="-1")
    )
    first = await bring_in(floor, path, now)
    before = await _everything(floor)
    second = await bring_in(floor, path, now + timedelta(days=1))
    assert (first.fresh, second.fresh, second.report) == (True, False, first.report)
    assert await _everything(floor) == before


async def test_an_overlapping_file_adds_only_what_is_new_and_accounts_for_all_of_it(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    old = [
        a_row(quantity=2, time=NINE),
        a_row(invoice="C2", quantity=-1, time=TEN),
        a_row(invoice="3", price="-1"),
        a_row(invoice="C4", sku="CUP", quantity=-1, time=TEN),
    ]
    await bring_in(floor, a_file(tmp_path, *old), now)
    before = await _everything(floor)
    new = [a_row(invoice="5", quantity=1, time=ELEVEN), a_row(quantity=9, sku="BED", time=NINE)]
    done = await bring_in(floor, a_file(tmp_path, *new, *old, name="g.csv"), now)
    assert done.report["lines"] == {"file": 6, "ordered": 2, "returned": 1, "waiting": 3, "known_before": 4}
    assert {row["reason"] for row in done.report["reasons"]} == {
        "negative_price",
        "nothing_sold_to_cancel",
        "invoice_changed",
    }
    after = await _everything(floor)
    assert (
        after["sales_order"] - before["sales_order"],
        after["exception_entry"] - before["exception_entry"],
    ) == (1, 1)
    assert (after["goods_return"], after["refund"]) == (before["goods_return"], before["refund"])


async def test_a_later_file_can_cancel_what_an_earlier_one_sold_but_only_once(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    await bring_in(floor, a_file(tmp_path, a_row(quantity=2, time=NINE)), now)
    back = a_file(
        tmp_path,
        a_row(invoice="C2", quantity=-2, time=TEN),
        a_row(invoice="C3", quantity=-1, time=ELEVEN),
        name="g.csv",
    )
    done = await bring_in(floor, back, now)
    assert (done.report["lines"]["returned"], done.report["lines"]["waiting"]) == (1, 1)
    assert await floor.value("SELECT returned FROM order_line WHERE shop_id = %(shop)s") == 2


async def test_lines_that_cannot_be_read_wait_with_what_was_written(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path, a_row(), a_row(invoice="2", price="free"), a_row(invoice="", sku="CUP"), ["just", "two"]
    )
    done = await bring_in(floor, path, now)
    assert done.report["lines"] == {"file": 4, "ordered": 1, "returned": 0, "waiting": 3, "known_before": 0}
    entries = await floor.all(
        "SELECT reason, payload FROM exception_entry WHERE shop_id = %(shop)s ORDER BY reason"
    )
    assert [entry.reason for entry in entries] == [
        "missing_invoice",
        "unreadable_price",
        "wrong_number_of_columns",
    ]
    assert entries[1].payload["lines"][0]["price"] == "free"
    assert [day["day"] for day in done.report["days"]] == ["2011-03-01", "unknown"]


async def test_an_erased_customer_is_in_no_line_that_was_read_and_in_none_that_waits(
    floor: ShopFloor, now: datetime, tmp_path: Path, database_url: str
) -> None:
    path = a_file(
        tmp_path,
        a_row(customer="pelanggan-ratna", quantity=3),
        a_row(invoice="2", price="free", customer="pelanggan-ratna"),
        a_row(invoice="3", customer="pelanggan-lain"),
        a_row(invoice="C4", quantity=-1, customer="pelanggan-ratna"),
    )
    done = await bring_in(floor, path, now)
    assert done.report["lines"] == {"file": 4, "ordered": 2, "returned": 1, "waiting": 1, "known_before": 0}
    ratna = await floor.value("SELECT id FROM customer WHERE external_id = 'test:pelanggan-ratna'")
    before = await floor.all("SELECT number, sku, quantity, minor FROM import_line ORDER BY number")
    assert tables_with(database_url, "pelanggan-ratna") == {
        "customer", "exception_entry", "import_cancellation", "import_line", "import_run",
    }  # fmt: skip

    await floor.run(lambda tx: erase_customer(tx, ratna, reason="permintaan pelanggan", now=now))

    assert tables_with(database_url, "pelanggan-ratna") == set()
    assert "import_line" in tables_with(database_url, "pelanggan-lain")
    assert await floor.all("SELECT number, sku, quantity, minor FROM import_line ORDER BY number") == before
    [entry] = await floor.all("SELECT payload FROM exception_entry WHERE kind = 'import_lines'")
    assert (entry.payload["lines"][0]["price"], entry.payload["lines"][0]["customer"]) == ("free", "")


async def test_an_invoice_spread_over_the_file_and_over_batches_is_one_order(
    floor: ShopFloor, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_invoices, "BATCH_LINES", 3)
    monkeypatch.setattr(running, "CHUNK_LINES", 2)
    rows = [a_row(invoice=str(n % 4), sku=f"S{n}", price=n) for n in range(22)]
    done = await bring_in(floor, a_file(tmp_path, *rows), now)
    assert done.report["lines"]["ordered"] == 22
    sizes = await floor.all(
        "SELECT count(*)::int AS lines FROM order_line WHERE shop_id = %(shop)s GROUP BY order_id ORDER BY 1"
    )
    assert [size.lines for size in sizes] == [5, 5, 6, 6]


async def test_an_invoice_too_large_to_be_one_waits_without_being_held_in_memory(
    floor: ShopFloor, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_invoices, "BATCH_LINES", 3)
    monkeypatch.setattr(order_invoices, "LARGEST_INVOICE", 5)
    rows = [a_row(invoice="5", sku=f"S{n}") for n in range(7)]
    others = [a_row(invoice="4"), *[a_row(invoice="6", sku=f"S{n}") for n in range(5)]]
    done = await bring_in(floor, a_file(tmp_path, *rows, *others), now)
    assert done.report["lines"] == {"file": 13, "ordered": 6, "returned": 0, "waiting": 7, "known_before": 0}
    assert done.report["reasons"][0]["reason"] == "invoice_too_large"


async def test_a_file_of_which_nothing_can_be_read_is_refused_before_anything_is_kept(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = a_file(tmp_path, a_row(time="01.03.2011"), a_row(time="02.03.2011"))
    with pytest.raises(importing.SourceRefused, match="unreadable_time"):
        await bring_in(floor, path, now)
    assert await floor.value("SELECT count(*) FROM import_run WHERE shop_id = %(shop)s") == 0


async def test_history_is_not_poured_into_a_channel_that_sells_today(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    await floor.run(lambda tx: add_channel(tx, code="web", name="Web", kind=ChannelKind.WEB, now=now))
    with pytest.raises(importing.ChannelNotForImport):
        await bring_in(floor, a_file(tmp_path, a_row()), now, channel="web")
    assert await floor.value("SELECT count(*) FROM sales_order WHERE shop_id = %(shop)s") == 0


async def test_a_workbook_is_imported_like_any_other_file(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "f.xlsx", [a_row(quantity=2), a_row(invoice="C2", quantity=-1, time=TEN)])
    done = await bring_in(floor, path, now)
    assert (done.report["lines"]["ordered"], done.report["lines"]["returned"]) == (1, 1)


async def _entry(floor: ShopFloor) -> UUID:
    found: UUID = await floor.value(
        "SELECT id FROM exception_entry WHERE shop_id = %(shop)s AND state = 'open'"
    )
    return found


async def _resubmit(
    floor: ShopFloor, now: datetime, corrections: importing.commands.resubmit.Corrections
) -> Any:
    entry = await _entry(floor)
    return await floor.run(lambda tx: importing.resubmit(tx, floor.shop, entry, corrections, now=now))


async def test_a_repaired_cancellation_finds_its_sale_and_its_entry_is_closed(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path, a_row(quantity=2, time=NINE), a_row(invoice="C2", quantity=-1, time=TEN, customer="")
    )
    await bring_in(floor, path, now)
    done = await _resubmit(floor, now, {0: {"customer": "ana"}})
    assert (done.ordered, done.returned) == (0, 1)
    assert await floor.value("SELECT returned FROM order_line WHERE shop_id = %(shop)s") == 1
    assert await floor.value("SELECT money FROM sales_order WHERE shop_id = %(shop)s") == "partly_refunded"
    assert await floor.value("SELECT state FROM exception_entry WHERE shop_id = %(shop)s") == "resolved"
    waiting = "SELECT count(*) FROM import_outcome WHERE shop_id = %(shop)s AND outcome = 'waiting'"
    assert await floor.value(waiting) == 0


async def test_a_line_sold_twice_after_all_is_added_to_its_order(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    await bring_in(floor, a_file(tmp_path, a_row(quantity=2), a_row(quantity=2)), now)
    assert await floor.value("SELECT total_minor FROM sales_order WHERE shop_id = %(shop)s") == 500
    done = await _resubmit(floor, now, {})
    assert (done.ordered, done.returned) == (1, 0)
    [order] = await floor.all(
        "SELECT total_minor, goods_minor, paid_minor, units, money FROM sales_order WHERE shop_id = %(shop)s"
    )
    assert tuple(order) == (1000, 1000, 1000, 4, "paid")
    assert (
        await floor.value("SELECT sum(amount_minor)::int FROM payment_event WHERE shop_id = %(shop)s") == 1000
    )
    assert await floor.value("SELECT count(*) FROM order_line WHERE shop_id = %(shop)s") == 2


async def test_an_unreadable_line_is_repaired_in_the_format_of_its_file(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    await bring_in(floor, a_file(tmp_path, a_row(invoice="1"), a_row(invoice="2", price="free")), now)
    done = await _resubmit(floor, now, {2: {"price": "3.10"}})
    assert done.ordered == 1
    assert (
        await floor.value(
            "SELECT total_minor FROM sales_order WHERE shop_id = %(shop)s AND external_id = '2'"
        )
        == 310
    )


async def test_a_repair_that_does_not_help_says_why_and_changes_nothing(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path, a_row(quantity=2, time=NINE), a_row(invoice="C2", quantity=-1, time=TEN, customer="")
    )
    await bring_in(floor, path, now)
    before = await _everything(floor)
    with pytest.raises(StillWaiting) as refused:
        await _resubmit(floor, now, {0: {"customer": "budi"}})
    assert [str(problem) for problem in refused.value.problems] == ["line 2: nothing_sold_to_cancel"]
    assert await _everything(floor) == before
    assert await floor.value("SELECT state FROM exception_entry WHERE shop_id = %(shop)s") == "open"


async def test_an_entry_settled_already_cannot_be_sent_again(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    await bring_in(floor, a_file(tmp_path, a_row(), a_row()), now)
    entry = await _entry(floor)
    await _resubmit(floor, now, {})
    with pytest.raises(importing.NotAnImportEntry):
        await floor.run(lambda tx: importing.resubmit(tx, floor.shop, entry, {}, now=now))


async def test_what_became_of_each_line_can_be_written_as_csv(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    done = await bring_in(
        floor, a_file(tmp_path, a_row(), a_row(), a_row(invoice="C2", quantity=-1, time=TEN)), now
    )
    pieces: list[bytes] = []
    await floor.run(lambda tx: importing.export_fates(tx, UUID(done.run_id), pieces.append))
    heading, *rows = b"".join(pieces).decode().splitlines()
    assert heading.split(",")[:3] == ["number", "invoice", "sku"]
    assert [row.split(",")[8:10] for row in rows] == [
        ["ordered", ""],
        ["waiting", "duplicate_line"],
        ["returned", ""],
    ]


_TABLES = (
    "sales_order", "order_line", "order_move", "payment_event", "refund", "goods_return", "return_line", "movement",
    "customer", "sku", "product", "exception_entry", "import_run", "import_line", "import_outcome", "import_taken",
    "channel", "location", "event",
)  # fmt: skip


async def _everything(floor: ShopFloor) -> dict[str, int]:
    async def count(tx: Tx) -> dict[str, int]:
        return {
            table: await tx.value(f"SELECT count(*)::int FROM {table} WHERE shop_id = {floor.shop.shop_id}")
            for table in _TABLES
        }

    counted: dict[str, int] = await floor.run(count)
    return counted
